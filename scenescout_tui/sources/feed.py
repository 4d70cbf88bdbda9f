"""Feeds and pages by their URL, asked for only where they have changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from scenescout_tui.errors import ExternalAPIError, RateLimitError, SpawnerError
from scenescout_tui.safe_text import MASK
from scenescout_tui.sources.pages import KeptPage, PageKeeper, keep_copy
from scenescout_tui.sources.web.addresses import shown_url
from scenescout_tui.sources.web.answer import WebAnswer, retry_after
from scenescout_tui.sources.web.client import WebClient

_ACCEPT = "text/calendar, application/ld+json, application/json, text/csv, text/html;q=0.9, */*;q=0.5"
#: What a header can send back as it came.
_PLAIN = re.compile(r"[ -~]{1,1000}")
_WEBCAL = re.compile(r"webcals?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed's address answered, or answered last."""

    body: bytes
    #: What the server calls it: a hint, often wrong. "" where it does not say, and for an older copy.
    content_type: str
    #: Where it came from in the end, without secrets.
    url: str
    #: When it was complete, Unix seconds.
    fetched_at: float
    #: An older copy, because the server does not answer.
    stale: bool = False


class FeedClient:
    """Fetches feeds and keeps what tells whether they have changed."""

    def __init__(self, web: WebClient, keeper: PageKeeper) -> None:
        self._web = web
        self._keeper = keeper

    async def fetch(self, url: str) -> Feed | None:
        """Return a feed, or None where it has not changed since its last import; webcal is read as https.

        :raises ExternalAPIError: where it is not to be had; `retryable` as the status says.
        :raises RateLimitError: where the server asks to wait (429).
        """
        url = _WEBCAL.sub("https://", url, count=1)
        key = feed_key(url)
        known = _conditions(await self._keeper.kept(key))
        answer = await self._web.get(url, headers={"Accept": _ACCEPT, **known})
        if answer.status == 304 and known:
            return None
        if answer.status not in (200, 203):
            raise _refusal(self._web.service, answer)
        etag, modified = answer.headers.get("etag"), answer.headers.get("last-modified")
        page = KeptPage(answer.body, _sendable(etag), _sendable(modified), answer.fetched_at)
        await keep_copy(self._keeper, key, page)
        return Feed(answer.body, answer.headers.get("content-type", ""), answer.url, answer.fetched_at)

    async def last_good(self, url: str) -> Feed | None:
        """Return the last good copy of a feed that cannot be fetched, None where none is kept."""
        url = _WEBCAL.sub("https://", url, count=1)
        kept = await self._keeper.kept(feed_key(url))
        if kept is None or kept.body is None:
            return None
        return Feed(kept.body, "", shown_url(url), kept.fetched_at, stale=True)


def feed_key(url: str) -> str:
    """Return the name under which a feed is kept: its URL without secrets.

    Where something had to be masked, a digest keeps two secret addresses of one host apart.
    """
    shown = shown_url(url)
    if MASK not in shown:
        return shown
    return f"{shown} {hashlib.sha256(url.encode(errors='surrogatepass')).hexdigest()[:16]}"


def _conditions(kept: KeptPage | None) -> Mapping[str, str]:
    """The headers of a conditional request (RFC 9110, 13.1); an ETag may be a weak one."""
    if kept is None:
        return {}
    given = {"If-None-Match": kept.etag, "If-Modified-Since": kept.last_modified}
    return {name: value for name, value in given.items() if value is not None and _sendable(value)}


def _sendable(value: str | None) -> str | None:
    return value if value is not None and _PLAIN.fullmatch(value) else None


def _refusal(service: str, answer: WebAnswer) -> SpawnerError:
    status, wait = answer.status, retry_after(answer.headers, answer.fetched_at)
    if status == 429:
        return RateLimitError(service, wait)
    words, action = _WORDS.get(status, (None, None))
    if words is None and status < 400:
        words, action = "that is no feed", "Check the address: it has to lead to the feed itself."
    error = ExternalAPIError(service, status, words, retry_after=wait)
    if action is not None:
        error.metadata["action"] = action
    return error


_LOGIN = (
    "it wants a login",
    "Ask for the public or the secret address of the feed; SceneScout cannot log in there.",
)
_GONE = ("it is no longer there", "Check the address; where it has moved, import the new one.")
_WORDS: Mapping[int, tuple[str, str]] = {
    304: (
        "it says that nothing changed, though it was not asked for changes only",
        "Retry; if it stays, tell whoever runs the server.",
    ),
    401: _LOGIN,
    403: _LOGIN,
    404: _GONE,
    407: _LOGIN,
    410: _GONE,
}
