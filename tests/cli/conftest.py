"""What the tests of the command line stand on: the real program, in a process of its own or in this one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.cli.entry import run
from scenescout_tui.sandbox import eventbrite_events, manual_forms, yelp_events

TODAY = date(2026, 11, 23)
COMMAND = [sys.executable, "-m", "scenescout_tui"]


@dataclass(frozen=True)
class Answer:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its stdout, which has to be one JSON value."""
        return json.loads(self.out)


Program = Callable[..., Answer]


@pytest.fixture
def scenescout() -> Program:
    """The program in a process of its own, without a terminal."""
    return _call


def _call(*arguments: str | Path, stdin: bytes | None = b"", **environ: str) -> Answer:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=60,
        env={**os.environ, **environ},
        check=False,
    )
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def verb(capsys: pytest.CaptureFixture[str]) -> Iterator[Program]:
    """The program in this process: for verbs that start no engine."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def call(*arguments: str | Path) -> Answer:
        capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Answer(status, out, err)

    yield call
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def eventbrite_file(tmp_path: Path) -> Path:
    """A page as the API gives it, with 30 events that all import well."""
    events = [event for event in eventbrite_events(60, 1, TODAY) if _plain(event)][:30]
    return _write(tmp_path / "eventbrite.json", {"events": events, "pagination": {"has_more_items": False}})


@pytest.fixture
def yelp_file(tmp_path: Path) -> Path:
    """A list of 20 Yelp events."""
    return _write_yelp(tmp_path)


@pytest.fixture
def manual_file(tmp_path: Path) -> Path:
    """A list of 5 submitted forms."""
    return _write_forms(tmp_path)


@pytest.fixture
def half_broken(tmp_path: Path) -> Path:
    """NDJSON with three good Eventbrite events and, as the second and the fourth line, two that cannot be
    imported.
    """
    return _write_half_broken(tmp_path)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where a test keeps its database; not there yet."""
    return tmp_path / "events.db"


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database after three imports, made once: events of three sources, two errors, five submissions."""
    folder = tmp_path_factory.mktemp("imported")
    database = folder / "events.db"
    inputs = {"eventbrite": _write_half_broken, "yelp": _write_yelp, "manual": _write_forms}
    for source, make in inputs.items():
        arguments = ("import", source, make(folder), "--database", database)
        done = _call(*arguments, XDG_CONFIG_HOME=str(folder), XDG_STATE_HOME=str(folder))
        assert done.status in (0, 1), done
    return database


@pytest.fixture
def filled(imported: Path, database: Path) -> Path:
    """A copy of that database for one test."""
    shutil.copy(imported, database)
    return database


def _write_yelp(folder: Path) -> Path:
    return _write(folder / "yelp.json", {"events": yelp_events(20, 1, TODAY), "total": 20})


def _write_forms(folder: Path) -> Path:
    return _write(folder / "forms.json", [form for form in manual_forms(20, 1, TODAY) if "city" in form][:5])


def _write_half_broken(folder: Path) -> Path:
    good = [event for event in eventbrite_events(20, 3, TODAY) if _plain(event)][:3]
    nameless = {key: value for key, value in good[0].items() if key != "start"} | {"id": "777"}
    lines = [
        json.dumps(good[0]),
        json.dumps(nameless),
        json.dumps(good[1]),
        '{"id": "9", ',
        json.dumps(good[2]),
    ]
    path = folder / "half.ndjson"
    path.write_text("\n".join(lines) + "\n")
    return path


def _plain(event: dict[str, Any]) -> bool:
    """Whether an event is one of the first shape that is neither a draft nor the parent of a series."""
    return event.get("status") in ("live", "completed", "canceled") and not event["is_series_parent"]


def _write(path: Path, payload: object) -> Path:
    path.write_text(json.dumps(payload))
    return path
