"""Many tasks given at once: they enter the bounded queue as it has room, and their results are brought
together.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sized
from contextvars import copy_context
from types import TracebackType
from typing import Any, Final, Generic, Protocol, Self, TypeVar

from scenescout_tui.errors import ValidationError
from scenescout_tui.spawner.result import SpawnResult
from scenescout_tui.spawner.task import SpawnTask

ResultT = TypeVar("ResultT")

_END: Final = object()


class Feed(ABC):
    """A source of tasks, read one ahead of the queue, and the place where their results go."""

    def __init__(self) -> None:
        self.context = copy_context()
        #: Whether one of its tickets is in the lobby.
        self.waits = False
        #: Whether no more tasks come from here.
        self.exhausted = False
        #: Tasks read that have no result yet.
        self._out = 0

    @property
    def ended(self) -> bool:
        """Whether every task was read and has its result."""
        return self.exhausted and self._out == 0

    @property
    @abstractmethod
    def finite(self) -> bool:
        """Whether all tasks are known: only then do those never reached get results too."""

    @abstractmethod
    def pull(self) -> tuple[int, SpawnTask[Any, Any]] | None:
        """The next task and its place; None where there is none, or none is wanted now. Never raises."""

    @abstractmethod
    def rest(self) -> Iterator[tuple[int, SpawnTask[Any, Any]]]:
        """The tasks not read yet, with their places; none of an endless feed."""

    @abstractmethod
    def collect(self, place: int, result: SpawnResult[Any]) -> None:
        """Take the result of the task that was pulled as `place`."""

    @abstractmethod
    def close(self) -> None:
        """Read no further task."""


class Batch(Feed):
    """All results, in the order of the tasks."""

    finite = True

    def __init__(self, tasks: list[SpawnTask[Any, Any]]) -> None:
        super().__init__()
        self._tasks = tasks
        self._read = 0
        self._results: list[SpawnResult[Any] | None] = [None] * len(tasks)
        self.results: asyncio.Future[list[SpawnResult[Any]]] = asyncio.get_running_loop().create_future()

    def pull(self) -> tuple[int, SpawnTask[Any, Any]] | None:
        place = self._read
        if self.exhausted or place == len(self._tasks):
            self.close()
            return None
        self._read = place + 1
        self._out += 1
        return place, self._tasks[place]

    def rest(self) -> Iterator[tuple[int, SpawnTask[Any, Any]]]:
        while (pulled := self.pull()) is not None:
            yield pulled

    def collect(self, place: int, result: SpawnResult[Any]) -> None:
        self._out -= 1
        self._results[place] = result
        if not self._out and self.exhausted:
            self._finish()

    def close(self) -> None:
        self.exhausted = True
        if not self._out:
            self._finish()

    def _finish(self) -> None:
        if not self.results.done():
            self.results.set_result([result for result in self._results if result is not None])


class Feeder(Protocol):
    """What a stream asks of its spawner."""

    def feed(self, feed: Feed) -> None:
        """Take tasks from the feed as the queue has room."""
        ...

    def drop(self, feed: Feed) -> None:
        """Cancel what is left of the feed."""
        ...


class Stream(Feed, Generic[ResultT], AsyncIterator[SpawnResult[ResultT]]):
    """Results as they finish; an async context manager and iterator.

    At most `unread` results wait for the reader: then no further task starts until it reads on. Leaving the
    context early cancels the rest, without waiting for handlers that are slow to end. An exception of the
    caller's iterator is raised to the reader after the results before it.
    """

    def __init__(self, tasks: Iterable[SpawnTask[Any, ResultT]], feeder: Feeder, unread: int) -> None:
        super().__init__()
        self._finite = isinstance(tasks, Sized)
        self._tasks = iter(tasks)
        self._feeder = feeder
        self._unread = unread
        self._ready: deque[SpawnResult[ResultT]] = deque()
        self._readers: list[asyncio.Future[None]] = []
        self._error: Exception | None = None

    async def __aenter__(self) -> Self:
        self._feeder.feed(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._feeder.drop(self)

    async def __anext__(self) -> SpawnResult[ResultT]:
        if not self.exhausted and not self.waits:
            self._feeder.feed(self)
        while not self._ready:
            if self.ended:
                if self._error is not None:
                    raise self._error
                raise StopAsyncIteration
            reader = asyncio.get_running_loop().create_future()
            self._readers.append(reader)
            await reader
        return self._ready.popleft()

    @property
    def finite(self) -> bool:
        return self._finite

    def pull(self) -> tuple[int, SpawnTask[Any, Any]] | None:
        return self._read() if self._out + len(self._ready) < self._unread else None

    def rest(self) -> Iterator[tuple[int, SpawnTask[Any, Any]]]:
        while self._finite and (read := self._read()) is not None:
            yield read

    def collect(self, place: int, result: SpawnResult[Any]) -> None:
        self._out -= 1
        self._ready.append(result)
        self._wake()

    def close(self) -> None:
        self.exhausted = True
        self._wake()

    def _read(self) -> tuple[int, SpawnTask[Any, Any]] | None:
        if self.exhausted:
            return None
        try:
            # The caller's iterator sees the caller's context variables, whoever makes it go on.
            task = self.context.run(next, self._tasks, _END)
            if task is not _END and not isinstance(task, SpawnTask):
                raise ValidationError(
                    "tasks", task, f"tasks: a SpawnTask is needed, not {type(task).__name__}"
                )
        except Exception as exc:
            self._error = exc
            task = _END
        if not isinstance(task, SpawnTask):
            self.close()
            return None
        self._out += 1
        return 0, task

    def _wake(self) -> None:
        if self._ready or self.ended:
            readers, self._readers = self._readers, []
            for reader in readers:
                if not reader.done():
                    reader.set_result(None)
