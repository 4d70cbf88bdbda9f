"""The sandbox as a server: it starts, counts, closes, and nothing a client sends brings it down."""

from __future__ import annotations

import base64
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from scenescout_tui.sandbox.__main__ import share
from scenescout_tui.sandbox.server import SandboxServer
from scenescout_tui.sandbox.traffic import _fullest
from tests.sandbox import clients
from tests.sandbox.clients import PATIENCE, TODAY


@contextmanager
def line(server: SandboxServer) -> Iterator[socket.socket]:
    """A bare connection to it."""
    where = urlsplit(server.url)
    with closing(
        socket.create_connection((where.hostname or "", where.port or 0), timeout=PATIENCE)
    ) as found:
        yield found


def received(connection: socket.socket) -> bytes:
    """Everything that comes until the other side ends the connection."""
    parts: list[bytes] = []
    while True:
        try:
            part = connection.recv(65_536)
        except ConnectionResetError:
            part = b""
        if not part:
            return b"".join(parts)
        parts.append(part)


def listing(server: SandboxServer) -> str:
    return f"/organizers/{server.organizer_id}/events/"


def test_addresses_end_with_the_version_and_lie_on_loopback(sandbox: SandboxServer) -> None:
    for url in (sandbox.eventbrite_url, sandbox.yelp_url):
        assert url.endswith("/v3")
        assert urlsplit(url).hostname == "127.0.0.1"
    for token in (sandbox.eventbrite_token, sandbox.yelp_token):
        assert re.fullmatch(r"[A-Za-z0-9_-]{20,}", token)


def test_two_at_once_know_nothing_of_each_other() -> None:
    with (
        SandboxServer(latency=0, events=30, seed=1) as one,
        SandboxServer(latency=0, events=40, seed=2) as other,
    ):
        assert one.url != other.url
        assert one.eventbrite_token != other.eventbrite_token
        for server, count in ((one, 30), (other, 40)):
            with clients.eventbrite(server) as client:
                assert len(clients.events(client, listing(server))) == count
                assert server.counts().requests == 1
        stranger = {"Authorization": f"Bearer {one.eventbrite_token}"}
        assert httpx.get(f"{other.eventbrite_url}/categories/", headers=stranger).status_code == 401
        assert other.counts().eventbrite.unauthorised == 1


def test_the_same_seed_and_day_give_the_same_answers() -> None:
    answers = []
    for _ in range(2):
        with SandboxServer(latency=0, today=TODAY) as server:
            with clients.eventbrite(server) as client:
                answers.append(client.get(listing(server), params={"expand": "venue"}).content)
            with clients.yelp(server) as client:
                answers.append(client.get("/events?location=Everywhere&limit=50").content)
    assert answers[:2] == answers[2:]


def test_a_port_that_is_taken_is_an_error_of_start() -> None:
    with SandboxServer(latency=0, events=1) as first:
        port = urlsplit(first.url).port or 0
        second = SandboxServer(port=port)
        with pytest.raises(OSError, match="in use"):
            second.start()
        second.close()


def test_it_is_started_once_and_asked_only_afterwards() -> None:
    server = SandboxServer(events=1)
    server.close()
    with pytest.raises(RuntimeError, match="not started"):
        server.counts()
    with server, pytest.raises(RuntimeError, match="once"):
        server.start()
    server.close()
    with pytest.raises(ValueError, match="negative"):
        SandboxServer(events=-1)


def test_counts_can_be_read_after_it_was_closed() -> None:
    with SandboxServer(latency=0, events=7) as server, clients.yelp(server) as client:
        client.get("/events?location=Berlin")
    assert server.counts().yelp.requests == 1
    assert len(server.eventbrite_ids()) == 7
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.feed_url)


def test_closing_does_not_wait_for_clients_in_the_middle_of_a_request() -> None:
    threads = threading.active_count()
    server = SandboxServer(events=50, latency=600.0)
    server.start()
    problems: list[BaseException] = []

    def ask() -> None:
        try:
            httpx.get(server.feed_url, timeout=PATIENCE)
        except httpx.TransportError as error:
            problems.append(error)

    waiting = threading.Thread(target=ask)
    with line(server) as idle, line(server) as half:
        half.sendall(b"GET /feeds/programme.ics HTTP/1.1\r\nHost: ")
        waiting.start()
        while server.counts().requests == 0:
            time.sleep(0.01)
        server.close()
        assert received(idle) == received(half) == b""
    waiting.join(PATIENCE)
    assert not waiting.is_alive()
    assert len(problems) == 1
    assert threading.active_count() == threads


def test_the_window_counters_agree_with_who_asked() -> None:
    with SandboxServer(latency=0, events=5) as server, clients.yelp(server) as client:
        sent: list[tuple[float, float]] = []
        for _ in range(40):
            before = time.monotonic()
            client.get("/events?location=Everywhere")
            sent.append((before, time.monotonic()))
        counts = server.counts().yelp
    assert counts.requests == 40
    assert counts.peak_minute == 40
    # Each request came in between being sent and being answered; the window begins with one of them.
    surely = max(sum(end < first + 1 for _, end in sent[n:]) for n, (first, _) in enumerate(sent))
    perhaps = max(sum(start < last + 1 for start, _ in sent[n:]) for n, (_, last) in enumerate(sent))
    assert surely <= counts.peak_second <= perhaps
    assert counts.peak_concurrent == 1


@pytest.mark.parametrize(
    ("moments", "seconds", "most"),
    [
        ([], 1.0, 0),
        ([3.0], 1.0, 1),
        ([0.0, 1.0, 2.0], 1.0, 1),
        ([0.0, 0.5, 0.999, 1.2], 1.0, 3),
        ([0.0, 0.5, 1.2, 1.3, 1.4, 5.0], 1.0, 4),
        ([float(number) for number in range(100)], 60.0, 60),
    ],
)
def test_the_fullest_window_is_found(moments: list[float], seconds: float, most: int) -> None:
    assert _fullest(array("d", moments), seconds) == most


def test_requests_at_the_same_time_are_counted_as_such() -> None:
    with SandboxServer(latency=600.0, events=5) as server, ThreadPoolExecutor(8) as clerks:
        asked = [clerks.submit(httpx.get, server.feed_url, timeout=PATIENCE) for _ in range(8)]
        while server.counts().requests < 8:
            time.sleep(0.01)
        assert server.counts().peak_concurrent == server.counts().feeds.peak_concurrent == 8
        server.close()
        assert all(isinstance(one.exception(PATIENCE), httpx.TransportError) for one in asked)


def test_an_answer_takes_the_longer_the_more_it_lists() -> None:
    with SandboxServer(latency=0.004, events=50) as server, clients.eventbrite(server) as client:
        client.get("/categories/")
        began = time.monotonic()
        client.get(listing(server))
        # 50 events at half the mean, at least.
        assert time.monotonic() - began >= 50 * 0.004 * 0.5


def test_a_connection_serves_many_requests_one_after_the_other(sandbox: SandboxServer) -> None:
    request = b"GET /feeds/programme.ics HTTP/1.1\r\nHost: here\r\n\r\n"
    last = b"GET /nothing HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
    with line(sandbox) as connection:
        connection.sendall(request + request + last)
        found = received(connection)
    assert found.count(b"HTTP/1.1 200") == 2
    assert found.count(b"HTTP/1.1 404") == 1


def test_answers_are_packed_only_for_who_takes_that(sandbox: SandboxServer) -> None:
    plain = httpx.get(sandbox.feed_url, headers={"Accept-Encoding": "identity"})
    packed = httpx.get(sandbox.feed_url, headers={"Accept-Encoding": "br;q=1, gzip;q=0.5"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_there_is_only_reading(sandbox: SandboxServer, method: str) -> None:
    for url in (sandbox.feed_url, f"{sandbox.eventbrite_url}/categories/", f"{sandbox.yelp_url}/events"):
        answer = httpx.request(method, url, headers={"Content-Length": "0"})
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
        (b"hello\r\n\r\n", b"400"),
        (b"GET / HTTP/one\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 200_000 + b"\r\n\r\n", b"431"),
        (b"GET /" + b"x" * 200_000, b"431"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000, b"413"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"GET /%ff%00%2e%2e/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"404"),
        (b"GET /?%ff=%00&&&===;a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"404"),
    ],
)
def test_what_is_no_request_ends_its_own_connection_only(
    sandbox: SandboxServer, sent: bytes, status: bytes
) -> None:
    with line(sandbox) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has heard enough
        found = received(connection)
    assert found[:13].split()[1:2] in ([status], [])
    assert found or len(sent) > 100_000
    assert httpx.get(sandbox.feed_url).status_code == 200


def test_clients_that_go_away_leave_nothing_behind(sandbox: SandboxServer) -> None:
    for _ in range(20):
        with line(sandbox) as connection:
            connection.sendall(b"GET /feeds/programme.ics HTTP/1.1\r\nHost: here\r\n\r\n")
    assert httpx.get(sandbox.feed_url).status_code == 200
    assert sandbox.counts().feeds.peak_concurrent >= 1


def test_deep_and_long_parameters_are_refused_like_others(
    sandbox: SandboxServer, eventbrite: httpx.Client
) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 9_000).decode()
    answer = eventbrite.get(listing(sandbox), params={"continuation": deep})
    assert answer.json()["error"] == "BAD_CONTINUATION_TOKEN"
    answer = eventbrite.get("/events/", params={"event_ids": "1," * 9_000})
    assert answer.json()["events"] == []


def test_ten_thousand_events_are_there_and_each_once() -> None:
    with SandboxServer(latency=0, events=10_000, today=TODAY) as server:
        with clients.eventbrite(server) as client:
            seen = [
                event["id"]
                for page in range(1, 202)
                if page in (1, 2, 100, 200)
                for event in client.get(listing(server), params={"page": page}).json()["events"]
            ]
            beyond = client.get(listing(server), params={"page": 201})
        assert len(seen) == len(set(seen)) == 200
        assert beyond.json()["error"] == "BAD_PAGE"
        assert len(server.eventbrite_ids()) == len(server.yelp_ids()) == 10_000
        assert set(seen) < server.eventbrite_ids()


@pytest.mark.parametrize(
    ("text", "value"), [("10%", 0.1), ("10 %", 0.1), ("0.1", 0.1), ("0", 0.0), ("100%", 1.0)]
)
def test_a_share_is_read_in_either_form(text: str, value: float) -> None:
    assert share(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "some", "101%", "-1", "nan"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"float|share"):
        share(text)


def test_alone_it_says_where_it_is_and_ends_when_told() -> None:
    command = [sys.executable, "-m", "scenescout_tui.sandbox", "--events", "5", "--faults", "10%"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = dict(line.split("=", 1) for line in (process.stdout.readline() for _ in range(4)))
        url, token = (told[f"SCENESCOUT_EVENTBRITE_{name}"].strip() for name in ("URL", "TOKEN"))
        answer = httpx.get(f"{url}/nothing/", headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE)
        assert answer.status_code in (404, 429, 500, 502, 503, 504)
        os.kill(process.pid, signal.SIGINT)
        assert "requests=1" in process.stdout.read()
        assert process.wait(PATIENCE) == 0
