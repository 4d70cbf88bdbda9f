"""What the two kinds of databases have in common, and which of them an address means."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from scenescout_tui.errors import DatabaseError
from scenescout_tui.presets import RESOURCE_LIMITS
from scenescout_tui.store import migrations
from scenescout_tui.store.faults import said

#: What may stand before "://" of a PostgreSQL database; psycopg 3 is the driver of all of them.
_POSTGRES = frozenset({"postgresql", "postgres", "postgresql+psycopg"})


@dataclass(frozen=True, slots=True)
class ServerState:
    """A server at one moment."""

    version: str
    #: Sessions with the server, of all programs, and how many it takes.
    sessions: int
    max_sessions: int
    #: Numbers of the server's sessions whose engines have a run going.
    importing: tuple[int, ...]
    #: The session that holds the write lock, and for how many seconds; None where none does.
    writing: tuple[int, float] | None


class Database(ABC):
    """One database: `writing()` for a transaction that no other writes beside, `reading()` for a snapshot.

    Safe to use from any thread. After a loss the connections are dropped, and the next use makes new ones.
    """

    #: Its file; None on a server.
    path: Path | None = None
    #: What stands for a failure of the database, beside what the body of a transaction raises by itself.
    _failures: tuple[type[Exception], ...] = (SQLAlchemyError, OSError)

    def __init__(self, *, read_only: bool) -> None:
        #: Whether every write is refused.
        self.read_only = read_only
        self._write_lock = threading.Lock()
        self._engines_lock = threading.RLock()
        self._writer: Engine | None = None
        self._readers: Engine | None = None
        self._opened = False

    def open(self) -> None:
        """Connect, check whose database it is, and bring its schema up to date.

        Raises: DatabaseError in words: not reached, not ours, newer than this program, missing (read-only).
        """
        with self._engines_lock:
            if self._readers is None:
                self._connect("open")

    def close(self) -> None:
        """Close all connections."""
        with self._write_lock:
            self._opened = False
            self._drop()

    def reconnect(self) -> None:
        """Drop all connections and connect anew.

        Raises: DatabaseError when the database is gone or cannot be used.
        """
        with self._engines_lock:
            self._drop()
            self._connect("reconnect")

    @contextmanager
    def writing(self, operation: str) -> Iterator[Connection]:
        """Run one transaction that is alone in writing from its start; any error rolls it back.

        Raises: DatabaseError naming `operation`; whatever the body raises that is no database failure.
        """
        if self.read_only:
            raise said(operation, "the store was opened read-only", "Open it without --read-only.")
        with self._write_lock, self._guard(operation):
            writer, _ = self._engines(operation)
            with writer.begin() as connection:
                self._begin_writing(connection)
                yield connection
                if connection.in_transaction():
                    self._end_writing(connection)

    @contextmanager
    def reading(self, operation: str) -> Iterator[Connection]:
        """Read one consistent snapshot, never blocked by a writer.

        Raises: DatabaseError naming `operation`.
        """
        with self._guard(operation):
            _, readers = self._engines(operation)
            with readers.begin() as connection:
                yield connection

    def server_state(self) -> ServerState | None:
        """Return how the server is; None where there is none.

        Raises: DatabaseError.
        """
        return None

    @abstractmethod
    def empty_log(self) -> bool:
        """Empty what the database keeps of replaced content outside of its tables; False: not now."""

    @abstractmethod
    def hold_run(self, connection: Connection, run_id: str) -> None:
        """Let others see that the engine of a run is alive, as long as this store is open."""

    @abstractmethod
    def let_go_of_run(self, connection: Connection, run_id: str) -> None:
        """End what `hold_run` began."""

    @abstractmethod
    def abandoned_runs(self, connection: Connection, run_ids: Iterable[str]) -> tuple[str, ...]:
        """Return those of some runs whose engine is gone."""

    @abstractmethod
    def _make_engines(self, operation: str) -> tuple[Engine, Engine]:
        """Return the writer's engine and that of the readers; a read-only database may give one twice."""

    @abstractmethod
    def _prepare(self, writer: Engine, readers: Engine, operation: str) -> None:
        """Check whose database it is before anything in it is changed, then bring its schema up to date."""

    @abstractmethod
    def _translated(self, operation: str, exc: Exception) -> DatabaseError:
        """Return what one of `_failures` means."""

    @property
    @abstractmethod
    def _name(self) -> str:
        """What it is called in errors."""

    def _known_version(self, connection: Connection, operation: str) -> str | None:
        """Return the schema version, None where there is no schema yet.

        Raises: DatabaseError where this program, or who only reads, can do nothing with it.
        """
        version = migrations.version_of(connection)
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
                "Open it once for writing, as any import does, to bring it up to date.",
            )
        return version

    @abstractmethod
    def _begin_writing(self, connection: Connection) -> None:
        """Take what a writing transaction needs beside its own begin."""

    @abstractmethod
    def _end_writing(self, connection: Connection) -> None:
        """Do what is to be done before the commit."""

    @abstractmethod
    def _check_in_use(self, operation: str) -> None:
        """Refuse to go on where the open connections lead nowhere any more."""

    def _is_lost(self, exc: Exception) -> bool:
        """Tell whether connections may be in an unknown state after a failure."""
        return True

    @contextmanager
    def _guard(self, operation: str) -> Iterator[None]:
        try:
            yield
        except self._failures as exc:
            if self._is_lost(exc):
                self._drop()
            raise self._translated(operation, exc) from exc

    def _engines(self, operation: str) -> tuple[Engine, Engine]:
        with self._engines_lock:
            if not self._opened:
                raise said(operation, "the store is not open", "Open the store first.")
            if self._writer is None or self._readers is None:
                return self._connect(operation)
            self._check_in_use(operation)
            return self._writer, self._readers

    def _connect(self, operation: str) -> tuple[Engine, Engine]:
        writer, readers = self._make_engines(operation)
        try:
            self._prepare(writer, readers, operation)
        except BaseException as exc:
            writer.dispose()
            readers.dispose()
            if isinstance(exc, self._failures):
                raise self._translated(operation, exc) from exc
            raise
        self._writer, self._readers, self._opened = writer, readers, True
        return writer, readers

    def _drop(self) -> None:
        with self._engines_lock:
            for engine in (self._writer, self._readers):
                if engine is not None:
                    engine.dispose()
            self._writer = self._readers = None


def is_postgres(url: str) -> bool:
    """Tell whether a URL or path means a PostgreSQL database."""
    if "://" not in url:
        return False
    try:
        return make_url(url).drivername in _POSTGRES
    except (ArgumentError, ValueError):
        return False


def database_at(
    url: str,
    *,
    read_only: bool = False,
    read_url: str | None = None,
    max_connections: int = RESOURCE_LIMITS.max_connections,
) -> Database:
    """Return the database of a URL or path, untouched; `read_url` and `max_connections` are about servers.

    Raises: DatabaseError for an URL that means nothing here.
    """
    if is_postgres(url):
        from scenescout_tui.store.postgres import PostgresDatabase

        return PostgresDatabase(url, read_only=read_only, read_url=read_url, max_connections=max_connections)
    from scenescout_tui.store.connection import SqliteDatabase

    return SqliteDatabase(url, read_only=read_only)
