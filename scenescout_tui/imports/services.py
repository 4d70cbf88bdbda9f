"""The sources that have an API: how each is reached, what it can be asked for, and the walks over it."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenescout_tui.errors import SpawnerError
from scenescout_tui.setting_values import Secret
from scenescout_tui.settings import Settings
from scenescout_tui.sources.ask import Ask
from scenescout_tui.sources.pages import KeptPage, PageKeeper, PageWalk, RequestGate

if TYPE_CHECKING:  # what speaks HTTP takes 0.1 s to load; an import of files needs none of it
    from scenescout_tui.sources.access import Access
    from scenescout_tui.sources.web.client import WebLimits

#: Options that narrow a walk without changing what the source lists.
_NARROWING = frozenset({"max-pages"})
#: Asks that list single events, or only those that something is true of now: what is not among them may be
#: there all the same.
_PARTIAL = frozenset({"event", "category", "free"})


@dataclass(frozen=True, slots=True)
class Service:
    """One source with an API."""

    base_url: Callable[[Settings], str]
    token: Callable[[Settings], Secret | None]
    #: What is asked for where nobody says.
    usual_ask: Callable[[Settings], str | None]
    #: The command line's shortest way to name what is wanted.
    example: str


SERVICES: dict[str, Service] = {
    "eventbrite": Service(
        lambda settings: settings.eventbrite_url,
        lambda settings: settings.eventbrite_token,
        lambda settings: settings.eventbrite_import or "organization=mine",
        "--organizer ID",
    ),
    "yelp": Service(
        lambda settings: settings.yelp_url,
        lambda settings: settings.yelp_token,
        lambda settings: settings.yelp_import,
        "--location CITY",
    ),
}


def load_web() -> None:
    """Load what speaks HTTP; for a worker thread, since it takes 0.1 s the first time."""
    importlib.import_module("scenescout_tui.sources.eventbrite_api")
    importlib.import_module("scenescout_tui.sources.yelp_api")
    importlib.import_module("scenescout_tui.sources.feed")


def is_ready(source: str, settings: Settings) -> bool:
    """Tell whether a source can be asked without another word: its token is set, and what to ask for."""
    service = SERVICES.get(source)
    return (
        service is not None
        and service.token(settings) is not None
        and service.usual_ask(settings) is not None
    )


def resolve_ask(source: str, pairs: tuple[tuple[str, str], ...], settings: Settings) -> Ask:
    """Return what a source is to be asked for: what was named, else what the settings name.

    :raises SpawnerError: INPUT_ERROR where the source has no API or nobody says what to ask for,
        SETTINGS_ERROR where its token is missing, VALIDATION_ERROR naming an option.
    """
    service = SERVICES.get(source)
    if service is None:
        raise SpawnerError(
            f"{source} needs an input: a file, a URL, or - for standard input",
            code="INPUT_ERROR",
            metadata={"action": f"Name a file: scenescout import {source} FILE."},
        )
    ask = Ask.of(pairs)
    if not set(dict(ask.pairs)) - _NARROWING:
        usual = service.usual_ask(settings)
        if usual is None:
            raise SpawnerError(
                f"{source} has to be told what to import",
                code="INPUT_ERROR",
                metadata={"action": f"Name a file, or ask: scenescout import {source} {service.example}."},
            )
        ask = Ask.of((*Ask.from_text(usual).pairs, *ask.pairs))
    if service.token(settings) is None:
        raise missing_token(source)
    _check(source, ask)
    return ask


def _check(source: str, ask: Ask) -> None:
    from scenescout_tui.sources import eventbrite_api, yelp_api

    (eventbrite_api if source == "eventbrite" else yelp_api).check_ask(ask)


def missing_token(source: str) -> SpawnerError:
    """Return the error of a source whose token is not set."""
    name = f"SCENESCOUT_{source.upper()}_TOKEN"
    return SpawnerError(
        f"{source} wants a token, and none is set",
        code="SETTINGS_ERROR",
        metadata={"action": f"Set {name}, or {name}_FILE to a file of mode 0600; or name a file to import."},
    )


def scope_of(source: str, ask: Ask) -> str | None:
    """Name the list that an ask walks, so that what it no longer holds can be told; None where it is none."""
    pairs = [(key, value) for key, value in ask.pairs if key not in _NARROWING]
    if any(key in _PARTIAL for key, _ in pairs):
        return None
    return f"{source} {Ask.of(pairs)}"


def service_access(
    settings: Settings,
    source: str,
    *,
    gate: RequestGate | None = None,
    side_gate: RequestGate | None = None,
    keeper: PageKeeper | None = None,
) -> Access:
    """Return how a source's API is reached.

    Without gates every request may go, without a keeper nothing is kept.

    :raises SpawnerError: where its token is missing.
    """
    from scenescout_tui.sources.access import Access

    service = SERVICES[source]
    token = service.token(settings)
    if token is None:
        raise missing_token(source)
    return Access(
        base_url=service.base_url(settings),
        token=token,
        gate=gate or _OpenGate(),
        side_gate=side_gate or _OpenGate(),
        keeper=keeper or _NoKeeper(),
        limits=web_limits(settings),
    )


def web_limits(settings: Settings) -> WebLimits:
    """Return how long a request may take and how large its answer may be."""
    from scenescout_tui.sources.web.client import WebLimits

    return WebLimits(deadline=settings.request_deadline, max_bytes=settings.max_response_bytes)


def open_service(
    source: str, ask: Ask, access: Access, *, cursor: str | None, descriptions: bool
) -> PageWalk:
    """Open a walk over what a source's API lists; nothing is asked before its first page."""
    from scenescout_tui.sources import eventbrite_api, yelp_api

    if source == "eventbrite":
        return eventbrite_api.open_walk(ask, access, cursor=cursor, descriptions=descriptions)
    return yelp_api.open_walk(ask, access, cursor=cursor, now=time.time())


class _OpenGate:
    """Lets every request through."""

    async def wait(self) -> None:
        return

    def observe(self, remaining: int | None, limit: int | None, resets_at: float | None) -> None:
        return

    def record(self, ok: bool | None) -> None:
        return


class _NoKeeper:
    """Keeps nothing."""

    async def keep(self, key: str, page: KeptPage) -> None:
        return

    async def kept(self, key: str) -> KeptPage | None:
        return None
