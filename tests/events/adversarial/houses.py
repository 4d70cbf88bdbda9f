"""Venues as two guides write them down, some of which are branches, neighbours or share a roof."""

from __future__ import annotations

import random
from typing import NamedTuple

from scenescout_tui.events.venue_match import Place

_FIRST = (
    "Amber",
    "Otter",
    "Juniper",
    "Marlowe",
    "Pelican",
    "Saffron",
    "Willow",
    "Garibaldi",
    "Nonna",
    "Harbor",
)
_SECOND = (
    "Lantern",
    "Kitchen",
    "Table",
    "Spoon",
    "Gate",
    "Anchor",
    "Courtyard",
    "Grove",
    "Cellar",
    "Terrace",
)
_SORTS = ("Cafe", "Grill", "Restaurant", "Bistro", "Bar", "Theatre", "Gallery", "")
_STREETS = (
    "Elm",
    "Sunset",
    "Third",
    "La Paloma",
    "Washington",
    "Peachtree",
    "Columbus",
    "Ocean",
    "Lake Shore",
)
_SORTS_OF_STREETS = (("Street", "St."), ("Avenue", "Ave."), ("Boulevard", "Blvd."), ("Road", "Rd."))
_DIRECTIONS = ("", "", "", "N.", "S.", "W.", "E.")
_CITIES = (("Springfield", ""), ("New York", "New York City"), ("Los Angeles", "Hollywood"), ("Atlanta", ""))


class Pair(NamedTuple):
    """Two entries, and whether they are one house."""

    first: Place
    second: Place
    same: bool
    trap: str


class _House(NamedTuple):
    name: str
    number: int
    direction: str
    street: str
    sort: int
    city: int
    phone: str


def pairs(seed: int, rounds: int) -> list[Pair]:
    """Return so many rounds of all traps."""
    rng = random.Random(seed)
    found = []
    for _ in range(rounds):
        house, other = _house(rng), _house(rng)
        branch = house._replace(number=other.number, street=other.street, phone=other.phone)
        beside = house._replace(
            name=f"{house.name.split()[0]} {rng.choice(('Rooftop', 'Oyster Room', 'Ballroom'))}"
        )
        door = other._replace(number=house.number + 2, street=house.street, sort=house.sort, city=house.city)
        moved_line = house._replace(phone=other.phone)
        found += [
            Pair(_written(rng, house), _written(rng, house), True, "written twice"),
            Pair(_written(rng, house), _written(rng, moved_line), True, "another telephone"),
            Pair(_written(rng, house), _shorter(rng, house), True, "a longer name"),
            Pair(_written(rng, house), _written(rng, branch), False, "branch"),
            Pair(_written(rng, house), _written(rng, beside), False, "under one roof"),
            Pair(_written(rng, house), _written(rng, door), False, "next door"),
            Pair(_written(rng, house), _written(rng, other), False, "another"),
        ]
    return found


def _house(rng: random.Random) -> _House:
    name = f"{rng.choice(_FIRST)} {rng.choice(_SECOND)} {rng.choice(_SORTS)}".strip()
    phone = f"{rng.randrange(200, 999)}{rng.randrange(2_000_000, 9_999_999)}"
    return _House(
        name,
        rng.randrange(10, 9999),
        rng.choice(_DIRECTIONS),
        rng.choice(_STREETS),
        rng.randrange(len(_SORTS_OF_STREETS)),
        rng.randrange(len(_CITIES)),
        phone,
    )


def _written(rng: random.Random, house: _House) -> Place:
    name = house.name
    luck = rng.random()
    if luck < 0.15:
        name = f"The {name}"
    elif luck < 0.3:
        name = f"{name}, The"
    elif luck < 0.4:
        name = name.lower().replace(" ", "-", 1)
    elif luck < 0.5:
        words = name.split()
        name = " ".join([words[-1], *words[:-1]])
    elif luck < 0.6:
        name = f"{name} of {_CITIES[house.city][0]}"
    sort = rng.choice(_SORTS_OF_STREETS[house.sort])
    street = f"{house.direction} {house.street} {sort}".strip()
    if house.direction and rng.random() < 0.3:
        street = f"{house.street} {sort} {house.direction}"
    ending = rng.choice(("", "", "", ", Suite 4", " at 9th Ave.", " between Oak and Pine Sts."))
    city = rng.choice([one for one in _CITIES[house.city] if one])
    area, line = house.phone[:3], f"{house.phone[3:6]}-{house.phone[6:]}"
    phone = rng.choice((f"{area}/{line}", f"({area}) {line}", f"+1 {area}-{line}", ""))
    return Place(name=name, address=f"{house.number} {street}{ending}", city=city, phone=phone)


def _shorter(rng: random.Random, house: _House) -> Place:
    more = rng.choice(("{} & Wine Bar", "Restaurant {}", "{} Downtown", "Chez {}"))
    return _written(rng, house._replace(name=more.format(house.name)))
