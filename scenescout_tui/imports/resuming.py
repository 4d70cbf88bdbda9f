"""Runs that stopped before their end, and go on: when somebody says so, or when their limit has reset."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from scenescout_tui.errors import SpawnerError, classify_error
from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.core import RESUMABLE, ImportCore, OnResults
from scenescout_tui.imports.run import LONGEST_PARK
from scenescout_tui.store import NotResumableError, RunRow

log = logging.getLogger(__name__)

#: Runs that are offered at once.
OFFERED = 20


async def resume_runs(core: ImportCore, run_id: str | None, who: str, on_results: OnResults) -> CommandResult:
    """Go on with one run, or with all that can be gone on with.

    :raises SpawnerError: NOT_FOUND; or why none of them can go on.
    """
    chosen = await _chosen(core, run_id)
    begun: list[str] = []
    refused: SpawnerError | None = None
    for row in chosen:
        try:
            begun.append((await core.resume(row, who, on_results)).run_id)
        except SpawnerError as error:
            log.warning("run %s cannot go on: %s", row.id, error)
            refused = refused or error
    if not begun and refused is not None:
        raise refused
    if not begun:
        return CommandResult(True, "there is no import to go on with", data={"run_ids": []})
    words = f"going on with {chosen[0].source}" if len(begun) == 1 else f"going on with {len(begun)} imports"
    if refused is not None:
        words = f"{words}; not with all: {refused.message}"
    return CommandResult(True, words, data={"run_ids": begun})


async def _chosen(core: ImportCore, run_id: str | None) -> tuple[RunRow, ...]:
    if run_id is None:
        return await core.threads.read(core.store.resumable_runs, OFFERED)
    row = await core.threads.read(core.store.run, run_id)
    if row.state not in RESUMABLE:
        raise NotResumableError(row.id[-6:], row.state)
    return (row,)


class Waker:
    """Goes on with parked runs when their time has come."""

    def __init__(
        self, core: ImportCore, who: str, on_results: OnResults, changed: Callable[[], None]
    ) -> None:
        self._core = core
        self._who = who
        self._on_results = on_results
        self._changed = changed

    async def wake(self) -> None:
        """Set every parked run going whose time has come; say of those that cannot go on why not."""
        for row in await self._core.threads.read(self._core.store.waiting_runs):
            if row.id in self._core.stuck or not _is_due(row):
                continue
            try:
                await self._core.resume(row, self._who, self._on_results)
            except SpawnerError as error:
                # While the same is being imported it has to wait, and may have become pointless then.
                if error.code != "ALREADY_RUNNING":
                    await self._give_up(row, error)

    async def _give_up(self, row: RunRow, error: SpawnerError) -> None:
        log.warning("parked run %s cannot go on: %s", row.id, error)
        self._core.stuck[row.id] = f"cannot go on: {error.message}"
        write, store = self._core.threads.write, self._core.store
        action = classify_error(error).action
        await write(store.record_error, row.id, row.source, "resume", error.code, error.message, action)
        self._changed()


def _is_due(row: RunRow) -> bool:
    if row.resume_at is None:
        return False
    wait = row.resume_at.timestamp() - time.time()
    # Nobody is parked for longer: the clock was wrong when it was, and has been set back since.
    return wait <= 0 or wait > LONGEST_PARK
