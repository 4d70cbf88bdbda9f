"""What an operator says of inputs: read as typed, recorded with the run, refused by the option's name."""

from __future__ import annotations

import json
from datetime import date

import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.sources.read_options import ReadOptions

ALL = ReadOptions.of(
    map=["title=Event, name,start=Date", "venue=Where"],
    place="  Canal  Hall, Manchester ",
    timezone="europe/london",
    dates="DMY",
    series_from="2026-12-01",
    series_until="2026-12-31",
)


def test_options_are_read_as_they_are_typed() -> None:
    assert ALL.map == (("title", "Event, name"), ("start", "Date"), ("venue_name", "Where"))
    assert (ALL.place, ALL.timezone, ALL.dates) == ("Canal Hall, Manchester", "Europe/London", "dmy")
    assert ALL.window == (date(2026, 12, 1), date(2026, 12, 31))


def test_a_run_records_its_options_and_goes_on_with_them() -> None:
    started = ALL.starting(date(2026, 11, 23))
    again = ReadOptions.from_recorded(json.loads(json.dumps(started.recorded())))
    assert again == started
    assert again.starting(date(2027, 5, 1)) == started
    assert ReadOptions.from_recorded({}) == ReadOptions()
    assert ReadOptions().recorded() == {}


def test_the_window_is_a_year_from_the_day_the_run_began() -> None:
    assert ReadOptions().starting(date(2026, 11, 23)).window == (date(2026, 11, 23), date(2027, 11, 23))
    ahead = ReadOptions.of(series_from="2027-01-01").starting(date(2026, 11, 23))
    assert ahead.window == (date(2027, 1, 1), date(2028, 1, 1))
    past = ReadOptions.of(series_until="2020-01-01").starting(date(2026, 11, 23))
    assert past.window == (date(2020, 1, 1), date(2020, 1, 1))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("map", "title"),
        ("map", "title="),
        ("map", "headline=Name"),
        ("place", "  "),
        ("place", "x" * 501),
        ("timezone", "Mars/Olympus"),
        ("timezone", ""),
        ("dates", "ymd"),
        ("series_from", "tomorrow"),
        ("series_until", "0001-01-01"),
    ],
)
def test_a_bad_option_is_named(option: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ReadOptions.of(**{option: value})
    assert f"--{option.replace('_', '-')}:" in str(refused.value)
    assert refused.value.metadata["field"] == option


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="--series-until"):
        ReadOptions.of(series_from="2026-12-01", series_until="2026-11-01")
