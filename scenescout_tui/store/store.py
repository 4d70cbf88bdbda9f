"""The store: where events go, in one class."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from scenescout_tui.presets import RESOURCE_LIMITS
from scenescout_tui.store.audit import AuditLog
from scenescout_tui.store.database import ServerState, database_at
from scenescout_tui.store.decisions import Decisions
from scenescout_tui.store.edits import Edits
from scenescout_tui.store.error_book import ErrorBook
from scenescout_tui.store.error_pages import ErrorPages
from scenescout_tui.store.event_pages import EventPages
from scenescout_tui.store.kept_pages import KeptPages
from scenescout_tui.store.reads import EventReads
from scenescout_tui.store.reconcile import Reconciliation
from scenescout_tui.store.retention import Retention
from scenescout_tui.store.review_reads import ReviewReads
from scenescout_tui.store.run_pages import RunPages
from scenescout_tui.store.stamps import utc_now
from scenescout_tui.store.submissions import Submissions
from scenescout_tui.store.venue_reads import VenueReads
from scenescout_tui.store.writer.batch import BatchWriter


class Store(
    BatchWriter,
    Reconciliation,
    EventReads,
    VenueReads,
    ErrorBook,
    EventPages,
    ErrorPages,
    RunPages,
    ReviewReads,
    Decisions,
    Submissions,
    Edits,
    KeptPages,
    Retention,
    AuditLog,
):
    """All events, runs and errors of one database; plain, synchronous, safe to use from several threads.

    `url` is a SQLAlchemy URL (`sqlite:///events.db`, `postgresql://user@host/name`) or a path; `sqlite://` is
    a private database that ends with the store. One transaction writes at a time, readers never wait for it.
    Call it from a worker thread: it blocks.
    """

    def __init__(
        self,
        url: str,
        *,
        read_only: bool = False,
        read_url: str | None = None,
        max_connections: int = RESOURCE_LIMITS.max_connections,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Note where the database is; nothing is touched before `open`.

        `read_url`: a PostgreSQL server that follows the one of `url`; who opens the store with `read_only`
        asks that one, and the first one only where it does not answer. It may lag behind. `max_connections`:
        the size of the pools of a server; one connection writes, the others read.

        Raises: DatabaseError for an URL that means nothing here.
        """
        database = database_at(url, read_only=read_only, read_url=read_url, max_connections=max_connections)
        super().__init__(database, clock)

    @property
    def path(self) -> Path | None:
        """The database file; None on a server."""
        return self._database.path

    @property
    def read_only(self) -> bool:
        """Whether every write is refused."""
        return self._database.read_only

    def server_state(self) -> ServerState | None:
        """Return how the database's server is, and who is at work; None for a file.

        Raises: DatabaseError.
        """
        return self._database.server_state()

    def open(self) -> Self:
        """Open the database: folder and file are made where missing, an older schema is brought up to date.

        Raises: DatabaseError in words: another program's, newer than this program, damaged, not writable, not
        reached, or (read-only) missing or older.
        """
        self._database.open()
        return self

    def close(self) -> None:
        """Close all connections; may be called twice."""
        self._database.close()

    def reconnect(self) -> None:
        """Drop all connections and connect again; the store also does so by itself after a failure.

        Raises: DatabaseError when the file is gone or cannot be used.
        """
        self._database.reconnect()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
