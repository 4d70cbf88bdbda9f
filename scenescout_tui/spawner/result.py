"""How a task ended."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from scenescout_tui.errors import SpawnerError

ResultT_co = TypeVar("ResultT_co", covariant=True)


class SpawnResult(NamedTuple, Generic[ResultT_co]):
    """The end of one task; every task that was given to a spawner gets exactly one."""

    success: bool
    #: What the handler returned; None unless `success`.
    data: ResultT_co | None
    #: Why it failed, with the original exception as `__cause__`; None where `success`.
    error: SpawnerError | None
    #: Seconds of all attempts together, without the time in the queue and between retries.
    duration: float
    #: The worker of the last attempt; None for a task that never started.
    worker_id: int | None
    #: How often the handler was called: 1 for a task that needed no retry, 0 for one that never started.
    attempts: int
    task_id: str
