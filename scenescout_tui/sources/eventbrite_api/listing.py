"""One listing of events (of an organizer, an organisation, a venue or a series), read page by page."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from scenescout_tui.sources.eventbrite_api.answers import EventsPage, Found, Pagination, bare, read_events
from scenescout_tui.sources.eventbrite_api.api import EventbriteApi, keep
from scenescout_tui.sources.eventbrite_api.asking import Kind
from scenescout_tui.sources.eventbrite_api.refusals import POSITION_ERRORS, RefusedError

log = logging.getLogger(__name__)

#: So many pages in a row without one new record: the server turns in a circle.
_STUCK_AFTER = 3
_PATHS: dict[Kind, str] = {
    "organizer": "organizers",
    "organization": "organizations",
    "venue": "venues",
    "series": "series",
}


@dataclass(frozen=True, slots=True)
class ListedPage:
    """One page of a listing: the records to hand out, and how the page was asked for."""

    found: tuple[Found, ...]
    number: int
    token: str | None
    pagination: Pagination
    stale: bool
    #: Of all records of the page, handed out or not.
    keys: tuple[str, ...]


class Listing:
    """Reads one listing to its end, and once again from its first page where it shifted meanwhile.

    The list may grow, shrink and move while it is read, and a continuation is a page number in disguise
    (SOURCES §4, 14): records come twice or slip through. So what came is held against `object_count`: where
    the two differ, or the count changed on the way, the listing is read a second time, and of that reading
    only what had not come before is handed out. `complete` is True where the distinct records of one whole
    reading are exactly as many as its count said all the way.

    The first reading hands out all that comes, repeats too: the account shows them as seen before.
    """

    def __init__(
        self,
        api: EventbriteApi,
        kind: Kind,
        external_id: str,
        *,
        number: int = 1,
        token: str | None = None,
        overlap: Iterable[str] = (),
    ) -> None:
        self.kind = kind
        self.external_id = external_id
        self.subject = f"{kind} {external_id}"
        self.done = False
        self.complete = False
        #: What the last page said of the whole list.
        self.count: int | None = None
        self._api = api
        self._path = f"/{_PATHS[kind]}/{external_id}/events/"
        #: What was handed out of the page that is read once more, before the walk goes on behind it.
        self._overlap = frozenset(overlap)
        # A reading that begins in the middle can prove nothing, and knows no records of before.
        self._from_start = number == 1
        self._second = False
        self._lost = False
        self._odd = False
        self._known: set[str] = set()
        self._begin(number, token)

    async def next(self) -> ListedPage:
        """Ask for the next page; only while not `done`.

        :raises SpawnerError: when it cannot be had; asking again asks for the same page.
        """
        while True:
            try:
                answer, whole = await self._api.get_expanded(
                    self._path, self._params(), self.kind, self.subject
                )
            except RefusedError as refused:
                if refused.error not in POSITION_ERRORS or self._second or not self._params():
                    raise
                log.warning("%s: %s at page %d, reading it anew", self.subject, refused.error, self._number)
                self._begin_again()
                continue
            page = read_events(answer.body, self.subject, answer.status)
            if not whole:
                return self._take(EventsPage(bare(page.found), page.pagination))
            await keep(self._api.keeper, self._key, answer)
            return self._take(page)

    async def last_good(self) -> ListedPage | None:
        """Take the page that could not be had from what was kept of it, and go on behind it."""
        kept = await self._api.keeper.kept(self._key)
        if kept is None or kept.body is None:
            return None
        page = read_events(kept.body, self.subject)
        self._lost = True
        return self._take(page, stale=True)

    @property
    def _key(self) -> str:
        return f"eventbrite {self.kind}={self.external_id} page={self._number}"

    def _params(self) -> dict[str, str | int]:
        if self._token is not None:
            return {"continuation": self._token}
        return {"page": self._number} if self._number > 1 else {}

    def _begin(self, number: int, token: str | None) -> None:
        self._number = number
        self._token = token
        self._tokens = set() if token is None else {token}
        # The first reading knows nothing of before: one set serves for both.
        self._seen: set[str] = set() if self._second else self._known
        self._answered: int | None = None
        self._counted = False
        self._steady = True
        self._idle = 0

    def _begin_again(self) -> None:
        self._second = self._from_start = True
        self._begin(1, None)

    def _take(self, page: EventsPage, stale: bool = False) -> ListedPage:
        before = len(self._seen)
        handed = []
        for one in page.found:
            again = (self._second and one.key in self._known) or one.key in self._overlap
            if not again:
                handed.append(one)
            self._seen.add(one.key)
            self._known.add(one.key)
        self._overlap = frozenset()
        listed = ListedPage(
            tuple(handed),
            self._number,
            self._token,
            page.pagination,
            stale,
            tuple(one.key for one in page.found),
        )
        self._idle = 0 if len(self._seen) > before else self._idle + 1
        self._count(page.pagination)
        self._advance(page)
        return listed

    def _count(self, pagination: Pagination) -> None:
        if self._counted and pagination.object_count != self.count:
            self._steady = False
        self.count, self._counted = pagination.object_count, True

    def _advance(self, page: EventsPage) -> None:
        """Go on to the next page, or end this reading."""
        told = page.pagination
        if not page.found or not told.goes_on(self._number):
            self._end()
            return
        circle = self._circle(told)
        if circle is not None:
            log.warning("%s: page %d %s, the walk ends here", self.subject, self._number, circle)
            self.done = True
            return
        if not told.has_more_items and not self._odd:
            self._odd = True
            log.info("%s: pages are counted, has_more_items does not speak of them", self.subject)
        if told.continuation is not None:
            self._tokens.add(told.continuation)
        self._answered = told.page_number
        self._number = max(told.page_number or 0, self._number) + 1
        self._token = told.continuation

    def _circle(self, told: Pagination) -> str | None:
        """Say how a server that never comes to an end shows itself."""
        if told.continuation is not None and told.continuation in self._tokens:
            return "leads back to a page that was read already"
        again = told.page_number is not None and told.page_number == self._answered
        if again and self._idle:
            return f"calls itself page {told.page_number} again and brings nothing new"
        return "and those before it bring nothing new" if self._idle >= _STUCK_AFTER else None

    def _end(self) -> None:
        agreed = self._steady and self.count == len(self._seen)
        whole = self._from_start and not self._lost
        if whole and not agreed and not self._second and not (self._steady and self.count is None):
            log.info(
                "%s shifted: %d records, %s said; reading it again", self.subject, len(self._seen), self.count
            )
            self._begin_again()
            return
        if not agreed:
            log.info("%s: %d records came, %s were said", self.subject, len(self._seen), self.count)
        self.complete = whole and agreed
        self.done = True
