"""The engine behind its handle: commands, snapshots, pause, drain, lock (DESIGN §2)."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import (
    CancelRun,
    ClearErrors,
    GetRunReport,
    ImportOptions,
    ListErrors,
    Pause,
    Resize,
    Resume,
    RetryDeadLetters,
    StartImport,
    Stop,
    UndoClear,
)
from scenescout_tui.imports.core import RUNS_KEPT
from scenescout_tui.imports.local import start_engine
from scenescout_tui.imports.lock import EngineLockedError
from scenescout_tui.imports.viewer import start_viewer
from scenescout_tui.settings import load_settings
from tests.imports.engines import PATIENCE, GatedWalk, engine, gone, on_sqlite, report, rows, tell, until
from tests.imports.payloads import eventbrite, yelp


def ndjson(path: Path, payloads: list[Any]) -> str:
    path.write_text("".join(json.dumps(payload) + "\n" for payload in payloads))
    return str(path)


def start(handle: Any, source: str, *inputs: str, **options: Any) -> str:
    answer = tell(handle, StartImport(source, inputs=inputs, options=ImportOptions(**options)))
    assert answer.ok, answer
    return str(answer.data["run_id"])


def count(database: str, table: str) -> int:
    return int(rows(database, f"SELECT count(*) FROM {table}")[0][0])


def test_a_file_is_imported_and_the_snapshot_tells_of_it(database: str, tmp_path: Path) -> None:
    source = ndjson(tmp_path / "in.ndjson", [eventbrite(number) for number in range(120)])
    with engine(database) as handle:
        done = report(handle, start(handle, "eventbrite", source))
        until(lambda: handle.snapshot().state == "idle")
        picture = handle.snapshot()
    assert done.state == "completed"
    assert done.counts.created == done.counts.total == 120
    assert picture.counts.created == 120
    assert picture.runs[0].state == "completed"
    assert picture.metrics.completed_tasks >= 3  # batches of 50
    assert picture.workers_busy == picture.queue_depth == 0
    assert [event.title for event in picture.newest]
    assert next(row for row in picture.sources if row.name == "eventbrite").state == "idle"
    assert count(database, "events") == 120


def test_several_inputs_are_one_run(database: str, tmp_path: Path) -> None:
    first = ndjson(tmp_path / "a.ndjson", [eventbrite(1), eventbrite(2)])
    page = tmp_path / "b.json"
    page.write_text(
        json.dumps({"events": [eventbrite(3), eventbrite(1)], "pagination": {"has_more_items": False}})
    )
    with engine(database) as handle:
        done = report(handle, start(handle, "eventbrite", first, str(page)))
    assert done.counts.total == 4
    assert (done.counts.created, done.counts.skipped) == (3, 1)
    assert count(database, "runs") == 1


def test_pause_holds_what_has_not_started_and_resume_lets_it_go(database: str) -> None:
    walk = GatedWalk([[eventbrite(number)] for number in range(3)])
    with engine(database, {"eventbrite": lambda: walk}) as handle:
        run_id = start(handle, "eventbrite")
        walk.open()
        until(lambda: walk.asked == 2)
        assert tell(handle, Pause("lunch")).ok
        until(lambda: handle.snapshot().state == "paused")
        assert "lunch" in handle.snapshot().detail
        walk.open(3)  # the second page was being fetched: it may end, nothing after it may start
        until(lambda: handle.snapshot().queue_depth > 0)
        assert walk.asked == 2
        assert handle.snapshot().workers_busy == 0
        assert tell(handle, Resume()).ok
        assert report(handle, run_id).counts.created == 3
        assert walk.asked == 4


def test_resize_changes_the_number_of_workers_within_its_bounds(database: str) -> None:
    with engine(database, max_workers=2) as handle:
        assert handle.snapshot().max_workers == 2
        assert tell(handle, Resize(5)).ok
        until(lambda: handle.snapshot().max_workers == 5)
        for wrong in (0, -1, 1001):
            refused = tell(handle, Resize(wrong))
            assert not refused.ok
            assert refused.action
        assert handle.snapshot().max_workers == 5


def test_stop_with_drain_finishes_what_was_accepted_and_marks_the_run_interrupted(database: str) -> None:
    walk = GatedWalk([[eventbrite(number) for number in range(60)], [eventbrite(99)]])
    with engine(database, {"eventbrite": lambda: walk}) as handle:
        run_id = start(handle, "eventbrite")
        walk.open()
        until(lambda: handle.snapshot().counts.total == 60)
        waiting = handle.query(GetRunReport(run_id, wait=True))
        assert tell(handle, Stop(drain=True)).ok
        handle.ended.result(PATIENCE)
        done = waiting.result(PATIENCE)
    assert done.state == "interrupted"
    assert done.counts.created == 60
    assert done.counts.in_flight == 0
    assert walk.closed
    assert rows(database, "SELECT state FROM runs") == [("interrupted",)]
    assert rows(database, "SELECT total, created, in_flight FROM run_accounting") == [(60, 60, 0)]


def test_cancel_ends_the_run_and_keeps_what_is_committed(database: str) -> None:
    walk = GatedWalk([[eventbrite(1)], [eventbrite(2)]])
    with engine(database, {"eventbrite": lambda: walk}) as handle:
        run_id = start(handle, "eventbrite")
        walk.open()
        until(lambda: handle.snapshot().counts.created == 1)
        assert tell(handle, CancelRun()).ok
        done = report(handle, run_id)
        assert done.state == "cancelled"
        assert done.counts.created == 1
        until(lambda: handle.snapshot().state == "idle")


def test_a_page_that_fails_once_is_asked_again(database: str) -> None:
    walk = GatedWalk([[eventbrite(1)], ConnectionError("reset by peer"), [eventbrite(2)]])
    walk.open(4)
    with engine(database, {"eventbrite": lambda: walk}, retry_delay=0.01) as handle:
        done = report(handle, start(handle, "eventbrite"))
    assert done.state == "completed"
    assert done.counts.created == 2
    assert done.metrics.retried_tasks == 1


def test_a_page_that_fails_for_good_fails_the_run_in_words_and_keeps_the_rest(database: str) -> None:
    walk = GatedWalk([[eventbrite(1)], gone("Eventbrite"), [eventbrite(2)]])
    walk.open(4)
    with engine(database, {"eventbrite": lambda: walk}) as handle:
        done = report(handle, start(handle, "eventbrite"))
        until(lambda: handle.snapshot().errors_open == 1)
        (group,) = handle.snapshot().error_groups
    assert done.state == "failed"
    assert done.counts.created == 1
    assert done.error is not None
    assert "gone" in done.error.message
    assert group.code == "EXTERNAL_API_ERROR"
    assert group.action


def test_errors_are_listed_cleared_and_brought_back(database: str, tmp_path: Path) -> None:
    source = ndjson(tmp_path / "in.ndjson", [eventbrite(1), {**eventbrite(2), "start": None}, "text"])
    with engine(database) as handle:
        done = report(handle, start(handle, "eventbrite", source))
        assert done.counts.failed == 2
        until(lambda: handle.snapshot().errors_open == 2)
        items = handle.query(ListErrors()).result(PATIENCE)
        assert {item.where for item in items} == {f"{source} record 2", f"{source} record 3"} or {
            item.where for item in items
        } == {"in.ndjson record 2", "in.ndjson record 3"}
        assert all(item.dead_letter_id and item.action for item in items)
        cleared = tell(handle, ClearErrors())
        assert cleared.data["count"] == 2
        until(lambda: handle.snapshot().errors_open == 0)
        until(lambda: handle.snapshot().undoable == 2)
    with engine(database) as handle:  # another session
        assert tell(handle, UndoClear()).data["count"] == 2
        until(lambda: handle.snapshot().errors_open == 2)
    assert count(database, "dead_letters") == 2


def test_a_dead_letter_is_retried_and_settled(database: str, tmp_path: Path) -> None:
    reference = eventbrite(7, venue=None, venue_id="v1")
    with engine(database) as handle:
        first = report(handle, start(handle, "eventbrite", ndjson(tmp_path / "a.ndjson", [reference])))
        assert first.counts.failed == 1
        report(handle, start(handle, "eventbrite", ndjson(tmp_path / "b.ndjson", [eventbrite(1)])))
        answer = tell(handle, RetryDeadLetters())
        assert answer.ok, answer
        assert answer.data["count"] == 1
        assert report(handle, answer.data["run_id"]).counts.created == 1
        again = tell(handle, RetryDeadLetters())
        assert not again.ok
        until(lambda: handle.snapshot().errors_open == 0)
    assert rows(database, "SELECT state, payload IS NOT NULL FROM dead_letters") == [("retried", 1)]


def test_a_retry_that_fails_again_leaves_one_open_dead_letter(database: str, tmp_path: Path) -> None:
    with engine(database) as handle:
        report(handle, start(handle, "eventbrite", ndjson(tmp_path / "a.ndjson", [{"id": "1"}])))
        answer = tell(handle, RetryDeadLetters())
        assert report(handle, answer.data["run_id"]).counts.failed == 1
    assert rows(database, "SELECT count(*) FROM dead_letters WHERE state = 'open'") == [(1,)]


def test_a_dry_run_tells_all_and_writes_nothing(database: str, tmp_path: Path) -> None:
    source = ndjson(tmp_path / "in.ndjson", [eventbrite(1), {"id": "x"}])
    with engine(database) as handle:
        done = report(handle, start(handle, "eventbrite", source, dry_run=True))
    assert done.dry_run
    assert (done.counts.created, done.counts.failed) == (1, 1)
    for table in ("events", "source_records", "runs", "run_batches", "dead_letters", "errors"):
        assert count(database, table) == 0, table


def test_an_interrupted_run_goes_on_where_it_stopped(database: str, tmp_path: Path) -> None:
    source = ndjson(tmp_path / "in.ndjson", [eventbrite(number) for number in range(3000)])
    with engine(database, batch_size=10) as handle:
        run_id = start(handle, "eventbrite", source)
        until(lambda: handle.snapshot().counts.created > 0)
        tell(handle, Stop(drain=True))
        handle.ended.result(PATIENCE)
    before = count(database, "events")
    assert 0 < before < 3000, "the file was too short to be interrupted"
    with engine(database, batch_size=10) as handle:
        answer = tell(handle, StartImport("eventbrite", inputs=(source,), resume=True))
        assert answer.data["run_id"] == run_id
        done = report(handle, run_id)
    assert done.state == "completed"
    assert count(database, "events") == 3000
    assert rows(database, "SELECT total, created, in_flight FROM run_accounting") == [(3000, 3000, 0)]


def test_a_run_that_goes_on_keeps_the_batch_size_it_began_with(database: str, tmp_path: Path) -> None:
    source = ndjson(tmp_path / "in.ndjson", [eventbrite(number) for number in range(2000)])
    with engine(database, batch_size=10) as handle:
        run_id = start(handle, "eventbrite", source)
        until(lambda: handle.snapshot().counts.created > 0)
        tell(handle, Stop(drain=False))
        handle.ended.result(PATIENCE)
    assert 0 < count(database, "events") < 2000, "the file was too short to be interrupted"
    with engine(database, batch_size=50) as handle:
        answer = tell(handle, StartImport("eventbrite", inputs=(source,), resume=True))
        done = report(handle, answer.data["run_id"])
    assert answer.data["run_id"] == run_id
    assert (done.counts.total, done.counts.created) == (2000, 2000)


@pytest.mark.usefixtures("no_tokens")
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (StartImport("facebook", inputs=("x",)), "UNKNOWN_SOURCE"),
        (StartImport("eventbrite", inputs=("/no/such/file.json",)), "INPUT_ERROR"),
        (StartImport("eventbrite"), "SETTINGS_ERROR"),
        (StartImport("yelp"), "INPUT_ERROR"),
        (StartImport("auto"), "INPUT_ERROR"),
        (StartImport("auto", inputs=("x",), ask=(("location", "Lisboa"),)), "INPUT_ERROR"),
    ],
)
def test_a_run_that_cannot_start_is_refused_with_the_next_action(
    database: str, command: StartImport, code: str
) -> None:
    with engine(database) as handle:
        answer = tell(handle, command)
        assert not answer.ok
        assert answer.code == code
        assert answer.action
    assert count(database, "runs") == 0


def test_the_same_import_does_not_run_twice_at_once(database: str) -> None:
    walk = GatedWalk([[eventbrite(1)]])
    with engine(database, {"eventbrite": lambda: walk}) as handle:
        start(handle, "eventbrite")
        second = tell(handle, StartImport("eventbrite"))
        assert not second.ok
        assert second.code == "ALREADY_RUNNING"


def test_a_long_session_keeps_the_counts_of_all_its_runs_and_the_results_of_the_last(
    database: str, tmp_path: Path
) -> None:
    source = ndjson(tmp_path / "in.ndjson", [eventbrite(number) for number in range(3)])
    with engine(database) as handle:
        runs = []
        for _ in range(RUNS_KEPT + 5):
            runs.append(start(handle, "eventbrite", source))
            report(handle, runs[-1])
        until(lambda: handle.snapshot().counts.total == 3 * len(runs))
        assert report(handle, runs[-1]).counts.unchanged == 3
        with pytest.raises(SpawnerError, match="no run"):
            report(handle, runs[0])


def test_nothing_is_published_while_nothing_happens(database: str) -> None:
    with engine(database) as handle:
        until(lambda: handle.snapshot().state == "idle")
        number = handle.snapshot().number
        threading.Event().wait(0.6)
        assert handle.snapshot().number == number


@on_sqlite
def test_one_engine_per_database_and_the_second_is_a_viewer(database: str, tmp_path: Path) -> None:
    settings = load_settings({"database_url": database})
    with engine(database) as handle:
        report(handle, start(handle, "yelp", ndjson(tmp_path / "y.ndjson", [yelp(1), {"id": "x"}])))
        with pytest.raises(EngineLockedError, match="process") as caught:
            start_engine(settings)
        viewer = start_viewer(settings, caught.value)
        try:
            picture = viewer.snapshot()
            assert picture.state == "viewer"
            assert str(caught.value.pid) in picture.detail
            assert picture.errors_open == 1
            assert picture.runs[0].source == "yelp"
            refused = viewer.send(ClearErrors()).result(PATIENCE)
            assert not refused.ok
            assert str(caught.value.pid) in (refused.action or "")
            assert len(viewer.query(ListErrors()).result(PATIENCE)) == 1
        finally:
            viewer.stop()
            assert viewer.join(PATIENCE)
    with engine(database):
        pass  # the lock is free again


def test_after_the_end_commands_and_queries_are_refused(database: str) -> None:
    with engine(database) as handle:
        tell(handle, Stop())
        handle.ended.result(PATIENCE)
        assert handle.snapshot().state == "stopped"
        assert not tell(handle, Resume()).ok
        with pytest.raises(SpawnerError):
            handle.query(ListErrors()).result(PATIENCE)


def test_an_engine_that_cannot_open_its_database_says_so(tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database" * 100)
    with pytest.raises(SpawnerError) as caught:
        start_engine(load_settings({"database_url": f"sqlite:///{broken}"}))
    assert caught.value.code == "DATABASE_ERROR"
