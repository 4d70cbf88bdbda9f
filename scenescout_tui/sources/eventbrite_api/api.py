"""Requests to Eventbrite's API, each answered well or refused in our words."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from scenescout_tui.sources.access import Access
from scenescout_tui.sources.eventbrite_api.budget import read_budget
from scenescout_tui.sources.eventbrite_api.refusals import EXPANSION_FAILED, SERVICE, RefusedError, refusal
from scenescout_tui.sources.pages import KeptPage, PageKeeper, keep_copy
from scenescout_tui.sources.web.answer import WebAnswer

log = logging.getLogger(__name__)

#: What the adapter reads beside the bare event.
EXPAND = "venue,organizer,category,subcategory,format,ticket_availability,event_sales_status,logo"


#: How often a request is tried with expansions before it is asked without.
EXPANDED_TRIES = 2


class EventbriteApi:
    """Asks Eventbrite; paths begin and end with a slash, which is mandatory there."""

    def __init__(self, access: Access) -> None:
        self.keeper = access.keeper
        self._token = access.token
        self._client = access.client(SERVICE, read_budget)
        self._unexpanded: tuple[str, Mapping[str, str | int]] | None = None

    async def get(self, path: str, params: Mapping[str, str | int], kind: str, subject: str) -> WebAnswer:
        """Return a good answer (2xx).

        :raises RefusedError: for an error answer; `retryable` as the code in it says.
        :raises RateLimitError: for a 429, or where the gate lets nothing through for long.
        :raises ExternalAPIError: where no whole answer came.
        """
        answer = await self._client.get(path, params)
        if not 200 <= answer.status < 300:
            raise refusal(answer, kind, subject, self._token)
        return answer

    async def get_expanded(
        self, path: str, params: Mapping[str, str | int], kind: str, subject: str
    ) -> tuple[WebAnswer, bool]:
        """Return a good answer with all that the adapter reads, and True; without it, and False, where only
        that can be had.

        An expansion can fail the whole call ("likely to succeed without expansions"): it is tried twice, for
        what comes without says much less. The same is then asked once without, and so it stays for this
        request when it has to be tried again.

        :raises SpawnerError: as `get`.
        """
        if self._unexpanded != (path, params):
            for _ in range(EXPANDED_TRIES):
                try:
                    return await self.get(path, {**params, "expand": EXPAND}, kind, subject), True
                except RefusedError as refused:
                    if refused.error != EXPANSION_FAILED:
                        raise
            log.warning("%s: %s, asking without expansions", subject, EXPANSION_FAILED)
            self._unexpanded = (path, params)
        answer = await self.get(path, params, kind, subject)
        self._unexpanded = None
        return answer, False

    async def aclose(self) -> None:
        """Close the connections; may be called twice."""
        await self._client.aclose()


async def keep(keeper: PageKeeper, key: str, answer: WebAnswer) -> None:
    """Leave a good answer with the keeper."""
    page = KeptPage(
        answer.body, answer.headers.get("etag"), answer.headers.get("last-modified"), answer.fetched_at
    )
    await keep_copy(keeper, key, page)
