"""The HTTP client of one service."""

from __future__ import annotations

import contextlib
import logging
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import anyio
import anyio.lowlevel
import httpx

from scenescout_tui.errors import ExternalAPIError
from scenescout_tui.safe_text import MASK, for_log, redact
from scenescout_tui.setting_values import Secret
from scenescout_tui.sources.pages import RequestGate
from scenescout_tui.sources.web.addresses import check_url, origin_of, read_url, shown_url
from scenescout_tui.sources.web.answer import Budget, WebAnswer
from scenescout_tui.sources.web.failures import RuleBreach, explain, too_large
from scenescout_tui.sources.web.network import Network
from scenescout_tui.sources.web.transport import GuardedTransport
from scenescout_tui.sources.web.unpack import BodyReader

MAX_REDIRECTS = 5

ReadBudget = Callable[[Mapping[str, str], float], Budget | None]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t -~]*")
# Eventbrite's X-Rate-Limit: "token:SECRET 69/2000 reset=874s, key:SECRET …"
_LIMIT_OWNER = re.compile(r"(\w+):[^\s,]+")
_ASK_OTHERWISE = "Report this with the log file: the request cannot be sent like this."
_REDIRECTED = "Check the address: it leads away from where it was meant to be asked."
#: Seconds of work on a body before others get their turn.
_TURN = 0.005

_log = logging.getLogger(__name__)
# Its debug lines hold headers, and some services put the token into theirs.
logging.getLogger("httpcore").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class WebLimits:
    """How long one request may take (seconds, redirects included), and how large an answer may be (bytes)."""

    deadline: float = 30.0
    max_bytes: int = 32_000_000


class WebClient:
    """Asks one service; every request goes through its gate.

    `base_url` is put before paths; with a `token` every request to its origin carries it, and nothing else
    ever sees it. `read_budget` reads what the service says of its limits from an answer's headers (lower-case
    names) and the time (Unix seconds). `private` lets requests into private networks; base URLs may always
    lead to loopback. Redirects of a service with a `base_url` may not leave its origin, others may lead to
    any public host, but never from https to http. Cookies are neither kept nor sent. `network` and `tls`
    stand in for the real network and the usual authorities.
    """

    def __init__(
        self,
        service: str,
        gate: RequestGate,
        *,
        base_url: str = "",
        token: Secret | None = None,
        limits: WebLimits | None = None,
        read_budget: ReadBudget | None = None,
        private: bool = False,
        network: Network | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.service = service
        self.base_url = base_url.rstrip("/")
        self._gate = gate
        self._token = token
        self._limits = limits or WebLimits()
        self._read_budget = read_budget
        self._origin = origin_of(httpx.URL(self.base_url)) if self.base_url else None
        self._transport = GuardedTransport(
            trusted=self._origin,
            private=private,
            max_bytes=self._limits.max_bytes,
            network=network or Network(),
            tls=tls,
        )

    async def get(
        self,
        url: str,
        params: Mapping[str, str | int] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> WebAnswer:
        """Ask for a path of the service ("/events/1/") or a whole URL, and return the answer of any status.

        :raises ExternalAPIError: without `status_code` where no whole answer came (retryable where asking
            again may help), or where the answer breaks a rule (too large, packed twice, a redirect that
            leads away: not retryable).
        :raises RateLimitError: where the gate knows of a limit that has long to go.
        """
        try:
            return await self._follow(url, params or {}, headers or {})
        except RuleBreach as breach:
            failure = self._explained(breach)
        assert failure is not None
        raise failure  # outside of the handler: its context would carry foreign text along

    async def aclose(self) -> None:
        """Close its connections; may be called twice."""
        await self._transport.aclose()

    async def _follow(
        self, url: str, params: Mapping[str, str | int], headers: Mapping[str, str]
    ) -> WebAnswer:
        target = self._first_url(url, params)
        sent = _checked_headers(headers)
        left = self._limits.deadline
        for _ in range(1 + MAX_REDIRECTS):
            await self._gate.wait()
            started = time.monotonic()
            answer = await self._ask(target, sent, left)
            if isinstance(answer, WebAnswer):
                return answer
            left -= time.monotonic() - started
            target = self._next_url(target, answer)
        raise RuleBreach(f"more than {MAX_REDIRECTS} redirects", _REDIRECTED)

    @property
    def _secrets(self) -> tuple[str, ...]:
        return () if self._token is None else (self._token.reveal(),)

    def _first_url(self, url: str, params: Mapping[str, str | int]) -> httpx.URL:
        if url.startswith("/") and self.base_url:
            url = self.base_url + url
        target = read_url(url)
        try:
            return target.copy_merge_params(params) if params else target
        except UnicodeError:
            raise RuleBreach("a value of the request is no text", _ASK_OTHERWISE) from None

    def _next_url(self, url: httpx.URL, location: str) -> httpx.URL:
        """Read where a redirect leads, or refuse to go there."""
        try:
            target = url.join(location)
        except (httpx.InvalidURL, UnicodeError):
            raise RuleBreach("it redirects to what is no address", _REDIRECTED) from None
        try:
            check_url(target)
        except RuleBreach as breach:
            raise RuleBreach(f"it redirects to a wrong address: {breach.words}", _REDIRECTED) from None
        if url.scheme == "https" and target.scheme == "http":
            raise RuleBreach("it redirects from https to plain http", _REDIRECTED)
        if self._origin is not None and origin_of(target) != self._origin:
            raise RuleBreach(f"it redirects to another host ({target.host})", _REDIRECTED)
        return target

    async def _ask(self, url: httpx.URL, headers: Mapping[str, str], left: float) -> WebAnswer | str:
        """Send one request and tell the gate how it ended; returns the answer, or where it redirects."""
        ok: bool | None = None
        status: int | None = None
        started = time.monotonic()
        try:
            with anyio.fail_after(max(0.0, left)):
                response = await self._transport.handle_async_request(self._request(url, headers))
                try:
                    status = response.status_code
                    answer = await self._read(url, response, started)
                finally:
                    await response.aclose()
            ok = status < 500
            return answer
        except Exception as exc:
            failure = self._explained(exc)
            if failure is None:
                raise
            asked = not isinstance(exc, RuleBreach) or exc.asked
            if asked:
                # A breach of our rules is an answer all the same.
                ok = not failure.retryable and status is not None and status < 500
        finally:
            self._gate.record(ok)
        raise failure

    def _request(self, url: httpx.URL, headers: Mapping[str, str]) -> httpx.Request:
        sent = httpx.Headers({"User-Agent": "scenescout", "Accept": "*/*"})
        sent.update(headers)
        sent["Accept-Encoding"] = "gzip"
        if self._token is not None and origin_of(url) == self._origin:
            sent["Authorization"] = f"Bearer {self._token.reveal()}"
        return httpx.Request("GET", url, headers=sent)

    async def _read(self, url: httpx.URL, response: httpx.Response, started: float) -> WebAnswer | str:
        headers = _header_texts(response)
        self._observe(headers)
        if response.status_code in _REDIRECTS and headers.get("location"):
            if len(set(response.headers.get_list("location"))) > 1:
                raise RuleBreach("it redirects to two places at once", _REDIRECTED)
            return headers["location"]
        body = await self._body(response, headers)
        _log.debug(
            "%s: GET %s: %d, %d bytes, %.0f ms",
            self.service,
            _loggable(url, self._secrets),
            response.status_code,
            len(body),
            (time.monotonic() - started) * 1000,
        )
        return WebAnswer(
            response.status_code,
            {name: self._safe_header(name, value) for name, value in headers.items()},
            body,
            shown_url(url, self._secrets),
            time.time(),
        )

    async def _body(self, response: httpx.Response, headers: Mapping[str, str]) -> bytes:
        # 304 tells the length of what it does not send.
        length = headers.get("content-length", "0").partition(",")[0]
        if response.status_code not in (204, 304) and int(length) > self._limits.max_bytes:
            raise too_large("the answer is", self._limits.max_bytes)
        reader = BodyReader(headers.get("content-encoding", ""), self._limits.max_bytes)
        with contextlib.closing(reader):
            turn = time.monotonic()
            async for data in response.aiter_raw():
                for _ in reader.feed(data):
                    await anyio.lowlevel.checkpoint()
                if time.monotonic() - turn > _TURN:
                    await anyio.lowlevel.checkpoint()
                    turn = time.monotonic()
            return reader.finish()

    def _observe(self, headers: Mapping[str, str]) -> None:
        if self._read_budget is None:
            return
        try:
            budget = self._read_budget(headers, time.time())
        except Exception as exc:  # what a service writes there must not cost the answer
            # Only the kind: its text may quote the header, and with it the token.
            _log.warning(
                "%s: what it says of its limits cannot be read (%s)", self.service, type(exc).__name__
            )
            return
        if budget is not None:
            self._gate.observe(budget.remaining, budget.limit, budget.resets_at)

    def _safe_header(self, name: str, value: str) -> str:
        if name == "x-rate-limit":
            value = _LIMIT_OWNER.sub(rf"\g<1>:{MASK}", value)
        return redact(value, self._secrets)

    def _explained(self, exc: Exception) -> ExternalAPIError | None:
        return explain(exc, self.service, self._limits.deadline, self._secrets)


def _checked_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in headers.items():
        if _HEADER_NAME.fullmatch(name) is None:
            raise RuleBreach("a header of the request has no valid name", _ASK_OTHERWISE)
        if _HEADER_VALUE.fullmatch(value) is None:
            words = f"the header {name} of the request holds what no header may hold"
            raise RuleBreach(words, _ASK_OTHERWISE)
    return headers


def _header_texts(response: httpx.Response) -> dict[str, str]:
    """Return an answer's headers but for its cookies, which nobody may keep."""
    found: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name = raw_name.decode("latin-1").lower()
        try:
            value = raw_value.decode()
        except UnicodeDecodeError:
            value = raw_value.decode("latin-1")
        if name not in ("set-cookie", "set-cookie2"):
            found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _loggable(url: httpx.URL, secrets: tuple[str, ...]) -> str:
    """The path, and of the query its names alone."""
    names = "&".join(dict.fromkeys(name for name, _ in url.params.multi_items()))
    return for_log(redact(f"{url.path}?{names}" if names else url.path, secrets))
