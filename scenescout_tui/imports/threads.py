"""The store called from an event loop: one thread at a time writes, a few read beside it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread

from scenescout_tui.store import BatchOutcome, BatchRequest, Store

T = TypeVar("T")
READERS = 4
#: Batches that share one transaction at most, so that none waits long for the others.
TOGETHER = 8


@dataclass(eq=False, slots=True)
class _Place:
    """A batch in the line of those that wait for the writer."""

    request: BatchRequest
    answer: BatchOutcome | Exception | None = None


class StoreThreads:
    """Runs the synchronous store in worker threads; a call once begun is finished even when its caller is
    cancelled.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._writer = anyio.CapacityLimiter(1)
        self._readers = anyio.CapacityLimiter(READERS)
        self._turn = anyio.Lock()
        self._waiting: deque[_Place] = deque()

    async def write(self, call: Callable[..., T], *args: object, **named: object) -> T:
        """Run a call that writes; calls wait for each other in the order they came."""
        return await anyio.to_thread.run_sync(partial(call, *args, **named), limiter=self._writer)

    async def commit(self, request: BatchRequest) -> BatchOutcome:
        """Commit a batch, together with those that wait at the same moment.

        :raises Exception: what `Store.commit_batch` raises for this batch.
        """
        place: _Place = _Place(request)
        self._waiting.append(place)
        try:
            async with self._turn:
                while place.answer is None:
                    await self.write(self._commit_waiting)
        except BaseException:
            if place in self._waiting:  # nobody waits for it any more
                self._waiting.remove(place)
            raise
        if isinstance(place.answer, Exception):
            raise place.answer
        return place.answer

    def _commit_waiting(self) -> None:
        """Commit what waits, the oldest first; in the writer's thread, so that nothing taken can be left
        behind.
        """
        taken = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
        answers = self.store.commit_batches([place.request for place in taken])
        for place, answer in zip(taken, answers, strict=True):
            place.answer = answer

    async def read(self, call: Callable[..., T], *args: object, **named: object) -> T:
        """Run a call that only reads; it does not wait for the writer."""
        return await anyio.to_thread.run_sync(partial(call, *args, **named), limiter=self._readers)
