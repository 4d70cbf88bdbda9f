"""The audit log: every action of a person, written in the transaction of what it did."""

from __future__ import annotations

from sqlalchemy import Connection, select

from scenescout_tui.safe_text import clean
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.rows import AuditEntry
from scenescout_tui.store.schema import audit_log
from scenescout_tui.store.stamps import to_moment


class AuditLog(StorePart):
    """What people did."""

    def audit_log(self, limit: int = 100, offset: int = 0) -> tuple[AuditEntry, ...]:
        """List actions, newest first.

        Raises: DatabaseError.
        """
        query = select(audit_log).order_by(audit_log.c.id.desc()).limit(limit).offset(offset)
        with self._database.reading("audit_log") as connection:
            return tuple(AuditEntry(row[0], to_moment(row[1]), *row[2:]) for row in connection.execute(query))

    def note(
        self, action: str, target: str, count: int, detail: str | None, *, who: str, tty: str | None
    ) -> None:
        """Note what a person did that changes no row of its own: an import begun, a pause, an export.

        Raises: DatabaseError.
        """
        with self._database.writing("note") as connection:
            note_action(connection, self._now(), who, tty, action, target, count, detail)


def note_action(
    connection: Connection,
    at: str,
    who: str,
    tty: str | None,
    action: str,
    target: str,
    count: int,
    detail: str | None = None,
) -> None:
    """Write one row: who did what, where, to what and to how many."""
    connection.execute(
        audit_log.insert().values(
            id=new_id(),
            at=at,
            who=clean(who),
            tty=tty,
            action=action,
            target=clean(target),
            count=count,
            detail=None if detail is None else clean(detail),
        )
    )
