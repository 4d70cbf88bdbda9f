"""A walk over Eventbrite's API, as an import takes it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from scenescout_tui.sources.access import Access
from scenescout_tui.sources.ask import Ask
from scenescout_tui.sources.eventbrite_api.answers import Found
from scenescout_tui.sources.eventbrite_api.api import EventbriteApi
from scenescout_tui.sources.eventbrite_api.asking import Asked, Kind, read_ask
from scenescout_tui.sources.eventbrite_api.by_id import EventSteps
from scenescout_tui.sources.eventbrite_api.descriptions import Descriptions
from scenescout_tui.sources.eventbrite_api.fetched import (
    Count,
    EventsPosition,
    Fetched,
    ListingPosition,
    Position,
    Steps,
)
from scenescout_tui.sources.eventbrite_api.listings import ListingSteps
from scenescout_tui.sources.inputs import InputError
from scenescout_tui.sources.pages import Page, PageWalk, RawRecord

#: Records handed out at once where each costs a call for its description: a few, so that a page is done
#: within the time of a task, at the pace of the side gate.
PART = 10

_START_ANEW = "Start a new import; what is imported already stays and is not imported twice."


def open_walk(ask: Ask, access: Access, *, cursor: str | None = None, descriptions: bool = False) -> PageWalk:
    """Return a walk over the events that are asked for.

    Keys of the ask: one of "organizer", "organization", "venue", "series", "event" (ids or addresses of
    pages, with commas), and "max-pages"; without any of the first five, or with organization=mine, all
    organisations of the token. `descriptions` fetches the long text of each event, one call per event
    through `access.side_gate`.

    A page may be without records. A walk that goes on behind a `cursor` reads the page there once more, to
    find what has moved over its edge meanwhile: records may come again. It is never `complete`; neither is a
    walk of "event", which lists nothing.

    :raises ValidationError: for an ask that cannot be understood.
    :raises InputError: for a cursor that is not one of this ask.
    """
    asked = read_ask(ask)
    place = _Place(asked.kind) if cursor is None else _read(cursor, asked)
    api = EventbriteApi(access)
    steps = _steps(api, asked, place.position)
    return _EventbriteWalk(steps, api, Descriptions(access) if descriptions else None, place)


class _Place(msgspec.Struct):
    """Where a walk stands; as JSON it is the cursor. `number` and `line` count pages and records so far."""

    kind: Kind
    position: Position | None = None
    number: Count = 0
    line: Count = 0


_place = msgspec.json.Decoder(_Place)


def _read(cursor: str, asked: Asked) -> _Place:
    try:
        place = _place.decode(cursor)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise InputError("the saved position cannot be read", _START_ANEW) from error
    position = place.position
    kind: type[Position] = EventsPosition if asked.kind == "event" else ListingPosition
    strange = position is not None and not isinstance(position, kind)
    if isinstance(position, ListingPosition) and asked.ids and position.id not in asked.ids:
        strange = True
    if strange or place.kind != asked.kind:
        raise InputError("the saved position belongs to another import", _START_ANEW)
    return place


def _steps(api: EventbriteApi, asked: Asked, position: Position | None) -> Steps:
    if asked.kind == "event":
        return EventSteps(api, asked, position if isinstance(position, EventsPosition) else None)
    return ListingSteps(api, asked, position if isinstance(position, ListingPosition) else None)


class _EventbriteWalk:
    def __init__(
        self, steps: Steps, api: EventbriteApi, descriptions: Descriptions | None, place: _Place
    ) -> None:
        self._steps = steps
        self._api = api
        self._descriptions = descriptions
        self._place = place
        #: What was fetched and is not handed out yet, and from which of its records on.
        self._fetched: Fetched | None = None
        self._handed = 0
        self._ended = False

    @property
    def complete(self) -> bool:
        """See `PageWalk.complete`."""
        return self._ended and self._steps.complete

    async def next_page(self) -> Page | None:
        """Return the next page; see `PageWalk`."""
        if self._fetched is None:
            fetched = await self._steps.next()
            if fetched is None:
                self._ended = True
                return None
            self._begin(fetched)
        return await self._part()

    async def last_good_page(self) -> Page | None:
        """Return the kept copy of the page that could not be had; see `PageWalk`."""
        fetched = await self._steps.last_good()
        if fetched is None:
            return None
        self._begin(fetched)
        return await self._part()

    async def aclose(self) -> None:
        """Close the connections; may be called twice."""
        await self._api.aclose()
        if self._descriptions is not None:
            await self._descriptions.aclose()

    def _begin(self, fetched: Fetched) -> None:
        self._fetched, self._handed = fetched, 0
        if self._descriptions is not None:
            self._descriptions.next_page()

    async def _part(self) -> Page:
        """Hand out what was fetched: at once, or with descriptions in parts.

        Nothing of it is lost when this is cancelled: the next call goes on with the same records.
        """
        assert self._fetched is not None
        fetched = self._fetched
        found: Sequence[Found] = fetched.found[self._handed :]
        if self._descriptions is not None and not fetched.stale:
            # A page without records where the texts take longer than a task should.
            found = await self._descriptions.add(found[:PART]) or ()
        self._handed += len(found)
        if self._handed == len(fetched.found):
            # The cursors of the parts before the last one stand before this page.
            self._place.position = fetched.position
            self._fetched = None
        line = self._place.line
        self._place.line += len(found)
        self._place.number += 1
        return Page(
            tuple(_record(one, n, fetched.origin, self._place.kind) for n, one in enumerate(found, line + 1)),
            msgspec.json.encode(self._place).decode(),
            self._place.number,
            fetched.total,
            fetched.fraction,
            fetched.stale,
        )


def _record(found: Found, line: int, origin: str, kind: Kind) -> RawRecord:
    named = f"{origin}={found.key}" if kind == "event" else origin
    return RawRecord(found.data, line, named, found.error)
