"""What the sandbox's Eventbrite has on its books: two organisations with their events and series.

Every event is kept as the JSON it is sent as, with all expansions in it, beside the few values that lists are
filtered and sorted by.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from scenescout_tui.sandbox.broken import UNSENDABLE, broken_records, encode
from scenescout_tui.sandbox.changes import Change
from scenescout_tui.sandbox.eventbrite import api_event, organization_id, organizer_id, series_id
from scenescout_tui.sandbox.happenings import Organiser, happening, series_of

#: The house whose events an import is meant to ask for, and a small second one of the same token.
HOUSE = Organiser(100, "Northlight City Stages")
SIDE_HOUSE = Organiser(200, "Sunday Makers")
SIDE_EVENTS = 12

#: Numbers of the happenings of the second house, and of those published while a list is walked.
_FIRST_OF_SIDE_HOUSE = 3_000_000
_FIRST_PUBLISHED = 4_000_000
_NO_END_GIVEN = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Listed:
    """One place in the lists. Times are Unix seconds; `local` is the wall time of the start, ISO 8601."""

    #: The event as JSON; of a broken record whatever stands there instead.
    data: bytes
    #: Of a broken record these are the values of the event before it, so that the two stay together.
    id: str
    name: str
    status: str
    organizer_id: str
    organization_id: str
    venue_id: str | None
    series_id: str | None
    starts: float
    ends: float
    local: str
    created: str
    broken: bool = False


class EventbriteCatalogue:
    """`count` events of `HOUSE`, not sorted by start, and a few of `SIDE_HOUSE`.

    With `broken` there are records among them that no importer should take as they are.
    """

    def __init__(self, count: int, seed: int, today: date, *, broken: bool) -> None:
        self._seed, self._today = seed, today
        self._published = 0
        #: The list of `HOUSE`, in the order it is shown in.
        self.events = [self._listed(self._event(number, HOUSE)) for number in range(count)]
        self.side_events = [
            self._listed(self._event(_FIRST_OF_SIDE_HOUSE + number, SIDE_HOUSE))
            for number in range(SIDE_EVENTS)
        ]
        self._by_id = {listed.id: listed for listed in (*self.events, *self.side_events)}
        #: Parents of the series of `HOUSE` by their id, which is the series' id.
        self.parents = {parent.id: parent for parent in self._parents(count)}
        rng = Random(f"{seed}/eventbrite/order")
        rng.shuffle(self.events)
        if broken and self.events:
            self._mix_in_broken(rng)

    def find(self, event_id: str) -> Listed | None:
        """Return an event or the parent of a series by its id."""
        return self._by_id.get(event_id) or self.parents.get(event_id)

    def ids(self) -> frozenset[str]:
        """Return the ids of what `HOUSE` lists now, broken records left out."""
        return frozenset(listed.id for listed in self.events if not listed.broken)

    def change(self, change: Change) -> None:
        """Change the list of `HOUSE` while somebody walks it."""
        if change == "published":
            fresh = self._listed(self._event(_FIRST_PUBLISHED + self._published, HOUSE))
            self._published += 1
            self._by_id[fresh.id] = fresh
            self.events.insert(0, fresh)
            return
        places = range(len(self.events)) if change == "delayed" else reversed(range(len(self.events)))
        place = next((place for place in places if not self.events[place].broken), None)
        if place is not None:
            moved = self.events.pop(place)
            self.events.insert(len(self.events) if change == "delayed" else 0, moved)

    def _event(self, number: int, house: Organiser) -> dict[str, Any]:
        item = replace(happening(number, self._seed, self._today), organiser=house)
        event = api_event(item, self._seed, self._today)
        if item.series is not None:
            # The parent is an event of its own here; all of these are its dates.
            event |= {"is_series_parent": False, "series_id": series_id(item.series)}
        if event["end"] is None:
            # The API does not know events without an end; an organiser who has none hides it.
            event["end"] = _later(event["start"], _NO_END_GIVEN)
            event["hide_end_date"] = True
        event["organizer"] = organizer(house)
        event |= _sales(event)
        return event

    def _parents(self, count: int) -> Iterator[Listed]:
        dates: dict[str, list[dict[str, Any]]] = {}
        for number in range(count):
            if series_of(number) is not None:
                event = self._event(number, HOUSE)
                dates.setdefault(event["series_id"], []).append(event)
        for identifier, events in dates.items():
            parent = events[0] | {"id": identifier, "is_series_parent": True, "end": events[-1]["end"]}
            parent["url"] = f"https://www.eventbrite.com/e/series-tickets-{identifier}"
            parent["resource_uri"] = f"https://www.eventbriteapi.com/v3/events/{identifier}/"
            del parent["series_id"]
            yield self._listed(parent)

    def _mix_in_broken(self, rng: Random) -> None:
        found = broken_records("eventbrite", self._seed, self._today)
        for what, data in found.items():
            if what not in UNSENDABLE:
                place = rng.randrange(len(self.events))
                self.events.insert(place + 1, replace(self.events[place], data=data, broken=True))

    def _listed(self, event: dict[str, Any]) -> Listed:
        return Listed(
            data=encode(event),
            id=event["id"],
            name=event["name"]["text"] or event["name"]["html"],
            status=event["status"],
            organizer_id=event["organizer_id"],
            organization_id=event["organization_id"],
            venue_id=event["venue_id"],
            series_id=event.get("series_id"),
            starts=datetime.fromisoformat(event["start"]["utc"]).timestamp(),
            ends=datetime.fromisoformat(event["end"]["utc"]).timestamp(),
            local=event["start"]["local"],
            created=event["created"],
        )


def organizer(house: Organiser) -> dict[str, Any]:
    """Return an organiser as the API shows it."""
    identifier = organizer_id(house)
    return {
        "description": {"text": None, "html": "<p></p>"},
        "long_description": {"text": None, "html": "<p></p>"},
        "follow_status": {"followed_by_you": False, "followed_at": None, "num_followers": 7 * house.number},
        "resource_uri": f"https://www.eventbriteapi.com/v3/organizers/{identifier}/",
        "_type": "organizer",
        "id": identifier,
        "name": house.name,
        "url": f"https://www.eventbrite.com/o/{house.name.lower().replace(' ', '-')}-{identifier}",
        "num_past_events": 0,
        "num_future_events": 0,
        "organization_id": organization_id(house),
        "disable_marketing_opt_in": False,
        "logo_id": None,
        "logo": None,
    }


def described(listed: Listed) -> str:
    """Return the long description of an event, in the HTML the description endpoint has."""
    event = json.loads(listed.data)
    summary, name = event["description"]["html"], event["name"]["html"]
    rng = Random(f"{listed.id}/description")
    lines = "".join(f"<p>{line}</p>" for line in rng.sample(_MORE, 3))
    box = "margin: 20px 10px;font-size: 15px;line-height: 22px;font-weight: 400;text-align: left;"
    return (
        f'<div>{summary}</div><div style="margin-top: 20px"><div style="{box}">'
        f"<p><strong><strong>{name}</strong></strong></p>{lines}<p><br></p></div></div>"
    )


_MORE = (
    "The evening begins with a short introduction &amp; ends with an open conversation.",
    "The bar is open from an hour before until an hour after; cash and cards are taken.",
    "Please bring your ticket on your phone or on paper, whichever you lose less easily.",
    "Concessions are there for students, for people over 65 and for whoever needs one. No questions.",
    "The lift is to the left of the main door; an assistant can be asked for by e-mail.",
    "Photographs are taken for the house’s own pages; tell us if you would rather not be in them.",
)


def _later(moment: dict[str, str], by: timedelta) -> dict[str, str]:
    utc = datetime.fromisoformat(moment["utc"]) + by
    local = datetime.fromisoformat(moment["local"]) + by
    return moment | {"local": local.isoformat(), "utc": utc.strftime("%Y-%m-%dT%H:%M:%SZ")}


def _sales(event: dict[str, Any]) -> dict[str, Any]:
    """What `ticket_availability` and `event_sales_status` expand to: always an object, whatever is known."""
    cancelled = "event_sales_status" in event
    over = event["status"] in ("completed", "canceled")
    opened = event["published"] or event["created"]
    zone = event["start"]["timezone"]
    wall = datetime.fromisoformat(opened).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    begins = {"timezone": zone, "local": wall.isoformat(), "utc": opened}
    tickets = {
        "has_available_tickets": not (cancelled or over),
        "is_sold_out": False,
        "minimum_ticket_price": None,
        "maximum_ticket_price": None,
        "start_sales_date": None,
        "waitlist_available": False,
    }
    return {
        "ticket_availability": tickets | event.get("ticket_availability", {}),
        "event_sales_status": {
            "sales_status": "not_on_sale" if cancelled else "sales_ended" if over else "on_sale",
            "start_sales_date": begins,
            "message": "Event cancelled" if cancelled else None,
            "message_type": None,
            "message_code": "event_cancelled" if cancelled else None,
        },
    }
