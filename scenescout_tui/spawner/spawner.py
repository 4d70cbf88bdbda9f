"""The spawner: bounded, prioritised, retried, timed work on one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from anyio import CancelScope

from scenescout_tui.errors import SpawnerError, ValidationError, WorkerLimitError
from scenescout_tui.settings import SpawnerConfig
from scenescout_tui.spawner.feed import Batch, Feed, Stream
from scenescout_tui.spawner.lifecycle import Callback, EventType
from scenescout_tui.spawner.reasons import waiting_reasons
from scenescout_tui.spawner.result import SpawnResult
from scenescout_tui.spawner.scheduler import Scheduler, check_task
from scenescout_tui.spawner.shutdown import Shutdown
from scenescout_tui.spawner.status import RetryView, ShutdownReport, SpawnStatus, State, WorkerView
from scenescout_tui.spawner.task import SpawnTask

ResultT = TypeVar("ResultT")

#: Seconds that `shutdown()` and leaving the context drain.
DRAIN_DEADLINE: Final = 10.0


class EventSpawner:
    """Runs tasks on up to `max_workers` workers; make one with `create_spawner()`, best as an async context
    manager.

    Leaving the context drains, for `DRAIN_DEADLINE` seconds at most; leaving it through an exception cancels
    everything. A spawner belongs to one event loop and its thread. Handlers may spawn; a handler that awaits
    what it spawned holds its worker meanwhile, so chains as deep as `max_workers` block each other until
    their timeout.

    An attempt that still runs at its timeout has failed with TASK_TIMEOUT, whatever it returns later, and one
    that was cancelled ends as TASK_CANCELLED; both keep their worker until the handler has ended.

    How it works: every call, end of an attempt, timer and setting leads to `_pump`, the one place that
    decides what is accepted and what starts next.
    """

    def __init__(self, config: SpawnerConfig) -> None:
        _check(config)
        self.config = config
        self._core = Scheduler(config)

    async def __aenter__(self) -> Self:
        self._core.loop()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Shielded, or the drain of a cancelled caller would end at its first await; its own deadlines bound
        # it.
        with CancelScope(shield=True):
            try:
                await self.shutdown(DRAIN_DEADLINE if kind is None else 0.0)
            except asyncio.CancelledError:
                # A native cancel passes shields: whoever sends it will not wait.
                if self._core.shutdown is not None:
                    self._core.shutdown.abandon()
                raise

    # Giving work

    async def spawn(self, task: SpawnTask[Any, ResultT]) -> SpawnResult[ResultT]:
        """Run a task and return its result; waits for room while the queue is full.

        Cancelling the caller withdraws the task. A failed task is a result, not an exception; so is a task
        whose `key` waits or runs already (DUPLICATE_KEY).

        Raises: SpawnerError SPAWNER_STOPPED after a shutdown began.
        """
        self._check_open()
        ticket = self._core.new_ticket(task)
        if ticket.stage == "lobby":
            self._core.lobby.push(ticket)
            self._core.pump()
        return await ticket

    def spawn_nowait(self, task: SpawnTask[Any, ResultT]) -> asyncio.Future[SpawnResult[ResultT]]:
        """Accept a task at once and return the future of its result; cancelling the future withdraws the
        task.

        Raises: WorkerLimitError when the queue is full; SpawnerError SPAWNER_STOPPED after a shutdown began.
        """
        self._check_open()
        if self._core.room() <= 0:
            self._core.pump()
            if self._core.room() <= 0:
                raise WorkerLimitError(self.config.max_queue_size)
        ticket = self._core.new_ticket(task)
        if ticket.stage == "lobby":
            self._core.accept(ticket)
            self._core.pump()
        return ticket

    async def spawn_batch(self, tasks: Iterable[SpawnTask[Any, ResultT]]) -> list[SpawnResult[ResultT]]:
        """Run tasks and return their results in the order given; there may be more than the queue holds.

        Cancelling the caller withdraws all of them.

        Raises: SpawnerError SPAWNER_STOPPED after a shutdown began; ValidationError for an item that is no
        SpawnTask.
        """
        self._check_open()
        known = list(tasks)
        for task in known:
            check_task(task)
        batch = Batch(known)
        self.feed(batch)
        try:
            return await batch.results
        finally:
            self.drop(batch)

    def stream(self, tasks: Iterable[SpawnTask[Any, ResultT]]) -> Stream[ResultT]:
        """Run tasks and give their results as they finish: `async with spawner.stream(tasks) as finished:
        async for …`.

        `tasks` may be endless: it is read as the queue has room and the reader keeps up. Leaving early
        cancels the rest. Entering it after a shutdown began raises SpawnerError SPAWNER_STOPPED.
        """
        return Stream(tasks, self, self.config.max_queue_size + 2 * self._core.max_workers)

    # Watching

    def on(self, event: EventType | str, callback: Callback) -> Callable[[], None]:
        """Call `callback(LifecycleEvent)`, a plain function, at each event of this type ("*": of all);
        returns what ends it.

        A callback may call the spawner. What it raises is logged. Raises: ValidationError for an unknown
        event.
        """
        return self._core.lifecycle.on(event, callback)

    def get_status(self) -> SpawnStatus:
        """The spawner at this moment."""
        return SpawnStatus(
            status=self._state(),
            workers=len(self._core.crew.running),
            max_workers=self._core.max_workers,
            queued=self._core.waiting(),
            metrics=self._core.meter.read(),
            waiting=tuple(
                waiting_reasons(
                    self._core.pauses,
                    self._core.backlog,
                    (retry.due_at for retry in self._core.retrying.values()),
                    self._core.crew,
                )
            ),
        )

    def worker_views(self) -> tuple[WorkerView, ...]:
        """The busy workers, by number."""
        return tuple(
            WorkerView(
                worker_id=worker_id,
                task_id=attempt.ticket.task.id,
                task_name=attempt.ticket.task.name,
                started_at=attempt.started or monotonic(),
                attempt=max(1, attempt.ticket.attempts),
                max_attempts=self._core.max_attempts(attempt.ticket.task),
                cancelling=attempt.stop is not None,
            )
            for worker_id, attempt in sorted(self._core.crew.running.items())
        )

    def retry_views(self) -> tuple[RetryView, ...]:
        """The tasks between two attempts, the next one first."""
        views = (
            RetryView(
                task_id=ticket.task.id,
                task_name=ticket.task.name,
                attempt=ticket.attempts + 1,
                max_attempts=self._core.max_attempts(ticket.task),
                due_at=retry.due_at,
                error_code=ticket.error.code if ticket.error else "",
                error_message=ticket.error.message if ticket.error else "",
            )
            for ticket, retry in self._core.retrying.items()
        )
        return tuple(sorted(views, key=lambda view: view.due_at))

    # Steering

    def resize(self, max_workers: int) -> None:
        """Change the number of workers; running tasks go on, also where there are now more than allowed.

        Raises: ValidationError for a number below 1.
        """
        if type(max_workers) is not int or max_workers < 1:
            raise ValidationError("max_workers", max_workers, "max_workers: a whole number from 1")
        self._core.max_workers = max_workers
        self._core.pump()

    def pause(self, reason: str = "by request") -> None:
        """Start nothing more; running tasks go on. Several reasons may hold at once, each counts once."""
        self._core.pauses[reason] = None
        self._core.pump()

    def resume(self, reason: str | None = None) -> None:
        """Lift the pause of this reason, or every pause; work starts again when none is left."""
        if reason is None:
            self._core.pauses.clear()
        else:
            self._core.pauses.pop(reason, None)
        self._core.pump()

    def cancel(self, task_id: str) -> bool:
        """Cancel the tasks of this id, waiting or running; they end as results with TASK_CANCELLED.

        Returns whether there was one.
        """
        found = [ticket for ticket in self._core.tickets() if ticket.task.id == task_id]
        for ticket in found:
            self._core.cancel(ticket)
        self._core.pump()
        return bool(found)

    def cancel_all(self) -> int:
        """Cancel every task, waiting or running, also those of batches that have not reached the queue.

        Returns how many.
        """
        count = 0
        for feed in tuple(self._core.feeds):
            count += self._core.refuse_rest(feed)
        found = self._core.tickets()
        for ticket in found:
            self._core.cancel(ticket)
        self._core.pump()
        return count + len(found)

    async def shutdown(self, deadline: float = DRAIN_DEADLINE) -> ShutdownReport:
        """Take no more work, finish what was accepted within `deadline` seconds, then cancel the rest.

        Handlers that have not ended `CANCEL_GRACE` seconds after that are abandoned. Every task gets its
        result; the report names those that did not come to their own end. While paused nothing can drain:
        then what waits is cancelled as soon as nothing runs. May be called again: all calls return the same
        report, the earliest deadline counts. A cancelled caller does not stop the shutdown.

        Raises: ValidationError for a negative deadline.
        """
        if not deadline >= 0:
            raise ValidationError("deadline", deadline, "deadline: seconds, 0 or more")
        self._core.loop()
        if self._core.shutdown is None:
            self._core.shutdown = Shutdown(self._core.lifecycle, self._cut, self._core.abandon_running)
            self._core.lifecycle.announce("spawner:drain", queue_length=self._core.waiting())
            for feed in tuple(self._core.feeds):
                if not feed.finite:
                    self._core.close_feed(feed)
        self._core.shutdown.within(deadline)
        self._core.pump()
        return await asyncio.shield(self._core.shutdown.report)

    # What streams ask for

    def feed(self, feed: Feed) -> None:
        """Take tasks from a feed as the queue has room."""
        core = self._core
        if feed not in core.feeds:
            self._check_open()
            core.loop()
            core.feeds.add(feed)
        core.advance(feed)
        core.pump()

    def drop(self, feed: Feed) -> None:
        """Cancel what is left of a feed."""
        self._core.close_feed(feed)
        if feed.ended:
            return
        for ticket in self._core.tickets():
            if ticket.feed is feed:
                self._core.cancel(ticket)
        self._core.pump()

    def _cut(self) -> None:
        """The deadline of a shutdown has come."""
        self._core.lifecycle.announce("shutdown:forced", queue_length=self._core.waiting())
        self.cancel_all()

    def _check_open(self) -> None:
        if self._core.shutdown is not None:
            raise SpawnerError("the spawner was shut down and takes no more work", "SPAWNER_STOPPED")

    def _state(self) -> State:
        if self._core.shutdown is not None:
            return "stopped" if self._core.shutdown.report.done() else "stopping"
        if self._core.pauses:
            return "paused"
        busy = (
            self._core.crew.running or self._core.backlog.size or self._core.retrying or self._core.lobby.size
        )
        return "processing" if busy else "idle"


def _check(config: SpawnerConfig) -> None:
    for name, lowest in (("max_workers", 1), ("retry_attempts", 0), ("max_queue_size", 1)):
        value = getattr(config, name)
        if type(value) is not int or value < lowest:
            raise ValidationError(name, value, f"{name}: a whole number from {lowest}, not {value!r}")
    if not config.timeout > 0:
        raise ValidationError(
            "timeout", config.timeout, f"timeout: seconds, more than 0, not {config.timeout!r}"
        )
    if not config.retry_delay >= 0:
        raise ValidationError(
            "retry_delay", config.retry_delay, f"retry_delay: seconds, 0 or more, not {config.retry_delay!r}"
        )
