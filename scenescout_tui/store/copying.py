"""A whole store copied into another database, of either kind, and compared: all of it, or nothing."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Float, StaticPool, Table, create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from scenescout_tui.errors import SpawnerError
from scenescout_tui.store.connection import SqliteDatabase, database_file
from scenescout_tui.store.database import Database, database_at, is_postgres
from scenescout_tui.store.faults import said, translated
from scenescout_tui.store.schema import metadata, runs
from scenescout_tui.store.statements import insert_rows

Row = tuple[Any, ...]
#: Takes what is being done, how many rows of it are done, and of how many.
Told = Callable[[str, int, int], None]

_OPERATION = "copy"
_STEP = 2_000
_CACHE_KIB = 64 * 1024
_BITS = 128
_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """One table that is the same on both sides."""

    name: str
    rows: int
    #: 32 hex digits that stand for the set of its rows, whatever their order and the kind of database.
    digest: str


class CopyDiffersError(SpawnerError):
    """What was read back from the copy is not what was written; the copy was taken back."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"the copy of {table} differs from what it was made from, so nothing was kept of it",
            "COPY_DIFFERS",
            metadata={"table": table, "action": "Look into the log of the database server, then try again."},
        )


class _Digest:
    """Grows row by row and stands for all of them: the sum of their digests."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, rows: Sequence[Row]) -> None:
        self.rows += len(rows)
        for row in rows:
            self._sum += int.from_bytes(blake2b(_encode(row), digest_size=_BITS // 8).digest(), "big")

    def result(self, table: Table) -> CopiedTable:
        return CopiedTable(table.name, self.rows, f"{self._sum % (1 << _BITS):0{_BITS // 4}x}")


def copy_store(source: str, target: str, told: Told = lambda what, done, total: None) -> list[CopiedTable]:
    """Copy all tables, in the order of their foreign keys, from one snapshot of `source` to empty `target`.

    The copy is read back and compared before it is there for anybody: a process that is killed leaves
    `target` as it was. `source` is not changed, and must be of this version's schema.

    Raises: SpawnerError (ENGINE_LOCKED) while an engine imports into a server's `source`; a SQLite file is
        locked by the caller. CopyDiffersError. DatabaseError in words: `target` holds data, either cannot be
        used.
    """
    origin = database_at(source, read_only=True)
    with closing(origin):
        origin.open()
        _refuse_running(origin)
        with _place(target) as writer:
            indexes = [index for table in metadata.sorted_tables for index in table.indexes]
            for index in indexes:
                index.drop(writer)
            with origin.reading(_OPERATION) as reader:
                copied, total = _copy(reader, writer, told)
            told("making indexes", total, 2 * total)
            for index in indexes:
                index.create(writer)
            _compare(writer, copied, total, told)
    return copied


def _copy(reader: Connection, writer: Connection, told: Told) -> tuple[list[CopiedTable], int]:
    """Copy every table; return what they hold, and the number of rows in all."""
    counts = {
        table: reader.execute(select(func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }
    total, copied, before = sum(counts.values()), [], 0
    for table, count in counts.items():
        digest = _Digest()
        for rows in _read(reader, table):
            insert_rows(writer, table, tuple(table.c.keys()), rows)
            digest.add(rows)
            told(f"copying {table.name}", before + digest.rows, 2 * total)
        if digest.rows != count:
            raise CopyDiffersError(table.name)
        before += count
        copied.append(digest.result(table))
    return copied, total


def _compare(connection: Connection, copied: Sequence[CopiedTable], total: int, told: Told) -> None:
    before = total
    for table, expected in zip(metadata.sorted_tables, copied, strict=True):
        digest = _Digest()
        for rows in _read(connection, table):
            digest.add(rows)
            told(f"comparing {table.name}", before + digest.rows, 2 * total)
        if digest.result(table) != expected:
            raise CopyDiffersError(table.name)
        before += expected.rows


def _read(connection: Connection, table: Table) -> Iterator[list[Row]]:
    """Yield the rows of a table in steps, with the same values from either kind of database."""
    query = select(table)
    if table.dialect_options["sqlite"]["with_rowid"] is False:
        # SQLite keeps these rows in this order, and takes them in another one at a tenth of the speed.
        query = query.order_by(*table.primary_key)
    floats = [at for at, column in enumerate(table.c) if isinstance(column.type, Float)]
    result = connection.execute(query, execution_options={"stream_results": True, "yield_per": _STEP})
    for part in result.partitions():
        yield (
            [_without_negative_zero(row, floats) for row in part] if floats else [tuple(row) for row in part]
        )


def _without_negative_zero(row: Sequence[Any], floats: Sequence[int]) -> Row:
    """Return the row as SQLite would keep it, which knows no -0.0."""
    values = list(row)
    for at in floats:
        if values[at] == 0:
            values[at] = 0.0
    return tuple(values)


def _refuse_running(origin: Database) -> None:
    with origin.reading(_OPERATION) as connection:
        running = list(connection.scalars(select(runs.c.id).where(runs.c.state == "running")))
        alive = sorted(set(running) - set(origin.abandoned_runs(connection, running)))
    if alive:
        raise SpawnerError(
            f"another engine is at work on run {alive[0]} of this database",
            "ENGINE_LOCKED",
            metadata={"action": "Wait until the run has ended, or stop it."},
        )


def _refuse_data(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        if connection.execute(select(1).select_from(table).limit(1)).first() is not None:
            raise said(
                _OPERATION,
                f"the database to copy to holds data already, in {table.name}",
                "Name one that is empty or not there yet.",
            )


@contextmanager
def _place(url: str) -> Iterator[Connection]:
    """Yield a transaction on an empty store of our schema, which is kept only if the body ends well."""
    file = database_file(url)
    if file is not None:
        with _new_file(file) as connection:
            yield connection
        return
    if not is_postgres(url):
        raise said(_OPERATION, "a copy in memory would be gone at once", "Name a file or a server.")
    database = database_at(url)
    with closing(database):
        database.open()
        with database.writing(_OPERATION) as connection:
            _refuse_data(connection)
            yield connection


@contextmanager
def _new_file(file: Path) -> Iterator[Connection]:
    """Fill a file beside the wanted one, without a log of its own, and put it in its place at the end."""
    _make_room(file)
    part = file.with_name(f".{file.name}.part")
    _remove(part)  # what a process left that was killed
    try:
        with closing(SqliteDatabase(str(part))) as database:
            database.open()
        with closing(sqlite3.connect(part, isolation_level=None, check_same_thread=False)) as driver:
            for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
                driver.execute(f"PRAGMA {setting}")
            engine = create_engine("sqlite://", creator=lambda: driver, poolclass=StaticPool)
            with engine.connect() as connection:
                driver.execute("BEGIN IMMEDIATE")
                yield connection
                driver.execute("COMMIT")
            driver.execute("PRAGMA journal_mode = WAL")
        _sync(part)
        os.replace(part, file)
        _sync(file.parent)
    except (SQLAlchemyError, sqlite3.Error, OSError) as exc:
        raise translated(_OPERATION, exc) from exc
    finally:
        _remove(part)


def _make_room(file: Path) -> None:
    """Make sure that nothing is lost, and nobody disturbed, when a file takes the place of this one."""
    if not file.exists():
        return
    with closing(SqliteDatabase(str(file))) as database:
        database.open()
        with database.reading(_OPERATION) as connection:
            _refuse_data(connection)
    # The log of the old file must not be taken for that of the new one; only who is alone can end it.
    with closing(sqlite3.connect(file, timeout=0)) as driver:
        try:
            driver.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as exc:
            raise said(
                _OPERATION, f"{file.name} is open elsewhere", "Close what has it open, then try again."
            ) from exc


def _remove(part: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            part.with_name(part.name + suffix).unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
