"""What is accepted, what starts, and how a task comes to its result."""

from __future__ import annotations

import asyncio
import itertools
from contextvars import copy_context
from time import monotonic
from typing import Any, Final, NamedTuple

from scenescout_tui.errors import SpawnerError, TaskTimeoutError, ValidationError, classify_error, wrap_error
from scenescout_tui.settings import SpawnerConfig
from scenescout_tui.spawner.backlog import Backlog
from scenescout_tui.spawner.crew import Attempt, Crew
from scenescout_tui.spawner.feed import Feed
from scenescout_tui.spawner.lifecycle import EventType, Lifecycle, LifecycleEvent
from scenescout_tui.spawner.metrics import Meter
from scenescout_tui.spawner.result import SpawnResult
from scenescout_tui.spawner.retry import Backoff
from scenescout_tui.spawner.shutdown import Shutdown
from scenescout_tui.spawner.task import SpawnTask
from scenescout_tui.spawner.task_queue import TaskQueue
from scenescout_tui.spawner.ticket import Ticket

#: Tasks started before the loop gets its turn, whatever the number of workers: so timers fire in time.
_TURNS: Final = 32


class Waiting(NamedTuple):
    """A task between two attempts."""

    timer: asyncio.TimerHandle
    #: Seconds of `time.monotonic()`.
    due_at: float


class Scheduler:
    """The state of a spawner, and `pump`, the one place that decides.

    A ticket goes lobby → queued → running → done, and running → retrying → queued again after a failed
    attempt. It is in exactly one of `lobby`, `backlog`, `crew.running` and `retrying` until it is done;
    nothing is handed from one asyncio task to another, so no cancellation can lose one.
    """

    def __init__(self, config: SpawnerConfig) -> None:
        self.config = config
        self.max_workers = config.max_workers
        self.lifecycle = Lifecycle()
        self.meter = Meter()
        self.crew = Crew(self.lifecycle, self._attempt_ended)
        #: Callers and feeds before the bounded queue, one ticket each: as long as there are callers.
        self.lobby = TaskQueue("lobby")
        self.backlog = Backlog()
        self.retrying: dict[Ticket, Waiting] = {}
        self.feeds: set[Feed] = set()
        self.pauses: dict[str, None] = {}
        self.shutdown: Shutdown | None = None
        self._max_queue = config.max_queue_size
        self._loop: asyncio.AbstractEventLoop | None = None
        self._backoff = Backoff()
        self._keys: set[str] = set()
        self._order = itertools.count()
        self._pumping = False
        self._turns = _TURNS
        self._ask_again: asyncio.TimerHandle | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop this belongs to: the one it was first used on.

        Raises: SpawnerError on any other.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            if self._loop is not None:
                raise SpawnerError("this spawner belongs to another event loop; make one per loop")
            self._loop = loop
        return loop

    def room(self) -> int:
        """How many more tasks may wait.

        Those between retries count: else a service that is down would let any number of them pile up.
        """
        return self._max_queue - self.backlog.size - len(self.retrying)

    def waiting(self) -> int:
        """Accepted tasks that do not run."""
        return self.backlog.size + len(self.retrying)

    def tickets(self) -> list[Ticket]:
        """Every ticket without a result."""
        running = (attempt.ticket for attempt in self.crew.running.values())
        return [*running, *self.retrying, *self.backlog, *self.lobby]

    # Deciding

    def pump(self) -> None:
        """Start and accept what may start and be accepted now: called at everything that may change the
        answer.
        """
        if self._pumping:
            # From a callback or a caller's iterator, inside the loop below, which goes on until nothing
            # changes.
            return
        self._pumping = True
        try:
            self._decide()
        finally:
            self._pumping = False
        again = self.backlog.look_again
        if again is not None and self._ask_again is None:
            self._ask_again = self.loop().call_later(again, self._ask_limits)
        if self.shutdown is not None:
            self._settle(self.shutdown)

    def _decide(self) -> None:
        crew, backlog, lobby = self.crew, self.backlog, self.lobby
        while self._turns:
            acted = False
            if len(crew.running) < self.max_workers and not self.pauses and backlog.size:
                ticket = backlog.take()
                if ticket is not None:
                    crew.start(ticket, ticket.task.timeout or self.config.timeout)
                    acted = True
            if lobby.size and self._max_queue > backlog.size + len(self.retrying):
                ticket = lobby.pop()
                if ticket is not None:
                    self.accept(ticket)
                    acted = True
            if not acted:
                return
            self._turns -= 1
            if not self._turns:
                self.loop().call_soon(self._next_turns)

    def _next_turns(self) -> None:
        self._turns = _TURNS
        self.pump()

    def _settle(self, shutdown: Shutdown) -> None:
        """See whether a shutdown has come to its end."""
        if self.crew.running:
            return
        if not (self.waiting() or self.lobby.size or self.feeds):
            self.crew.close()
            shutdown.complete()
        elif self.pauses:
            shutdown.force()

    def max_attempts(self, task: SpawnTask[Any, Any]) -> int:
        """How often a task is tried at most."""
        retries = self.config.retry_attempts if task.retry_attempts is None else task.retry_attempts
        return retries + 1

    def _ask_limits(self) -> None:
        self._ask_again = None
        self.pump()

    # From a task to a ticket in the queue

    def new_ticket(self, task: SpawnTask[Any, Any]) -> Ticket:
        """A ticket of a single task; it is done already where the task's key is taken."""
        check_task(task)
        ticket = Ticket(task, self, next(self._order), copy_context(), None, 0, self.loop())
        self._claim_key(ticket)
        return ticket

    def accept(self, ticket: Ticket) -> None:
        """Put a ticket into the bounded queue."""
        self.meter.total += 1
        self.backlog.push(ticket)
        if "task:queued" in self.lifecycle.callbacks:
            task = ticket.task
            self.lifecycle.tell(
                LifecycleEvent(
                    "task:queued", monotonic(), task.id, task.name, 0, queue_length=self.backlog.size
                )
            )
        feed = ticket.feed
        if feed is not None:
            feed.waits = False
            self.advance(feed)

    def advance(self, feed: Feed) -> None:
        """Put the next task of a feed into the lobby."""
        while not feed.waits and (pulled := feed.pull()) is not None:
            ticket = self._fed_ticket(feed, *pulled)
            if ticket.task.key is None or self._claim_key(ticket):
                feed.waits = True
                self.lobby.push(ticket)
        self._forget_ended(feed)

    def close_feed(self, feed: Feed) -> None:
        """Read no further task from a feed."""
        feed.close()
        self._forget_ended(feed)

    def _forget_ended(self, feed: Feed) -> None:
        if feed.exhausted and feed.ended:
            self.feeds.discard(feed)

    def _fed_ticket(self, feed: Feed, place: int, task: SpawnTask[Any, Any]) -> Ticket:
        # Every attempt runs in a copy of the context, so the tickets of a feed can share one.
        return Ticket(task, self, next(self._order), feed.context, feed, place, self._loop or self.loop())

    def _claim_key(self, ticket: Ticket) -> bool:
        task = ticket.task
        if task.key is None:
            return True
        if task.key in self._keys:
            text = f"{task.name}: a task with key {task.key} waits or runs"
            self._refuse(ticket, SpawnerError(text, "DUPLICATE_KEY"))
            return False
        self._keys.add(task.key)
        return True

    # From an attempt to a result

    def _attempt_ended(self, attempt: Attempt, value: Any, exc: BaseException | None) -> None:
        ticket = attempt.ticket
        ticket.attempt = None
        ticket.spent += attempt.spent
        try:
            if exc is None and attempt.stop is None:
                if ticket.task.limits:
                    _release_limits(attempt, True)
                self._end(ticket, True, value, None, attempt.worker_id)
            else:
                self._attempt_failed(attempt, _error_of(attempt, exc))
        finally:
            self.pump()

    def _attempt_failed(self, attempt: Attempt, error: SpawnerError) -> None:
        ticket = attempt.ticket
        found = classify_error(error)
        _release_limits(attempt, False if found.retryable else None)
        forced = self.shutdown is not None and self.shutdown.forced
        if (
            found.retryable
            and not found.parks
            and ticket.attempts < self.max_attempts(ticket.task)
            and not forced
        ):
            first = ticket.task.retry_delay
            first = self.config.retry_delay if first is None else first
            delay = self._backoff.delay(first, ticket.attempts, found, error)
            self._retry(ticket, error, delay, attempt.worker_id)
        else:
            self._end(ticket, False, None, error, attempt.worker_id)

    def _retry(self, ticket: Ticket, error: SpawnerError, delay: float, worker_id: int) -> None:
        ticket.stage = "retrying"
        ticket.error = error
        timer = ticket.get_loop().call_later(delay, self._retry_due, ticket)
        now = monotonic()
        self.retrying[ticket] = Waiting(timer, now + delay)
        self.meter.retried += 1
        if "worker:retry" in self.lifecycle.callbacks:
            task = ticket.task
            self.lifecycle.tell(
                LifecycleEvent(
                    "worker:retry", now, task.id, task.name, ticket.attempts, worker_id,
                    duration=ticket.spent, error=error, delay=delay,
                )
            )  # fmt: skip

    def _retry_due(self, ticket: Ticket) -> None:
        del self.retrying[ticket]
        self.backlog.push_front(ticket)
        self.pump()

    def _end(
        self, ticket: Ticket, success: bool, value: Any, error: SpawnerError | None, worker_id: int | None
    ) -> None:
        """Give an accepted task its result, and tell."""
        task = ticket.task
        now = monotonic()
        if ticket.attempts and (error is None or error.code != "TASK_CANCELLED"):
            self.meter.ended(ticket.spent, now)
        result = SpawnResult(success, value, error, ticket.spent, worker_id, ticket.attempts, task.id)
        self._conclude(ticket, result)
        if task.key is not None:
            self._keys.discard(task.key)
        event: EventType = "worker:complete" if success else "worker:error"
        if event in self.lifecycle.callbacks:
            self.lifecycle.tell(
                LifecycleEvent(
                    event, now, task.id, task.name, ticket.attempts, worker_id, value, ticket.spent, error
                )
            )

    def _refuse(self, ticket: Ticket, error: SpawnerError) -> None:
        """Give a task that was never accepted its result."""
        self.meter.total += 1
        self._conclude(ticket, SpawnResult(False, None, error, 0.0, None, 0, ticket.task.id))

    def _conclude(self, ticket: Ticket, result: SpawnResult[Any]) -> None:
        ticket.stage = "done"
        ticket.context = None
        error = result.error
        if error is None:
            self.meter.completed += 1
        elif error.code == "TASK_CANCELLED":
            self.meter.cancelled += 1
            if self.shutdown is not None:
                self.shutdown.cut_short(ticket.task.name)
        else:
            self.meter.failed += 1
        feed = ticket.feed
        if feed is not None:
            feed.collect(ticket.place, result)
            self._forget_ended(feed)
        elif not ticket.done():
            ticket.set_result(result)

    # Cancelling

    def withdraw(self, ticket: Ticket) -> None:
        """Cancel the task of a ticket nobody waits for any more."""
        self.cancel(ticket)
        self.pump()

    def cancel(self, ticket: Ticket) -> None:
        """End a waiting task, tell a running one to end."""
        stage = ticket.stage
        if stage == "running" and ticket.attempt is not None:
            self.crew.stop(ticket.attempt, "cancel")
        elif stage == "retrying":
            self.retrying.pop(ticket).timer.cancel()
            self._end(ticket, False, None, _cancelled(ticket.task), None)
        elif stage == "queued":
            ticket.stage = "done"
            self.backlog.discard(ticket)
            self._end(ticket, False, None, _cancelled(ticket.task), None)
        elif stage == "lobby":
            ticket.stage = "done"
            self.lobby.discard(ticket)
            if ticket.task.key is not None:
                self._keys.discard(ticket.task.key)
            self._refuse(ticket, _cancelled(ticket.task))
            if ticket.feed is not None:
                ticket.feed.waits = False
                self.advance(ticket.feed)

    def refuse_rest(self, feed: Feed) -> int:
        """Cancel the tasks of a feed that have not been read; an endless feed just ends. Returns how many."""
        count = 0
        for place, task in feed.rest():
            self._refuse(self._fed_ticket(feed, place, task), _cancelled(task))
            count += 1
        self.close_feed(feed)
        return count

    def abandon_running(self) -> None:
        """Give up on handlers that ignore their cancellation: their tasks end now, without them."""
        for attempt in tuple(self.crew.running.values()):
            ticket = attempt.ticket
            ticket.attempt = None
            self.crew.abandon(attempt)
            _release_limits(attempt, None)
            ticket.spent += attempt.spent
            text = f"{ticket.task.name} ignored its cancellation and was abandoned at the shutdown"
            self._end(ticket, False, None, SpawnerError(text, "TASK_CANCELLED"), attempt.worker_id)


def check_task(task: object) -> None:
    """Raise ValidationError for what is no SpawnTask."""
    if not isinstance(task, SpawnTask):
        raise ValidationError("task", task, f"task: a SpawnTask is needed, not {type(task).__name__}")


def _error_of(attempt: Attempt, exc: BaseException | None) -> SpawnerError:
    """Why an attempt failed, with the handler's own exception as the cause."""
    task = attempt.ticket.task
    error: SpawnerError
    if isinstance(exc, SystemExit):
        error = SpawnerError(f"the handler of {task.name} called sys.exit({exc.code!r})", "BUG")
    elif attempt.stop == "cancel" or isinstance(exc, asyncio.CancelledError):
        error = _cancelled(task)
    elif attempt.stop == "timeout":
        error = TaskTimeoutError(task.name, attempt.timeout)
    else:
        assert exc is not None
        error = wrap_error(exc)
        if isinstance(error, TaskTimeoutError) and error is not exc:
            error.task_name = task.name
            error.metadata["task_name"] = task.name
        return error
    if not isinstance(exc, asyncio.CancelledError):
        error.__cause__ = exc
    return error


def _cancelled(task: SpawnTask[Any, Any]) -> SpawnerError:
    return SpawnerError(f"{task.name} was cancelled", "TASK_CANCELLED")


def _release_limits(attempt: Attempt, verdict: bool | None) -> None:
    for limit in attempt.ticket.task.limits:
        if attempt.started is None:
            limit.withdrawn()
        else:
            limit.finished(verdict)
