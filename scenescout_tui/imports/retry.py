"""Dead letters imported again, as runs of their own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from scenescout_tui.imports.commands import CommandResult, RetryDeadLetters
from scenescout_tui.imports.core import ImportCore
from scenescout_tui.imports.report import RecordResult
from scenescout_tui.imports.request import RunRequest
from scenescout_tui.imports.run import ImportRun
from scenescout_tui.sources.pages import Page, RawRecord
from scenescout_tui.store import DeadLetter, Store

PAGE = 500


class DeadLetterWalk:
    """A `PageWalk` over the stored payloads of dead letters of one source."""

    def __init__(self, core: ImportCore, ids: Sequence[str]) -> None:
        self._core = core
        self._ids = ids
        self._at = 0

    @property
    def complete(self) -> bool:
        """Nothing is known of what is not there."""
        return False

    async def last_good_page(self) -> Page | None:
        """There is no older copy."""
        return None

    async def next_page(self) -> Page | None:
        """Return the next payloads."""
        ids = self._ids[self._at : self._at + PAGE]
        if not ids:
            return None
        letters = await self._core.threads.read(_read, self._core.store, ids)
        self._at += len(ids)
        return Page(
            records=tuple(RawRecord(one.payload or b"", one.line, one.origin) for one in letters),
            cursor=str(self._at),
            number=(self._at - 1) // PAGE + 1,
            total=len(self._ids),
            fraction=self._at / len(self._ids),
            age=max((datetime.now(UTC) - one.created_at).total_seconds() for one in letters),
        )

    async def aclose(self) -> None:
        """Nothing to let go of."""


def _read(store: Store, ids: Sequence[str]) -> tuple[DeadLetter, ...]:
    return tuple(store.dead_letter(one) for one in ids)


def _chosen(store: Store, command: RetryDeadLetters) -> list[DeadLetter]:
    """Find the open dead letters that a command names, the oldest first."""
    if command.ids:
        return [store.dead_letter(one) for one in command.ids]
    found: list[DeadLetter] = []
    page: Sequence[DeadLetter] = store.dead_letters(run_id=command.run_id, group=command.group, limit=PAGE)
    while page:
        found += page
        page = store.dead_letters(run_id=command.run_id, group=command.group, limit=PAGE, before=page[-1].id)
    return found[::-1]


async def start_retries(
    core: ImportCore,
    command: RetryDeadLetters,
    who: str,
    on_results: Callable[[tuple[RecordResult, ...]], None],
) -> CommandResult:
    """Start one run for each source of the dead letters asked for; ``data``: count, run_ids, run_id (the
    first).
    """
    found = await core.threads.read(_chosen, core.store, command)
    letters = [one for one in found if not one.blanked]
    if found and not letters:
        return CommandResult(
            False,
            "the bytes of these dead letters could not be kept any longer",
            "NOT_FOUND",
            "Import the source again.",
        )
    by_source = itertools.groupby(
        sorted(letters, key=lambda one: (one.source, one.id)), lambda one: one.source
    )
    runs: list[ImportRun] = []
    for source, mine in by_source:
        runs.append(await _retry_source(core, source, [letter.id for letter in mine], who, on_results))
    if not runs:
        return CommandResult(
            False, "there is no such dead letter", "NOT_FOUND", "List them with: scenescout errors list."
        )
    ids = [run.run_id for run in runs]
    return CommandResult(
        True,
        f"trying {len(letters):,} records again",
        data={"count": len(letters), "run_ids": ids, "run_id": ids[0]},
    )


async def _retry_source(
    core: ImportCore,
    source: str,
    ids: list[str],
    who: str,
    on_results: Callable[[tuple[RecordResult, ...]], None],
) -> ImportRun:
    request = RunRequest(
        source=source,
        walk=DeadLetterWalk(core, ids),
        who=who,
        label=f"{len(ids)} dead letters",
        on_results=on_results,
        dead_letters=tuple(ids),
    )
    return await core.start(request)
