"""What a spawner shows of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from scenescout_tui.spawner.metrics import SpawnMetrics

State: TypeAlias = Literal["idle", "processing", "paused", "stopping", "stopped"]


@dataclass(frozen=True, slots=True)
class SpawnStatus:
    """A spawner at one moment."""

    status: State
    #: Busy now.
    workers: int
    max_workers: int
    #: Accepted tasks that do not run: in the queue, before a limit, or between retries.
    queued: int
    metrics: SpawnMetrics
    #: Why nothing or little starts, each in words for a person; empty where all goes well.
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A busy worker."""

    worker_id: int
    task_id: str
    task_name: str
    #: When this attempt started, seconds of `time.monotonic()`.
    started_at: float
    attempt: int
    max_attempts: int
    #: Whether the attempt was told to end (timeout or cancel) and has not yet.
    cancelling: bool


@dataclass(frozen=True, slots=True)
class RetryView:
    """A task between two attempts."""

    task_id: str
    task_name: str
    #: The attempt that comes next.
    attempt: int
    max_attempts: int
    #: When, seconds of `time.monotonic()`.
    due_at: float
    error_code: str
    error_message: str


@dataclass(frozen=True, slots=True)
class ShutdownReport:
    """What a shutdown left undone; names of tasks, in the order they were cut."""

    #: Seconds from the call to the end.
    duration: float
    #: Whether the deadline came before the work was done.
    forced: bool
    #: Ended with TASK_CANCELLED: never started, or stopped when told to.
    cancelled: tuple[str, ...] = ()
    #: Ignored the cancellation and were left alone; their handlers may still run.
    abandoned: tuple[str, ...] = ()

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Every task that did not come to its own end, by name."""
        return self.cancelled + self.abandoned
