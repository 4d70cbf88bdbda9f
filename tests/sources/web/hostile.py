"""A server of bad answers, byte by byte over real sockets: `GET /NAME` shows the behaviour of that name.

Run as a program it prints its port and serves until its input ends; so a benchmark keeps it out of its own
process.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import struct
import sys
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

Stream = asyncio.StreamWriter
Behaviour = Callable[[Stream], Awaitable[None]]

#: Seconds between two pieces of an answer that drips.
DRIP = 0.02
BODY = b'{"events": []}'


@dataclass(frozen=True)
class Case:
    """One behaviour and how a request to it has to end: with a status and body, or with words."""

    serve: Behaviour
    status: int | None = None
    body: bytes | None = None
    words: str = ""
    retryable: bool = True
    #: No answer ends it but the deadline.
    by_deadline: bool = False


def right(serve: Behaviour, status: int = 200, body: bytes = BODY) -> Case:
    return Case(serve, status=status, body=body)


def wrong(serve: Behaviour, words: str) -> Case:
    """A failure of the moment."""
    return Case(serve, words=words)


def forbidden(serve: Behaviour, words: str) -> Case:
    """A breach of our rules."""
    return Case(serve, words=words, retryable=False)


def endless(serve: Behaviour) -> Case:
    return Case(serve, words="no whole answer within", by_deadline=True)


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def whole(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    return head(*lines, f"Content-Length: {len(body)}", status=status) + body


def raw(data: bytes) -> Behaviour:
    """Send some bytes and leave the connection open."""

    async def serve(writer: Stream) -> None:
        writer.write(data)
        await writer.drain()

    return serve


def closing(data: bytes) -> Behaviour:
    """Send some bytes and close."""

    async def serve(writer: Stream) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return serve


def dripping(start: bytes, piece: bytes = b"x") -> Behaviour:
    async def serve(writer: Stream) -> None:
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(DRIP)

    return serve


def flooding(start: bytes, piece: bytes) -> Behaviour:
    async def serve(writer: Stream) -> None:
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)

    return serve


def packed(body: bytes, encoding: str, *more: str) -> Behaviour:
    return raw(whole(body, f"Content-Encoding: {encoding}", *more))


def redirecting(target: str, status: str = "302 Found") -> Behaviour:
    return raw(whole(b"", f"Location: {target}", status=status))


def bomb(wbits: int) -> bytes:
    """A packed gigabyte in about a megabyte; its checksum is never reached."""
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    million = bytes(1_000_000)
    start = packer.compress(million) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + (packer.compress(million) + packer.flush(zlib.Z_FULL_FLUSH)) * 1000


async def silent(writer: Stream) -> None:
    await asyncio.Event().wait()


async def reset(writer: Stream) -> None:
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _cases() -> dict[str, Case]:
    chunked = head("Transfer-Encoding: chunked")
    too_large, headers = "the answer is larger than", "the headers are larger than"
    gzipped, bare = gzip.compress(BODY), zlib.compressobj(wbits=-15)
    bare_body = bare.compress(BODY) + bare.flush()
    bare_bomb, gzip_bomb = bomb(-15), bomb(31)
    redirect, damaged = "it redirects to", "its packed body is"
    return {
        # time
        "silent": endless(silent),
        "slow-headers": endless(dripping(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n")),
        "drip-headers": endless(dripping(b"HTTP/1.1 200 OK\r\nX-Drip: ")),
        "drip-body": endless(dripping(head("Content-Length: 100000"))),
        "drip-chunks": endless(dripping(chunked, b"1\r\nx\r\n")),
        "drip-chunk-size": endless(dripping(chunked, b"0")),
        "tiny-chunks": endless(flooding(chunked, b"1\r\nx\r\n" * 10_000)),
        "drip-gzip": endless(dripping(head("Content-Encoding: gzip") + gzipped[:-1], b"")),
        "stopped-in-body": endless(raw(head("Content-Length: 100") + b"x" * 50)),
        # size
        "endless-body": forbidden(flooding(head(), b"x" * 65536), too_large),
        "endless-chunks": forbidden(flooding(chunked, b"10000\r\n" + b"x" * 65536 + b"\r\n"), too_large),
        "endless-headers": forbidden(flooding(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n" * 1000), headers),
        "endless-header": forbidden(flooding(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x" * 65536), headers),
        "endless-status-line": forbidden(flooding(b"HTTP/1.1 200 ", b"x" * 65536), headers),
        "endless-1xx": forbidden(flooding(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), headers),
        "endless-trailers": wrong(
            flooding(chunked + b"0\r\n", b"X-More: 1\r\n" * 1000), "what came is no HTTP (Receive buffer"
        ),
        "header-bomb": forbidden(raw(whole(BODY, *["a: b"] * 50_000)), headers),
        "huge-header": forbidden(raw(whole(BODY, "X-Huge: " + "x" * 1_000_000)), headers),
        "huge-length": forbidden(raw(head("Content-Length: 1000000000000")), too_large),
        "absurd-length": wrong(raw(head("Content-Length: " + "9" * 5000)), "what came is no HTTP"),
        "huge-chunk": forbidden(flooding(chunked + b"FFFFFFFFFFFFFFFF\r\n", b"x" * 65536), too_large),
        "gzip-bomb": forbidden(packed(gzip_bomb, "gzip"), too_large),
        "deflate-bomb": forbidden(packed(bare_bomb, "deflate"), too_large),
        # packing
        "deflate": right(packed(zlib.compress(BODY), "deflate")),
        "bare-deflate": right(packed(bare_body, "deflate")),
        "gzip": right(packed(gzipped, "GZIP")),
        "empty-gzip": right(packed(b"", "gzip"), body=b""),
        "double-gzip": forbidden(packed(gzip.compress(gzipped), "gzip, gzip"), "packed more than once"),
        "two-encodings": forbidden(
            packed(gzipped, "gzip", "Content-Encoding: gzip"), "packed more than once"
        ),
        "gzip-inside": right(packed(gzip.compress(gzipped), "gzip"), body=gzipped),
        "unknown-packing": forbidden(packed(BODY, "br"), "packed in a way that was not asked for"),
        "truncated-gzip": wrong(packed(gzipped[:-9], "gzip"), damaged + " cut off"),
        "truncated-deflate": wrong(packed(b"x", "deflate"), damaged + " cut off"),
        "damaged-gzip": wrong(packed(gzipped[:-8] + bytes(8), "gzip"), damaged + " damaged"),
        "no-gzip": wrong(packed(BODY, "gzip"), damaged + " damaged"),
        "gzip-and-more": wrong(packed(gzipped + b"more", "gzip"), "bytes follow its packed body"),
        # framing
        "too-short": wrong(closing(head("Content-Length: 100") + b"x" * 10), "closed"),
        "too-long": right(raw(head("Content-Length: 14") + BODY + b"x" * 100)),
        "two-lengths": wrong(
            raw(head("Content-Length: 1", "Content-Length: 2") + b"xx"), "conflicting Content-Length"
        ),
        "negative-length": wrong(raw(head("Content-Length: -5") + BODY), "bad Content-Length"),
        "no-length": right(closing(head() + BODY)),
        "chunked-garbage": wrong(raw(chunked + b"ZZ\r\nxx\r\n"), "illegal chunk header"),
        "chunk-footer": wrong(raw(chunked + b"1\r\nxyz\r\n0\r\n\r\n"), "malformed chunk footer"),
        "dropped-chunks": wrong(closing(chunked + b"10\r\nxx"), "closed"),
        "unknown-framing": wrong(raw(head("Transfer-Encoding: zip") + BODY), "what came is no HTTP"),
        "extra-answer": right(raw(whole(BODY) + whole(b"of nobody"))),
        "204-with-body": right(raw(whole(BODY, status="204 No Content")), 204, b""),
        "304-with-body": right(raw(whole(BODY, status="304 Not Modified")), 304, b""),
        # protocol
        "reset": wrong(reset, "the connection"),
        "closed": wrong(closing(b""), "closed too early"),
        "garbage-status": wrong(raw(b"HELLO 200\r\n\r\n"), "illegal status line"),
        "no-headers": wrong(closing(BODY), "closed too early"),
        "tls": wrong(raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"), "what came is no HTTP"),
        "http-2": wrong(raw(b"HTTP/2 200 OK\r\n\r\n"), "illegal status line"),
        "101": wrong(raw(head("Upgrade: x", "Connection: upgrade", status="101 Go")), "what came is no HTTP"),
        "early-hints": right(raw(head("Link: x", status="103 Early Hints") + whole(BODY))),
        "status-999": right(raw(whole(BODY, status="999 What")), 999),
        "500": right(raw(whole(b"", status="500 Oh")), 500, b""),
        "nul-header": wrong(raw(whole(BODY, "X-Nul: a\0b")), "illegal header line"),
        "folded-header": right(raw(whole(BODY, "X-Folded: a\r\n b"))),
        "foreign-header": right(raw(whole(BODY, "X-Foreign: caf\xe9 \x80\xff"))),
        "no-colon": wrong(raw(whole(BODY, "no header at all")), "illegal header line"),
        # redirects
        "redirect-loop": forbidden(redirecting("/redirect-loop"), "more than 5 redirects"),
        "redirect-metadata": forbidden(redirecting("http://169.254.169.254/latest/"), redirect),
        "redirect-file": forbidden(redirecting("file:///etc/passwd"), redirect),
        "redirect-ftp": forbidden(redirecting("ftp://127.0.0.1/"), redirect),
        "redirect-data": forbidden(redirecting("data:text/plain,x"), redirect),
        "redirect-host": forbidden(redirecting("http://example.com/"), redirect),
        "redirect-port": forbidden(redirecting("//127.0.0.1:9/"), redirect),
        "redirect-user": forbidden(redirecting("http://user:word@127.0.0.1/"), redirect),
        "redirect-garbage": forbidden(redirecting("http://[::1"), redirect),
        "redirect-binary": forbidden(redirecting("http://\xff\xfe\x80/"), redirect),
        "redirect-two": forbidden(
            raw(whole(b"", "Location: /right", "Location: /html", status="302 F")), "redirects to two"
        ),
        "redirect-endless": right(flooding(head("Location: /right", status="302 Found"), b"x" * 65536)),
        "redirect-nowhere": right(raw(whole(BODY, status="301 Moved")), 301),
        # meaning
        "right": right(raw(whole(BODY))),
        "html": right(raw(whole(b"<!DOCTYPE html><p>Log in")), body=b"<!DOCTYPE html><p>Log in"),
        "garbage-json": right(raw(whole(b'{"events": [')), body=b'{"events": ['),
        "cookie": right(raw(whole(BODY, "Set-Cookie: session=1; Path=/"))),
    }


CASES = _cases()


class HostileServer:
    """Serves behaviours by their names; `seen` holds the head of each request, `connections` counts."""

    def __init__(self, behaviours: Mapping[str, Behaviour]) -> None:
        self.seen: list[bytes] = []
        self.connections = 0
        self.open = 0
        self.port = 0
        self._behaviours = behaviours
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [head.split(b" ", 2)[1].decode() for head in self.seen]

    async def handle(self, reader: asyncio.StreamReader, writer: Stream) -> None:
        """Answer until either side has enough."""
        self.connections += 1
        self.open += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while not writer.is_closing():
                self.seen.append(await reader.readuntil(b"\r\n\r\n"))
                name = self.paths[-1].strip("/").partition("?")[0]
                await self._serve(name, reader, writer)
        except (asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has enough, or the test is over
        finally:
            self.open -= 1
            self._tasks.discard(task)
            writer.transport.abort()

    async def _serve(self, name: str, reader: asyncio.StreamReader, writer: Stream) -> None:
        """Serve until the behaviour ends or the client has closed."""
        answer = asyncio.ensure_future(self._behaviours[name](writer))
        try:
            while not answer.done() and not reader.at_eof():
                await asyncio.wait({answer}, timeout=0.01)
        finally:
            answer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await answer

    async def stop(self) -> None:
        """End all answers that have no end."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def serving(
    behaviours: Mapping[str, Behaviour], host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[HostileServer]:
    """Serve behaviours on a free port."""
    hostile = HostileServer(behaviours)
    server = await asyncio.start_server(hostile.handle, host, 0, ssl=tls)
    hostile.port = server.sockets[0].getsockname()[1]
    try:
        yield hostile
    finally:
        server.close()
        await hostile.stop()


async def _main() -> None:
    async with serving({name: case.serve for name, case in CASES.items()}) as server:
        print(server.port, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main())
