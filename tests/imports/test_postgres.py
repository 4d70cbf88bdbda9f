"""Engines of several processes on one PostgreSQL database."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenescout_tui.imports.commands import ResumeRuns, StartImport
from scenescout_tui.imports.local import start_engine
from scenescout_tui.settings import load_settings
from scenescout_tui.store import Store
from tests.imports.engines import PATIENCE, report, tell, until
from tests.imports.payloads import eventbrite
from tests.postgres import own_schema

pytestmark = pytest.mark.server
ROOT = Path(__file__).parents[2]

_IMPORT = """
import sys
from scenescout_tui.imports.commands import GetRunReport, StartImport
from scenescout_tui.imports.local import start_engine
from scenescout_tui.settings import load_settings
handle = start_engine(load_settings({"database_url": sys.argv[1]}))
print("ready", flush=True)
sys.stdin.readline()
started = handle.send(StartImport("eventbrite", inputs=(sys.argv[2],))).result()
done = handle.query(GetRunReport(started.data["run_id"], wait=True)).result()
handle.stop()
handle.join()
assert done.state == "completed", done
"""


@pytest.fixture
def url() -> Iterator[str]:
    with own_schema() as address:
        yield address


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    """Three thousand events."""
    file = tmp_path / "events.ndjson"
    file.write_text("".join(json.dumps(eventbrite(number)) + "\n" for number in range(3_000)))
    return file


def importer(url: str, listing: Path) -> subprocess.Popen[bytes]:
    """Another process with an engine of its own, which begins the import when it is sent a line."""
    return subprocess.Popen(
        [sys.executable, "-c", _IMPORT, url, str(listing)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def go(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.stdin.close()


def ready(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"


def test_two_engines_that_import_one_file_at_once_import_it_once(url: str, listing: Path) -> None:
    with importer(url, listing) as first, importer(url, listing) as second:
        for process in (first, second):
            ready(process)
        for process in (first, second):
            go(process)
        assert [first.wait(), second.wait()] == [0, 0]
    with Store(url, read_only=True) as store:
        both = store.runs()
        assert [row.state for row in both] == ["completed", "completed"]
        counts = [row.accounting for row in both]
        assert [(one.total, one.failed, one.in_flight) for one in counts] == [(3_000, 0, 0)] * 2
        # Each record is new to one of the two, whatever became of it there.
        assert sum(one.unchanged for one in counts) == 3_000
        assert sum(store.counts().records.values()) == 3_000
        assert (
            store.counts().events == store.count_events() == sum(one.created + one.review for one in counts)
        )
        assert store.counts().errors_open == store.counts().dead_letters == 0


def test_a_killed_engine_leaves_a_run_that_another_goes_on_with(url: str, listing: Path) -> None:
    with importer(url, listing) as process, Store(url) as store:
        ready(process)
        go(process)
        until(lambda: bool(store.counts().events))
        process.kill()
        (row,) = store.runs()
    handle = start_engine(load_settings({"database_url": url}))
    try:
        with Store(url) as store:
            until(lambda: bool(store.interrupt_stale_runs()) or store.run(row.id).state == "interrupted")
            answer = tell(handle, ResumeRuns())
            assert answer.data["run_ids"] == [row.id]
            done = report(handle, row.id)
            assert done.state == "completed"
            counts = store.accounting(row.id)
            assert (counts.total, counts.in_flight, counts.failed) == (3_000, 0, 0)
        again = tell(handle, StartImport("eventbrite", inputs=(str(listing),)))
        assert report(handle, again.data["run_id"]).counts.unchanged == 3_000
    finally:
        handle.stop(drain=False)
        assert handle.join(PATIENCE)
