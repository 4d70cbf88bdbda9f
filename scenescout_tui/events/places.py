"""Places: coordinates, countries and venues in one form."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from scenescout_tui.events import quality
from scenescout_tui.events.countries import country_code
from scenescout_tui.events.gazetteer import exchanged
from scenescout_tui.events.model import Venue
from scenescout_tui.events.text import line

Scalar = str | int | float | bool | None

_ONLINE = re.compile(
    r"\W*(?:online|virtual|webinar|live ?stream|zoom|(?:online|virtual|zoom) (?:event|meeting|only))\W*",
    re.IGNORECASE,
)


def scalar(value: object) -> Scalar:
    """Return a value of foreign JSON if it may be part of a place (text or number), else None."""
    return value if isinstance(value, str | int | float) else None


def coordinates(
    latitude: Scalar, longitude: Scalar, country: str | None = None
) -> tuple[float | None, float | None, tuple[str, ...]]:
    """Return `(latitude, longitude, codes)` in degrees from numbers or texts; both None where they make no
    place.

    0/0 is how exports write "unknown". A latitude beyond 90 that would be a fine longitude was exchanged with
    it. `country` (alpha-2) tells the rest: coordinates outside of it that lie in it when exchanged.
    """
    if latitude in (None, "") and longitude in (None, ""):
        return None, None, ()
    north, east = _degrees(latitude), _degrees(longitude)
    if north is None or east is None:
        return None, None, (quality.COORDINATES_INVALID,)
    if north == 0 and east == 0:
        return None, None, (quality.COORDINATES_ZERO,)
    if abs(north) <= 90 and abs(east) <= 180:
        if country is not None and abs(east) <= 90 and exchanged(north, east, country):
            return east, north, (quality.COORDINATES_SWAPPED,)
        return north, east, ()
    if abs(east) <= 90 and abs(north) <= 180:
        return east, north, (quality.COORDINATES_SWAPPED,)
    return None, None, (quality.COORDINATES_INVALID,)


def is_online_name(name: str | None) -> bool:
    """Tell whether a venue's name only says that there is none ("Online", "Zoom meeting")."""
    return name is not None and _ONLINE.fullmatch(name) is not None


@lru_cache(maxsize=2048)
def venue(
    name: Scalar = None,
    address1: Scalar = None,
    address2: Scalar = None,
    city: Scalar = None,
    region: Scalar = None,
    postal: Scalar = None,
    country: Scalar = None,
    latitude: Scalar = None,
    longitude: Scalar = None,
    external_id: Scalar = None,
    display: Scalar = None,
) -> tuple[Venue | None, tuple[str, ...]]:
    """Return a venue from a source's raw values, with quality codes; None where every part is empty.

    Cached, because the events of a source share few venues.
    """
    country_name = line(country)
    code = None if country_name is None else country_code(country_name)
    north, east, codes = coordinates(latitude, longitude, code)
    if country_name is not None and code is None:
        codes = (*codes, quality.COUNTRY_UNKNOWN)
    made = Venue(
        name=line(name),
        address1=line(address1),
        address2=line(address2),
        city=line(city),
        region=line(region),
        postal=line(postal),
        country=code,
        latitude=north,
        longitude=east,
        external_id=line(external_id),
        display=line(display),
    )
    return (None if made == _NOWHERE else made), codes


_NOWHERE = Venue()


def _degrees(value: Scalar) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        # Half of Europe writes decimals with a comma.
        degrees = float(value.replace(",", ".") if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return round(degrees, 7) if math.isfinite(degrees) else None
