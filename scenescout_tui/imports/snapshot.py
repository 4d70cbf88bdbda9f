"""The engine as the doors see it: one frozen picture, published at most every 100 ms and at state changes.

These are wire types: plain data, no methods that ask anything. Ages and rates are computed when the
picture is taken,
so that a console on another machine shows the same numbers. Times named ``*_at`` and ``until`` are seconds
since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

EngineState = Literal["starting", "idle", "processing", "paused", "draining", "stopped", "failed", "viewer"]
SourceState = Literal["idle", "running", "waiting", "paused", "failed"]
BreakerState = Literal["closed", "open", "half-open"]
JobState = Literal["running", "done", "cancelled", "failed"]
RunState = Literal["running", "draining", "completed", "failed", "cancelled", "interrupted", "parked"]


@dataclass(frozen=True, slots=True)
class Counts:
    """The accounting of one or more runs; ``total`` is always the sum of the others (DESIGN §6)."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    review: int = 0
    skipped: int = 0
    failed: int = 0
    in_flight: int = 0

    @property
    def total(self) -> int:
        """All records accepted so far, finished or not."""
        return self.finished + self.in_flight

    @property
    def finished(self) -> int:
        """Records with an outcome."""
        return (
            self.created
            + self.updated
            + self.unchanged
            + self.duplicate
            + self.review
            + self.skipped
            + self.failed
        )


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """One busy worker."""

    worker_id: int
    task: str
    #: Seconds since this attempt started.
    age: float
    attempt: int
    max_attempts: int
    #: True from the moment its attempt timed out or was cancelled until the handler has really ended.
    cancelling: bool = False


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One task that waits for its next attempt; it holds no worker."""

    task: str
    attempt: int
    max_attempts: int
    #: When the next attempt may start.
    until: float
    reason: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source of the list, with the run that works on it, if any."""

    name: str
    title: str
    state: SourceState
    #: What a person wants to know in one line: "page 14", "idle, last run 09:12: 1,204 new".
    detail: str
    run_id: str | None = None
    done: int = 0
    #: Records expected; None where nobody knows.
    total: int | None = None
    #: Part of the input read and finished, 0 to 1; None where nobody knows.
    fraction: float | None = None
    #: Events per second of this run.
    rate: float = 0.0
    #: Seconds left; None where nobody knows.
    eta: float | None = None
    #: Why nothing comes for now, and when that may be over: "the daily limit is used", "circuit open (5
    #: failures in a row)"; "" and None while nothing waits.
    waits: str = ""
    until: float | None = None
    #: What the service says of its own limit: requests left, of how many, until when.
    budget_left: int | None = None
    budget_limit: int | None = None
    budget_resets_at: float | None = None
    breaker: BreakerState = "closed"
    #: The key imports at once: a token is set (or none needed), and what to ask for is known.
    ready: bool = False
    #: What must be shown beside its content, as its terms demand: "Event data from Yelp".
    attribution: str = ""
    #: Records whose content was blanked because the source's terms let nobody keep it longer.
    expired: int = 0


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run, newest first in the snapshot."""

    run_id: str
    source: str
    state: RunState
    started_at: float
    ended_at: float | None
    counts: Counts
    inputs: str = ""
    note: str = ""
    #: When a parked run goes on by itself.
    resume_at: float | None = None
    #: Whether `ResumeRuns` can go on with it.
    resumable: bool = False
    #: Records that its source no longer lists.
    missing: int = 0
    #: Some of its pages were older copies.
    stale: bool = False


@dataclass(frozen=True, slots=True)
class ErrorGroupRow:
    """Errors that are the same to an operator: same source, stage, code and normalised message."""

    key: str
    source: str
    stage: str
    code: str
    message: str
    count: int
    first_seen: float
    last_seen: float
    #: What the operator can do next, in one sentence.
    action: str
    #: Where the newest of them stood: "events.ndjson record 12", or "".
    sample: str = ""


@dataclass(frozen=True, slots=True)
class NewestEvent:
    """An event that was just written, for the column that shows what comes in."""

    event_id: str
    title: str
    starts_at: str
    city: str
    source: str
    outcome: str


@dataclass(frozen=True, slots=True)
class MetricsRow:
    """Task metrics of the spawner (seconds, tasks per second) and the event rate of the engine."""

    total_tasks: int = 0
    completed_tasks: int = 0
    failed_tasks: int = 0
    retried_tasks: int = 0
    cancelled_tasks: int = 0
    average_time: float = 0.0
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    tasks_per_second: float = 0.0
    #: Records finished per second, over the last few seconds.
    events_per_second: float = 0.0


@dataclass(frozen=True, slots=True)
class JobRow:
    """One piece of long work beside the imports: a retry of many, an export."""

    job_id: str
    title: str
    state: JobState
    done: int = 0
    skipped: int = 0
    failed: int = 0
    #: None where nobody knows.
    total: int | None = None
    #: Per second, since it began.
    rate: float = 0.0
    #: Seconds left; None where nobody knows.
    eta: float | None = None
    #: What came of it, once it has ended.
    result: str = ""


@dataclass(frozen=True, slots=True)
class EngineSnapshot:
    """Everything a door shows without asking. Compare ``number`` to know whether anything is new."""

    #: Grows by one with every published picture.
    number: int
    at: float
    state: EngineState
    #: Why the state is what it is, in words ("paused: operator", "the engine is run by pid 4711"); may be
    #: empty.
    detail: str = ""
    #: Name of the database for the status line, without directory or password.
    database: str = ""
    workers_busy: int = 0
    max_workers: int = 0
    queue_depth: int = 0
    queue_limit: int = 0
    workers: tuple[WorkerRow, ...] = ()
    waiting: tuple[WaitingRow, ...] = ()
    #: Why nothing or little starts, in words of the spawner.
    waiting_reasons: tuple[str, ...] = ()
    metrics: MetricsRow = MetricsRow()
    #: Sum over the runs of this session.
    counts: Counts = Counts()
    sources: tuple[SourceRow, ...] = ()
    runs: tuple[RunRow, ...] = ()
    error_groups: tuple[ErrorGroupRow, ...] = ()
    #: Errors not cleared yet, in all groups together.
    errors_open: int = 0
    #: How many errors the last clear took away; 0 when there is nothing to undo.
    undoable: int = 0
    #: Manual submissions that wait for a person.
    pending_review: int = 0
    #: Pairs of events that wait for a person to say whether they are one.
    pairs_to_review: int = 0
    newest: tuple[NewestEvent, ...] = ()
    #: Long work beside the imports, the newest last; those that ended stay for a while.
    jobs: tuple[JobRow, ...] = ()
    #: Grows when the store was read again: lists that come from it may have changed.
    store_revision: int = 0
    #: One sample a second, oldest first, at most 300.
    queue_history: tuple[int, ...] = ()
    throughput_history: tuple[float, ...] = ()
    #: Resident memory of the process, MB.
    memory_mb: float = 0.0
    #: Unfinished tasks by name, after a forced stop.
    unfinished: tuple[str, ...] = field(default=())


STARTING = EngineSnapshot(number=0, at=0.0, state="starting", detail="starting the engine")
