"""The walk over single events of Yelp's, one request each."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from scenescout_tui.errors import SpawnerError
from scenescout_tui.events.record import RecordError
from scenescout_tui.sources.pages import Page, RawRecord
from scenescout_tui.sources.web.answer import WebAnswer
from scenescout_tui.sources.yelp_api.answers import problem_of, unreadable
from scenescout_tui.sources.yelp_api.client import YelpClient
from scenescout_tui.sources.yelp_api.question import Question

#: Events handed over at once.
PAGE_SIZE = 20


class _Position(msgspec.Struct, frozen=True):
    """How many ids were asked for, and how many pages handed over."""

    at: int
    page: int


class IdWalk:
    """Walks a list of ids; see `PageWalk`. An event that is gone becomes a record with an error.

    :raises msgspec.DecodeError: for a cursor that is none of this walk.
    """

    def __init__(self, client: YelpClient, question: Question, cursor: str | None) -> None:
        self._client = client
        self._ids = question.ids
        self._max_pages = question.max_pages
        start = _Position(0, 0) if cursor is None else msgspec.json.decode(cursor, type=_Position)
        self._at, self._page = start.at, start.page
        # Fetched, but not handed over yet.
        self._waiting: list[RawRecord] = []

    @property
    def complete(self) -> bool:
        """Single events never say what else the source lists."""
        return False

    async def next_page(self) -> Page | None:
        """Return the next page; see `PageWalk`. What was fetched before an error is handed over first.

        :raises SpawnerError: when an event cannot be had.
        """
        while self._wants_more():
            try:
                record = await self._fetch(self._ids[self._at])
            except SpawnerError:
                if not self._waiting:
                    raise
                break
            self._accept(record)
        return self._hand_over()

    async def last_good_page(self) -> Page | None:
        """Return the kept copy of the event that could not be had, as a page of its own."""
        if not self._wants_more() or self._waiting:
            return None
        wanted = self._ids[self._at]
        body = await self._client.kept(_origin(wanted))
        if body is None:
            return None
        self._accept(RawRecord(body, self._at + 1, _origin(wanted)))
        return self._hand_over(stale=True)

    async def aclose(self) -> None:
        """Close the connections; may be called twice."""
        await self._client.aclose()

    def _wants_more(self) -> bool:
        enough = self._max_pages is not None and self._page >= self._max_pages
        return self._at < len(self._ids) and len(self._waiting) < PAGE_SIZE and not enough

    def _accept(self, record: RawRecord) -> None:
        self._waiting.append(record)
        self._at += 1

    def _hand_over(self, stale: bool = False) -> Page | None:
        if not self._waiting:
            return None
        records, self._waiting = tuple(self._waiting), []
        self._page += 1
        cursor = msgspec.json.encode(_Position(self._at, self._page)).decode()
        return Page(records, cursor, self._page, len(self._ids), self._at / len(self._ids), stale)

    async def _fetch(self, wanted: str) -> RawRecord:
        answer = await self._client.get(f"/events/{quote(wanted, safe='')}")
        record = RawRecord(answer.body, self._at + 1, _origin(wanted), _refused(answer))
        if record.error is None:
            await self._check(answer)
            await self._client.keep(_origin(wanted), answer)
        return record

    async def _check(self, answer: WebAnswer) -> None:
        if answer.status != 200:
            raise self._client.refusal(answer)
        await self._client.check(answer)
        if not answer.body.lstrip().startswith(b"{"):
            raise unreadable(answer, "the answer is no event")


def _origin(wanted: str) -> str:
    return f"yelp event={wanted}"


def _refused(answer: WebAnswer) -> RecordError | None:
    """Return why this one event cannot be had; the others may be asked for all the same."""
    if answer.status in (404, 410):
        return RecordError(
            "EXTERNAL_API_ERROR",
            f"Yelp answered {answer.status}: it does not know this event (any longer)",
            "id",
            "Nothing to do where Yelp took it down; if it is so with every event, the key's plan lacks them.",
        )
    if answer.status == 400 and problem_of(answer).code == "VALIDATION_ERROR":
        return RecordError(
            "EXTERNAL_API_ERROR", "Yelp answered 400: this is no id of its events", "id", "Correct --event."
        )
    return None
