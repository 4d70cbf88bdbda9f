"""Long work beside the imports, in chunks: it shows how far it is, and can be stopped between two chunks."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from itertools import count

import anyio.abc

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.snapshot import JobRow, JobState

log = logging.getLogger(__name__)

#: Records that a job should take at once: it waits in the writer's line between two chunks.
CHUNK = 500
#: Jobs that have ended and are still shown.
KEPT = 20


class Job:
    """One piece of long work, as whoever does it sees it: report with `advance`, end when `cancelled`."""

    def __init__(self, job_id: str, title: str, total: int | None, changed: Callable[[], None]) -> None:
        self.id = job_id
        self.total = total
        self.done = self.skipped = self.failed = 0
        #: Somebody wants it to end: do no further chunk.
        self.cancelled = False
        self._title = title
        self._changed = changed
        self._state: JobState = "running"
        self._result = ""
        self._began = time.monotonic()
        self._ended: float | None = None

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._ended is None

    def advance(self, done: int = 0, skipped: int = 0, failed: int = 0) -> None:
        """Count what a chunk came to."""
        self.done += done
        self.skipped += skipped
        self.failed += failed
        self._changed()

    def cancel(self) -> None:
        """Let it end after the chunk it is at."""
        self.cancelled = True
        self._changed()

    def end(self, state: JobState, result: str) -> None:
        """Say how it ended."""
        self._state, self._result, self._ended = state, result, time.monotonic()
        self._changed()

    def row(self) -> JobRow:
        """Give it as the doors see it."""
        passed = self.done + self.skipped + self.failed
        elapsed = max((self._ended or time.monotonic()) - self._began, 0.001)
        rate = passed / elapsed
        known = self.total is not None and passed and self.is_running
        eta = (self.total - passed) / rate if known and self.total is not None else None
        return JobRow(
            self.id,
            self._title,
            self._state,
            self.done,
            self.skipped,
            self.failed,
            self.total,
            round(rate, 1),
            None if eta is None else float(round(max(0.0, eta))),
            self._result,
        )


class Jobs:
    """All jobs of one engine, the newest last. ``changed`` is called when a row has changed."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._jobs: dict[str, Job] = {}
        self._numbers = count(1)
        self._group: anyio.abc.TaskGroup | None = None

    def work_in(self, group: anyio.abc.TaskGroup) -> None:
        """Take the tasks' place: they end with it."""
        self._group = group

    @property
    def running(self) -> bool:
        """Whether any job has not ended."""
        return any(job.is_running for job in self._jobs.values())

    def start(self, title: str, total: int | None, work: Callable[[Job], Awaitable[str]]) -> str:
        """Begin ``work`` and give the job's id; ``total`` None where nobody knows how much it is.

        ``work`` gives a sentence about what came of it; empty: the counts are said.
        """
        assert self._group is not None, "the engine runs"
        job = Job(f"job-{next(self._numbers)}", title, total, self._changed)
        self._jobs[job.id] = job
        for old in [one.id for one in self._jobs.values() if not one.is_running][:-KEPT]:
            del self._jobs[old]
        self._group.start_soon(_run, job, work)
        self._changed()
        return job.id

    def cancel(self, job_id: str) -> bool:
        """Let a job end after its chunk; tell whether it was running."""
        job = self._jobs.get(job_id)
        if job is None or not job.is_running:
            return False
        job.cancel()
        return True

    def rows(self) -> tuple[JobRow, ...]:
        """Give all of them, the newest last."""
        return tuple(job.row() for job in self._jobs.values())


async def _run(job: Job, work: Callable[[Job], Awaitable[str]]) -> None:
    try:
        words = await work(job)
    except SpawnerError as error:
        job.end("failed", error.message)
    except Exception as error:
        log.exception("a job failed")
        job.end("failed", f"{type(error).__name__}: {error}")
    else:
        job.end("cancelled" if job.cancelled else "done", words or _counted(job))


def _counted(job: Job) -> str:
    return f"{job.done:,} done, {job.skipped:,} skipped, {job.failed:,} failed"
