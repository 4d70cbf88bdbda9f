"""What people decide about which events are one; every decision can be taken back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from scenescout_tui.errors import ValidationError
from scenescout_tui.store import standing
from scenescout_tui.store.acts import Act, merge_into
from scenescout_tui.store.audit import note_action
from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.pair_step import by_standing, decide_step
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.review_rows import (
    Decided,
    DecisionRow,
    PairDecision,
    Skipped,
    Undone,
)
from scenescout_tui.store.schema import events, record_links, review_pairs, source_records
from scenescout_tui.store.standing import CannotUndoError
from scenescout_tui.store.statements import insert_rows
from scenescout_tui.store.writer.moves import Moves, add_event
from scenescout_tui.store.writer.pairs import survivors

# Decisions written in one transaction, so that an import beside many of them goes on.
_STEP = 200
_PAIR_COLUMNS = (
    *("id", "event_id", "other_event_id", "record_id", "score", "evidence", "state", "decided_by"),
    *("decided_at", "created_at"),
)


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
        wanted, act = tuple(dict.fromkeys(pair_ids)), Act(who, reason)
        self._check_there(wanted)
        for start in range(0, len(wanted), _STEP):
            with self._database.writing(f"review.{decision}") as connection:
                act.now, done = self._now(), len(act.decision_ids)
                decide_step(connection, wanted[start : start + _STEP], decision, act)
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
        act = Act(who, reason)
        with self._database.writing("review.merge") as connection:
            act.now = self._now()
            known = set(connection.scalars(select(events.c.id).where(events.c.id.in_(event_ids))))
            for event_id in event_ids:
                if event_id not in known:
                    raise NotFoundError("event", event_id)
            ids = sorted(set(survivors(connection, event_ids).values()))
            if len(ids) < 2:
                raise _refused("event", ids, "that is one event already", "Name at least two events.")
            kept, *gone = by_standing(connection, ids)
            linked = {event_id: act.linked(act.reason) for event_id in gone}
            for event_id, one in linked.items():
                act.add("merge", kept, event_id, one.decision_id)
            act.write(connection)
            moves = Moves(connection, act.now)
            merge_into(connection, moves, kept, linked)
            moves.settle()
            note_action(connection, act.now, who, tty, "review.merge", kept, len(gone), reason)
        return act.decided()

    def move_record(
        self, record_id: str, event_id: str | None, reason: str, *, who: str, tty: str | None = None
    ) -> str:
        """Hang a source record on another event (None: on a new one of its own) and return that event's id.

        A record with a new event is remembered as different from the one it leaves. An event that loses its
        last record is kept, out of all lists, and names the event that took the record over.

        Raises: NotFoundError, DatabaseError; ValidationError for a record that is to have an event of its own
            and has one.
        """
        r, act = source_records.c, Act(who, reason)
        with self._database.writing("move_record") as connection:
            act.now = self._now()
            previous = connection.scalar(select(r.event_id).where(r.id == record_id))
            if previous is None:
                raise NotFoundError("source record", record_id)
            if event_id is None:
                _check_not_alone(connection, record_id, previous)
                target = _split(connection, record_id, previous, act)
            else:
                if connection.scalar(select(events.c.id).where(events.c.id == event_id)) is None:
                    raise NotFoundError("event", event_id)
                if event_id == previous:
                    return str(previous)
                target = event_id
                linked, moves = act.linked(reason), Moves(connection, act.now)
                emptied = moves.move([record_id], target, linked)
                act.add("merge" if emptied else "move", target, previous, linked.decision_id)
                act.write(connection)
                moves.settle()
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
                moves = Moves(connection, now)
                for one in found[start : start + _STEP]:
                    try:
                        standing.undo(connection, one, moves, now)
                        done.append(one)
                    except CannotUndoError as error:
                        if len(found) == 1:
                            raise
                        skipped.append(Skipped(one.id, error.message))
                moves.settle()
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
        act, k = Act(who, None), record_links.c
        with self._database.writing("review.undo") as connection:
            act.now = self._now()
            event_id = standing.check_link(connection, link)
            target = _split(connection, link.record_id, event_id, act, link)
            connection.execute(record_links.update().where(k.id == link.id).values(undone_at=act.now))
            note_action(connection, act.now, who, tty, "review.undo", link.id, 1)
        with self._database.reading("review.undo") as connection:
            words = standing.link_words(connection, event_id)
        return Undone(1, words, (target, event_id))


def _split(
    connection: Connection, record_id: str, event_id: str, act: Act, link: standing.MatcherLink | None = None
) -> str:
    """Give a record an event of its own and remember that the two are different; return its id."""
    own, pair_id = add_event(connection, record_id, act.now), new_id()
    linked, moves = act.linked(act.reason or "taken out"), Moves(connection, act.now)
    moves.move([record_id], own, linked)
    words = "kept apart by hand" if link is None else link.evidence
    pair = (pair_id, own, event_id, record_id, link.score if link else None, words, "different")
    insert_rows(connection, review_pairs, _PAIR_COLUMNS, [(*pair, act.who, act.now, act.now)])
    link_id = None if link is None else link.id
    act.add("split", event_id, own, linked.decision_id, pair_id=pair_id, link_id=link_id)
    act.write(connection)
    moves.settle()
    return own


def _check_not_alone(connection: Connection, record_id: str, event_id: str) -> None:
    r = source_records.c
    if connection.scalar(select(func.count()).where(r.event_id == event_id)) == 1:
        raise _refused(
            "record",
            record_id,
            f"it is the only record of event {event_id[-6:]}, so it has an event of its own already",
            f"Name the event it belongs to: scenescout review split {record_id[-6:]} --into EVENT.",
        )


def _events_of(done: Sequence[standing.Standing]) -> tuple[str, ...]:
    ids = (event_id for one in done for event_id in (one.event_id, one.other_event_id))
    return tuple(dict.fromkeys(one for one in ids if one is not None))


def _refused(field: str, value: object, message: str, action: str) -> ValidationError:
    error = ValidationError(field, value, message)
    error.metadata["action"] = action
    return error
