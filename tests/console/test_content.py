"""Rows of text become cells of the screen: cut, wrapped, counted in cells, compared."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.strip import Strip

from scenescout_tui.console.content import (
    changed_cells,
    fit,
    plain,
    right,
    safe,
    show_in,
    spread,
    styled,
    to_strip,
    wrap,
)
from scenescout_tui.console.repaint import CellUpdate
from tests.console.screen import Screen

_STYLES = {"": Style(color="white", bgcolor="black"), "bad": Style(color="red", bgcolor="black", bold=True)}


@given(st.text(), st.integers(0, 40))
def test_a_fitted_text_has_exactly_its_cells(text: str, cells: int) -> None:
    assert cell_len(fit(text, cells)) == cells
    assert cell_len(right(text, cells)) == max(cells, 0)


@given(st.text(), st.integers(1, 30), st.integers(1, 4))
def test_wrapped_lines_fit_and_are_no_more_than_asked(text: str, cells: int, most: int) -> None:
    lines = wrap(text, max(2, cells), most)
    assert len(lines) <= most
    assert all(cell_len(line) <= max(2, cells) for line in lines)


def test_a_text_is_wrapped_at_spaces_and_ends_in_an_ellipsis_where_it_is_cut() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("one two three four", 7, 2) == ["one two", "three…"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrap("a\n\nb", 9) == ["a", "", "b"]


def test_the_right_end_of_a_line_stays_when_the_left_is_too_long() -> None:
    row = spread([("a long message", "")], [(" 12:41", "bad")], 12)
    assert "".join(text for text, _ in row) == "a lon… 12:41"


def test_a_locale_without_unicode_gets_question_marks() -> None:
    show_in("ascii")
    assert safe("Zürich 東京") == "Z?rich ??"
    show_in(None)
    assert safe("Zürich 東京") == "Zürich 東京"


def test_content_for_textual_is_never_markup() -> None:
    assert str(plain("[bold]x[/] \x1b[31m\nline")) == "[bold]x[/] \nline"
    assert str(styled([(("[red]", "bad"),), (("x", ""),)])) == "[red]\nx"


def test_only_the_cells_that_differ_are_named() -> None:
    old = to_strip((("queue 142 now", ""),), 20, _STYLES)
    assert changed_cells(old, to_strip((("queue 143 now", ""),), 20, _STYLES)) == [(8, 9)]
    assert changed_cells(old, old) == []
    far = to_strip((("Queue 142 now!", ""),), 20, _STYLES)
    assert changed_cells(old, far) == [(0, 1), (13, 14)]


_WORDS = ("a", "Jazz", "東京", "🪩", "é", "x́", "▁▂▃", " ", "12", "👩‍👧")


def _random_strip(source: random.Random, cells: int) -> Strip:
    row = tuple((source.choice(_WORDS), source.choice(("", "bad"))) for _ in range(source.randrange(1, 9)))
    return to_strip(row, cells, _STYLES)


@pytest.mark.parametrize("seed", range(300))
def test_repainting_the_changed_cells_gives_what_a_full_repaint_gives(seed: int) -> None:
    source = random.Random(seed)
    cells = 30
    old, new = _random_strip(source, cells), _random_strip(source, cells)
    console = Console(color_system="truecolor", force_terminal=True, width=cells)
    update = ChopsUpdate(
        [{0: new}], [(0, start, end) for start, end in changed_cells(old, new)] or [(0, 0, 0)], [[cells]]
    )
    screen = Screen(cells, 1)
    screen.feed("\x1b[1;1H" + old.render(console))
    screen.feed(CellUpdate.of(update).render_segments(console))
    expected = Screen(cells, 1)
    expected.feed("\x1b[1;1H" + new.render(console))
    assert screen.cells() == expected.cells()


def test_a_style_is_written_once_for_neighbours_that_share_it() -> None:
    strip = to_strip((("12 34", ""),), 5, _STYLES)
    console = Console(color_system="truecolor", force_terminal=True)
    text = CellUpdate([{0: strip}], [(0, 0, 1), (0, 3, 5)], [[5]]).render_segments(console)
    assert text.count("\x1b[37;40m") == 1
    assert text == "\x1b[1;1H\x1b[37;40m1\x1b[1;4H34\x1b[0m"
