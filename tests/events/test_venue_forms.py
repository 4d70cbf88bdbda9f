"""What sources say of a venue: by what it is known again, and the house that comes of several."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from scenescout_tui.events.model import Venue
from scenescout_tui.events.venue_forms import Form, FormKey, form_key, likeness, merge_forms
from tests.store.samples import HALL, event

NO_ID = msgspec.structs.replace(HALL, external_id=None)


def form(source: str, external_id: str, **changes: Any) -> Form:
    return Form(FormKey(source, "", external_id), msgspec.structs.replace(NO_ID, **changes))


def test_a_form_is_known_by_the_id_of_its_source_whatever_it_says() -> None:
    renamed = msgspec.structs.replace(HALL, name="Neue Kantine")
    keys = {form_key(event(1, source_account="acme", venue=venue)) for venue in (HALL, renamed)}
    assert keys == {FormKey("eventbrite", "acme", "77")}


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"latitude": 52.53908, "longitude": 13.41284}, True),
        ({"address2": "im Hof", "display": "Alte Kantine, Berlin"}, True),
        ({"latitude": 52.5491}, False),
        ({"name": "Neue Kantine"}, False),
        ({"address1": "Knaackstraße 98"}, False),
        ({"postal": "10435"}, False),
    ],
)
def test_without_an_id_it_is_known_by_what_it_says(changes: dict[str, Any], same: bool) -> None:
    ours = form_key(event(1, venue=NO_ID))
    theirs = form_key(event(2, venue=msgspec.structs.replace(NO_ID, **changes)))
    assert ours is not None
    assert ours.external_id.startswith("#")
    assert (ours == theirs) is same


@pytest.mark.parametrize(
    "changes",
    [
        {"venue": None},
        {"venue": Venue(external_id="77")},
        {"venue": Venue(city="Berlin")},
        {"venue": Venue(name="To be announced", city="Berlin")},
        {"venue": HALL, "attendance": "online"},
    ],
)
def test_what_names_no_house_has_no_form(changes: dict[str, Any]) -> None:
    assert form_key(event(1, **changes)) is None


def test_a_house_has_the_name_of_most_the_fullest_address_and_the_coordinates_of_the_first_source() -> None:
    house = merge_forms(
        [
            form("yelp", "a", name="Kantine", latitude=52.54, longitude=13.42, postal="10435", region="BE"),
            form("ics", "b", name="Alte Kantine", latitude=52.53, longitude=13.41),
            form(
                "csv",
                "c",
                name="Kantine",
                latitude=None,
                longitude=None,
                address1=None,
                postal="1",
                region="B",
            ),
            form("eventbrite", "d", name="Alte Kantine", latitude=None, longitude=None),
        ]
    )
    # Two names that two sources have each: the one of Eventbrite, which counts more.
    assert house.name == "Alte Kantine"
    assert (house.latitude, house.longitude) == (52.53, 13.41)
    assert (house.address1, house.postal, house.region) == ("Knaackstraße 97", "10435", "BE")


def test_one_form_that_speaks_against_it_keeps_another_out() -> None:
    house = [form("eventbrite", "1", name="Old Mill"), form("yelp", "2", name="Old Mill (Bakery)")]
    turbine = form("ics", "3", name="Old Mill (Turbine)")
    assert likeness(turbine, house[:1]) is not None
    assert likeness(turbine, house) is None
    assert likeness(turbine, []) == 0.0


def test_what_is_submitted_changes_nothing_of_a_house_that_others_know() -> None:
    theirs = form("ics", "1", name="Alte Kantine", latitude=None, longitude=None)
    submitted = [
        form("manual", f"#{n}", name="Buy tickets here", address1="Elm Street 4", postal="1")
        for n in range(3)
    ]
    house = merge_forms([*submitted, theirs])
    assert (house.name, house.address1, house.postal) == ("Alte Kantine", "Knaackstraße 97", None)
    assert (house.latitude, house.longitude) == (None, None)
    assert merge_forms(submitted).name == "Buy tickets here"
