"""What people decide about which events are one; every decision can be taken back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from scenescout_tui.errors import ValidationError
from scenescout_tui.safe_text import clean
from scenescout_tui.store import standing
from scenescout_tui.store.audit import note_action
from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.review_rows import (
    Decided,
    DecisionKind,
    DecisionRow,
    PairDecision,
    Skipped,
    Undone,
)
from scenescout_tui.store.schema import decisions, events, record_links, review_pairs, source_records
from scenescout_tui.store.standing import CannotUndoError
from scenescout_tui.store.statements import insert_rows
from scenescout_tui.store.writer.moves import Linked, add_event, move_records
from scenescout_tui.store.writer.pairs import settle_pairs, survivors

# Decisions written in one transaction, so that an import beside many of them goes on.
_STEP = 25
_COLUMNS = (
    *("id", "act_id", "kind", "pair_id", "event_id", "other_event_id", "link_id", "who", "reason"),
    "created_at",
)
_PAIR_COLUMNS = (
    *("id", "event_id", "other_event_id", "record_id", "score", "evidence", "state", "decided_by"),
    *("decided_at", "created_at"),
)
_WAITING = ("open", "later")
_UNSETTLED = ("pending", "refused", "expired")


class Decisions(StorePart):
    """Decisions of people about which events are one; each is in the audit log."""

    def decide_pairs(
        self,
        pair_ids: Sequence[str],
        decision: PairDecision,
        *,
        who: str,
        tty: str | None = None,
        reason: str | None = None,
    ) -> Decided:
        """Say of pairs that their events are the same, are different, or are to be asked about later.

        "same" makes one event of the two: the one with fewer records (the younger) goes into the other, with
        its records and its edits. "different" is remembered through whatever becomes of either event. Pairs
        that no longer wait are skipped, with the reason. Many pairs are decided in several transactions.

        Raises: NotFoundError naming the first pair that is not there (nothing is decided then), DatabaseError
            (pairs before it may be decided; the same call again decides the rest).
        """
        wanted, act = tuple(dict.fromkeys(pair_ids)), _Act(who, reason)
        self._check_there(wanted)
        for start in range(0, len(wanted), _STEP):
            with self._database.writing(f"review.{decision}") as connection:
                act.now, done = self._now(), len(act.decision_ids)
                for pair_id in wanted[start : start + _STEP]:
                    _decide(connection, pair_id, decision, act)
                if count := len(act.decision_ids) - done:
                    target = wanted[0] if len(wanted) == 1 else act.id
                    note_action(connection, act.now, who, tty, f"review.{decision}", target, count, reason)
        return act.decided()

    def merge_events(
        self, event_ids: Sequence[str], *, who: str, tty: str | None = None, reason: str | None = None
    ) -> Decided:
        """Make one event of two or more: all go into the one with most records (the oldest).

        Raises: NotFoundError, ValidationError where they are one event already, DatabaseError.
        """
        act = _Act(who, reason)
        with self._database.writing("review.merge") as connection:
            act.now = self._now()
            known = set(connection.scalars(select(events.c.id).where(events.c.id.in_(event_ids))))
            for event_id in event_ids:
                if event_id not in known:
                    raise NotFoundError("event", event_id)
            ids = sorted(set(survivors(connection, event_ids).values()))
            if len(ids) < 2:
                raise _refused("event", ids, "that is one event already", "Name at least two events.")
            kept, *gone = _by_standing(connection, ids)
            for event_id in gone:
                _merge(connection, kept, event_id, act, "merge")
            note_action(connection, act.now, who, tty, "review.merge", kept, len(gone), reason)
        return act.decided()

    def move_record(
        self, record_id: str, event_id: str | None, reason: str, *, who: str, tty: str | None = None
    ) -> str:
        """Hang a source record on another event (None: on a new one of its own) and return that event's id.

        A record with a new event is remembered as different from the one it leaves. An event that loses its
        last record is kept, out of all lists, and names the event that took the record over.

        Raises: NotFoundError, DatabaseError.
        """
        r, act = source_records.c, _Act(who, reason)
        with self._database.writing("move_record") as connection:
            act.now = self._now()
            previous = connection.scalar(select(r.event_id).where(r.id == record_id))
            if previous is None:
                raise NotFoundError("source record", record_id)
            if event_id is None:
                target = _split(connection, record_id, previous, act)
            else:
                if connection.scalar(select(events.c.id).where(events.c.id == event_id)) is None:
                    raise NotFoundError("event", event_id)
                if event_id == previous:
                    return str(previous)
                target = event_id
                linked = act.linked(reason)
                emptied = move_records(connection, [record_id], target, act.now, linked)
                act.add(connection, "merge" if emptied else "move", target, previous, linked.decision_id)
            note_action(
                connection, act.now, who, tty, "record.move", record_id, 1, f"{previous} → {target}: {reason}"
            )
        return target

    def undo_decision(self, wanted: str | None = None, *, who: str, tty: str | None = None) -> Undone:
        """Take back what was decided: last, or by an id, or the end of one, out of `recent_decisions`.

        An id of decisions made at once takes all of them back, that of a pair its newest one. Of a merge the
        records go back to the events they came from, which come back with their edits; a pair waits again.
        The id of a link of the matcher takes its record out, into an event of its own, and remembers that
        the two are different. What was built upon a decision since stays where that still means something.

        Raises: NotFoundError where there is no such decision that stands, CannotUndoError where what it did
            has been taken further, DatabaseError.
        """
        with self._database.reading("review.undo") as connection:
            found = standing.find(connection, wanted)
        if isinstance(found, standing.MatcherLink):
            return self._undo_link(found, who, tty)
        done: list[standing.Standing] = []
        skipped: list[Skipped] = []
        for start in range(0, len(found), _STEP):
            with self._database.writing("review.undo") as connection:
                now = self._now()
                for one in found[start : start + _STEP]:
                    try:
                        standing.undo(connection, one, now)
                        done.append(one)
                    except CannotUndoError as error:
                        if len(found) == 1:
                            raise
                        skipped.append(Skipped(one.id, error.message))
                note_action(connection, now, who, tty, "review.undo", found[0].act_id, len(done))
        with self._database.reading("review.undo") as connection:
            words = standing.words(connection, done[0] if done else found[0], len(done))
        return Undone(len(done), words, _events_of(done), tuple(skipped))

    def recent_decisions(self, limit: int = 20, *, automatic: bool = False) -> tuple[DecisionRow, ...]:
        """List what can be taken back, newest first; with `automatic` the links of the matcher instead.

        Raises: DatabaseError.
        """
        with self._database.reading("recent_decisions") as connection:
            if automatic:
                return standing.recent_links(connection, limit)
            return standing.recent(connection, limit)

    def _check_there(self, pair_ids: Sequence[str]) -> None:
        p = review_pairs.c
        with self._database.reading("decide_pairs") as connection:
            for start in range(0, len(pair_ids), 500):
                part = pair_ids[start : start + 500]
                there = set(connection.scalars(select(p.id).where(p.id.in_(part))))
                for pair_id in part:
                    if pair_id not in there:
                        raise NotFoundError("pair", pair_id)

    def _undo_link(self, link: standing.MatcherLink, who: str, tty: str | None) -> Undone:
        act, k = _Act(who, None), record_links.c
        with self._database.writing("review.undo") as connection:
            act.now = self._now()
            event_id = standing.check_link(connection, link)
            target = _split(connection, link.record_id, event_id, act, link)
            connection.execute(record_links.update().where(k.id == link.id).values(undone_at=act.now))
            note_action(connection, act.now, who, tty, "review.undo", link.id, 1)
        with self._database.reading("review.undo") as connection:
            words = standing.link_words(connection, event_id)
        return Undone(1, words, (target, event_id))


class _Act:
    """What is decided in one call, by one person, for one reason."""

    def __init__(self, who: str, reason: str | None) -> None:
        self.id = new_id()
        self.who = clean(who)
        self.reason = None if reason is None else clean(reason)
        self.now = ""
        self.decision_ids: list[str] = []
        self.skipped: list[Skipped] = []

    def linked(self, evidence: str | None) -> Linked:
        """Return what the links of a new decision say."""
        return Linked(self.who, clean(evidence or "the same event"), new_id())

    def add(
        self,
        connection: Connection,
        kind: DecisionKind,
        event_id: str,
        other_event_id: str | None,
        decision_id: str,
        pair_id: str | None = None,
        link_id: str | None = None,
    ) -> None:
        """Write down one decision."""
        row = (decision_id, self.id, kind, pair_id, event_id, other_event_id, link_id, self.who, self.reason)
        insert_rows(connection, decisions, _COLUMNS, [(*row, self.now)])
        self.decision_ids.append(decision_id)

    def decided(self) -> Decided:
        """Return what came of it."""
        ids = tuple(self.decision_ids)
        return Decided(len(ids), ids, tuple(self.skipped), self.id if ids else None)


def _decide(connection: Connection, pair_id: str, decision: PairDecision, act: _Act) -> None:
    p = review_pairs.c
    row = connection.execute(
        select(p.event_id, p.other_event_id, p.state, p.duplicate_of).where(p.id == pair_id)
    ).one_or_none()
    if row is None or row.state not in _WAITING:
        act.skipped.append(Skipped(pair_id, f"decided already: {row.state if row else 'taken back'}"))
    elif row.duplicate_of is not None:
        act.skipped.append(Skipped(pair_id, f"asks the same as {row.duplicate_of}"))
    elif decision == row.state:
        act.skipped.append(Skipped(pair_id, "put off already"))
    elif decision == "same":
        kept, gone = _by_standing(connection, [row.event_id, row.other_event_id])
        _merge(connection, kept, gone, act, "same", pair_id)
    else:
        act.add(connection, decision, row.other_event_id, row.event_id, new_id(), pair_id)
        settle_pairs(connection, (row.event_id, row.other_event_id))


def _by_standing(connection: Connection, event_ids: Sequence[str]) -> list[str]:
    """Return events in the order in which they keep others: those that count, of most records, the oldest."""
    e = events.c
    rows = connection.execute(select(e.id, e.status, e.record_count).where(e.id.in_(event_ids)))
    return [
        row.id for row in sorted(rows, key=lambda row: (row.status in _UNSETTLED, -row.record_count, row.id))
    ]


def _merge(
    connection: Connection, kept: str, gone: str, act: _Act, kind: DecisionKind, pair_id: str | None = None
) -> None:
    r = source_records.c
    linked = act.linked(act.reason)
    act.add(connection, kind, kept, gone, linked.decision_id, pair_id)
    records = list(connection.scalars(select(r.id).where(r.event_id == gone)))
    move_records(connection, records, kept, act.now, linked)


def _split(
    connection: Connection, record_id: str, event_id: str, act: _Act, link: standing.MatcherLink | None = None
) -> str:
    """Give a record an event of its own and remember that the two are different; return its id."""
    own, pair_id = add_event(connection, record_id, act.now), new_id()
    linked = act.linked(act.reason or "taken out")
    if move_records(connection, [record_id], own, act.now, linked):
        # It was alone: nothing is left to be different from.
        act.add(connection, "merge", own, event_id, linked.decision_id)
        return own
    words = "kept apart by hand" if link is None else link.evidence
    pair = (pair_id, own, event_id, record_id, link.score if link else None, words, "different")
    insert_rows(connection, review_pairs, _PAIR_COLUMNS, [(*pair, act.who, act.now, act.now)])
    act.add(
        connection, "split", event_id, own, linked.decision_id, pair_id, None if link is None else link.id
    )
    return own


def _events_of(done: Sequence[standing.Standing]) -> tuple[str, ...]:
    ids = (event_id for one in done for event_id in (one.event_id, one.other_event_id))
    return tuple(dict.fromkeys(one for one in ids if one is not None))


def _refused(field: str, value: object, message: str, action: str) -> ValidationError:
    error = ValidationError(field, value, message)
    error.metadata["action"] = action
    return error
