"""Spawner and store of one process, and the runs that use them; what `EventProcessor` and `ImportEngine`
share.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from types import TracebackType
from typing import Any, Self

import anyio
import anyio.abc

from scenescout_tui.errors import SpawnerError
from scenescout_tui.events.match import Thresholds
from scenescout_tui.imports.batch import BatchHandler
from scenescout_tui.imports.commands import ImportOptions
from scenescout_tui.imports.dispatch import SpawnerDispatcher
from scenescout_tui.imports.gates import Gates
from scenescout_tui.imports.lock import engine_lock
from scenescout_tui.imports.opening import Opened, Opener, WalkFactory
from scenescout_tui.imports.prepare import PrepareOptions
from scenescout_tui.imports.preparer import Preparer
from scenescout_tui.imports.report import RESULTS_CAP, RecordResult
from scenescout_tui.imports.request import RunRequest
from scenescout_tui.imports.run import ImportRun, RunTools
from scenescout_tui.imports.snapshot import MetricsRow
from scenescout_tui.imports.stores import store_of
from scenescout_tui.imports.threads import StoreThreads
from scenescout_tui.imports.window import Window
from scenescout_tui.settings import Settings, SpawnerConfig
from scenescout_tui.sources.adapters import ADAPTERS, get_adapter
from scenescout_tui.sources.read_options import ReadOptions
from scenescout_tui.spawner import EventSpawner, ShutdownReport, create_spawner
from scenescout_tui.store import BatchOptions, RunRow

log = logging.getLogger(__name__)

OnResults = Callable[[tuple[RecordResult, ...]], None]

_RETENTION = {name: one.retention for name, one in ADAPTERS.items() if one.retention is not None}

#: Batches, and bytes of raw records, that may be on their way at once.
WINDOW_BATCHES = 128
WINDOW_BYTES = 8_000_000
#: Ended runs that can still be asked for their results.
RUNS_KEPT = 20
#: How far back a run to go on with is looked for.
RUNS_SEARCHED = 200
#: How a run has ended that can be gone on with.
RESUMABLE = frozenset({"interrupted", "failed", "cancelled", "parked"})


class ImportCore:
    """Owns the spawner and the store; an async context manager, to be left in the task that entered it.

    ``alone`` says that nobody else may work on the database meanwhile, as an engine needs it; without it
    several programs may. ``samples`` are the walks of sources that can be asked without an input.
    ``spreads``: large imports take worker processes also where the settings say nothing of them (see
    `Preparer`).
    """

    def __init__(
        self,
        settings: Settings,
        *,
        alone: bool = False,
        samples: Mapping[str, WalkFactory] | None = None,
        changed: Callable[[], None] = lambda: None,
        spreads: bool = False,
    ) -> None:
        self.settings = settings
        self.config: SpawnerConfig = settings.spawner_config("EVENT_PROCESSING")
        self.store = store_of(settings)
        self.threads = StoreThreads(self.store)
        # Beside the database; that of a server has no place here, the log has.
        self.gates = Gates(self.store.path or settings.log_file)
        self._opener = Opener(settings, self.threads, self.gates, samples or {})
        #: The running ones and the last that ended; what the others came to is in `past`.
        self.runs: dict[str, ImportRun] = {}
        self.past: Counter[str] = Counter()
        self.spawner: EventSpawner = create_spawner(
            max_workers=self.config.max_workers,
            timeout=self.config.timeout,
            retry_attempts=self.config.retry_attempts,
            retry_delay=self.config.retry_delay,
            max_queue_size=self.config.max_queue_size,
        )
        self._preparer = Preparer(0 if settings.processes is None and not spreads else settings.processes)
        self._changed = changed
        #: Why parked runs whose time has come cannot go on, by their id.
        self.stuck: dict[str, str] = {}
        self._alone = alone
        self._lock = engine_lock(self.store.path)
        self._group: anyio.abc.TaskGroup = anyio.create_task_group()
        #: Held while a run is begun, so that two keys pressed at once cannot begin it twice.
        self._beginning = anyio.Lock()
        self._tools = RunTools(
            spawner=self.spawner,
            threads=self.threads,
            paging=settings.spawner_config("API_INGESTION"),
            window=Window(min(WINDOW_BATCHES, self.config.max_queue_size), WINDOW_BYTES),
            changed=changed,
            serve_stale=settings.serve_stale,
            reconcile_guard=settings.reconcile_guard if settings.reconcile else None,
        )

    async def __aenter__(self) -> Self:
        """Take the database and open it.

        :raises EngineLockedError: when another process works on it alone, or has it while ``alone`` is
        wanted.
        :raises DatabaseError: when it cannot be opened.
        """
        nobody_else = self._lock.acquire(shared=not self._alone)
        try:
            await self.threads.write(self.store.open)
            if nobody_else:
                # A run that reads as running has no process any more.
                await self.threads.write(self.store.interrupt_stale_runs)
            if not self._alone:
                self._lock.share()
            await self.spawner.__aenter__()
            await self._group.__aenter__()
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._let_go()
            raise
        if self.settings.debug:
            # Without its result: pages and records are content, which a source's terms may limit.
            self.spawner.on("*", lambda event: log.debug("%s %s", event.type, event._replace(result=None)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for run in self.running():
                run.stop(drain=kind is None)
            # The caller's own exception stays what it is: handed to the group it would come back in an
            # ExceptionGroup.
            await self._group.__aexit__(None, None, None)
        finally:
            with anyio.CancelScope(shield=True):
                await self.spawner.__aexit__(kind, error, trace)
                await self._preparer.aclose()
                await self._let_go()

    async def _let_go(self) -> None:
        await self.threads.write(self.store.close)
        self.gates.close()
        self._lock.release()

    def running(self) -> list[ImportRun]:
        """Return the runs that have not ended, oldest first."""
        return [run for run in self.runs.values() if run.ended_at is None]

    async def start(self, request: RunRequest) -> ImportRun:
        """Open the source and start a run over it; the run goes on by itself.

        :raises SpawnerError: UNKNOWN_SOURCE, INPUT_ERROR, ALREADY_RUNNING or one of the source's options;
            nothing was started then.
        """
        if request.source != "auto":
            get_adapter(request.source)
        if request.resume and request.options.dry_run:
            raise SpawnerError(
                "a dry run writes nothing, so there is nothing it could go on with",
                code="INPUT_ERROR",
                metadata={"action": "Leave out --resume, or --dry-run."},
            )
        request = await self._opener.resolve(request)
        # Windows of days are counted from the day a run began, also when it goes on another day.
        read = request.options.read.starting(date.today())
        request = replace(request, options=replace(request.options, read=read))
        async with self._beginning:
            self._refuse_twins(request)
            earlier = await self._resumable(request) if request.resume else None
            return await self._begin(request, earlier)

    async def resume(self, row: RunRow, who: str, on_results: OnResults | None = None) -> ImportRun:
        """Go on with a run of the store behind what it has committed.

        :raises SpawnerError: as `start`.
        """
        asked = tuple((str(key), str(value)) for key, value in row.options.get("ask", ()))
        label = str(row.options.get("label", ""))
        request = RunRequest(
            source=row.source,
            inputs=() if asked else row.inputs,
            ask=asked,
            resume=True,
            who=who,
            label=label,
            on_results=on_results,
        )
        request = await self._opener.resolve(request)
        async with self._beginning:
            self._refuse_twins(request)
            return await self._begin(request, row)

    async def _begin(self, request: RunRequest, earlier: RunRow | None) -> ImportRun:
        """Start a run, or go on with an earlier one."""
        point = None
        if earlier is not None:
            point = await self.threads.read(self.store.resume_point, earlier.id)
            request = replace(request, options=_as_recorded(request.options, earlier.options))
        prepare = self._prepare_options(request.options)
        opened = await self._opener.open(
            request, point.cursor if point is not None else None, prepare.salt.decode()
        )
        try:
            run_id = await self._write_beginning(request, earlier, opened)
        except BaseException:
            await opened.aclose()
            raise
        if opened.keeper is not None and not request.options.dry_run:
            opened.keeper.run_id = run_id
        run = self._build(run_id, request, opened, point.next_seq if point is not None else None)
        if earlier is not None:
            run.tally.settle(await self.threads.read(self.store.accounting, run_id))
        self._forget_old_runs()
        self.runs[run_id] = run
        self.stuck.pop(run_id, None)
        self._group.start_soon(run.drive, name=f"run {run_id}")
        self._changed()
        return run

    async def _write_beginning(self, request: RunRequest, earlier: RunRow | None, opened: Opened) -> str:
        if earlier is not None:
            await self.threads.write(self.store.resume_run, earlier.id, who=request.who)
            return earlier.id
        return await self.threads.write(
            self.store.begin_run,
            request.source,
            inputs=request.words,
            options=self._recorded(request),
            who=request.who,
            dry_run=request.options.dry_run,
            scope=opened.scope,
            resumable=request.payloads is None and request.walk is None and "-" not in request.inputs,
        )

    def _forget_old_runs(self) -> None:
        """A session may last for months; only the counts of its older runs are kept."""
        ended = [run for run in self.runs.values() if run.ended_at is not None]
        for run in ended[:-RUNS_KEPT]:
            self.past.update(run.tally.outcomes)
            del self.runs[run.run_id]

    def _build(self, run_id: str, request: RunRequest, opened: Opened, resumed_at: int | None) -> ImportRun:
        handler = BatchHandler(
            threads=self.threads,
            preparer=self._preparer,
            prepare_options=self._prepare_options(request.options),
            store_options=self._store_options(request.options),
        )
        return ImportRun(
            run_id,
            request.source,
            opened,
            handler,
            SpawnerDispatcher(self.spawner, handler, self._config_of(request)),
            self._tools,
            batch_size=request.options.batch_size or self.config.batch_size,
            results_cap=None if request.options.all_results else RESULTS_CAP,
            words=request.words,
            resumed_at=resumed_at,
            on_results=request.on_results,
            dead_letters=request.dead_letters,
            who=request.who,
            accept_missing=request.options.accept_missing,
        )

    def _config_of(self, request: RunRequest) -> SpawnerConfig:
        """A form somebody waits for has a preset of its own."""
        submitted = request.source == "manual" and request.payloads is not None
        return self.settings.spawner_config("MANUAL_SUBMISSION") if submitted else self.config

    def _refuse_twins(self, request: RunRequest) -> None:
        """A run over the same inputs that goes on already would only do the same again."""
        if request.payloads is not None or request.walk is not None:
            return
        for run in self.running():
            if (run.source, run.words) == (request.source, request.words):
                raise SpawnerError(
                    f"{request.source} is being imported already, by run {run.run_id[-6:]}",
                    code="ALREADY_RUNNING",
                    metadata={"run_id": run.run_id, "action": "Wait until it has ended, or stop it first."},
                )

    async def _resumable(self, request: RunRequest) -> RunRow | None:
        """Return the newest run over the same inputs, where it was not finished."""
        for run in await self.threads.read(self.store.runs, limit=RUNS_SEARCHED):
            if (run.source, run.inputs) == (request.source, request.words):
                return run if run.state in RESUMABLE else None
        return None

    def _prepare_options(self, options: ImportOptions) -> PrepareOptions:
        def chosen(given: bool | None, preset: bool) -> bool:
            return preset if given is None else given

        return PrepareOptions(
            enrich_steps=self.settings.enrich_steps if chosen(options.enrich, self.config.enrichment) else (),
            validate_location=chosen(options.validate_location, self.config.validate_location),
        )

    def _store_options(self, options: ImportOptions) -> BatchOptions:
        deduplicate = self.config.deduplication if options.deduplicate is None else options.deduplicate
        thresholds = Thresholds(
            link=self.settings.match_link,
            review=self.settings.match_review,
            most_records=self.settings.match_most_records,
        )
        return BatchOptions(
            deduplicate=deduplicate, dry_run=options.dry_run, thresholds=thresholds, retention=_RETENTION
        )

    def _recorded(self, request: RunRequest) -> dict[str, Any]:
        """Return what a run that goes on needs to do so in the same way."""
        options = request.options
        prepare = self._prepare_options(options)
        recorded: dict[str, Any] = {
            "batch_size": options.batch_size or self.config.batch_size,
            "deduplicate": self._store_options(options).deduplicate,
            "enrich": bool(prepare.enrich_steps),
            "validate_location": prepare.validate_location,
        }
        if request.inputs:
            recorded["read"] = options.read.recorded()
        if request.ask:
            recorded |= {"ask": request.ask, "descriptions": options.descriptions, "label": request.label}
        return recorded

    def metrics(self, events_per_second: float = 0.0) -> MetricsRow:
        """Return the spawner's metrics as the doors show them."""
        found = self.spawner.get_status().metrics
        return MetricsRow(
            total_tasks=found.total_tasks,
            completed_tasks=found.completed_tasks,
            failed_tasks=found.failed_tasks,
            retried_tasks=found.retried_tasks,
            cancelled_tasks=found.cancelled_tasks,
            average_time=found.average_time,
            p50=found.p50,
            p95=found.p95,
            p99=found.p99,
            tasks_per_second=found.throughput,
            events_per_second=events_per_second,
        )

    async def drain(self, deadline: float) -> ShutdownReport:
        """Take in nothing more, let running batches finish for ``deadline`` seconds, cut the rest."""
        self.spawner.resume()
        for run in self.running():
            run.stop(drain=True)
        with anyio.move_on_after(deadline):
            for run in self.running():
                await run.ended.wait()
        for run in self.running():
            run.stop(drain=False)
        return await self.spawner.shutdown(deadline=0.5)


def _as_recorded(options: ImportOptions, recorded: Mapping[str, Any]) -> ImportOptions:
    """Return the options of a run that goes on.

    Its batches must be cut as before, or committed records would be counted again; the rest is as before
    where nobody says otherwise.
    """

    def kept(name: str) -> Any:
        given = getattr(options, name)
        return recorded.get(name) if given is None else given

    return replace(
        options,
        batch_size=recorded.get("batch_size"),
        deduplicate=kept("deduplicate"),
        enrich=kept("enrich"),
        validate_location=kept("validate_location"),
        descriptions=kept("descriptions"),
        read=ReadOptions.from_recorded(recorded.get("read", {})),
    )
