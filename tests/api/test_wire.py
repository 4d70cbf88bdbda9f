"""Connections that say nothing, too much, or nonsense."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from scenescout_tui.api.limits import Limits
from tests.api.served import Served, error_of, head, is_closed, read_answer, served
from tests.imports.engines import PATIENCE, until


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that does not wait long."""
    limits = Limits(head_seconds=0.3, connections=3)
    with served(tmp_path_factory.mktemp("quick") / "events.db", limits) as one:
        yield one


def small_buffer(one: socket.socket, which: int) -> None:
    """Let the kernel take little for a socket and for those accepted by it."""
    one.setsockopt(socket.SOL_SOCKET, which, 4_096)


@pytest.mark.parametrize(
    "begun", [b"", b"GET /healthz HTT", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: "]
)
def test_a_head_that_does_not_end_is_given_up(quick: Served, begun: bytes) -> None:
    with quick.connect() as connection:
        connection.sendall(begun)
        status, body = read_answer(connection)
        assert (status, error_of(body)["code"]) == (408, "REQUEST_TIMEOUT")
        assert is_closed(connection)


def test_a_second_head_has_its_deadline_too(quick: Served) -> None:
    with quick.connect() as connection:
        connection.sendall(head("GET", "/healthz"))
        assert read_answer(connection)[0] == 200
        connection.sendall(b"GET /")
        assert read_answer(connection)[0] == 408


def test_requests_one_after_another_share_a_connection(quick: Served) -> None:
    with quick.connect() as connection:
        connection.sendall(head("GET", "/healthz") * 3)
        answers = b""
        while answers.count(b"ok") < 3:
            more = connection.recv(65_536)
            assert more
            answers += more
        assert answers.count(b"HTTP/1.1 200") == 3


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"HELO example.org\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000,
    ],
    ids=["TLS", "SMTP", "no host", "two hosts", "negative", "two lengths", "long length", "huge"],
)
def test_nonsense_is_refused(quick: Served, nonsense: bytes) -> None:
    with quick.connect() as connection:
        connection.sendall(nonsense)
        status, body = read_answer(connection)
    assert (status, error_of(body)["code"]) == (400, "BAD_REQUEST")


def test_connections_beyond_the_limit_are_told_to_come_again(quick: Served) -> None:
    quick.client.close()
    kept = [quick.connect() for _ in range(3)]
    try:
        for connection in kept:
            connection.sendall(head("GET", "/healthz"))
            assert read_answer(connection)[0] == 200
        with quick.connect() as refused:
            status, body = read_answer(refused)
            assert (status, error_of(body)["code"]) == (503, "OVERLOADED")
    finally:
        for connection in kept:
            connection.close()


def test_who_does_not_fetch_the_answer_is_cut_off(tmp_path: Path) -> None:
    limits = Limits(fetch=0.2, connections=1)

    def others_are_let_in() -> bool:
        with api.connect() as other:
            other.sendall(head("GET", "/healthz"))
            return read_answer(other)[0] == 200

    with (
        # What does not fit into small buffers waits in the server.
        served(tmp_path / "events.db", limits, tune=lambda one: small_buffer(one, socket.SO_SNDBUF)) as api,
        socket.socket() as connection,
    ):
        small_buffer(connection, socket.SO_RCVBUF)
        connection.settimeout(PATIENCE)
        connection.connect(api.address)
        connection.sendall(head("GET", "/docs") * 20)
        until(others_are_let_in)
        received = 0
        with suppress(ConnectionResetError):
            while block := connection.recv(65_536):
                received += len(block)
        assert received < 20 * 10_000


def test_upgrades_are_not_taken(quick: Served) -> None:
    with quick.connect() as connection:
        connection.sendall(head("GET", "/healthz", "Connection: Upgrade", "Upgrade: websocket"))
        assert read_answer(connection)[0] == 200


def test_a_refused_body_is_not_read_for_ever(tmp_path: Path) -> None:
    with served(tmp_path / "events.db", Limits(linger=0.2)) as api, api.connect() as connection:
        connection.sendall(head("POST", "/nothing", "Content-Length: 1000"))
        assert read_answer(connection)[0] == 404
        assert is_closed(connection)
