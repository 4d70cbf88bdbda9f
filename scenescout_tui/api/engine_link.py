"""The engine, which lives in a loop of its own, as the routes await it."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any, TypeVar

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import Command, CommandResult, GetRunReport, ListErrors, StartImport
from scenescout_tui.imports.handle import EngineHandle
from scenescout_tui.imports.report import RunReport
from scenescout_tui.imports.snapshot import EngineSnapshot

T = TypeVar("T")

#: Seconds within which an engine in good order answers.
_PROMPT = 2.0
#: Seconds for which the answer of an engine that has ended may still be on its way.
_LAST_ANSWER = 1.0
_NOT_READY = frozenset({"starting", "draining", "stopped", "failed"})


class EngineLink:
    """Made in the loop of the routes.

    What it waits for is never cancelled with its waiter: an import that was accepted goes on when its caller
    has gone.
    """

    def __init__(self, handle: EngineHandle) -> None:
        self._handle = handle
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.ended = asyncio.wrap_future(handle.ended)

    @property
    def running(self) -> int:
        """Imports that were asked for here and have not ended."""
        return self._running

    def snapshot(self) -> EngineSnapshot:
        """Return the newest picture."""
        return self._handle.snapshot()

    async def idle(self) -> None:
        """Return once no import runs."""
        await self._idle.wait()

    async def send(self, command: Command) -> CommandResult:
        """Hand over a command and return the engine's answer."""
        return await self._answer(self._handle.send(command))

    async def run_import(self, job: StartImport) -> RunReport:
        """Start an import and return what came of it, finished or not.

        :raises SpawnerError: when the engine refuses it, or ends before its answer.
        """
        self._running += 1
        self._idle.clear()
        try:
            accepted = await self.send(job)
            if not accepted.ok:
                raise SpawnerError(accepted.message, accepted.code or "REFUSED")
            report: RunReport = await self._answer(
                self._handle.query(GetRunReport(accepted.data["run_id"], wait=True))
            )
            return report
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def trouble(self) -> str | None:
        """Say why an import would not work now; None where the engine answers and the store can be read."""
        state = self.snapshot().state
        if state in _NOT_READY:
            return f"the engine is {state}"
        try:
            async with asyncio.timeout(_PROMPT):
                await self._answer(self._handle.query(ListErrors(limit=1)))
        except TimeoutError:
            return f"the engine has not answered within {_PROMPT:g} s"
        except SpawnerError as error:
            return error.message
        return None

    async def _answer(self, future: Future[T]) -> T:
        answer = asyncio.wrap_future(future)
        # Waited for so that a cancelled waiter does not cancel the answer.
        either: set[asyncio.Future[Any]] = {answer, self.ended}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            await asyncio.wait({answer}, timeout=_LAST_ANSWER)
        if not answer.done():
            raise SpawnerError("the engine has stopped", "SPAWNER_STOPPED")
        return answer.result()
