"""What people decide about submissions: approved, or refused."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select, update

from scenescout_tui.store.audit import note_action
from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.rows import RecordState
from scenescout_tui.store.schema import source_records
from scenescout_tui.store.totals import add_totals
from scenescout_tui.store.writer.recompute import recompute_events


class Submissions(StorePart):
    """Decisions of people; each recomputes the events it touches and is written to the audit log."""

    def approve(self, event_ids: Sequence[str], *, who: str, tty: str | None = None) -> int:
        """Let pending submissions count, and return how many that were.

        An id of an event means all of its pending submissions, one of a source record that submission alone.

        Raises: NotFoundError naming the first id that means none (nothing is changed then), DatabaseError.
        """
        return self._decide(event_ids, "active", who, tty, "review.approve", None)

    def refuse(self, event_ids: Sequence[str], reason: str, *, who: str, tty: str | None = None) -> int:
        """Refuse pending submissions, named as for `approve`, and return how many that were; they are kept.

        An event that has other records loses nothing; one that has none gets the status "refused".

        Raises: NotFoundError naming the first id that means none (nothing is changed then), DatabaseError.
        """
        return self._decide(event_ids, "refused", who, tty, "review.refuse", reason)

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
            for event_id, record_ids in _pending(connection, event_ids).items():
                connection.execute(update(source_records).where(r.id.in_(record_ids)).values(state=state))
                decided += len(record_ids)
                recompute_events(connection, [event_id], now)
                note_action(connection, now, who, tty, action, event_id, len(record_ids), reason)
            add_totals(connection, {("pending", ""): -decided})
        return decided


def _pending(connection: Connection, wanted: Sequence[str]) -> dict[str, set[str]]:
    """Return the pending records that ids of events or of records mean, by the event they hang on.

    Raises: NotFoundError naming the first id that means none.
    """
    r, found = source_records.c, dict[str, set[str]]()
    for one in dict.fromkeys(wanted):
        query = select(r.id, r.event_id).where(r.state == "pending", or_(r.id == one, r.event_id == one))
        rows = connection.execute(query).all()
        if not rows:
            raise NotFoundError("pending submission", one)
        for row in rows:
            found.setdefault(row.event_id, set()).add(row.id)
    return found
