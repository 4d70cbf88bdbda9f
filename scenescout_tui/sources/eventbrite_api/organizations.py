"""The organisations that a token belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from scenescout_tui.errors import ExternalAPIError
from scenescout_tui.safe_text import for_screen
from scenescout_tui.sources.access import Access
from scenescout_tui.sources.eventbrite_api.answers import decode_answer, read_pagination
from scenescout_tui.sources.eventbrite_api.api import EventbriteApi
from scenescout_tui.sources.eventbrite_api.refusals import SERVICE

_PATH = "/users/me/organizations/"
_SUBJECT = "organizations of the token"
_ID = re.compile(r"[0-9]{1,20}")
_MAX_PAGES = 100


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation as its members see it."""

    id: str
    name: str


class _Item(msgspec.Struct, gc=False):
    id: Any = None
    name: Any = None


class _Page(msgspec.Struct, gc=False):
    organizations: list[_Item]
    pagination: Any = None


_page = msgspec.json.Decoder(_Page)


async def list_organizations(access: Access) -> tuple[Organization, ...]:
    """Ask for the organisations that the token belongs to, with their names as they may be shown.

    :raises ExternalAPIError: for a token that may not say whose it is, or without a good answer.
    :raises RateLimitError: where the limit is spent.
    """
    api = EventbriteApi(access)
    try:
        return await _listed(api)
    finally:
        await api.aclose()


async def organizations_of(api: EventbriteApi) -> tuple[Organization, ...]:
    """Ask for the organisations to walk.

    :raises SpawnerError: as `list_organizations`, and where the token belongs to none.
    """
    found = await _listed(api)
    if not found:
        error = ExternalAPIError(SERVICE, 200, f"{_SUBJECT}: it belongs to none")
        error.metadata["action"] = "Name whose events you want: --organizer, --venue, --series or --event."
        raise error
    return found


async def _listed(api: EventbriteApi) -> tuple[Organization, ...]:
    found: dict[str, Organization] = {}
    params: dict[str, str | int] = {}
    for number in range(1, _MAX_PAGES + 1):
        answer = await api.get(_PATH, params, "organizations", _SUBJECT)
        page = decode_answer(_page, answer.body, "page of organizations", _SUBJECT, answer.status)
        before = len(found)
        for item in page.organizations:
            external_id = str(item.id)
            # The id goes into addresses: digits, or nothing.
            if _ID.fullmatch(external_id):
                name = for_screen(item.name, 200) if isinstance(item.name, str) else ""
                found.setdefault(external_id, Organization(external_id, name))
        told = read_pagination(page.pagination)
        if not told.goes_on(number) or len(found) == before:
            break
        params = {"continuation": told.continuation} if told.continuation else {"page": number + 1}
    return tuple(found.values())
