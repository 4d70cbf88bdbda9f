"""What the sandbox's Yelp has on its books, and where: events of twelve cities."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from math import asin, cos, radians, sin, sqrt
from random import Random
from typing import Any

from scenescout_tui.sandbox.broken import UNSENDABLE, broken_records, encode
from scenescout_tui.sandbox.changes import Change
from scenescout_tui.sandbox.happenings import happening
from scenescout_tui.sandbox.venues import VENUES
from scenescout_tui.sandbox.yelp import yelp_event, yelp_events

#: The location that holds all cities: what an import asks for to get every event.
EVERYWHERE = "Everywhere"

_FIRST_PUBLISHED = 4_000_000
_ALSO_CALLED = {"nyc": "new york", "new york city": "new york", "lisbon": "lisboa", "sf": "san francisco"}
_METRES = 6_371_000.0


@dataclass(frozen=True, slots=True)
class Place:
    """One place in the lists. Times are Unix seconds; degrees are WGS 84."""

    #: The event as JSON; of a broken record whatever stands there instead.
    data: bytes
    #: What a broken record does not have itself is that of the event before it.
    id: str
    city: str
    latitude: float
    longitude: float
    category: str
    free: bool
    starts: float
    ends: float
    popularity: int
    broken: bool = False


class YelpCatalogue:
    """`count` events; with `broken`, also records that no importer should take as they are, and `repeats` of
    the events twice, as they come from neighbouring searches.
    """

    def __init__(self, count: int, seed: int, today: date, *, broken: bool, repeats: int) -> None:
        self._seed, self._today = seed, today
        self._published = 0
        self.events = [_place(event) for event in yelp_events(count, seed, today)]
        if broken and self.events:
            self._mix_in_broken(Random(f"{seed}/yelp/broken"), repeats)

    def find(self, event_id: str) -> Place | None:
        """Return an event by its id."""
        return next((place for place in self.events if place.id == event_id and not place.broken), None)

    def ids(self) -> frozenset[str]:
        """Return the ids of all events, broken records left out."""
        return frozenset(place.id for place in self.events if not place.broken)

    def change(self, change: Change) -> None:
        """Change the lists while somebody walks them: what is published or advanced is popular and begins
        tomorrow, what is delayed begins after all others and interests nobody.
        """
        tomorrow = datetime.combine(self._today + timedelta(days=1), time(), UTC)
        if change == "published":
            item = happening(_FIRST_PUBLISHED + self._published, self._seed, self._today)
            self._published += 1
            self.events.append(_moved(_place(yelp_event(item, self._seed)), tomorrow, 99_999))
            return
        sound = [place for place in self.events if not place.broken]
        if not sound:
            return
        ahead = [place for place in sound if place.starts >= tomorrow.timestamp()] or sound
        latest = max(ahead, key=lambda place: place.starts)
        if change == "advanced":
            self._replace(latest, _moved(latest, tomorrow, 99_998))
        else:
            after_all = datetime.fromtimestamp(latest.starts, UTC) + timedelta(days=1)
            earliest = min(ahead, key=lambda place: place.starts)
            self._replace(earliest, _moved(earliest, after_all, 0))

    def _replace(self, old: Place, new: Place) -> None:
        self.events = [new if place is old else place for place in self.events]

    def _mix_in_broken(self, rng: Random, repeats: int) -> None:
        for place in rng.sample(self.events, min(repeats, len(self.events))):
            self.events.insert(rng.randrange(len(self.events)), place)
        for what, data in broken_records("yelp", self._seed, self._today).items():
            if what not in UNSENDABLE:
                where = rng.randrange(len(self.events))
                self.events.insert(where + 1, _broken(data, self.events[where]))


def city_of(location: str) -> str | None:
    """Return the city that a location, as a person types it, means; None where nothing is found, "" for
    `EVERYWHERE`.
    """
    words = _plain(location.partition(",")[0])
    if words == _plain(EVERYWHERE):
        return ""
    return _CITIES.get(_ALSO_CALLED.get(words, words))


def metres(latitude: float, longitude: float, place: Place) -> float:
    """Return how far a place is from a point, in metres along the ground (haversine)."""
    north, east = radians(place.latitude - latitude) / 2, radians(place.longitude - longitude) / 2
    slant = sin(north) ** 2 + cos(radians(latitude)) * cos(radians(place.latitude)) * sin(east) ** 2
    return 2 * _METRES * asin(min(1.0, sqrt(slant)))


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.strip().casefold())
    return " ".join("".join(char for char in letters if not unicodedata.combining(char)).split())


_CITIES = {_plain(venue.city.name): venue.city.name for venue in VENUES}


def _place(event: dict[str, Any]) -> Place:
    starts = datetime.fromisoformat(event["time_start"]).timestamp()
    ends = event["time_end"]
    return Place(
        data=encode(event),
        id=event["id"],
        city=event["location"]["city"],
        latitude=event["latitude"],
        longitude=event["longitude"],
        category=event["category"],
        free=event["is_free"],
        starts=starts,
        ends=datetime.fromisoformat(ends).timestamp() if ends is not None else starts,
        popularity=event["attending_count"] + event["interested_count"],
    )


def _broken(data: bytes, before: Place) -> Place:
    """Return the place of a broken record: where its own values put it as far as it has them."""
    try:
        own = _place({"id": before.id} | json.loads(data))
    except (AttributeError, KeyError, TypeError, ValueError):
        return replace(before, data=data, broken=True)
    if own.city == "":
        own = replace(own, city=before.city, latitude=before.latitude, longitude=before.longitude)
    return replace(own, data=data, broken=True)


def _moved(place: Place, start: datetime, interested: int) -> Place:
    """Return the same event at another time, whatever zone it is in, and of another popularity."""
    event = json.loads(place.data)
    moved = start.astimezone(datetime.fromisoformat(event["time_start"]).tzinfo)
    event |= {"time_start": moved.isoformat(), "time_end": None}
    event |= {"attending_count": 0, "interested_count": interested}
    return _place(event)
