"""The way to a PostgreSQL database: one writer at a time over all engines, many readers."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from zlib import crc32

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import SQLAlchemyError

from scenescout_tui.errors import DatabaseError
from scenescout_tui.presets import RESOURCE_LIMITS
from scenescout_tui.store import bulk, migrations
from scenescout_tui.store.database import Database, ServerState
from scenescout_tui.store.faults import said
from scenescout_tui.store.postgres_faults import is_lost, translated
from scenescout_tui.store.schema import APPLICATION_ID, metadata
from scenescout_tui.store.statements import run

_log = logging.getLogger(__name__)

# Advisory locks are named by two numbers; the first says what kind of lock it is.
_WRITE_LOCKS = APPLICATION_ID
_RUN_LOCKS = APPLICATION_ID + 1

_TAKE_WRITE_LOCK = "SELECT pg_advisory_xact_lock(%s, %s)"
_HOLD_RUN = "SELECT pg_advisory_lock_shared(%s, %s)"
_LET_GO_OF_RUN = "SELECT pg_advisory_unlock_shared(%s, %s)"
_TRY_RUN = "SELECT pg_try_advisory_xact_lock(%s, %s)"

_SERVER = (
    "SELECT current_setting('server_version'), (SELECT count(*) FROM pg_stat_activity WHERE backend_type = "
    "'client backend'), current_setting('max_connections')::int"
)
_LOCKS = (
    "FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.classid = %s"
)
_IMPORTING = f"SELECT DISTINCT l.pid {_LOCKS} ORDER BY 1"
_WRITING = f"SELECT l.pid, extract(epoch FROM now() - a.xact_start) {_LOCKS} AND l.objid = %s"  # noqa: S608 – our own words

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


class PostgresDatabase(Database):
    """One schema of a PostgreSQL database, the first of the `search_path`.

    A writing transaction begins with a lock of the whole store, as it does on SQLite: candidates, decisions
    and rows of two engines never mix, and whoever holds the lock waits for nobody, so there is no deadlock.
    (Measured with 30,000 new events: one process takes 16 s alone, two take 14 s with this lock, and 18 to
    20 s with one lock per identity and block, taken in order: those that share no key wait for each other in
    the rows of `totals`. Some 2,000 keys of eight batches are also a third of all locks that a server holds
    by default.)

    Who only looks asks the server of `read_url` where there is one, and this one where that fails.
    """

    def __init__(
        self,
        url: str,
        *,
        read_only: bool = False,
        read_url: str | None = None,
        max_connections: int = RESOURCE_LIMITS.max_connections,
    ) -> None:
        super().__init__(read_only=read_only)
        self._primary = self._url = _whole(make_url(url))
        self._follower = _whole(make_url(read_url)) if read_only and read_url is not None else None
        self._max_readers = max(1, max_connections - 1)
        self._store_key = 0
        #: Runs that this store has begun and not ended.
        self._held: set[str] = set()
        self._growth = bulk.Growth()

    @property
    def _name(self) -> str:
        return f"the database {self._url.database or self._url.username or ''!r}"

    def close(self) -> None:
        """Close all connections; runs that have not ended count as abandoned from now on."""
        if self._held:
            # The server lets go of a session's locks some time after its connection has gone.
            with suppress(DatabaseError), self.writing("close") as connection:
                for run_id in tuple(self._held):
                    self.let_go_of_run(connection, run_id)
        super().close()
        self._held.clear()

    def empty_log(self) -> bool:
        """Tell that nothing is left to do: replaced rows are the server's own to vacuum."""
        return True

    def server_state(self) -> ServerState:
        """Return how the server is, and who is at work on this store.

        Raises: DatabaseError.
        """
        with self.reading("server_state") as connection:
            ((version, sessions, most),) = run(connection, _SERVER)
            importing = [pid for (pid,) in run(connection, _IMPORTING, (_RUN_LOCKS,))]
            # The server shows the two numbers of a lock without their signs.
            writing = run(connection, _WRITING, (_WRITE_LOCKS, self._store_key % (1 << 32)))
        held = (writing[0][0], float(writing[0][1])) if writing else None
        return ServerState(version, sessions, most, tuple(importing), held)

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
        """Return those of some runs that no session holds: their engine has ended, or lost the server.

        A server that only follows knows no locks of the other, so on it none is called abandoned.
        """
        if self._url is self._follower:
            return ()
        return tuple(
            run_id
            for run_id in run_ids
            if run_id not in self._held and run(connection, _TRY_RUN, (_RUN_LOCKS, _number(run_id)))[0][0]
        )

    def _translated(self, operation: str, exc: Exception) -> DatabaseError:
        return translated(operation, exc)

    def _is_lost(self, exc: Exception) -> bool:
        return is_lost(exc)

    def _begin_writing(self, connection: Connection) -> None:
        run(connection, _TAKE_WRITE_LOCK, (_WRITE_LOCKS, self._store_key))

    def _end_writing(self, connection: Connection) -> None:
        self._growth.note(connection, bulk.rows_written(connection))

    def _check_in_use(self, operation: str) -> None:
        """Nothing to do: a session that has ended says so by itself."""

    def _connect(self, operation: str) -> tuple[Engine, Engine]:
        if self._follower is not None:
            self._url = self._follower
            try:
                return super()._connect(operation)
            except DatabaseError as error:
                _log.warning("the read server is left out, the first one is asked: %s", error)
        self._url = self._primary
        return super()._connect(operation)

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
        # The driver's own failures are known once it is imported.
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

    def _prepare(self, writer: Engine, readers: Engine, operation: str) -> None:
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
        """Return the name of the schema, once it is sure that it is ours and texts keep their signs in it."""
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
        tables = set(inspect(connection).get_table_names())
        if migrations.version_of(connection) is None and tables & metadata.tables.keys():
            raise said(
                operation,
                f"{self._name} holds tables of another program",
                "Name another database, or another schema: postgresql://…?options=-csearch_path%3DNAME.",
            )
        return str(schema)


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
