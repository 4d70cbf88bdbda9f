"""The statements of the hot path: text made once per number of rows from the schema, run on the driver.

An `executemany` gives the interpreter away once per row and, beside a busy thread, waits for it as often; a
statement with fifty rows does so once. SQLAlchemy's own execution adds some 40 µs to each statement, a dozen
of which make a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, Table

Row = tuple[Any, ...]

# Only these numbers of rows are used: fifty takes one statement, and all that come up stay prepared.
_LADDER = (100, 50, 25, 12, 6, 3, 2, 1)


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
    start = 0
    for count in _steps(len(rows)):
        text = _insert_text(
            _place(connection), table, tuple(columns), count, tuple(update), tuple(add), ignore
        )
        values = tuple(chain.from_iterable(rows[start : start + count]))
        run(connection, text, values)
        start += count


def run(connection: Connection, text: str, values: Row = ()) -> list[Row]:
    """Run one statement whose places are written as the driver wants them; return its rows, if it gives any.

    Raises: the driver's own errors; `SqliteDatabase` translates them.
    """
    cursor: Any = connection.connection.cursor()
    try:
        cursor.execute(text, values)
        return [] if cursor.description is None else cursor.fetchall()
    finally:
        cursor.close()


def run_text(connection: Connection, text: str, values: Row = ()) -> list[Row]:
    """Run one statement whose places are written as `?`."""
    return run(connection, _in_text(_place(connection), text, 0), values)


def select_in(connection: Connection, text: str, fixed: Row, keys: Iterable[Any]) -> Iterator[Row]:
    """Run a SELECT once per hundred keys; `text` has a place for each of `fixed`, then `IN (:keys)`.

    Places are written as `?`.
    """
    walk = iter(keys)
    while part := tuple(islice(walk, _LADDER[0])):
        size = next(step for step in reversed(_LADDER) if step >= len(part))
        # Repeating the last key changes no result and keeps the number of different statements small.
        padded = part + (part[-1],) * (size - len(part))
        yield from run(connection, _in_text(_place(connection), text, size), fixed + padded)


def run_in(connection: Connection, text: str, fixed: Row, keys: Iterable[Any]) -> None:
    """Run an UPDATE or DELETE in the same way as `select_in`."""
    walk = iter(keys)
    while part := tuple(islice(walk, _LADDER[0])):
        size = next(step for step in reversed(_LADDER) if step >= len(part))
        padded = part + (part[-1],) * (size - len(part))
        run(connection, _in_text(_place(connection), text, size), fixed + padded)


def _steps(count: int) -> Iterator[int]:
    for step in _LADDER:
        while count >= step:
            yield step
            count -= step


def _place(connection: Connection) -> str:
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


@cache
def _in_text(place: str, text: str, count: int) -> str:
    return text.replace(":keys", ", ".join("?" * count)).replace("?", place)


@cache
def _insert_text(
    place: str, table: Table, columns: Row, count: int, update: Row, add: Row, ignore: bool
) -> str:
    # No name of the schema needs quotes in either dialect; a test sees to that.
    group = "(" + ", ".join([place] * len(columns)) + ")"
    groups = ", ".join([group] * count)
    text = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {groups}"  # noqa: S608 – our own names
    if ignore:
        return f"{text} ON CONFLICT DO NOTHING"
    if not update and not add:
        return text
    changes = [f"{column} = excluded.{column}" for column in update]
    changes += [f"{column} = {table.name}.{column} + excluded.{column}" for column in add]
    key = ", ".join(column.name for column in table.primary_key)
    return f"{text} ON CONFLICT ({key}) DO UPDATE SET {', '.join(changes)}"
