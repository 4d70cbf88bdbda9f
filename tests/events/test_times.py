"""Times: UTC, wall time, zone, and what is said about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenescout_tui.events import quality
from scenescout_tui.events.times import parse, resolve, span, stated, zone

ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC")


@given(
    st.datetimes(min_value=datetime(1975, 1, 1), max_value=datetime(2100, 1, 1)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
    st.sampled_from(ZONES),
)
def test_local_and_zone_always_give_utc(moment: datetime, name: str) -> None:
    when = resolve(moment.isoformat(), name)
    tz = zone(name)
    assert when is not None
    assert tz is not None
    assert when.utc.astimezone(tz).replace(tzinfo=None).isoformat() == when.local
    again = stated(when.utc.isoformat().replace("+00:00", "Z"), when.local, name)
    assert again is not None
    assert (again.utc, again.local, again.codes) == (when.utc, when.local, ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "20261123",
        "2026-W10-1",
        "2026-13-01",
        "23.11.2026 20:00",
        "11/23/2026",
        "2026-11-23T25:00",
        "99",
        "2026-11-23 13:00 PM",
        "0001-01-01T00:00:00+14:00x",
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert resolve(text, "Europe/London") is None


@pytest.mark.parametrize("value", [None, 5, 1.5, True, [], {}])
def test_what_is_no_text_is_no_time(value: object) -> None:
    assert parse(value) is None
    assert resolve(value) is None
    assert stated(value, value, value) is None


def test_years_that_stand_for_unknown_are_no_times() -> None:
    for text in (
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00",
        "9999-12-31",
    ):
        for name in (None, *ZONES):
            assert resolve(text, name) is None
            assert stated(text, text, name) is None


def test_twelve_hour_clocks_are_read() -> None:
    for text, hour in (("2026-11-23 8:00 PM", 20), ("2026-11-23 12 am", 0), ("2026-11-23, 12:00 p.m.", 12)):
        moment = parse(text)
        assert moment is not None
        assert moment.hour == hour


def test_an_offset_without_zone_keeps_its_wall_time() -> None:
    when = resolve("2026-11-23T20:00:00-08:00")
    assert when is not None
    assert (when.utc, when.local) == (datetime(2026, 11, 24, 4, tzinfo=UTC), "2026-11-23T20:00:00")
    assert (when.zone, when.tz_source, when.codes) == (None, "offset_only", ())


def test_a_zone_that_does_not_exist_is_flagged() -> None:
    when = stated("2026-11-23T20:00:00Z", "2026-11-23T21:00:00", "Mars/Base")
    assert when is not None
    assert (when.local, when.zone, when.codes) == ("2026-11-23T21:00:00", None, (quality.TZ_UNKNOWN,))


@pytest.mark.parametrize("name", ["europe/london", "EUROPE/LONDON", "America/New York"])
def test_zones_are_found_in_any_capitalisation(name: str) -> None:
    found = zone(name)
    assert found is not None
    assert found.key in ("Europe/London", "America/New_York")


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "/etc/localtime", "a\0b", "Europe", "x" * 5000])
def test_a_name_that_is_a_path_is_no_zone(name: str) -> None:
    assert zone(name) is None


def test_ends_are_judged_against_their_starts() -> None:
    start = resolve("2026-11-23T00:00:00", "UTC")
    assert start is not None

    def judged(end: str) -> tuple[str, ...]:
        return span(start, resolve(end, "UTC")).codes

    assert judged("2026-11-22T23:00:00") == (quality.END_BEFORE_START,)
    assert judged("2026-11-23T03:00:00") == ()
    assert judged("2026-11-23T23:30:00") == (quality.ALL_DAY_SUSPECTED,)
    assert quality.MULTI_DAY in judged("2026-11-25T00:00:00")
    assert quality.LONG_RUNNING in judged("2027-01-25T00:00:00")
    assert span(start, None, end_given=True).codes == (quality.END_INVALID,)
    assert span(start, None).codes == ()


def test_the_end_of_whole_days_is_the_midnight_after_the_last() -> None:
    start, end = resolve("2026-11-23", "UTC"), resolve("2026-11-24", "UTC")
    assert start is not None
    length = span(start, end)
    assert length.ends_at == start.utc + timedelta(days=2)
    assert length.end_local == "2026-11-24"
