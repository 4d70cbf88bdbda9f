"""`scenescout serve` as a process: what it prints and refuses, how it ends, and that it keeps its token."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from scenescout_tui.cli.entry import run
from scenescout_tui.settings import config_dir
from tests.api.served import TOKEN, error_of
from tests.imports.engines import PATIENCE, until
from tests.imports.payloads import yelp

COMMAND = [sys.executable, "-m", "scenescout_tui", "serve"]


@contextmanager
def serving(
    *arguments: str | Path, **environ: str
) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    """Run the verb with --json until the end of a block; give the process and what it said first."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--json", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environ},
    )
    # Whatever goes wrong, no test waits for ever.
    timer = threading.Timer(PATIENCE * 2, process.kill)
    timer.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()
        yield process, json.loads(line)
    finally:
        timer.cancel()
        process.kill()
        process.communicate()


def refused(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the verb where it ends by itself."""
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE * 2,
        env={**os.environ, **environ},
        check=False,
    )


def client(said: dict[str, Any], token: str | None = None) -> httpx.Client:
    """Return a client with the token of the file, as a person would take it."""
    token = Path(said["tokenFile"]).read_text().strip() if token is None else token
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=said["url"], headers=headers, timeout=PATIENCE, trust_env=False)


def test_serve_says_where_it_is_and_refuses_company(tmp_path: Path) -> None:
    database = tmp_path / "events.db"
    with serving("--database", database) as (process, said):
        assert set(said) == {"url", "tokenFile", "pid"}
        assert said["pid"] == process.pid
        assert said["tokenFile"] == str(config_dir() / "api-token")
        with client(said) as caller:
            body = {"source": "yelp", "events": [yelp(1)]}
            assert caller.post("/api/events/process", json=body).json()["summary"]["processed"] == 1
        second = refused("--port", "0", "--database", str(database))
        assert second.returncode == 3
        assert f"process {process.pid}" in second.stderr
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out, err) == (143, b"", b"")


def test_ctrl_c_ends_it_even_while_a_post_is_on_its_way(tmp_path: Path) -> None:
    answer, process, err = _signalled_post(tmp_path, signal.SIGINT, events=1_000, drain_deadline=60)
    assert (process.returncode, err) == (130, b"")
    assert answer.status_code == 200
    assert answer.json()["summary"]["processed"] == 1_000


def test_a_post_that_takes_too_long_does_not_keep_it_alive(tmp_path: Path) -> None:
    answer, process, err = _signalled_post(tmp_path, signal.SIGTERM, events=9_000, drain_deadline=0)
    assert (process.returncode, err) == (143, b"")
    assert (answer.status_code, error_of(answer)["code"]) == (503, "INTERRUPTED")


def _signalled_post(
    folder: Path, number: signal.Signals, *, events: int, drain_deadline: int
) -> tuple[httpx.Response, subprocess.Popen[bytes], bytes]:
    """Send a signal while the events of a post are being written; return its answer and what was said."""
    posted: dict[str, Any] = {
        "source": "yelp",
        "events": [yelp(one) for one in range(events)],
        "options": {"batchSize": 2},
    }
    environ = {"SCENESCOUT_DRAIN_DEADLINE": str(drain_deadline)}
    arguments = ("--database", folder / "events.db")
    with (
        serving(*arguments, **environ) as (process, said),
        client(said) as caller,
        client(said) as watcher,
        ThreadPoolExecutor(1) as pool,
    ):
        waiting = pool.submit(caller.post, "/api/events/process", json=posted)
        until(lambda: 'records_total{outcome="created"} 0.0' not in watcher.get("/metrics").text)
        process.send_signal(number)
        answer = waiting.result(PATIENCE)
        _, err = process.communicate(timeout=PATIENCE)
        return answer, process, err


def test_the_token_appears_nowhere(tmp_path: Path, own_home: Path) -> None:
    database = tmp_path / "events.db"
    environ = {"SCENESCOUT_API_TOKEN": TOKEN, "SCENESCOUT_LOG_LEVEL": "debug"}
    seen: list[bytes] = []
    posts: list[Any] = [[{}], 5, [yelp(1)]]
    with serving("--database", database, "--debug", **environ) as (process, said):
        assert said["tokenFile"] is None
        with client(said, TOKEN) as caller:
            for path in ("/docs", "/openapi.json", "/metrics", "/healthz", "/readyz", f"/{TOKEN}"):
                answer = caller.get(path)
                seen.append(answer.content + str(answer.headers).encode())
            for events in posts:
                answer = caller.post("/api/events/process", json={"source": "yelp", "events": events})
                seen.append(answer.content)
            caller.post("/api/events/process", content=b"\xff" * 10)
        with client(said, f"{TOKEN}x") as stranger:
            seen.append(stranger.get("/docs").content)
        if (cmdline := Path(f"/proc/{process.pid}/cmdline")).exists():
            seen.append(cmdline.read_bytes())
        process.terminate()
        seen.extend(process.communicate(timeout=PATIENCE))
    files = [path for folder in (own_home, tmp_path) for path in folder.rglob("*") if path.is_file()]
    assert database in files
    assert any(path.name == "scenescout.log" for path in files)
    seen += [path.read_bytes() for path in files]
    assert not [block for block in seen if TOKEN.encode() in block]


@pytest.fixture
def handlers() -> Iterator[None]:
    """Put back the signal handlers that the program sets."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "--allow-remote"),
        (["--host", "::"], "--allow-remote"),
        (["--host", "example.org"], "--allow-remote"),
        (["--port", "70000"], "--port"),
    ],
)
def test_what_is_not_meant_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert run(["serve", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err


def test_an_address_of_another_machine_is_refused() -> None:
    answer = refused("--host", "192.0.2.1", "--allow-remote", "--port", "0")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "unencrypted" in answer.stderr
    assert "cannot listen" in answer.stderr


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        answer = refused("--port", port, "--json")
    assert answer.returncode == 3
    error = json.loads(answer.stdout)["error"]
    assert error["code"] == "LISTEN_ERROR"
    assert port in error["message"]


@pytest.mark.parametrize("missing", ["fastapi", "uvicorn", "prometheus_client"])
def test_without_the_extra_it_says_how_to_get_it(missing: str) -> None:
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from scenescout_tui.cli.entry import run; sys.exit(run(['serve', '--port', '0']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 2
    assert missing in done.stderr
    assert "pip install 'scenescout[api]'" in done.stderr


def test_people_are_told_where_the_token_is(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--database", str(tmp_path / "events.db")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        assert lines[0].startswith("Listening on http://127.0.0.1:")
        path = Path(lines[1].removeprefix("Token: ").strip())
        assert path.read_text().strip() not in "".join(lines)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 143
