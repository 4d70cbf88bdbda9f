"""Engines on real databases for tests, and a source that a test lets go page by page."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from sqlalchemy import NullPool, create_engine

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import Command, CommandResult, GetRunReport
from scenescout_tui.imports.local import LocalEngineHandle, start_engine
from scenescout_tui.imports.opening import WalkFactory
from scenescout_tui.imports.report import RunReport
from scenescout_tui.settings import load_settings
from scenescout_tui.sources.pages import Page, RawRecord

#: Seconds after which a test that waits for the engine gives up.
PATIENCE = 20.0
#: For what only a file can show; without it a test runs on both kinds of databases.
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@contextmanager
def engine(
    database: str | Path, samples: dict[str, WalkFactory] | None = None, **flags: Any
) -> Iterator[LocalEngineHandle]:
    """Run an engine over a database for the time of a test."""
    handle = start_engine(load_settings({"database_url": database, **flags}), samples=samples)
    try:
        yield handle
    finally:
        handle.stop(drain=False)
        assert handle.join(PATIENCE), "the engine did not end"


def rows(database: str, statement: str, *values: object) -> list[Any]:
    """Run one statement, its places written as `?`, beside whoever works on a database; return its rows."""
    place = create_engine(database, poolclass=NullPool)
    if place.dialect.name == "postgresql":
        statement = statement.replace("%", "%%").replace("?", "%s")
    with place.begin() as connection:
        found = connection.exec_driver_sql(statement, values)
        return [tuple(row) for row in found] if found.returns_rows else []


def tell(handle: LocalEngineHandle, command: Command) -> CommandResult:
    """Send a command and wait for its answer."""
    return handle.send(command).result(PATIENCE)


def report(handle: LocalEngineHandle, run_id: str) -> RunReport:
    """Wait for the end of a run."""
    found: RunReport = handle.query(GetRunReport(run_id, wait=True)).result(PATIENCE)
    return found


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; fail after `PATIENCE`."""
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends, "it never came to hold"
        time.sleep(0.005)


def raw(payload: Any, line: int) -> RawRecord:
    """Return a payload as a source gives it."""
    return RawRecord(data=json.dumps(payload).encode(), line=line, origin="gated")


class GatedWalk:
    """A `PageWalk` whose every page waits until the test has opened the gate for it.

    An exception among the pages is raised once, then the walk goes on behind it.
    """

    def __init__(self, pages: list[list[Any] | Exception]) -> None:
        self.gate = threading.Semaphore(0)
        self.asked = 0
        self.closed = False
        self._pages = pages
        self._at = 0
        self._line = 0

    def open(self, pages: int = 1) -> None:
        """Let so many more pages through."""
        self.gate.release(pages)

    @property
    def complete(self) -> bool:
        """Nothing is known of what is not there."""
        return False

    async def last_good_page(self) -> Page | None:
        """There is no older copy."""
        return None

    async def next_page(self) -> Page | None:
        """Return the next page once the gate is open."""
        self.asked += 1
        await anyio.to_thread.run_sync(self.gate.acquire, abandon_on_cancel=True)
        if self._at == len(self._pages):
            return None
        payloads = self._pages[self._at]
        self._at += 1
        if isinstance(payloads, Exception):
            raise payloads
        records = tuple(raw(payload, self._line + at) for at, payload in enumerate(payloads, 1))
        self._line += len(records)
        return Page(
            records=records, cursor=str(self._at), number=self._at, fraction=self._at / len(self._pages)
        )

    async def aclose(self) -> None:
        """Note that it was let go."""
        self.closed = True


def gone(service: str) -> SpawnerError:
    """Return an error that no retry helps against."""
    return SpawnerError(f"{service} is gone", code="EXTERNAL_API_ERROR", retryable=False)
