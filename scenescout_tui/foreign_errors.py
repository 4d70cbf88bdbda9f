"""What exceptions of other libraries mean, told by the modules and names of their classes.

No library is imported for that, so that `scenescout --version` loads neither httpx nor SQLAlchemy.
"""

from __future__ import annotations

import errno
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scenescout_tui.safe_text import for_log

#: Seconds to wait when a server says "too many requests" without saying for how long.
DEFAULT_LIMIT_DELAY = 60.0
#: A limit that lasts longer than this (seconds) parks the run instead of holding a retry.
PARK_AFTER = 300.0

_LONGEST_PLACE = 80
_LONGEST_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Classification:
    """What an exception means for the work that raised it."""

    #: The code: RATE_LIMIT_ERROR, VALIDATION_ERROR, BUG, …
    type: str
    #: Whether the same work may succeed when tried again.
    retryable: bool
    #: Seconds to wait before that, where a server or a rule names them; None: the computed backoff.
    delay: float | None
    #: What the operator can do next, in one sentence.
    action: str
    #: Small facts: `field`, `status_code`, `service`.
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parks(self) -> bool:
        """Whether the run should be parked: a limit that lasts longer than `PARK_AFTER`."""
        return self.type == "RATE_LIMIT_ERROR" and self.delay is not None and self.delay > PARK_AFTER


ACTIONS: Mapping[str, str] = {
    "SPAWNER_ERROR": "Read the message, then retry the failed records.",
    "TASK_TIMEOUT": "Retry; if it happens again, raise the timeout or lower the batch size.",
    "WORKER_LIMIT": "Wait until the queue has room, then try again.",
    "VALIDATION_ERROR": "Correct it at the source and import it again; or discard the dead letter.",
    "EXTERNAL_API_ERROR": "Wait and retry; if it stays, check the service's status page and the network.",
    "DATABASE_ERROR": "Check that the database can be reached and written, then retry; commits are kept.",
    "RATE_LIMIT_ERROR": "Nothing to do: the work goes on by itself when the limit resets.",
    "TASK_CANCELLED": "Start the import again to go on; what was committed stays.",
    "DUPLICATE_KEY": "Wait for the running task of the same key to end.",
    "SPAWNER_STOPPED": "Start SceneScout again; it was shutting down when the work arrived.",
    "SETTINGS_ERROR": "Correct the named setting, then start again.",
    "INPUT_ERROR": "Check the path and the permissions of the input, then start the import again.",
    "UNKNOWN_SOURCE": "Name one of the listed sources.",
    "BUG": "Report this with the log file: it is a fault in the program, and retrying will not help.",
    "UNKNOWN_ERROR": "Retry; if it happens again, look into the log file.",
}

_BUGS = (TypeError, AttributeError, LookupError, ValueError, AssertionError, NameError)
_NETWORK_ERRNOS = frozenset(
    getattr(errno, name)
    for name in [
        "ECONNABORTED",
        "ECONNREFUSED",
        "ECONNRESET",
        "EHOSTDOWN",
        "EHOSTUNREACH",
        "ENETDOWN",
        "ENETRESET",
        "ENETUNREACH",
        "ENOTCONN",
        "EADDRNOTAVAIL",
        "ETIMEDOUT",
        "EPIPE",
    ]
    if hasattr(errno, name)
)
_NETWORK_CLASSES = frozenset({"gaierror", "herror", "SSLError", "URLError"})
_DATABASE_ROOTS = frozenset({("sqlite3", "Error"), ("psycopg", "Error"), ("sqlalchemy", "SQLAlchemyError")})
#: Failures that the same statement meets again.
_DATABASE_PERMANENT = frozenset(
    [
        "IntegrityError",
        "DataError",
        "ProgrammingError",
        "NotSupportedError",
        "ArgumentError",
        "CompileError",
        "InvalidRequestError",
    ]
)
_HTTP_ROOTS = frozenset(
    {("httpx", "HTTPError"), ("httpx", "InvalidURL")}
    | {
        ("httpcore", name)
        for name in ("NetworkError", "ProtocolError", "TimeoutException", "ConnectionNotAvailable")
    }
    | {("httpcore", "UnsupportedProtocol"), ("httpcore", "ProxyError")}
)
_HTTP_PERMANENT = frozenset(
    ["InvalidURL", "UnsupportedProtocol", "LocalProtocolError", "TooManyRedirects", "DecodingError"]
)


def classify_foreign(exc: BaseException) -> Classification:
    """Say what an exception that is none of ours means."""
    lineage = frozenset(_lineage(exc))
    names = frozenset(name for _, name in lineage)
    if not isinstance(exc, Exception) or "CancelledError" in names:
        return _as("TASK_CANCELLED", retryable=False)
    status = _http_status(exc)
    if status is not None:
        return _http_answer(exc, status)
    if lineage & _HTTP_ROOTS:
        metadata = {"service": _service(exc), "status_code": None}
        if names & _HTTP_PERMANENT:
            return _as(
                "EXTERNAL_API_ERROR",
                False,
                metadata,
                action="Check the address of the service in the settings.",
            )
        return _as("EXTERNAL_API_ERROR", True, metadata)
    if lineage & _DATABASE_ROOTS:
        return _database(exc, names)
    fields = _invalid_fields(exc, lineage)
    if fields is not None:
        return _as("VALIDATION_ERROR", False, {"field": ",".join(fields)})
    return _standard(exc, names)


def own_text(exc: BaseException) -> str:
    """The exception's own words: one line, without secrets, SQL parameters and input values."""
    lineage = frozenset(_lineage(exc))
    try:
        text = _foreign_text(exc, lineage)
    except Exception:  # a foreign __str__ may do anything
        text = ""
    return for_log(text, _LONGEST_MESSAGE) or type(exc).__name__


def retry_after_seconds(value: str | None, now: float | None = None) -> float | None:
    """Read a Retry-After header (RFC 9110, 10.2.3): seconds or an HTTP date, seen from `now` (Unix time).

    Returns seconds, never negative; None where the header is missing or means nothing.
    """
    if value is None:
        return None
    text = value.strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return float(text)
    moment = _http_date(text)
    if moment is None:
        return None
    return max(0.0, moment - (time.time() if now is None else now))


def _as(
    code: str,
    retryable: bool,
    metadata: Mapping[str, Any] | None = None,
    *,
    delay: float | None = None,
    action: str | None = None,
) -> Classification:
    return Classification(code, retryable, delay, action or ACTIONS[code], dict(metadata or {}))


def _lineage(exc: BaseException) -> Iterator[tuple[str, str]]:
    for cls in type(exc).__mro__:
        module = cls.__module__.split(".", 1)[0]
        # C extensions of the standard library name their module with an underscore or not, by version.
        yield module.removeprefix("_"), cls.__name__


def _http_status(exc: BaseException) -> int | None:
    for holder, name in (
        (getattr(exc, "response", None), "status_code"),
        (exc, "status_code"),
        (exc, "status"),
    ):
        status = getattr(holder, name, None)
        if isinstance(status, int) and not isinstance(status, bool) and 100 <= status <= 599:
            return status
    code = getattr(exc, "code", None)  # urllib.error.HTTPError
    if (
        isinstance(code, int)
        and not isinstance(code, bool)
        and 400 <= code <= 599
        and hasattr(exc, "headers")
    ):
        return code
    return None


def _http_answer(exc: BaseException, status: int) -> Classification:
    metadata = {"service": _service(exc), "status_code": status}
    delay = _server_delay(exc)
    if status == 429:
        delay = DEFAULT_LIMIT_DELAY if delay is None else delay
        return _as("RATE_LIMIT_ERROR", True, metadata, delay=delay, action=limit_action(delay))
    retryable = status >= 500
    return _as(
        "EXTERNAL_API_ERROR",
        retryable,
        metadata,
        delay=delay if retryable else None,
        action=action_for_status(status),
    )


def _server_delay(exc: BaseException) -> float | None:
    headers: Any = getattr(getattr(exc, "response", None), "headers", None) or getattr(exc, "headers", None)
    found: dict[str, str] = {}
    try:
        for name in headers or ():
            found[str(name).lower()] = str(headers[name])
    except Exception:  # a foreign mapping may do anything; without it the default wait holds
        return None
    # The server's own clock, where it tells it: ours may be wrong by more than the wait.
    return retry_after_seconds(found.get("retry-after"), _http_date(found.get("date")))


def _http_date(text: str | None) -> float | None:
    if not text:
        return None
    from email.utils import parsedate_to_datetime  # costs 10 ms, needed only after a 429

    try:
        moment = parsedate_to_datetime(text)
        return moment.timestamp() if moment.tzinfo is not None else None
    except (TypeError, ValueError, OverflowError):
        return None


def _service(exc: BaseException) -> str:
    """The host that was asked, if the exception knows it; never a path or a query, which may hold tokens."""
    try:
        url = getattr(getattr(exc, "request", None), "url", None)
    except RuntimeError:  # httpx raises this where no request was set
        url = None
    host = getattr(url, "host", None)
    if not isinstance(host, str) or not host:
        found = re.match(r"[a-z]+://(?:[^/@]*@)?([^/:?#]+)", str(url or getattr(exc, "url", None) or ""))
        host = found.group(1) if found else ""
    return for_log(host) or "the service"


def limit_action(delay: float) -> str:
    if delay > PARK_AFTER:
        return f"The run is parked; resume it after {delay / 60:.0f} minutes, when the limit has reset."
    return f"Nothing to do: the work goes on by itself in {delay:.0f} s."


def action_for_status(status: int | None) -> str | None:
    if status in (401, 403):
        return "Check the token of this service and what it may read, then start the import again."
    if status in (404, 410):
        return "Check the id or address that was asked for; the service does not know it."
    if status is not None and status < 500 and status != 429:
        return "Check what was asked for: the service refuses this request and will refuse it again."
    return None


def _database(exc: BaseException, names: frozenset[str]) -> Classification:
    text = own_text(exc).lower()
    # StatementError alone (no DBAPIError): a value could not be bound; the statement never reached the
    # database.
    unbound = "StatementError" in names and "DBAPIError" not in names
    lost = "closed" in text or bool(getattr(exc, "connection_invalidated", False))
    retryable = lost or not (unbound or names & _DATABASE_PERMANENT)
    action = None
    if "disk is full" in text or "no space" in text or "diskfull" in {name.lower() for name in names}:
        action = "Free space on the disk of the database, then retry; nothing committed is lost."
    elif "locked" in text:
        action = "Another program writes to the database; close it or wait, then retry."
    elif "readonly" in text or "read-only" in text:
        action = "Make the database file and its folder writable for this user, then retry."
    elif not retryable:
        action = "Report this with the log file: the database will refuse this statement again."
    return _as("DATABASE_ERROR", retryable, action=action)


def _invalid_fields(exc: BaseException, lineage: frozenset[tuple[str, str]]) -> list[str] | None:
    """The fields a validation error names; None for an exception that is none."""
    if ("pydantic_core", "ValidationError") in lineage or ("pydantic", "ValidationError") in lineage:
        return list(dict.fromkeys(place for place, _ in _pydantic_errors(exc))) or ["record"]
    if ("msgspec", "DecodeError") in lineage:
        return [_msgspec_field(str(exc))]
    if ("jsonschema", "ValidationError") in lineage:
        path = getattr(exc, "absolute_path", None) or ()
        return [_place(tuple(path))]
    if ("json", "JSONDecodeError") in lineage:
        return ["record"]
    return None


def _pydantic_errors(exc: BaseException) -> list[tuple[str, str]]:
    try:
        # Without include_input=False the values of the record would reach logs and screens.
        errors = exc.errors(include_input=False, include_url=False, include_context=False)  # type: ignore[attr-defined]
        return [(_place(error["loc"]), for_log(error["msg"], _LONGEST_MESSAGE)) for error in errors]
    except Exception:  # an older or faked pydantic; the class name still says what it was
        return []


def _place(path: tuple[object, ...]) -> str:
    return for_log(".".join(str(part) for part in path), _LONGEST_PLACE).replace(",", " ") or "record"


def _msgspec_field(text: str) -> str:
    path = re.search(r"at `\$\.?([^`]*)`", text)
    missing = re.search(r"missing required field `([^`]*)`", text)
    parts = [found.group(1) for found in (path, missing) if found is not None and found.group(1)]
    return _place(tuple(parts))


def _standard(exc: BaseException, names: frozenset[str]) -> Classification:
    code = exc.errno if isinstance(exc, OSError) else None
    if isinstance(exc, TimeoutError) and code is None:
        return _as("TASK_TIMEOUT", True)
    if isinstance(exc, ConnectionError) or code in _NETWORK_ERRNOS or names & _NETWORK_CLASSES:
        return _as("EXTERNAL_API_ERROR", True, {"service": _service(exc), "status_code": None})
    if isinstance(exc, _BUGS):
        return _as("BUG", False)
    action = None
    if code in (errno.ENOSPC, errno.EDQUOT):
        action = "Free space on the disk, then retry."
    elif isinstance(exc, OSError) and exc.filename is not None:
        action = "Check that the file exists and that this user may use it, then retry."
    elif names & {"BrokenWorkerProcess", "BrokenWorkerInterpreter", "BrokenProcessPool"} or isinstance(
        exc, MemoryError
    ):
        action = "Look at the memory of this machine; fewer workers or a smaller batch size need less."
    return _as("UNKNOWN_ERROR", True, action=action)


def _foreign_text(exc: BaseException, lineage: frozenset[tuple[str, str]]) -> str:
    if ("sqlalchemy", "SQLAlchemyError") in lineage:
        # str() of these holds the statement and its parameters.
        orig = getattr(exc, "orig", None)
        return (
            _foreign_text(orig, frozenset(_lineage(orig)))
            if orig is not None
            else str((exc.args or ("",))[0])
        )
    if ("psycopg", "Error") in lineage:
        # The primary message; DETAIL and CONTEXT quote values of the row.
        primary = getattr(getattr(exc, "diag", None), "message_primary", None)
        return primary or str(exc).partition("\n")[0]
    if ("jsonschema", "ValidationError") in lineage:
        place = _place(tuple(getattr(exc, "absolute_path", None) or ()))
        return f"{place}: breaks '{getattr(exc, 'validator', '')}'"
    if ("pydantic_core", "ValidationError") in lineage or ("pydantic", "ValidationError") in lineage:
        return "; ".join(f"{place}: {message}" for place, message in _pydantic_errors(exc))
    if isinstance(exc, BaseExceptionGroup):
        return "; ".join(own_text(member) for member in exc.exceptions)
    if isinstance(exc, KeyError) and exc.args:
        return f"missing key {exc.args[0]!r}"
    return str(exc)
