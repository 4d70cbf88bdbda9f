"""The long descriptions, which Eventbrite gives away one by one."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any

import anyio
import msgspec

from scenescout_tui.errors import SpawnerError, classify_error
from scenescout_tui.safe_text import clean
from scenescout_tui.sources.access import Access
from scenescout_tui.sources.eventbrite_api.answers import Found, with_field
from scenescout_tui.sources.eventbrite_api.api import keep
from scenescout_tui.sources.eventbrite_api.budget import read_budget
from scenescout_tui.sources.eventbrite_api.refusals import SERVICE, refusal
from scenescout_tui.sources.pages import RequestGate
from scenescout_tui.sources.web.client import WebClient, WebLimits

log = logging.getLogger(__name__)

#: Descriptions asked for at the same time.
AT_ONCE = 4
#: Seconds after which one call is given up, and after which a step lets go of what has come.
CALL_DEADLINE, STEP = 10.0, 20.0
#: Seconds without any answer, for instance because the gate holds the calls back, after which the rest of a
#: page goes without: longer than the minute in which the pace of a limit comes round.
PATIENCE = 90.0
#: A longer text (bytes) is no description.
MAX_BYTES = 1_000_000


class _Body(msgspec.Struct, gc=False):
    description: Any = None


_body = msgspec.json.Decoder(_Body)


class Descriptions:
    """Adds the long text to records: `description` of a listing is but its summary (SOURCES §1).

    The calls go through the side gate, with a breaker of its own. Whatever happens to them, the records go
    on: with the text that was kept of an earlier import, so that one missed call does not take it from the
    stored event, or else as they are.
    """

    def __init__(self, access: Access) -> None:
        self._keeper = access.keeper
        self._token = access.token
        self._gate = _WatchedGate(access.side_gate)
        limits = WebLimits(
            min(CALL_DEADLINE, access.limits.deadline), min(MAX_BYTES, access.limits.max_bytes)
        )
        self._client = WebClient(
            SERVICE,
            self._gate,
            base_url=access.base_url,
            token=access.token,
            limits=limits,
            read_budget=read_budget,
        )
        self._told = False
        #: The texts of this page by event, None for an event that goes without.
        self._texts: dict[str, str | None] = {}
        self._heard = 0.0
        #: The service has said "too many requests": no more of them in this step.
        self._limited = False

    def next_page(self) -> None:
        """Begin with a new page: a gate that was shut is asked again."""
        self._gate.shut = False
        self._texts.clear()
        self._heard = time.monotonic()

    async def add(self, found: Sequence[Found]) -> tuple[Found, ...] | None:
        """Return the records with their descriptions, as a field `full_description` at their end.

        None while descriptions are still to come: ask again with the same records. What came is not lost, not
        even when this is cancelled.
        """
        self._limited = False
        ids = dict.fromkeys(one.event_id for one in found if one.event_id is not None)
        missing = [event_id for event_id in ids if event_id not in self._texts]
        with anyio.move_on_after(STEP) as step:
            async with anyio.create_task_group() as group:
                waiting = iter(missing)
                for _ in range(min(AT_ONCE, len(missing))):
                    group.start_soon(self._work, waiting)
        if step.cancelled_caught:
            if time.monotonic() - self._heard < PATIENCE:
                return None
            self._gate.shut = True
            self._tell(f"none has come for {PATIENCE:g} s")
        for event_id in missing:
            if event_id not in self._texts:
                self._texts[event_id] = await self._kept(event_id)
        return tuple(_with(one, self._texts.get(one.event_id or "")) for one in found)

    async def aclose(self) -> None:
        """Close the connections; may be called twice."""
        await self._client.aclose()

    async def _work(self, waiting: Iterator[str]) -> None:
        for event_id in waiting:
            if not (self._gate.shut or self._limited):
                await self._try(event_id)

    async def _try(self, event_id: str) -> None:
        """Ask for one text, and once more where that may help; a failure costs the text, not the event."""
        for last in (False, True):
            try:
                self._texts[event_id] = await self._ask(event_id)
                self._heard = time.monotonic()
                return
            except Exception as error:
                stop = last or self._gate.shut or self._limited
                if stop or not classify_error(error).retryable:
                    self._tell(str(error) if isinstance(error, SpawnerError) else type(error).__name__)
                    return

    async def _ask(self, event_id: str) -> str | None:
        """Ask for one text; None where the event has none.

        :raises SpawnerError: where it cannot be told whether it has one.
        """
        answer = await self._client.get(f"/events/{event_id}/description/")
        self._limited = self._limited or answer.status == 429
        if not 200 <= answer.status < 300:
            raise refusal(answer, "event", f"description of event {event_id}", self._token)
        text = _body.decode(answer.body).description
        if not isinstance(text, str) or not text.strip():
            return None
        await keep(self._keeper, _key(event_id), answer)
        return text

    async def _kept(self, event_id: str) -> str | None:
        try:
            kept = await self._keeper.kept(_key(event_id))
            text = None if kept is None or kept.body is None else _body.decode(kept.body).description
        except (SpawnerError, msgspec.DecodeError):
            return None
        return text if isinstance(text, str) else None

    def _tell(self, reason: str) -> None:
        """Log the first failure for all to see."""
        level = logging.DEBUG if self._told else logging.WARNING
        log.log(level, "a long description could not be had, events go on without: %s", reason)
        self._told = True


class _WatchedGate:
    """The side gate, which remembers that it let nothing through."""

    def __init__(self, gate: RequestGate) -> None:
        self.shut = False
        self._gate = gate

    async def wait(self) -> None:
        try:
            await self._gate.wait()
        except SpawnerError:
            self.shut = True
            raise

    def observe(self, remaining: int | None, limit: int | None, resets_at: float | None) -> None:
        self._gate.observe(remaining, limit, resets_at)

    def record(self, ok: bool | None) -> None:
        self._gate.record(ok)


def _key(event_id: str) -> str:
    return f"eventbrite description={event_id}"


def _with(found: Found, text: str | None) -> Found:
    """The record's own bytes with one field more; the text is cleaned, so that it cannot spoil them."""
    return with_field(found, b"full_description", msgspec.json.encode(clean(text))) if text else found
