"""Texts: one line, paragraphs, safe HTML."""

from __future__ import annotations

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenescout_tui.events.text import (
    MAX_TITLE,
    cut_description,
    cut_title,
    from_html,
    line,
    paragraphs,
    shorten,
)
from scenescout_tui.safe_text import clean

TEXTS = st.text(alphabet=st.characters() | st.sampled_from("&;<>#x27amp\n \t\x1b\u202e\u0301é"), max_size=60)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("  A \n B\t C ", "A B C"),
        ("A &amp; B", "A & B"),
        ("A &amp;amp; B", "A & B"),
        ("Cafe\u0301", "Café"),
        ("a\x1b[31mb\x07\u202e", "ab"),
        ("I <3 music", "I <3 music"),
        ("&#27;[2J", "[2J"),
        ("\u00a0 ", None),
        ("", None),
        (None, None),
        (True, None),
        (2026, "2026"),
        (["a"], None),
    ],
)
def test_a_line_is_clean_and_single_spaced(given_text: object, expected: str | None) -> None:
    assert line(given_text) == expected


@given(TEXTS)
def test_a_line_has_no_breaks_and_no_spaces_around_it(text: str) -> None:
    once = line(text)
    if once is not None:
        assert once
        assert once == once.strip() == " ".join(once.split())


def test_paragraphs_keep_their_breaks_and_lose_the_rest() -> None:
    assert paragraphs("One \r\n\r\n\r\n\r\n two\n three ") == "One\n\ntwo\nthree"


@pytest.mark.parametrize(
    "empty", ["", "<p></p>", "<P><BR></P>", "<div> &nbsp; </div>", "<script>x()</script>", None, 5]
)
def test_markup_without_text_is_nothing(empty: object) -> None:
    assert from_html(empty) == (None, None)


def test_html_becomes_readable_text_and_safe_html() -> None:
    text, html = from_html(
        '<div onclick="x()">Hi<script>bad()</script><p>One &amp; <b>two</b><br>three</p>'
        '<a href="javascript:x()">a</a><a href="https://example.org/?a=1&b=2">b</a></div>'
    )
    assert text == "Hi\nOne & two\nthree\nab"
    assert html is not None
    for bad in ("onclick", "script", "javascript"):
        assert bad not in html
    assert 'href="https://example.org/?a=1&amp;b=2"' in html


TAGS = ("p", "strong", "b", "i", "div")
MARKUP = st.sampled_from(
    [
        *(f"<{tag}>" for tag in TAGS),
        *(f"</{tag}>" for tag in TAGS),
        *("<br>", "<script>", "&amp;", "a", "é", "\xa0", "\n", "\u3000"),
    ]
)


@given(st.lists(MARKUP | st.just("<p>a</p>") | st.just("<p>x <em>y</em></p>\n"), max_size=8).map("".join))
def test_what_passes_without_the_cleaner_is_what_the_cleaner_gives(html: str) -> None:
    cleaner = nh3.Cleaner(tags={"p", "br", "strong", "b", "i", "em", "div"}, attributes={})
    text, safe = from_html(html)
    if "<" in html:
        assert safe == (clean(cleaner.clean(html)).strip() if text is not None else None)


def test_words_of_two_blocks_stay_apart_and_blank_lines_single() -> None:
    assert from_html("Intro<p>One</p><ul><li>a</li><li>b</li></ul><p>End</p>")[0] == "Intro\nOne\na\nb\nEnd"
    assert from_html("<table><tr><td>8 pm</td><td>Hall</td></tr></table>")[0] == "8 pm\nHall"
    assert from_html("<p>One</p>\n \n\n<p>Two <br>\u00a0 three</p>")[0] == "One\n\nTwo\nthree"


def test_text_without_tags_needs_no_parser_and_stays_the_same() -> None:
    assert from_html("Fish &amp; Chips") == ("Fish & Chips", "Fish &amp; Chips")
    assert from_html("a\nb") == ("a\nb", "a<br>b")


@given(TEXTS)
def test_no_html_lets_a_control_character_through(text: str) -> None:
    for out in (*from_html(f"<p>{text}</p>"), line(text), paragraphs(text)):
        assert out is None or not any(char < " " and char not in "\n\t" for char in out)


def test_long_titles_and_descriptions_are_cut_and_flagged() -> None:
    title, codes = cut_title("word " * 100)
    assert len(title) <= MAX_TITLE
    assert title.endswith("word…")
    assert codes == ("TITLE_TRUNCATED",)
    assert cut_title("short") == ("short", ())
    text, html, codes = cut_description("word " * 20_000, "<b>x</b>")
    assert text is not None
    assert len(text) <= 50_000
    assert (html, codes) == (None, ("DESC_TRUNCATED",))


def test_a_text_without_spaces_is_cut_anywhere() -> None:
    assert shorten("x" * 20, 10) == "x" * 9 + "…"
