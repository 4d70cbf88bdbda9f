"""The bounded queue, and which of its tickets may start now."""

from __future__ import annotations

from collections.abc import Iterator

from scenescout_tui.spawner.limits import LOOK_AGAIN, Limit
from scenescout_tui.spawner.task_queue import TaskQueue
from scenescout_tui.spawner.ticket import Ticket


class Backlog:
    """Tickets without limits in one queue, those under the same limits in one queue each.

    So a task that waits for a limit holds neither a worker nor the tasks behind it.
    """

    __slots__ = ("_limited", "_plain", "look_again", "size")

    def __init__(self) -> None:
        #: Tickets that wait here.
        self.size = 0
        self._plain = TaskQueue("queued")
        self._limited: dict[tuple[Limit, ...], TaskQueue] = {}
        #: After `take()` found nothing: seconds until a limit is worth asking again; None where no limit is
        #: to blame.
        self.look_again: float | None = None

    def __iter__(self) -> Iterator[Ticket]:
        yield from self._plain
        for queue in self._limited.values():
            yield from queue

    def push(self, ticket: Ticket) -> None:
        """Put a ticket behind those of its priority."""
        self.size += 1
        (self._queue(ticket) if ticket.task.limits else self._plain).push(ticket)

    def push_front(self, ticket: Ticket) -> None:
        """Put a ticket before those of its priority."""
        self.size += 1
        self._queue(ticket).push_front(ticket)

    def discard(self, ticket: Ticket) -> None:
        """Take out a ticket whose stage has been changed."""
        self.size -= 1
        self._queue(ticket).discard(ticket)

    def take(self) -> Ticket | None:
        """Take out the ticket that starts next, with its start reserved at all its limits; None where none
        may.
        """
        self.look_again = None
        if not self._limited:
            ticket = self._plain.pop()
            if ticket is not None:
                self.size -= 1
            return ticket
        best, source = self._plain.peek(), self._plain
        for limits, queue in tuple(self._limited.items()):
            head = queue.peek()
            if head is None:
                del self._limited[limits]
            elif (best is None or _before(head, best)) and self._allowed(limits):
                best, source = head, queue
        if best is None:
            return None
        source.pop()
        self.size -= 1
        for limit in best.task.limits:
            limit.reserve()
        return best

    def reasons(self) -> Iterator[str]:
        """Why limited tickets wait, in words."""
        for limits, queue in self._limited.items():
            if queue.size:
                tasks = "1 task waits" if queue.size == 1 else f"{queue.size} tasks wait"
                yield from (f"{limit.reason()} ({tasks})" for limit in limits if limit.delay() > 0)

    def _queue(self, ticket: Ticket) -> TaskQueue:
        limits = ticket.task.limits
        if not limits:
            return self._plain
        queue = self._limited.get(limits)
        if queue is None:
            queue = self._limited[limits] = TaskQueue("queued")
        return queue

    def _allowed(self, limits: tuple[Limit, ...]) -> bool:
        delay = max(limit.delay() for limit in limits)
        if delay <= 0:
            return True
        self.look_again = min(delay, LOOK_AGAIN, self.look_again or LOOK_AGAIN)
        return False


def _before(one: Ticket, other: Ticket) -> bool:
    return (-one.task.priority, one.order) < (-other.task.priority, other.order)
