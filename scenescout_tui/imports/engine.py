"""The engine: owns spawner, store and runs, obeys commands, answers queries, and publishes what a door
shows.
"""

from __future__ import annotations

import getpass
import logging
import os
import time
from collections.abc import Callable, Mapping
from typing import Any, assert_never

import anyio
import anyio.abc

from scenescout_tui.errors import SpawnerError, classify_error
from scenescout_tui.imports.asking import Deed, StoreQuery
from scenescout_tui.imports.commands import (
    CancelJob,
    CancelRun,
    ClearErrors,
    Command,
    CommandResult,
    GetRunReport,
    ListErrors,
    Pause,
    Query,
    RefreshExpired,
    Resize,
    Resume,
    ResumeRuns,
    RetryDeadLetters,
    StartImport,
    Stop,
    UndoClear,
)
from scenescout_tui.imports.core import ImportCore
from scenescout_tui.imports.doing import answer, do
from scenescout_tui.imports.doing.desk import Desk, Shelf
from scenescout_tui.imports.indexing import index_events
from scenescout_tui.imports.jobs import Jobs
from scenescout_tui.imports.memory import resident_mb
from scenescout_tui.imports.opening import WalkFactory
from scenescout_tui.imports.publisher import Publisher
from scenescout_tui.imports.report import RecordResult, RunReport
from scenescout_tui.imports.request import RunRequest
from scenescout_tui.imports.resuming import Waker, resume_runs
from scenescout_tui.imports.retention import blank_expired, refresh
from scenescout_tui.imports.retry import start_retries
from scenescout_tui.imports.review import answer_review, obey_review
from scenescout_tui.imports.review_commands import (
    ApproveSubmissions,
    CountReview,
    DecideReview,
    DecideReviewByRule,
    GetReviewItem,
    ListReview,
    RefuseSubmissions,
    UndoDecision,
)
from scenescout_tui.imports.snapshot import STARTING, EngineSnapshot, EngineState
from scenescout_tui.imports.store_view import database_label, list_errors
from scenescout_tui.settings import RESOURCE_LIMITS, Settings
from scenescout_tui.store import NotFoundError

log = logging.getLogger(__name__)

#: Seconds between two pictures while something goes on.
TICK = 0.1
#: Seconds between two reads of the lists that come from the store.
STORE_READ = 0.5
#: Seconds between two looks for parked runs that may go on and content that may not be kept.
HOUSEKEEPING = 2.0
MAX_WORKERS = 1_000


class ImportEngine:
    """Runs in a loop of its own, usually in a thread of its own (see `local`).

    ``publish`` is called with every new picture, in the engine's thread; `run` returns when a `Stop` was
    obeyed. ``wakes_parked``: runs that wait for their source's limit go on by themselves. ``spreads``: large
    imports take worker processes also where the settings say nothing of them (see `Preparer`). ``tty``: the
    terminal of whoever commands, for the audit log.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        samples: Mapping[str, WalkFactory] | None = None,
        publish: Callable[[EngineSnapshot], None] = lambda picture: None,
        wakes_parked: bool = True,
        spreads: bool = False,
        tty: str | None = None,
    ) -> None:
        self._settings = settings
        self._wakes_parked = wakes_parked
        self._core = ImportCore(settings, alone=True, samples=samples, changed=self._change, spreads=spreads)
        self._publish = publish
        self._publisher = Publisher(self._core, database_label(settings.database_url))
        self._picture = STARTING
        self._changed = anyio.Event()
        self._store_is_stale = True
        self._stop: Stop | None = None
        self._stopped = anyio.Event()
        self._pause_reason: str | None = None
        self._memory_start = resident_mb()
        self._who = f"{getpass.getuser()} pid {os.getpid()}"
        self._tty = tty
        self._jobs = Jobs(self._change)
        self._desk = Desk(
            self._core,
            self._core.threads,
            self._jobs,
            self._who,
            tty,
            self._results,
            self._store_changed,
        )
        self.unfinished: tuple[str, ...] = ()

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Open the store, say ``ready``, and work until a `Stop`.

        :raises EngineLockedError: when another process runs the engine of this database.
        :raises DatabaseError: when the database cannot be opened.
        """
        async with self._core:
            await self._publisher.read_history()
            await self._publisher.read_store()
            self._show()
            ready()
            async with anyio.create_task_group() as group:
                self._jobs.work_in(group)
                group.start_soon(self._keep_publishing)
                group.start_soon(self._keep_house)
                await self._stopped.wait()
                await self._drain()
                group.cancel_scope.cancel()
        self._show("stopped")

    # ── commands
    # ─────────────────────────────────────────────────────────────────────────────────────────────

    async def obey(self, command: Command) -> CommandResult:
        """Do what a door asks for; a refusal is a result, never an exception."""
        try:
            result = await self._obey(command)
        except Exception as error:
            found = classify_error(error)
            if found.type == "BUG":
                log.exception("the command %s failed", type(command).__name__)
            message = error.message if isinstance(error, SpawnerError) else str(error)
            return CommandResult(False, message, found.type, found.action, dict(found.metadata))
        else:
            if result.ok:
                await self._note(command, result)
            return result
        finally:
            self._change()

    async def _note(self, command: Command, result: CommandResult) -> None:
        """Write into the audit log what the store does not note by itself."""
        match command:
            case StartImport(source=source, inputs=inputs):
                action, target, detail = (
                    "import.start",
                    result.data.get("run_id", ""),
                    f"{source} {' '.join(inputs)}",
                )
            case Pause(reason=reason):
                action, target, detail = "engine.pause", "", reason
            case Resume():
                action, target, detail = "engine.resume", "", ""
            case Resize(workers=workers):
                action, target, detail = "engine.resize", "", f"{workers} workers"
            case CancelRun(run_id=run_id):
                action, target, detail = "run.cancel", run_id or "", ""
            case CancelJob(job_id=job_id):
                action, target, detail = "job.cancel", job_id, ""
            case _:
                return
        number = int(result.data.get("count", 1))
        try:
            await self._core.threads.write(
                self._core.store.note,
                action,
                target,
                number,
                detail.strip() or None,
                who=self._who,
                tty=self._tty,
            )
        except SpawnerError as error:
            log.warning("the audit log could not be written: %s", error)

    async def _obey(self, command: Command) -> CommandResult:
        if self._stop is not None and not isinstance(command, Stop):
            return CommandResult(
                False, "the engine is stopping", "SPAWNER_STOPPED", "Start SceneScout again."
            )
        match command:
            case StartImport():
                return await self._start(command)
            case ResumeRuns(run_id=run_id):
                return await resume_runs(self._core, run_id, self._who, self._results)
            case RefreshExpired():
                return await refresh(self._core, self._who, self._results)
            case RetryDeadLetters():
                return await start_retries(self._core, command, self._who, self._results)
            case Pause(reason=reason):
                self._pause(reason)
                return CommandResult(True, "paused: nothing new starts, running work goes on")
            case Resume():
                self._resume()
                return CommandResult(True, "going on")
            case Resize(workers=workers):
                return self._resize(workers)
            case CancelRun(run_id=run_id):
                return self._cancel(run_id)
            case ClearErrors(group=group):
                done = await self._core.threads.write(
                    self._core.store.clear_errors, group=group, who=self._who
                )
                self._store_is_stale = True
                words = f"{done.count:,} errors cleared" if done.count else "there was no error to clear"
                return CommandResult(True, words, data={"count": done.count, "clear_id": done.clear_id})
            case UndoClear():
                return await self._undo_clear()
            case (
                DecideReview()
                | DecideReviewByRule()
                | UndoDecision()
                | ApproveSubmissions()
                | RefuseSubmissions()
            ):
                try:
                    return await obey_review(self._core.threads, command, self._who)
                finally:
                    # Also where it fails: of many decisions some may be written.
                    self._store_is_stale = True
            case CancelJob(job_id=job_id):
                cancelled = self._jobs.cancel(job_id)
                words = "it ends after what it is at" if cancelled else "it has ended already"
                return CommandResult(True, words, data={"count": int(cancelled)})
            case Deed():
                return await do(self._desk, command)
            case Stop():
                self._stop = command
                self._stopped.set()
                return CommandResult(True, "finishing what runs" if command.drain else "stopping now")
            case _:
                assert_never(command)

    async def _start(self, command: StartImport) -> CommandResult:
        run = await self._core.start(
            RunRequest(
                source=command.source,
                inputs=command.inputs,
                payloads=command.payloads,
                ask=command.ask,
                options=command.options,
                resume=command.resume,
                who=self._who,
                label="" if command.payloads is None else command.label,
                on_results=self._results,
            )
        )
        return CommandResult(True, f"{command.source} import started", data={"run_id": run.run_id})

    async def _undo_clear(self) -> CommandResult:
        try:
            count = await self._core.threads.write(self._core.store.undo_clear, who=self._who)
        except NotFoundError:
            return CommandResult(True, "there is nothing to undo", data={"count": 0})
        self._store_is_stale = True
        return CommandResult(True, f"{count:,} errors are back", data={"count": count})

    def _store_changed(self) -> None:
        self._store_is_stale = True
        self._change()

    def _forget_expired(self, now: float) -> bool:
        """Let go of what may not be kept any longer in memory either; tell whether there was anything."""
        forgotten = [run.tally.forget(now) for run in self._core.runs.values()]
        return self._publisher.forget(now) or any(forgotten)

    def _results(self, results: tuple[RecordResult, ...]) -> None:
        self._publisher.note_results(results)
        self._store_is_stale = True

    def _pause(self, reason: str) -> None:
        if self._pause_reason is None:
            self._core.spawner.pause(reason=reason)
            self._pause_reason = self._publisher.pause_reason = reason

    def _resume(self) -> None:
        if self._pause_reason is not None:
            self._core.spawner.resume()
            self._pause_reason = None
            self._publisher.pause_reason = ""

    def _resize(self, workers: int) -> CommandResult:
        if not 1 <= workers <= MAX_WORKERS:
            return CommandResult(
                False,
                f"workers go from 1 to {MAX_WORKERS}",
                "VALIDATION_ERROR",
                "Choose a number in that range.",
            )
        self._core.spawner.resize(workers)
        return CommandResult(True, f"{workers} workers", data={"workers": workers})

    def _cancel(self, run_id: str | None) -> CommandResult:
        chosen = [run for run in self._core.running() if run_id in (None, run.run_id)]
        for run in chosen:
            run.stop(drain=False, state="cancelled")
        words = (
            f"stopped {len(chosen)} imports" if len(chosen) != 1 else f"stopped the {chosen[0].source} import"
        )
        return CommandResult(True, words if chosen else "no import is running", data={"count": len(chosen)})

    # ── queries
    # ──────────────────────────────────────────────────────────────────────────────────────────────

    async def answer(self, query: Query) -> Any:
        """Answer a query; see its docstring for the type.

        :raises SpawnerError: NOT_FOUND for a run nobody knows.
        """
        match query:
            case GetRunReport(run_id=run_id, wait=wait):
                return await self._report(run_id, wait)
            case ListErrors():
                return await self._core.threads.read(list_errors, self._core.store, query)
            case ListReview() | CountReview() | GetReviewItem():
                return await self._core.threads.read(answer_review, self._core.store, query)
            case StoreQuery():
                return await self._core.threads.read(answer, Shelf(self._core.store, self._settings), query)
            case _:
                assert_never(query)

    async def _report(self, run_id: str, wait: bool) -> RunReport:
        run = self._core.runs.get(run_id)
        if run is None:
            raise SpawnerError(
                f"no run {run_id} in this session",
                code="NOT_FOUND",
                metadata={"action": "Look it up with: scenescout runs."},
            )
        if wait:
            await run.ended.wait()
        return run.report(self._core.metrics(), self._core.spawner.get_status().max_workers)

    # ── publishing
    # ───────────────────────────────────────────────────────────────────────────────────────────

    def _change(self) -> None:
        self._changed.set()

    def _state(self) -> tuple[EngineState, str]:
        if self._stop is not None:
            return "draining", "finishing what runs"
        if self._pause_reason is not None:
            return "paused", f"paused: {self._pause_reason}"
        return ("processing", "") if self._core.running() else ("idle", "")

    def _show(self, state: EngineState | None = None) -> None:
        now, detail = self._state() if state is None else (state, "")
        picture = self._publisher.build(self._picture, now, detail, self._jobs.rows())
        if picture is not self._picture:
            self._picture = picture
            self._publish(picture)

    async def _keep_publishing(self) -> None:
        last_sample = last_read = 0.0
        while True:
            await self._changed.wait()
            while self._changed.is_set() or self._core.running():
                self._changed = anyio.Event()
                now = time.monotonic()
                self._publisher.mark(now)
                if self._store_is_stale and now - last_read >= STORE_READ:
                    self._store_is_stale, last_read = False, now
                    await self._read_store()
                if now - last_sample >= 1.0:
                    last_sample = now
                    self._publisher.sample()
                    self._guard_memory()
                self._show()
                await anyio.sleep(TICK)
            self._publisher.rest()
            await self._read_store()
            self._show()

    async def _keep_house(self) -> None:
        """Set parked runs going when their time has come, blank what may not be kept any longer, and index
        what is new while nothing is imported.
        """
        waker = Waker(self._core, self._who, self._results, self._store_changed)
        while True:
            try:
                if self._wakes_parked and self._stop is None:
                    await waker.wake()
                if await blank_expired(self._core):
                    self._store_changed()
                if self._forget_expired(time.time()):
                    self._change()
                if self._stop is None:
                    await index_events(self._core)
            except SpawnerError as error:
                log.warning("housekeeping failed: %s", error)
            await anyio.sleep(HOUSEKEEPING)

    async def _read_store(self) -> None:
        try:
            await self._publisher.read_store()
        except SpawnerError as error:
            self._store_is_stale = True
            log.warning("the lists of the dashboard could not be read: %s", error)

    def _guard_memory(self) -> None:
        """Pause intake while the process holds more memory than its workers may have (DESIGN §5)."""
        workers = self._core.spawner.get_status().max_workers
        limit = self._memory_start + RESOURCE_LIMITS.memory_per_worker / 1e6 * workers
        held = resident_mb()
        if held > limit and self._pause_reason is None:
            names = ", ".join(view.task_name for view in self._core.spawner.worker_views())
            log.warning("memory: %.0f MB of %.0f MB, intake is paused; running: %s", held, limit, names)
            self._pause(f"memory {held:.0f} MB is over {limit:.0f} MB")
        elif held < limit * 0.9 and (self._pause_reason or "").startswith("memory "):
            self._resume()

    async def _drain(self) -> None:
        """End every run, within the drain deadline; name what did not end."""
        stop = self._stop or Stop()
        self._show()
        report = await self._core.drain(self._settings.drain_deadline if stop.drain else 0.0)
        self.unfinished = tuple(report.unfinished)
        for name in self.unfinished:
            log.warning("unfinished at the end: %s", name)
