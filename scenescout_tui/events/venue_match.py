"""Whether two venues of different sources are one house, by name, address, telephone and coordinates.

The thresholds are those of names and addresses in general (`venue_names`), chosen by what the words mean and
on venues of our own making; none was fitted to a benchmark.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from scenescout_tui.events.blocks import cell_key, metres, near_cell_keys
from scenescout_tui.events.city_names import city_key
from scenescout_tui.events.folding import fold
from scenescout_tui.events.venue_names import (
    NAMES_DIFFER,
    NAMES_MAYBE,
    NAMES_SAME,
    NameLikeness,
    address_key,
    city_words,
    compare_addresses,
    compare_cities,
    compare_names,
    venue_key,
)

# Metres: within the first two coordinates are one house, beyond the second they are none, and beyond the
# third an address that is the same is another's.
_SAME_HOUSE = 150
_OTHER_HOUSE = 1000
_OTHER_TOWN = 5_000
# Cells of 370 m: a search reaches 185 m, beyond `_SAME_HOUSE`.
_HOUSES_PER_DEGREE = 300
# Telephone numbers are compared without country and area codes that one of them leaves out.
_SHORTEST_PHONE = 7
_PHONE_END = 9
_NOT_DIGIT = re.compile(r"\D+")


class Place(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A venue as it is compared: every part may be unknown."""

    name: str | None = None
    address: str | None = None
    city: str | None = None
    phone: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class VenueDecision(NamedTuple):
    """What two venues are to each other; `score` is 0..100, `evidence` is for people.

    `parts` says that they are two parts of one house.
    """

    kind: Literal["same", "review", "other"]
    score: float
    evidence: str
    parts: bool = False


def venue_keys(venue: Place) -> tuple[str, ...]:
    """Return the keys to keep a venue under: cell, name in its city, address and telephone, if it has them.

    Names are shared by houses all over the world, so they are no keys without a city.
    """
    if venue.latitude is None or venue.longitude is None:
        return _written_keys(venue.name, venue.city, venue.address, venue.phone)
    cell = cell_key(venue.latitude, venue.longitude, _HOUSES_PER_DEGREE)
    return (cell, *_written_keys(venue.name, venue.city, venue.address, venue.phone))


def venue_lookup_keys(venue: Place) -> tuple[str, ...]:
    """Return all keys under which a venue that may be the same can lie."""
    if venue.latitude is None or venue.longitude is None:
        return venue_keys(venue)
    cells = near_cell_keys(venue.latitude, venue.longitude, _HOUSES_PER_DEGREE)
    return (*cells, *_written_keys(venue.name, venue.city, venue.address, venue.phone))


@lru_cache(maxsize=2048)
def _written_keys(
    name: str | None, city: str | None, address: str | None, phone: str | None
) -> tuple[str, ...]:
    keys = []
    word = _longest(venue_key(name, city)) if name else ""
    if word and city:
        keys.append(f"w{word} {city_key(city)}")
    if address:
        number, _, street = address_key(address).partition(" ")
        if street:
            # One without a number is shared by all houses of the street.
            keys.append(f"a{number} {street}" if number else f"a {street} {word}")
    if digits := _digits(phone):
        keys.append(f"p{digits}")
    return tuple(keys)


def compare_venues(first: Place, second: Place) -> VenueDecision:
    """Compare two venues; which comes first does not matter."""
    apart = _apart(first, second)
    if apart is not None and apart > _OTHER_TOWN:
        return VenueDecision("other", 0.0, f"{apart / 1000:.1f} km apart")
    cities = city_words(first.city or "") | city_words(second.city or "")
    alike = compare_names(first.name, second.name, cities) if first.name and second.name else None
    score = alike.score if alike is not None else 0.0
    words = [f"names {score:.0f}"] if alike is not None else ["a name is missing"]
    address, phone = (
        compare_addresses(first.address, second.address),
        _compare_phones(first.phone, second.phone),
    )
    city = compare_cities(first.city, second.city)
    words += [
        f"{what} {said}" for what, said in (("address", address), ("phone", phone)) if said != "unknown"
    ]
    if apart is not None:
        words.append(f"{apart:.0f} m apart" if apart < 1000 else f"{apart / 1000:.1f} km apart")
    elif city == "other":
        words.append("other city")
    kind = _kind(alike, address, phone, city, apart)
    if alike is not None and alike.parts and kind == "same":
        kind = "review"
        words.append("two parts of a house")
    return VenueDecision(kind, score, ", ".join(words), alike is not None and alike.parts)


def _kind(
    alike: NameLikeness | None, address: str, phone: str, city: str, apart: float | None
) -> Literal["same", "review", "other"]:
    """One house needs a name that may be the same and a place that is, or a name that is and nothing against
    it; what agrees in place alone may be two houses under one roof."""
    near = apart is not None and apart <= _SAME_HOUSE
    far = apart is not None and apart > _OTHER_HOUSE
    here = (address == "same") + (phone == "same") + near
    against = (address == "other") + (phone == "other") + far
    if alike is None:
        return "review" if here and not against else "other"
    names = alike.score
    if names >= NAMES_SAME:
        if here > against or address == "same" or phone == "same":
            return "same"
        if against:
            # Branches of a chain, or a house that has moved.
            return "review" if here else "other"
        return "same" if city == "same" else "review" if city == "unknown" else "other"
    if names >= NAMES_DIFFER:
        sure = here >= 2 or (here and names >= NAMES_MAYBE and (not against or phone == "same"))
        return "other" if not here else "same" if sure and not alike.apart else "review"
    return "review" if here >= 2 and not against else "other"


def _compare_phones(one: str | None, two: str | None) -> str:
    ours, theirs = _digits(one), _digits(two)
    if not ours or not theirs:
        return "unknown"
    return "same" if ours == theirs else "other"


def _digits(phone: str | None) -> str:
    """The end of a telephone number: without the country, and without the zero before the area."""
    digits = _NOT_DIGIT.sub("", phone or "")
    return digits[-_PHONE_END:] if len(digits) >= _SHORTEST_PHONE else ""


def _apart(first: Place, second: Place) -> float | None:
    if (
        first.latitude is None
        or first.longitude is None
        or second.latitude is None
        or second.longitude is None
    ):
        return None
    return metres(first.latitude, first.longitude, second.latitude, second.longitude)


def _longest(key: str) -> str:
    return max(fold(key).split(), key=lambda word: (len(word), word), default=key)
