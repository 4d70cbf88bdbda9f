"""Runs: begun, accepted page by page, ended, resumed, and looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, insert, select, update

from scenescout_tui.safe_text import clean
from scenescout_tui.store import ledger
from scenescout_tui.store.audit import note_action
from scenescout_tui.store.database import Database
from scenescout_tui.store.dry_run import DryRun
from scenescout_tui.store.faults import NotFoundError, NotResumableError, RunEndedError
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.rows import Accounting, BatchPlan, RecordOutcome, ResumePoint, RunRow, RunState
from scenescout_tui.store.schema import OUTCOMES, run_accounting, runs
from scenescout_tui.store.stamps import optional_moment, optional_text, to_moment, utc_now

_COUNTS = tuple(run_accounting.c[name] for name in ("total", *OUTCOMES, "in_flight"))
_RUN = tuple(runs.c)
#: The note of a run whose engine ended before it did.
CUT_OFF = "the engine ended during this run"
_UNFINISHED = frozenset({"interrupted", "failed", "cancelled", "parked"})
# How far back a run to go on with is looked for; older ones are history.
_RUNS_SEARCHED = 1_000


class RunLedger(StorePart):
    """The rows of `runs` and `run_batches`. A dry run lives in memory only and ends with the store."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(database, clock)
        self._dry_runs: dict[str, DryRun] = {}

    def begin_run(
        self,
        source: str,
        *,
        who: str,
        inputs: Sequence[str] = (),
        options: Mapping[str, Any] | None = None,
        dry_run: bool = False,
        scope: str | None = None,
        resumable: bool = True,
    ) -> str:
        """Start a run and return its id; with `dry_run` nothing about it ever reaches the database.

        `scope` names the list that the run walks, without secrets, for `reconcile`: None where what the run
        does not see means nothing. `resumable` False: its input is not there for a second look (standard
        input, a form, payloads, dead letters), so nobody is offered to go on with it.

        Raises: DatabaseError.
        """
        run_id = new_id()
        if dry_run:
            self._dry_runs[run_id] = DryRun(run_id)
            return run_id
        with self._database.writing("begin_run") as connection:
            self._database.hold_run(connection, run_id)
            connection.execute(
                insert(runs).values(
                    id=run_id,
                    source=clean(source),
                    state="running",
                    who=clean(who),
                    inputs=_json([clean(name) for name in inputs]),
                    options=_json(dict(options or {})),
                    started_at=self._now(),
                    scope=None if scope is None else clean(scope),
                    resumable=resumable,
                )
            )
        return run_id

    def accept_page(self, run_id: str, plans: Sequence[BatchPlan]) -> None:
        """Note the batches of a page before any of them is worked on; from here on they count as in flight.

        `seq` counts the run's batches without gaps.

        Raises: NotFoundError, RunEndedError, DatabaseError.
        """
        dry_run = self._dry_runs.get(run_id)
        if dry_run is not None:
            dry_run.accept(plans)
            return
        with self._database.writing("accept_page") as connection:
            ledger.demand_running(connection, run_id)
            ledger.accept(connection, run_id, plans, self._now())

    def finish_run(
        self,
        run_id: str,
        state: RunState,
        note: str | None = None,
        *,
        resume_at: datetime | None = None,
        stale: bool = False,
    ) -> None:
        """End a run; batches still in flight are withdrawn, so that nothing is in flight any more.

        `resume_at` says when a parked run may go on; `stale` that some of its pages were older copies, which
        stays said when it goes on. Ending a run twice keeps the first end.

        Raises: ValueError for a completed run with batches in flight, NotFoundError, DatabaseError.
        """
        if state == "running":
            raise ValueError("a run is not ended by running")
        dry_run = self._dry_runs.get(run_id)
        if dry_run is not None:
            dry_run.finish()
            return
        with self._database.writing("finish_run") as connection:
            try:
                ledger.demand_running(connection, run_id)
            except RunEndedError:
                return
            waiting = ledger.in_flight(connection, run_id)
            if waiting and state == "completed":
                raise ValueError(f"run {run_id} cannot be completed with {waiting} batches in flight")
            ledger.withdraw(connection, run_id)
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id)
                .values(
                    state=state,
                    note=None if note is None else clean(note),
                    ended_at=self._now(),
                    resume_at=optional_text(resume_at),
                    **({"stale": True} if stale else {}),
                )
            )
            self._database.let_go_of_run(connection, run_id)

    def interrupt_stale_runs(self) -> tuple[str, ...]:
        """Mark runs that a dead engine left running as interrupted, and return their ids.

        On SQLite only for who holds the engine's lock: a run of a living engine would be cut off. On
        PostgreSQL the runs of other living engines are left alone, and those of this store.
        """
        with self._database.writing("interrupt_stale_runs") as connection:
            stale = self._abandoned(connection)
            for run_id in stale:
                ledger.withdraw(connection, run_id)
            connection.execute(
                update(runs)
                .where(runs.c.id.in_(stale))
                .values(state="interrupted", ended_at=self._now(), note=CUT_OFF)
            )
        return stale

    def abandoned_runs(self) -> frozenset[str]:
        """Name the runs that a dead engine left running, for who only looks; nothing is written.

        On SQLite those are all that run: ask only while nobody holds the engine's lock.

        Raises: DatabaseError.
        """
        with self._database.reading("abandoned_runs") as connection:
            return frozenset(self._abandoned(connection))

    def _abandoned(self, connection: Connection) -> tuple[str, ...]:
        running = select(runs.c.id).where(runs.c.state == "running").order_by(runs.c.id)
        return self._database.abandoned_runs(connection, connection.scalars(running).all())

    def resume_point(self, run_id: str) -> ResumePoint:
        """Tell where a run would go on.

        Raises: NotFoundError, DatabaseError.
        """
        with self._database.reading("resume_point") as connection:
            if connection.scalar(select(runs.c.id).where(runs.c.id == run_id)) is None:
                raise NotFoundError("run", run_id)
            return ledger.resume_point(connection, run_id)

    def resume_run(self, run_id: str, *, who: str, tty: str | None = None) -> ResumePoint:
        """Set an ended run running again, and return where it goes on.

        Of several that try at once, in any thread or process, one succeeds.

        Raises: NotFoundError, DatabaseError; NotResumableError for a run that is running or completed.
        """
        with self._database.writing("resume_run") as connection:
            state = connection.scalar(select(runs.c.state).where(runs.c.id == run_id))
            if state is None:
                raise NotFoundError("run", run_id)
            if state in ("running", "completed"):
                raise NotResumableError(run_id, state)
            self._database.hold_run(connection, run_id)
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id)
                .values(state="running", ended_at=None, note=None, resume_at=None)
            )
            note_action(connection, self._now(), who, tty, "run.resume", run_id, 1)
            return ledger.resume_point(connection, run_id)

    def waiting_runs(self) -> tuple[RunRow, ...]:
        """List the parked runs that say when they may go on, the soonest first.

        Like `resumable_runs`, without those that a later run has made pointless.

        Raises: DatabaseError.
        """
        waiting = [row for row in self._to_go_on("waiting_runs", frozenset({"parked"})) if row.resume_at]
        return tuple(sorted(waiting, key=lambda row: (row.resume_at, row.id)))

    def resumable_runs(self, limit: int = 20) -> tuple[RunRow, ...]:
        """List the runs that can be gone on with, newest first: interrupted, failed, cancelled or parked.

        Of the runs over the same inputs of a source only the newest counts, and none where one has completed
        since.

        Raises: DatabaseError.
        """
        return self._to_go_on("resumable_runs", _UNFINISHED)[:limit]

    def _to_go_on(self, operation: str, states: frozenset[str]) -> tuple[RunRow, ...]:
        r = runs.c
        query = (
            select(r.id, r.source, r.inputs, r.state, r.ended_at, r.resumable)
            .order_by(r.id.desc())
            .limit(_RUNS_SEARCHED)
        )
        with self._database.reading(operation) as connection:
            newest: dict[tuple[str, str], Any] = {}
            completed: dict[tuple[str, str], str] = {}
            for row in connection.execute(query):
                key = (row.source, row.inputs)
                newest.setdefault(key, row)
                if row.state == "completed":
                    # An older run may have been gone on with and completed after a newer one failed.
                    completed[key] = max(completed.get(key, ""), row.ended_at)
            ids = [
                row.id
                for key, row in newest.items()
                if row.resumable and row.state in states and row.ended_at > completed.get(key, "")
            ]
            found = {row.id: run_row(row) for row in connection.execute(runs_with_counts(ids))}
        return tuple(found[run_id] for run_id in ids)

    def accounting(self, run_id: str) -> Accounting:
        """Return the counts of a run, from the view `run_accounting`.

        Raises: NotFoundError, DatabaseError.
        """
        dry_run = self._dry_runs.get(run_id)
        if dry_run is not None:
            return dry_run.accounting()
        with self._database.reading("accounting") as connection:
            row = connection.execute(select(*_COUNTS).where(run_accounting.c.run_id == run_id)).one_or_none()
        if row is None:
            raise NotFoundError("run", run_id)
        return Accounting(*map(int, row))

    def runs(self, limit: int = 50, offset: int = 0) -> tuple[RunRow, ...]:
        """List runs, newest first."""
        # The page is chosen before the view is asked, so that only its runs are summed.
        page = select(runs.c.id).order_by(runs.c.id.desc()).limit(limit).offset(offset)
        with self._database.reading("runs") as connection:
            ids = list(connection.scalars(page))
            found = {row.id: run_row(row) for row in connection.execute(runs_with_counts(ids))}
        return tuple(found[run_id] for run_id in ids)

    def run(self, wanted: str) -> RunRow:
        """Return the run of this id, or the only one whose id ends so.

        Raises: NotFoundError when none or several fit, DatabaseError.
        """
        with self._database.reading("run") as connection:
            fitting = select(runs.c.id).where(runs.c.id.endswith(wanted.lower(), autoescape=True)).limit(2)
            ids = list(connection.scalars(fitting))
            if len(ids) != 1:
                raise NotFoundError("run", wanted)
            return run_row(connection.execute(runs_with_counts(ids)).one())

    def outcomes(self, run_id: str) -> tuple[RecordOutcome, ...]:
        """Return what became of each record of a run, batch after batch."""
        with self._database.reading("outcomes") as connection:
            return tuple(one for batch in ledger.stored_outcomes(connection, run_id) for one in batch)


def runs_with_counts(ids: Sequence[str]) -> Select[Any]:
    """Ask for some runs with their accounting, for `run_row`."""
    return (
        select(*_RUN, *_COUNTS)
        .join(run_accounting, run_accounting.c.run_id == runs.c.id)
        .where(runs.c.id.in_(ids))
    )


def run_row(row: Any) -> RunRow:
    """Return a row of `runs_with_counts` as a run."""
    return RunRow(
        id=row.id,
        source=row.source,
        state=row.state,
        who=row.who,
        inputs=tuple(msgspec.json.decode(row.inputs)),
        options=msgspec.json.decode(row.options),
        note=row.note,
        started_at=to_moment(row.started_at),
        ended_at=optional_moment(row.ended_at),
        resume_at=optional_moment(row.resume_at),
        scope=row.scope,
        resumable=row.resumable,
        missing=row.missing,
        stale=row.stale,
        # PostgreSQL sums whole numbers to decimal ones.
        accounting=Accounting(*map(int, row[len(_RUN) :])),
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
