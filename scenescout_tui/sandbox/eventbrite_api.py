"""The sandbox's Eventbrite: what its API v3 answers to each path.

Tokens, limits and faults are the site's business; here is what lies behind them. Paths are those of the
blueprint and of recorded traffic, each with its slash at the end; search is shut and answers 404, as it does.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from scenescout_tui.sandbox.broken import encode
from scenescout_tui.sandbox.changes import Changes
from scenescout_tui.sandbox.eventbrite import CATEGORIES, organization_id, organizer_id
from scenescout_tui.sandbox.eventbrite_catalogue import (
    HOUSE,
    SIDE_HOUSE,
    EventbriteCatalogue,
    Listed,
    described,
    organizer,
)
from scenescout_tui.sandbox.happenings import Organiser
from scenescout_tui.sandbox.wire import Answer, Request

PAGE_SIZE = 50

#: Keys that are there only when they are asked for with `expand`.
_EXPANDABLE = ("venue", "organizer", "category", "ticket_availability", "event_sales_status")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")
_ORDERS: Mapping[str, Callable[[Listed], Any]] = {
    "start": lambda listed: listed.starts,
    "created": lambda listed: listed.created,
    "name": lambda listed: listed.name.casefold(),
}


class Refusal(Exception):
    """A request that Eventbrite answers with one of its errors."""

    def __init__(self, status: int, error: str, description: str, **more: object) -> None:
        super().__init__(error)
        self.answer = failure(status, error, description, **more)


def failure(status: int, error: str, description: str, **more: object) -> Answer:
    """Return an error in the shape all of Eventbrite's errors have."""
    body = {"status_code": status, "error_description": description, "error": error, **more}
    return Answer(status, encode(body))


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    size: int

    def pagination(self, count: int) -> dict[str, Any]:
        """Say where in a list of `count` this page is.

        :raises Refusal: when the list does not reach as far.
        """
        pages = self.pages(count)
        if self.number > pages:
            raise Refusal(
                400, "BAD_PAGE", "Page number was not valid, you requested a page that is not there."
            )
        found: dict[str, Any] = {
            "object_count": count,
            "page_number": self.number,
            "page_size": self.size,
            "page_count": pages,
        }
        more = self.number < pages
        if more:
            found["continuation"] = continuation(self.number + 1)
        return found | {"has_more_items": more}

    def pages(self, count: int) -> int:
        """How many pages a list of `count` has; an empty one has one."""
        return max(1, -(-count // self.size))


def continuation(number: int) -> str:
    """Return the token of a page: its number in JSON in base64, without padding, as it was recorded."""
    return base64.urlsafe_b64encode(json.dumps({"page": number}).encode()).decode().rstrip("=")


class EventbriteApi:
    """Answers for `catalogue`; what ended before `today` in UTC is past. `changed` is called after each
    change of a list.
    """

    def __init__(
        self, catalogue: EventbriteCatalogue, today: date, changes: Changes, changed: Callable[[], None]
    ) -> None:
        self.catalogue = catalogue
        self._now = datetime.combine(today, time(), UTC).timestamp()
        self._changes = changes
        self._changed = changed
        self._routes: tuple[tuple[re.Pattern[str], Callable[..., Answer]], ...] = tuple(
            (re.compile(pattern), handler)
            for pattern, handler in (
                (r"/organizers/(\d+)/events/", self._of_organizer),
                (r"/organizations/(\d+)/events/", self._of_organization),
                (r"/venues/(\d+)/events/", self._of_venue),
                (r"/series/(\d+)/events/", self._of_series),
                (r"/events/", self._batch),
                (r"/events/(\d+)/", self._event),
                (r"/events/(\d+)/description/", self._description),
                (r"/organizers/(\d+)/", self._organizer),
                (r"/users/me/organizations/", self._organizations),
                (r"/users/me/", self._me),
                (r"/categories/", self._categories),
            )
        )

    def answer(self, path: str, request: Request) -> Answer:
        """Answer a request for a path below /v3."""
        for pattern, handler in self._routes:
            match = pattern.fullmatch(path)
            if match is not None:
                try:
                    return handler(request, *match.groups())
                except Refusal as refusal:
                    return refusal.answer
        return _not_found("The path you requested does not exist.")

    def _of_organizer(self, request: Request, identifier: str) -> Answer:
        for house, events in self._houses():
            if identifier == organizer_id(house):
                return self._list(request, events)
        return _not_found("The organizer you requested does not exist.")

    def _of_organization(self, request: Request, identifier: str) -> Answer:
        for house, events in self._houses():
            if identifier == organization_id(house):
                return self._list(request, events)
        return _not_found("The organization you requested does not exist.")

    def _of_venue(self, request: Request, identifier: str) -> Answer:
        events = [
            listed for _, events in self._houses() for listed in events if listed.venue_id == identifier
        ]
        if not events:
            return _not_found("The venue you requested does not exist.")
        return self._list(request, events)

    def _of_series(self, request: Request, identifier: str) -> Answer:
        if identifier not in self.catalogue.parents:
            return _not_found("The series you requested does not exist.")
        return self._list(request, [one for one in self.catalogue.events if one.series_id == identifier])

    def _batch(self, request: Request) -> Answer:
        wanted = _words(request.query.get("event_ids", ""))
        if not wanted:
            raise _bad_arguments("event_ids", "MISSING")
        found = (self.catalogue.find(identifier) for identifier in wanted)
        return self._list(request, [listed for listed in found if listed is not None])

    def _event(self, request: Request, identifier: str) -> Answer:
        return Answer(200, _shown(self._known(identifier), _expansions(request.query)))

    def _description(self, request: Request, identifier: str) -> Answer:
        return Answer(200, encode({"description": described(self._known(identifier))}))

    def _organizer(self, request: Request, identifier: str) -> Answer:
        for house, _ in self._houses():
            if identifier == organizer_id(house):
                return Answer(200, encode(organizer(house)))
        return _not_found("The organizer you requested does not exist.")

    def _organizations(self, request: Request) -> Answer:
        found = [
            {
                "_type": "organization",
                "name": house.name,
                "vertical": "default",
                "parent_id": None,
                "locale": None,
                "created": "2024-01-06T20:12:55Z",
                "image_id": None,
                "id": organization_id(house),
            }
            for house, _ in self._houses()
        ]
        pagination = _page(request.query).pagination(len(found))
        return Answer(200, encode({"organizations": found, "pagination": pagination}))

    def _me(self, request: Request) -> Answer:
        mail = {"email": "box@northlight.example", "verified": True, "primary": True}
        name = {"name": "Box Office", "first_name": "Box", "last_name": "Office"}
        return Answer(200, encode({"emails": [mail], "id": "768254000100", **name, "is_public": False}))

    def _categories(self, request: Request) -> Answer:
        found = [
            {
                "resource_uri": f"https://www.eventbriteapi.com/v3/categories/{identifier}/",
                "id": identifier,
                "name": name,
                "name_localized": name,
                "short_name": name.split(" & ")[0].split(", ")[0],
                "short_name_localized": name.split(" & ")[0].split(", ")[0],
            }
            for identifier, name in CATEGORIES.items()
        ]
        pagination = _page(request.query).pagination(len(found))
        return Answer(200, encode({"locale": "en_US", "pagination": pagination, "categories": found}))

    def _houses(self) -> tuple[tuple[Organiser, list[Listed]], ...]:
        return (HOUSE, self.catalogue.events), (SIDE_HOUSE, self.catalogue.side_events)

    def _known(self, identifier: str) -> Listed:
        listed = self.catalogue.find(identifier)
        if listed is None:
            raise Refusal(404, "NOT_FOUND", "The event you requested does not exist.")
        return listed

    def _list(self, request: Request, events: list[Listed]) -> Answer:
        """Answer with one page of the events that the query leaves of these, in its order."""
        query = request.query
        page = _page(query)
        found = self._chosen(events, query)
        pagination = page.pagination(len(found))
        first = (page.number - 1) * page.size
        expand = _expansions(query)
        shown = [_shown(listed, expand) for listed in found[first : first + page.size]]
        body = b'{"pagination": %s, "events": [%s]}' % (encode(pagination), b", ".join(shown))
        change = self._changes.after_a_page(page.pages(len(found)))
        if change is not None:
            self.catalogue.change(change)
            self._changed()
        return Answer(200, body, events=len(shown))

    def _chosen(self, events: list[Listed], query: Mapping[str, str]) -> list[Listed]:
        if query.get("show_series_parent", "").lower() in ("true", "on", "1"):
            events = list(self._with_parents(events))
        chosen: Iterable[Listed] = events
        statuses = frozenset(_words(query.get("status", "all")))
        if "all" not in statuses:
            chosen = [one for one in chosen if one.status in statuses]
        if "event_ids" in query:
            wanted = frozenset(_words(query["event_ids"]))
            chosen = [one for one in chosen if one.id in wanted]
        when = query.get("time_filter", "all")
        if when not in ("all", "past", "current_future"):
            raise _bad_arguments("time_filter", "INVALID")
        if when != "all":
            chosen = [one for one in chosen if (one.ends < self._now) == (when == "past")]
        # These are wall times, without an offset, as the events' own local times are.
        first, last = query.get("start_date.range_start"), query.get("start_date.range_end")
        chosen = [one for one in chosen if (first or "") <= one.local <= (last or "9999")]
        return _ordered(chosen, query.get("order_by"))

    def _with_parents(self, events: list[Listed]) -> Iterable[Listed]:
        """The list with each series as its parent alone, where the first of its dates stood."""
        seen = set()
        for listed in events:
            if listed.series_id is None:
                yield listed
            elif listed.series_id not in seen and listed.series_id in self.catalogue.parents:
                seen.add(listed.series_id)
                yield self.catalogue.parents[listed.series_id]


def _ordered(events: list[Listed], order: str | None) -> list[Listed]:
    if order is None:
        return events
    key, _, direction = order.rpartition("_")
    if key not in _ORDERS or direction not in ("asc", "desc"):
        raise _bad_arguments("order_by", "INVALID")
    return sorted(events, key=_ORDERS[key], reverse=direction == "desc")


def _page(query: Mapping[str, str]) -> _Page:
    """Read which page is asked for; a page size above the largest there is means the largest.

    :raises Refusal: for a page, a size or a token that cannot be one.
    """
    size = query.get("page_size", str(PAGE_SIZE))
    if not re.fullmatch(r"[1-9]\d{0,5}", size):
        raise _bad_arguments("page_size", "INVALID")
    if "continuation" in query:
        return _Page(_continued(query["continuation"]), min(int(size), PAGE_SIZE))
    number = query.get("page", "1")
    if not re.fullmatch(r"[1-9]\d{0,8}", number):
        raise Refusal(400, "BAD_PAGE", "Page number was not valid.")
    return _Page(int(number), min(int(size), PAGE_SIZE))


def _continued(token: str) -> int:
    refusal = Refusal(400, "BAD_CONTINUATION_TOKEN", "The continuation token passed was not valid.")
    if not _TOKEN.fullmatch(token.rstrip("=")):
        raise refusal
    bare = token.rstrip("=")
    try:
        number = json.loads(base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)))["page"]
    except (ValueError, KeyError, TypeError):
        raise refusal from None
    if not isinstance(number, int) or number < 1:
        raise refusal
    return number


def _expansions(query: Mapping[str, str]) -> frozenset[str]:
    """Read which expansions are asked for, in either way of asking; names nobody knows do nothing."""
    return frozenset((*_words(query.get("expand", "")), *_words(query.get("expand.event", ""))))


def _shown(listed: Listed, expand: frozenset[str]) -> bytes:
    """Return an event as JSON with what was asked for expanded; ids alone of the rest."""
    if listed.broken:
        return listed.data
    event: dict[str, Any] = json.loads(listed.data)
    for key in _EXPANDABLE:
        if key not in expand:
            del event[key]
    for key in ("subcategory", "format"):
        if key in expand:
            identifier = event[f"{key}_id"]
            event[key] = {
                "id": identifier,
                "name": f"{key} {identifier}".capitalize(),
                "resource_uri": f"https://www.eventbriteapi.com/v3/{_PLURALS[key]}/{identifier}/",
            }
    return encode(event)


_PLURALS = {"subcategory": "subcategories", "format": "formats"}


def _words(text: str) -> list[str]:
    return [word for word in (part.strip() for part in text.split(",")) if word]


def _not_found(description: str) -> Answer:
    return failure(404, "NOT_FOUND", description)


def _bad_arguments(name: str, what: str) -> Refusal:
    detail = {"ARGUMENTS_ERROR": {name: [what]}}
    text = f"There are errors with your arguments: {name} - {what}"
    return Refusal(400, "ARGUMENTS_ERROR", text, error_detail=detail)
