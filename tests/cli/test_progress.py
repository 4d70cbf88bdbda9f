"""Why an import waits is said: within one line on a terminal, now and then elsewhere."""

from __future__ import annotations

import io
import time
from dataclasses import replace

import pytest

from scenescout_tui.cli.progress import Progress
from scenescout_tui.imports.snapshot import STARTING, EngineSnapshot, SourceRow, WaitingRow

REASON = "Eventbrite gave no answer: the connection was refused"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def _waiting(wait: float, attempt: int = 3) -> EngineSnapshot:
    until = time.time() + wait
    row = SourceRow("eventbrite", "Eventbrite", "waiting", "page 1", run_id="r", waits=REASON, until=until)
    waiting = WaitingRow("eventbrite p2", attempt, 6, until, REASON)
    return replace(STARTING, sources=(row,), waiting=(waiting,))


def test_without_a_terminal_a_wait_is_told_once() -> None:
    stream = io.StringIO()
    with Progress(stream) as progress:
        progress.show(_waiting(1.0), "r")  # over before anybody has read it
        for _ in range(5):
            progress.show(_waiting(60.0), "r")
        progress.show(_waiting(60.0, attempt=4), "r")  # too soon after the last line
        progress.show(_waiting(60.0), "another run")
    (line,) = stream.getvalue().splitlines()
    assert line.startswith(f"Eventbrite waits: {REASON}; try 3 of 6 in ")
    assert line.endswith(" s")


def test_without_a_terminal_nothing_is_said_while_it_runs() -> None:
    stream = io.StringIO()
    with Progress(stream) as progress:
        row = SourceRow("eventbrite", "Eventbrite", "running", "page 1", run_id="r", done=3)
        progress.show(replace(STARTING, sources=(row,)), "r")
    assert stream.getvalue() == ""


def test_a_narrow_terminal_cuts_the_reason_and_keeps_when_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    stream = Terminal()
    with Progress(stream) as progress:
        progress.show(_waiting(60.0), "r")
    assert "waits: Eventbrite" in stream.getvalue()
    assert "; try 3 of 6 in " in stream.getvalue()
