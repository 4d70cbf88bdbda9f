"""Decisions that stand: how they are found, what they say, and how each is taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select, update

from scenescout_tui.errors import SpawnerError
from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.review_rows import DecisionKind, DecisionRow
from scenescout_tui.store.schema import decisions, events, record_links, review_pairs, source_records
from scenescout_tui.store.stamps import to_moment
from scenescout_tui.store.totals import add_totals
from scenescout_tui.store.writer.moves import Linked, Moves, add_links
from scenescout_tui.store.writer.pairs import survivors
from scenescout_tui.store.writer.places import Way, ways_without

_FEWEST = 4
_WORDS = {
    "same": "one event: {0} and {1}",
    "merge": "one event: {0} and {1}",
    "different": "two events: {0} and {1}",
    "later": "put off: {0} and {1}",
    "split": "{1} taken out of {0}",
    "move": "a record moved from {1} to {0}",
    "approve": "approved: {0}",
    "refuse": "refused: {0}",
}


class CannotUndoError(SpawnerError):
    """What a decision did has been taken further, so it cannot be taken back by itself."""

    def __init__(self, message: str, action: str) -> None:
        super().__init__(message, "CANNOT_UNDO", metadata={"action": action})


class Standing(NamedTuple):
    """A decision that has not been taken back; the columns of `decisions`."""

    id: str
    act_id: str
    kind: DecisionKind
    pair_id: str | None
    event_id: str
    other_event_id: str | None
    link_id: str | None
    record_id: str | None


class MatcherLink(NamedTuple):
    """A link that no person made; the columns of `record_links`."""

    id: str
    record_id: str
    event_id: str
    score: float | None
    evidence: str


def find(connection: Connection, wanted: str | None) -> tuple[Standing, ...] | MatcherLink:
    """Return the decisions that an id (or its end) means, newest first; None means those made last.

    Raises: NotFoundError when none that stand, or several, fit.
    """
    d = decisions.c
    if wanted is None:
        last = _standing().order_by(d.id.desc()).limit(1)
        row = connection.execute(last).one_or_none()
        if row is None:
            raise NotFoundError("decision", "to take back")
        return _load(connection, d.act_id == row.act_id)
    for column in (d.act_id, d.id, d.pair_id, d.record_id):
        whole = _whole(connection, select(column).where(d.undone_at.is_(None)).distinct(), column, wanted)
        if whole is not None:
            found = _load(connection, column == whole)
            # A pair that was put off and then decided was decided twice.
            return found[:1] if column is d.pair_id else found
    k = record_links.c
    links = select(k.id).where(k.decision_id.is_(None), k.decided_by == "matcher", k.undone_at.is_(None))
    whole = _whole(connection, links, k.id, wanted)
    if whole is None:
        raise NotFoundError("decision", wanted)
    row = connection.execute(
        select(k.id, k.record_id, k.event_id, k.score, k.evidence).where(k.id == whole)
    ).one()
    return MatcherLink(*row)


def undo(connection: Connection, one: Standing, moves: Moves, now: str) -> None:
    """Take a decision back; what it moved is settled with `moves`.

    Raises: CannotUndoError; nothing has been written then.
    """
    d, k, p = decisions.c, record_links.c, review_pairs.c
    if connection.scalar(select(d.undone_at).where(d.id == one.id)) is not None:
        raise CannotUndoError("it was taken back meanwhile", _LIST)
    ways = ways_without(connection, one.id)
    if not any(way.changes for way in ways) and any(way.goes_on_after(one.id) for way in ways):
        raise CannotUndoError("its records have been moved to other events since", _LIST)
    if one.record_id is not None:
        _ask_for_submission(connection, one.record_id, moves)
    connection.execute(update(decisions).where(d.id == one.id).values(undone_at=now))
    connection.execute(update(record_links).where(k.decision_id == one.id).values(undone_at=now))
    if one.link_id is not None:
        connection.execute(update(record_links).where(k.id == one.link_id).values(undone_at=None))
    _follow(connection, ways, moves, now)
    pair = connection.execute(select(p.event_id, p.other_event_id).where(p.id == one.pair_id)).one_or_none()
    if pair is not None:
        moves.ask_anew(tuple(pair))


def _ask_for_submission(connection: Connection, record_id: str, moves: Moves) -> None:
    """Let a submission wait again, whatever was said of it."""
    r = source_records.c
    event_id = connection.scalars(
        update(source_records).where(r.id == record_id).values(state="pending").returning(r.event_id)
    ).one()
    add_totals(connection, {("pending", ""): 1})
    moves.touch({event_id})


def _follow(connection: Connection, ways: Iterable[Way], moves: Moves, now: str) -> None:
    """Move records to where their ways lead; merges that take them on for the first time are linked."""
    targets: dict[str, list[str]] = {}
    for way in ways:
        if way.changes:
            targets.setdefault(way.target, []).append(way.record_id)
            _link(connection, way, now)
    for target, record_ids in targets.items():
        moves.move(record_ids, target)


def _link(connection: Connection, way: Way, now: str) -> None:
    place = way.start
    for step in way.then:
        if step.decision_id not in way.linked:
            linked = Linked(step.who, step.evidence, step.decision_id)
            add_links(connection, {way.record_id: place}, step.event_id, now, linked)
        place = step.event_id


def check_link(connection: Connection, link: MatcherLink) -> str:
    """Return the event that the record of a link hangs on now, and can be taken out of.

    Raises: CannotUndoError.
    """
    r, e = source_records.c, events.c
    place = connection.scalar(select(r.event_id).where(r.id == link.record_id))
    if place != survivors(connection, [link.event_id])[link.event_id]:
        raise CannotUndoError("the record has been moved to another event since", _LIST)
    if connection.scalar(select(e.record_count).where(e.id == place)) == 1:
        raise CannotUndoError(
            "the record is the only one of its event: the others were taken out", "There is nothing to do."
        )
    return str(place)


def recent(connection: Connection, limit: int) -> tuple[DecisionRow, ...]:
    """Return what was decided and stands, newest first, one row for all that was decided at once."""
    d = decisions.c
    acts = (
        select(func.min(d.id), func.count())
        .where(d.undone_at.is_(None))
        .group_by(d.act_id)
        .order_by(func.max(d.id).desc())
        .limit(limit)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in connection.execute(acts)}
    rows = connection.execute(select(decisions).where(d.id.in_(counts)).order_by(d.id.desc())).all()
    titles = _titles(connection, [one for row in rows for one in (row.event_id, row.other_event_id)])
    return tuple(
        DecisionRow(
            id=row.act_id,
            kind=row.kind,
            count=counts[row.id],
            words=_said(row, counts[row.id], titles),
            who=row.who,
            at=to_moment(row.created_at),
            reason=row.reason,
            event_id=row.event_id,
            other_event_id=row.other_event_id,
        )
        for row in rows
    )


def recent_links(connection: Connection, limit: int) -> tuple[DecisionRow, ...]:
    """Return the links that the matcher made and nobody has taken back, newest first."""
    k = record_links.c
    rows = connection.execute(
        select(k.id, k.event_id, k.decided_by, k.created_at, k.evidence)
        .where(k.decision_id.is_(None), k.decided_by == "matcher", k.undone_at.is_(None))
        .order_by(k.id.desc())
        .limit(limit)
    ).all()
    titles = _titles(connection, [row.event_id for row in rows])
    return tuple(
        DecisionRow(
            id=row.id,
            kind="matcher",
            count=1,
            words=f"{titles[row.event_id]}: {row.evidence}",
            who=row.decided_by,
            at=to_moment(row.created_at),
            reason=None,
            event_id=row.event_id,
            other_event_id=None,
        )
        for row in rows
    )


def words(connection: Connection, one: Standing, count: int) -> str:
    """Return what a decision, and so many in all, had said."""
    return _said(one, count, _titles(connection, [one.event_id, one.other_event_id]))


def link_words(connection: Connection, event_id: str) -> str:
    """Return what the taking back of a matcher's link did."""
    return f"a record taken out of {_titles(connection, [event_id])[event_id]}"


_LIST = "See what was decided since with: scenescout review decisions."


def _standing() -> Select[Any]:
    d = decisions.c
    columns = (d.id, d.act_id, d.kind, d.pair_id, d.event_id, d.other_event_id, d.link_id, d.record_id)
    return select(*columns).where(d.undone_at.is_(None))


def _load(connection: Connection, condition: Any) -> tuple[Standing, ...]:
    query = _standing().where(condition).order_by(decisions.c.id.desc())
    return tuple(Standing(*row) for row in connection.execute(query))


def _whole(connection: Connection, query: Select[Any], column: Any, wanted: str) -> str | None:
    """Return the only id of a query that is the wanted one, or ends so."""
    if connection.scalar(query.where(column == wanted).limit(1)) is not None:
        return wanted
    if len(wanted) < _FEWEST:
        return None
    fitting = query.where(column.endswith(wanted.lower(), autoescape=True)).limit(2)
    ids = list(connection.scalars(fitting))
    return ids[0] if len(ids) == 1 else None


def _titles(connection: Connection, event_ids: Iterable[str | None]) -> dict[str, str]:
    e = events.c
    wanted = sorted({event_id for event_id in event_ids if event_id is not None})
    rows = connection.execute(select(e.id, e.title).where(e.id.in_(wanted)))
    return {row.id: f"“{row.title}”" if row.title else "an expired event" for row in rows}


def _said(one: Any, count: int, titles: dict[str, str]) -> str:
    text = _WORDS[one.kind].format(titles[one.event_id], titles.get(one.other_event_id or "", ""))
    return text if count == 1 else f"{text}, and {count - 1:,} more"
