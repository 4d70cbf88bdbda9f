"""What goes wrong with a PostgreSQL server, in words an operator can act on."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from scenescout_tui.errors import DatabaseError
from scenescout_tui.store.faults import said

# By the beginning of the SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), the
# longer ones first: what happened, what to do, and whether the same work may succeed later by itself.
_FAULTS: tuple[tuple[str, str, str, bool], ...] = (
    ("40P01", "another transaction waited for this one, which gave way", "Retry.", True),
    ("40", "another transaction changed the same rows first", "Retry.", True),
    (
        "55P03",
        "another engine holds the write lock for more than 30 seconds",
        "Wait until it has ended, or end it, then retry.",
        True,
    ),
    ("57014", "the server cancelled the statement", "Retry.", True),
    (
        "57P03",
        "the server is starting or stopping",
        "Wait a moment, then retry; nothing committed is lost.",
        True,
    ),
    (
        "53100",
        "the server's disk is full",
        "Free space on the server, then retry; nothing committed is lost.",
        True,
    ),
    (
        "53300",
        "the server has no connection left",
        "Close other programs that use it, or raise its max_connections, then retry.",
        True,
    ),
    ("53", "the server is short of memory or locks", "Wait a moment, then retry.", True),
    (
        "28",
        "the server refuses this user",
        "Correct user and password of the database URL, or the server's pg_hba.conf.",
        False,
    ),
    ("3D000", "there is no such database on the server", "Create it (createdb NAME), then retry.", False),
    (
        "42501",
        "this user may not do that",
        "Grant it the rights on the schema, or name another user in the database URL.",
        False,
    ),
    (
        "25006",
        "the server takes no writes (a standby, or read-only)",
        "Name the primary server in the database URL.",
        False,
    ),
)
# The server has answered and goes on: errors of these classes leave the connection as good as new.
_ANSWERED = ("22", "23", "40", "42", "55")
_PERMANENT = ("22", "23", "42", "0A")
# What psycopg itself refuses has no SQLSTATE either: these are about values and statements.
_OWN_FAULTS = frozenset({"DataError", "IntegrityError", "NotSupportedError", "ProgrammingError"})
# Where a connection cannot be made there is no SQLSTATE, only libpq's words.
_REFUSED = (
    ("password authentication failed", "28"),
    ("no password supplied", "28"),
    ("pg_hba.conf", "28"),
    ("does not exist", "3D000"),
    ("too many", "53300"),
    ("remaining connection slots", "53300"),
    ("is starting up", "57P03"),
    ("is shutting down", "57P03"),
)


def is_lost(exc: BaseException) -> bool:
    """Tell whether the connection cannot be used any more after a failure."""
    origin = _origin(exc)
    state = _state(origin)
    if state is None:
        return type(origin).__name__ not in _OWN_FAULTS
    return not state.startswith(_ANSWERED)


def translated(operation: str, exc: BaseException) -> DatabaseError:
    """Return what a failure of SQLAlchemy or psycopg means, without statements and values."""
    origin = _origin(exc)
    words = str(origin).strip().partition("\n")[0]
    state = _state(origin)
    known = state or next((code for part, code in _REFUSED if part in str(origin)), "")
    for prefix, details, action, retryable in _FAULTS:
        if known.startswith(prefix):
            return said(operation, f"{details} ({state or words})", action, retryable=retryable)
    if type(origin).__name__ in _OWN_FAULTS or (state is not None and state.startswith(_PERMANENT)):
        return said(operation, words, "Look into the log file; if it happens again, report it.")
    return said(
        operation,
        f"the connection to the database was lost or refused: {words}"
        if state is None or state.startswith(("08", "57", "25P"))
        else words,
        "Check that the server can be reached, then retry; nothing committed is lost.",
        retryable=True,
    )


def _origin(exc: BaseException) -> BaseException:
    return exc.orig if isinstance(exc, DBAPIError) and exc.orig is not None else exc


def _state(origin: BaseException) -> str | None:
    state = getattr(origin, "sqlstate", None)
    return state if isinstance(state, str) else None
