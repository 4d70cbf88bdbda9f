"""Errors, their groups and dead letters: listed, cleared, brought back, discarded."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, true, update

from scenescout_tui.safe_text import clean
from scenescout_tui.store.audit import note_action
from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.rows import ClearResult, DeadLetter, DeadLetterState, ErrorGroup, ErrorRow
from scenescout_tui.store.schema import clears, dead_letters, error_groups, errors
from scenescout_tui.store.stamps import optional_moment
from scenescout_tui.store.statements import insert_rows
from scenescout_tui.store.totals import add_totals

# Errors cleared in one transaction, so that clearing a million never holds up an import for long.
_STEP = 10_000

ERROR_COLUMNS = tuple(errors.c[field.name] for field in dataclasses.fields(ErrorRow))
_GROUP_COLUMNS = tuple(
    column.label("key") if column.name == "group_key" else column for column in error_groups.c
)
LETTER_COLUMNS = tuple(
    dead_letters.c.payload.is_(None).label("blanked")
    if field.name == "blanked"
    else dead_letters.c[field.name]
    for field in dataclasses.fields(DeadLetter)
    if field.name != "payload"
)


class ErrorBook(StorePart):
    """Clearing an error acknowledges it and can be undone; its dead letter stays until it is discarded."""

    def error_groups(
        self, include_cleared: bool = False, limit: int = 100, offset: int = 0
    ) -> tuple[ErrorGroup, ...]:
        """List groups of errors, the one that grew last first.

        Raises: DatabaseError.
        """
        g = error_groups.c
        query = (
            select(*_GROUP_COLUMNS).order_by(g.last_seen_at.desc(), g.group_key).limit(limit).offset(offset)
        )
        if not include_cleared:
            query = query.where(g.open > 0)
        with self._database.reading("error_groups") as connection:
            return tuple(ErrorGroup(**with_moments(row)) for row in connection.execute(query).mappings())

    def errors(
        self,
        group: str | None = None,
        include_cleared: bool = False,
        limit: int = 100,
        offset: int = 0,
        *,
        run_id: str | None = None,
        before: str | None = None,
    ) -> tuple[ErrorRow, ...]:
        """List errors, newest first; `before` (an error's id) goes on behind it at any depth.

        Raises: DatabaseError.
        """
        e = errors.c
        conditions: list[ColumnElement[bool]] = []
        if group is not None:
            conditions.append(e.group_key == group)
        if run_id is not None:
            conditions.append(e.run_id == run_id)
        if not include_cleared:
            conditions.append(e.cleared_at.is_(None))
        if before is not None:
            conditions.append(e.id < before)
        page = select(e.id).where(*conditions).order_by(e.id.desc()).limit(limit).offset(offset)
        with self._database.reading("errors") as connection:
            ids = list(connection.scalars(page))
            rows = connection.execute(select(*ERROR_COLUMNS).where(e.id.in_(ids)).order_by(e.id.desc()))
            return tuple(ErrorRow(**with_moments(row)) for row in rows.mappings())

    def dead_letters(
        self,
        *,
        run_id: str | None = None,
        group: str | None = None,
        state: DeadLetterState | None = "open",
        limit: int = 100,
        offset: int = 0,
        before: str | None = None,
    ) -> tuple[DeadLetter, ...]:
        """List dead letters without their payloads, newest first; `state` None lists all.

        `group` takes those of one error group; `before` (an id) goes on behind it at any depth.

        Raises: DatabaseError.
        """
        d = dead_letters.c
        query = select(*LETTER_COLUMNS).order_by(d.id.desc()).limit(limit).offset(offset)
        if state is not None:
            query = query.where(d.state == state)
        if run_id is not None:
            query = query.where(d.run_id == run_id)
        if before is not None:
            query = query.where(d.id < before)
        if group is not None:
            query = query.where(
                d.id.in_(
                    select(errors.c.dead_letter_id).where(
                        errors.c.group_key == group, errors.c.dead_letter_id.is_not(None)
                    )
                )
            )
        with self._database.reading("dead_letters") as connection:
            return tuple(DeadLetter(**with_moments(row)) for row in connection.execute(query).mappings())

    def dead_letter(self, wanted: str) -> DeadLetter:
        """Return the dead letter of this id, or the only one whose id ends so, with its raw bytes.

        Raises: NotFoundError when none or several fit, DatabaseError.
        """
        d = dead_letters.c
        with self._database.reading("dead_letter") as connection:
            ids = [wanted] if connection.scalar(select(d.id).where(d.id == wanted)) else []
            if not ids and len(wanted) >= 4:
                ids = list(
                    connection.scalars(
                        select(d.id).where(d.id.endswith(wanted.lower(), autoescape=True)).limit(2)
                    )
                )
            if len(ids) != 1:
                raise NotFoundError("dead letter", wanted)
            query = select(*LETTER_COLUMNS, d.payload).where(d.id == ids[0])
            return DeadLetter(**with_moments(connection.execute(query).mappings().one()))

    def clear_errors(
        self,
        ids: Sequence[str] | None = None,
        group: str | None = None,
        *,
        who: str,
        tty: str | None = None,
    ) -> ClearResult:
        """Acknowledge errors: the ones named, those of a group, or all that are open now.

        Clears in steps, so that an import beside it goes on; errors that come meanwhile stay open.

        Raises: DatabaseError; what was cleared before it can be undone like the rest.
        """
        clear_id, count = new_id(), 0
        for scope in _scopes(ids, group):
            step = _STEP
            while step == _STEP:
                with self._database.writing("clear_errors") as connection:
                    step = _clear_step(
                        connection, clear_id, scope & (errors.c.id < clear_id), clean(who), self._now()
                    )
                count += step
        if not count:
            return ClearResult(0, None)
        with self._database.writing("clear_errors") as connection:
            target = group or ("all" if ids is None else "named errors")
            note_action(connection, self._now(), who, tty, "errors.clear", target, count, clear_id)
        return ClearResult(count, clear_id)

    def undo_clear(self, clear_id: str | None = None, *, who: str, tty: str | None = None) -> int:
        """Open again what a clear acknowledged (None: the last one not undone); return how many errors.

        Raises: NotFoundError where there is nothing to undo, DatabaseError; what was left can be undone
            again.
        """
        c = clears.c
        query = select(c.id).where(c.undone_at.is_(None)).order_by(c.id.desc()).limit(1)
        with self._database.reading("undo_clear") as connection:
            found = connection.scalar(query if clear_id is None else query.where(c.id == clear_id))
        if found is None:
            raise NotFoundError("clear to undo", clear_id or "")
        count, step = 0, _STEP
        while step == _STEP:
            with self._database.writing("undo_clear") as connection:
                step = _undo_step(connection, found)
                count += step
                if step < _STEP:
                    connection.execute(update(clears).where(c.id == found).values(undone_at=self._now()))
                    note_action(connection, self._now(), who, tty, "errors.undo_clear", found, count)
        return count

    def discard_dead_letter(self, letter_id: str, reason: str, *, who: str, tty: str | None = None) -> None:
        """Put a dead letter away for good, with a reason, and clear its error; its bytes stay.

        Raises: NotFoundError where there is no open one of this id, DatabaseError.
        """
        with self._database.writing("discard_dead_letter") as connection:
            settle_letter(
                connection, letter_id, self._now(), who=who, state="discarded", reason=clean(reason)
            )
            note_action(connection, self._now(), who, tty, "dead_letter.discard", letter_id, 1, reason)

    def mark_retried(self, letter_id: str, run_id: str, *, who: str, tty: str | None = None) -> None:
        """Note that a run has taken up a dead letter, and clear its error; a new failure writes a new one.

        Raises: NotFoundError where there is no open one of this id, DatabaseError.
        """
        with self._database.writing("mark_retried") as connection:
            settle_letter(connection, letter_id, self._now(), who=who, state="retried", retry_run_id=run_id)
            note_action(connection, self._now(), who, tty, "dead_letter.retry", letter_id, 1, run_id)


def settle_letter(connection: Connection, letter_id: str, now: str, *, who: str, **values: Any) -> None:
    """Close an open dead letter and clear its error.

    Raises: NotFoundError where there is no open one of this id.
    """
    d = dead_letters.c
    settled = connection.execute(
        update(dead_letters)
        .where(d.id == letter_id, d.state == "open")
        .values(decided_by=clean(who), decided_at=now, **values)
    )
    if settled.rowcount != 1:
        raise NotFoundError("open dead letter", letter_id)
    add_totals(connection, {("dead_letters", ""): -1})
    mine = (errors.c.dead_letter_id == letter_id) & errors.c.cleared_at.is_(None)
    _grow_groups(connection, mine, -1)
    connection.execute(update(errors).where(mine).values(cleared_at=now))


def _scopes(ids: Sequence[str] | None, group: str | None) -> list[ColumnElement[bool]]:
    within = true() if group is None else errors.c.group_key == group
    if ids is None:
        return [within]
    parts = [list(ids[start : start + _STEP]) for start in range(0, len(ids), _STEP)]
    return [within & errors.c.id.in_(part) for part in parts]


def _clear_step(connection: Connection, clear_id: str, scope: ColumnElement[bool], who: str, now: str) -> int:
    e = errors.c
    step = e.id.in_(select(e.id).where(e.cleared_at.is_(None), scope).order_by(e.id).limit(_STEP))
    _grow_groups(connection, step, -1)
    count = connection.execute(update(errors).where(step).values(cleared_at=now, clear_id=clear_id)).rowcount
    if count:
        row = (clear_id, who, count, now)
        insert_rows(connection, clears, ("id", "who", "count", "created_at"), [row], add=("count",))
    return count


def _undo_step(connection: Connection, clear_id: str) -> int:
    e = errors.c
    step = e.id.in_(select(e.id).where(e.clear_id == clear_id).order_by(e.id).limit(_STEP))
    _grow_groups(connection, step, 1)
    return connection.execute(update(errors).where(step).values(cleared_at=None, clear_id=None)).rowcount


def _grow_groups(connection: Connection, which: ColumnElement[bool], sign: int) -> None:
    """Let the groups of some errors, and the total, grow or shrink by their numbers."""
    query = select(errors.c.group_key, func.count()).where(which).group_by(errors.c.group_key)
    changes = [{"group": key, "change": sign * count} for key, count in connection.execute(query)]
    if not changes:
        return
    g = error_groups.c
    connection.execute(
        update(error_groups)
        .where(g.group_key == bindparam("group"))
        .values(open=g.open + bindparam("change")),
        changes,
    )
    add_totals(connection, {("errors_open", ""): sum(change["change"] for change in changes)})


def with_moments(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row as the arguments of its type: every column whose name ends in "_at" is a moment."""
    return {name: optional_moment(value) if name.endswith("_at") else value for name, value in row.items()}
