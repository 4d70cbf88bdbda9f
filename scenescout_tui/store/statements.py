"""The statements of the hot path: text made once per number of rows from the schema, run on the driver.

What is said of SQLite here; PostgreSQL has its own ways, see `bulk`.

An `executemany` gives the interpreter away once per row and, beside a busy thread, waits for it as often; a
statement with twenty rows does so once. SQLAlchemy's own execution adds some 40 µs to each statement, a dozen
of which make a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, Table

from scenescout_tui.store import bulk

Row = tuple[Any, ...]

# Only these numbers of rows are used, so that all that come up stay prepared; longer ones are no quicker and
# take megabytes.
_LADDER = (20, 5, 1)
_KEYS_LADDER = (1000, 500, 200, 100, 50, 25, 12, 6, 3, 2, 1)


def insert_rows(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    update: Sequence[str] = (),
    add: Sequence[str] = (),
    ignore: bool = False,
) -> None:
    """Insert rows whose values stand in the order of `columns`.

    Where the primary key is there already: the columns of `update` take the new value and those of `add` grow
    by it; with `ignore` the row stays as it is; otherwise that is an error.
    """
    names, clause = tuple(columns), _conflict(table, tuple(update), tuple(add), ignore)
    if _on_postgres(connection):
        if clause:
            bulk.merge_rows(connection, table, names, rows, clause)
        else:
            bulk.add_rows(connection, table, names, rows)
        return
    start = 0
    for count in _steps(len(rows)):
        text = _insert_text(table, names, count, clause)
        values = tuple(chain.from_iterable(rows[start : start + count]))
        run(connection, text, values)
        start += count


def run(connection: Connection, text: str, values: Row = ()) -> list[Row]:
    """Run one statement whose places are written as the driver wants them; return its rows, if it gives any.

    Raises: the driver's own errors; the database translates them.
    """
    cursor: Any = connection.connection.cursor()
    try:
        cursor.execute(text, values)
        return [] if cursor.description is None else cursor.fetchall()
    finally:
        cursor.close()


def run_text(connection: Connection, text: str, values: Row = ()) -> list[Row]:
    """Run one statement whose places are written as `?`."""
    return run(connection, text.replace("?", "%s") if _on_postgres(connection) else text, values)


def select_in(connection: Connection, text: str, fixed: Row, keys: Iterable[Any]) -> Iterator[Row]:
    """Run a SELECT once per thousand keys; `text` has a place for each of `fixed`, then `IN (:keys)`.

    Places are written as `?`.
    """
    if _on_postgres(connection):
        yield from bulk.run_keys(connection, text, fixed, keys)
        return
    walk = iter(keys)
    while part := tuple(islice(walk, _KEYS_LADDER[0])):
        size = next(step for step in reversed(_KEYS_LADDER) if step >= len(part))
        # Repeating the last key changes no result and keeps the number of different statements small.
        padded = part + (part[-1],) * (size - len(part))
        yield from run(connection, _in_text(text, size), fixed + padded)


def run_in(connection: Connection, text: str, fixed: Row, keys: Iterable[Any]) -> None:
    """Run an UPDATE or DELETE in the same way as `select_in`."""
    for _ in select_in(connection, text, fixed, keys):
        pass


def _steps(count: int) -> Iterator[int]:
    for step in _LADDER:
        while count >= step:
            yield step
            count -= step


def _on_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


@cache
def _in_text(text: str, count: int) -> str:
    return text.replace(":keys", ", ".join("?" * count))


@cache
def _insert_text(table: Table, columns: Row, count: int, conflict: str) -> str:
    # No name of the schema needs quotes in either dialect; a test sees to that.
    group = "(" + ", ".join("?" * len(columns)) + ")"
    groups = ", ".join([group] * count)
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {groups}{conflict}"  # noqa: S608 – our own names


@cache
def _conflict(table: Table, update: Row, add: Row, ignore: bool) -> str:
    """Return what happens to rows that are there already; nothing where that is an error."""
    if ignore:
        return " ON CONFLICT DO NOTHING"
    if not update and not add:
        return ""
    changes = [f"{column} = excluded.{column}" for column in update]
    changes += [f"{column} = {table.name}.{column} + excluded.{column}" for column in add]
    key = ", ".join(column.name for column in table.primary_key)
    return f" ON CONFLICT ({key}) DO UPDATE SET {', '.join(changes)}"
