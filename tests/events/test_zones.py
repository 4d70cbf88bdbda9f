"""Zones from coordinates, and what they do to times that came without one."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenescout_tui.events import quality
from scenescout_tui.events.enrich import enrich
from scenescout_tui.events.model import Event, Venue
from scenescout_tui.events.times import resolve, span, zone
from scenescout_tui.events.zones import plausible, zone_at
from tests.events.samples import event

LISBON = Venue(name="Hall", city="Lisboa", latitude=38.7223, longitude=-9.1393)
NEW_YORK = Venue(name="Hall", city="New York", latitude=40.73, longitude=-73.99)


def zoned(plain: Event) -> Event:
    """The event after the one step that is looked at here."""
    return enrich(plain, ("zone",))


def timed(start: str, end: str | None = None, venue: Venue | None = LISBON, **changes: Any) -> Event:
    """An event as an adapter makes it of a time without a zone's name."""
    begins, ends = resolve(start), resolve(end)
    assert begins is not None
    length = span(begins, ends, end_given=end is not None)
    plain = event(venue=venue, timezone=None, tz_source=begins.tz_source, **changes)
    return msgspec.structs.replace(
        plain,
        starts_at=begins.utc,
        start_local=begins.local,
        all_day=begins.all_day,
        ends_at=length.ends_at,
        end_local=length.end_local,
        quality=(*plain.quality, *begins.codes, *length.codes),
    )


@pytest.mark.parametrize(
    ("latitude", "longitude", "name"),
    [
        (38.7223, -9.1393, "Europe/Lisbon"),
        (53.4843, -2.2315, "Europe/London"),
        (37.78574, -122.40255, "America/Los_Angeles"),
        (40.73, -73.99, "America/New_York"),
        (-33.8568, 151.2153, "Australia/Sydney"),
        (27.7172, 85.3240, "Asia/Kathmandu"),
        # A pier and a harbour: a country's waters keep its time.
        (34.0083, -118.5000, "America/Los_Angeles"),
        (50.80, -1.10, "Europe/London"),
    ],
)
def test_places_on_land_and_near_it_have_a_zone(latitude: float, longitude: float, name: str) -> None:
    assert zone_at(latitude, longitude) == name


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(0.0, 0.0), (40.0, -30.0), (30.0, -140.0), (95.0, 0.0), (0.0, 200.0), (math.nan, 0.0), (0.0, math.inf)],
)
def test_the_high_seas_and_what_is_no_place_have_none(latitude: float, longitude: float) -> None:
    assert zone_at(latitude, longitude) is None


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_zone_found_is_one_we_can_reckon_with(latitude: float, longitude: float) -> None:
    name = zone_at(latitude, longitude)
    assert name is None or zone(name) is not None


def test_a_zone_fits_an_offset_at_some_moments_only() -> None:
    winter, summer = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    assert plausible("Europe/Lisbon", winter, timedelta(0))
    assert not plausible("Europe/Lisbon", summer, timedelta(0))
    assert plausible("Europe/Lisbon", summer, timedelta(hours=1))
    assert plausible("Asia/Kathmandu", summer, timedelta(hours=5, minutes=45))
    assert not plausible("Mars/Base", summer, timedelta(0))


def test_the_boundaries_are_loaded_at_the_first_use_only() -> None:
    code = (
        "import sys; from scenescout_tui.events import enrich, gazetteer; "
        "print('tzfpy' in sys.modules, gazetteer._cities.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "0"]


@pytest.mark.parametrize(
    ("start", "venue", "name"),
    [
        ("2026-06-10T19:30:00+01:00", LISBON, "Europe/Lisbon"),
        ("2026-12-10T19:30:00+00:00", LISBON, "Europe/Lisbon"),
        ("2026-12-10T19:30:00Z", LISBON, "Europe/Lisbon"),
        ("2026-06-10T19:30:00-04:00", NEW_YORK, "America/New_York"),
    ],
)
def test_an_offset_that_fits_gets_the_zone_of_its_place(start: str, venue: Venue, name: str) -> None:
    before = timed(start, venue=venue)
    after = zoned(before)
    assert (after.timezone, after.tz_source) == (name, "geo")
    assert (after.starts_at, after.start_local, after.quality) == (
        before.starts_at,
        before.start_local,
        before.quality,
    )
    tz = zone(name)
    assert after.starts_at.astimezone(tz).replace(tzinfo=None).isoformat() == after.start_local


@pytest.mark.parametrize(
    ("venue", "name"),
    [
        # One zone in the whole country, whatever the town.
        (Venue(name="Hall", city="Hebden Bridge", country="GB"), "Europe/London"),
        (Venue(name="Hall", country="JP"), "Asia/Tokyo"),
        (Venue(name="Hall", city="Chicago", country="US"), "America/Chicago"),
    ],
)
def test_without_coordinates_country_and_city_give_the_zone_where_they_leave_no_doubt(
    venue: Venue, name: str
) -> None:
    after = zoned(timed("2026-06-10 19:30", venue=venue))
    assert (after.timezone, after.tz_source, after.start_local) == (name, "geo", "2026-06-10T19:30:00")
    tz = zone(name)
    assert after.starts_at == datetime(2026, 6, 10, 19, 30, tzinfo=tz)
    assert after.quality == (quality.TZ_ASSUMED,)


@pytest.mark.parametrize("start", ["2026-06-10T19:30:00+00:00", "2026-06-10T19:30:00-08:00"])
def test_an_offset_that_does_not_fit_is_kept_and_flagged_once(start: str) -> None:
    before = timed(start)
    after = zoned(before)
    assert (after.timezone, after.tz_source) == (None, "offset_only")
    assert (after.starts_at, after.start_local) == (before.starts_at, before.start_local)
    assert after.quality == (quality.ZONE_MISMATCH,)
    assert zoned(after) == after


@pytest.mark.parametrize("start", ["2026-06-10 19:30", "2026-06-10T19:30"])
def test_a_time_without_zone_is_wall_time_of_its_place_and_stays_to_be_checked(start: str) -> None:
    after = zoned(timed(start, "2026-06-10 22:00"))
    assert (after.timezone, after.tz_source) == ("Europe/Lisbon", "geo")
    assert (after.start_local, after.end_local) == ("2026-06-10T19:30:00", "2026-06-10T22:00:00")
    assert after.starts_at == datetime(2026, 6, 10, 18, 30, tzinfo=UTC)
    assert after.ends_at == datetime(2026, 6, 10, 21, 0, tzinfo=UTC)
    assert after.quality == (quality.TZ_ASSUMED,)
    assert zoned(after) == after


def test_an_end_with_an_offset_stays_where_it_is() -> None:
    after = zoned(timed("2026-06-10 19:30", "2026-06-10T22:00:00-04:00", NEW_YORK))
    assert after.starts_at == datetime(2026, 6, 10, 23, 30, tzinfo=UTC)
    assert after.ends_at == datetime(2026, 6, 11, 2, 0, tzinfo=UTC)


def test_an_end_without_zone_follows_a_start_with_an_offset() -> None:
    after = zoned(timed("2026-06-10T13:30:00-04:00", "2026-06-10 22:00", NEW_YORK))
    assert after.starts_at == datetime(2026, 6, 10, 17, 30, tzinfo=UTC)
    assert after.ends_at == datetime(2026, 6, 11, 2, 0, tzinfo=UTC)
    assert quality.TZ_ASSUMED in after.quality


def test_an_end_that_lies_before_a_start_read_anew_is_dropped() -> None:
    before = timed("2026-06-10 19:30", "2026-06-10T18:00:00-03:00", NEW_YORK)
    assert before.ends_at is not None
    after = zoned(before)
    assert (after.ends_at, after.end_local) == (None, None)
    assert quality.END_BEFORE_START in after.quality


def test_whole_days_are_days_of_their_place() -> None:
    after = zoned(timed("2026-06-10", "2026-06-11"))
    assert (after.all_day, after.start_local, after.end_local) == (True, "2026-06-10", "2026-06-11")
    assert after.starts_at == datetime(2026, 6, 9, 23, 0, tzinfo=UTC)
    assert after.ends_at == datetime(2026, 6, 11, 23, 0, tzinfo=UTC)


def test_a_wall_time_that_does_not_exist_there_is_moved_on_and_flagged() -> None:
    after = zoned(timed("2026-03-29 01:30", "2026-03-29 01:45"))
    assert after.start_local == "2026-03-29T02:30:00"
    assert (after.start_text, after.end_text) == ("2026-03-29T01:30:00", "2026-03-29T01:45:00")
    assert set(after.quality) == {quality.TZ_ASSUMED, quality.DST_GAP}


@pytest.mark.parametrize(
    "changes",
    [
        {"venue": None},
        {"venue": Venue(name="Hall", city="Lisboa")},
        {"venue": Venue(name="Hall", city="Portland", country="US")},
        {"venue": Venue(name="Boat", latitude=40.0, longitude=-30.0)},
        {"attendance": "online"},
    ],
    ids=["no venue", "no coordinates", "two cities of that name", "at sea", "online"],
)
@pytest.mark.parametrize("start", ["2026-06-10 19:30", "2026-06-10T19:30:00+01:00"])
def test_without_a_place_on_land_nothing_is_added(start: str, changes: dict[str, Any]) -> None:
    before = timed(start, **changes)
    assert zoned(before) == before


def test_a_zone_that_the_source_names_is_never_touched() -> None:
    named = event(venue=LISBON, timezone="Europe/London", tz_source="explicit")
    assert zoned(named) == named
    usual = event(venue=LISBON, timezone="Europe/London", tz_source="assumed")
    assert zoned(usual) == usual


@given(
    st.datetimes(min_value=datetime(1975, 1, 1), max_value=datetime(2100, 1, 1)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
    st.sampled_from([LISBON, NEW_YORK, None]),
    st.sampled_from(["", "+00:00", "+01:00", "-04:00", "-05:00"]),
)
def test_wall_time_and_zone_always_give_the_instant(
    moment: datetime, venue: Venue | None, offset: str
) -> None:
    after = zoned(timed(f"{moment.isoformat()}{offset}", venue=venue))
    tz = zone(after.timezone) if after.timezone is not None else None
    assert (tz is None) == (after.tz_source != "geo")
    if tz is not None:
        assert after.starts_at.astimezone(tz).replace(tzinfo=None).isoformat() == after.start_local
