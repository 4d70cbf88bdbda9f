"""Dead letters imported again, as runs of their own."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import anyio

from scenescout_tui.imports.commands import CommandResult, RetryDeadLetters
from scenescout_tui.imports.core import ImportCore, OnResults
from scenescout_tui.imports.jobs import Job
from scenescout_tui.imports.report import RecordResult
from scenescout_tui.imports.request import RunRequest
from scenescout_tui.imports.run import ImportRun
from scenescout_tui.sources.pages import Page, RawRecord
from scenescout_tui.store import DeadLetter, Store

PAGE = 500
#: Seconds between two looks at whether somebody wants a job to end.
_LOOK = 0.2


class DeadLetterWalk:
    """A `PageWalk` over the stored payloads of dead letters of one source; ``edited`` holds other bytes for
    some of them.
    """

    def __init__(
        self, core: ImportCore, ids: Sequence[str], edited: Mapping[str, bytes] | None = None
    ) -> None:
        self._core = core
        self._ids = ids
        self._edited = edited or {}
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
            records=tuple(
                RawRecord(self._edited.get(one.id, one.payload or b""), one.line, one.origin)
                for one in letters
            ),
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


def _chosen(store: Store, command: RetryDeadLetters) -> list[str]:
    """Find the open dead letters that a command names, the oldest first."""
    if command.ids:
        return [store.dead_letter(one).id for one in command.ids]
    found: list[str] = []
    page: Sequence[DeadLetter] = store.dead_letters(run_id=command.run_id, group=command.group, limit=PAGE)
    while page:
        found += [one.id for one in page]
        page = store.dead_letters(run_id=command.run_id, group=command.group, limit=PAGE, before=page[-1].id)
    return found[::-1]


def _whole(store: Store, ids: Sequence[str]) -> list[tuple[str, str]]:
    """Find the source and the id of those whose bytes are still there, by source."""
    parts = [ids[start : start + PAGE] for start in range(0, len(ids), PAGE)]
    return sorted(
        (one.source, one.id)
        for part in parts
        for one in store.letter_payloads(part)
        if one.payload is not None
    )


async def _begin(
    core: ImportCore, ids: Sequence[str], who: str, on_results: OnResults
) -> tuple[list[ImportRun], int]:
    """Start one run for each source of some dead letters; return them, and how many records they try."""
    letters = await core.threads.read(_whole, core.store, ids)
    runs: list[ImportRun] = []
    for source, mine in itertools.groupby(letters, lambda one: one[0]):
        runs.append(await _retry_source(core, source, [letter for _, letter in mine], who, on_results))
    return runs, len(letters)


async def start_retries(
    core: ImportCore, command: RetryDeadLetters, who: str, on_results: OnResults
) -> CommandResult:
    """Start one run for each source of the dead letters asked for; ``data``: count, run_ids, run_id (the
    first).
    """
    found = await core.threads.read(_chosen, core.store, command)
    runs, number = await _begin(core, found, who, on_results)
    if found and not runs:
        return CommandResult(
            False,
            "the bytes of these dead letters could not be kept any longer",
            "NOT_FOUND",
            "Import the source again.",
        )
    if not runs:
        return CommandResult(
            False, "there is no such dead letter", "NOT_FOUND", "List them with: scenescout errors list."
        )
    ids = [run.run_id for run in runs]
    return CommandResult(
        True,
        f"trying {number:,} records again",
        data={"count": number, "run_ids": ids, "run_id": ids[0]},
    )


async def retry_to_end(
    core: ImportCore, ids: Sequence[str], who: str, on_results: OnResults, job: Job
) -> None:
    """Import some dead letters again as a part of a job, which counts what came of each; a job that is
    cancelled stops their runs.
    """
    seen = 0

    def noted(results: tuple[RecordResult, ...]) -> None:
        nonlocal seen
        failed = sum(one.outcome == "failed" for one in results)
        seen += len(results)
        job.advance(done=len(results) - failed, failed=failed)
        on_results(results)

    runs, _ = await _begin(core, ids, who, noted)
    for run in runs:
        while run.ended_at is None:
            with anyio.move_on_after(_LOOK):
                await run.ended.wait()
            if job.cancelled and run.ended_at is None:
                run.stop(drain=True, state="cancelled")
    job.advance(skipped=len(ids) - seen)


async def resubmit(
    core: ImportCore, letter_id: str, payload: bytes, who: str, on_results: OnResults
) -> CommandResult:
    """Import other bytes in the place of an open dead letter's; ``data``: run_id.

    Raises: NotFoundError.
    """
    letter = await core.threads.read(core.store.dead_letter, letter_id)
    if letter.state != "open":
        return CommandResult(
            False, f"this dead letter is {letter.state} already", "NOT_FOUND", "Choose one that is open."
        )
    request = RunRequest(
        source=letter.source,
        walk=DeadLetterWalk(core, [letter.id], {letter.id: payload}),
        who=who,
        label="1 corrected dead letter",
        on_results=on_results,
        dead_letters=(letter.id,),
    )
    run = await core.start(request)
    return CommandResult(True, "importing what you have corrected", data={"count": 1, "run_id": run.run_id})


async def _retry_source(
    core: ImportCore,
    source: str,
    ids: list[str],
    who: str,
    on_results: OnResults,
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
