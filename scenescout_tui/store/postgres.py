"""The way to a PostgreSQL database: one writer at a time over all engines, many readers."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from zlib import crc32

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import SQLAlchemyError

from scenescout_tui.presets import RESOURCE_LIMITS
from scenescout_tui.store import bulk, migrations
from scenescout_tui.store.faults import said
from scenescout_tui.store.postgres_faults import is_lost, translated
from scenescout_tui.store.schema import APPLICATION_ID, metadata
from scenescout_tui.store.statements import run

# Advisory locks are named by two numbers; the first says what kind of lock it is.
_WRITE_LOCKS = APPLICATION_ID
_RUN_LOCKS = APPLICATION_ID + 1

_TAKE_WRITE_LOCK = "SELECT pg_advisory_xact_lock(%s, %s)"
_HOLD_RUN = "SELECT pg_advisory_lock_shared(%s, %s)"
_LET_GO_OF_RUN = "SELECT pg_advisory_unlock_shared(%s, %s)"
_TRY_RUN = "SELECT pg_try_advisory_xact_lock(%s, %s)"

_CONNECT_SECONDS = 10
# A machine that is gone must not hold the write lock, or keep its runs alive, for the hours that TCP allows.
_SESSION = (
    "SET lock_timeout = '30s'",
    "SET idle_in_transaction_session_timeout = '60s'",
    "SET tcp_keepalives_idle = 30",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
)
_READERS_KEPT = 4


class PostgresDatabase:
    """One schema of a PostgreSQL database, the first of the `search_path`; safe to use from any thread.

    A writing transaction begins with a lock of the whole store, as it does on SQLite: candidates, decisions
    and rows of two engines never mix, and whoever holds the lock waits for nobody, so there is no deadlock.
    (Locks per block would be some 2,000 in each transaction of eight batches, out of the 6,400 that a server
    holds by default, and batches in no order of their dates would wait for each other as often.)

    After a loss the connections are dropped, and the next use makes new ones.
    """

    path = None

    def __init__(
        self, url: str, *, read_only: bool = False, max_connections: int = RESOURCE_LIMITS.max_connections
    ) -> None:
        self.read_only = read_only
        self._url = _whole(make_url(url))
        self._max_readers = max(1, max_connections - 1)
        self._write_lock = threading.Lock()
        self._engines_lock = threading.RLock()
        self._writer: Engine | None = None
        self._readers: Engine | None = None
        self._opened = False
        self._store_key = 0
        #: What stands for a failure of the database; the driver's own are known once it is imported.
        self._failures: tuple[type[Exception], ...] = (SQLAlchemyError, OSError)
        #: Runs that this store has begun and not ended.
        self._held: set[str] = set()
        self._growth = bulk.Growth()

    @property
    def _name(self) -> str:
        return f"the database {self._url.database or self._url.username or ''!r}"

    def open(self) -> None:
        """Connect, check whose schema it is, and bring it up to date.

        Raises: DatabaseError in words: psycopg missing, no such server or database, not ours, newer than this
            program, missing (read-only).
        """
        with self._engines_lock:
            if self._readers is None:
                self._connect("open")

    def close(self) -> None:
        """Close all connections; runs that have not ended count as abandoned from now on."""
        with self._write_lock:
            self._opened = False
            self._held.clear()
            self._drop()

    def reconnect(self) -> None:
        """Drop all connections and connect anew.

        Raises: DatabaseError when the server cannot be reached.
        """
        with self._engines_lock:
            self._drop()
            self._connect("reconnect")

    @contextmanager
    def writing(self, operation: str) -> Iterator[Connection]:
        """Run one transaction that holds the store's write lock from its start; any error rolls it back.

        Raises: DatabaseError naming `operation`; whatever the body raises that is no database failure.
        """
        if self.read_only:
            raise said(operation, "the store was opened read-only", "Open it without --read-only.")
        with self._write_lock, self._guard(operation):
            writer, _ = self._engines(operation)
            with writer.begin() as connection:
                run(connection, _TAKE_WRITE_LOCK, (_WRITE_LOCKS, self._store_key))
                yield connection
                if connection.in_transaction():
                    self._growth.note(connection, bulk.rows_written(connection))

    @contextmanager
    def reading(self, operation: str) -> Iterator[Connection]:
        """Read one consistent snapshot, never blocked by a writer.

        Raises: DatabaseError naming `operation`.
        """
        with self._guard(operation):
            _, readers = self._engines(operation)
            with readers.begin() as connection:
                yield connection

    def empty_log(self) -> bool:
        """Tell that nothing is left to do: replaced rows are the server's own to vacuum."""
        return True

    def hold_run(self, connection: Connection, run_id: str) -> None:
        """Let other engines see that this one is alive: a lock of the writer's session, gone with it."""
        run(connection, _HOLD_RUN, (_RUN_LOCKS, _number(run_id)))
        self._held.add(run_id)

    def let_go_of_run(self, connection: Connection, run_id: str) -> None:
        """Say that a run has no engine any more."""
        if run_id in self._held:
            run(connection, _LET_GO_OF_RUN, (_RUN_LOCKS, _number(run_id)))
            self._held.discard(run_id)

    def abandoned_runs(self, connection: Connection, run_ids: Iterable[str]) -> tuple[str, ...]:
        """Return those of some runs that no session holds: their engine has ended, or lost the server."""
        return tuple(
            run_id
            for run_id in run_ids
            if run_id not in self._held and run(connection, _TRY_RUN, (_RUN_LOCKS, _number(run_id)))[0][0]
        )

    @contextmanager
    def _guard(self, operation: str) -> Iterator[None]:
        try:
            yield
        except self._failures as exc:
            if is_lost(exc):
                self._drop()
            raise translated(operation, exc) from exc

    def _engines(self, operation: str) -> tuple[Engine, Engine]:
        with self._engines_lock:
            if not self._opened:
                raise said(operation, "the store is not open", "Open the store first.")
            if self._writer is None or self._readers is None:
                return self._connect(operation)
            return self._writer, self._readers

    def _connect(self, operation: str) -> tuple[Engine, Engine]:
        writer, readers = self._make_engines(operation)
        try:
            self._prepare(writer, readers, operation)
        except BaseException as exc:
            writer.dispose()
            readers.dispose()
            if isinstance(exc, self._failures):
                raise translated(operation, exc) from exc
            raise
        self._writer, self._readers, self._opened = writer, readers, True
        return writer, readers

    def _make_engines(self, operation: str) -> tuple[Engine, Engine]:
        try:
            readers = create_engine(
                self._url,
                isolation_level="REPEATABLE READ",
                pool_size=min(_READERS_KEPT, self._max_readers),
                max_overflow=max(0, self._max_readers - _READERS_KEPT),
            )
            # Each statement sees what was committed before it, and the first one waits for the lock.
            writer = create_engine(self._url, isolation_level="READ COMMITTED", pool_size=1, max_overflow=0)
        except ImportError as exc:
            raise said(
                operation,
                "PostgreSQL needs the package psycopg, which is not installed",
                "Install it: pip install 'scenescout[postgres]'.",
            ) from exc
        self._failures = (SQLAlchemyError, OSError, writer.dialect.loaded_dbapi.Error)
        event.listen(readers, "connect", self._begin_reader)
        event.listen(writer, "connect", self._begin_writer)
        return (readers if self.read_only else writer), readers

    def _begin_reader(self, connection: Any, _record: object) -> None:
        _begin_session(connection)
        connection.read_only = True

    def _begin_writer(self, connection: Any, _record: object) -> None:
        _begin_session(connection)
        cursor = connection.cursor()
        for run_id in tuple(self._held):
            cursor.execute(_HOLD_RUN, (_RUN_LOCKS, _number(run_id)))
        cursor.close()
        connection.commit()

    def _drop(self) -> None:
        with self._engines_lock:
            for engine in (self._writer, self._readers):
                if engine is not None:
                    engine.dispose()
            self._writer = self._readers = None

    def _prepare(self, writer: Engine, readers: Engine, operation: str) -> None:
        """Check whose schema it is before anything in it is changed, then bring it up to date."""
        with readers.connect() as connection:
            schema = self._check_place(connection, operation)
            version = self._known_version(connection, operation)
        self._store_key = _number(schema)
        if self._held:
            # After a loss the runs of this engine are abandoned until its new session says otherwise.
            writer.connect().close()
        if self.read_only or version == migrations.HEAD:
            return
        with writer.begin() as connection:
            run(connection, _TAKE_WRITE_LOCK, (_WRITE_LOCKS, self._store_key))
            # Another process may have done it since.
            version = self._known_version(connection, operation)
            if version is None:
                migrations.create(connection)
            elif version != migrations.HEAD:
                migrations.upgrade(connection)

    def _check_place(self, connection: Connection, operation: str) -> str:
        """Return the name of the schema, once it is sure that texts keep their signs in it."""
        row = connection.exec_driver_sql("SELECT current_schema(), getdatabaseencoding()").one()
        schema, encoding = row
        if schema is None:
            raise said(
                operation,
                f"{self._name} has no schema of the search_path",
                "Create the schema, or name another one in the database URL.",
            )
        if encoding != "UTF8":
            raise said(
                operation,
                f"{self._name} keeps texts in {encoding}",
                "Create one with ENCODING 'UTF8', and name that.",
            )
        return str(schema)

    def _known_version(self, connection: Connection, operation: str) -> str | None:
        version = migrations.version_of(connection)
        if version is None and set(inspect(connection).get_table_names()) & metadata.tables.keys():
            raise said(
                operation,
                f"{self._name} holds tables of another program",
                "Name another database, or another schema: postgresql://…?options=-csearch_path%3DNAME.",
            )
        if version is not None and version not in migrations.REVISIONS:
            raise said(
                operation,
                f"{self._name} was written by a newer SceneScout (schema {version})",
                "Update SceneScout, or name another database.",
            )
        if self.read_only and version is None:
            raise said(
                operation,
                f"{self._name} holds no events yet",
                "Start an import first, or open it without --read-only.",
            )
        if self.read_only and version != migrations.HEAD:
            raise said(
                operation,
                f"{self._name} was written by an older SceneScout (schema {version})",
                "Open it once without --read-only to bring it up to date.",
            )
        return version


def _whole(url: URL) -> URL:
    """Return the URL with our driver, and with what is not said in it."""
    given = url.set(drivername="postgresql+psycopg")
    own = {
        "application_name": "scenescout",
        "client_encoding": "utf8",
        "connect_timeout": str(_CONNECT_SECONDS),
    }
    return given.update_query_dict({key: value for key, value in own.items() if key not in given.query})


def _begin_session(connection: Any) -> None:
    cursor = connection.cursor()
    for statement in _SESSION:
        cursor.execute(statement)
    cursor.close()
    connection.commit()


def _number(name: str) -> int:
    """Return the number (of 32 bits, with a sign) that stands for a name among the locks of its kind."""
    number = crc32(name.encode())
    return number - (1 << 32) if number >= 1 << 31 else number
