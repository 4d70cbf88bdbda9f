"""The HTTP API: a post beside an import of the same events, what a body of 300 MB costs, and schemathesis."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import listings
from tests.bench.measure import child

EVENTS = 1_000
PAIRS = 7
LARGE = 300_000_000
TOKEN = "a-token-for-benchmarks-only"
_BLOCK = b" " * 1_000_000
_PATH = "/api/events/process"


@dataclass(frozen=True)
class Running:
    """A server in a process of its own."""

    host: str
    port: int
    pid: int

    def memory(self, kind: str) -> float:
        """Return its resident memory in MB: "VmRSS" now, "VmHWM" the highest since its start."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{kind}:"):
                return int(line.split()[1]) / 1e3
        raise LookupError(kind)

    def connect(self) -> http.client.HTTPConnection:
        """Open a connection."""
        return http.client.HTTPConnection(self.host, self.port, timeout=120)


@contextmanager
def serving(database: Path) -> Iterator[Running]:
    """Run `scenescout serve` for a while."""
    command = [sys.executable, "-m", "scenescout_tui", "serve", "--port", "0", "--json"]
    process = subprocess.Popen(
        [*command, "--database", str(database)],
        stdout=subprocess.PIPE,
        env={**os.environ, "SCENESCOUT_API_TOKEN": TOKEN, "XDG_STATE_HOME": str(database.parent)},
    )
    try:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        host, _, port = url.removeprefix("http://").rpartition(":")
        server = Running(host, int(port), process.pid)
        # Its address is told before it is quite awake; an import's time does not hold its start either.
        connection = server.connect()
        connection.request("GET", "/readyz", headers=headers())
        assert connection.getresponse().status == 200
        connection.close()
        yield server
    finally:
        process.terminate()
        process.wait()


def headers(**more: str) -> dict[str, str]:
    """Return the headers of a post."""
    given = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    return given | {name.replace("_", "-"): value for name, value in more.items()}


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        _rates(Path(folder))
        _memory(Path(folder))
    _schema()


def _rates(home: Path) -> None:
    source = home / "events.ndjson"
    listings.write(source, EVENTS)
    body = b'{"source": "eventbrite", "events": [' + b",".join(source.read_bytes().splitlines()) + b"]}"
    print(f"{EVENTS:,} events of one post against `scenescout import` of the same (not counting its start)")
    # One after the other many times, and medians of all: neighbours on the machine disturb single ones.
    imports, posts, reimports, reposts = [], [], [], []
    for turn in range(PAIRS):
        database = str(home / f"import{turn}.db")
        full = child("tests.bench.one_import", str(source), database)
        repeat = child("tests.bench.one_import", str(source), database)
        assert (full["created"], repeat["unchanged"]) == (EVENTS, EVENTS)
        with serving(home / f"post{turn}.db") as server:
            posted, processed = _post(server, body)
            reposted, unchanged = _post(server, body)
        assert (processed, unchanged) == (EVENTS, 0)
        imports.append(full["seconds"])
        reimports.append(repeat["seconds"])
        posts.append(posted)
        reposts.append(reposted)
        print(
            f"  pair {turn + 1}: import {EVENTS / full['seconds']:,.0f}/s, post {EVENTS / posted:,.0f}/s; "
            f"unchanged {EVENTS / repeat['seconds']:,.0f}/s and {EVENTS / reposted:,.0f}/s"
        )
    ratio, again = median(imports) / median(posts), median(reimports) / median(reposts)
    print(f"post against import: {ratio:.2f} (at least 0.7); unchanged: {again:.2f}")


def _post(server: Running, body: bytes) -> tuple[float, int]:
    """Post and return seconds and how many events were processed."""
    connection = server.connect()
    started = time.perf_counter()
    connection.request("POST", _PATH, body, headers())
    answer = json.loads(connection.getresponse().read())
    seconds = time.perf_counter() - started
    connection.close()
    return seconds, answer["summary"]["processed"]


def _memory(home: Path) -> None:
    if not Path("/proc/self/status").exists():
        print("memory: this system does not tell")
        return
    print(f"a body of {LARGE / 1e6:.0f} MB: growth of the server's resident memory (at most 20 MB)")
    ways: dict[str, Callable[[http.client.HTTPConnection], None]] = {
        "declared": lambda connection: connection.request(
            "POST", _PATH, _blocks(), headers(Content_Length=str(LARGE))
        ),
        "chunked": lambda connection: connection.request(
            "POST", _PATH, _blocks(), headers(), encode_chunked=True
        ),
        "gzip": lambda connection: connection.request(
            "POST", _PATH, _blocks(), headers(Content_Encoding="gzip"), encode_chunked=True
        ),
    }
    for name, send in ways.items():
        with serving(home / f"{name}.db") as server:
            small = b'{"source": "eventbrite", "events": []}'
            _post(server, small)
            before = server.memory("VmRSS")
            connection = server.connect()
            try:
                send(connection)
                said = str(connection.getresponse().status)
            except (TimeoutError, ConnectionError) as error:
                said = type(error).__name__
            growth = server.memory("VmHWM") - before
            connection.close()
            _post(server, small)
            print(f"  {name}: {growth:.1f} MB, answer {said}")


def _blocks() -> Iterator[bytes]:
    for _ in range(LARGE // len(_BLOCK)):
        yield _BLOCK


def _schema() -> None:
    print("schemathesis, 100 examples per operation", flush=True)
    arguments = ["-m", "pytest", "tests/api/test_schema.py", "-m", "torture", "-q", "--no-header"]
    subprocess.run([sys.executable, *arguments], check=False)


if __name__ == "__main__":
    main()
