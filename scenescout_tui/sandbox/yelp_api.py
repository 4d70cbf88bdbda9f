"""The sandbox's Yelp: what its API v3 answers to each path.

Tokens, limits and faults are the site's business; here is what lies behind them. Parameters are held to the
ranges of Yelp's documentation, and mean what it says: an event is listed for `end_date` when it ends by then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from scenescout_tui.sandbox.broken import encode
from scenescout_tui.sandbox.changes import Changes
from scenescout_tui.sandbox.wire import Answer, Request
from scenescout_tui.sandbox.yelp_catalogue import Place, YelpCatalogue, city_of, metres

LARGEST_LIMIT = 50
LARGEST_OFFSET = 1_000
LARGEST_RADIUS = 40_000
DEFAULT_LIMIT = 3

_FIRST_TIME, _LAST_TIME = -2_208_960_000, 221_845_420_800
_LOCALE = re.compile(r"[a-z]{2,3}_[A-Z]{2}")
_EVENT = re.compile(r"/events/([^/]+)")
_INTEGER = re.compile(r"-?\d{1,18}")
_NUMBER = re.compile(r"-?\d{1,10}(\.\d{1,20})?")


class Refusal(Exception):
    """A request that Yelp answers with one of its errors."""

    def __init__(self, status: int, code: str, description: str, **more: object) -> None:
        super().__init__(code)
        self.answer = failure(status, code, description, **more)


def failure(status: int, code: str, description: str, **more: object) -> Answer:
    """Return an error in the shape all of Yelp's errors have."""
    return Answer(status, encode({"error": {"code": code, "description": description, **more}}))


class YelpApi:
    """Answers for `catalogue`. `changed` is called after each change of the lists."""

    def __init__(self, catalogue: YelpCatalogue, changes: Changes, changed: Callable[[], None]) -> None:
        self.catalogue = catalogue
        self._changes = changes
        self._changed = changed

    def answer(self, path: str, request: Request) -> Answer:
        """Answer a request for a path below /v3."""
        try:
            if path == "/events":
                return self._search(request.query)
            match = _EVENT.fullmatch(path)
            found = self.catalogue.find(match.group(1)) if match is not None else None
            if found is None:
                raise Refusal(404, "NOT_FOUND", "Resource could not be found.")
            return Answer(200, found.data)
        except Refusal as refusal:
            return refusal.answer

    def _search(self, query: Mapping[str, str]) -> Answer:
        limit = _integer(query, "limit", 0, LARGEST_LIMIT, DEFAULT_LIMIT)
        offset = _integer(query, "offset", 0, LARGEST_OFFSET, 0)
        if "locale" in query and not _LOCALE.fullmatch(query["locale"]):
            raise _invalid("locale", query["locale"], "does not match '^[a-z]{2,3}_[A-Z]{2}$'")
        found = _ordered(_chosen(_around(self.catalogue.events, query), query), query)
        shown = found[offset : offset + limit]
        # What Yelp calls the total is no more than the length of the page.
        body = b'{"events": [%s], "total": %d}' % (b", ".join(place.data for place in shown), len(shown))
        change = self._changes.after_a_page(-(-len(found) // max(1, limit)))
        if change is not None:
            self.catalogue.change(change)
            self._changed()
        return Answer(200, body, events=len(shown))


def _around(places: list[Place], query: Mapping[str, str]) -> list[Place]:
    """Return what is where the query asks for it.

    :raises Refusal: where it says no place, or one that nobody knows.
    """
    radius = _integer(query, "radius", 0, LARGEST_RADIUS, LARGEST_RADIUS)
    if "location" in query:
        location = query["location"]
        if not 1 <= len(location) <= 250:
            raise _invalid("location", location, "is too short" if not location else "is too long")
        city = city_of(location)
        if city is None:
            text = "Could not execute search, try specifying a more exact location."
            raise Refusal(400, "LOCATION_NOT_FOUND", text)
        return places if city == "" else [place for place in places if place.city == city]
    if "latitude" not in query or "longitude" not in query:
        text = "You must specify either a location or a latitude and longitude to search."
        raise Refusal(400, "LOCATION_MISSING", text)
    latitude, longitude = _degrees(query, "latitude", 90), _degrees(query, "longitude", 180)
    return [place for place in places if metres(latitude, longitude, place) <= radius]


def _chosen(places: list[Place], query: Mapping[str, str]) -> list[Place]:
    first = _integer(query, "start_date", _FIRST_TIME, _LAST_TIME, _FIRST_TIME)
    last = _integer(query, "end_date", _FIRST_TIME, _LAST_TIME, _LAST_TIME)
    found = [place for place in places if place.starts >= first and place.ends <= last]
    if query.get("categories"):
        wanted = frozenset(query["categories"].split(","))
        found = [place for place in found if place.category in wanted]
    if "is_free" in query:
        free = _one_of(query, "is_free", ("true", "false"))
        found = [place for place in found if place.free == (free == "true")]
    if query.get("excluded_events"):
        unwanted = frozenset(query["excluded_events"].split(","))
        found = [place for place in found if place.id not in unwanted]
    return found


def _ordered(places: list[Place], query: Mapping[str, str]) -> list[Place]:
    by_time = _one_of(query, "sort_on", ("popularity", "time_start")) == "time_start"
    downwards = _one_of(query, "sort_by", ("desc", "asc")) == "desc"
    return sorted(places, key=lambda place: place.starts if by_time else place.popularity, reverse=downwards)


def _integer(query: Mapping[str, str], name: str, least: int, most: int, default: int) -> int:
    given = query.get(name)
    if given is None:
        return default
    if not _INTEGER.fullmatch(given):
        raise _invalid(name, given, "is not of type 'integer'")
    value = int(given)
    if value < least:
        raise _invalid(name, value, f"is less than the minimum of {least}")
    if value > most:
        raise _invalid(name, value, f"is greater than the maximum of {most}")
    return value


def _degrees(query: Mapping[str, str], name: str, most: int) -> float:
    given = query[name]
    if not _NUMBER.fullmatch(given):
        raise _invalid(name, given, "is not of type 'number'")
    value = float(given)
    if abs(value) > most:
        raise _invalid(name, value, f"is outside of -{most} to {most}")
    return value


def _one_of(query: Mapping[str, str], name: str, words: tuple[str, ...]) -> str:
    """Return which of the words a parameter is, in lower case; the first where it is not given."""
    given = query.get(name, words[0]).lower()
    if given not in words:
        raise _invalid(name, query[name], f"is not one of {list(words)}")
    return given


def _invalid(field: str, instance: object, what: str) -> Refusal:
    shown = repr(instance) if isinstance(instance, str) else str(instance)
    return Refusal(400, "VALIDATION_ERROR", f"{shown} {what}", field=field, instance=instance)
