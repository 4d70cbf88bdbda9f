"""Connections to servers that are not trusted: kept for the next request, counted byte by byte."""

from __future__ import annotations

import functools
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
import anyio.to_thread
import httpcore
import httpx

from scenescout_tui.presets import RESOURCE_LIMITS
from scenescout_tui.sources.web.addresses import Origin, origin_of
from scenescout_tui.sources.web.failures import too_large
from scenescout_tui.sources.web.network import Network, connect

#: Bytes of all headers of one answer, provisional (1xx) ones included.
MAX_HEAD = 64 * 1024
#: Seconds an idle connection is kept.
KEEP_IDLE = 30.0

#: Bytes taken at once: the 150 provisional answers that fit must not hold up the loop.
_HEAD_STEP = 4 * 1024
_BODY_STEP = 64 * 1024


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx's way to a server, without what its client adds (cookies, netrc, log lines with whole URLs).

    Hosts other than `trusted` must have public addresses, unless `private`; TLS is verified; an answer of
    more than `max_bytes` on the wire, or with more than `MAX_HEAD` of headers, is broken off.
    """

    def __init__(
        self,
        *,
        trusted: Origin | None,
        private: bool,
        max_bytes: int,
        network: Network,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._trusted = trusted
        self._private = private
        self._max_bytes = max_bytes
        self._network = network
        self._tls = tls
        self._slots = anyio.Semaphore(RESOURCE_LIMITS.max_connections)
        self._idle: list[_Connection] = []
        self._closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the response's body is not read, and has to be closed.

        :raises RuleBreach: where a rule stands against it.
        :raises Exception: of httpcore, ssl and socket; `failures.explain` knows them.
        """
        await self._slots.acquire()
        connection: _Connection | None = None
        try:
            connection = await self._connection(origin_of(request.url))
            response = await connection.send(request, self._max_bytes)
        except BaseException:
            await self._give_back(connection)
            raise
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response, functools.partial(self._give_back, connection)),
        )

    async def aclose(self) -> None:
        """Close what is idle, and what is busy when it has ended; may be called twice."""
        self._closed = True
        while self._idle:
            await self._idle.pop().aclose()

    async def _connection(self, origin: Origin) -> _Connection:
        for kept in reversed(self._idle):
            if kept.origin == origin:
                self._idle.remove(kept)
                if not kept.http.has_expired():
                    return kept
                await kept.aclose()
                break
        # Whoever holds a slot may open one: idle ones make room.
        while len(self._idle) > self._slots.value:
            await self._idle.pop(0).aclose()
        scheme, host, port = origin
        public_only = not self._private and origin != self._trusted
        stream = await connect(self._network, host, port, public_only=public_only)
        if scheme == "https":
            stream = await self._secured(stream, host)
        return _Connection(origin, stream)

    async def _secured(self, stream: httpcore.AsyncNetworkStream, host: str) -> httpcore.AsyncNetworkStream:
        try:
            if self._tls is None:
                self._tls = await anyio.to_thread.run_sync(_usual_tls)
            return await stream.start_tls(self._tls, server_hostname=host)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await stream.aclose()
            raise

    async def _give_back(self, connection: _Connection | None) -> None:
        """Keep a connection whose answer was read to its end; close any other."""
        try:
            if connection is not None and connection.reusable and not self._closed:
                self._idle.append(connection)
            elif connection is not None:
                await connection.aclose()
        finally:
            self._slots.release()


class _Connection:
    """One connection and what came over it."""

    def __init__(self, origin: Origin, stream: httpcore.AsyncNetworkStream) -> None:
        self.origin = origin
        self._stream = _CountedStream(stream)
        scheme, host, port = origin
        self.http = httpcore.AsyncHTTP11Connection(
            httpcore.Origin(scheme.encode(), host.encode(), port), self._stream, keepalive_expiry=KEEP_IDLE
        )

    @property
    def reusable(self) -> bool:
        """Whether the next request can go over it.

        Bytes behind the answer would be taken for the answer to the next request; httpcore itself does not
        look for them.
        """
        return self.http.is_idle() and not self.http._h11_state.trailing_data[0]

    async def send(self, request: httpx.Request, max_bytes: int) -> httpcore.Response:
        self._stream.expect(MAX_HEAD, _HEAD_STEP, "the headers are")
        response = await self.http.handle_async_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
            )
        )
        self._stream.expect(max_bytes, _BODY_STEP, "the answer is")
        return response

    async def aclose(self) -> None:
        with anyio.CancelScope(shield=True):
            await self.http.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response, give_back: Callable[[], Awaitable[None]]) -> None:
        self._response = response
        self._give_back = give_back
        self._closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._response.aiter_stream():
            yield piece

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            with anyio.CancelScope(shield=True):
                await self._response.aclose()
                await self._give_back()


class _CountedStream(httpcore.AsyncNetworkStream):
    """A connection that breaks off when more comes than is expected."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self.expect(0, _HEAD_STEP, "the unasked answer is")

    def expect(self, limit: int, step: int, what: str) -> None:
        """Let `limit` bytes come from now on, at most `step` at once."""
        self._limit = self._left = limit
        self._step = step
        self._what = what

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._stream.read(min(max_bytes, self._step), timeout)
        self._left -= len(data)
        if self._left < 0:
            raise too_large(self._what, self._limit)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


@functools.cache
def _usual_tls() -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    context.set_alpn_protocols(["http/1.1"])
    return context
