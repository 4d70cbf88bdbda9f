"""Feeds and pages by their address, each host behind a gate of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scenescout_tui.imports.gates import Gates
from scenescout_tui.imports.keeping import StoreKeeper
from scenescout_tui.imports.services import web_limits
from scenescout_tui.settings import Settings

if TYPE_CHECKING:  # what speaks HTTP is loaded with the first request
    from scenescout_tui.sources.feed import Feed, FeedClient
    from scenescout_tui.sources.web.client import WebClient


class FeedHosts:
    """The feeds of one run: asks each host with a client of its own."""

    def __init__(self, settings: Settings, gates: Gates, keeper: StoreKeeper) -> None:
        self._settings = settings
        self._gates = gates
        self._keeper = keeper
        self._clients: dict[str, tuple[WebClient, FeedClient]] = {}

    async def fetch(self, url: str) -> Feed | None:
        """Return a feed, or None where it has not changed since its last import; raises as `FeedClient`."""
        return await self._client(url).fetch(url)

    async def last_good(self, url: str) -> Feed | None:
        """Return the last good copy of a feed, None where none is kept."""
        return await self._client(url).last_good(url)

    async def aclose(self) -> None:
        """Close all connections; may be called twice."""
        for web, _ in self._clients.values():
            await web.aclose()

    def _client(self, url: str) -> FeedClient:
        from scenescout_tui.sources.feed import FeedClient
        from scenescout_tui.sources.web.client import WebClient

        host = host_of(url)
        if host not in self._clients:
            web = WebClient(
                host,
                self._gates.main(host),
                limits=web_limits(self._settings),
                private=self._settings.private_addresses,
            )
            self._clients[host] = (web, FeedClient(web, self._keeper))
        return self._clients[host][1]


def host_of(url: str) -> str:
    """Return the host of an address, by which its gate is known."""
    return urlsplit(url).hostname or url
