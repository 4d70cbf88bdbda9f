"""Waiting tickets, highest priority first, FIFO among equals."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from typing import Final

from scenescout_tui.spawner.ticket import Stage, Ticket

#: Empty priorities passed over before they are forgotten; forgetting each at once costs more than it saves.
_KEEP_EMPTY: Final = 16


class TaskQueue:
    """One deque per priority: a waiting ticket costs 8 bytes and no comparison.

    A ticket that was taken out elsewhere stays as a dead entry (its stage has changed) until it comes up or
    the dead outnumber the living.
    """

    __slots__ = ("_dead", "_levels", "_order", "_ordered", "_stage", "size")

    def __init__(self, stage: Stage) -> None:
        #: Tickets that wait here.
        self.size = 0
        self._stage: Stage = stage
        self._levels: dict[int, deque[Ticket]] = {}
        # Negated priorities, ascending, and their deques in the same order.
        self._order: list[int] = []
        self._ordered: list[deque[Ticket]] = []
        self._dead = 0

    def __iter__(self) -> Iterator[Ticket]:
        for level in self._ordered:
            yield from (ticket for ticket in level if ticket.stage == self._stage)

    def push(self, ticket: Ticket) -> None:
        """Put a ticket behind those of its priority."""
        ticket.stage = self._stage
        self.size += 1
        negative = -ticket.task.priority
        level = self._levels.get(negative)
        (self._new_level(negative) if level is None else level).append(ticket)

    def push_front(self, ticket: Ticket) -> None:
        """Put a ticket before those of its priority: it was accepted earlier."""
        ticket.stage = self._stage
        self.size += 1
        negative = -ticket.task.priority
        level = self._levels.get(negative)
        (self._new_level(negative) if level is None else level).appendleft(ticket)

    def pop(self) -> Ticket | None:
        """Take the next ticket out; None where none waits."""
        for empty, level in enumerate(self._ordered):
            while level:
                ticket = level.popleft()
                if ticket.stage == self._stage:
                    self.size -= 1
                    if empty > _KEEP_EMPTY:
                        self._forget_empty()
                    return ticket
                self._dead -= 1
        return None

    def peek(self) -> Ticket | None:
        """The next ticket, left where it is."""
        ticket = self.pop()
        if ticket is not None:
            self.push_front(ticket)
        return ticket

    def discard(self, ticket: Ticket) -> None:
        """Take out a ticket of this queue; its stage must have been changed before."""
        self.size -= 1
        self._dead += 1
        if self._dead > self.size + 64:
            self._bury()

    def _new_level(self, negative: int) -> deque[Ticket]:
        level = self._levels[negative] = deque()
        place = bisect_left(self._order, negative)
        self._order.insert(place, negative)
        self._ordered.insert(place, level)
        return level

    def _forget_empty(self) -> None:
        self._order = [negative for negative in self._order if self._levels[negative]]
        self._levels = {negative: self._levels[negative] for negative in self._order}
        self._ordered = list(self._levels.values())

    def _bury(self) -> None:
        for level in self._ordered:
            living = [ticket for ticket in level if ticket.stage == self._stage]
            level.clear()
            level.extend(living)
        self._dead = 0
