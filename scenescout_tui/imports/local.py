"""An engine in a thread of this process, and the handle by which a door reaches it."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from functools import cache
from typing import Any, TypeVar

import anyio

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import Command, CommandResult, Query, Stop
from scenescout_tui.imports.engine import ImportEngine
from scenescout_tui.imports.opening import WalkFactory
from scenescout_tui.imports.snapshot import STARTING, EngineSnapshot
from scenescout_tui.settings import Settings

log = logging.getLogger(__name__)

T = TypeVar("T")

#: Seconds for which a thread may keep the interpreter while others wait for it (DESIGN §2).
SWITCH_INTERVAL = 0.0005


class LocalEngineHandle:
    """The `EngineHandle` of an engine thread. Made by `start_engine`."""

    def __init__(
        self,
        settings: Settings,
        samples: Mapping[str, WalkFactory] | None,
        wakes_parked: bool,
        spreads: bool,
        tty: str | None,
    ) -> None:
        self._settings = settings
        self._wakes_parked = wakes_parked
        self._samples = samples
        self._spreads = spreads
        self._tty = tty
        #: Made in its own loop, which its locks and events belong to.
        self._engine: ImportEngine
        self._picture = STARTING
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready: Future[None] = Future()
        self._ended: Future[None] = Future()
        self._running: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="scenescout-engine", daemon=True)

    @property
    def ended(self) -> Future[None]:
        """Resolves when the engine has stopped; holds the exception when it died."""
        return self._ended

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Names of the tasks that did not end before the drain deadline; running ones while it has not
        passed.
        """
        running = tuple(row.task for row in self._picture.workers)
        return self._engine.unfinished or (() if self._ended.done() else running)

    def snapshot(self) -> EngineSnapshot:
        """The newest picture."""
        return self._picture

    def send(self, command: Command) -> Future[CommandResult]:
        """Hand over a command; after the engine's end it is refused."""

        def refuse() -> CommandResult:
            return CommandResult(
                False, "the engine has stopped", "SPAWNER_STOPPED", "Start SceneScout again."
            )

        return self._submit(self._engine.obey(command), refuse)

    def query(self, query: Query) -> Future[Any]:
        """Ask for data that is not in the snapshot; after the engine's end the answer is a `SpawnerError`."""

        def refuse() -> Any:
            raise SpawnerError("the engine has stopped", code="SPAWNER_STOPPED")

        return self._submit(self._engine.answer(query), refuse)

    def stop(self, drain: bool = True) -> None:
        """Ask the engine to end; returns at once, see `join`."""
        self.send(Stop(drain=drain))

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the engine's end, at most ``timeout`` seconds; tell whether it has ended."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def start(self) -> None:
        """Start the thread and wait until the store is open.

        :raises EngineLockedError: when another process runs the engine of this database.
        :raises DatabaseError: when the database cannot be opened.
        """
        self._thread.start()
        self._ready.result()

    def _take(self, picture: EngineSnapshot) -> None:
        self._picture = picture

    def _run(self) -> None:
        try:
            anyio.run(self._main)
        except BaseException as error:
            if self._ready.done():
                log.exception("the engine died")
                self._ended.set_exception(error)
            else:
                log.error("the engine could not start: %s", error)
                self._ready.set_exception(error)
                self._ended.set_result(None)
        else:
            self._ended.set_result(None)

    async def _main(self) -> None:
        self._engine = ImportEngine(
            self._settings,
            samples=self._samples,
            publish=self._take,
            wakes_parked=self._wakes_parked,
            spreads=self._spreads,
            tty=self._tty,
        )
        self._loop = asyncio.get_running_loop()
        await self._engine.run(ready=lambda: self._ready.set_result(None))

    def _submit(self, work: Coroutine[Any, Any, T], refuse: Callable[[], T]) -> Future[T]:
        """Run a coroutine in the engine's loop; ``refuse`` gives the answer when there is none any more."""
        answer: Future[T] = Future()

        def settle() -> None:
            try:
                answer.set_result(refuse())
            except Exception as error:
                answer.set_exception(error)

        async def run() -> None:
            try:
                answer.set_result(await work)
            except asyncio.CancelledError:
                settle()
                raise
            except Exception as error:
                answer.set_exception(error)

        def begin() -> None:
            task = asyncio.get_running_loop().create_task(run())
            self._running.add(task)
            task.add_done_callback(self._running.discard)

        try:
            if self._loop is None or self._ended.done():
                raise RuntimeError("no loop")
            self._loop.call_soon_threadsafe(begin)
        except RuntimeError:
            work.close()
            settle()
        return answer


def start_engine(
    settings: Settings,
    *,
    samples: Mapping[str, WalkFactory] | None = None,
    wakes_parked: bool = True,
    spreads: bool = False,
    tty: str | None = None,
) -> LocalEngineHandle:
    """Start an engine in a thread of its own and return its handle once the store is open.

    ``samples`` are the walks of sources that can be asked without an input; ``wakes_parked``: runs that wait
    for their source's limit go on by themselves; ``spreads``: large imports take worker processes also where
    the settings say nothing of them (see `Preparer`); ``tty``: the terminal of whoever commands, for the
    audit log. From then on the interpreter changes threads more
    often, so that keys are answered during an import and the writer is not kept waiting, and the garbage
    collector looks less often.

    :raises EngineLockedError: when another process runs the engine of this database (its pid in the
    metadata).
    :raises DatabaseError: when the database cannot be opened.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    handle = LocalEngineHandle(settings, samples, wakes_parked, spreads, tty)
    handle.start()
    _spare_the_collector()
    return handle


@cache
def _spare_the_collector() -> None:
    """Let the garbage collector look less often, and no more at what is loaded by now.

    Records are freed by their counts; looking for cycles among them took a sixth of an import, in halts of up
    to 100 ms.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
