"""What people decide about records: approve and refuse submissions, move a record to another event."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from scenescout_tui.safe_text import clean
from scenescout_tui.store.audit import note_action
from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.rows import RecordState
from scenescout_tui.store.schema import events, record_links, source_records
from scenescout_tui.store.statements import insert_rows
from scenescout_tui.store.totals import add_totals
from scenescout_tui.store.writer.canonical import canonical_row, load_members, write_events
from scenescout_tui.store.writer.recompute import recompute_events


class Submissions(StorePart):
    """Decisions of people; each recomputes the events it touches and is written to the audit log."""

    def approve(self, event_ids: Sequence[str], *, who: str, tty: str | None = None) -> int:
        """Let the pending submissions of these events count, and return how many that were.

        Raises: NotFoundError naming the first event without one (nothing is changed then), DatabaseError.
        """
        return self._decide(event_ids, "active", who, tty, "review.approve", None)

    def refuse(self, event_ids: Sequence[str], reason: str, *, who: str, tty: str | None = None) -> int:
        """Refuse the pending submissions of these events and return how many that were; they are kept.

        An event that has other records loses nothing; one that has none gets the status "refused".

        Raises: NotFoundError naming the first event without one (nothing is changed then), DatabaseError.
        """
        return self._decide(event_ids, "refused", who, tty, "review.refuse", reason)

    def move_record(
        self, record_id: str, event_id: str | None, reason: str, *, who: str, tty: str | None = None
    ) -> str:
        """Hang a source record on another event (None: on a new one of its own) and return that event's id.

        Undoes a wrong link. An event that loses its last record is kept, out of all lists, and names the
        event that took the record over.

        Raises: NotFoundError, DatabaseError.
        """
        r = source_records.c
        with self._database.writing("move_record") as connection:
            now = self._now()
            previous = connection.scalar(select(r.event_id).where(r.id == record_id))
            if previous is None:
                raise NotFoundError("source record", record_id)
            if (
                event_id is not None
                and connection.scalar(select(events.c.id).where(events.c.id == event_id)) is None
            ):
                raise NotFoundError("event", event_id)
            if event_id == previous:
                return str(previous)
            target = event_id or self._new_event(connection, previous, record_id, now)
            connection.execute(update(source_records).where(r.id == record_id).values(event_id=target))
            insert_rows(
                connection,
                record_links,
                ("id", "record_id", "event_id", "previous_event_id", "decided_by", "evidence", "created_at"),
                [(new_id(), record_id, target, previous, clean(who), clean(reason), now)],
            )
            keys = load_members(connection, [target])[target][record_id].block_keys
            recompute_events(
                connection, [target, previous], now, keys_left={previous: keys}, taken_over_by=target
            )
            note_action(
                connection, now, who, tty, "record.move", record_id, 1, f"{previous} → {target}: {reason}"
            )
        return target

    def _decide(
        self,
        event_ids: Sequence[str],
        state: RecordState,
        who: str,
        tty: str | None,
        action: str,
        reason: str | None,
    ) -> int:
        r, decided = source_records.c, 0
        with self._database.writing(action) as connection:
            now = self._now()
            for event_id in dict.fromkeys(event_ids):
                changed = connection.execute(
                    update(source_records)
                    .where(r.event_id == event_id, r.state == "pending")
                    .values(state=state)
                ).rowcount
                if not changed:
                    raise NotFoundError("pending submission of event", event_id)
                decided += changed
                recompute_events(connection, [event_id], now)
                note_action(connection, now, who, tty, action, event_id, changed, reason)
            add_totals(connection, {("pending", ""): -decided})
        return decided

    def _new_event(self, connection: Connection, previous: str, record_id: str, now: str) -> str:
        member = load_members(connection, [previous])[previous][record_id]
        event_id = new_id()
        row = canonical_row(event_id, {record_id: member}, now)
        if row is None:
            raise NotFoundError("content of source record", record_id)
        write_events(connection, [row], [])
        add_totals(connection, {("events", ""): 1})
        return event_id
