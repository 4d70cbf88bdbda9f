"""The answer of a run in the shape that every door prints (DESIGN §7)."""

from __future__ import annotations

from typing import Any

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.report import RecordResult, RunReport, Tally
from scenescout_tui.imports.snapshot import MetricsRow, RunState


def report(tally: Tally, state: RunState = "completed", error: SpawnerError | None = None) -> RunReport:
    return RunReport(
        run_id="01run",
        source="eventbrite",
        state=state,
        counts=tally.counts,
        elapsed=2.0,
        max_workers=5,
        metrics=MetricsRow(total_tasks=2, completed_tasks=2, average_time=0.0125),
        successful=tally.kept("successful"),
        skipped=tally.kept("skipped"),
        failed=tally.kept("failed"),
        error=error,
    )


def result(index: int, outcome: str, **more: Any) -> RecordResult:
    return RecordResult(index=index, source="eventbrite", outcome=outcome, external_id=f"x{index}", **more)


def test_the_json_has_the_documented_shape_with_times_in_milliseconds() -> None:
    tally = Tally()
    tally.accept(4)
    tally.add(
        [
            result(0, "created", event_id="e0"),
            result(1, "unchanged", event_id="e1"),
            result(2, "failed", error="start is missing", code="VALIDATION_ERROR", dead_letter_id="d2"),
            result(3, "review", event_id="e3"),
        ]
    )
    assert report(tally).to_json() == {
        "success": True,
        "runId": "01run",
        "summary": {"total": 4, "processed": 2, "skipped": 1, "failed": 1},
        "stats": {
            "workers": 5,
            "metrics": {"totalTasks": 2, "completedTasks": 2, "failedTasks": 0, "averageTime": 12.5},
        },
        "results": {
            "successful": [
                {
                    "index": 0,
                    "externalId": "x0",
                    "eventId": "e0",
                    "source": "eventbrite",
                    "outcome": "created",
                },
                {
                    "index": 3,
                    "externalId": "x3",
                    "eventId": "e3",
                    "source": "eventbrite",
                    "outcome": "review",
                },
            ],
            "skipped": [{"index": 1, "externalId": "x1", "reason": "unchanged", "eventId": "e1"}],
            "failed": [
                {
                    "index": 2,
                    "externalId": "x2",
                    "error": "start is missing",
                    "code": "VALIDATION_ERROR",
                    "deadLetterId": "d2",
                }
            ],
        },
    }


def test_lists_are_capped_and_counts_never() -> None:
    tally = Tally(cap=3)
    tally.accept(10)
    tally.add(result(index, "created") for index in range(10))
    answer = report(tally).to_json()
    assert answer["summary"]["processed"] == 10
    assert len(answer["results"]["successful"]) == 3
    everything = Tally(cap=None)
    everything.accept(5_000)
    everything.add(result(index, "created") for index in range(5_000))
    assert len(report(everything).to_json()["results"]["successful"]) == 5_000


def test_the_account_is_a_sum_at_every_moment() -> None:
    tally = Tally()
    tally.accept(5)
    assert (tally.counts.total, tally.counts.in_flight) == (5, 5)
    tally.add([result(0, "created"), result(1, "skipped")])
    assert (tally.counts.total, tally.counts.finished, tally.counts.in_flight) == (5, 2, 3)
    tally.give_up()
    assert (tally.counts.total, tally.counts.in_flight) == (2, 0)


def test_a_run_that_did_not_finish_is_no_success_and_says_why() -> None:
    error = SpawnerError("the database is gone", code="DATABASE_ERROR", metadata={"action": "Bring it back."})
    answer = report(Tally(), state="failed", error=error).to_json()
    assert answer["success"] is False
    assert answer["error"] == {
        "code": "DATABASE_ERROR",
        "message": "the database is gone",
        "action": "Bring it back.",
    }
