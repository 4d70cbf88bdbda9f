"""A small HTTP server that answers like Eventbrite, as a test tells it to."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import h11

from tests.sources.samples import eventbrite

LIMIT_HEADER = "token:{token} 69/2000 reset=874s, key:{token} 69/2000 reset=874s"


class Request(NamedTuple):
    """What the server was asked."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What it answers; `dropped` closes the connection instead."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    dropped: bool = False


Route = Callable[[Request], Answer | Awaitable[Answer]]


class Server:
    """Answers paths by their routes, everything else with a 404; keeps what it was asked."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.requests: list[Request] = []
        self.url = ""
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Server:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v3"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [one.path for one in self.requests]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.CancelledError, h11.RemoteProtocolError):
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = h11.Connection(h11.SERVER)
        while True:
            request = await _request(wire, reader)
            if request is None:
                return
            self.requests.append(request)
            route = self.routes.get(request.path, not_found)
            answer = route(request)
            if not isinstance(answer, Answer):
                answer = await answer
            if answer.dropped:
                return
            headers = {
                "Content-Type": "application/json",
                "Content-Length": str(len(answer.body)),
                "X-Rate-Limit": LIMIT_HEADER.format(token=request.headers["authorization"].split()[-1]),
                **answer.headers,
            }
            head = h11.Response(status_code=answer.status, headers=list(headers.items()))
            for event in (head, h11.Data(data=answer.body), h11.EndOfMessage()):
                writer.write(wire.send(event) or b"")
            await writer.drain()
            if wire.our_state is h11.MUST_CLOSE:
                return
            wire.start_next_cycle()


async def _request(wire: h11.Connection, reader: asyncio.StreamReader) -> Request | None:
    request: Request | None = None
    while True:
        event = wire.next_event()
        if event is h11.NEED_DATA:
            wire.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Request):
            parts = urlsplit(event.target.decode())
            headers = {name.decode(): value.decode() for name, value in event.headers}
            request = Request(parts.path.removeprefix("/v3"), dict(parse_qsl(parts.query)), headers)
        elif isinstance(event, h11.EndOfMessage):
            return request
        elif isinstance(event, h11.ConnectionClosed):
            return None


def json_answer(body: object, status: int = 200, **headers: str) -> Answer:
    """An answer with a JSON body; underscores in header names become dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json.dumps(body).encode(), named)


def refused(status: int, code: str, words: str = "No.", **headers: str) -> Answer:
    """An error answer in Eventbrite's shape."""
    return json_answer({"status_code": status, "error": code, "error_description": words}, status, **headers)


def not_found(_: Request) -> Answer:
    """Some of its 404 have nothing in them."""
    return json_answer({}, 404)


def happening(number: int, **changes: Any) -> dict[str, Any]:
    """An event with an id of its own."""
    return eventbrite(id=str(number), name={"text": f"Event {number}"}, **changes)


def page(
    records: Sequence[object], number: int = 1, count: int = 1, total: int | None = None, **changes: Any
) -> dict[str, Any]:
    """A page as recorded ones look: the continuation is missing on the last one."""
    pagination: dict[str, Any] = {
        "object_count": len(records) if total is None else total,
        "page_number": number,
        "page_size": 50,
        "page_count": count,
        "has_more_items": number < count,
    }
    if number < count:
        pagination["continuation"] = token_of(number + 1)
    pagination |= changes
    kept = {key: value for key, value in pagination.items() if value is not ...}
    return {"pagination": kept, "events": list(records)}


def token_of(number: int) -> str:
    """A continuation as Eventbrite makes it: a page number in disguise."""
    return base64.b64encode(json.dumps({"page": number}).encode()).decode().rstrip("=")


def number_of(request: Request) -> int:
    """Which page a request means."""
    token = request.query.get("continuation")
    if token is None:
        return int(request.query.get("page", "1"))
    return int(json.loads(base64.b64decode(token + "=" * (-len(token) % 4)))["page"])


class EventList:
    """A listing of events that a test may change while it is read; usable as a route."""

    def __init__(self, ids: Sequence[int], size: int = 2) -> None:
        self.ids = list(ids)
        self.size = size
        #: Called with the number of each page before it is answered.
        self.before: Callable[[int], None] = lambda number: None
        self.numbers: list[int] = []

    def __call__(self, request: Request) -> Answer:
        number = number_of(request)
        self.before(number)
        self.numbers.append(number)
        shown = self.ids[(number - 1) * self.size : number * self.size]
        count = max(1, -(-len(self.ids) // self.size))
        if number > count:
            return refused(400, "BAD_PAGE")
        return json_answer(page([happening(one) for one in shown], number, count, len(self.ids)))


def always(answer: Answer) -> Route:
    """A route that gives the same answer for ever."""
    return lambda _: answer


def in_turn(*answers: Answer) -> Route:
    """A route that gives one answer after another, the last one for ever."""
    left = list(answers)

    def route(_: Request) -> Answer:
        return left.pop(0) if len(left) > 1 else left[0]

    return route
