"""The same statements as PostgreSQL likes them: rows by COPY, or as one array for each column.

A statement of a thousand places is parsed and planned anew each time (the types of its values differ from row
to row), which takes longer than all the rest; with arrays one plan serves any number of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table

Row = tuple[Any, ...]

# From so many rows on COPY, which needs one more trip to the server, takes less time.
_COPIED = 4
# Rows or keys of one statement.
_STEP = 1_000

_WRITTEN = "scenescout_rows"
_FIRST_LOOK = 2_000
_SIZES = (
    "SELECT greatest(reltuples, 0) FROM pg_class WHERE oid IN "
    "('source_records'::regclass, 'record_contents'::regclass, 'events'::regclass, 'event_blocks'::regclass)"
)
# The columns by which an import looks for rows; a tenth of the usual sample tells enough.
_SAMPLE = "SET LOCAL default_statistics_target = 10"
_LOOK = (
    "ANALYZE events (id, starts_at), record_contents (record_id), event_blocks, record_links (record_id), "
    "source_records (id, source, source_account, external_id, event_id, digest, run_id, retention_until), "
    "source_venues (source, source_account, external_id, venue_id), venue_blocks, "
    "dead_letters (id, digest, source, external_id)"
)

_TYPES = {str: "text", int: "bigint", bool: "boolean", float: "float8", bytes: "bytea"}


class Growth:
    """Lets the planner know how large the tables of an import have become.

    The server looks by itself once a minute; until then it plans for the empty tables of the beginning, and
    an import that makes a million rows meanwhile reads all of them for each batch.
    """

    def __init__(self) -> None:
        self._size: float | None = None
        self._grown = 0

    def note(self, connection: Connection, rows: int) -> None:
        """Take in how many rows a transaction has written; look anew whenever they have doubled."""
        self._grown += rows
        if self._grown < _FIRST_LOOK:
            return
        if self._size is None:
            self._size = sum(row[0] for row in connection.exec_driver_sql(_SIZES))
        if self._grown < self._size:
            return
        connection.exec_driver_sql(_SAMPLE)
        connection.exec_driver_sql(_LOOK)
        self._size, self._grown = self._size + self._grown, 0


def rows_written(connection: Connection) -> int:
    """Return how many rows have come in over a connection since this was asked last."""
    return int(connection.info.pop(_WRITTEN, 0))


def add_rows(connection: Connection, table: Table, columns: Row, rows: Sequence[Row]) -> None:
    """Insert rows that are not there yet; one that is, is an error."""
    connection.info[_WRITTEN] = connection.info.get(_WRITTEN, 0) + len(rows)
    if len(rows) < _COPIED:
        merge_rows(connection, table, columns, rows, "")
        return
    cursor: Any = connection.connection.cursor()
    try:
        with cursor.copy(_copy_text(table, columns)) as copy:
            for row in rows:
                copy.write_row(row)
    finally:
        cursor.close()


def merge_rows(
    connection: Connection, table: Table, columns: Row, rows: Sequence[Row], conflict: str
) -> None:
    """Insert rows; `conflict` is the clause for those that are there. No key may stand among them twice."""
    text = _merge_text(table, columns, conflict)
    cursor: Any = connection.connection.cursor()
    try:
        for start in range(0, len(rows), _STEP):
            cursor.execute(text, [list(values) for values in zip(*rows[start : start + _STEP], strict=True)])
    finally:
        cursor.close()


def run_keys(connection: Connection, text: str, fixed: Row, keys: Iterable[Any]) -> Iterator[Row]:
    """Run a statement with `IN (:keys)` once per thousand keys, and yield its rows, if it gives any."""
    walk = iter(keys)
    while part := list(islice(walk, _STEP)):
        cursor: Any = connection.connection.cursor()
        try:
            cursor.execute(_keys_text(text), (*fixed, part))
            found = [] if cursor.description is None else cursor.fetchall()
        finally:
            cursor.close()
        yield from found


@cache
def _copy_text(table: Table, columns: Row) -> str:
    return f"COPY {table.name} ({', '.join(columns)}) FROM STDIN"


@cache
def _merge_text(table: Table, columns: Row, conflict: str) -> str:
    arrays = ", ".join(f"%s::{_TYPES[table.c[name].type.python_type]}[]" for name in columns)
    names = ", ".join(columns)
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays}){conflict}"  # noqa: S608 – our own names


@cache
def _keys_text(text: str) -> str:
    return text.replace("IN (:keys)", "= ANY (?)").replace("?", "%s")
