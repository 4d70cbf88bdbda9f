"""Where records are prepared: in the engine's thread or, for large imports, in worker processes."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import anyio
import anyio.lowlevel
import msgspec
from anyio import BrokenWorkerProcess, to_process

from scenescout_tui.errors import SpawnerError
from scenescout_tui.events.enrich import StepTimes
from scenescout_tui.events.record import PreparedRecord, RecordError
from scenescout_tui.imports.prepare import Batch, PrepareOptions, prepare, unread
from scenescout_tui.imports.worker import prepare_packed, unpacked
from scenescout_tui.sources.pages import RawRecord

T = TypeVar("T")

log = logging.getLogger(__name__)

#: Bytes of records prepared in one turn of the loop: some 20 ms of work at worst.
TURN = 500_000
#: Records of a run from which on worker processes pay, where nobody has said how many there shall be.
LARGE = 5_000
#: Worker processes at most, where nobody has said how many.
MOST = 4
#: How often the same work is given to a worker process before it is blamed for the end of it.
TRIES = 2
#: Seconds for which the end waits for workers that have something to do.
LAST_WAIT = 5.0


class Preparer:
    """Runs `prepare` for the runs of one engine; nobody else knows where it runs.

    ``processes``: worker processes at most, 0 for none; None: none for the first `LARGE` records of a run,
    then one fewer than the machine has cores, at most `MOST`. They start when there is work for them and end
    with `aclose`, with the loop, or with the engine's process, however that ends.

    A worker process imports the main module of this program again, under another name (`anyio.to_process`):
    a script that asks for worker processes needs its ``if __name__ == "__main__":``; without it they do not
    start, and the engine's thread does their work.

    :raises SpawnerError: in such a worker process.
    """

    def __init__(self, processes: int | None) -> None:
        if processes != 0:
            _allow_workers()
        self._from = LARGE if processes is None else 0
        self._processes = min(cores() - 1, MOST) if processes is None else processes
        most = max(1, self._processes)
        self._limiter = anyio.CapacityLimiter(most)
        #: Held by whoever has a worker do something, so that `aclose` knows when nobody does.
        self._turns = anyio.CapacityLimiter(most)
        #: The workers that have answered, as far as is known alive.
        self._pids: set[int] = set()

    async def prepare(
        self,
        batch: Batch,
        options: PrepareOptions,
        fingerprints: Sequence[bytes],
        wanted: Sequence[int],
        times: StepTimes | None = None,
    ) -> list[PreparedRecord]:
        """Do what `prepare.prepare` does; a record over which worker processes die comes back with the error
        WORKER_DIED.
        """
        work = _Work(batch, options, fingerprints, wanted, times)
        if wanted and self._processes and batch.first + len(batch.records) > self._from:
            return await self._in_workers(work)
        return await _in_this_thread(work)

    async def aclose(self) -> None:
        """End the worker processes; nothing can be prepared any more."""
        most = int(self._turns.total_tokens)
        with anyio.move_on_after(LAST_WAIT):  # what was cut may still start its worker
            for _ in range(most):
                await self._turns.acquire_on_behalf_of(object())
        workers = min(len(self._pids), most)
        async with anyio.create_task_group() as group:
            for _ in range(workers):
                group.start_soon(self._dismiss)
        self._pids.clear()

    async def _dismiss(self) -> None:
        """End one worker that waits for work; called several times at once it ends several."""
        with suppress(SystemExit, BrokenWorkerProcess, OSError):
            await self._run(sys.exit)

    async def _in_workers(self, work: _Work) -> list[PreparedRecord]:
        """Have a worker do the work; where it dies another one does, at last record by record."""
        for _ in range(TRIES):
            try:
                return await self._in_a_worker(work)
            except (BrokenWorkerProcess, OSError) as error:
                log.warning("%s: a worker process died or did not start: %s", work.batch.name, error)
                if await self._can_work():
                    continue
            except Exception as error:  # its files may be of another version by now
                log.warning("%s: a worker process failed: %r", work.batch.name, error)
            log.error("worker processes do not work here: the engine reads the records itself")
            self._processes = 0
            return await _in_this_thread(work)
        if len(work.wanted) == 1:
            return [_blamed(work)]
        return [record for at in work.wanted for record in await self._in_workers(work.only(at))]

    async def _in_a_worker(self, work: _Work) -> list[PreparedRecord]:
        packed = await self._call(prepare_packed, work.sent, work.options, work.fingerprints, work.wanted)
        found = unpacked(packed, work.batch, work.wanted)
        self._pids.add(found.pid)
        if work.times is not None:
            work.times.add(found.times)
        return found.records

    async def _can_work(self) -> bool:
        """Tell whether a worker can do nothing at all, so that records are not blamed for another's fault."""
        for _ in range(self._processes + 1):  # all that waited for work may have died
            with suppress(BrokenWorkerProcess, OSError):
                self._pids.add(await self._call(os.getpid))
                return True
        return False

    async def _call(self, function: Callable[..., T], *arguments: object) -> T:
        """Run a function in a worker process, which is started where none waits for work."""
        # Cancelled while a worker starts, anyio would leave it behind.
        async with self._turns:
            with anyio.CancelScope(shield=True):
                answer = await self._run(function, *arguments)
        return answer

    async def _run(self, function: Callable[..., T], *arguments: object) -> T:
        try:
            return await to_process.run_sync(partial(function, *arguments), limiter=self._limiter)
        except BaseException:
            self._pids.clear()  # one of them is gone; who is left answers again
            raise


@dataclass(frozen=True, slots=True)
class _Work:
    """What `prepare` is called with."""

    batch: Batch
    options: PrepareOptions
    fingerprints: Sequence[bytes]
    wanted: Sequence[int]
    times: StepTimes | None

    @property
    def sent(self) -> Batch:
        """The batch with the records that are wanted; the places of the others are empty."""
        if len(self.wanted) == len(self.batch.records):
            return self.batch
        wanted = set(self.wanted)
        return replace(
            self.batch,
            records=tuple(record if at in wanted else _EMPTY for at, record in enumerate(self.batch.records)),
        )

    def only(self, at: int) -> _Work:
        """Return the work on one record of the batch."""
        return replace(self, wanted=(at,))


_EMPTY = RawRecord(data=b"", line=0, origin="")


async def _in_this_thread(work: _Work) -> list[PreparedRecord]:
    records: list[PreparedRecord] = []
    for turn in turns(work.batch, work.wanted):
        records += prepare(work.batch, work.options, work.fingerprints, turn, work.times)
        await anyio.lowlevel.checkpoint()
    return records


def turns(batch: Batch, wanted: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cut work on large records into turns, between which others get theirs."""
    turn: list[int] = []
    size = 0
    for at in wanted:
        turn.append(at)
        size += len(batch.records[at].data)
        if size >= TURN:
            yield turn
            turn, size = [], 0
    if turn:
        yield turn


def _blamed(work: _Work) -> PreparedRecord:
    """Return the one record of the work as the one over which workers died."""
    (at,) = work.wanted
    error = RecordError(
        code="WORKER_DIED",
        message="the process that read this record died of it",
        action="Correct it at the source and import it again; or discard the dead letter.",
    )
    return msgspec.structs.replace(unread(work.batch, at, work.fingerprints[at]), error=error)


def _allow_workers() -> None:
    """See that worker processes of this one import what they should, and only that."""
    if to_process.__name__ in sys.orig_argv:  # a worker that imports the main module of its program
        raise SpawnerError(
            "this is a worker process, which has no workers of its own",
            metadata={"action": 'Put what starts your program below: if __name__ == "__main__":'},
        )
    # A worker is started by "python -m", which else looks for modules in the current folder first.
    os.environ.setdefault("PYTHONSAFEPATH", "1")


def cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
