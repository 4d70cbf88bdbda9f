"""One cheap request to a source, to see whether it can be reached and takes the token."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import anyio.to_thread

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.gates import Gates, ServiceGate
from scenescout_tui.imports.services import SERVICES, load_web, service_access
from scenescout_tui.settings import Settings

if TYPE_CHECKING:  # what speaks HTTP takes 0.1 s to load
    from scenescout_tui.sources.access import Access

#: Seconds that the gate may let the request wait; what takes longer is said instead.
PATIENCE = 3.0
_TITLES = {"eventbrite": "Eventbrite", "yelp": "Yelp"}


async def try_source(settings: Settings, gates: Gates, source: str) -> str:
    """Ask a source once, through its gate, and say in words how it answered.

    Raises: SpawnerError: INPUT_ERROR for a source without an API, SETTINGS_ERROR where its token is missing,
        and whatever the source's own refusal is; each says what to do.
    """
    if source not in SERVICES:
        raise SpawnerError(
            f"{source} has no API, so there is no connection to test",
            code="INPUT_ERROR",
            metadata={"action": f"Name one of: {', '.join(SERVICES)}."},
        )
    await anyio.to_thread.run_sync(load_web)
    gate = gates.main(source)
    access = service_access(settings, source, gate=gate)
    _refuse_long_wait(source, gate)
    started = time.monotonic()
    await _ASK[source](access)
    took = time.monotonic() - started
    return f"{_TITLES[source]} answered in {took:.1f} s and takes the token{_budget(gate)}."


def _refuse_long_wait(source: str, gate: ServiceGate) -> None:
    if gate.delay() <= PATIENCE:
        return
    seen = gate.view()
    until = "" if seen.until is None else f" until {time.strftime('%H:%M:%S', time.localtime(seen.until))}"
    raise SpawnerError(
        f"{_TITLES[source]} was not asked: {seen.waits}{until}",
        code="EXTERNAL_API_ERROR",
        retryable=True,
        metadata={"action": "Try again afterwards."},
    )


def _budget(gate: ServiceGate) -> str:
    seen = gate.view()
    if seen.budget_left is None:
        return ""
    of = "" if seen.budget_limit is None else f" of {seen.budget_limit:,}"
    return f"; {seen.budget_left:,}{of} requests left"


async def _ask_eventbrite(access: Access) -> None:
    """Ask for the list of categories: it is short, and given to every token."""
    from scenescout_tui.sources.eventbrite_api.api import EventbriteApi

    api = EventbriteApi(access)
    try:
        await api.get("/categories/", {}, "organizations", "categories")
    except SpawnerError as error:
        if error.metadata.get("status_code") in (403, 404, 410):
            error.metadata["action"] = "Check eventbrite_url: scenescout doctor says where it comes from."
        raise
    finally:
        await api.aclose()


async def _ask_yelp(access: Access) -> None:
    """Ask for one event of the city that Yelp is at home in."""
    from scenescout_tui.sources.yelp_api.client import YelpClient

    client = YelpClient(access, time.time())
    try:
        answer = await client.get("/events", {"location": "San Francisco", "limit": 1})
        if answer.status != 200:
            raise client.refusal(answer)
        await client.check(answer)
    finally:
        await client.aclose()


_ASK: dict[str, Callable[[Access], Awaitable[None]]] = {
    "eventbrite": _ask_eventbrite,
    "yelp": _ask_yelp,
}
