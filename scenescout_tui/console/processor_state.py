"""The console's one reactive state: what the engine does, and the ways to make it do something.

The counterpart of a React hook ``useEventProcessor``. It reads the engine's newest snapshot a few times a
second and never waits for the engine; answers come back as callbacks on the console's thread. The wire types
of commands are imported where they are used: none is needed on the way to the first paint.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from textual.reactive import reactive
from textual.timer import Timer
from textual.widget import Widget

from scenescout_tui.imports.snapshot import STARTING, EngineSnapshot, ErrorGroupRow, MetricsRow

if TYPE_CHECKING:
    from scenescout_tui.imports.commands import Command, CommandResult, Query
    from scenescout_tui.imports.handle import EngineHandle

    Said = Callable[[CommandResult], None]

#: Seconds between looks at the snapshot when the terminal keeps up: 4 a second.
REFRESH = 0.25
#: Writes that wait for the terminal before looks become rarer; Textual blocks at 30.
_BACKLOG = 3
_SLOWEST = 8


@dataclass(frozen=True, slots=True)
class ProcessorStats:
    """The counters of the hook: workers, queue depth, metrics."""

    workers: int = 0
    max_workers: int = 0
    queue_depth: int = 0
    metrics: MetricsRow = field(default_factory=MetricsRow)


class ProcessorState(Widget):
    """Holds what the engine published last; invisible, watched by the screens.

    ``auto_refresh`` is the seconds between looks, None for `refresh_stats` alone. ``on_success(results)`` and
    ``on_error(error)`` are called on the console's thread when a run that was started here has ended.
    """

    DEFAULT_CSS = "ProcessorState { display: none; }"

    #: The newest picture; widgets draw from it.
    snapshot: reactive[EngineSnapshot] = reactive(STARTING, always_update=True)
    #: True while any run is going.
    is_processing: reactive[bool] = reactive(False)
    stats: reactive[ProcessorStats] = reactive(ProcessorStats())
    #: Groups of errors that nobody has cleared yet.
    errors: reactive[tuple[ErrorGroupRow, ...]] = reactive(())

    def __init__(
        self,
        *,
        auto_refresh: float | None = REFRESH,
        on_success: Callable[[Sequence[Any]], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
        backlog: Callable[[], int] = lambda: 0,
    ) -> None:
        super().__init__()
        self._auto_refresh = auto_refresh
        self._on_success = on_success
        self._on_error = on_error
        self._backlog = backlog
        self._handle: EngineHandle | None = None
        self._ended: str | None = None
        self._timer: Timer | None = None
        self._skip = 0
        #: Seconds that the engine's clock was behind ours when its newest picture came.
        self._behind = 0.0

    @property
    def now(self) -> float:
        """The time by the engine's clock, in seconds since the epoch."""
        return time.time() - self._behind

    @property
    def is_attached(self) -> bool:
        """True from the moment there is an engine to talk to until it has ended."""
        return self._handle is not None and self._ended is None

    @property
    def looks_by_itself(self) -> bool:
        """False where it looks at the engine only when it is told to."""
        return self._auto_refresh is not None

    def attach(self, handle: EngineHandle) -> None:
        """Take the engine's handle, look at it now, and from now on."""
        self._handle = handle
        self.when(handle.ended, self._engine_ended)
        self.refresh_stats()
        if self._auto_refresh is not None:
            self._timer = self.set_interval(self._auto_refresh, self._look)

    def fail(self, reason: str) -> None:
        """Say that there is no engine (any more): the numbers stay, their state becomes ``failed``."""
        self._ended = reason
        self._publish(_without_engine(self.snapshot, reason))

    def refresh_stats(self) -> None:
        """Read the newest snapshot now."""
        if self._handle is None or self._ended is not None:
            return
        snapshot = self._handle.snapshot()
        if snapshot.number != self.snapshot.number or self.snapshot is STARTING:
            self._behind = time.time() - snapshot.at
            self._publish(snapshot)

    def process_eventbrite_events(
        self, payloads: Sequence[Any] | None = None, *, inputs: Sequence[str] = ()
    ) -> None:
        """Import Eventbrite payloads (decoded JSON), files or feeds; else what the settings ask for."""
        self.start_import("eventbrite", payloads, inputs)

    def process_yelp_events(
        self, payloads: Sequence[Any] | None = None, *, inputs: Sequence[str] = ()
    ) -> None:
        """Import Yelp payloads (decoded JSON), files or feeds; else what the settings ask for."""
        self.start_import("yelp", payloads, inputs)

    def process_manual_event(
        self, form: Mapping[str, Any], *, said: Said | None = None, done: Callable[[Any], None] | None = None
    ) -> None:
        """Submit one event; ``done`` gets the run's report, or the exception instead of it."""
        self.start_import("manual", [dict(form)], (), said=said, done=done)

    def clear_errors(self, group: str | None = None, *, said: Said | None = None) -> None:
        """Acknowledge the errors of one group, else all."""
        from scenescout_tui.imports.commands import ClearErrors

        self.send(ClearErrors(group), said)

    def start_import(
        self,
        source: str,
        payloads: Sequence[Any] | None = None,
        inputs: Sequence[str] = (),
        *,
        ask: tuple[tuple[str, str], ...] = (),
        said: Said | None = None,
        done: Callable[[Any], None] | None = None,
    ) -> None:
        """Start a run of any source over payloads, inputs, or what its API is asked for; its end is told to
        ``done`` and to ``on_success`` or ``on_error``.
        """
        from scenescout_tui.imports.commands import StartImport

        command = StartImport(source, tuple(inputs), None if payloads is None else tuple(payloads), ask)
        self.send(command, said, done)

    def send(
        self, command: Command, said: Said | None = None, done: Callable[[Any], None] | None = None
    ) -> None:
        """Send a command; ``said`` gets the answer. If it started runs, the end of each is waited for."""
        from scenescout_tui.imports.commands import CommandResult, GetRunReport, StartImport

        def answered(future: Future[CommandResult]) -> None:
            result = _result(future)
            if said is not None:
                said(result)
            for run_id in _runs_of(result):
                self.ask(GetRunReport(run_id, wait=True), lambda report: self._run_ended(report, done))
            if not result.ok and isinstance(command, StartImport):
                self._tell_error(_error(result.message, code=result.code or "SPAWNER_ERROR"))
            self.refresh_stats()

        if not self.is_attached or self._handle is None:
            if said is not None:
                said(
                    CommandResult(
                        False, self._ended or "The engine is still starting; try again in a moment."
                    )
                )
            return
        self.when(self._handle.send(command), answered)

    def ask(self, query: Query, then: Callable[[Any], None]) -> None:
        """Ask a query; ``then`` gets the answer, or the exception instead of it."""
        if self._handle is None:
            then(_error("The engine is still starting; try again in a moment."))
            return
        self.when(self._handle.query(query), lambda future: then(future.exception() or future.result()))

    def _look(self) -> None:
        """Look, but the rarer the more writes wait: a slow link gets fewer pictures, not later ones."""
        if self._skip > 0:
            self._skip -= 1
            return
        self._skip = min(_SLOWEST, self._backlog() // _BACKLOG)
        self.refresh_stats()

    def _publish(self, snapshot: EngineSnapshot) -> None:
        self.is_processing = snapshot.state in {"processing", "draining"} or any(
            run.state in {"running", "draining"} for run in snapshot.runs
        )
        self.stats = ProcessorStats(
            snapshot.workers_busy, snapshot.max_workers, snapshot.queue_depth, snapshot.metrics
        )
        self.errors = snapshot.error_groups
        self.snapshot = snapshot

    def _engine_ended(self, future: Future[None]) -> None:
        self.refresh_stats()
        if self._timer is not None:
            self._timer.stop()
        error = None if future.cancelled() else future.exception()
        if error is not None:
            text = str(error) or type(error).__name__
            self.fail(f"the engine died: {text}")
            self._tell_error(error if isinstance(error, Exception) else _error(text))
        elif self.snapshot.state not in {"stopped", "failed"}:
            self.fail("the engine has stopped")
        else:
            self._ended = self.snapshot.detail or "The engine has stopped."

    def _run_ended(self, report: Any, done: Callable[[Any], None] | None) -> None:
        self.refresh_stats()
        if done is not None:
            done(report)
        if isinstance(report, Exception):
            self._tell_error(report)
        elif report.state == "parked":
            return  # it goes on by itself
        elif report.state == "completed":
            if self._on_success is not None:
                self._on_success(report.results)
        else:
            self._tell_error(_error(f"run {str(report.run_id)[-6:]} is {report.state}"))

    def _tell_error(self, error: Exception) -> None:
        if self._on_error is not None:
            self._on_error(error)

    def when(self, future: Future[Any], then: Callable[[Future[Any]], None]) -> None:
        """Call ``then(future)`` on the console's thread once it is done, unless the console has ended."""
        loop = asyncio.get_running_loop()

        def on_done(future: Future[Any]) -> None:
            if loop.is_closed():
                return
            try:
                loop.call_soon_threadsafe(hand_over, future)
            except RuntimeError:
                # The loop was closed between the look and the call.
                return

        def hand_over(future: Future[Any]) -> None:
            # As a message of this widget, so that a bug in it ends the app visibly.
            if self.is_running:
                self.call_next(then, future)

        future.add_done_callback(on_done)


def _without_engine(snapshot: EngineSnapshot, reason: str) -> EngineSnapshot:
    """Give the last picture as it stands when nothing works on it any more: what was running is not."""
    return replace(
        snapshot,
        state="failed",
        detail=reason,
        workers_busy=0,
        workers=(),
        waiting=(),
        waiting_reasons=(),
        metrics=replace(snapshot.metrics, tasks_per_second=0.0, events_per_second=0.0),
        sources=tuple(
            source
            if source.state == "idle"
            else replace(
                source,
                state="failed",
                run_id=None,
                detail="cut short",
                waits="",
                until=None,
                breaker="closed",
            )
            for source in snapshot.sources
        ),
        runs=tuple(
            replace(run, state="interrupted", ended_at=snapshot.at)
            if run.ended_at is None
            else replace(run, resumable=False)
            for run in snapshot.runs
        ),
    )


def _runs_of(result: CommandResult) -> tuple[str, ...]:
    if not result.ok:
        return ()
    if "run_ids" in result.data:
        return tuple(result.data["run_ids"])
    return (result.data["run_id"],) if "run_id" in result.data else ()


def _error(message: str, code: str = "SPAWNER_ERROR") -> Exception:
    # Loaded when something fails, not on the way to the first paint.
    from scenescout_tui.errors import SpawnerError

    return SpawnerError(message, code=code)


def _result(future: Future[CommandResult]) -> CommandResult:
    error = future.exception()
    if error is None:
        return future.result()
    from scenescout_tui.imports.commands import CommandResult

    return CommandResult(False, str(error) or type(error).__name__, code=getattr(error, "code", None))
