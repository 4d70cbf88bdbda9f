"""What the engine answers and does for the screen of errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from weakref import WeakKeyDictionary

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.doing.desk import Answers, Deeds, Desk, Shelf
from scenescout_tui.imports.errors_commands import (
    ClearErrorSet,
    CountFailures,
    DiscardLetters,
    ErrorLine,
    Failed,
    FailureFilters,
    FreezeFailures,
    GetFailure,
    GroupLine,
    Kind,
    LetterLine,
    ListFailures,
    ResubmitLetter,
    RetrySet,
    UndoClearing,
)
from scenescout_tui.imports.jobs import CHUNK, Job, Jobs
from scenescout_tui.imports.retry import resubmit, retry_to_end
from scenescout_tui.paging import Chosen, Count, Frozen, Page, Window
from scenescout_tui.store import NotFoundError, Store
from scenescout_tui.store.lines import Chunk, ErrorFilters, LetterFilters
from scenescout_tui.store.rows import DeadLetter, ErrorRow

#: Groups are few, because their messages have no numbers and names in them; of more the newest are shown.
_MOST_GROUPS = 2_000
#: Errors that one clear takes back at once, and dead letters that one run retries.
_LARGE = 10_000

#: What each job of an engine has cleared.
_cleared: WeakKeyDictionary[Jobs, dict[str, list[str]]] = WeakKeyDictionary()


# ── answers


def _list(shelf: Shelf, query: ListFailures) -> Page[GroupLine] | Page[ErrorLine] | Page[LetterLine]:
    store, filters, window = shelf.store, query.filters, query.window
    if query.kind == "groups":
        return _page_of(_groups(store, filters), window)
    if query.kind == "errors":
        errors = store.errors_page(_of_errors(store, filters), window)
        return Page(tuple(map(_error_line, errors.rows)), errors.more, errors.looked, errors.resume)
    letters = store.letters_page(_of_letters(store, filters), window)
    return Page(tuple(map(_letter_line, letters.rows)), letters.more, letters.looked, letters.resume)


def _count(shelf: Shelf, query: CountFailures) -> Count:
    store = shelf.store
    if query.kind == "groups":
        return Count(len(_groups(store, query.filters)))
    if query.kind == "errors":
        return store.count_errors(_of_errors(store, query.filters))
    return store.count_letters(_of_letters(store, query.filters))


def _freeze(shelf: Shelf, query: FreezeFailures) -> Frozen:
    store, chosen = shelf.store, query.chosen
    if query.kind == "groups":
        # Counted one after the other: what comes after the first look is in none of them.
        parts = [
            store.freeze_letters(_of_letters(store, one))
            if query.letters
            else store.freeze_errors(_of_errors(store, one))
            for one in _filters_of_groups(store, chosen)
        ]
        return Frozen(sum(one.number for one in parts), parts[0].upto if parts else "")
    if chosen.ids:
        return Frozen(len(chosen.ids), "")
    if query.kind == "errors":
        return store.freeze_errors(_of_errors(store, chosen.filters))
    return store.freeze_letters(_of_letters(store, chosen.filters))


def _get(shelf: Shelf, query: GetFailure) -> Failed:
    if query.kind == "letters":
        letter = shelf.store.dead_letter(query.key)
        return Failed(None, _letter_line(letter), letter.payload)
    error, of_error = shelf.store.error_detail(query.key)
    return Failed(
        _error_line(error),
        None if of_error is None else _letter_line(of_error),
        None if of_error is None else of_error.payload,
    )


def _page_of(lines: Sequence[GroupLine], window: Window) -> Page[GroupLine]:
    places = {line.key: place for place, line in enumerate(lines)}
    at = places.get(window.at) if window.at is not None else None
    if window.back:
        end = len(lines) if at is None else at + window.including
        begin = max(0, end - window.limit)
        return Page(tuple(lines[begin:end]), begin > 0)
    begin = 0 if at is None else at + (not window.including)
    return Page(tuple(lines[begin : begin + window.limit]), begin + window.limit < len(lines))


def _groups(store: Store, filters: FailureFilters) -> list[GroupLine]:
    of_run = None
    if filters.run:
        found = store.run_errors(store.run(filters.run).id, _MOST_GROUPS)
        of_run = {one.group_key: one.count for one in found}
    wanted = (
        ("key", filters.group),
        ("source", filters.source),
        ("stage", filters.stage),
        ("code", filters.code),
    )
    text = filters.text.casefold()
    return [
        GroupLine(
            one.key,
            one.source,
            one.stage,
            one.code,
            one.message,
            one.action,
            one.sample,
            one.open if of_run is None else of_run[one.key],
            one.first_seen_at.timestamp(),
            one.last_seen_at.timestamp(),
        )
        for one in store.error_groups(limit=_MOST_GROUPS)
        if all(not value or getattr(one, name) == value for name, value in wanted)
        and text in one.message.casefold()
        and (of_run is None or one.key in of_run)
    ]


def _of_errors(store: Store, filters: FailureFilters) -> ErrorFilters:
    return ErrorFilters(
        group=filters.group or None,
        source=filters.source or None,
        stage=filters.stage or None,
        code=filters.code or None,
        run_id=store.run(filters.run).id if filters.run else None,
        text=filters.text or None,
    )


def _of_letters(store: Store, filters: FailureFilters) -> LetterFilters:
    if filters.stage:
        raise SpawnerError(
            "dead letters have no stage",
            code="INPUT_ERROR",
            metadata={"action": "Leave out stage: in the filter."},
        )
    return LetterFilters(
        group=filters.group or None,
        source=filters.source or None,
        code=filters.code or None,
        run_id=store.run(filters.run).id if filters.run else None,
        text=filters.text or None,
    )


def _filters_of_groups(store: Store, chosen: Chosen[FailureFilters]) -> list[FailureFilters]:
    """Give a filter for each group of a set: what is in it, of the run that is asked for."""
    keys = chosen.ids or tuple(line.key for line in _groups(store, chosen.filters))
    return [FailureFilters(group=key, run=chosen.filters.run) for key in keys]


def _where(origin: str, line: int) -> str:
    return f"{origin} record {line}" if origin and line else origin


def _error_line(row: ErrorRow) -> ErrorLine:
    return ErrorLine(
        row.id,
        row.source,
        row.stage,
        row.code,
        row.message,
        row.action,
        _where(row.origin, row.line),
        row.field or "",
        row.run_id or "",
        row.dead_letter_id or "",
        row.created_at.timestamp(),
    )


def _letter_line(row: DeadLetter) -> LetterLine:
    return LetterLine(
        row.id,
        row.source,
        row.code,
        row.message,
        _where(row.origin, row.line),
        row.field or "",
        row.external_id or "",
        row.run_id,
        row.state,
        row.blanked,
        row.created_at.timestamp(),
    )


# ── sets, walked in chunks


def _chunk(store: Store, kind: Kind, filters: FailureFilters, at: str, limit: int, *, letters: bool) -> Chunk:
    if letters and kind != "errors":
        return store.chunk_of_letters(_of_letters(store, filters), at=at, limit=limit)
    return store.chunk_of_errors(_of_errors(store, filters), at=at, limit=limit)


async def _walk(
    desk: Desk, kind: Kind, chosen: Chosen[FailureFilters], size: int, *, letters: bool
) -> AsyncIterator[tuple[str, ...]]:
    """Give the ids of a set, never more than were confirmed: dead letters where ``letters`` and the set is
    not one of errors, else errors.
    """
    store, read = desk.core.store, desk.threads.read
    if chosen.ids and kind != "groups":
        for start in range(0, len(chosen.ids), size):
            yield chosen.ids[start : start + size]
        return
    parts = await read(_filters_of_groups, store, chosen) if kind == "groups" else [chosen.filters]
    left = chosen.most or 0
    for filters in parts:
        at: str | None = chosen.upto or ""
        while at is not None and left > 0:
            limit = min(size, left)
            ids, at = await read(_chunk, store, kind, filters, at, limit, letters=letters)
            left -= len(ids)
            if ids:
                yield ids


def _letters_of(store: Store, errors: Sequence[str]) -> tuple[str, ...]:
    """Find the dead letters of some errors, each once."""
    found: dict[str, None] = {}
    for one in errors:
        try:
            _, letter = store.error_detail(one)
        except NotFoundError:
            continue
        if letter is not None and letter.state == "open":
            found[letter.id] = None
    return tuple(found)


# ── deeds


def _begun(desk: Desk, words: str, job_id: str, chosen: Chosen[FailureFilters]) -> CommandResult:
    number = chosen.most if chosen.most is not None else len(chosen.ids)
    return CommandResult(True, words, data={"job_id": job_id, "count": number})


def _total(kind: Kind, chosen: Chosen[FailureFilters]) -> int:
    """How many were confirmed.

    Raises: SpawnerError where a set was never counted.
    """
    if chosen.most is not None:
        return chosen.most
    if kind == "groups" or not chosen.ids:
        raise SpawnerError("a set is counted first", code="INPUT_ERROR")
    return len(chosen.ids)


async def _clear(desk: Desk, deed: ClearErrorSet) -> CommandResult:
    if deed.kind == "letters":
        raise SpawnerError("dead letters are discarded, not cleared", code="INPUT_ERROR")

    async def work(job: Job) -> str:
        mine = _cleared.setdefault(desk.jobs, {}).setdefault(job.id, [])
        async for ids in _walk(desk, deed.kind, deed.chosen, _LARGE, letters=False):
            if job.cancelled:
                break
            done = await desk.threads.write(desk.core.store.clear_errors, ids=ids, who=desk.who, tty=desk.tty)
            if done.clear_id is not None:
                mine.append(done.clear_id)
            job.advance(done=done.count, skipped=len(ids) - done.count)
            desk.store_changed()
        return ""

    job_id = desk.jobs.start("clearing errors", _total(deed.kind, deed.chosen), work)
    return _begun(desk, "clearing errors", job_id, deed.chosen)


async def _undo(desk: Desk, deed: UndoClearing) -> CommandResult:
    cleared = _cleared.get(desk.jobs, {}).get(deed.job_id)
    if cleared is None:
        return CommandResult(True, "there is nothing to undo", data={"count": 0})
    if any(row.job_id == deed.job_id and row.state == "running" for row in desk.jobs.rows()):
        return CommandResult(
            False, "these errors are still being cleared", "BUSY", "Wait, or stop it among the long work."
        )
    del _cleared[desk.jobs][deed.job_id]

    async def work(job: Job) -> str:
        for clear_id in cleared:
            try:
                number = await desk.threads.write(
                    desk.core.store.undo_clear, clear_id, who=desk.who, tty=desk.tty
                )
                job.advance(done=number)
            except NotFoundError:
                job.advance()  # taken back by somebody else
            desk.store_changed()
        return f"{job.done:,} errors are back"

    return CommandResult(
        True,
        "bringing errors back",
        data={"job_id": desk.jobs.start("bringing errors back", None, work)},
    )


async def _retry(desk: Desk, deed: RetrySet) -> CommandResult:
    async def work(job: Job) -> str:
        async for ids in _walk(desk, deed.kind, deed.chosen, _LARGE, letters=True):
            if job.cancelled:
                break
            letters = ids
            if deed.kind == "errors":
                letters = await desk.threads.read(_letters_of, desk.core.store, ids)
                job.advance(skipped=len(ids) - len(letters))
            await retry_to_end(desk.core, letters, desk.who, desk.on_results, job)
            desk.store_changed()
        return ""

    job_id = desk.jobs.start("trying again", _total(deed.kind, deed.chosen), work)
    return _begun(desk, "trying again", job_id, deed.chosen)


async def _discard(desk: Desk, deed: DiscardLetters) -> CommandResult:
    def discard(ids: Sequence[str]) -> int:
        done = 0
        for one in ids:
            try:
                desk.core.store.discard_dead_letter(one, deed.reason, who=desk.who, tty=desk.tty)
            except NotFoundError:
                continue  # settled meanwhile
            done += 1
        return done

    async def work(job: Job) -> str:
        async for ids in _walk(desk, "letters", deed.chosen, CHUNK, letters=True):
            if job.cancelled:
                break
            done = await desk.threads.write(discard, ids)
            job.advance(done=done, skipped=len(ids) - done)
            desk.store_changed()
        return ""

    job_id = desk.jobs.start("discarding dead letters", _total("letters", deed.chosen), work)
    return _begun(desk, "discarding dead letters", job_id, deed.chosen)


async def _resubmit(desk: Desk, deed: ResubmitLetter) -> CommandResult:
    return await resubmit(desk.core, deed.letter_id, deed.payload, desk.who, desk.on_results)


ANSWERS: Answers = {
    ListFailures: _list,
    CountFailures: _count,
    FreezeFailures: _freeze,
    GetFailure: _get,
}
DEEDS: Deeds = {
    ClearErrorSet: _clear,
    UndoClearing: _undo,
    RetrySet: _retry,
    DiscardLetters: _discard,
    ResubmitLetter: _resubmit,
}
