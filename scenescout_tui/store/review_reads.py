"""What waits for a person: pairs of events that may be one, and submissions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select

from scenescout_tui.events.model import Event
from scenescout_tui.store.differences import differences
from scenescout_tui.store.event_rows import event_of, load_events, load_records
from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.review_rows import (
    PendingRow,
    ReviewDetail,
    ReviewFilters,
    ReviewItem,
    ReviewPair,
)
from scenescout_tui.store.rows import EventRow
from scenescout_tui.store.schema import events, record_contents, review_pairs, source_records
from scenescout_tui.store.stamps import optional_moment, to_moment
from scenescout_tui.store.writer.canonical import EVENT_COLUMNS, event_row

_EVENT_DECODER = msgspec.json.Decoder(Event)
_ALL = ReviewFilters()
_FEWEST = 4


class ReviewReads(StorePart):
    """Pairs and submissions, each by itself and in one list."""

    def review_items(
        self, filters: ReviewFilters = _ALL, limit: int = 100, *, after: str | None = None
    ) -> tuple[ReviewItem, ...]:
        """List what waits for a person, oldest first; with state "all", behind it what was put off.

        `after` (the `key` of an item) goes on behind an item at any depth, decided or not.

        Raises: DatabaseError.
        """
        found: list[ReviewItem] = []
        with self._database.reading("review_items") as connection:
            for rank, state in enumerate(("open", "later")):
                if filters.state not in (state, "all") or (after is not None and rank < int(after[0])):
                    continue
                behind = after[1:] if after is not None and rank == int(after[0]) else ""
                items = _pairs(connection, filters, state, behind, limit - len(found))
                if state == "open":
                    items += _submissions(connection, filters, behind, limit - len(found))
                found += sorted(items, key=lambda item: item.id)[: limit - len(found)]
        return tuple(found)

    def count_review_items(self, filters: ReviewFilters = _ALL) -> int:
        """Count the items that pass the filters.

        Raises: DatabaseError.
        """
        states = ("open", "later") if filters.state == "all" else (filters.state,)
        queries = [_pair_ids(filters, state) for state in states if filters.kind != "submission"]
        if "open" in states and _asks_for_submissions(filters):
            queries.append(_submission_ids(filters))
        with self._database.reading("count_review_items") as connection:
            return sum(
                connection.scalar(select(func.count()).select_from(one.subquery())) or 0 for one in queries
            )

    def review_pair_ids(self, filters: ReviewFilters = _ALL, limit: int = 100_000) -> tuple[str, ...]:
        """Name the pairs that pass the filters, oldest first, for deciding them at once.

        Raises: DatabaseError.
        """
        states = ("open", "later") if filters.state == "all" else (filters.state,)
        found: list[str] = []
        with self._database.reading("review_pair_ids") as connection:
            for state in states if filters.kind != "submission" else ():
                query = _pair_ids(filters, state).order_by(review_pairs.c.id).limit(limit - len(found))
                found += connection.scalars(query)
        return tuple(found)

    def review_item(self, wanted: str) -> ReviewDetail:
        """Return the pair or submission of this id, or the only one that waits whose id ends so.

        Pairs that are decided are found too, by their whole ids.

        Raises: NotFoundError when none or several fit, DatabaseError.
        """
        with self._database.reading("review_item") as connection:
            item_id = _whole_id(connection, wanted)
            p = review_pairs.c
            pair = connection.execute(select(review_pairs).where(p.id == item_id)).one_or_none()
            if pair is None:
                (item,) = _load_submissions(connection, [item_id])
                records = tuple(one for one in load_records(connection, item.event.id) if one.id == item_id)
                others = load_records(connection, item.event.id) if item.other is not None else ()
                others = tuple(one for one in others if one.id != item_id)
                return ReviewDetail(item, differences(item.event, item.other), records, others)
            (item,) = _load_pairs(connection, [pair])
            assert item.other is not None
            return ReviewDetail(
                item,
                differences(item.event, item.other),
                load_records(connection, item.event.id),
                load_records(connection, item.other.id),
                pair.decided_by,
                optional_moment(pair.decided_at),
            )

    def pending(self, limit: int = 100, offset: int = 0) -> tuple[PendingRow, ...]:
        """List submissions that wait for a person, oldest first.

        Raises: DatabaseError.
        """
        r = source_records.c
        query = (
            _submission_query(r.id, r.event_id, r.source, r.first_seen_at, record_contents.c.normalised)
            .add_columns(events.c.record_count)
            .order_by(r.first_seen_at, r.id)
            .limit(limit)
            .offset(offset)
        )
        with self._database.reading("pending") as connection:
            return tuple(_pending_row(row) for row in connection.execute(query))

    def review_pairs(self, limit: int = 100, offset: int = 0) -> tuple[ReviewPair, ...]:
        """List pairs of events that may be one and that nobody has decided, oldest first.

        Raises: DatabaseError.
        """
        p = review_pairs.c
        query = (
            select(
                p.id, p.event_id, p.other_event_id, p.record_id, p.score, p.evidence, p.state, p.created_at
            )
            .where(p.state == "open")
            .order_by(p.id)
            .limit(limit)
            .offset(offset)
        )
        with self._database.reading("review_pairs") as connection:
            return tuple(ReviewPair(*row[:-1], to_moment(row[-1])) for row in connection.execute(query))


def _whole_id(connection: Connection, wanted: str) -> str:
    p, r = review_pairs.c, source_records.c
    pending = _submission_query(r.id)
    for query in (select(p.id).where(p.id == wanted), pending.where(r.id == wanted)):
        if (found := connection.scalar(query)) is not None:
            return str(found)
    ids: list[str] = []
    if len(wanted) >= _FEWEST:
        waiting = select(p.id).where(p.state.in_(("open", "later")), p.duplicate_of.is_(None))
        for query, column in ((waiting, p.id), (pending, r.id)):
            fitting = query.where(column.endswith(wanted.lower(), autoescape=True)).limit(2)
            ids += connection.scalars(fitting)
    if len(ids) != 1:
        raise NotFoundError("pair or submission", wanted)
    return ids[0]


# Pairs


def _pair_ids(filters: ReviewFilters, state: str) -> Select[Any]:
    p, one, other = review_pairs.c, events.alias("one"), events.alias("other")
    query = select(p.id).where(p.state == state)
    if state == "later":
        query = query.where(p.duplicate_of.is_(None))
    if filters.least_score is not None:
        query = query.where(p.score >= filters.least_score)
    if filters.most_score is not None:
        query = query.where(p.score <= filters.most_score)
    if filters.source is None and filters.city is None:
        return query
    query = query.join(one, one.c.id == p.event_id).join(other, other.c.id == p.other_event_id)
    if filters.source is not None:
        query = query.where(or_(*(_has_source(side.c.sources, filters.source) for side in (one, other))))
    if filters.city is not None:
        query = query.where(or_(one.c.city == filters.city, other.c.city == filters.city))
    return query


def _has_source(sources: ColumnElement[str], name: str) -> ColumnElement[bool]:
    return (literal(",") + sources + literal(",")).contains(f",{name},", autoescape=True)


def _pairs(
    connection: Connection, filters: ReviewFilters, state: str, behind: str, limit: int
) -> list[ReviewItem]:
    if filters.kind == "submission" or limit <= 0:
        return []
    p = review_pairs.c
    ids = connection.scalars(_pair_ids(filters, state).where(p.id > behind).order_by(p.id).limit(limit)).all()
    return _load_pairs(connection, connection.execute(select(review_pairs).where(p.id.in_(ids))).all())


def _load_pairs(connection: Connection, rows: Sequence[Any]) -> list[ReviewItem]:
    ids = {event_id for row in rows for event_id in (row.event_id, row.other_event_id)}
    found = {one.id: one for one in load_events(connection, sorted(ids))}
    return [
        ReviewItem(
            id=row.id,
            kind="pair",
            state=row.state,
            score=row.score,
            evidence=row.evidence,
            at=to_moment(row.created_at),
            event=found[row.event_id],
            other=found[row.other_event_id],
        )
        for row in rows
    ]


# Submissions


def _submission_query(*columns: Any) -> Select[Any]:
    r, c = source_records.c, record_contents.c
    return (
        select(*columns)
        .select_from(source_records)
        .join(record_contents, c.record_id == r.id)
        .join(events, events.c.id == r.event_id)
        # The words of the partial index, which is used only then.
        .where(r.state == "pending", r.state != "active", c.normalised.is_not(None))
    )


def _asks_for_submissions(filters: ReviewFilters) -> bool:
    unscored = filters.least_score is None and filters.most_score is None
    return filters.kind != "pair" and filters.state != "later" and unscored


def _submission_ids(filters: ReviewFilters) -> Select[Any]:
    r = source_records.c
    query = _submission_query(r.id)
    if filters.source is not None:
        query = query.where(r.source == filters.source)
    if filters.city is not None:
        query = query.where(events.c.city == filters.city)
    return query


def _submissions(connection: Connection, filters: ReviewFilters, behind: str, limit: int) -> list[ReviewItem]:
    if not _asks_for_submissions(filters) or limit <= 0:
        return []
    r = source_records.c
    # Sorted by what is no index, so that the few that wait are found by theirs.
    query = _submission_ids(filters).where(r.id > behind).order_by(r.id + literal("")).limit(limit)
    return _load_submissions(connection, list(connection.scalars(query)))


def _load_submissions(connection: Connection, ids: Sequence[str]) -> list[ReviewItem]:
    r, c = source_records.c, record_contents.c
    query = _submission_query(r.id, r.event_id, r.source, r.first_seen_at, c.normalised)
    rows = connection.execute(query.where(r.id.in_(ids))).all()
    found = {one.id: one for one in load_events(connection, sorted({row.event_id for row in rows}))}
    return [_submission(row, found[row.event_id]) for row in rows]


def _submission(row: Any, event: EventRow) -> ReviewItem:
    linked = event.record_count > 1
    return ReviewItem(
        id=row.id,
        kind="submission",
        state="open",
        score=None,
        evidence=f"known from {', '.join(event.sources)}" if linked else "",
        at=to_moment(row.first_seen_at),
        event=_as_submitted(row) if linked else event,
        other=event if linked else None,
    )


def _as_submitted(row: Any) -> EventRow:
    """Return a submission as the event that it would be alone."""
    submitted = _EVENT_DECODER.decode(row.normalised)
    values = event_row(row.event_id, submitted, "pending", (row.source,), 1, {"*": row.id}, row.first_seen_at)
    own = dict(zip(EVENT_COLUMNS, values, strict=True))
    return event_of({**own, "merged_into": None, "normalised": row.normalised})


def _pending_row(row: Any) -> PendingRow:
    event = _EVENT_DECODER.decode(row.normalised)
    return PendingRow(
        record_id=row.id,
        event_id=row.event_id,
        source=row.source,
        title=event.title,
        starts_at=event.starts_at,
        city=event.venue.city if event.venue else None,
        submitted_at=to_moment(row.first_seen_at),
        linked=row.record_count > 1,
    )
