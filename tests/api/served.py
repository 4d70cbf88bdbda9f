"""A real server on loopback for the time of a test, and ways to speak to it."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from scenescout_tui.api.limits import Limits
from scenescout_tui.api.server import ApiServer
from scenescout_tui.imports.local import LocalEngineHandle
from scenescout_tui.setting_values import Secret
from tests.imports.engines import PATIENCE, engine

TOKEN = "canary-0123456789-abcdefghij"
AUTHORIZATION = f"Authorization: Bearer {TOKEN}"


@dataclass(frozen=True)
class Served:
    """A server, its engine, and a client that knows the token."""

    url: str
    server: ApiServer
    handle: LocalEngineHandle
    client: httpx.Client
    database: Path
    thread: threading.Thread

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        url = httpx.URL(self.url)
        assert url.port is not None
        return url.host, url.port

    def post(self, source: str, events: list[Any], **more: Any) -> httpx.Response:
        """Post events; ``more`` stands beside them in the body."""
        return self.client.post("/api/events/process", json={"source": source, "events": events} | more)

    def connect(self) -> socket.socket:
        """Open a connection of one's own."""
        return socket.create_connection(self.address, timeout=PATIENCE)

    def wait(self) -> None:
        """Wait until the server has ended."""
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive(), "the server did not end"


@contextmanager
def served(
    database: Path,
    limits: Limits | None = None,
    *,
    drain_deadline: float = 5.0,
    tune: Callable[[socket.socket], None] = lambda listener: None,
    **flags: Any,
) -> Iterator[Served]:
    """Run a server over a SQLite file; ``tune`` sets options of its socket."""
    with engine(database, **flags) as handle:
        server = ApiServer(
            handle,
            Secret(TOKEN),
            host="127.0.0.1",
            port=0,
            drain_deadline=drain_deadline,
            limits=limits,
        )
        url = server.bind()
        tune(server._socket)
        thread = threading.Thread(target=server.run, name="api")
        thread.start()
        headers = {"Authorization": f"Bearer {TOKEN}"}
        try:
            with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE, trust_env=False) as client:
                yield Served(url, server, handle, client, database, thread)
        finally:
            server.stop(drain=False)
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the server did not end"


def head(method: str, path: str, *lines: str) -> bytes:
    """Return a request's head with the right name and token."""
    return "\r\n".join(
        [f"{method} {path} HTTP/1.1", "Host: localhost", AUTHORIZATION, *lines, "", ""]
    ).encode()


def read_answer(connection: socket.socket) -> tuple[int, bytes]:
    """Read one answer that says its length, and return status and body."""
    block = b""
    while b"\r\n\r\n" not in block:
        more = connection.recv(65_536)
        assert more, f"closed after {block!r}"
        block += more
    start, _, body = block.partition(b"\r\n\r\n")
    found = re.search(rb"(?i)content-length: (\d+)", start)
    assert found is not None
    while len(body) < int(found[1]):
        more = connection.recv(65_536)
        assert more, "closed within the body"
        body += more
    return int(start.split(b" ")[1]), body


def is_closed(connection: socket.socket) -> bool:
    """Wait for the other side, and tell whether it closes without another byte."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def error_of(answer: httpx.Response | bytes) -> dict[str, str]:
    """Return the error of an answer, which has to be nothing else."""
    content: dict[str, Any] = json.loads(answer if isinstance(answer, bytes) else answer.content)
    assert set(content) == {"error"}
    error: dict[str, str] = content["error"]
    assert {"code", "message"} <= set(error) <= {"code", "message", "field"}
    return error
