"""The way through events that are asked for by their ids."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec

from scenescout_tui.errors import SpawnerError
from scenescout_tui.events.record import RecordError
from scenescout_tui.sources.eventbrite_api.answers import Found, bare, read_event, read_events
from scenescout_tui.sources.eventbrite_api.api import EventbriteApi, keep
from scenescout_tui.sources.eventbrite_api.asking import Asked
from scenescout_tui.sources.eventbrite_api.fetched import EventsPosition, Fetched
from scenescout_tui.sources.eventbrite_api.refusals import RefusedError

log = logging.getLogger(__name__)

#: Ids per request to `/events/?event_ids=`, which is the size of a page.
BATCH = 50
#: Events asked for one by one in one step, so that a step ends within the time of a task.
SINGLES = 10
_KIND = "event"
_ORIGIN = "eventbrite event"


class EventSteps:
    """Walks the events of an ask, many at once where the API lets us and one by one where it does not.

    An event that cannot be had becomes a record with an error, and the others go on. Named events are no
    listing: the walk is never complete.
    """

    def __init__(self, api: EventbriteApi, asked: Asked, position: EventsPosition | None = None) -> None:
        self._api = api
        self._ids = asked.ids
        self._max_pages = asked.max_pages
        # One batch stands from `_start` to `_at`; of it `_open` are to be asked for one by one.
        self._start = self._at = position.at if position is not None else 0
        self._open: list[str] = []
        self._pages = position.pages if position is not None else 0
        self._together = True

    @property
    def complete(self) -> bool:
        """Always False: nothing is listed here."""
        return False

    async def next(self) -> Fetched | None:
        """Ask for the next events; see `Steps`."""
        if self._pages >= self._max_pages:
            return None
        if batch := self._next_batch():
            found = await self._batch(batch) if self._together and len(batch) > 1 else ()
            self._enter(batch, found)
            if found:
                return self._fetched(found)
        return self._fetched(await self._one_by_one()) if self._open else None

    async def last_good(self) -> Fetched | None:
        """Take the next events from what was kept of them; see `Steps`."""
        batch = self._next_batch()
        if len(batch) > 1 and (body := await self._kept(batch)) is not None:
            found = _asked_of(read_events(body, _KIND).found, batch)
            self._enter(batch, found)
            return self._fetched(found, stale=True)
        waiting = self._open or batch
        body = await self._kept(waiting[:1]) if waiting else None
        if body is None:
            return None
        one = read_event(body, f"{_KIND} {waiting[0]}")
        self._enter(batch, ())
        del self._open[0]
        return self._fetched((one,), stale=True)

    def _next_batch(self) -> tuple[str, ...]:
        """The ids of the next batch; none while some of the last are open, or behind the last."""
        return () if self._open else self._ids[self._at : self._at + BATCH]

    def _enter(self, batch: tuple[str, ...], found: tuple[Found, ...]) -> None:
        """Take over what a batch brought; what is missing from it is asked for one by one."""
        if batch:
            there = {one.key for one in found}
            self._open = [one for one in batch if one not in there]
            self._start, self._at = self._at, self._at + len(batch)

    async def _batch(self, ids: tuple[str, ...]) -> tuple[Found, ...]:
        """Ask for many events at once; nothing where that is refused, so that they are asked one by one."""
        subject = f"{_KIND} {ids[0]} and {len(ids) - 1} more"
        params: dict[str, str | int] = {"event_ids": ",".join(ids)}
        try:
            answer, whole = await self._api.get_expanded("/events/", params, _KIND, subject)
        except RefusedError as refused:
            if refused.retryable or refused.blames_token:
                raise
            log.warning("%s, asking for one after another", refused)
            self._together = False
            return ()
        found = _asked_of(read_events(answer.body, subject, answer.status).found, ids)
        if not whole:
            return bare(found)
        await keep(self._api.keeper, _key(ids), answer)
        return found

    async def _one_by_one(self) -> tuple[Found, ...]:
        found: list[Found] = []
        for external_id in self._open[:SINGLES]:
            try:
                found.append(await self._one(external_id))
            except SpawnerError:
                if not found:
                    raise
                break  # what came is handed out; the next step meets the failure again
        del self._open[: len(found)]
        return tuple(found)

    async def _one(self, external_id: str) -> Found:
        subject = f"{_KIND} {external_id}"
        try:
            answer, whole = await self._api.get_expanded(f"/events/{external_id}/", {}, _KIND, subject)
        except RefusedError as refused:
            if refused.retryable or refused.blames_token:
                raise
            return _failed(external_id, refused)
        found = read_event(answer.body, subject, answer.status)
        if not whole:
            return bare((found,))[0]
        await keep(self._api.keeper, _key((external_id,)), answer)
        return found

    async def _kept(self, ids: Sequence[str]) -> bytes | None:
        kept = await self._api.keeper.kept(_key(ids))
        return None if kept is None else kept.body

    def _fetched(self, found: tuple[Found, ...], stale: bool = False) -> Fetched:
        self._pages += 1
        done = self._at - len(self._open)
        # While some of a batch are open, going on means to ask for the whole of it again.
        position = EventsPosition(self._start if self._open else self._at, self._pages)
        return Fetched(found, _ORIGIN, position, len(self._ids), done / len(self._ids), stale)


def _asked_of(found: tuple[Found, ...], ids: Sequence[str]) -> tuple[Found, ...]:
    """The records that were asked for: a server that does not know the parameter lists something else."""
    asked = set(ids)
    return tuple({one.key: one for one in found if one.key in asked}.values())


def _key(ids: Sequence[str]) -> str:
    return f"eventbrite event={','.join(ids)}"


def _failed(external_id: str, refused: RefusedError) -> Found:
    """An event that Eventbrite does not give, as a record; its bytes name it for whoever looks at it."""
    action = str(refused.metadata.get("action", "")) or None
    error = RecordError(refused.code, refused.message, "id", action)
    return Found(msgspec.json.encode({"id": external_id}), external_id, error=error)
