"""What came of a run: one result per record, and the JSON object that every door prints (DESIGN §7)."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.snapshot import Counts, MetricsRow, RunState
from scenescout_tui.store import WITHHELD, Accounting

#: Entries kept of each list of results unless all are asked for; counts are never capped.
RESULTS_CAP = 1_000
PROCESSED = frozenset({"created", "updated", "review"})
SKIPPED = frozenset({"unchanged", "duplicate", "skipped"})
OUTCOMES = ("created", "updated", "unchanged", "duplicate", "review", "skipped", "failed")


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What became of one record; ``index`` counts the run's records from 0."""

    index: int
    source: str
    outcome: str
    external_id: str | None = None
    event_id: str | None = None
    #: Why it was skipped, where it was.
    reason: str | None = None
    #: "pending" for a manual submission that waits for review.
    status: str | None = None
    code: str | None = None
    error: str | None = None
    #: The field at fault, or several separated by commas.
    field: str | None = None
    action: str | None = None
    #: Where the record stood: "events.ndjson record 12".
    where: str = ""
    dead_letter_id: str | None = None
    #: What people know the event by; empty where the record was not read (unchanged) or cannot be.
    title: str = ""
    #: Wall time at the place, ISO 8601.
    starts_at: str = ""
    city: str = ""
    #: Until when its texts may be kept, Unix seconds; None: for good.
    kept_until: float | None = None

    def forgotten(self) -> RecordResult:
        """Return the result without what its source's terms let nobody keep."""
        return dataclasses.replace(
            self,
            reason=None if self.outcome in ("duplicate", "review") else self.reason,
            error=None if self.error is None else WITHHELD,
            field=None,
            title="",
            starts_at="",
            city="",
            kept_until=None,
        )


@dataclass(frozen=True, slots=True)
class RunReport:
    """The end of a run, or its present state while it goes on. ``elapsed`` is in seconds."""

    run_id: str
    source: str
    state: RunState
    counts: Counts
    elapsed: float
    max_workers: int
    metrics: MetricsRow
    successful: tuple[RecordResult, ...] = ()
    skipped: tuple[RecordResult, ...] = ()
    failed: tuple[RecordResult, ...] = ()
    #: Why the run did not finish, where it did not.
    error: SpawnerError | None = None
    dry_run: bool = False
    #: When a parked run may go on, Unix seconds.
    resume_at: float | None = None
    #: Records that their source no longer lists.
    missing: int = 0
    #: What is to be said of the end, where it is no error.
    note: str = ""

    @property
    def success(self) -> bool:
        """Whether the run finished; some of its records may have failed all the same."""
        return self.state == "completed"

    @property
    def results(self) -> tuple[RecordResult, ...]:
        """All kept results in the order of the records."""
        return tuple(sorted((*self.successful, *self.skipped, *self.failed), key=lambda result: result.index))

    def to_json(self) -> dict[str, Any]:
        """Return the object of `import --json` and of the HTTP answer; times in it are milliseconds."""
        counts = self.counts
        answer: dict[str, Any] = {
            "success": self.success,
            "runId": self.run_id,
            "summary": {
                "total": counts.total,
                "processed": counts.created + counts.updated + counts.review,
                "skipped": counts.unchanged + counts.duplicate + counts.skipped,
                "failed": counts.failed,
            },
            "stats": {
                "workers": self.max_workers,
                "metrics": {
                    "totalTasks": self.metrics.total_tasks,
                    "completedTasks": self.metrics.completed_tasks,
                    "failedTasks": self.metrics.failed_tasks,
                    "averageTime": round(self.metrics.average_time * 1000, 3),
                },
            },
            "results": {
                "successful": [_successful(result) for result in self.successful],
                "skipped": [_skipped(result) for result in self.skipped],
                "failed": [_failed(result) for result in self.failed],
            },
        }
        if self.error is not None:
            answer["error"] = {
                "code": self.error.code,
                "message": self.error.message,
                "action": str(self.error.metadata.get("action", "")),
            }
        if self.dry_run:
            answer["dryRun"] = True
        if self.missing:
            answer["missing"] = self.missing
        if self.note:
            answer["note"] = self.note
        if self.resume_at is not None:
            answer |= {"state": self.state, "resumeAt": _iso(self.resume_at)}
        return answer


def _iso(at: float) -> str:
    return datetime.fromtimestamp(round(at), UTC).isoformat().replace("+00:00", "Z")


def _successful(result: RecordResult) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "index": result.index,
        "externalId": result.external_id,
        "eventId": result.event_id,
        "source": result.source,
        "outcome": result.outcome,
    }
    return entry | ({"status": result.status} if result.status else {})


def _skipped(result: RecordResult) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "index": result.index,
        "externalId": result.external_id,
        "reason": result.reason or result.outcome,
    }
    return entry | ({"eventId": result.event_id} if result.event_id else {})


def _failed(result: RecordResult) -> dict[str, Any]:
    return {
        "index": result.index,
        "externalId": result.external_id,
        "error": result.error,
        "code": result.code,
        "deadLetterId": result.dead_letter_id,
    }


@dataclass(slots=True)
class Tally:
    """Gathers the results of a run while it goes on; counts all of them, keeps as many as asked for."""

    cap: int | None = RESULTS_CAP
    accepted: int = 0
    outcomes: Counter[str] = dataclasses.field(default_factory=Counter)
    _kept: dict[str, list[RecordResult]] = dataclasses.field(
        default_factory=lambda: {"successful": [], "skipped": [], "failed": []}
    )

    def accept(self, records: int) -> None:
        """Note records that were taken in and have no outcome yet."""
        self.accepted += records

    def add(self, results: Iterable[RecordResult]) -> None:
        """Note the results of a batch that is committed."""
        for result in results:
            outcome = result.outcome
            self.outcomes[outcome] += 1
            name = "failed" if outcome == "failed" else "skipped" if outcome in SKIPPED else "successful"
            kept = self._kept[name]
            if self.cap is None or len(kept) < self.cap:
                kept.append(result)

    def forget(self, now: float) -> bool:
        """Let go of the texts that may not be kept at ``now`` (Unix seconds); tell whether there were any."""
        found = False
        for kept in self._kept.values():
            for at, one in enumerate(kept):
                if one.kept_until is not None and one.kept_until <= now:
                    kept[at] = one.forgotten()
                    found = True
        return found

    def give_up(self) -> None:
        """Forget accepted records that will get no outcome any more: the run has ended without them."""
        self.accepted = sum(self.outcomes.values())

    def settle(self, account: Accounting) -> None:
        """Take over the store's account, which also knows what an earlier part of a resumed run has done."""
        self.outcomes = Counter({outcome: getattr(account, outcome) for outcome in OUTCOMES})
        self.accepted = account.total

    @property
    def counts(self) -> Counts:
        """The accounting so far."""
        named = {outcome: self.outcomes[outcome] for outcome in OUTCOMES}
        return Counts(**named, in_flight=self.accepted - sum(named.values()))

    def kept(self, name: str) -> tuple[RecordResult, ...]:
        """Return the kept results of one list in the order of the records: ``successful``, ``skipped`` or
        ``failed``.
        """
        return tuple(sorted(self._kept[name], key=lambda result: result.index))
