"""What people decide about submissions: approved, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import Connection, or_, select

from scenescout_tui.store.acts import Act
from scenescout_tui.store.audit import note_action
from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.review_rows import Decided
from scenescout_tui.store.rows import RecordState
from scenescout_tui.store.schema import source_records
from scenescout_tui.store.statements import run_in
from scenescout_tui.store.totals import add_totals
from scenescout_tui.store.writer.recompute import recompute_events

_DECIDE = "UPDATE source_records SET state = ? WHERE id IN (:keys)"
_STATES: dict[Literal["approve", "refuse"], RecordState] = {"approve": "active", "refuse": "refused"}


class Submissions(StorePart):
    """Decisions of people, each on one submission; `Decisions.undo_decision` lets them wait again."""

    def approve(self, wanted: Sequence[str], *, who: str, tty: str | None = None) -> Decided:
        """Let pending submissions count.

        An id of an event means all of its pending submissions, one of a source record that submission alone.

        Raises: NotFoundError naming the first id that means none (nothing is changed then), DatabaseError.
        """
        return self._decide(wanted, "approve", Act(who, None), tty)

    def refuse(self, wanted: Sequence[str], reason: str, *, who: str, tty: str | None = None) -> Decided:
        """Refuse pending submissions, named as for `approve`; they are kept.

        An event that has other records loses nothing; one that has none gets the status "refused".

        Raises: NotFoundError naming the first id that means none (nothing is changed then), DatabaseError.
        """
        return self._decide(wanted, "refuse", Act(who, reason), tty)

    def _decide(
        self, wanted: Sequence[str], kind: Literal["approve", "refuse"], act: Act, tty: str | None
    ) -> Decided:
        with self._database.writing(f"review.{kind}") as connection:
            act.now = self._now()
            found = _pending(connection, wanted)
            run_in(connection, _DECIDE, (_STATES[kind],), found)
            for record_id, event_id in found.items():
                act.add(kind, event_id, None, new_id(), record_id=record_id)
                note_action(connection, act.now, act.who, tty, f"review.{kind}", record_id, 1, act.reason)
            act.write(connection)
            recompute_events(connection, set(found.values()), act.now)
            add_totals(connection, {("pending", ""): -len(found)})
        return act.decided()


def _pending(connection: Connection, wanted: Sequence[str]) -> dict[str, str]:
    """Return the pending records that ids of events or of records mean, with the events they hang on.

    Raises: NotFoundError naming the first id that means none.
    """
    r, found = source_records.c, dict[str, str]()
    for one in dict.fromkeys(wanted):
        query = select(r.id, r.event_id).where(r.state == "pending", or_(r.id == one, r.event_id == one))
        rows = connection.execute(query.order_by(r.id)).all()
        if not rows:
            raise NotFoundError("pending submission", one)
        found.update({row.id: row.event_id for row in rows})
    return found
