"""What a connection may do before and after a request: uvicorn itself waits for a head as long as it takes.

Built on uvicorn's own protocol class for h11; `tests/api/test_wire.py` holds it to what is changed here.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import anyio
import h11
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from scenescout_tui.api.limits import Limits
from scenescout_tui.api.problems import Problem, come_again


class WireProtocol(H11Protocol):
    """One connection: its heads have a deadline, nonsense is answered in our shape, and whoever does not
    fetch its answer is cut off.
    """

    limits = Limits()

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._head_timer: asyncio.TimerHandle | None = None
        self._fetch_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            wait = self.limits.retry_after
            self._refuse(come_again("OVERLOADED", "too many connections are open", wait))
        else:
            self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        for timer in (self._head_timer, self._fetch_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; they may begin, end or go on with a head."""
        super().data_received(data)
        self._watch_head()

    def pause_writing(self) -> None:
        """The answer does not leave: its reader has stopped reading."""
        super().pause_writing()
        self._fetch_timer = self.loop.call_later(self.limits.fetch, self.transport.abort)

    def resume_writing(self) -> None:
        """The reader goes on."""
        if self._fetch_timer is not None:
            self._fetch_timer.cancel()
            self._fetch_timer = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP/1.1; uvicorn calls this with its own words."""
        limit = self.limits.head_bytes
        message = f"this is no HTTP/1.1 request, or its head is longer than {limit:,} bytes"
        self._refuse(Problem(400, "BAD_REQUEST", message))

    def _watch_head(self) -> None:
        waiting = self.conn.their_state is h11.IDLE
        if waiting and self._head_timer is None:
            self._head_timer = self.loop.call_later(self.limits.head_seconds, self._head_is_late)
        elif not waiting and self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        message = f"the head of the request was not complete within {self.limits.head_seconds:g} s"
        self._refuse(Problem(408, "REQUEST_TIMEOUT", message))

    def _refuse(self, problem: Problem) -> None:
        """Answer outside of any request, and close."""
        answering = self.cycle is not None and self.cycle.response_started
        if not (answering and not self.cycle.response_complete):
            self.transport.write(_raw(problem))
        self.transport.close()


def _raw(problem: Problem) -> bytes:
    body = problem.body()
    headers = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "connection": "close",
        **problem.headers,
    }
    lines = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Lingering:
    """An ASGI app that lets callers read the answer to a body that was refused before its end.

    A connection closed with unread bytes is reset (RFC 9112, 9.6), and the answer lost with it; so the rest
    is read and dropped for a while.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have one request answered."""
        names = {name for name, _ in scope["headers"]}
        if not names & {b"content-length", b"transfer-encoding"}:
            await self._app(scope, receive, send)
            return
        ended = False

        async def take() -> Message:
            nonlocal ended
            message = await receive()
            ended = message["type"] == "http.disconnect" or not message.get("more_body", False)
            return message

        async def give(message: Message) -> None:
            if ended:
                await send(message)
            elif message["type"] == "http.response.start":
                await send({**message, "headers": [*message["headers"], (b"connection", b"close")]})
            elif message.get("more_body", False) or b"expect" in names:  # the rest was not asked for
                await send(message)
            else:
                await send({**message, "more_body": True})
                with anyio.move_on_after(self._seconds):
                    while not ended:
                        await take()
                await send({"type": "http.response.body", "body": b""})

        await self._app(scope, take, give)
