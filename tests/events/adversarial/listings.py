"""Shows as they are, and as six sources write them down."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from scenescout_tui.events.model import Attendance, Event, Organizer, Status, Venue
from scenescout_tui.events.places import coordinates
from tests.events.adversarial.words import City

SOURCES = ("eventbrite", "yelp", "ics", "jsonld", "csv", "manual")
#: Sources that name a house; Yelp gives an address and coordinates alone.
NAMING = ("eventbrite", "ics", "jsonld", "csv", "manual")
#: Sources that describe what they list.
DESCRIBING = ("eventbrite", "ics", "jsonld", "csv")

_METRES_PER_DEGREE = 111_195


@dataclass(frozen=True, slots=True)
class Place:
    """A house, or one room of it."""

    name: str
    number: int
    street: tuple[str, str, str]
    city: City
    latitude: float
    longitude: float
    organizer: str
    room: str | None = None

    def moved(self, metres: float, bearing: float) -> tuple[float, float]:
        """Return the coordinates so far away, in degrees."""
        north = self.latitude + metres * math.cos(bearing) / _METRES_PER_DEGREE
        wide = _METRES_PER_DEGREE * math.cos(math.radians(self.latitude))
        return round(north, 6), round(self.longitude + metres * math.sin(bearing) / wide, 6)


@dataclass(frozen=True, slots=True)
class Show:
    """One true event; `start` is wall time."""

    truth: int
    title: str
    start: datetime
    place: Place
    minutes: int = 120
    all_day: bool = False
    online: bool = False
    status: Status = "scheduled"
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    """What one source has wrong or leaves out."""

    title: str | None = None
    #: Minutes by which the wall time is off, and by which UTC is.
    wall: int = 0
    utc: int = 0
    #: Metres by which the coordinates are off; None: no coordinates.
    off: float | None = 0.0
    swapped: bool = False
    city: str | None = None
    all_day: bool = False
    room: Literal["given", "left out"] = "given"
    attendance: Attendance | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a source says, and which show it is about."""

    event: Event
    truth: int
    trap: str


def write_down(rng: random.Random, show: Show, source: str, slip: Slip | None = None) -> Event:
    """Return the event as a source has it."""
    slip = slip or Slip()
    zone = ZoneInfo(show.place.city.zone)
    all_day = show.all_day or slip.all_day
    start = show.start.replace(hour=0, minute=0) if all_day else show.start
    utc = start.replace(tzinfo=zone).astimezone(UTC) + timedelta(minutes=slip.utc)
    wall = start + timedelta(minutes=slip.wall)
    venue = None if show.online else _venue(rng, show.place, source, slip)
    named = source in ("eventbrite", "manual") or (source == "jsonld" and rng.random() < 0.5) or show.online
    return Event(
        source=source,
        external_id=f"{rng.getrandbits(64):016x}",
        title=_typed(rng, slip.title or show.title),
        starts_at=utc,
        ends_at=utc + timedelta(minutes=show.minutes),
        start_local=wall.date().isoformat() if all_day else wall.isoformat(),
        timezone=show.place.city.zone,
        tz_source="geo" if source in ("yelp", "jsonld") else "explicit",
        all_day=all_day,
        status=show.status,
        attendance=slip.attendance or ("online" if show.online else "in_person"),
        venue=venue,
        summary=_described(rng, show.description) if show.description and source in DESCRIBING else None,
        organizer=Organizer(name=show.place.organizer) if named and source != "yelp" else None,
    )


def _described(rng: random.Random, description: str) -> str:
    """A description, of which a source may keep but the first part."""
    return description[: rng.randrange(len(description) * 2 // 3, len(description) + 1)]


def _typed(rng: random.Random, title: str) -> str:
    """A title as somebody typed it: now and then in capitals, seldom with two letters exchanged."""
    luck = rng.random()
    if luck < 0.06:
        return title.upper()
    longest = max(title.split(), key=len)
    if luck < 0.09 and len(longest) > 6 and longest.isalpha():
        at = rng.randrange(1, len(longest) - 2)
        return title.replace(longest, longest[:at] + longest[at + 1] + longest[at] + longest[at + 2 :], 1)
    return title


def _venue(rng: random.Random, place: Place, source: str, slip: Slip) -> Venue:
    street, long, short = place.street
    address = f"{place.number} {street} {long if rng.random() < 0.6 else short}"
    city = slip.city or place.city.name
    name = place.name
    if place.room is not None and slip.room == "given":
        name = rng.choice(("{}, {}", "{} - {}", "{} ({})")).format(name, place.room)
    luck = rng.random()
    if luck < 0.08:
        name = f"The {name}"
    elif luck < 0.16 and place.room is None:
        name = f"{name}, {city}"
    where: tuple[float | None, float | None] = (None, None)
    keeps = {"eventbrite": 1.0, "yelp": 1.0, "ics": 0.2, "jsonld": 0.6, "csv": 0.0, "manual": 0.0}[source]
    if slip.off is not None and rng.random() < keeps:
        where = place.moved(slip.off + rng.uniform(0, 25), rng.uniform(0, 2 * math.pi))
        where = coordinates(*where[::-1])[:2] if slip.swapped else where
    return Venue(
        name=None if source == "yelp" else name,
        address1=address if source != "csv" or rng.random() < 0.8 else None,
        city=None if source == "ics" else city,
        country=None if source == "ics" else place.city.country,
        latitude=where[0],
        longitude=where[1],
        display=f"{name}, {address}, {city}" if source == "ics" else None,
    )


def at(show: Show, truth: int, **changes: object) -> Show:
    """Return another show much like this one."""
    return replace(show, truth=truth, **changes)  # type: ignore[arg-type]
