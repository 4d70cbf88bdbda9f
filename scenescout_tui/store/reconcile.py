"""What a source no longer lists, told from a complete walk over one of its lists; nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from scenescout_tui.store import ledger
from scenescout_tui.store.audit import note_action
from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.rows import Reconciled
from scenescout_tui.store.runs import RunLedger
from scenescout_tui.store.schema import runs, source_records
from scenescout_tui.store.stamps import to_text
from scenescout_tui.store.statements import run_text
from scenescout_tui.store.writer.recompute import recompute_events

# Records marked in one transaction, so that an import beside it goes on.
_STEP = 500

# The records of a list, and whether they are listed still: what any run has seen since this one began is.
_LIST = (
    "SELECT r.id, r.external_id, r.event_id, r.run_id = ? OR r.last_seen_at >= ? FROM source_records r "
    "JOIN events e ON e.id = r.event_id "
    "WHERE r.run_id IN (SELECT id FROM runs WHERE scope = ?) AND r.state = 'active' "
    "AND r.missing_since IS NULL AND e.starts_at > ?"
)


class _Run(NamedTuple):
    id: str
    who: str
    scope: str | None
    started_at: str


class _Unseen(NamedTuple):
    record_id: str
    external_id: str
    event_id: str


class Reconciliation(RunLedger):
    """Marks as missing what a list no longer holds."""

    def reconcile(
        self, run_id: str, *, guard: float, now: datetime | None = None, accept: bool = False
    ) -> Reconciled:
        """Mark as missing the records that earlier runs of the same scope saw last and this run did not.

        Only for a run that has walked its whole list. Only events that start after `now` count: lists forget
        what is over. A record that the run met and could not import, or had to skip, is listed. Where more
        than the part `guard` (0..1) of the list would be missing, or records failed that cannot be told
        apart, nothing is marked, unless `accept`. A dry run and a run without a scope mark nothing.

        Raises: NotFoundError, DatabaseError; what was marked before it stays, and the rest can be marked by
            the same call again.
        """
        if run_id in self._dry_runs:
            return Reconciled()
        moment = to_text(now or self._clock())
        with self._database.reading("reconcile") as connection:
            run = _load_run(connection, run_id)
            if run.scope is None:
                return Reconciled()
            unseen, listed = _split(connection, run, moment)
            met, unread = _met(connection, run_id) if unseen else (set[str](), 0)
        missing = [one for one in unseen if one.external_id not in met]
        listed += len(unseen) - len(missing)
        if not missing:
            return Reconciled(listed=listed)
        too_many = len(missing) > guard * (len(missing) + listed)
        if (too_many or unread) and not accept:
            return Reconciled(len(missing), listed, refused=True, unread=unread)
        return Reconciled(self._mark(run, missing), listed, unread=unread)

    def _mark(self, run: _Run, missing: Sequence[_Unseen]) -> int:
        r, marked = source_records.c, 0
        for start in range(0, len(missing), _STEP):
            part = missing[start : start + _STEP]
            with self._database.writing("reconcile") as connection:
                now = self._now()
                changed = connection.execute(
                    update(source_records)
                    .where(r.id.in_([one.record_id for one in part]), r.missing_since.is_(None))
                    # Another run may have seen it since it was looked for.
                    .where(r.run_id != run.id, r.last_seen_at < run.started_at)
                    .values(missing_since=now)
                ).rowcount
                recompute_events(connection, {one.event_id for one in part}, now)
                connection.execute(
                    update(runs).where(runs.c.id == run.id).values(missing=runs.c.missing + changed)
                )
            marked += changed
        with self._database.writing("reconcile") as connection:
            note_action(connection, self._now(), run.who, None, "run.reconcile", run.id, marked, run.scope)
        return marked


def _load_run(connection: Connection, run_id: str) -> _Run:
    r = runs.c
    row = connection.execute(select(r.id, r.who, r.scope, r.started_at).where(r.id == run_id)).one_or_none()
    if row is None:
        raise NotFoundError("run", run_id)
    return _Run(*row)


def _split(connection: Connection, run: _Run, now: str) -> tuple[list[_Unseen], int]:
    """Return the records of the list that nobody has seen since the run began, and how many are listed."""
    rows = run_text(connection, _LIST, (run.id, run.started_at, run.scope, now))
    unseen = [_Unseen(*row[:-1]) for row in rows if not row[-1]]
    return unseen, len(rows) - len(unseen)


def _met(connection: Connection, run_id: str) -> tuple[set[str], int]:
    """Return the ids of records that the run met without importing them, and how many failed without one."""
    met: set[str] = set()
    unread = 0
    for batch in ledger.stored_outcomes(connection, run_id):
        for one in batch:
            if one.outcome in ("failed", "skipped") and one.external_id is not None:
                met.add(one.external_id)
            elif one.outcome == "failed":
                unread += 1
    return met, unread
