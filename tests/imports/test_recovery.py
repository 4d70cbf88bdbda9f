"""Faults in the middle of the work, and what is left afterwards: every event, once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.errors import DatabaseError
from scenescout_tui.imports.commands import StartImport
from scenescout_tui.store import BatchRequest, Store
from scenescout_tui.store.writer.planner import BatchPlanner
from tests.imports.engines import engine, report, rows, tell
from tests.imports.payloads import eventbrite

plan_batch = BatchPlanner.plan


def import_file(database: str, folder: Path, count: int, **settings: Any) -> Any:
    source = folder / "in.ndjson"
    source.write_text("".join(json.dumps(eventbrite(number)) + "\n" for number in range(count)))
    with engine(database, retry_delay=0.01, **settings) as handle:
        answer = tell(handle, StartImport("eventbrite", inputs=(str(source),)))
        return report(handle, answer.data["run_id"])


def stored(database: str, statement: str = "SELECT external_id FROM source_records ORDER BY 1") -> list[Any]:
    return rows(database, statement)


def expected(count: int) -> list[tuple[str]]:
    return sorted((eventbrite(number)["id"],) for number in range(count))


@pytest.mark.parametrize(("workers", "lost_at"), [(8, 1), (1, 1), (1, 2), (1, 4)])
def test_a_connection_lost_in_the_middle_of_a_batch_loses_no_event(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int, lost_at: int
) -> None:
    calls = 0

    def plan(self: BatchPlanner, records: Sequence[Any]) -> Any:
        nonlocal calls
        calls += 1
        work, outcomes = plan_batch(self, records)
        if calls == lost_at:  # decided and not yet written
            driver = self._connection.connection.driver_connection
            assert driver is not None
            driver.close()
        return work, outcomes

    monkeypatch.setattr(BatchPlanner, "plan", plan)
    done = import_file(database, tmp_path, 200, max_workers=workers)
    assert calls > (4 if workers == 1 else lost_at), "the batches, which may share a plan, and the replay"
    assert done.state == "completed"
    assert (done.counts.created, done.counts.failed) == (200, 0)
    assert stored(database) == expected(200)
    assert stored(database, "SELECT total, created, in_flight FROM run_accounting") == [(200, 200, 0)]


def test_an_answer_lost_after_the_commit_does_no_harm(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Store.commit_batches
    lost: set[int] = set()
    replayed: set[int] = set()

    def commit_and_lose(self: Store, requests: Sequence[BatchRequest]) -> list[Any]:
        answers: list[Any] = commit(self, requests)
        for at, request in enumerate(requests):
            if request.seq in lost:
                assert answers[at].replayed
                replayed.add(request.seq)
            else:
                lost.add(request.seq)
                answers[at] = DatabaseError("commit_batch", "the answer was lost")
        return answers

    monkeypatch.setattr(Store, "commit_batches", commit_and_lose)
    done = import_file(database, tmp_path, 120)
    assert lost == replayed == {0, 1, 2}
    assert (done.counts.created, done.counts.total) == (120, 120)
    assert stored(database) == expected(120)


def test_a_database_that_stays_away_fails_the_run_and_resume_brings_the_rest(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def plan(self: BatchPlanner, records: Sequence[Any]) -> Any:
        nonlocal calls
        calls += 1
        if calls > 2:
            driver = self._connection.connection.driver_connection
            assert driver is not None
            driver.close()
        return plan_batch(self, records)

    monkeypatch.setattr(BatchPlanner, "plan", plan)
    done = import_file(database, tmp_path, 300, max_workers=1)
    assert done.state == "failed"
    assert done.error is not None
    assert done.error.code == "DATABASE_ERROR"
    assert done.error.metadata["action"]
    assert done.counts.failed == 0, "no record is to blame"
    assert done.counts.in_flight == 0
    monkeypatch.setattr(BatchPlanner, "plan", plan_batch)
    with engine(database) as handle:
        answer = tell(handle, StartImport("eventbrite", inputs=(str(tmp_path / "in.ndjson"),), resume=True))
        assert report(handle, answer.data["run_id"]).state == "completed"
    assert stored(database) == expected(300)


def test_a_batch_that_fails_for_good_costs_only_the_record_at_fault(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guilty = eventbrite(33)["id"]

    def plan(self: BatchPlanner, records: Sequence[Any]) -> Any:
        if any(record.external_id == guilty and record.event is not None for record in records):
            raise TypeError("unexpected list in category")
        return plan_batch(self, records)

    monkeypatch.setattr(BatchPlanner, "plan", plan)
    done = import_file(database, tmp_path, 100)
    assert done.state == "completed"
    assert (done.counts.created, done.counts.failed) == (99, 1)
    (failed,) = done.failed
    assert failed.code == "BUG"
    assert "unexpected list" in (failed.error or "")
    ((payload,),) = stored(database, "SELECT payload FROM dead_letters")
    assert json.loads(payload)["id"] == guilty
