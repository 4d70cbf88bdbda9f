"""Numbers and times as a person reads them."""

from __future__ import annotations

import pytest

from scenescout_tui.console import formats
from scenescout_tui.console.glyphs import ASCII, UNICODE, glyphs_for
from scenescout_tui.console.sparkline import bucketed, graph, round_up, sparkline
from tests.console.scripted import NOW


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.0004, "0.4 ms"),
        (0.041, "41 ms"),
        (0.9999, "1.0 s"),
        (1.23, "1.2 s"),
        (42.4, "42 s"),
        (240, "4 min"),
        (7500, "2 h 05 min"),
        (273_600, "3 d 4 h"),
    ],
)
def test_a_duration_is_short_and_has_its_unit(seconds: float, text: str) -> None:
    assert formats.duration(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(-3, "0 s"), (42, "42 s"), (72, "1:12"), (7500, "2:05:00")])
def test_what_is_left_is_counted_down(seconds: float, text: str) -> None:
    assert formats.countdown(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (9120, "9120"),
        (12_345, "12k"),
        (999_499, "999k"),
        (999_500, "1.0M"),
        (9_949_999, "9.9M"),
        (28_110_332, "28M"),
    ],
)
def test_a_number_can_be_four_cells_wide_at_most(number: int, text: str) -> None:
    assert formats.compact(number) == text
    assert len(text) <= 4


def test_a_hundred_percent_is_said_only_when_all_is_done() -> None:
    assert formats.percent(0.9999) == "99 %"
    assert formats.percent(1.0) == "100 %"


def test_a_time_of_another_day_has_its_date() -> None:
    assert formats.clock(NOW, NOW) == "12:41:07"
    assert formats.clock(NOW - 86_400, NOW) == "2026-11-22 12:41"
    assert formats.day_or_clock(NOW - 86_400, NOW) == "22 Nov"
    assert formats.clock(0, NOW) == ""


def test_plurals() -> None:
    assert formats.plural(1, "error") == "1 error"
    assert formats.plural(2400, "batch", "batches") == "2,400 batches"


@pytest.mark.parametrize(
    ("encoding", "glyphs"),
    [
        ("UTF-8", UNICODE),
        ("utf8", UNICODE),
        ("ANSI_X3.4-1968", ASCII),
        ("ISO-8859-1", ASCII),
        ("nonsense", ASCII),
    ],
)
def test_the_signs_are_those_that_the_encoding_has(encoding: str, glyphs: object) -> None:
    assert glyphs_for(encoding) is glyphs


def test_the_ascii_signs_are_ascii() -> None:
    assert all(str(getattr(ASCII, name)).isascii() for name in ASCII.__slots__)


def test_buckets_keep_to_the_clock_so_that_one_sample_changes_one_cell() -> None:
    samples = [float(second) for second in range(20)]
    before = bucketed(samples, 10, 5, at=17.0)
    after = bucketed([*samples, 20.0], 10, 5, at=18.0)
    assert before[:-1] == after[:-1]
    assert len(bucketed([*samples, 20.0], 3, 5, at=18.0)) == 3


def test_a_scale_goes_in_round_steps() -> None:
    assert [round_up(value) for value in (0, 1, 1.1, 3, 7, 812, 1001)] == [1, 1, 2, 5, 10, 1000, 2000]


def test_a_sparkline_has_its_width_whatever_there_is_to_show() -> None:
    assert sparkline([], 8, UNICODE) == "▁" * 8
    assert sparkline([0, 50, 100], 5, UNICODE) == "▁▁▁▄█"


def test_a_graph_is_drawn_from_the_bottom() -> None:
    assert graph([0, 5, 10], 3, 2, 10, UNICODE) == ["  █", " ██"]
