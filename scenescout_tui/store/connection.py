"""The way to a SQLite file: one writer, many readers, opened with care and opened again after a loss."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from scenescout_tui.errors import DatabaseError
from scenescout_tui.store import migrations
from scenescout_tui.store.database import Database, is_postgres
from scenescout_tui.store.faults import said, translated
from scenescout_tui.store.schema import APPLICATION_ID

_BUSY_SECONDS = 5.0
# Statements of one batch differ by table and number of rows; preparing one of 100 rows takes about a
# millisecond.
_CACHED_STATEMENTS = 300
_WRITER_CACHE_KIB = 16 * 1024
_READER_CACHE_KIB = 2 * 1024
# Pages of the write-ahead log before it is written back (16 MB); the default of 1,000 writes back twice a
# second.
_CHECKPOINT_PAGES = 4_000
_LOG_LIMIT_BYTES = 64 * 1024 * 1024
_CHECKPOINT_WAIT_MS = 100


def database_file(url: str) -> Path | None:
    """Return the file that a database URL or path names; None where there is none: a private database, a
    server.

    Raises: DatabaseError for an URL that means nothing here.
    """
    if "://" not in url:
        return Path(url).expanduser().absolute()
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as exc:
        raise said(
            "open", "the database URL cannot be read", "Write it as sqlite:///path/events.db."
        ) from exc
    if is_postgres(url):
        return None
    if parsed.get_backend_name() != "sqlite":
        raise said(
            "open",
            f"{parsed.get_backend_name()} is not supported by this version",
            "Write it as sqlite:///path/events.db or postgresql://user@host/name.",
        )
    if parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database)).expanduser().absolute()


class SqliteDatabase(Database):
    """One database file; it is never made again: one that vanished is an error, not an empty database."""

    path: Path
    _failures = (SQLAlchemyError, sqlite3.Error, OSError)

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        super().__init__(read_only=read_only)
        self._private: tempfile.TemporaryDirectory[str] | None = None
        self.path = self._path(url)
        self._file_id: tuple[int, int] | None = None

    def _path(self, url: str) -> Path:
        file = database_file(url)
        if file is not None:
            return file
        # Several connections see one database only in a file; this one lives as long as the store.
        self._private = tempfile.TemporaryDirectory(prefix="scenescout-")
        return Path(self._private.name) / "events.db"

    @property
    def _name(self) -> str:
        return self.path.name

    def open(self) -> None:
        """Create folder and file where missing (mode 0600), check whose file it is, bring it up to date.

        Raises: DatabaseError in words: not ours, newer than this program, not writable, damaged, missing
            (read-only).
        """
        with self._engines_lock:
            if self._readers is None and not self.read_only:
                self._create_file()
            super().open()

    def close(self) -> None:
        """Close all connections; a database in memory is gone with them."""
        super().close()
        if self._private is not None:
            self._private.cleanup()

    def empty_log(self) -> bool:
        """Write the write-ahead log back into the file and cut it to nothing; False if a reader prevents it.

        Raises: DatabaseError.
        """
        with self._write_lock, self._guard("checkpoint"):
            writer, _ = self._engines("checkpoint")
            with writer.connect() as connection:
                # Outside of any transaction, and without waiting long: writers wait behind this.
                driver: Any = connection.connection.driver_connection
                driver.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_WAIT_MS}")
                try:
                    busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                finally:
                    driver.execute(f"PRAGMA busy_timeout = {int(_BUSY_SECONDS * 1000)}")
        return not busy

    def hold_run(self, connection: Connection, run_id: str) -> None:
        """Nothing to do: the engine's own lock says that it is alive."""

    def let_go_of_run(self, connection: Connection, run_id: str) -> None:
        """Nothing to do either."""

    def abandoned_runs(self, connection: Connection, run_ids: Iterable[str]) -> tuple[str, ...]:
        """Return all of them: who asks holds the lock, so no other engine is alive."""
        return tuple(run_ids)

    def _translated(self, operation: str, exc: Exception) -> DatabaseError:
        # Whatever it was, connecting again costs a millisecond; going on with a connection in an unknown
        # state may cost data.
        return translated(operation, exc)

    def _begin_writing(self, connection: Connection) -> None:
        """Nothing to do: BEGIN IMMEDIATE has taken the lock."""

    def _end_writing(self, connection: Connection) -> None:
        """Nothing to do either."""

    def _check_in_use(self, operation: str) -> None:
        if self._stat(operation) != self._file_id:
            self._drop()
            raise said(
                operation,
                "the database file was replaced while it was in use",
                "Start SceneScout again to use the new file.",
                retryable=True,
            )

    def _stat(self, operation: str) -> tuple[int, int]:
        # SQLite goes on writing into a deleted file, and all of it is lost at the end.
        try:
            found = os.stat(self.path)
        except OSError as exc:
            self._drop()
            raise said(
                operation,
                f"the database file {self.path.name} is gone",
                f"Put {self.path} back in place, or start SceneScout again for a new database.",
                retryable=True,
            ) from exc
        return found.st_dev, found.st_ino

    def _create_file(self) -> None:
        try:
            if not self.path.parent.exists():
                # Another process may make it between the two.
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as exc:
            raise said(
                "open",
                f"{self.path}: {exc.strerror}",
                "Make the file and its folder writable for this user, or name another file with --database.",
            ) from exc

    def _make_engines(self, operation: str) -> tuple[Engine, Engine]:
        self._file_id = self._stat(operation)
        readers = self._engine("BEGIN", pool_size=4, max_overflow=16)
        if self.read_only:
            return readers, readers
        return self._engine("BEGIN IMMEDIATE", pool_size=1, max_overflow=0), readers

    def _engine(self, begin: str, *, pool_size: int, max_overflow: int) -> Engine:
        engine = create_engine(
            "sqlite://",
            creator=lambda: self._driver_connection(reader=begin == "BEGIN"),
            poolclass=QueuePool,
            pool_size=pool_size,
            max_overflow=max_overflow,
        )

        # The driver begins nothing by itself (isolation_level None): a transaction that starts by reading
        # cannot become a writing one while another writer is active, however long it waits.
        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        return engine

    def _driver_connection(self, *, reader: bool) -> sqlite3.Connection:
        mode = "ro" if self.read_only else "rw"
        connection = sqlite3.connect(
            f"file:{quote(str(self.path))}?mode={mode}",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_CACHED_STATEMENTS,
        )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_READER_CACHE_KIB if reader else _WRITER_CACHE_KIB}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit = {_LOG_LIMIT_BYTES}")
        if reader:
            connection.execute("PRAGMA query_only = ON")
        else:
            # What is deleted or replaced is overwritten, so that content which may not be kept is not found
            # in the free places of the file. Costs nothing where rows are only added.
            connection.execute("PRAGMA secure_delete = ON")
        return connection

    def _prepare(self, writer: Engine, readers: Engine, operation: str) -> None:
        # A file that is up to date is only read: opening it waits for no writer.
        with readers.connect() as connection:
            self._check_owner(connection, operation)
            version = self._known_version(connection, operation)
            journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        if self.read_only:
            return
        if journal != "wal":
            with writer.connect() as connection:
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA journal_mode = WAL")
        if version != migrations.HEAD:
            with writer.begin() as connection:
                # Another process may have done it since.
                self._migrate(connection, self._known_version(connection, operation))

    def _check_owner(self, connection: Connection, operation: str) -> None:
        owner = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        if owner != APPLICATION_ID and (owner != 0 or tables):
            raise said(
                operation,
                f"{self.path.name} is a database of another program",
                "Name another file with --database.",
            )

    def _migrate(self, connection: Connection, version: str | None) -> None:
        if version is None:
            migrations.create(connection)
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        elif version != migrations.HEAD:
            migrations.upgrade(connection)
