"""HTTP/1.1 as the sandbox speaks it: requests one after the other on each connection, answers that may be cut
off on purpose.

The wire itself is h11's.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal
from urllib.parse import parse_qsl, unquote

import h11

#: Seconds a connection may be silent, and an answer may wait for a client that does not read.
IDLE = 60.0
#: Bytes: a longer head is refused with 431, a longer body with 413.
LONGEST_HEAD = 32_768
LONGEST_BODY = 1_000_000

_CHUNK = 65_536
_WORTH_PACKING = 1_024

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for. Header names are in lower case; of repeated names the values are joined."""

    method: str
    #: As it was sent: path and query.
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back, and how it ends: whole, reset before the first byte, or dropped within the body."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Headers = ()
    ending: Literal["whole", "reset", "dropped"] = "whole"
    #: How many events it lists; a longer list takes longer.
    events: int = 1


Respond = Callable[[Request], Awaitable[Answer]]


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, respond: Respond) -> None:
    """Answer the requests of one connection until it ends; whatever a client sends, only that connection
    suffers.
    """
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD)
    try:
        while (request := await _next_request(connection, reader)) is not None:
            answer = _packed(request, await respond(request))
            if answer.ending == "reset":
                _reset(writer)
                return
            await _send(connection, writer, request, answer)
            if answer.ending == "dropped" or connection.our_state is not h11.DONE:
                return
            if connection.their_state is not h11.DONE:
                return
            connection.start_next_cycle()
    except h11.RemoteProtocolError as error:
        with suppress(h11.LocalProtocolError, OSError):
            await _refuse(connection, writer, error.error_status_hint)
    except (OSError, TimeoutError):
        pass  # the client went away, or sleeps
    finally:
        writer.close()


async def _next_request(connection: h11.Connection, reader: asyncio.StreamReader) -> Request | None:
    """Return the next request when all of it is here, None when the client has gone.

    A request that is no GET is returned without its body: it is refused anyway.

    :raises h11.RemoteProtocolError: for what is no HTTP, and for a head or body that is too long.
    :raises TimeoutError: when nothing comes for `IDLE` seconds.
    """
    request: Request | None = None
    length = 0
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            async with asyncio.timeout(IDLE):
                connection.receive_data(await reader.read(_CHUNK))
        elif isinstance(event, h11.Request):
            request = _read(event)
            if request.method != "GET":
                return request
        elif isinstance(event, h11.Data):
            length += len(event.data)
            if length > LONGEST_BODY:
                raise h11.RemoteProtocolError("the body is too long", error_status_hint=413)
        elif isinstance(event, h11.EndOfMessage):
            return request
        else:
            return None


def _read(event: h11.Request) -> Request:
    target = event.target.decode("ascii", "replace")
    path, _, query = target.partition("?")
    asked: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        asked[name] = f"{asked[name]},{value}" if name in asked else value
    headers: dict[str, str] = {}
    for raw_name, raw_value in event.headers:
        name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Request(event.method.decode("ascii"), target, unquote(path), asked, headers)


def _packed(request: Request, answer: Answer) -> Answer:
    """Return the answer packed with gzip where the client takes it and it is worth it."""
    accepted = {
        part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")
    }
    if "gzip" not in accepted or len(answer.body) < _WORTH_PACKING:
        return answer
    packed = gzip.compress(answer.body, compresslevel=1, mtime=0)
    headers = (*answer.headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
    return replace(answer, body=packed, headers=headers)


async def _send(
    connection: h11.Connection, writer: asyncio.StreamWriter, request: Request, answer: Answer
) -> None:
    bare = answer.status == 304
    headers = [
        ("Date", format_datetime(datetime.now(UTC), usegmt=True)),
        ("Server", "nginx"),
        *answer.headers,
        *(() if bare else (("Content-Type", answer.content_type), ("Content-Length", f"{len(answer.body)}"))),
    ]
    if connection.their_state is not h11.DONE:
        headers.append(("Connection", "close"))
    writer.write(connection.send(h11.Response(status_code=answer.status, headers=headers)) or b"")
    if answer.body and request.method != "HEAD" and not bare:
        body = answer.body[: len(answer.body) // 2] if answer.ending == "dropped" else answer.body
        writer.write(connection.send(h11.Data(data=body)) or b"")
    if answer.ending == "whole":
        writer.write(connection.send(h11.EndOfMessage()) or b"")
    async with asyncio.timeout(IDLE):
        await writer.drain()


async def _refuse(connection: h11.Connection, writer: asyncio.StreamWriter, status: int) -> None:
    headers = [("Connection", "close"), ("Content-Length", "0")]
    writer.write(connection.send(h11.Response(status_code=status, headers=headers)) or b"")
    writer.write(connection.send(h11.EndOfMessage()) or b"")
    async with asyncio.timeout(IDLE):
        await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """End the connection so that the client is told of a reset, not of an orderly end."""
    line = writer.get_extra_info("socket")
    # On, and linger for 0 seconds: what is unsent is thrown away and RST goes out instead of FIN.
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
