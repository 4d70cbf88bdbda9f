"""Which source a decoded record comes from, told by its shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from scenescout_tui.safe_text import for_screen
from scenescout_tui.sources.linked.nodes import is_event

Payload = Mapping[str, Any]

#: What to do about a record that reached us damaged, or instead of an event.
ASK_AGAIN = "Ask the source for the record again, then import it."


class Hint(NamedTuple):
    """What a record is instead of an event of its source, and what to do about it in one sentence."""

    words: str
    action: str


def is_eventbrite(payload: Payload) -> bool:
    """Tell an Eventbrite event: API v3, the "destination" shape, or the flat export."""
    name, start = payload.get("name"), payload.get("start")
    if isinstance(start, Mapping) and ("utc" in start or "local" in start):
        return isinstance(name, Mapping) or "organizer_id" in payload or "resource_uri" in payload
    if isinstance(name, Mapping) and ("text" in name or "html" in name):
        return True
    if "start_date" in payload and ("name" in payload or "title" in payload) and "time_start" not in payload:
        marks = ("primary_venue", "is_online_event", "ticket_availability", "price_range", "start_time")
        return any(mark in payload for mark in marks) or "eventbrite." in str(payload.get("url"))
    return False


def is_yelp(payload: Payload) -> bool:
    """Tell a Yelp event."""
    return "time_start" in payload or ("event_site_url" in payload and "name" in payload)


def is_manual(payload: Payload) -> bool:
    """Tell a submission of our own form."""
    return (
        "title" in payload
        and ("start_time" in payload or "venue_name" in payload)
        and "start_date" not in payload
    )


def is_calendar_event(payload: Payload) -> bool:
    """Tell an occurrence of a calendar's event, as our reader writes it."""
    return payload.get("component") == "VEVENT"


def is_linked(payload: Payload) -> bool:
    """Tell a schema.org event in JSON-LD."""
    return is_event(payload) and ("startDate" in payload or "@context" in payload)


def is_row(payload: Payload) -> bool:
    """Tell the row of a table, as our reader writes it."""
    return isinstance(payload.get("table"), Mapping)


_SHAPES: tuple[tuple[str, Callable[[Payload], bool]], ...] = (
    ("ics", is_calendar_event),
    ("csv", is_row),
    ("jsonld", is_linked),
    ("eventbrite", is_eventbrite),
    ("yelp", is_yelp),
    ("manual", is_manual),
)


# What other formats are called where "a record of csv" would say little.
_CALLED = {"ics": "an iCalendar event", "jsonld": "schema.org JSON-LD", "csv": "a row of a table"}


def recognise(payload: object) -> str | None:
    """Return the name of the source a decoded record comes from, or None."""
    if not isinstance(payload, Mapping):
        return None
    return next((name for name, fits in _SHAPES if fits(payload)), None)


def describe(payload: object, source: str) -> Hint | None:
    """Say what a record is that is no event of `source`; None where there is nothing to say."""
    if not isinstance(payload, Mapping):
        return None
    found = recognise(payload)
    if found is not None and found != source:
        called = _CALLED.get(found)
        return Hint(
            f"this looks like {called}, not like a record of {source}"
            if called is not None
            else f"this looks like a record of {found}, not of {source}",
            f"Import it with `scenescout import {found} FILE`, or with auto.",
        )
    error = payload.get("error")
    if isinstance(error, str) and "status_code" in payload:
        return Hint(
            f"this is an error answer of Eventbrite ({for_screen(error, 40)}), not an event", ASK_AGAIN
        )
    if isinstance(error, Mapping) and isinstance(error.get("code"), str):
        code = for_screen(error["code"], 40)
        return Hint(f"this is an error answer of Yelp ({code}), not an event", ASK_AGAIN)
    if "@context" in payload or "@type" in payload or "@graph" in payload:
        return Hint(
            f"this looks like schema.org JSON-LD, not like a record of {source}",
            f"Get the event as {source} writes it and import that.",
        )
    lists = [key for key, value in payload.items() if isinstance(key, str) and isinstance(value, list)]
    if "pagination" in payload and lists:
        return Hint(
            f"this is a page of {for_screen(lists[0], 40)}, not of events",
            "Ask the source for its events, and import those.",
        )
    return None
