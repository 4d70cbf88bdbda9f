"""Builds the engine's picture: what the core knows, rates over time, and the few lists that come from the
store.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace

from scenescout_tui.imports.core import ImportCore
from scenescout_tui.imports.history import Rate, Samples
from scenescout_tui.imports.memory import resident_mb
from scenescout_tui.imports.report import OUTCOMES, PROCESSED, RecordResult
from scenescout_tui.imports.run import ImportRun
from scenescout_tui.imports.snapshot import (
    Counts,
    EngineSnapshot,
    EngineState,
    NewestEvent,
    RunRow,
    SourceRow,
    SourceState,
    WaitingRow,
    WorkerRow,
)
from scenescout_tui.imports.store_view import (
    RUNS_SHOWN,
    SOURCES,
    StoreView,
    last_run_words,
    look,
    recent_runs,
)

NEWEST_SHOWN = 60


class Publisher:
    """Keeps what a picture needs between two pictures; `build` takes one."""

    def __init__(self, core: ImportCore, database: str) -> None:
        self._core = core
        self._database = database
        self._rate = Rate()
        self._queue = Samples()
        self._throughput = Samples()
        self._newest: deque[NewestEvent] = deque(maxlen=NEWEST_SHOWN)
        self._earlier: tuple[RunRow, ...] = ()
        self._view = StoreView()
        self.pause_reason = ""

    async def read_store(self) -> None:
        """Read the lists that only the store has: error groups, pending submissions."""
        self._view = await self._core.threads.read(look, self._core.store)

    async def read_history(self) -> None:
        """Read the runs of earlier sessions, once."""
        self._earlier = await self._core.threads.read(recent_runs, self._core.store)

    def note_results(self, results: tuple[RecordResult, ...]) -> None:
        """Remember the events of a batch that are new or changed, for the column that shows what comes in."""
        self._newest.extendleft(
            NewestEvent(one.event_id or "", one.title, one.starts_at, one.city, one.source, one.outcome)
            for one in results
            if one.outcome in PROCESSED and one.title
        )

    def sample(self) -> None:
        """Take the once-a-second samples of the sparklines; call it only while something goes on."""
        self._queue.add(self._core.spawner.get_status().queued)
        self._throughput.add(self._rate.per_second)

    def mark(self, now: float) -> None:
        """Note the counters for the rates; ``now`` is seconds of a clock that never goes back."""
        self._rate.mark(now, self._counts().finished)

    def rest(self) -> None:
        """Tell that nothing goes on any more: rates fall to zero at once."""
        self._rate.reset()
        self._queue.add(0)
        self._throughput.add(0.0)

    def build(self, previous: EngineSnapshot, state: EngineState, detail: str) -> EngineSnapshot:
        """Take a picture; it is ``previous`` itself where nothing changed but the time."""
        status = self._core.spawner.get_status()
        now, monotonic = time.time(), time.monotonic()
        busy = state in ("processing", "draining")
        picture = replace(
            previous,
            state=state,
            detail=detail,
            database=self._database,
            workers_busy=status.workers,
            max_workers=status.max_workers,
            queue_depth=status.queued,
            queue_limit=self._core.config.max_queue_size,
            workers=self._workers(monotonic),
            waiting=self._waiting(now - monotonic),
            waiting_reasons=tuple(status.waiting),
            metrics=self._core.metrics(self._rate.per_second),
            counts=self._counts(),
            sources=tuple(self._source(*one) for one in SOURCES),
            runs=self._runs(),
            error_groups=self._view.error_groups,
            errors_open=self._view.errors_open,
            undoable=self._view.undoable,
            pending_review=self._view.pending,
            newest=tuple(self._newest),
            queue_history=tuple(int(value) for value in self._queue.values()),
            throughput_history=self._throughput.values(),
            memory_mb=round(resident_mb()) if busy or not previous.memory_mb else previous.memory_mb,
        )
        if picture == previous:
            return previous
        return replace(picture, number=previous.number + 1, at=now)

    def _workers(self, monotonic: float) -> tuple[WorkerRow, ...]:
        return tuple(
            WorkerRow(
                worker_id=view.worker_id,
                task=view.task_name,
                age=max(0.0, monotonic - view.started_at),
                attempt=view.attempt,
                max_attempts=view.max_attempts,
                cancelling=view.cancelling,
            )
            for view in self._core.spawner.worker_views()
        )

    def _waiting(self, epoch_offset: float) -> tuple[WaitingRow, ...]:
        return tuple(
            WaitingRow(
                task=view.task_name,
                attempt=view.attempt,
                max_attempts=view.max_attempts,
                until=view.due_at + epoch_offset,
                reason=view.error_message,
            )
            for view in self._core.spawner.retry_views()
        )

    def _counts(self) -> Counts:
        parts = [run.tally.counts for run in self._core.runs.values()]
        past = self._core.past
        named = {
            name: past[name] + sum(getattr(part, name) for part in parts) for name in (*OUTCOMES, "in_flight")
        }
        return Counts(**named)

    def _runs(self) -> tuple[RunRow, ...]:
        rows = [_live_run(run) for run in reversed(self._core.runs.values())]
        rows.extend(self._earlier)
        return tuple(rows[:RUNS_SHOWN])

    def _source(self, name: str, title: str, empty: str) -> SourceRow:
        live = next((run for run in self._core.running() if run.source == name), None)
        if live is not None:
            return self._running_source(name, title, live)
        last = next((row for row in self._runs() if row.source == name), None)
        detail = empty if last is None else last_run_words(last)
        if name == "manual" and self._view.pending:
            detail = f"{self._view.pending:,} pending review"
        state: SourceState = "failed" if last is not None and last.state == "failed" else "idle"
        return SourceRow(name=name, title=title, state=state, detail=detail)

    def _running_source(self, name: str, title: str, run: ImportRun) -> SourceRow:
        counts = run.tally.counts
        elapsed = max(time.time() - run.started_at, 0.001)
        rate = counts.finished / elapsed
        expected = run.expected
        if expected is None and run.fraction:
            expected = round(counts.total / run.fraction)
        fraction = min(1.0, counts.finished / expected) if expected else None
        eta = (expected - counts.finished) / rate if expected and rate > 0 else None
        paused = bool(self.pause_reason)
        return SourceRow(
            name=name,
            title=title,
            state="paused" if paused else "running",
            detail=f"paused: {self.pause_reason}"
            if paused
            else f"page {run.page}"
            if run.page
            else "opening",
            run_id=run.run_id,
            done=counts.finished,
            total=run.expected,
            fraction=fraction,
            rate=rate,
            eta=None if paused else eta,
        )


def _live_run(run: ImportRun) -> RunRow:
    return RunRow(
        run_id=run.run_id,
        source=run.source,
        state=run.state,
        started_at=run.started_at,
        ended_at=run.ended_at,
        counts=run.tally.counts,
        inputs=run.inputs,
        note=str(run.error) if run.error else "",
    )
