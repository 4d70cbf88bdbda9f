"""Block keys: under which an event is kept, and under which the events that may be the same are found."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from scenescout_tui.events.folding import name_key
from scenescout_tui.events.model import Event
from scenescout_tui.events.titles import title_key
from scenescout_tui.events.venue_names import address_key, venue_key

#: Two starts further apart than this (minutes) are two events; a date is searched on both sides of midnight
#: this far.
MAX_MINUTES = 90

# A cell is 0.01 degrees high (1,112 m) and at least as wide. A search reaches just under half of one: from
# its middle it stays inside.
_ROWS_PER_DEGREE = 100
_REACH = 0.499
_ONE_DAY = timedelta(days=1)
# Wall clocks are seldom further from the sun (west of China: three hours).
_OFF_THE_SUN = timedelta(hours=3, minutes=30)


def block_keys(event: Event) -> tuple[str, ...]:
    """Return the keys to keep an event under, two as a rule.

    At a place: local date with the venue's name (or address), and with the cell of its coordinates or, where
    there are none, the title. Online: UTC date with the organiser and with the title.
    """
    if _is_online(event):
        return tuple(f"{_utc_day(event)}{name}" for name in (*_organizers(event), _title(event)))
    located = _located(event)
    where = _title(event) if located is None else cell_key(*located)
    return tuple(
        f"{day}{place}" for day in _kept_days(event, located) for place in (where, *_houses(event)[:1])
    )


def lookup_keys(event: Event) -> tuple[str, ...]:
    """Return all keys under which an event that may be the same can lie.

    Those of `block_keys`, the title and the address, with the neighbour cells within half a cell (at least
    550 m) and the cell of the coordinates exchanged, and with the date before or after where the start lies
    within `MAX_MINUTES` of midnight.
    """
    if _is_online(event):
        days = _near_days(event.starts_at.astimezone(UTC))
        return tuple(f"{day}{name}" for day in days for name in (*_organizers(event), _title(event)))
    places, located = [*_houses(event), _title(event)], _located(event)
    if located is not None:
        places.extend(_near_cells(*located))
    start = datetime.fromisoformat(event.start_local)
    days = (start.date(),) if event.all_day else _near_days(start)
    return tuple(
        f"{day}{place}" for day in dict.fromkeys((*days, *_kept_days(event, located))) for place in places
    )


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


def _houses(event: Event) -> tuple[str, ...]:
    """Keys of the venue's name and of its address."""
    venue = event.venue
    if venue is None:
        return ()
    name = venue.name or (venue.display if venue.address1 is None else None)
    return _house_keys(name, venue.address1, venue.city)


@lru_cache(maxsize=2048)
def _house_keys(name: str | None, address: str | None, city: str | None) -> tuple[str, ...]:
    keys = []
    if name:
        keys.append(f"v{venue_key(name, city)}")
    if address:
        keys.append(f"a{address_key(address)}")
    return tuple(keys)


def _title(event: Event) -> str:
    return f"t{title_key(event.title)}"


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


@lru_cache(maxsize=2048)
def cell_key(latitude: float, longitude: float) -> str:
    """Return the cell in which coordinates lie, "g" before it."""
    row = _row(latitude)
    return _key(row, _column(row, longitude))


@lru_cache(maxsize=2048)
def _near_cells(latitude: float, longitude: float) -> tuple[str, ...]:
    exchanged = (cell_key(longitude, latitude),) if abs(longitude) <= 90 else ()
    return (*near_cell_keys(latitude, longitude), *exchanged)


@lru_cache(maxsize=2048)
def near_cell_keys(latitude: float, longitude: float) -> tuple[str, ...]:
    """Return the cells within reach of coordinates, their own included."""
    cells = []
    high = _REACH / _ROWS_PER_DEGREE
    for row in {_row(latitude - high), _row(latitude + high)}:
        wide = _REACH * 360 / _columns(row)
        for column in {_column(row, longitude - wide), _column(row, longitude + wide)}:
            cells.append(_key(row, column))
    return tuple(sorted(cells))


def _key(row: int, column: int) -> str:
    return f"g{row}:{column}"


def _row(latitude: float) -> int:
    return math.floor(max(-90.0, min(90.0, latitude)) * _ROWS_PER_DEGREE)


def _columns(row: int) -> int:
    """How many cells go around the earth in a row: as many as leave each at least as wide as high."""
    poleward = max(abs(row), abs(row + 1)) / _ROWS_PER_DEGREE
    return max(1, int(360 * _ROWS_PER_DEGREE * math.cos(math.radians(min(90.0, poleward)))))


def _column(row: int, longitude: float) -> int:
    columns = _columns(row)
    return math.floor((longitude + 180) / 360 * columns) % columns
