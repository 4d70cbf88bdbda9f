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
from scenescout_tui.imports.services import is_ready
from scenescout_tui.imports.snapshot import (
    Counts,
    EngineSnapshot,
    EngineState,
    JobRow,
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
    shown_as,
)
from scenescout_tui.sources.adapters import ADAPTERS

NEWEST_SHOWN = 60


class Publisher:
    """Keeps what a picture needs between two pictures; `build` takes one."""

    def __init__(self, core: ImportCore, database: str) -> None:
        self._core = core
        self._database = database
        self._rate = Rate()
        self._queue = Samples()
        self._throughput = Samples()
        #: The newest events, each with the time until which it may be kept.
        self._newest: deque[tuple[NewestEvent, float | None]] = deque(maxlen=NEWEST_SHOWN)
        self._earlier: tuple[RunRow, ...] = ()
        self._view = StoreView()
        self._revision = 0
        self.pause_reason = ""

    async def read_store(self) -> None:
        """Read the lists that only the store has: error groups, pending submissions."""
        self._view = await self._core.threads.read(look, self._core.store)
        self._revision += 1

    async def read_history(self) -> None:
        """Read the runs of earlier sessions, once."""
        self._earlier = await self._core.threads.read(recent_runs, self._core.store)

    def note_results(self, results: tuple[RecordResult, ...]) -> None:
        """Remember the events of a batch that are new or changed, for the column that shows what comes in."""
        self._newest.extendleft(
            (_newest(one), one.kept_until) for one in results if one.outcome in PROCESSED and one.title
        )

    def forget(self, now: float) -> bool:
        """Let go of events that may not be kept at ``now`` (Unix seconds); tell whether there were any."""
        left = [one for one in self._newest if one[1] is None or one[1] > now]
        if len(left) == len(self._newest):
            return False
        self._newest = deque(left, maxlen=NEWEST_SHOWN)
        return True

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

    def build(
        self, previous: EngineSnapshot, state: EngineState, detail: str, jobs: tuple[JobRow, ...]
    ) -> EngineSnapshot:
        """Take a picture; it is ``previous`` itself where nothing changed but the time."""
        status = self._core.spawner.get_status()
        now, monotonic = time.time(), time.monotonic()
        busy = state in ("processing", "draining")
        runs = self._runs()
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
            sources=tuple(self._source(*one, runs) for one in SOURCES),
            runs=runs,
            error_groups=self._view.error_groups,
            errors_open=self._view.errors_open,
            undoable=self._view.undoable,
            pending_review=self._view.pending,
            pairs_to_review=self._view.pairs,
            jobs=jobs,
            store_revision=self._revision,
            newest=tuple(one for one, _ in self._newest),
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
        live = {row.run_id for row in rows}
        rows.extend(row for row in self._earlier if row.run_id not in live)
        resumable = self._view.resumable
        stuck = self._core.stuck
        return tuple(
            replace(
                row,
                resumable=row.run_id in resumable and row.ended_at is not None,
                note=stuck.get(row.run_id, row.note),
                resume_at=None if row.run_id in stuck else row.resume_at,
            )
            for row in rows[:RUNS_SHOWN]
        )

    def _source(self, name: str, title: str, empty: str, runs: tuple[RunRow, ...]) -> SourceRow:
        live = next((run for run in self._core.running() if shown_as(run.source) == name), None)
        if live is not None:
            row = self._gated(self._running_source(name, title, live), live.source)
            return self._between_attempts(row, live)
        mine = [row for row in runs if shown_as(row.source) == name]
        parked = mine[0] if mine and mine[0].state == "parked" else None
        detail = empty if not mine else last_run_words(mine[0])
        if name == "manual" and self._view.pending:
            detail = f"{self._view.pending:,} pending review"
        state: SourceState = "failed" if mine and mine[0].state == "failed" else "idle"
        row = SourceRow(name=name, title=title, state=state, detail=detail)
        if parked is not None:
            row = replace(
                row, state="waiting", run_id=parked.run_id, waits=parked.note, until=parked.resume_at
            )
        return self._gated(row, name)

    def _gated(self, row: SourceRow, service: str) -> SourceRow:
        """Add what is known of the service behind a source: its limit, its breaker, its terms."""
        adapter = ADAPTERS.get(row.name)
        row = replace(
            row,
            ready=is_ready(row.name, self._core.settings),
            attribution=adapter.attribution if adapter is not None else "",
            expired=self._view.expired.get(row.name, 0),
        )
        gate = self._core.gates.view(service)
        if gate is None:
            return row
        row = replace(
            row,
            breaker=gate.breaker,
            budget_left=gate.budget_left,
            budget_limit=gate.budget_limit,
            budget_resets_at=_steady(gate.budget_resets_at),
        )
        if gate.waits and row.state == "idle" and gate.breaker != "closed":
            return replace(row, waits=gate.waits, until=_steady(gate.until))
        if gate.waits and row.state == "running":
            return replace(row, state="waiting", waits=gate.waits, until=_steady(gate.until), eta=None)
        return row

    def _between_attempts(self, row: SourceRow, run: ImportRun) -> SourceRow:
        """Say of a run whose page failed why, and when it is asked for again."""
        offset = time.time() - time.monotonic()
        for view in self._core.spawner.retry_views():
            if row.state == "running" and view.task_name == run.page_task:
                until = _steady(view.due_at + offset)
                return replace(row, state="waiting", waits=view.error_message, until=until, eta=None)
        return row

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


def _newest(one: RecordResult) -> NewestEvent:
    return NewestEvent(one.event_id or "", one.title, one.starts_at, one.city, one.source, one.outcome)


def _live_run(run: ImportRun) -> RunRow:
    return RunRow(
        run_id=run.run_id,
        source=run.source,
        state=run.state,
        started_at=run.started_at,
        ended_at=run.ended_at,
        counts=run.tally.counts,
        inputs=run.inputs,
        note=str(run.error) if run.error else run.note,
        resume_at=run.resume_at,
        missing=run.missing,
        stale=run.stale,
    )


def _steady(moment: float | None) -> float | None:
    """Round a moment that is computed anew for each picture, so that pictures differ only where something
    changed.
    """
    return None if moment is None else float(round(moment))
