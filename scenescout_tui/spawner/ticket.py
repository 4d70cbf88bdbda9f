"""One accepted task on its way to a result."""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from scenescout_tui.spawner.result import SpawnResult
from scenescout_tui.spawner.task import SpawnTask

if TYPE_CHECKING:
    from scenescout_tui.errors import SpawnerError
    from scenescout_tui.spawner.crew import Attempt
    from scenescout_tui.spawner.feed import Feed

#: lobby: before the bounded queue; queued: in it; retrying: between attempts; running; done: has its result.
Stage: TypeAlias = Literal["lobby", "queued", "retrying", "running", "done"]


class Owner(Protocol):
    """What a ticket asks of its spawner."""

    def withdraw(self, ticket: Ticket) -> None:
        """Nobody waits for this ticket any more: its task is cancelled."""
        ...


class Ticket(asyncio.Future[SpawnResult[Any]]):
    """The future a caller awaits, and the state of its task until then; one object, since thousands may wait.

    Cancelling it, or the asyncio task that awaits it, withdraws the task: removed if it waits, cancelled if
    it runs.
    """

    __slots__ = (
        "attempt", "attempts", "context", "error", "feed", "order", "owner", "place", "spent", "stage",
        "task",
    )  # fmt: skip

    task: SpawnTask[Any, Any]
    owner: Owner
    #: Counts up with each ticket of a spawner: FIFO among equal priorities.
    order: int
    stage: Stage
    #: The caller's context variables at the time of the call; None for a ticket that is done.
    context: Context | None
    #: How often the handler was called.
    attempts: int
    #: Seconds of the attempts that have ended.
    spent: float
    #: The attempt that runs now.
    attempt: Attempt | None
    #: Why the last attempt failed.
    error: SpawnerError | None
    #: The batch or stream this came from, and its place in it; None for a single task.
    feed: Feed | None
    place: int

    def __init__(
        self,
        task: SpawnTask[Any, Any],
        owner: Owner,
        order: int,
        context: Context,
        feed: Feed | None,
        place: int,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(loop=loop)
        self.task = task
        self.owner = owner
        self.order = order
        self.stage = "lobby"
        self.context = context
        self.attempts = 0
        self.spent = 0.0
        self.attempt = None
        self.error = None
        self.feed = feed
        self.place = place

    def cancel(self, msg: Any | None = None) -> bool:
        if not super().cancel(msg):
            return False
        self.owner.withdraw(self)
        return True

    def __repr__(self) -> str:
        return f"<Ticket {self.task.name!r} {self.stage}>"
