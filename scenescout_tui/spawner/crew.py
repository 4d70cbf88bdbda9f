"""The workers: attempts that run now, their timeouts, and how they are made to end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from heapq import heappop, heappush
from time import monotonic
from typing import Any, Final, Literal, TypeAlias

from anyio import CancelScope

from scenescout_tui.safe_text import for_log
from scenescout_tui.spawner.cancelling import deliver_once_more, forget
from scenescout_tui.spawner.lifecycle import Lifecycle, LifecycleEvent
from scenescout_tui.spawner.ticket import Ticket
from scenescout_tui.spawner.watchdog import Watchdog

#: Why an attempt was told to end.
Stop: TypeAlias = Literal["timeout", "cancel"]

#: Seconds for which a cancellation is delivered in every pass of the loop, as anyio does it.
_INSIST: Final = 0.1
#: After that it is delivered in growing intervals up to this (seconds).
_REMIND: Final = 1.0
#: Seconds after which work that still runs is named in the log.
_NAME_AFTER: Final = 1.0

_NEVER: Final = float("inf")
_log = logging.getLogger("scenescout_tui.spawner")


class Attempt:
    """One call of a handler, on one worker."""

    #: Seconds of `time.monotonic()`, like all times here: when the handler was called; None before that.
    started: float | None = None
    deadline = _NEVER
    #: When the handler ended.
    ended: float | None = None
    scope: CancelScope | None = None
    stop: Stop | None = None
    stopped_at = 0.0
    named = False
    abandoned = False
    #: The asyncio task; None once it reported its end.
    job: asyncio.Task[None] | None = None

    def __init__(self, ticket: Ticket, worker_id: int, timeout: float) -> None:
        self.ticket = ticket
        self.worker_id = worker_id
        self.timeout = timeout

    @property
    def spent(self) -> float:
        """Seconds in the handler, so far."""
        if self.started is None:
            return 0.0
        return (monotonic() if self.ended is None else self.ended) - self.started


class _Job(asyncio.Task[None]):
    """The asyncio task of one attempt."""

    __slots__ = ("attempt",)

    attempt: Attempt

    def cancel(self, msg: Any | None = None) -> bool:
        if self.attempt.started is None and not self.done():
            # A native cancel before the first step would end the coroutine unrun, and the task without a
            # result.
            self.attempt.stop = "cancel"
            return True
        return super().cancel(msg)


class Crew:
    """Runs each attempt as an asyncio task of its own, inside one anyio cancel scope.

    An own task keeps attempts apart: a handler that keeps `current_task()`, leaks a scope or ends by a native
    cancel harms no other one. The scope makes cancellation respect anyio shields, so a handler that awaits a
    worker thread keeps its worker until the thread has ended. A worker is free when the task has ended, never
    earlier. Timeouts share one timer: no timer is made and dropped per attempt.
    """

    def __init__(
        self, lifecycle: Lifecycle, ended: Callable[[Attempt, Any, BaseException | None], None]
    ) -> None:
        self.running: dict[int, Attempt] = {}
        self.watchdog = Watchdog(self.running)
        self._lifecycle = lifecycle
        self._ended = ended
        self._free: list[int] = []
        self._highest = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = _NEVER
        self._abandoned: set[asyncio.Task[None]] = set()
        # What CancelScope() makes on this loop's backend; asking for it each time costs 1 µs.
        self._new_scope: Callable[[], CancelScope] = CancelScope

    def start(self, ticket: Ticket, timeout: float) -> None:
        """Give a ticket to a worker; its handler is called in the next pass of the loop, in the caller's
        context.
        """
        if self._free:
            worker_id = heappop(self._free)
        else:
            worker_id = self._highest = self._highest + 1
        attempt = Attempt(ticket, worker_id, timeout)
        ticket.stage = "running"
        ticket.attempt = attempt
        self.running[worker_id] = attempt
        if not self.watchdog.active:
            self.watchdog.start()
            self._new_scope = type(CancelScope())
        assert ticket.context is not None
        # Not loop.create_task: a task factory of the application might run the handler here and now.
        job = _Job(
            self._run(attempt), loop=ticket.get_loop(), name=ticket.task.name, context=ticket.context.copy()
        )
        job.attempt = attempt
        attempt.job = job

    def stop(self, attempt: Attempt, why: Stop) -> None:
        """Tell an attempt to end; it keeps its worker until it has. A cancel outranks a timeout."""
        if attempt.stop is None:
            attempt.stopped_at = monotonic()
            if attempt.scope is not None:
                attempt.scope.cancel()
            attempt.ticket.get_loop().call_later(_INSIST, self._insist, attempt, _INSIST)
        if attempt.stop != "cancel":
            attempt.stop = why

    def abandon(self, attempt: Attempt) -> None:
        """Leave an attempt alone that does not end; its worker is gone for good."""
        del self.running[attempt.worker_id]
        attempt.abandoned = True
        job = attempt.job
        assert job is not None
        self._abandoned.add(job)
        job.add_done_callback(self._abandoned.discard)
        if attempt.scope is not None:
            deliver_once_more(attempt.scope)
        forget(job)

    def close(self) -> None:
        """End what belongs to the crew itself; nothing may run."""
        self.watchdog.stop()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm, self._alarm_at = None, _NEVER

    async def _run(self, attempt: Attempt) -> None:
        """Run one attempt and report its end, whatever that is; only a KeyboardInterrupt leaves this."""
        value: Any = None
        failure: BaseException | None = None
        if attempt.stop is None:
            try:
                with self._new_scope() as scope:
                    attempt.scope = scope
                    try:
                        self._begin(attempt)
                        task = attempt.ticket.task
                        value = await task.handler(task.data)
                    finally:
                        attempt.ended = monotonic()
            except BaseException as exc:
                failure = exc
        if attempt.abandoned:
            return
        del self.running[attempt.worker_id]
        heappush(self._free, attempt.worker_id)
        # Attempt and job hold each other, an exception holds this frame: without cycles all goes without gc.
        attempt.job = None
        self._ended(attempt, value, failure)
        if isinstance(failure, KeyboardInterrupt):
            raise failure
        failure = None

    def _begin(self, attempt: Attempt) -> None:
        ticket = attempt.ticket
        task = ticket.task
        attempt.started = now = monotonic()
        ticket.attempts += 1
        for limit in task.limits:
            limit.started()
        attempt.deadline = deadline = now + attempt.timeout
        if deadline < self._alarm_at:
            self._set_alarm(deadline)
        if "worker:start" in self._lifecycle.callbacks:
            self._lifecycle.tell(
                LifecycleEvent("worker:start", now, task.id, task.name, ticket.attempts, attempt.worker_id)
            )

    def _set_alarm(self, when: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        loop = asyncio.get_running_loop()
        self._alarm_at = when
        self._alarm = loop.call_later(max(0.0, when - monotonic()), self._ring)

    def _ring(self) -> None:
        """Stop every attempt whose time is up, and set the alarm for the next."""
        self._alarm, self._alarm_at = None, _NEVER
        now = monotonic()
        following = _NEVER
        for attempt in tuple(self.running.values()):
            if attempt.stop is not None or attempt.ended is not None:
                continue
            if attempt.deadline <= now:
                self.stop(attempt, "timeout")
            elif attempt.deadline < following:
                following = attempt.deadline
        if following < _NEVER:
            self._set_alarm(following)

    def _insist(self, attempt: Attempt, pause: float) -> None:
        if attempt.job is None or attempt.abandoned:
            return
        if attempt.scope is not None:
            deliver_once_more(attempt.scope)
        if not attempt.named and monotonic() - attempt.stopped_at >= _NAME_AFTER:
            attempt.named = True
            _log.warning(
                "handler %s was told to end (%s) and still runs; it keeps worker %d",
                for_log(attempt.ticket.task.name), attempt.stop, attempt.worker_id,
            )  # fmt: skip
        pause = min(pause * 2, _REMIND)
        attempt.ticket.get_loop().call_later(pause, self._insist, attempt, pause)
