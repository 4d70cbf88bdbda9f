"""Times: UTC, wall time, zone, and what is said about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenescout_tui.events import quality
from scenescout_tui.events.times import MAX_TEXT, as_written, parse, resolve, span, stated, time_fields, zone

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


def test_the_hour_that_does_not_exist_and_the_one_that_exists_twice_are_flagged() -> None:
    gap, fold = resolve("2026-03-29 01:30", "Europe/London"), resolve("2026-10-25 01:30", "Europe/London")
    assert gap is not None
    assert (gap.local, gap.codes) == ("2026-03-29T02:30:00", (quality.DST_GAP,))
    assert fold is not None
    assert (fold.utc, fold.codes) == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), (quality.DST_FOLD,))
    # With UTC beside it neither is in doubt.
    second = stated("2026-10-25T01:30:00Z", "2026-10-25T01:30:00", "Europe/London")
    assert second is not None
    assert second.codes == ()


@pytest.mark.parametrize(
    ("utc", "local", "name"),
    [
        ("2026-06-10T19:00:00Z", "2026-06-10T19:00:00", "Europe/London"),
        # No clock is so far from UTC.
        ("2026-06-10T19:00:00Z", "2026-07-10T21:00:00", None),
    ],
)
def test_local_time_and_zone_that_do_not_give_utc_are_flagged(utc: str, local: str, name: str | None) -> None:
    when = stated(utc, local, name)
    assert when is not None
    assert (when.utc, when.codes) == (datetime(2026, 6, 10, 19, tzinfo=UTC), (quality.TZ_MISMATCH,))
    tz = zone(name) if name is not None else UTC
    assert when.local == when.utc.astimezone(tz).replace(tzinfo=None).isoformat()


def test_an_offset_that_the_named_zone_has_not_is_flagged_and_utc_is_none() -> None:
    wrong = resolve("2026-06-10T19:00:00-04:00", "Europe/London")
    assert wrong is not None
    assert (wrong.local, wrong.codes) == ("2026-06-11T00:00:00", (quality.TZ_MISMATCH,))
    for fine in ("2026-06-10T19:00:00+01:00", "2026-06-10T18:00:00Z", "2026-06-10T18:00:00+00:00"):
        when = resolve(fine, "Europe/London")
        assert when is not None
        assert (when.local, when.codes) == ("2026-06-10T19:00:00", ())


@pytest.mark.parametrize("text", ["2026-11-23T24:00", "2026-11-23 24:00:00", "2026-11-23T24:00Z"])
def test_the_end_of_a_day_is_the_midnight_after_it(text: str) -> None:
    moment = parse(text)
    assert moment is not None
    assert moment.replace(tzinfo=None) == datetime(2026, 11, 24)


def test_what_the_source_wrote_is_kept_where_it_is_not_the_wall_time() -> None:
    start, end = (
        resolve("2026-11-23 8:00 PM", "Europe/London"),
        resolve("2026-11-23T23:00:00", "Europe/London"),
    )
    assert start is not None
    fields = time_fields(start, span(start, end), "2026-11-23 8:00 PM", "2026-11-23T23:00:00")
    assert (fields["start_local"], fields["start_text"]) == ("2026-11-23T20:00:00", "2026-11-23 8:00 PM")
    assert (fields["end_local"], fields["end_text"]) == ("2026-11-23T23:00:00", None)
    assert as_written("late\x1b[31m", None, 7) == "late 7"
    assert as_written("x" * 500) == "x" * MAX_TEXT
    assert as_written(None, [], {}) is None
