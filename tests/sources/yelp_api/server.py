"""A loopback server that speaks as Yelp's events API is documented to, and says what it was asked."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import h11

from scenescout_tui.setting_values import Secret
from scenescout_tui.sources.access import Access
from scenescout_tui.sources.pages import Page, PageWalk
from scenescout_tui.sources.web.client import WebLimits
from tests.sources.samples import yelp
from tests.sources.web.gates import CountingGate, MemoryKeeper

CANARY = "canary-4f1d2c7e90"
#: The moment at which the walks of these tests begin.
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; `path` is decoded."""

    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Handler = Callable[[Asked], Reply]


def refused(status: int, code: str, description: str = "", **more: Any) -> Reply:
    """An error in Yelp's shape; `headers` are the answer's."""
    headers = more.pop("headers", {})
    return Reply(status, {"error": {"code": code, "description": description, **more}}, headers)


def listed(events: list[Any], total: int | None = None) -> Reply:
    """A page of a list; its `total` is as misleading as the recorded ones, unless one is given."""
    return Reply(200, {"events": events, "total": len(events) if total is None else total})


def event(number: int, starts_at: datetime, **changes: Any) -> dict[str, Any]:
    """An event that lasts two hours, its times at an offset as Yelp sends them."""
    local = starts_at.astimezone(starts_at.tzinfo or UTC)
    ends = (local + timedelta(hours=2)).isoformat()
    return yelp(id=f"event-{number}", time_start=local.isoformat(), time_end=ends, **changes)


class City:
    """Yelp's list of one city, as documented: starts at or after `start_date`, ends at or before `end_date`.

    `reach` is how far into a list it shows; `before` is called before each request, to change the list.
    """

    def __init__(self, events: list[dict[str, Any]], reach: int = 1000) -> None:
        self.events = events
        self.reach = reach
        self.before: Callable[[Asked], None] = lambda asked: None

    def __call__(self, asked: Asked) -> Reply:
        self.before(asked)
        query = asked.query
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", 3))
        if offset + limit > self.reach:
            words = f"Too many results requested, limit+offset must be <= {self.reach}."
            return refused(400, "VALIDATION_ERROR", words)
        since, until = (
            float(query.get(key, default)) for key, default in (("start_date", "0"), ("end_date", "inf"))
        )
        found = [
            one
            for one in self.events
            if since <= moment(one["time_start"]) and moment(one["time_end"]) <= until
        ]
        if query.get("sort_on") == "time_start":
            found.sort(key=lambda one: moment(one["time_start"]), reverse=query.get("sort_by") == "desc")
        return listed(found[offset : offset + limit])


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@dataclass
class Served:
    """A running server: where it is, and what it was asked so far."""

    base_url: str
    asked: list[Asked] = field(default_factory=list)


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[Served]:
    """Serve on a free port of loopback until the block ends."""
    served = Served("")
    connections: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(asyncio.create_task(_connection(reader, writer, handler, served)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    served.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v3"
    async with server:
        yield served
    for connection in connections:
        connection.cancel()
    await asyncio.gather(*connections, return_exceptions=True)


async def _connection(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler, served: Served
) -> None:
    connection = h11.Connection(h11.SERVER)
    try:
        while True:
            heard = connection.next_event()
            if heard is h11.NEED_DATA:
                connection.receive_data(await reader.read(65536))
            elif isinstance(heard, h11.Request):
                asked = Asked(
                    heard.target.decode(), {name.decode(): value.decode() for name, value in heard.headers}
                )
                served.asked.append(asked)
                reply = handler(asked)
            elif isinstance(heard, h11.EndOfMessage):
                data = reply.data
                headers = {
                    "content-type": "application/json",
                    "content-length": str(len(data)),
                    **reply.headers,
                }
                answer = h11.Response(status_code=reply.status, headers=list(headers.items()))
                for part in (answer, h11.Data(data=data), h11.EndOfMessage()):
                    writer.write(connection.send(part) or b"")
                await writer.drain()
                connection.start_next_cycle()
            else:
                return
    except (h11.RemoteProtocolError, ConnectionError):
        return
    finally:
        writer.close()


def access(served: Served, *, gate: CountingGate | None = None, keeper: MemoryKeeper | None = None) -> Access:
    """How the walks of these tests reach the server."""
    return Access(
        base_url=served.base_url,
        token=Secret(CANARY),
        gate=gate or CountingGate(),
        side_gate=CountingGate(),
        keeper=keeper or MemoryKeeper(),
        limits=WebLimits(deadline=20.0),
    )


async def all_pages(walk: PageWalk) -> list[Page]:
    """Walk to the end."""
    pages = []
    while (page := await walk.next_page()) is not None:
        pages.append(page)
    return pages


def ids(pages: list[Page]) -> list[str]:
    """The ids of all records of some pages, in order."""
    return [json.loads(record.data)["id"] for page in pages for record in page.records]


def fresh() -> float:
    """Now, for what has to be younger than a day."""
    return time.time()
