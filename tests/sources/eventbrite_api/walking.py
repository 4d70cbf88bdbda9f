"""How the tests walk: gates and keepers in memory, a token that must show up nowhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import anyio

from scenescout_tui.errors import SpawnerError
from scenescout_tui.setting_values import Secret
from scenescout_tui.sources.access import Access
from scenescout_tui.sources.ask import Ask
from scenescout_tui.sources.eventbrite_api import open_walk
from scenescout_tui.sources.pages import KeptPage, Page, PageWalk, RawRecord
from scenescout_tui.sources.web.client import WebLimits
from tests.sources.eventbrite_api.server import Server
from tests.sources.web.gates import CountingGate, MemoryKeeper

CANARY = "CANARYeventbrite0123456789"


class Gate(CountingGate):
    """Lets everything through, holds it back, or raises what it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.shut: SpawnerError | None = None
        #: Until this is set nothing goes through.
        self.held: anyio.Event | None = None

    async def wait(self) -> None:
        if self.held is not None:
            await self.held.wait()
        await super().wait()
        if self.shut is not None:
            raise self.shut


class Keeper(MemoryKeeper):
    """Keeps pages in memory; `broken` fails every call as a lost database does."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: SpawnerError | None = None

    async def keep(self, key: str, page: KeptPage) -> None:
        if self.broken is not None:
            raise self.broken
        await super().keep(key, page)

    async def kept(self, key: str) -> KeptPage | None:
        if self.broken is not None:
            raise self.broken
        return await super().kept(key)


class Way:
    """A way to a server, with all that a walk needs."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.gate, self.side_gate, self.keeper = Gate(), Gate(), Keeper()
        self.access = Access(
            server.url, Secret(CANARY), self.gate, self.side_gate, self.keeper, WebLimits(deadline=10.0)
        )

    def open(
        self, ask: str = "organizer=7", cursor: str | None = None, descriptions: bool = False
    ) -> PageWalk:
        """Open a walk; the ask is written as in a prompt."""
        return open_walk(Ask.from_text(ask), self.access, cursor=cursor, descriptions=descriptions)

    async def walk(self, ask: str = "organizer=7", **options: Any) -> Walked:
        """Walk to the end."""
        walk = self.open(ask, **options)
        try:
            pages = []
            while (page := await walk.next_page()) is not None:
                pages.append(page)
            return Walked(pages, walk.complete)
        finally:
            await walk.aclose()


class Walked:
    """What a walk handed out."""

    def __init__(self, pages: Sequence[Page], complete: bool) -> None:
        self.pages = list(pages)
        self.complete = complete

    @property
    def records(self) -> list[RawRecord]:
        return [record for page in self.pages for record in page.records]

    @property
    def ids(self) -> list[int]:
        return [id_of(record) for record in self.records]


def id_of(record: RawRecord) -> int:
    """The id of an event's record."""
    return int(json.loads(record.data)["id"])


def ids_of(page: Page | None) -> list[int]:
    """The ids of a page's events."""
    assert page is not None
    return [id_of(record) for record in page.records]
