"""Yelp's events API (Places API, /v3/events): what it can be asked for, and the walks over its answers."""

from __future__ import annotations

import msgspec

from scenescout_tui.errors import ValidationError
from scenescout_tui.sources.access import Access
from scenescout_tui.sources.ask import Ask
from scenescout_tui.sources.pages import PageWalk
from scenescout_tui.sources.yelp_api.answers import read_budget
from scenescout_tui.sources.yelp_api.by_id import IdWalk
from scenescout_tui.sources.yelp_api.client import YelpClient
from scenescout_tui.sources.yelp_api.question import check_ask, read_ask
from scenescout_tui.sources.yelp_api.search import SearchWalk

__all__ = ["check_ask", "open_walk", "read_budget"]


def open_walk(ask: Ask, access: Access, *, cursor: str | None = None, now: float) -> PageWalk:
    """Open a walk over a search, or over single events (`event`); nothing is asked before its first page.

    Keys of the ask: location, or latitude and longitude; radius (metres, at most 40,000); start and end (an
    ISO date or time, see `question.read_ask`); category (a comma list); free ("true" or "false"); or event
    alone (a comma list of ids). `max-pages` stops any walk early. Without `start` a search begins at `now`
    (Unix seconds). With the `cursor` of a page it goes on behind that page.

    :raises ValidationError: naming the option that is wrong, or "cursor".
    """
    question = read_ask(ask)
    client = YelpClient(access, now)
    try:
        if question.ids:
            return IdWalk(client, question, cursor)
        return SearchWalk(client, question, cursor, now)
    except msgspec.DecodeError:
        raise ValidationError("cursor", None, "this is no position of a walk over Yelp's events") from None
