"""Block keys: under which an event is kept, and under which the events that may be the same are found."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from scenescout_tui.events.city_names import city_key
from scenescout_tui.events.folding import name_key
from scenescout_tui.events.model import Event
from scenescout_tui.events.title_parts import title_key
from scenescout_tui.events.venue_names import address_key, venue_words

#: Two starts further apart than this (minutes) are two events; a date is searched on both sides of midnight
#: this far.
MAX_MINUTES = 90

# A cell is 0.01 degrees high (1,112 m) and at least as wide. A search reaches just under half of one: from
# its middle it stays inside.
_ROWS_PER_DEGREE = 100
_REACH = 0.499
# Houses of one name further apart than a quarter of such a cell (7 km) are two, as a rule.
_DISTRICTS_PER_DEGREE = 4
_DISTRICT_REACH = 0.25
_ANYWHERE = "g"
# Listings come back to the same houses over and over; what is worked out for one takes about 1 kB.
_PLACES_AT_HAND = 6144
_ONE_DAY = timedelta(days=1)
_SECONDS_PER_DEGREE = 24 * 3600 / 360
# Wall clocks are seldom further from the sun (west of China: three hours), in seconds.
_OFF_THE_SUN = 3.5 * 3600


def block_keys(event: Event) -> tuple[str, ...]:
    """Return the keys to keep an event under, two or three as a rule.

    At a place: local date with the first word of the venue's name (or with its address), and with the cell of
    its coordinates or, where there are none, the title. Where there are coordinates the name is a key of its
    own beside the one that holds the district too: names are the same all over the world, and only events
    without coordinates have to be compared that far. A house without a name is kept under the title in its
    city as well. Online: UTC date with the organiser and with the title.
    """
    return _blocks(event).kept()


def lookup_keys(event: Event) -> tuple[str, ...]:
    """Return all keys under which an event that may be the same can lie.

    Those of `block_keys`, the address, the title and all words of the venue's name, with the neighbour cells
    within half of one (at least 550 m), the districts within a quarter (7 km) and the cell of the coordinates
    exchanged, and with the date before or after where the start lies within `MAX_MINUTES` of midnight.
    """
    found = _blocks(event)
    names = [_text(name) for name in found.sought_names]
    return tuple([f"{day}{name}" for day in found.sought_days for name in names])


def keys_and_numbers(event: Event) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return `block_keys` and what stands for the keys of `lookup_keys`, each in their order."""
    found = _blocks(event)
    begun = [crc32(day.encode()) for day in found.sought_days]
    return found.kept(), tuple([crc32(name, day) for day in begun for name in found.sought_names])


def block_number(key: str) -> int:
    """Return what stands for a key where events are looked for.

    Two keys with one number only let more events be compared.
    """
    return crc32(_bytes(key))


def block_numbers(keys: Iterable[str]) -> tuple[int, ...]:
    """Return what stands for keys, in their order."""
    return tuple([block_number(key) for key in keys])


def metres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the distance of two places on the sphere, in metres (haversine)."""
    north, other_north = math.radians(latitude), math.radians(other_latitude)
    half_north = math.sin((other_north - north) / 2) ** 2
    half_east = math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    chord = half_north + math.cos(north) * math.cos(other_north) * half_east
    return 2 * 6_371_000 * math.asin(min(1.0, math.sqrt(chord)))


def _is_online(event: Event) -> bool:
    return event.attendance == "online"


def _located(event: Event) -> tuple[float, float] | None:
    venue = event.venue
    if venue is None or venue.latitude is None or venue.longitude is None:
        return None
    # What is no number is refused later, by the store.
    if not (math.isfinite(venue.latitude) and math.isfinite(venue.longitude)):
        return None
    return venue.latitude, venue.longitude


def _organizers(event: Event) -> tuple[str, ...]:
    who = event.organizer.name if event.organizer is not None else None
    return (f"o{name_key(who)}",) if who is not None else ()


def _house(event: Event) -> tuple[str | None, str | None, str | None]:
    """Return name, address and city of the venue."""
    venue = event.venue
    if venue is None:
        return None, None, None
    return venue.name or (venue.display if venue.address1 is None else None), venue.address1, venue.city


class _Blocks(NamedTuple):
    """The days and the names whose pairs are the keys of an event: to keep it under, and to look under."""

    days: tuple[str, ...]
    names: tuple[str, ...]
    sought_days: tuple[str, ...]
    sought_names: tuple[bytes, ...]

    def kept(self) -> tuple[str, ...]:
        """Return the keys to keep it under."""
        return tuple([f"{day}{name}" for day in self.days for name in self.names])


def _blocks(event: Event) -> _Blocks:
    title = f"t{title_key(event.title)}"
    if _is_online(event):
        start = event.starts_at.astimezone(UTC)
        names = (*_organizers(event), title)
        return _Blocks((str(start.date()),), names, _texts(_near_days(start)), tuple(map(_bytes, names)))
    venue, located = event.venue, _located(event)
    days, sought_days = _days(event, located)
    kept, sought = _place_keys(*_house(event), located)
    # The title in its city: where one has but coordinates and the other but a name.
    at_home = f"{title}@{city_key(venue.city)}" if venue is not None and venue.city else None
    if located is None:
        kept = (title, *kept)
        sought = (*sought, _bytes(at_home)) if at_home is not None else sought
    elif at_home is not None and venue is not None and venue.name is None:
        kept = (*kept, at_home)
    return _Blocks(days, kept, sought_days, (*sought, _bytes(title)))


class _PlaceKeys(NamedTuple):
    """What a place adds to the names its events are kept under, and to those they look under."""

    kept: tuple[str, ...]
    sought: tuple[bytes, ...]


@lru_cache(maxsize=_PLACES_AT_HAND)
def _place_keys(
    name: str | None, address: str | None, city: str | None, located: tuple[float, float] | None
) -> _PlaceKeys:
    # Names are found by any of their words, kept under the first: what follows it is often left out. Where
    # there are no coordinates the address is kept too, for who names no house.
    houses = [f"v{word}" for word in venue_words(name, city)] if name else []
    if address:
        houses.append(f"a{address_key(address)}")
    if located is None:
        kept = dict.fromkeys((*houses[:1], *houses[-1:]))
        sought = (*houses, *[f"{house}{_ANYWHERE}" for house in houses])
        return _PlaceKeys(tuple(kept), tuple(map(_bytes, sought)))
    latitude, longitude = located
    district = cell_key(latitude, longitude, _DISTRICTS_PER_DEGREE)
    near = near_cell_keys(latitude, longitude, _DISTRICTS_PER_DEGREE, _DISTRICT_REACH)
    exchanged = (cell_key(longitude, latitude),) if abs(longitude) <= 90 else ()
    # Of houses that far apart a number tells little, unless it is all there is.
    nearby = [house for house in houses if not house[1:].isdecimal()] or houses
    sought = (
        *houses,
        *[f"{house}{cell}" for house in nearby for cell in near],
        *near_cell_keys(latitude, longitude),
        *exchanged,
    )
    return _PlaceKeys(
        (cell_key(*located), *[f"{house}{far}" for house in houses[:1] for far in (district, _ANYWHERE)]),
        tuple(map(_bytes, sought)),
    )


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")


def _text(key: bytes) -> str:
    return key.decode("utf-8", "surrogatepass")


def _days(event: Event, located: tuple[float, float] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the local dates to keep an event under and those to look under.

    Where the wall clock cannot be that of the place, its date by the sun is one as well.
    """
    start = datetime.fromisoformat(event.start_local)
    today = start.date()
    kept: tuple[date, ...] = (today,)
    near = kept if event.all_day else _near_days(start)
    if located is not None and not event.all_day:
        utc = event.starts_at.astimezone(UTC).replace(tzinfo=None)
        off = (start - utc).total_seconds() - _SECONDS_PER_DEGREE * located[1]
        if abs(off) > _OFF_THE_SUN and date.min.year < utc.year < date.max.year:
            sun = timedelta(seconds=_SECONDS_PER_DEGREE * located[1])
            kept = tuple(dict.fromkeys((today, (utc + sun).date())))
    if near == kept:
        days = _texts(kept)
        return days, days
    return _texts(kept), _texts(dict.fromkeys((*near, *kept)))


def _texts(days: Iterable[date]) -> tuple[str, ...]:
    return tuple([str(day) for day in days])


def _near_days(start: datetime) -> tuple[date, ...]:
    minutes = start.hour * 60 + start.minute
    today = start.date()
    if minutes < MAX_MINUTES and today > date.min:
        return (today, today - _ONE_DAY)
    if minutes >= 24 * 60 - MAX_MINUTES and today < date.max:
        return (today, today + _ONE_DAY)
    return (today,)


def cell_key(latitude: float, longitude: float, rows: int = _ROWS_PER_DEGREE) -> str:
    """Return the cell in which coordinates lie, "g" before it; `rows` of cells make a degree."""
    row = _row(latitude, rows)
    return _key(row, _column(row, longitude, rows))


def near_cell_keys(
    latitude: float, longitude: float, rows: int = _ROWS_PER_DEGREE, reach: float = _REACH
) -> tuple[str, ...]:
    """Return the cells within reach of coordinates, in parts of a cell, their own included."""
    cells = []
    high = reach / rows
    for row in {_row(latitude - high, rows), _row(latitude + high, rows)}:
        wide = reach * 360 / _columns(row, rows)
        for column in {_column(row, longitude - wide, rows), _column(row, longitude + wide, rows)}:
            cells.append(_key(row, column))
    return tuple(sorted(cells))


def _key(row: int, column: int) -> str:
    return f"g{row}:{column}"


def _row(latitude: float, rows: int) -> int:
    return math.floor(max(-90.0, min(90.0, latitude)) * rows)


@lru_cache(maxsize=512)
def _columns(row: int, rows: int) -> int:
    """How many cells go around the earth in a row: as many as leave each at least as wide as high."""
    poleward = max(abs(row), abs(row + 1)) / rows
    return max(1, int(360 * rows * math.cos(math.radians(min(90.0, poleward)))))


def _column(row: int, longitude: float, rows: int) -> int:
    columns = _columns(row, rows)
    return math.floor((longitude + 180) / 360 * columns) % columns
