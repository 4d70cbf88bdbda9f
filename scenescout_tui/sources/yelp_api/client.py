"""Yelp's API as its walks ask it: one request, an answer that is a good one, a copy of it kept."""

from __future__ import annotations

from collections.abc import Mapping

from scenescout_tui.errors import SpawnerError
from scenescout_tui.sources.access import Access
from scenescout_tui.sources.pages import KeptPage, keep_copy
from scenescout_tui.sources.web.answer import WebAnswer
from scenescout_tui.sources.web.json_answer import decode_json
from scenescout_tui.sources.yelp import RETENTION
from scenescout_tui.sources.yelp_api.answers import SERVICE, problem_of, read_budget, refusal


class YelpClient:
    """Asks the API, and keeps good answers for when it does not answer.

    `now` (Unix seconds) is the time by which a kept answer is too old to be shown: Yelp's terms allow a day.
    """

    def __init__(self, access: Access, now: float) -> None:
        self._token = access.token
        self._keeper = access.keeper
        self._now = now
        self._web = access.client(SERVICE, read_budget)

    async def get(self, path: str, params: Mapping[str, str | int] | None = None) -> WebAnswer:
        """Return the answer to a request, whatever its status.

        :raises SpawnerError: where there is none.
        """
        return await self._web.get(path, params)

    def refusal(self, answer: WebAnswer) -> SpawnerError:
        """Return the error that an answer is."""
        return refusal(answer, self._token.reveal())

    async def check(self, answer: WebAnswer) -> None:
        """Check that an answer that claims success is JSON, and no error.

        :raises SpawnerError: saying what it is instead.
        """
        await decode_json(answer, SERVICE)
        if problem_of(answer).code:
            raise self.refusal(answer)

    async def keep(self, key: str, answer: WebAnswer) -> None:
        """Keep a good answer."""
        await keep_copy(self._keeper, key, KeptPage(answer.body, None, None, answer.fetched_at))

    async def kept(self, key: str) -> bytes | None:
        """Return the last good answer to a request, where there is one that may still be shown."""
        page = await self._keeper.kept(key)
        return page.body if page is not None and page.fetched_at > self._now - RETENTION else None

    async def aclose(self) -> None:
        """Close its connections; may be called twice."""
        await self._web.aclose()
