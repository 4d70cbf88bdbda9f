"""The store called from an event loop: one thread at a time writes, a few read beside it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import anyio
import anyio.to_thread

from scenescout_tui.store import BatchOutcome, BatchRequest, KnownRecord, Store

T = TypeVar("T")
Q = TypeVar("Q")
READERS = 4
#: Batches that share one transaction at most, so that none waits long for the others.
TOGETHER = 8


@dataclass(eq=False, slots=True)
class _Place(Generic[Q, T]):
    """A question in a line, and its answer."""

    question: Q
    answer: T | Exception | None = None


class _Line(Generic[Q, T]):
    """Those that wait for a thread at the same moment are served together, in the order they came."""

    def __init__(
        self, serve: Callable[[Sequence[Q]], Sequence[T | Exception]], limiter: anyio.CapacityLimiter
    ) -> None:
        self._serve = serve
        self._limiter = limiter
        self._turn = anyio.Lock()
        self._waiting: deque[_Place[Q, T]] = deque()

    async def ask(self, question: Q) -> T:
        """Wait for the answer; a question once taken is served even when its asker is cancelled.

        :raises Exception: what the answer is, where it is one.
        """
        place: _Place[Q, T] = _Place(question)
        self._waiting.append(place)
        try:
            async with self._turn:
                while place.answer is None:
                    await anyio.to_thread.run_sync(self._serve_waiting, limiter=self._limiter)
        except BaseException:
            if place in self._waiting:  # nobody waits for it any more
                self._waiting.remove(place)
            raise
        if isinstance(place.answer, Exception):
            raise place.answer
        return place.answer

    def _serve_waiting(self) -> None:
        """Serve the oldest; in the thread, so that nothing taken can be left behind."""
        taken = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
        for place, answer in zip(taken, self._serve([one.question for one in taken]), strict=True):
            place.answer = answer


@dataclass(frozen=True, slots=True)
class _Question:
    """Which records of a batch were imported before; `source` None: of any source."""

    source: str | None
    digests: Sequence[bytes]


class StoreThreads:
    """Runs the synchronous store in worker threads; a call once begun is finished even when its caller is
    cancelled.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._writer = anyio.CapacityLimiter(1)
        self._readers = anyio.CapacityLimiter(READERS)
        self._commits: _Line[BatchRequest, BatchOutcome] = _Line(store.commit_batches, self._writer)
        self._digests: _Line[_Question, dict[bytes, KnownRecord]] = _Line(self._find, self._readers)

    async def write(self, call: Callable[..., T], *args: object, **named: object) -> T:
        """Run a call that writes; calls wait for each other in the order they came."""
        return await anyio.to_thread.run_sync(partial(call, *args, **named), limiter=self._writer)

    async def commit(self, request: BatchRequest) -> BatchOutcome:
        """Commit a batch, together with those that wait at the same moment.

        :raises Exception: what `Store.commit_batch` raises for this batch.
        """
        return await self._commits.ask(request)

    async def known_digests(self, source: str | None, digests: Sequence[bytes]) -> dict[bytes, KnownRecord]:
        """Do what `Store.known_digests` does, in one look with those that ask at the same moment.

        :raises DatabaseError:
        """
        return await self._digests.ask(_Question(source, digests))

    def _find(self, questions: Sequence[_Question]) -> list[dict[bytes, KnownRecord] | Exception]:
        try:
            found = {
                source: self.store.known_digests(
                    source, [digest for one in questions if one.source == source for digest in one.digests]
                )
                for source in {one.source for one in questions}
            }
        except Exception as error:
            return [error for _ in questions]
        return [found[one.source] for one in questions]

    async def read(self, call: Callable[..., T], *args: object, **named: object) -> T:
        """Run a call that only reads; it does not wait for the writer."""
        return await anyio.to_thread.run_sync(partial(call, *args, **named), limiter=self._readers)
