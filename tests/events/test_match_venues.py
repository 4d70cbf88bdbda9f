"""Venues: one house in two guides is one, branches, neighbours and houses under one roof are not."""

from __future__ import annotations

from collections import Counter

import pytest

from scenescout_tui.events.venue_match import Place, compare_venues, venue_keys, venue_lookup_keys
from tests.events.adversarial.guides import FOLDER, entries, gold, linked
from tests.events.adversarial.houses import pairs

HOUSE = Place(name="Marlowe Grill", address="435 S. La Cienega Blvd.", city="Leeds", phone="310/246-1501")


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        (Place(name="The Marlowe Grill", address="435 South La Cienega Boulevard", city="Leeds"), "same"),
        (Place(name="Grill Marlowe", city="Leeds", phone="+1 310-246-1501"), "same"),
        (Place(name="Marlowe Grill", address="435 S. La Cienega Blvd.", phone="213-555-0000"), "same"),
        (Place(name="Marlowe", address="435 La Cienega Blvd., Suite 4"), "same"),
        (Place(name="Marlowe Grill", city="Leeds"), "same"),
        (Place(name="Marlowe Grill"), "review"),
        (Place(address="435 S. La Cienega Blvd.", city="Leeds"), "review"),
        (Place(name="Marlowe Ballroom", address="435 S. La Cienega Blvd.", phone="310/246-1501"), "review"),
        (Place(name="Marlowe Grill", address="12 Ocean Ave.", city="Leeds", phone="213-555-0000"), "other"),
        (Place(name="Marlowe Grill", city="York"), "other"),
        (Place(name="Otter & Anchor", address="437 S. La Cienega Blvd.", city="Leeds"), "other"),
        (Place(name="Otter & Anchor", city="Leeds"), "other"),
    ],
)
def test_name_and_place_decide(other: Place, kind: str) -> None:
    found = compare_venues(HOUSE, other)
    assert found.kind == kind
    assert found == compare_venues(other, HOUSE)


def test_coordinates_count_like_an_address() -> None:
    here = Place(name="Marlowe Grill", latitude=53.48420, longitude=-2.23140)
    near = Place(name="The Marlowe Grill", latitude=53.48470, longitude=-2.23140)
    far = Place(name="Marlowe Grill", latitude=53.52, longitude=-2.23140)
    assert compare_venues(here, near).kind == "same"
    assert compare_venues(here, far).kind == "other"
    assert set(venue_keys(here)) & set(venue_lookup_keys(near))


def test_a_decision_explains_itself() -> None:
    found = compare_venues(HOUSE, Place(name="Marlowe Grill", address="9 Ocean Ave.", phone="213-555-0000"))
    assert found.evidence == "names 100, address other, phone other"


def test_made_up_houses_are_told_apart() -> None:
    made = pairs(seed=4, rounds=40)
    found = Counter(
        (pair.trap, compare_venues(pair.first, pair.second).kind) for pair in made if not pair.same
    )
    assert not [trap for trap, kind in found if kind == "same"]
    same = [pair for pair in made if pair.same]
    assert all(set(venue_keys(pair.first)) & set(venue_lookup_keys(pair.second)) for pair in same)
    assert sum(compare_venues(*pair[:2]).kind == "same" for pair in same) >= 0.98 * len(same)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the restaurants of the two guides are not here")
def test_the_restaurants_of_two_guides_are_found() -> None:
    found, compared = linked(ours := entries("fodors.csv"), theirs := entries("zagats.csv"))
    same = gold()
    right = len(found & same)
    assert 2 * right / (len(found) + len(same)) >= 0.98
    assert compared < 0.01 * len(ours) * len(theirs)
