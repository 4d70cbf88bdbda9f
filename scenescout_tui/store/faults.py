"""What goes wrong with the database, in words an operator can act on."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from scenescout_tui.errors import DatabaseError, SpawnerError

# By the beginning of SQLite's error name (https://www.sqlite.org/rescode.html): what happened, what to do,
# and whether the same work may succeed later without anybody doing anything.
_SQLITE_FAULTS: tuple[tuple[str, str, str, bool], ...] = (
    (
        "SQLITE_BUSY",
        "another program holds the write lock for more than 5 seconds",
        "Close the other program that writes to this database or wait until it has ended, then retry.",
        True,
    ),
    (
        "SQLITE_LOCKED",
        "a table is locked by another connection",
        "Wait a moment, then retry.",
        True,
    ),
    (
        "SQLITE_FULL",
        "the disk is full",
        "Free space on the disk of the database, then retry; nothing committed is lost.",
        True,
    ),
    (
        "SQLITE_IOERR",
        "the disk refused to read or write",
        "Check the disk (full, unplugged, network share gone), then retry; nothing committed is lost.",
        True,
    ),
    (
        "SQLITE_READONLY",
        "the database file is read-only",
        "Make the database file and its folder writable for this user, then retry.",
        True,
    ),
    (
        "SQLITE_CANTOPEN",
        "the database file cannot be opened",
        "Check that the database file and its folder exist and are writable for this user, then retry.",
        True,
    ),
    (
        "SQLITE_CORRUPT",
        "the database file is damaged",
        "Put a backup in place of the database file and import again; known events are updated, not doubled.",
        False,
    ),
    (
        "SQLITE_NOTADB",
        "the file is not a SQLite database",
        "Name another file with --database, or move this one away.",
        False,
    ),
)


class StaleDigestsError(SpawnerError):
    """Records taken for unchanged by their digests have changed since; `numbers` are theirs in the run.

    Nothing was written: prepare these records fully and commit the batch again.
    """

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(
            f"{len(numbers)} records changed in the database since they were looked up",
            "STALE_DIGESTS",
            retryable=True,
            metadata={"numbers": list(numbers)},
        )
        self.numbers = tuple(numbers)


class RunEndedError(SpawnerError):
    """A batch came for a run that has ended, so it was not written."""

    def __init__(self, run_id: str, state: str) -> None:
        super().__init__(
            f"run {run_id} has ended ({state}); the batch was not written",
            "RUN_ENDED",
            metadata={"run_id": run_id, "action": "Resume the run, then import the rest."},
        )


class NotResumableError(SpawnerError):
    """A run cannot be gone on with: it is running (perhaps somebody else's key was faster), or it is done."""

    def __init__(self, run_id: str, state: str) -> None:
        running = state == "running"
        super().__init__(
            f"run {run_id} is {state}",
            "ALREADY_RUNNING" if running else "NOT_RESUMABLE",
            metadata={
                "run_id": run_id,
                "action": "Wait until it has ended, or stop it first."
                if running
                else "Import the source again; what is imported is not imported twice.",
            },
        )


class NotFoundError(SpawnerError):
    """The store holds no such row; `kind` says of what."""

    def __init__(self, kind: str, wanted: str) -> None:
        super().__init__(
            f"there is no {kind} {wanted!r}",
            "NOT_FOUND",
            metadata={"kind": kind, "action": f"List what there is, and name one {kind} of the list."},
        )
        self.kind = kind


def said(operation: str, details: str, action: str, *, retryable: bool = False) -> DatabaseError:
    """Return a `DatabaseError` with the operator's next step in its metadata."""
    error = DatabaseError(operation, details, retryable=retryable)
    error.metadata["action"] = action
    return error


def translated(operation: str, exc: BaseException) -> DatabaseError:
    """Return what a failure of SQLAlchemy or of a driver means, without statements and values."""
    origin = exc.orig if isinstance(exc, DBAPIError) and exc.orig is not None else exc
    name = getattr(origin, "sqlite_errorname", None) or ""
    for prefix, details, action, retryable in _SQLITE_FAULTS:
        if name.startswith(prefix):
            return said(operation, f"{details} ({name})", action, retryable=retryable)
    if isinstance(origin, sqlite3.ProgrammingError) and "closed" in str(origin):
        return said(
            operation,
            "the connection to the database was closed",
            "Retry: the store connects again by itself, and nothing committed is lost.",
            retryable=True,
        )
    permanent = isinstance(origin, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError)
    return said(
        operation,
        str(origin).partition("\n")[0],
        "Look into the log file; if it happens again, report it."
        if permanent
        else "Check that the database can be reached and written, then retry; nothing committed is lost.",
        retryable=not permanent,
    )
