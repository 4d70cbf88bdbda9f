"""One import: walks the pages of a source, hands their batches over, and keeps the account of what became
of them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import anyio

from scenescout_tui.errors import (
    DatabaseError,
    RateLimitError,
    RecoveryContext,
    SpawnerError,
    attempt_recovery,
    classify_error,
)
from scenescout_tui.imports.batch import BatchHandler
from scenescout_tui.imports.dispatch import Dispatcher
from scenescout_tui.imports.gates import Approach
from scenescout_tui.imports.opening import Opened
from scenescout_tui.imports.prepare import Batch
from scenescout_tui.imports.report import RecordResult, RunReport, Tally
from scenescout_tui.imports.snapshot import MetricsRow, RunState
from scenescout_tui.imports.threads import StoreThreads
from scenescout_tui.imports.window import Window
from scenescout_tui.log_file import about
from scenescout_tui.settings import SpawnerConfig
from scenescout_tui.sources.inputs import origin_of
from scenescout_tui.sources.pages import Page
from scenescout_tui.spawner import EventSpawner, SpawnResult, SpawnTask
from scenescout_tui.store import BatchPlan, NotFoundError

log = logging.getLogger(__name__)

#: Pages are fetched ahead of waiting batches, so that the workers never run dry; one page at a time per run.
PAGE_PRIORITY = 10
#: Seconds after which a parked run asks again, however short or long the source told it to wait.
SHORTEST_PARK, LONGEST_PARK = 60.0, 25 * 3600.0


@dataclass(frozen=True, slots=True)
class RunTools:
    """What a run works with; shared by the runs of one engine."""

    spawner: EventSpawner
    threads: StoreThreads
    window: Window
    #: How pages are fetched: timeout and retries.
    paging: SpawnerConfig
    #: Called whenever something changed that a door may show.
    changed: Callable[[], None]
    #: While a source does not answer, go on with the last page it gave.
    serve_stale: bool
    #: Largest part of a source's future events that may go missing; None: nothing is marked missing.
    reconcile_guard: float | None


class ImportRun:
    """A run from its first page to its end; `drive` does the work, everything else may be read meanwhile."""

    def __init__(
        self,
        run_id: str,
        source: str,
        opened: Opened,
        handler: BatchHandler,
        dispatcher: Dispatcher,
        tools: RunTools,
        *,
        batch_size: int,
        results_cap: int | None,
        words: tuple[str, ...] = (),
        resumed_at: int | None = None,
        on_results: Callable[[tuple[RecordResult, ...]], None] | None = None,
        dead_letters: tuple[str, ...] = (),
        who: str = "",
        accept_missing: bool = False,
    ) -> None:
        self.run_id = run_id
        self.source = source
        #: What it reads, as it was given; addresses may hold secrets, `inputs` is what may be shown.
        self.words = words
        self.inputs = ", ".join(map(origin_of, words))
        self.state: RunState = "running"
        self.started_at = time.time()
        self.ended_at: float | None = None
        self.error: SpawnerError | None = None
        #: What is to be said of its end, where it is no error.
        self.note = ""
        #: When a parked run may go on, Unix seconds.
        self.resume_at: float | None = None
        #: Whether one of its pages was an older copy.
        self.stale = False
        #: Records that the source no longer lists, found at the end.
        self.missing = 0
        #: Number of the last page read, and the part of the input read so far (0 to 1), where known.
        self.page = 0
        self.fraction: float | None = None
        self.expected: int | None = None
        self.tally = Tally(cap=results_cap)
        self.ended = anyio.Event()
        self._opened = opened
        self._accept_missing = accept_missing
        self._handler = handler
        self._dispatcher = dispatcher
        self._tools = tools
        self._batch_size = batch_size
        self._seq = resumed_at or 0
        self._read = 0
        self._cut = 0
        self._exhausted = False
        self._closing = False
        self._stop_as: RunState | None = None
        self._intake = anyio.CancelScope()
        self._work = anyio.CancelScope()
        self._on_results = on_results
        self._dead_letters = dead_letters
        self._who = who

    @property
    def page_task(self) -> str:
        """Name of the task that fetches the next page."""
        return f"{self.source} p{self.page + 1}"

    @property
    def dry_run(self) -> bool:
        """Whether everything is computed and nothing written."""
        return self._handler.store_options.dry_run

    def stop(self, *, drain: bool, state: RunState = "interrupted") -> None:
        """Take in nothing more; with ``drain`` let the accepted batches finish, otherwise withdraw them too.

        The run then ends in ``state``, unless nothing was left to do.
        """
        if self.ended_at is not None or self._closing:
            return
        self._stop_as = self._stop_as or state
        self.state = "draining"
        self._intake.cancel()
        if not drain:
            self._work.cancel()
        self._tools.changed()

    async def drive(self) -> None:
        """Do the whole run; never raises for a source's or a database's sake, the run ends `failed`
        instead.
        """
        with about(run=self.run_id, source=self.source):
            log.info("run started: %s", self.inputs)
            try:
                with self._work:
                    async with anyio.create_task_group() as group:
                        with self._intake:
                            await self._walk_pages(group)
            finally:
                with anyio.CancelScope(shield=True):
                    await self._close()

    async def _walk_pages(self, group: anyio.abc.TaskGroup) -> None:
        try:
            while (page := await self._next_page()) is not None:
                self.stale = self.stale or page.stale
                self.page, self.fraction, self.expected = page.number, page.fraction, page.total
                await self._accept(page, group)
            self._exhausted = self.resume_at is None
        except Exception as error:
            self._fail(error)  # raised here it would cut the batches that are on their way

    async def _next_page(self) -> Page | None:
        """Fetch a page; where the source does not answer, take its last good one or park the run, as allowed.

        :raises SpawnerError: where there is no way round.
        """
        stale = self._opened.walk.last_good_page if self._tools.serve_stale else None
        limits = self._opened.limits
        if stale is not None and any(limit.is_open_circuit for limit in limits):
            page = await stale()
            if page is not None:
                return self._aged(page)
            limits = ()  # the walk may have come to its end, which takes no request
        try:
            return await self._fetch(limits)
        except SpawnerError as error:
            if self._stop_as is not None:
                raise
            recovery = await attempt_recovery(
                error, RecoveryContext(last_good_page=stale, park=partial(self._park, error))
            )
        if recovery.stale and isinstance(recovery.value, Page):
            log.warning("an older copy of page %d is used: the source does not answer", self.page + 1)
            return self._aged(recovery.value)
        return None

    def _aged(self, page: Page) -> Page:
        """Return an older copy with its age, which counts where its content may be kept for a time only."""
        keeper = self._opened.keeper
        return page if keeper is None else replace(page, age=keeper.age_of_last())

    async def _park(self, reason: SpawnerError, delay: float) -> None:
        """Take in nothing more until the source lets us: the run ends as parked, with the time it goes on."""
        # A source that refused every attempt is not asked at the pace of its shortest waits for ever.
        delay = min(max(delay, SHORTEST_PARK), LONGEST_PARK)
        self.resume_at = time.time() + delay
        self.note = reason.message
        log.warning("run parked for %.0f s: %s", delay, reason)
        self.stop(drain=True, state="parked")

    async def _fetch(self, limits: tuple[Approach, ...]) -> Page | None:
        async def next_page(_: object) -> Page | None:
            try:
                return await self._opened.walk.next_page()
            except RateLimitError as error:
                for limit in limits:
                    limit.hold(classify_error(error).delay or 0.0)
                raise

        task: SpawnTask[object, Page | None] = SpawnTask(
            name=self.page_task,
            handler=next_page,
            priority=PAGE_PRIORITY,
            timeout=self._tools.paging.timeout,
            retry_attempts=self._tools.paging.retry_attempts,
            retry_delay=self._tools.paging.retry_delay,
            limits=limits,
        )
        result = await self._tools.spawner.spawn(task)
        if result.error is not None:
            raise result.error
        return result.data

    async def _accept(self, page: Page, group: anyio.abc.TaskGroup) -> None:
        """Write the page's batches into the run's account, then hand them over as the window lets them."""
        batches = list(self._batches(page))
        if not batches:
            return
        last = batches[-1].seq
        plans = [
            BatchPlan(
                seq=one.seq, size=len(one.records), cursor_after=page.cursor if one.seq == last else None
            )
            for one in batches
        ]
        await self._tools.threads.write(self._tools.threads.store.accept_page, self.run_id, plans)
        self.tally.accept(len(page.records))
        self._tools.changed()
        for batch in batches:
            size = batch.size
            await self._tools.window.enter(size)
            group.start_soon(self._finish, batch, size)

    def _batches(self, page: Page) -> Iterator[Batch]:
        for part, start in enumerate(range(0, len(page.records), self._batch_size), 1):
            records = page.records[start : start + self._batch_size]
            yield Batch(
                name=f"{self.source} p{page.number} b{part}",
                run_id=self.run_id,
                seq=self._seq,
                source=self.source,
                first=self._read,
                records=records,
                age=page.age,
                accepted_at=time.monotonic(),
            )
            self._seq += 1
            self._read += len(records)

    async def _finish(self, batch: Batch, size: int) -> None:
        """See one batch to its end; its failure never harms the others."""
        try:
            answer = await self._dispatcher.dispatch(None, batch)
            if answer.error is not None:
                answer = await self._rescue(batch, answer)
            if answer.error is None and answer.data is not None:
                await self._note(answer.data)
        except Exception as error:
            self._cut += 1
            self._fail(error)
        finally:
            self._tools.window.leave(size)
            self._tools.changed()

    async def _note(self, results: tuple[RecordResult, ...]) -> None:
        """Count the results of a committed batch, and settle the dead letters it was made of."""
        self.tally.add(results)
        if self._dead_letters and not self.dry_run:
            # What fails again stays an open dead letter.
            letters = [self._dead_letters[one.index] for one in results if one.outcome != "failed"]
            await self._tools.threads.write(self._settle_letters, letters)
        if self._on_results is not None:
            self._on_results(results)

    def _settle_letters(self, letters: list[str]) -> None:
        for letter in letters:
            with suppress(NotFoundError):  # a replay settles it again
                self._tools.threads.store.mark_retried(letter, self.run_id, who=self._who)

    async def _rescue(
        self, batch: Batch, failed: SpawnResult[tuple[RecordResult, ...]]
    ) -> SpawnResult[tuple[RecordResult, ...]]:
        """Replay a failed batch record by record, where its records can be to blame."""
        error = failed.error
        if error is None:
            return failed
        if error.code in ("TASK_CANCELLED", "SPAWNER_STOPPED"):
            self._cut += 1
            return failed
        if _blames_no_record(error):
            log.warning("%s was not committed: %s", batch.name, error)
        else:
            log.warning("%s failed as a whole (%s), its records are tried one by one", batch.name, error)
            task = SpawnTask(
                name=f"{batch.name} one by one",
                handler=self._handler.handle_one_by_one,
                data=batch,
                priority=1,
            )
            failed = await self._tools.spawner.spawn(task)
            if failed.error is None:
                return failed
            error = failed.error
        self._cut += 1
        self._fail(error)
        return failed

    def _fail(self, error: Exception) -> None:
        """End the run because of an error that is not one record's: what is committed stays, the rest can
        be resumed.
        """
        found = classify_error(error)
        if found.type in ("TASK_CANCELLED", "SPAWNER_STOPPED") and self._stop_as is not None:
            return
        if self.error is None:
            self.error = error if isinstance(error, SpawnerError) else SpawnerError(str(error), found.type)
            self.error.metadata.setdefault("action", found.action)
            log.error("run failed: %s", self.error, exc_info=error)
        self.stop(drain=True, state="failed")

    async def _close(self) -> None:
        """Write the end of the run."""
        self._closing = True
        await self._opened.aclose()
        if self.error is not None:
            self.state = "failed"
        elif self._exhausted and self._cut == 0 and not self._work.cancelled_caught:
            self.state = "completed"
        else:
            self.state = self._stop_as or "interrupted"
        self.tally.give_up()
        try:
            await self._reconcile()
        except SpawnerError as error:
            # What was imported is imported: the next complete walk finds what is missing.
            self.note = f"what its source no longer lists could not be marked: {error.message}"
            log.error("%s", self.note)
        try:
            await self._write_end()
        except SpawnerError as error:
            # The next start finds the run open and marks it interrupted.
            log.error("the end of the run could not be written: %s", error)
        self.ended_at = time.time()
        log.info("run %s: %s", self.state, self.tally.counts)
        log.debug("enriching took %s", self._handler.times)
        self.ended.set()
        self._tools.changed()

    async def _reconcile(self) -> None:
        """After a complete walk, mark what the source no longer lists as missing; never more than the guard
        allows at once.
        """
        guard = self._tools.reconcile_guard
        if self.state != "completed" or self._opened.scope is None or guard is None or self.dry_run:
            return
        if self.stale or not self._opened.walk.complete:
            return
        write, store = self._tools.threads.write, self._tools.threads.store
        found = await write(store.reconcile, self.run_id, guard=guard, accept=self._accept_missing)
        self.missing = 0 if found.refused else found.missing
        if not found.refused:
            return
        total = found.missing + found.listed
        gone = f"{found.missing:,} of {total:,} future events are no longer listed"
        if found.unread:
            self.note = f"{gone}, but {found.unread:,} records could not be read: none was marked missing"
        else:
            self.note = f"{gone}, more than the guard of {guard:.0%} allows: none was marked missing"
        await write(
            store.record_error,
            self.run_id,
            self.source,
            "reconcile",
            "RECONCILE_REFUSED",
            self.note,
            "Look at the source; if they are really gone, import it again with --accept-missing.",
        )

    async def _write_end(self) -> None:
        write, store = self._tools.threads.write, self._tools.threads.store
        if self.error is not None:
            action = str(self.error.metadata.get("action", ""))
            await write(
                store.record_error,
                self.run_id,
                self.source,
                "run",
                self.error.code,
                self.error.message,
                action,
            )
        await write(
            store.finish_run,
            self.run_id,
            self.state,
            self.error.message if self.error else self.note or None,
            resume_at=None if self.resume_at is None else datetime.fromtimestamp(self.resume_at, UTC),
            stale=self.stale,
        )
        self.tally.settle(await self._tools.threads.read(store.accounting, self.run_id))

    def report(self, metrics: MetricsRow, max_workers: int) -> RunReport:
        """Return what came of the run so far."""
        return RunReport(
            run_id=self.run_id,
            source=self.source,
            state=self.state,
            counts=self.tally.counts,
            elapsed=(self.ended_at or time.time()) - self.started_at,
            max_workers=max_workers,
            metrics=metrics,
            successful=self.tally.kept("successful"),
            skipped=self.tally.kept("skipped"),
            failed=self.tally.kept("failed"),
            error=self.error,
            dry_run=self.dry_run,
            resume_at=self.resume_at,
            missing=self.missing,
            note=self.note,
        )


def _blames_no_record(error: SpawnerError) -> bool:
    """Tell whether a batch failed for a reason that trying its records one by one cannot mend."""
    return error.code in ("RUN_ENDED", "NOT_FOUND") or (isinstance(error, DatabaseError) and error.retryable)
