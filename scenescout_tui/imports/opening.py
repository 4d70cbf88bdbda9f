"""From what a run is asked to do to the walk that does it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import anyio.to_thread

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.feeds import FeedHosts, host_of
from scenescout_tui.imports.gates import Approach, Gates
from scenescout_tui.imports.keeping import StoreKeeper
from scenescout_tui.imports.request import RunRequest
from scenescout_tui.imports.services import load_web, open_service, resolve_ask, scope_of, service_access
from scenescout_tui.imports.threads import StoreThreads
from scenescout_tui.settings import Settings
from scenescout_tui.sources.adapters import ADAPTERS
from scenescout_tui.sources.ask import Ask
from scenescout_tui.sources.files import check_inputs, is_url, open_walk
from scenescout_tui.sources.pages import PageWalk
from scenescout_tui.sources.payloads import payload_walk
from scenescout_tui.sources.url_inputs import account_of

#: Opens a walk over a source that needs no input of the operator's.
WalkFactory = Callable[[], PageWalk]

PAGE_SIZE = 500


@dataclass(frozen=True, slots=True)
class Opened:
    """A walk, and what goes with it."""

    walk: PageWalk
    #: What its page tasks wait for, so that a shut gate holds no worker.
    limits: tuple[Approach, ...] = ()
    keeper: StoreKeeper | None = None
    #: The list that the walk sees the whole of, by name; None where absence means nothing.
    scope: str | None = None
    feeds: FeedHosts | None = None

    async def aclose(self) -> None:
        """Let go of files and connections; may be called twice."""
        await self.walk.aclose()
        if self.feeds is not None:
            await self.feeds.aclose()


class Opener:
    """Opens walks for one engine; its gates and its store's kept pages are shared by all of them."""

    def __init__(
        self, settings: Settings, threads: StoreThreads, gates: Gates, walks: Mapping[str, WalkFactory]
    ) -> None:
        self._settings = settings
        self._threads = threads
        self._gates = gates
        self._walks = walks

    async def resolve(self, request: RunRequest) -> RunRequest:
        """Return the request with what is asked of the source's API filled in and checked.

        :raises SpawnerError: where nothing can be asked so.
        """
        if request.inputs or request.payloads is not None or request.walk is not None:
            if request.ask:
                raise SpawnerError(
                    "an import reads inputs or asks the source, not both",
                    code="INPUT_ERROR",
                    metadata={"action": "Leave out the inputs, or the options that name what to ask for."},
                )
            return request
        if request.source in self._walks and not request.ask:
            return replace(request, label=request.label or "samples")
        await anyio.to_thread.run_sync(load_web)
        return replace(request, ask=resolve_ask(request.source, request.ask, self._settings).pairs)

    async def open(self, request: RunRequest, cursor: str | None, salt: str) -> Opened:
        """Open the walk of a resolved request; with ``cursor`` it goes on behind that position.

        :raises SpawnerError: INPUT_ERROR for inputs that cannot be read.
        """
        if request.walk is not None:
            return Opened(request.walk)
        if request.payloads is not None:
            return Opened(payload_walk(request.payloads))
        if request.inputs:
            return await self._open_inputs(request, cursor, salt)
        if request.ask:
            return self._open_service(request, cursor, salt)
        return Opened(self._walks[request.source]())

    async def _open_inputs(self, request: RunRequest, cursor: str | None, salt: str) -> Opened:
        await anyio.to_thread.run_sync(check_inputs, request.inputs, request.source)
        urls = [name for name in request.inputs if is_url(name)]
        keeper = feeds = None
        if urls:
            await anyio.to_thread.run_sync(load_web)
            adapter = ADAPTERS.get(request.source)
            # The day counts too: it moves the window in which repeating events are followed.
            read = json.dumps(request.options.read.recorded(), sort_keys=True)
            retention = adapter.retention if adapter is not None else None
            keeper = self._keeper(request.source, f"{salt}|{read}", retention)
            feeds = FeedHosts(self._settings, self._gates, keeper)
        walk = open_walk(
            request.inputs,
            source=request.source,
            page_size=PAGE_SIZE,
            cursor=cursor,
            read=request.options.read,
            feeds=feeds,
        )
        hosts = {host_of(url) for url in urls}
        # A gate holds back whole pages, so only where all of them lead to its host.
        limits = (Approach(self._gates.main(host)) for host in hosts if len(hosts) == 1)
        scope = " ".join(account_of(url) for url in urls) if len(urls) == len(request.inputs) else None
        return Opened(walk, tuple(limits), keeper, scope and f"{request.source} {scope}", feeds)

    def _open_service(self, request: RunRequest, cursor: str | None, salt: str) -> Opened:
        source, ask = request.source, Ask.of(request.ask)
        keeper = self._keeper(source, salt, ADAPTERS[source].retention)
        gate = self._gates.main(source)
        access = service_access(
            self._settings, source, gate=gate, side_gate=self._gates.side(source), keeper=keeper
        )
        wanted = request.options.descriptions
        descriptions = self._settings.eventbrite_descriptions if wanted is None else wanted
        walk = open_service(source, ask, access, cursor=cursor, descriptions=descriptions)
        return Opened(walk, (Approach(gate),), keeper, scope_of(source, ask))

    def _keeper(self, source: str, salt: str, retention: float | None) -> StoreKeeper:
        return StoreKeeper(self._threads, source, salt, self._settings.serve_stale, retention)
