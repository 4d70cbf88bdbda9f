"""Whether two events are at one place: by distance, by the names and addresses of their houses, online."""

from __future__ import annotations

import re
from functools import lru_cache

from scenescout_tui.events.blocks import metres
from scenescout_tui.events.candidate import Candidate, Finding
from scenescout_tui.events.city_names import KNOWN_CITIES, city_key
from scenescout_tui.events.folding import fold, name_key, similarity
from scenescout_tui.events.venue_names import (
    NAMES_DIFFER,
    NAMES_MAYBE,
    NAMES_SAME,
    NameLikeness,
    city_words,
    compare_addresses,
    compare_cities,
    compare_names,
)

# Metres within which two coordinates are the same house, the same block, and the same venue by name alone.
_SAME_HOUSE = 150
# A house at a corner has two addresses.
_CORNER = 50
_SAME_BLOCK = 500
_SAME_NAME = 3000
#: One says nothing of the place that the other says.
NOT_COMPARABLE = Finding(8.0, "place not comparable", needs=2)
#: Both name the city, and nothing else that can be compared.
IN_CITY = Finding(6.0, "same city, house not comparable", needs=2)
_NUMBER = re.compile(r"\b\d{1,4}[a-z]?\b", re.IGNORECASE)


def distance(first: Candidate, second: Candidate) -> tuple[float | None, bool]:
    """Return how many metres two events are apart, and whether that holds with one's coordinates exchanged.

    None where one of them has no coordinates.
    """
    if (
        first.latitude is None
        or first.longitude is None
        or second.latitude is None
        or second.longitude is None
    ):
        return None, False
    north, east, other_north, other_east = first.latitude, first.longitude, second.latitude, second.longitude
    if abs(north - other_north) < 0.1 and abs(east - other_east) < 1:
        return metres(north, east, other_north, other_east), False
    if abs(north - other_east) < 0.01 and abs(east - other_north) < 0.01 and abs(other_east) <= 90:
        return metres(north, east, other_east, other_north), True
    return metres(north, east, other_north, other_east), False


def online(first: Candidate, second: Candidate) -> Finding:
    """Compare two events of which at least one is online."""
    here = {first.attendance, second.attendance}
    if "in_person" in here or ("unknown" in here and (_is_placed(first) or _is_placed(second))):
        return Finding(8.0, "one online, one at a place", needs=2)
    if first.organizer is None or second.organizer is None:
        return Finding(2.0, "both online, organiser unknown", needs=1)
    if similarity(name_key(first.organizer), name_key(second.organizer)) >= NAMES_SAME:
        return Finding(0.0, "both online, same organiser")
    return Finding(8.0, "both online, other organiser", needs=2)


def _is_placed(one: Candidate) -> bool:
    return bool(one.venue_name or one.address) or one.latitude is not None


def place(first: Candidate, second: Candidate, apart: float | None, exchanged: bool) -> Finding:
    """Compare the places of two events that people go to, `apart` metres by `distance`."""
    names = _names(first, second)
    address = compare_addresses(_address(first), _address(second))
    if apart is None:
        return _named_place(first, second, names, address)
    said = _distance(apart) + (", coordinates exchanged" if exchanged else "")
    found = _near(said, apart, names, address)
    if names is not None and names.parts and found.penalty is not None:
        return Finding(6.0, f"{found.words}, other parts of a house", needs=2)
    return found


def _near(said: str, apart: float, names: NameLikeness | None, address: str) -> Finding:
    same_name = names is not None and names.score >= NAMES_SAME
    same_address = address == "same"
    if apart > _SAME_NAME:
        if same_name and same_address:
            return Finding(4.0, f"{said}, same venue and address")
        return Finding(None, said)
    if apart > _SAME_BLOCK:
        if same_name:
            # Chains have several houses in a town.
            needs = 2 if address == "other" else 0 if same_address or apart <= 2 * _SAME_BLOCK else 1
            return Finding(4.0, f"{said}, same venue name", needs=needs)
        if same_address and (names is None or names.score >= NAMES_DIFFER):
            return Finding(4.0, f"{said}, same address")
        return Finding(None, said)
    far = 0.0 if apart <= _SAME_HOUSE else 2.0
    if same_name or (same_address and (names is None or names.score >= NAMES_DIFFER)):
        return Finding(far, said)
    if names is not None and names.score < NAMES_DIFFER:
        if same_address:
            return Finding(far + 2.0, f"{said}, same address, other venue name", needs=1)
        return Finding(far + 6.0, f"{said}, other venue name", needs=2)
    if names is not None:
        # "Kiln" and "Kiln Yard" on one spot: one of them leaves a word out.
        if apart <= _SAME_HOUSE and names.score >= NAMES_MAYBE and not names.apart and address != "other":
            return Finding(far + 1.0, f"{said}, similar venue name")
        needs = 1 if apart <= _SAME_HOUSE and address != "other" else 2
        return Finding(far + 2.0, f"{said}, similar venue name", needs=needs)
    if address == "other":
        return Finding(far + 4.0, f"{said}, other address", needs=1 if apart <= _CORNER else 2)
    return Finding(far, said, needs=0 if apart <= _SAME_HOUSE else 1)


def _distance(apart: float) -> str:
    if apart < 10:
        return "same spot"
    return f"{apart:.0f} m apart" if apart < 1000 else f"{apart / 1000:.1f} km apart"


def _named_place(first: Candidate, second: Candidate, names: NameLikeness | None, address: str) -> Finding:
    city = _cities(first, second)
    if names is not None and names.parts:
        return Finding(6.0, "other parts of a house", needs=2)
    if city == "other":
        return _other_city(names, address)
    if names is None:
        return _without_name(city, address)
    if names.score >= NAMES_SAME:
        if address == "other":
            return Finding(4.0, "same venue name, other address", needs=2)
        sure = city == "same" or address == "same"
        return Finding(0.0 if names.score >= 95 else 1.0, "same venue", needs=0 if sure else 1)
    if address == "same":
        return Finding(2.0, "same address", needs=0 if names.score >= NAMES_MAYBE else 1)
    if names.score >= NAMES_MAYBE:
        return Finding(4.0, "similar venue name", needs=1 if city == "same" and address != "other" else 2)
    return Finding(None, "other venue")


def _other_city(names: NameLikeness | None, address: str) -> Finding:
    """Cities have names in several languages; a venue's name in two of them may still be two venues."""
    if names is None or names.score < NAMES_SAME:
        return Finding(None, "other city")
    if address == "same":
        return Finding(2.0, "same venue and address")
    if address == "other":
        return Finding(None, "same venue name, other city")
    return Finding(6.0, "same venue name, other city name", needs=2)


def _without_name(city: str, address: str) -> Finding:
    if address == "same":
        return Finding(0.0, "same address", needs=0 if city == "same" else 1)
    if address == "maybe" and city == "same":
        return Finding(4.0, "similar address", needs=1)
    if address == "other":
        return Finding(None, "other address")
    return IN_CITY if city == "same" else NOT_COMPARABLE


def _names(first: Candidate, second: Candidate) -> NameLikeness | None:
    if not first.venue_name or not second.venue_name:
        return None
    cities = city_words(first.city or "") | city_words(second.city or "")
    return compare_names(first.venue_name, second.venue_name, cities)


def _address(one: Candidate) -> str | None:
    """The address, or what may be it in the text of the place."""
    return one.address or (_shown_address(one.venue_display, one.venue_name) if one.venue_display else None)


@lru_cache(maxsize=512)
def _shown_address(shown: str, name: str | None) -> str | None:
    """Return what may be street and number in a text, with what follows them."""
    parts = [part.strip() for part in shown.split(",")]
    if parts[0] == name:
        del parts[0]
    for at, part in enumerate(parts):
        if " " in part and _NUMBER.search(f"{part} {''.join(parts[at + 1 : at + 2])[:5]}"):
            return ", ".join(parts[at:])
    return None


def _cities(first: Candidate, second: Candidate) -> str:
    """Compare the cities; one that is not named apart may be in the text of the place."""
    if first.city and second.city:
        return compare_cities(first.city, second.city)
    for bare, named in ((first, second), (second, first)):
        if named.city and bare.venue_display:
            if _is_shown(bare.venue_display, named.city):
                return "same"
            # Of a text only a city that is known is one.
            if fold(bare.venue_display.rpartition(",")[2]) in KNOWN_CITIES:
                return "other"
    return "unknown"


@lru_cache(maxsize=512)
def _is_shown(shown: str, city: str) -> bool:
    """Tell whether a text names a city, by any of its names."""
    folded = fold(shown)
    if f" {fold(city)} " in f" {folded} ":
        return True
    words = {word for word in city_words(city) if len(word) > 3}
    known = {name for part in shown.split(",") for name in city_words(part.strip())}
    return not words.isdisjoint(known) or not words.isdisjoint(city_key(word) for word in folded.split())
