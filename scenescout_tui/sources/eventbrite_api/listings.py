"""The way through several listings, one after another."""

from __future__ import annotations

import logging

from scenescout_tui.sources.eventbrite_api.api import EventbriteApi
from scenescout_tui.sources.eventbrite_api.asking import Asked
from scenescout_tui.sources.eventbrite_api.fetched import Fetched, ListingPosition
from scenescout_tui.sources.eventbrite_api.listing import ListedPage, Listing
from scenescout_tui.sources.eventbrite_api.organizations import organizations_of

log = logging.getLogger(__name__)


class ListingSteps:
    """Walks the listings of an ask; each step is one page.

    With a `position` it goes on there: the page it names is read once more, so that what shifted over its
    edge meanwhile is not missed. Its records come again, which the store sees and says; such a walk is never
    complete.
    """

    def __init__(self, api: EventbriteApi, asked: Asked, position: ListingPosition | None = None) -> None:
        self._api = api
        self._kind = asked.kind
        self._max_pages = asked.max_pages
        #: None until the organisations of the token are known.
        self._ids = asked.ids or None
        self._position = position
        self._resumed = position is not None
        # The page that is read once more was counted before.
        self._pages = position.pages - 1 if position is not None else 0
        self._index = 0
        self._listing: Listing | None = None
        self._all_complete = True
        self._counts: list[int | None] = []
        self._fraction: float | None = None

    @property
    def complete(self) -> bool:
        """Whether every listing was read to its end, with as many records as it said."""
        at_end = self._ids is not None and self._index == len(self._ids)
        return at_end and self._all_complete and not self._resumed

    async def next(self) -> Fetched | None:
        """Read the next page; see `Steps`."""
        listing = await self._current()
        if listing is None:
            return None
        if self._pages >= self._max_pages:
            log.info("%s: stopped after %d pages, as asked", listing.subject, self._pages)
            return None
        return self._fetched(listing, await listing.next())

    async def last_good(self) -> Fetched | None:
        """Take the page that could not be read from what was kept of it; see `Steps`."""
        listing = await self._current() if self._ids is not None else None
        if listing is None or self._pages >= self._max_pages:
            return None
        page = await listing.last_good()
        return None if page is None else self._fetched(listing, page)

    async def _current(self) -> Listing | None:
        """The listing to read from; None behind the last."""
        if self._ids is None:
            self._ids = tuple(one.id for one in await organizations_of(self._api))
        if self._listing is not None and self._listing.done:
            self._all_complete = self._all_complete and self._listing.complete
            self._counts.append(self._listing.count)
            self._listing = None
            self._index += 1
        if self._listing is None and self._index < len(self._ids):
            self._listing = self._open(self._ids)
        return self._listing

    def _open(self, ids: tuple[str, ...]) -> Listing:
        position, self._position = self._position, None
        # An organisation that the token has left meanwhile: the walk begins with the first one it still has.
        if position is None or position.id not in ids:
            return Listing(self._api, self._kind, ids[self._index])
        self._index = ids.index(position.id)
        self._counts = [None] * self._index
        return Listing(
            self._api,
            self._kind,
            position.id,
            number=position.page,
            token=position.continuation,
            overlap=position.keys,
        )

    def _fetched(self, listing: Listing, page: ListedPage) -> Fetched:
        self._pages += 1
        position = ListingPosition(listing.external_id, page.number, page.token, self._pages, page.keys)
        origin = f"eventbrite {listing.kind}={listing.external_id}"
        return Fetched(page.found, origin, position, self._total(page), self._part(listing, page), page.stale)

    def _total(self, page: ListedPage) -> int | None:
        """How many records all listings have; known only while the last one is read."""
        counts = [*self._counts, page.pagination.object_count]
        known = [count for count in counts if count is not None]
        return sum(known) if self._ids is not None and len(known) == len(self._ids) else None

    def _part(self, listing: Listing, page: ListedPage) -> float | None:
        """The part of all listings that is read; it never goes back, not even where one is read again."""
        told = page.pagination
        if self._ids is None or (not told.page_count and not listing.done):
            return self._fraction
        inner = 1.0 if listing.done else min(1.0, page.number / (told.page_count or 1))
        fraction = (self._index + inner) / len(self._ids)
        self._fraction = max(fraction, self._fraction or 0.0)
        return self._fraction
