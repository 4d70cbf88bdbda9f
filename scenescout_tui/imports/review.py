"""Review: what waits for a person read from the store, and what they say of it written there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_never

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.review_commands import (
    ApproveSubmissions,
    CountReview,
    DecideReview,
    DecideReviewByRule,
    GetReviewItem,
    ListReview,
    PairDecision,
    RefuseSubmissions,
    ReviewCase,
    ReviewCommand,
    ReviewField,
    ReviewQuery,
    ReviewRecord,
    ReviewRow,
    ReviewRule,
    UndoDecision,
)
from scenescout_tui.imports.threads import StoreThreads
from scenescout_tui.store import Decided, NotFoundError, ReviewFilters, ReviewItem, SourceRecordRow, Store

#: Pairs decided in one transaction: an import that writes meanwhile waits for so many at most.
TOGETHER = 200
#: Items of one read.
PAGE = 1_000

_DONE: dict[PairDecision, str] = {"same": "made one event", "different": "kept apart", "later": "put off"}


def answer_review(store: Store, query: ReviewQuery) -> Any:
    """Answer a query from the store; call it in a worker thread.

    :raises NotFoundError: for an item that nobody knows.
    """
    match query:
        case ListReview(rule=rule, limit=limit, after=after):
            return tuple(_row(item) for item in store.review_items(_filters(rule), limit, after=after))
        case CountReview(rule=rule):
            return store.count_review_items(_filters(rule))
        case GetReviewItem(item_id=item_id):
            return _case(store, item_id)
        case _:
            assert_never(query)


async def obey_review(threads: StoreThreads, command: ReviewCommand, who: str) -> CommandResult:
    """Write what a person said.

    :raises SpawnerError: NOT_FOUND for what is not there or not pending, else what the store raises.
    """
    store = threads.store
    match command:
        case DecideReview(item_ids=ids, decision=decision):
            return await _decide(threads, ids, decision, who)
        case DecideReviewByRule(rule=rule, decision=decision, most=most):
            ids = await threads.read(_chosen, store, rule, most)
            return await _decide(threads, ids, decision, who)
        case UndoDecision(undo_ids=undo_ids):
            return await _undo(threads, undo_ids, who)
        case ApproveSubmissions(item_ids=ids):
            return _settled("approved", await threads.write(store.approve, ids, who=who))
        case RefuseSubmissions(item_ids=ids, reason=reason):
            return _settled("refused", await threads.write(store.refuse, ids, reason, who=who))
        case _:
            assert_never(command)


async def _decide(
    threads: StoreThreads, ids: tuple[str, ...], decision: PairDecision, who: str
) -> CommandResult:
    done: list[Decided] = []
    for start in range(0, len(ids), TOGETHER):
        part = ids[start : start + TOGETHER]
        done.append(await threads.write(threads.store.decide_pairs, part, decision, who=who))
    count = sum(one.count for one in done)
    skipped = [one for part in done for one in part.skipped]
    if skipped and not count:
        raise SpawnerError(
            skipped[0].reason,
            code="NOT_DECIDED",
            metadata={"action": "Look at what waits now, and decide that."},
        )
    words = f"{count:,} pair{'' if count == 1 else 's'} {_DONE[decision]}"
    if skipped:
        words = f"{words}, {len(skipped):,} left as they were: {skipped[0].reason}"
    undo_ids = tuple(one.undo_id for one in done if one.undo_id is not None)
    return CommandResult(True, words, data={"count": count, "undo_ids": undo_ids})


async def _undo(threads: StoreThreads, undo_ids: tuple[str, ...], who: str) -> CommandResult:
    # The last first: a decision may rest on one before it.
    chosen: tuple[str | None, ...] = undo_ids[::-1] or (None,)
    try:
        done = [await threads.write(threads.store.undo_decision, one, who=who) for one in chosen]
    except NotFoundError:
        if undo_ids:
            raise
        return CommandResult(True, "there is nothing to take back", data={"count": 0})
    count = sum(one.count for one in done)
    skipped = [one for part in done for one in part.skipped]
    words = f"taken back: {done[0].words}" if len(done) == 1 else f"{count:,} decisions taken back"
    if skipped:
        words = f"{words}; {len(skipped):,} stay: {skipped[0].reason}"
    return CommandResult(True, words, data={"count": count})


def _chosen(store: Store, rule: ReviewRule, most: int) -> tuple[str, ...]:
    return tuple(item.id for item, _ in zip(_matching(store, rule), range(most), strict=False))


def _matching(store: Store, rule: ReviewRule) -> Iterator[ReviewItem]:
    """Walk the pairs that a rule lets pass, oldest first."""
    filters, after = _filters(rule), None
    while page := store.review_items(filters, PAGE, after=after):
        yield from (item for item in page if item.kind == "pair")
        after = page[-1].key


def _filters(rule: ReviewRule) -> ReviewFilters:
    return ReviewFilters(
        kind=rule.kind,
        state=rule.state,
        source=rule.source,
        city=rule.city,
        least_score=rule.least_score,
        most_score=rule.most_score,
    )


def _row(item: ReviewItem) -> ReviewRow:
    first, second = item.event, item.other
    return ReviewRow(
        item_id=item.id,
        kind=item.kind,
        state=item.state,
        score=item.score,
        evidence=item.evidence,
        at=item.at.timestamp(),
        key=item.key,
        event_id=first.id,
        title=first.title,
        other_title=second.title if second is not None else "",
        starts=first.start_local,
        city=first.city or (second.city if second is not None else None) or "",
        sources=tuple(dict.fromkeys((*first.sources, *(second.sources if second is not None else ())))),
    )


def _case(store: Store, item_id: str) -> ReviewCase:
    found = store.review_item(item_id)
    item = found.item
    return ReviewCase(
        row=_row(item),
        fields=tuple(ReviewField(one.field, one.first, one.second, one.differs) for one in found.differences),
        first=tuple(map(_record, found.records)),
        second=tuple(map(_record, found.other_records)),
        first_text=item.event.description_text or "",
        second_text="" if item.other is None else item.other.description_text or "",
    )


def _record(record: SourceRecordRow) -> ReviewRecord:
    return ReviewRecord(record.source, record.external_id, record.last_seen_at.timestamp())


def _settled(word: str, done: Decided) -> CommandResult:
    undo_ids = () if done.undo_id is None else (done.undo_id,)
    words = f"{word} {done.count:,} submission{'' if done.count == 1 else 's'}"
    return CommandResult(True, words, data={"count": done.count, "undo_ids": undo_ids})
