"""What may be kept for a limited time is forgotten in memory and logs too, not only in the store."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest

from scenescout_tui.imports import core
from scenescout_tui.imports.batch import BatchHandler
from scenescout_tui.imports.commands import ImportOptions, StartImport
from scenescout_tui.imports.prepare import Batch, PrepareOptions
from scenescout_tui.imports.preparer import TURN, Preparer, turns
from scenescout_tui.imports.threads import StoreThreads
from scenescout_tui.sandbox.server import SandboxServer
from scenescout_tui.sources.pages import RawRecord
from scenescout_tui.store import WITHHELD, BatchOptions, Store
from tests.imports.engines import report, rows, tell, until
from tests.imports.test_live import ask, begin, live_engine

DAY = 86_400.0


@pytest.mark.parametrize("dry_run", [False, True])
def test_the_newest_events_and_the_results_of_runs_are_kept_no_longer_than_the_store_may(
    database: str, monkeypatch: pytest.MonkeyPatch, dry_run: bool
) -> None:
    monkeypatch.setattr(core, "_RETENTION", {"yelp": 3.0})
    with (
        SandboxServer(events=60, latency=0, broken=True) as sandbox,
        live_engine(sandbox, database) as handle,
    ):
        kept = ask(handle, "eventbrite", organizer=sandbox.organizer_id)
        what = (("location", sandbox.yelp_location), ("start", "2020-01-01"))
        answer = tell(handle, StartImport("yelp", ask=what, options=ImportOptions(dry_run=dry_run)))
        run_id = str(answer.data["run_id"])
        done = report(handle, run_id)
        assert any(one.title for one in done.successful)
        assert any(one.error not in (None, WITHHELD) for one in done.failed)
        until(lambda: any(one.source == "yelp" for one in handle.snapshot().newest))
        until(lambda: all(one.source != "yelp" for one in handle.snapshot().newest))
        later = report(handle, run_id)
        assert {one.source for one in handle.snapshot().newest} == {"eventbrite"}
        assert report(handle, kept.run_id).successful == kept.successful
    for result in later.results:
        assert (result.title, result.starts_at, result.city, result.field) == ("", "", "", None)
        assert result.error in (None, WITHHELD)
    assert [one.event_id for one in later.results] == [one.event_id for one in done.results]
    assert later.counts == done.counts


def test_the_log_of_a_debug_session_holds_no_content(database: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "scenescout_tui")
    with SandboxServer(events=30, latency=0) as sandbox, live_engine(sandbox, database, debug=True) as handle:
        report(handle, begin(handle, "yelp", location=sandbox.yelp_location))
    titles = [title for (title,) in rows(database, "SELECT title FROM events")]
    assert titles
    assert "worker:complete" in caplog.text
    assert [title for title in titles if title in caplog.text] == []


def batch_of(*sizes: int, age: float = 0.0, accepted_at: float | None = None) -> Batch:
    records = tuple(RawRecord(b"x" * size, line, "test") for line, size in enumerate(sizes, 1))
    return Batch("b", "run", 0, "yelp", 0, records, age, accepted_at)


def test_the_time_a_batch_waited_counts_into_how_long_it_may_be_kept(tmp_path: Path) -> None:
    """Fault: the engine was paused for hours with pages on their way."""
    handler = BatchHandler(
        StoreThreads(Store(f"sqlite:///{tmp_path}/e.db")),
        Preparer(0),
        PrepareOptions(),
        BatchOptions(retention={"yelp": DAY}),
    )
    paused = batch_of(1, age=3_600.0, accepted_at=time.monotonic() - 7_200.0)
    assert handler._options(paused).retention["yelp"] == pytest.approx(DAY - 3 * 3_600.0, abs=30)
    too_old = batch_of(1, age=2 * DAY)
    assert handler._options(too_old).retention["yelp"] == 0.0


def test_large_records_are_prepared_in_turns() -> None:
    batch = batch_of(10, TURN - 1, 10, TURN * 3, 10, 10, 10)
    assert [list(turn) for turn in turns(batch, [0, 1, 2, 3, 5, 6])] == [[0, 1], [2, 3], [5, 6]]
    assert list(turns(batch, [])) == []
