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
# Houses of one name further apart than half of such a cell (14 km) are two.
_DISTRICTS_PER_DEGREE = 4
_ANYWHERE = "g"
# Listings come back to the same houses over and over; what is worked out for one takes about 1 kB.
_PLACES_AT_HAND = 6144
_ONE_DAY = timedelta(days=1)
# Wall clocks are seldom further from the sun (west of China: three hours).
_OFF_THE_SUN = timedelta(hours=3, minutes=30)


def block_keys(event: Event) -> tuple[str, ...]:
    """Return the keys to keep an event under, two or three as a rule.

    At a place: local date with the first word of the venue's name (or with its address), and with the cell of
    its coordinates or, where there are none, the title. Where there are coordinates the name is a key of its
    own beside the one that holds the district too: names are the same all over the world, and only events
    without coordinates have to be compared that far. A house without a name is kept under the title in its
    city as well. Online: UTC date with the organiser and with the title.
    """
    if _is_online(event):
        return tuple(f"{_utc_day(event)}{name}" for name in (*_organizers(event), _title(event)))
    located = _located(event)
    places = _place_keys(*_house(event), located).kept
    if located is None:
        places = (_title(event), *places)
    elif event.venue is not None and event.venue.name is None and event.venue.city:
        places = (*places, _title_in(event, event.venue.city))
    return tuple([f"{day}{place}" for day in map(str, _kept_days(event, located)) for place in places])


def lookup_keys(event: Event) -> tuple[str, ...]:
    """Return all keys under which an event that may be the same can lie.

    Those of `block_keys`, the address, the title and all words of the venue's name, with the neighbour cells
    and districts within half of one (at least 550 m, 14 km) and the cell of the coordinates exchanged, and
    with the date before or after where the start lies within `MAX_MINUTES` of midnight.
    """
    days, places = _sought(event)
    return tuple([f"{day}{place}" for day in days for place in places])


def lookup_numbers(event: Event) -> tuple[int, ...]:
    """Return what stands for the keys of `lookup_keys`, in their order."""
    days, places = _sought(event)
    names = [place.encode("utf-8", "surrogatepass") for place in places]
    return tuple([crc32(name, begun) for begun in [crc32(day.encode()) for day in days] for name in names])


def block_number(key: str) -> int:
    """Return what stands for a key where events are looked for.

    Two keys with one number only let more events be compared.
    """
    return crc32(key.encode("utf-8", "surrogatepass"))


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


class _PlaceKeys(NamedTuple):
    """What a place adds to the keys of its events: to those they are kept under, to those they look under."""

    kept: tuple[str, ...]
    sought: tuple[str, ...]


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
        return _PlaceKeys(tuple(kept), (*houses, *[f"{house}{_ANYWHERE}" for house in houses]))
    latitude, longitude = located
    district = cell_key(latitude, longitude, _DISTRICTS_PER_DEGREE)
    near = near_cell_keys(latitude, longitude, _DISTRICTS_PER_DEGREE)
    exchanged = (cell_key(longitude, latitude),) if abs(longitude) <= 90 else ()
    return _PlaceKeys(
        (cell_key(*located), *[f"{house}{far}" for house in houses[:1] for far in (district, _ANYWHERE)]),
        (
            *houses,
            *[f"{house}{cell}" for house in houses for cell in near],
            *near_cell_keys(latitude, longitude),
            *exchanged,
        ),
    )


def _sought(event: Event) -> tuple[list[str], tuple[str, ...]]:
    """Return the days and the places whose pairs are the keys to look under."""
    if _is_online(event):
        days = _near_days(event.starts_at.astimezone(UTC))
        return [str(day) for day in days], (*_organizers(event), _title(event))
    located = _located(event)
    start = datetime.fromisoformat(event.start_local)
    days = (start.date(),) if event.all_day else _near_days(start)
    found = dict.fromkeys((*days, *_kept_days(event, located)))
    places = _place_keys(*_house(event), located).sought
    if located is None and event.venue is not None and event.venue.city:
        places = (*places, _title_in(event, event.venue.city))
    return [str(day) for day in found], (*places, _title(event))


def _title(event: Event) -> str:
    return f"t{title_key(event.title)}"


def _title_in(event: Event, city: str) -> str:
    """The title in a city: where one has but coordinates and the other but a name."""
    return f"{_title(event)}@{city_key(city)}"


def _utc_day(event: Event) -> date:
    return event.starts_at.astimezone(UTC).date()


def _kept_days(event: Event, located: tuple[float, float] | None) -> tuple[date, ...]:
    """The local date; where the wall clock cannot be that of the place, its date by the sun as well."""
    start = datetime.fromisoformat(event.start_local)
    today = start.date()
    if located is None or event.all_day:
        return (today,)
    utc = event.starts_at.astimezone(UTC).replace(tzinfo=None)
    sun = timedelta(hours=located[1] / 15)
    if abs(start - utc - sun) <= _OFF_THE_SUN or not date.min.year < utc.year < date.max.year:
        return (today,)
    return tuple(dict.fromkeys((today, (utc + sun).date())))


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


def near_cell_keys(latitude: float, longitude: float, rows: int = _ROWS_PER_DEGREE) -> tuple[str, ...]:
    """Return the cells within reach of coordinates, their own included."""
    cells = []
    high = _REACH / rows
    for row in {_row(latitude - high, rows), _row(latitude + high, rows)}:
        wide = _REACH * 360 / _columns(row, rows)
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
