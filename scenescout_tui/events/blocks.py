"""Block keys: under which an event is kept, and under which the events that may be the same are found."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from scenescout_tui.events.folding import name_key
from scenescout_tui.events.model import Event

#: Two starts further apart than this (minutes) are two events; a date is searched on both sides of midnight
#: this far.
MAX_MINUTES = 90

# A cell is 0.01 degrees high (1,112 m) and at least as wide. A search reaches just under half of one: from
# its
# middle it stays inside.
_ROWS_PER_DEGREE = 100
_REACH = 0.499
_ONE_DAY = timedelta(days=1)


def block_keys(event: Event) -> tuple[str, ...]:
    """Return the keys to keep an event under, at most two.

    At a place: local date with the cell of its coordinates, and local date with the venue's name (or
    address). Online: UTC date with the organiser, and with the longest words of the title.
    """
    names, online = _names(event), _is_online(event)
    day = _day(event, online).isoformat()
    keys = [f"{day}{name}" for name in names]
    venue = event.venue
    if not online and venue is not None and venue.latitude is not None and venue.longitude is not None:
        keys.insert(0, f"{day}{_cell(venue.latitude, venue.longitude)}")
    return tuple(keys)


def lookup_keys(event: Event) -> tuple[str, ...]:
    """Return all keys under which an event that may be the same can lie.

    Those of `block_keys`, with the neighbour cells within half a cell (at least 550 m), and with the date
    before or after where the start lies within `MAX_MINUTES` of midnight.
    """
    online = _is_online(event)
    places = list(_names(event))
    venue = event.venue
    if not online and venue is not None and venue.latitude is not None and venue.longitude is not None:
        places.extend(_near_cells(venue.latitude, venue.longitude))
    return tuple(f"{day.isoformat()}{place}" for day in _days(event, online) for place in places)


def metres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the distance of two places on the sphere, in metres (haversine)."""
    north, other_north = math.radians(latitude), math.radians(other_latitude)
    half_north = math.sin((other_north - north) / 2) ** 2
    half_east = math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    chord = half_north + math.cos(north) * math.cos(other_north) * half_east
    return 2 * 6_371_000 * math.asin(min(1.0, math.sqrt(chord)))


def _is_online(event: Event) -> bool:
    return event.attendance == "online"


def _names(event: Event) -> tuple[str, ...]:
    if _is_online(event):
        who = event.organizer.name if event.organizer is not None else None
        title = _title_key(event.title)
        return (f"t{title}",) if who is None else (f"o{name_key(who)}", f"t{title}")
    venue = event.venue
    name = (venue.name or venue.address1 or venue.display) if venue is not None else None
    return (f"v{name_key(name)}" if name is not None else f"t{_title_key(event.title)}",)


def _title_key(title: str) -> str:
    """The two longest words, so that a word more or less in a title seldom changes it."""
    words = sorted(set(name_key(title).split()), key=lambda word: (-len(word), word))
    return " ".join(sorted(words[:2]))


def _start(event: Event, online: bool) -> datetime:
    """The start whose date counts: the wall time at a place, UTC online."""
    if online:
        return event.starts_at.astimezone(UTC)
    return datetime.fromisoformat(event.start_local)


def _day(event: Event, online: bool) -> date:
    return _start(event, online).date()


def _days(event: Event, online: bool) -> tuple[date, ...]:
    start = _start(event, online)
    minutes = start.hour * 60 + start.minute
    today = start.date()
    if event.all_day:
        return (today,)
    if minutes < MAX_MINUTES and today > date.min:
        return (today, today - _ONE_DAY)
    if minutes >= 24 * 60 - MAX_MINUTES and today < date.max:
        return (today, today + _ONE_DAY)
    return (today,)


@lru_cache(maxsize=8192)
def _cell(latitude: float, longitude: float) -> str:
    row = _row(latitude)
    return _cell_key(row, _column(row, longitude))


@lru_cache(maxsize=8192)
def _near_cells(latitude: float, longitude: float) -> tuple[str, ...]:
    cells = []
    high = _REACH / _ROWS_PER_DEGREE
    for row in {_row(latitude - high), _row(latitude + high)}:
        wide = _REACH * 360 / _columns(row)
        for column in {_column(row, longitude - wide), _column(row, longitude + wide)}:
            cells.append(_cell_key(row, column))
    return tuple(sorted(cells))


def _cell_key(row: int, column: int) -> str:
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
