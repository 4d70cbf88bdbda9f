"""The walk over a search of Yelp's: sorted by start, page by page, beyond the thousand it shows of a list.

Yelp shows only the first 1,000 events of a list (240 on some plans). Cutting the time into smaller windows by
`end_date` would lose events: it is compared with their *ends* ("events that only end at or before the
specified time"), so that an exhibition over two windows is in neither. But `start_date` is compared with
starts, and the list can be sorted by start: so where a list cannot be followed any further, the walk asks for
a new one that begins at the last start it has seen. Nothing is lost, and what comes again is known by its id.

The end of a search is watched here too, and not sent, for the same reason.
"""

from __future__ import annotations

import logging

import msgspec
from msgspec.structs import replace

from scenescout_tui.sources.pages import Page, RawRecord
from scenescout_tui.sources.web.answer import WebAnswer
from scenescout_tui.sources.yelp_api.answers import (
    is_beyond_reach,
    is_plan_gap,
    plan_gap,
    unreadable,
)
from scenescout_tui.sources.yelp_api.client import YelpClient
from scenescout_tui.sources.yelp_api.listing import Entry, Listing, read_listing
from scenescout_tui.sources.yelp_api.question import Question

log = logging.getLogger(__name__)

#: Events asked for at once; Yelp allows no more.
LIMIT = 50
#: How far into a list Yelp shows events, as its documentation has it.
REACH = 1_000
#: Where a walk that finds no end is ended: the largest daily limit that Yelp ever gave.
MOST_REQUESTS = 5_000


class _Position(msgspec.Struct, frozen=True):
    """Where a walk stands: in the list that begins at `start` (Unix seconds), from its `offset` on.

    `continued`: a list after the first. `page` and `line` count the pages and records handed over; `reach` is
    how far into a list this plan sees; `last_id` and `last_start` are of the last event of the list so far.
    """

    start: int
    offset: int = 0
    continued: bool = False
    page: int = 0
    line: int = 0
    reach: int = REACH
    last_id: str | None = None
    last_start: int | None = None
    done: bool = False


class SearchWalk:
    """Walks a search; see `PageWalk`. With a `cursor` it goes on behind that page.

    :raises msgspec.DecodeError: for a cursor that is none of this walk.
    """

    def __init__(self, client: YelpClient, question: Question, cursor: str | None, now: float) -> None:
        self._client = client
        self._question = question
        self._origin = f"yelp {question.label}"
        first = _Position(int(now) if question.start is None else question.start)
        self._at = first if cursor is None else msgspec.json.decode(cursor, type=_Position)
        # Whether all there is was in the pages so far; of those before a cursor nobody knows.
        self._whole = cursor is None
        self._sorted = True
        self._requests = 0
        self._seen = {self._at.last_id} if self._at.last_id is not None else set()
        self._ids_before: tuple[str | None, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every event of the search was seen; see `PageWalk`."""
        return self._whole and self._at.done

    async def next_page(self) -> Page | None:
        """Return the next page; after an error the same one is asked for again.

        :raises SpawnerError: see `PageWalk`.
        """
        while self._goes_on():
            self._requests += 1
            answer = await self._client.get("/events", self._params())
            if self._at.offset > 0 and is_beyond_reach(answer):
                self._learn_reach()
                continue
            listing = await self._listing(answer)
            await self._client.keep(self._key(), answer)
            page = self._take(listing)
            if page is not None:
                return page
        return None

    async def last_good_page(self) -> Page | None:
        """Return the kept copy of the page that could not be had; see `PageWalk`."""
        body = await self._client.kept(self._key()) if self._goes_on() else None
        listing = read_listing(body) if body is not None else None
        if listing is None:
            return None
        self._whole = False
        return self._take(listing, stale=True)

    async def aclose(self) -> None:
        """Close the connections; may be called twice."""
        await self._client.aclose()

    def _goes_on(self) -> bool:
        wanted = self._question.max_pages
        enough = wanted is not None and self._at.page >= wanted
        return not self._at.done and not enough and self._requests < MOST_REQUESTS

    def _params(self) -> dict[str, str | int]:
        return {
            **self._question.params,
            "limit": LIMIT,
            "offset": self._at.offset,
            "sort_on": "time_start",
            "sort_by": "asc",
            "start_date": self._at.start,
        }

    def _key(self) -> str:
        """Name the request as every run of this ask would: the hour of asking is no part of it."""
        list_start = f" from={self._at.start}" if self._at.continued else ""
        return f"{self._origin}{list_start} offset={self._at.offset}"

    async def _listing(self, answer: WebAnswer) -> Listing:
        if answer.status != 200:
            raise plan_gap(answer) if is_plan_gap(answer) else self._client.refusal(answer)
        await self._client.check(answer)
        listing = read_listing(answer.body)
        if listing is None:
            raise unreadable(answer, "the answer holds no list of events")
        return listing

    def _take(self, listing: Listing, *, stale: bool = False) -> Page | None:
        """Move on behind a page and hand over what is new in it; None where nothing is."""
        new = [entry for entry in listing.entries if self._is_new(entry)]
        line = self._at.line
        records = tuple(RawRecord(entry.data, line + n, self._origin) for n, entry in enumerate(new, 1))
        if not listing.is_sorted and self._sorted:
            log.warning(
                "Yelp has not sorted the list by start: the walk cannot tell whether it saw all of it"
            )
            self._sorted = self._whole = False
        self._move_on(listing, stale)
        if not records:
            return None
        self._at = replace(self._at, page=self._at.page + 1, line=line + len(records))
        return Page(records, msgspec.json.encode(self._at).decode(), self._at.page, stale=stale)

    def _is_new(self, entry: Entry) -> bool:
        """Tell whether an event was asked for and not handed over before, and remember it."""
        if self._is_past_end(entry):
            return False
        if entry.id is None:
            return True
        known = entry.id in self._seen
        self._seen.add(entry.id)
        return not known

    def _is_past_end(self, entry: Entry) -> bool:
        end = self._question.end
        return end is not None and entry.start is not None and entry.start > end

    def _move_on(self, listing: Listing, stale: bool) -> None:
        at, ids = self._at, listing.ids
        repeated = len(ids) >= LIMIT and ids == self._ids_before
        self._ids_before = ids
        # Pages overlap by one event. Where it is missing, the list has moved under the walk: events above
        # this page were taken away (so that others slipped past), or as many as a page were added.
        lost = at.last_id is not None and at.last_id not in ids and not stale
        if repeated:
            log.warning("Yelp sends the same page again and again: the walk ends here")
            self._end(whole=False)
        elif lost and self._sorted and at.last_start is not None and at.last_start > at.start:
            self._begin_list(at.last_start)
        else:
            # Inside one and the same second a lost place cannot be found again.
            self._whole = self._whole and not lost
            self._follow(listing)

    def _follow(self, listing: Listing) -> None:
        """Go on behind a page of the list, or end with it: a page that is not full is the last."""
        entries = listing.entries
        if len(entries) < LIMIT or (self._sorted and self._is_past_end(entries[-1])):
            self._end()
            return
        self._at = at = replace(
            self._at,
            # One event of this page comes again, as a bookmark.
            offset=self._at.offset + len(entries) - 1,
            last_id=entries[-1].id,
            last_start=listing.last_start,
        )
        if at.offset + LIMIT > at.reach:
            self._begin_list(at.last_start)

    def _learn_reach(self) -> None:
        """This plan shows less of a list than the documentation says; later lists are not tried so far."""
        at = self._at
        log.info("Yelp shows this plan no more than %d events of a list", at.offset + LIMIT - 1)
        self._at = replace(at, reach=at.offset + LIMIT - 1)
        self._begin_list(at.last_start)

    def _begin_list(self, start: int | None) -> None:
        """Go on with a new list, which begins at the last start seen."""
        at = self._at
        if not self._sorted or start is None or start < at.start:
            log.warning("Yelp's list goes on where nothing leads to: the walk ends here")
            self._end(whole=False)
            return
        if start == at.start:
            log.warning("more events start at the same second (%d) than Yelp shows: some are missed", start)
            self._whole = False
            start += 1
        self._at = replace(at, start=start, offset=0, continued=True, last_id=None)
        self._ids_before = ()

    def _end(self, whole: bool = True) -> None:
        self._whole = self._whole and whole
        self._at = replace(self._at, done=True)
