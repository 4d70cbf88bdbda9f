"""Bodies that are too large, too slow, or not what they should be: refused early, and cheaply."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.api.limits import Limits
from tests.api.served import Served, error_of, head, is_closed, read_answer, served
from tests.imports.engines import until
from tests.imports.payloads import yelp

PATH = "/api/events/process"
JSON = "Content-Type: application/json"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with limits small enough to be reached."""
    limits = Limits(body_bytes=100_000, in_memory=1_000, body_seconds=0.3)
    with served(tmp_path_factory.mktemp("small") / "events.db", limits) as one:
        yield one


def chunks(size: int, count: int) -> Iterator[bytes]:
    """Yield a body without a length of its own."""
    for _ in range(count):
        yield b" " * size


def test_a_body_that_declares_too_much_is_refused_unread(small: Served) -> None:
    with small.connect() as connection:
        connection.sendall(head("POST", PATH, JSON, "Content-Length: 300000000"))
        status, body = read_answer(connection)
    assert (status, error_of(body)["code"]) == (413, "TOO_LARGE")


def test_a_body_that_turns_out_too_large_is_refused_and_the_caller_can_read_why(small: Served) -> None:
    # Larger than all buffers on the way: where the server closes at once, the answer is lost.
    for content in (b" " * 20_000_000, chunks(100_000, 200)):
        answer = small.client.post(PATH, content=content, headers={"Content-Type": "application/json"})
        assert (answer.status_code, error_of(answer)["code"]) == (413, "TOO_LARGE")
        assert answer.headers["connection"] == "close"


def test_a_body_without_a_length_is_taken(small: Served) -> None:
    body = json.dumps({"source": "yelp", "events": [yelp(n) for n in range(20)]}).encode()
    assert len(body) > small.server._limits.in_memory
    pieces = (body[at : at + 700] for at in range(0, len(body), 700))
    answer = small.client.post(PATH, content=pieces, headers={"Content-Type": "application/json"})
    assert answer.json()["summary"] == {"total": 20, "processed": 20, "skipped": 0, "failed": 0}


@pytest.mark.parametrize("begun", [b"", b'{"source": '])
@pytest.mark.parametrize("length", ["Content-Length: 500", "Transfer-Encoding: chunked"])
def test_a_body_that_does_not_end_is_given_up(small: Served, begun: bytes, length: str) -> None:
    with small.connect() as connection:
        begun = b"%x\r\n%s\r\n" % (len(begun), begun) if begun and "chunked" in length else begun
        connection.sendall(head("POST", PATH, JSON, length) + begun)
        status, body = read_answer(connection)
    assert (status, error_of(body)["code"]) == (408, "REQUEST_TIMEOUT")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/jsonp"},
    ],
)
def test_a_body_of_another_type_is_refused(api: Served, headers: dict[str, str]) -> None:
    answer = api.client.post(PATH, content=b'{"source": "yelp", "events": []}', headers=headers)
    error = error_of(answer)
    assert (answer.status_code, error["field"]) == (415, "Content-Type")


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "gzip, gzip"])
def test_a_packed_body_is_refused(api: Served, encoding: str) -> None:
    body = gzip.compress(b" " * 1_000_000)
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    answer = api.client.post(PATH, content=body, headers=headers)
    assert (answer.status_code, error_of(answer)["field"]) == (415, "Content-Encoding")


def test_who_asks_before_sending_is_answered_before_sending(api: Served) -> None:
    lines = ("Expect: 100-continue", "Content-Length: 100")
    with api.connect() as connection:
        connection.sendall(head("POST", PATH, *lines))
        status, _ = read_answer(connection)
        assert status == 415
        assert is_closed(connection)
    body = b'{"source": "yelp", "events": []}'
    with api.connect() as connection:
        lines = ("Expect: 100-continue", f"Content-Length: {len(body)}")
        connection.sendall(head("POST", PATH, JSON, *lines))
        assert connection.recv(1_000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert read_answer(connection)[0] == 200


def test_a_body_that_breaks_off_leaves_its_place_to_others(tmp_path: Path) -> None:
    def posts() -> Any:
        return api.client.get("/metrics").text

    with served(tmp_path / "events.db", Limits(posts=1)) as api:
        with api.connect() as connection:
            connection.sendall(head("POST", PATH, JSON, "Content-Length: 500") + b"{")
            until(lambda: "scenescout_http_posts 1.0" in posts())
        until(lambda: "scenescout_http_posts 0.0" in posts())
        assert "scenescout_http_bodies_bytes 0.0" in posts()
        assert api.post("yelp", []).status_code == 200


def test_a_broken_chunk_ends_the_request(api: Served) -> None:
    with api.connect() as connection:
        connection.sendall(head("POST", PATH, JSON, "Transfer-Encoding: chunked") + b"zz\r\n")
        status, body = read_answer(connection)
        assert (status, error_of(body)["code"]) == (400, "BAD_REQUEST")
        assert is_closed(connection)
