"""Several processes that import into one PostgreSQL database at once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenescout_tui.store import Accounting, Store
from tests.imports.engines import rows, until
from tests.imports.payloads import eventbrite
from tests.postgres import own_schema

pytestmark = pytest.mark.server
ROOT = Path(__file__).parents[2]
#: The two listings share their second and first half.
FIRST, SECOND = range(2_000), range(1_000, 3_000)
ALL = len({*FIRST, *SECOND})


@pytest.fixture
def url() -> Iterator[str]:
    with own_schema() as address:
        yield address


@pytest.fixture
def listings(tmp_path: Path) -> list[Path]:
    """Two files of 2,000 events, of which 1,000 are in both."""
    files = []
    for number, span in enumerate((FIRST, SECOND)):
        file = tmp_path / f"{number}.ndjson"
        file.write_text("".join(json.dumps(eventbrite(one)) + "\n" for one in span))
        files.append(file)
    return files


def importer(url: str, listing: Path, *more: str) -> subprocess.Popen[bytes]:
    """Begin `scenescout import` in a process of its own."""
    command = [sys.executable, "-m", "scenescout_tui", "import", "eventbrite", str(listing)]
    return subprocess.Popen(
        [*command, "--database", url, "--json", *more],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def summary(process: subprocess.Popen[bytes]) -> dict[str, int]:
    """Wait for the end of an import and return what it says it did."""
    out, err = process.communicate()
    assert process.returncode == 0, err
    found: dict[str, int] = json.loads(out)["summary"]
    return found


def begun(one: Accounting) -> bool:
    """Tell whether a run has committed anything."""
    return one.total > one.in_flight


def check_once(url: str) -> None:
    """Everything is there once, and every run accounts for each of its records."""
    with Store(url, read_only=True) as store:
        runs = store.runs()
        counts = [run.accounting for run in runs]
        assert [run.state for run in runs] == ["completed", "completed"]
        assert [(one.total, one.failed, one.in_flight) for one in counts] == [(2_000, 0, 0)] * 2
        # Each shared record is new to one of the two, whatever became of it there.
        assert sum(one.unchanged for one in counts) == 4_000 - ALL
        assert sum(store.counts().records.values()) == ALL
        events = sum(one.created + one.review for one in counts)
        assert store.counts().events == store.count_events() == events
        assert store.counts().errors_open == store.counts().dead_letters == 0
        for run in runs:
            outcomes = Counter(one.outcome for one in store.outcomes(run.id))
            assert sum(outcomes.values()) == 2_000
            assert outcomes["unchanged"] == run.accounting.unchanged
    assert rows(url, "SELECT count(*), count(DISTINCT external_id) FROM source_records") == [(ALL, ALL)]
    orphans = "SELECT count(*) FROM events WHERE id NOT IN (SELECT event_id FROM source_records)"
    assert rows(url, orphans) == [(0,)]


def test_two_processes_with_listings_that_overlap_import_every_event_once(
    url: str, listings: list[Path]
) -> None:
    processes = [importer(url, listing) for listing in listings]
    assert [summary(process)["total"] for process in processes] == [2_000, 2_000]
    check_once(url)


def test_one_of_two_is_killed_and_goes_on_later(url: str, listings: list[Path]) -> None:
    """Fault: kill -9 of one process while both import."""
    with Store(url) as store:
        killed, other = (importer(url, listing) for listing in listings)
        with killed, other:
            until(lambda: sum(begun(run.accounting) for run in store.runs()) == 2)
            killed.kill()
            assert summary(other)["total"] == 2_000
        (cut,) = [run.id for run in store.runs() if run.state != "completed"]
        until(lambda: bool(store.interrupt_stale_runs()) or store.run(cut).state == "interrupted")
        assert store.accounting(cut).in_flight == 0
    assert summary(importer(url, listings[0], "--resume"))["total"] == 2_000
    check_once(url)
