"""What the store asks of a database, and which of the two kinds an address means."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import ArgumentError

#: What may stand before "://" of a PostgreSQL database; psycopg 3 is the driver of all of them.
_POSTGRES = frozenset({"postgresql", "postgres", "postgresql+psycopg"})


class Database(Protocol):
    """One database: `writing()` for a transaction that no other writes beside, `reading()` for a snapshot."""

    @property
    def read_only(self) -> bool:
        """Whether every write is refused."""

    @property
    def path(self) -> Path | None:
        """Its file; None on a server."""

    def open(self) -> None:
        """Connect, check whose database it is, and bring its schema up to date."""

    def close(self) -> None:
        """Close all connections."""

    def reconnect(self) -> None:
        """Drop all connections and connect anew."""

    def writing(self, operation: str) -> AbstractContextManager[Connection]:
        """Run one transaction that is alone in writing from its start; any error rolls it back."""

    def reading(self, operation: str) -> AbstractContextManager[Connection]:
        """Read one consistent snapshot, never blocked by a writer."""

    def empty_log(self) -> bool:
        """Empty what the database keeps of replaced content outside of its tables; False: not now."""

    def hold_run(self, connection: Connection, run_id: str) -> None:
        """Let others see that the engine of a run is alive, as long as this store is open."""

    def let_go_of_run(self, connection: Connection, run_id: str) -> None:
        """End what `hold_run` began."""

    def abandoned_runs(self, connection: Connection, run_ids: Iterable[str]) -> tuple[str, ...]:
        """Return those of some runs whose engine is gone."""


def is_postgres(url: str) -> bool:
    """Tell whether a URL or path means a PostgreSQL database."""
    if "://" not in url:
        return False
    try:
        return make_url(url).drivername in _POSTGRES
    except (ArgumentError, ValueError):
        return False


def database_at(url: str, *, read_only: bool) -> Database:
    """Return the database of a URL or path, untouched.

    Raises: DatabaseError for an URL that means nothing here.
    """
    if is_postgres(url):
        from scenescout_tui.store.postgres import PostgresDatabase

        return PostgresDatabase(url, read_only=read_only)
    from scenescout_tui.store.connection import SqliteDatabase

    return SqliteDatabase(url, read_only=read_only)
