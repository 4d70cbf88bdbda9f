"""The console opens on a terminal only; anywhere else the program says how things stand and how to go on."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest

from scenescout_tui.sandbox import yelp_events
from tests.cli.conftest import COMMAND, TODAY, Program

#: Seconds a console may take to get somewhere before a test gives up.
PATIENCE = 30.0


def test_without_a_terminal_it_says_how_to_run_headless(scenescout: Program, filled: Path) -> None:
    answer = scenescout("--database", filled, TERM="xterm-256color")
    assert answer.status == 2
    assert "\x1b" not in answer.out + answer.err
    assert "scenescout import" in answer.out
    assert "2 open" in answer.out
    assert "manual, completed" in answer.out


def test_before_the_first_import_the_status_is_empty_and_nothing_is_created(
    scenescout: Program, own_home: Path
) -> None:
    answer = scenescout()
    assert answer.status == 2
    assert not [path for path in own_home.rglob("*") if path.is_file()]


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_dumb_terminal_gets_no_escape_byte(term: str) -> None:
    leader, follower = os.openpty()
    environ = {**os.environ, "TERM": term}
    process = subprocess.Popen(COMMAND, stdin=follower, stdout=follower, stderr=follower, env=environ)
    os.close(follower)
    seen = b""
    while True:
        try:
            block = os.read(leader, 65_536)
        except OSError:  # Linux says so when the other end has closed
            break
        if not block:
            break
        seen += block
    assert process.wait(timeout=60) == 2
    os.close(leader)
    assert b"needs a terminal" in seen
    assert b"\x1b" not in seen


class Console:
    """The real console on a pseudo-terminal of 120 x 40."""

    def __init__(self, *arguments: str | Path) -> None:
        self._leader, follower = os.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        environ = {**os.environ, "TERM": "xterm-256color"}
        command = [*COMMAND, *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdin=follower, stdout=follower, stderr=follower, env=environ, start_new_session=True
        )
        os.close(follower)
        self.seen = b""

    def until(self, text: bytes) -> None:
        """Read what it paints until this text has been seen."""
        ends = time.monotonic() + PATIENCE
        while text not in self.seen and time.monotonic() < ends:
            if not self._read(0.1):
                break
        assert text in self.seen, self.seen[-2_000:]

    def press(self, keys: bytes) -> None:
        """Type something."""
        os.write(self._leader, keys)

    def end(self) -> int:
        """Read on until it has ended, and return its exit status."""
        ends = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < ends:
            self._read(0.1)
        self.process.kill()
        status = self.process.wait()
        os.close(self._leader)
        return status

    def _read(self, seconds: float) -> bool:
        if not select.select([self._leader], [], [], seconds)[0]:
            return True
        try:
            self.seen += os.read(self._leader, 65_536)
        except OSError:  # Linux says so when the other end has closed
            return False
        return True


def test_the_sandbox_opens_on_a_terminal_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    console = Console("--sandbox")
    console.until(b"sandbox.db")
    assert list(tmp_path.iterdir())
    console.press(b"q")
    assert console.end() == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_console_with_its_status(number: signal.Signals, database: Path) -> None:
    console = Console("--database", database)
    console.until(b"events.db")
    console.process.send_signal(number)
    assert console.end() == 128 + number


def test_a_second_console_looks_and_says_who_has_the_engine(database: Path) -> None:
    first = Console("--database", database)
    first.until(b"events.db")
    second = Console("--database", database)
    second.until(str(first.process.pid).encode())
    second.press(b"q")
    assert second.end() == 0
    first.press(b"q")
    assert first.end() == 0


def test_a_console_may_be_told_to_only_look(filled: Path, scenescout: Program) -> None:
    console = Console("--read-only", "--database", filled)
    console.until(b"read-only")
    # Nobody runs an engine: an import beside it is free to.
    assert scenescout("import", "auto", "-", "--database", filled, stdin=b"[]").status == 0
    console.press(b"q")
    assert console.end() == 0


def test_leaving_during_an_import_names_the_run_and_how_to_go_on(
    tmp_path: Path, database: Path, scenescout: Program
) -> None:
    file = tmp_path / "many.ndjson"
    file.write_text("".join(json.dumps(event) + "\n" for event in yelp_events(60_000, 5, TODAY)))
    console = Console("--database", database)
    console.until(b"events.db")
    console.press(b"f")
    console.until(b"Import: Files")
    console.press(str(file).encode() + b"\r")
    ends = time.monotonic() + PATIENCE
    while not scenescout("events", "--json", "--database", database).json["events"]:
        assert time.monotonic() < ends, console.seen[-2_000:]
    console.process.send_signal(signal.SIGTERM)
    assert console.end() == 128 + signal.SIGTERM
    run = scenescout("runs", "--json", "--database", database).json["runs"][0]
    assert run["state"] == "interrupted"
    said = console.seen.decode(errors="replace")
    assert f"run {run['runId'][-6:]} of auto" in said
    assert f"scenescout import auto {file} --resume" in said
