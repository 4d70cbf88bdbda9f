"""Matching: what one listing leaves out of the place, and one of several times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from scenescout_tui.events.blocks import block_keys, lookup_keys
from scenescout_tui.events.match import Candidate, candidate, decide
from scenescout_tui.events.model import Event, Venue
from tests.events.samples import HALL, event

SINGER, CLASS = "Nubya Garcia", "Comedy Night"
NAMED = Venue(name="Canal Hall", city="Manchester")
BY_ADDRESS = Venue(address1="27 Canal Street", city="Manchester", latitude=53.4842, longitude=-2.2314)


def known(event_id: str = "k", sources: tuple[str, ...] = ("yelp",), **changes: Any) -> Candidate:
    return candidate(event_id, event(**{"source": "yelp", "title": SINGER, **changes}), sources)


def kind(first: Event, *others: Candidate) -> str:
    return decide(first, others).kind


def meet(first: Event, second: Event) -> bool:
    return bool(set(lookup_keys(first)) & set(block_keys(second)))


def test_who_plays_in_a_city_at_an_hour_plays_at_one_house() -> None:
    bare = known(venue=BY_ADDRESS)
    assert kind(event(title=SINGER, venue=NAMED), bare) == "link"
    # Other hours and what every house puts on say nothing of the house.
    assert kind(event(title=SINGER, venue=NAMED, start="2026-11-23T20:15:00"), bare) == "review"
    assert kind(event(title=CLASS, venue=NAMED), known(title=CLASS, venue=BY_ADDRESS)) == "new"


def test_what_is_given_at_two_houses_of_a_city_is_asked_about() -> None:
    film = event(title=SINGER, venue=NAMED)
    elsewhere = known("other", venue=Venue(name="Mill Theatre", city="Manchester"))
    other_address = known(
        "far", venue=msgspec.structs.replace(BY_ADDRESS, address1="9 Mill Road", latitude=53.5)
    )
    for second in (elsewhere, other_address):
        for order in ((known(venue=BY_ADDRESS), second), (second, known(venue=BY_ADDRESS))):
            assert kind(film, *order) == "review"


def test_a_house_without_a_name_meets_one_without_coordinates_in_its_city() -> None:
    bare, named = event(title=SINGER, venue=BY_ADDRESS), event(title=SINGER, venue=NAMED)
    assert meet(bare, named)
    assert meet(named, bare)
    # By the address, where the titles have no word in common.
    told = event(title="Jazz", venue=Venue(name="Hall", address1="27 Canal St.", city="Manchester"))
    assert meet(bare, told)
    in_london = event(title=SINGER, venue=msgspec.structs.replace(NAMED, name="Hall", city="London"))
    assert not meet(in_london, bare)


def test_a_room_that_only_one_names_is_a_question() -> None:
    upstairs = msgspec.structs.replace(HALL, name="Canal Hall, Studio 2")
    assert kind(event(title=SINGER, venue=upstairs), known()) == "review"
    assert kind(event(title=CLASS, venue=upstairs), known(title=CLASS)) == "review"
    rooms = [known(room, venue=msgspec.structs.replace(HALL, name=f"Canal Hall, {room}")) for room in ROOMS]
    assert kind(event(title=SINGER), *rooms) == "review"


ROOMS = ("Studio 2", "Studio 3")


def test_by_day_another_start_of_the_same_length_is_the_next_slot() -> None:
    ten, half_past = "2026-11-23T10:00:00", "2026-11-23T10:30:00"
    first = known(start=ten, ends_at=datetime(2026, 11, 23, 11, tzinfo=UTC))
    second = event(title=SINGER, start=half_past, ends_at=datetime(2026, 11, 23, 11, 30, tzinfo=UTC))
    assert kind(second, first) == "new"
    # How long they are is not known: asked once, and no more when there are several.
    assert kind(event(title=SINGER, start=half_past), known(start=ten)) == "review"
    slots = [known("a", start=ten), known("b", start="2026-11-23T11:00:00")]
    assert kind(event(title=SINGER, start=half_past), *slots) == "new"
    assert kind(event(title=SINGER, start=ten), *slots) == "link"


@pytest.mark.parametrize(("title", "expected"), [(SINGER, "link"), ("Ghost Walk: Old Alleys", "review")])
def test_what_is_given_for_one_group_after_the_other_has_no_doors(title: str, expected: str) -> None:
    early = known(title=title, start="2026-11-23T19:30:00")
    assert kind(event(title=title), early) == expected


def test_doors_an_hour_before_end_with_the_show() -> None:
    ends = datetime(2026, 11, 23, 23, tzinfo=UTC)
    doors = known(start="2026-11-23T19:00:00", ends_at=ends)
    assert kind(event(title=SINGER, ends_at=ends), doors) == "link"
    assert kind(event(title=SINGER), doors) == "review"


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("Noise Lab Volume V", "Noise Lab Vol. 5", "link"),
        ("Noise Lab V", "Noise Lab 5", "link"),
        ("Noise Lab V", "Noise Lab 6", "new"),
        ("16. Night of Museums", "Night of Museums", "link"),
        ("Otters v Badgers", "Otters v Foxes", "new"),
    ],
)
def test_a_letter_is_a_number_at_the_end_and_a_contest_between_names(
    one: str, two: str, expected: str
) -> None:
    assert kind(event(title=one), known(title=two)) == expected


def test_every_event_that_may_be_the_same_is_asked_about_the_likeliest_first() -> None:
    upstairs = msgspec.structs.replace(HALL, name="Canal Hall, Studio 2")
    rooms = [known(room, venue=msgspec.structs.replace(HALL, name=f"Canal Hall, {room}")) for room in ROOMS]
    decision = decide(event(title=SINGER), rooms)
    assert decision.kind == "review"
    assert {decision.event_id, *(one.event_id for one in decision.others)} == set(ROOMS)
    assert all(one.score <= decision.score for one in decision.others)
    assert decide(event(title=SINGER, venue=upstairs), [known()]).others == ()
