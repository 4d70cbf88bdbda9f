"""Blocks: events that may be the same always meet in one."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scenescout_tui.events.blocks import (
    MAX_MINUTES,
    block_keys,
    block_numbers,
    keys_and_numbers,
    lookup_keys,
    metres,
)
from scenescout_tui.events.model import Event, Organizer, Venue
from tests.events.samples import HALL, event, online

PLACES = st.tuples(st.floats(-89.9, 89.9), st.floats(-180, 180))
STARTS = st.datetimes(min_value=datetime(2020, 1, 2), max_value=datetime(2030, 1, 1))


def at(latitude: float, longitude: float, start: datetime, name: str | None = None) -> Event:
    venue = Venue(name=name, latitude=latitude, longitude=longitude)
    return event(venue=venue, start=start.isoformat())


def meet(first: Event, second: Event) -> bool:
    return bool(set(lookup_keys(first)) & set(block_keys(second)))


@given(PLACES, STARTS, st.floats(0, 500), st.floats(0, 2 * math.pi), st.integers(-MAX_MINUTES, MAX_MINUTES))
def test_near_events_always_meet_whichever_comes_first(
    place: tuple[float, float], start: datetime, distance: float, bearing: float, minutes: int
) -> None:
    north = place[0] + math.degrees(distance / 6_371_000) * math.cos(bearing)
    assume(abs(north) < 89.9)
    east = place[1] + math.degrees(distance / 6_371_000) * math.sin(bearing) / math.cos(
        math.radians(place[0])
    )
    east = (east + 180) % 360 - 180
    assume(metres(*place, north, east) <= 500)
    # Each with a name of its own, so that only the cells can bring them together.
    first, second = at(*place, start, "One"), at(north, east, start + timedelta(minutes=minutes), "Two")
    assert meet(first, second)
    assert meet(second, first)


@given(PLACES, STARTS)
def test_few_keys_are_kept_and_few_looked_up(place: tuple[float, float], start: datetime) -> None:
    one = at(*place, start, "Hall")
    # A clock that cannot be right at its place is kept under two dates.
    assert len(block_keys(one)) in (3, 6)
    # Only those without coordinates look for a house anywhere.
    assert all(key.endswith("vhallg") for key in set(block_keys(one)) - set(lookup_keys(one)))
    assert len(lookup_keys(one)) <= 10 * 3
    assert keys_and_numbers(one) == (block_keys(one), block_numbers(lookup_keys(one)))


def test_few_keys_are_kept_whatever_is_known() -> None:
    for venue in (HALL, msgspec.structs.replace(HALL, address1="27 Canal Street")):
        assert len(block_keys(event(venue=venue))) == 3
    assert len(block_keys(event(venue=Venue(name="Canal Hall")))) == 2


def test_houses_of_one_name_in_two_cities_do_not_meet() -> None:
    here = event(venue=Venue(name="Canal Hall", latitude=53.4842, longitude=-2.2314))
    there = event(title="Something else", venue=Venue(name="Canal Hall", latitude=51.5, longitude=-0.12))
    beside = event(title="Something else", venue=Venue(name="Canal Hall", latitude=53.52, longitude=-2.2314))
    unknown = event(title="Something else", venue=Venue(name="Canal Hall"))
    assert not meet(here, there)
    assert meet(here, beside)  # 4 km apart
    assert meet(here, unknown)
    assert meet(unknown, here)


@pytest.mark.parametrize(
    "venue",
    [
        Venue(name="The Canal Hall"),
        Venue(name="Canal Hall, Studio 2"),
        Venue(name="Hall Canal (Manchester)"),
        Venue(name="Canal Hall Manchester", city="Manchester"),
        Venue(address1="27 Canal St."),
        Venue(name="Another Name", city="Manchester"),
        Venue(name="Canal Hall", latitude=-2.2314, longitude=53.4842),
    ],
)
def test_a_place_without_coordinates_meets_one_with_them(venue: Venue) -> None:
    """By its name in whichever order they come; by its address or the title if it comes first."""
    whole = event(venue=msgspec.structs.replace(HALL, address1="27 Canal Street"))
    bare = event(venue=venue)
    assert meet(whole, bare)
    assert meet(bare, whole) or "Canal" not in (venue.name or "")


def test_a_clock_in_the_wrong_zone_meets_the_right_one() -> None:
    york = Venue(name="Hall", latitude=40.71, longitude=-74.0)
    right = msgspec.structs.replace(event(venue=york), starts_at=datetime(2026, 11, 24, 1, tzinfo=UTC))
    wrong = msgspec.structs.replace(right, start_local="2026-11-24T01:00:00", timezone="UTC")
    assert meet(right, wrong)
    assert meet(wrong, right)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Nubya Garcia", "Nubya Garcia - Odyssey Tour"),
        ("Nubya Garcia", "Tickets: Nubya Garcia @ Canal Hall"),
        ("Noche de Jazz", "Jazz Night"),
    ],
)
def test_titles_meet_in_other_words(one: str, two: str) -> None:
    nowhere = Venue(city="Manchester")
    assert meet(event(title=one, venue=nowhere), event(title=two, venue=nowhere))


def test_other_days_do_not_meet_except_around_midnight() -> None:
    assert not meet(event(), event(start="2026-11-24T20:00:00"))
    assert meet(event(start="2026-11-23T23:30:00"), event(start="2026-11-24T00:30:00"))
    assert meet(event(start="2026-11-24T00:30:00"), event(start="2026-11-23T23:30:00"))


def test_online_events_meet_by_organiser_or_title() -> None:
    other_title = online(title="Something else")
    other_host = online(organizer=Organizer(name="Someone"))
    assert meet(online(), other_title)
    assert meet(online(), other_host)
    assert not meet(other_title, other_host)
    assert len(block_keys(online())) == 2


def test_an_event_without_any_place_still_has_a_key() -> None:
    assert block_keys(event(venue=None))
    assert block_keys(online(organizer=None, title="🎵"))


def test_all_day_events_are_kept_under_their_day() -> None:
    day = msgspec.structs.replace(event(), all_day=True, start_local="2026-11-23")
    assert meet(day, event())


def test_distances_are_in_metres() -> None:
    # One degree of a great circle is 111.19 km on a sphere of 6,371 km.
    assert abs(metres(0, 0, 0, 1) - 111_195) < 1
    assert abs(metres(10, 179.5, 10, -179.5) - metres(10, 0, 10, 1)) < 1e-3


def test_a_house_is_found_by_any_word_of_its_name() -> None:
    kept = event(venue=Venue(name="Gaslight", city="Leeds"))
    longer = ("The Gaslight Ballroom", "Gaslight Leeds", "Attic, Gaslight", "GASLIGHT - Main Room")
    for name in longer:
        # Titles without a common word, so that only the name can bring them together.
        assert meet(event(title="Otters", venue=Venue(name=name, city="Leeds")), kept)
    assert not meet(event(title="Otters", venue=Venue(name="Lamplight", city="Leeds")), kept)
