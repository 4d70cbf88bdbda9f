"""Everything that can go wrong, in one vocabulary: our errors, what any exception means, how to recover."""

from __future__ import annotations

import copyreg
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from scenescout_tui.foreign_errors import (
    ACTIONS,
    DEFAULT_LIMIT_DELAY,
    PARK_AFTER,
    Classification,
    action_for_status,
    classify_foreign,
    limit_action,
    own_text,
    retry_after_seconds,
)
from scenescout_tui.safe_text import for_log, redact

__all__ = [
    "PARK_AFTER",
    "Classification",
    "DatabaseError",
    "ExternalAPIError",
    "RateLimitError",
    "Recovery",
    "RecoveryContext",
    "SpawnerError",
    "TaskTimeoutError",
    "ValidationError",
    "WorkerLimitError",
    "attempt_recovery",
    "classify_error",
    "retry_after_seconds",
    "wrap_error",
]

_LONGEST_VALUE = 80


class SpawnerError(Exception):
    """The base of all errors of SceneScout.

    `code` is stable and for programs; `message` is for people; `retryable` says whether the same work may
    succeed when tried again; `metadata` holds small facts (`field`, `status_code`, `action`, …), never
    secrets or payloads.
    """

    def __init__(
        self,
        message: str,
        code: str = "SPAWNER_ERROR",
        retryable: bool = False,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.retryable = retryable
        self.metadata: dict[str, Any] = dict(metadata or {})

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are rebuilt as cls(*args) by default, which fits no subclass here; worker processes
        # send them.
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class TaskTimeoutError(SpawnerError):
    """One attempt of a task took longer than its timeout (seconds)."""

    def __init__(self, task_name: str, timeout: float | None, message: str | None = None) -> None:
        limit = "its timeout" if timeout is None else f"{timeout:g} s"
        super().__init__(
            message or f"{task_name} took longer than {limit}",
            "TASK_TIMEOUT",
            retryable=True,
            metadata={"task_name": task_name, "timeout": timeout},
        )
        self.task_name = task_name
        self.timeout = timeout


class WorkerLimitError(SpawnerError):
    """The queue is full (`limit` tasks wait already); the caller may try again later."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"the queue is full: {limit} tasks wait already", "WORKER_LIMIT", True, {"limit": limit}
        )
        self.limit = limit


class ValidationError(SpawnerError):
    """A record breaks a rule; `field` names the field, or several separated by commas.

    `value` is kept for programs; it enters the message only when it is short and printable.
    """

    def __init__(self, field: str, value: object, message: str | None = None) -> None:
        super().__init__(message or _invalid(field, value), "VALIDATION_ERROR", False, {"field": field})
        self.field = field
        self.value = value


class ExternalAPIError(SpawnerError):
    """A service answered with an error (`status_code`), or not at all (`status_code` None).

    Retryable on 5xx and without an answer; `retry_after` (seconds) is what the server asked for. A 429 is a
    limit and carries RATE_LIMIT_ERROR, whoever reports it.
    """

    def __init__(
        self,
        service: str,
        status_code: int | None = None,
        message: str | None = None,
        *,
        retry_after: float | None = None,
    ) -> None:
        said = "gave no answer" if status_code is None else f"answered {status_code}"
        text = f"{service} {said}" if message is None else f"{service} {said}: {redact(message)}"
        super().__init__(
            text,
            "RATE_LIMIT_ERROR" if status_code == 429 else "EXTERNAL_API_ERROR",
            retryable=status_code is None or status_code == 429 or status_code >= 500,
            metadata={"service": service, "status_code": status_code},
        )
        self.service = service
        self.status_code = status_code
        self.retry_after = retry_after


class DatabaseError(SpawnerError):
    """The database refused `operation` or went away; `retryable=False`: it would be refused again."""

    def __init__(self, operation: str, details: str | None = None, *, retryable: bool = True) -> None:
        text = f"database: {operation} failed" + (f": {details}" if details else "")
        super().__init__(text, "DATABASE_ERROR", retryable, {"operation": operation})
        self.operation = operation
        self.details = details


class RateLimitError(SpawnerError):
    """A service says "too many requests"; `retry_after` is its own wait in seconds, None if it names none."""

    def __init__(self, service: str, retry_after: float | None = None, message: str | None = None) -> None:
        wait = "" if retry_after is None else f"; it asks to wait {retry_after:g} s"
        super().__init__(
            message or f"{service} limits requests{wait}",
            "RATE_LIMIT_ERROR",
            retryable=True,
            metadata={"service": service, "retry_after": retry_after},
        )
        self.service = service
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class RecoveryContext:
    """What the caller can offer to recover with; whatever is None cannot be used."""

    #: Reconnect and run the batch again; its result is the recovery's value.
    replay: Callable[[], Awaitable[object]] | None = None
    #: The last page that was fetched well, or None where there is none.
    last_good_page: Callable[[], Awaitable[object | None]] | None = None
    #: Park the run for so many seconds.
    park: Callable[[float], Awaitable[object]] | None = None


@dataclass(frozen=True, slots=True)
class Recovery:
    """How a failure was overcome: `value` is what the used callable returned."""

    how: Literal["replayed", "stale", "parked"]
    value: object
    #: True for a page that is older than the one asked for.
    stale: bool = False
    #: Seconds until a parked run may go on.
    delay: float | None = None


def classify_error(exc: BaseException) -> Classification:
    """Say what an exception means: its code, whether to retry, how long to wait, what the operator can do.

    Knows our own errors and those of httpx, pydantic, msgspec, jsonschema, sqlite3, psycopg, SQLAlchemy,
    anyio and the standard library. Programming errors are BUG and permanent; what nobody knows is
    UNKNOWN_ERROR and retryable. Any exception with the HTTP status 429 is RATE_LIMIT_ERROR. Never raises.
    """
    if isinstance(exc, SpawnerError):
        return _own(exc)
    if isinstance(exc, BaseExceptionGroup):
        return _group(exc)
    try:
        return classify_foreign(exc)
    except Exception:  # a foreign property may do anything
        return Classification("UNKNOWN_ERROR", True, None, ACTIONS["UNKNOWN_ERROR"])


def wrap_error(exc: BaseException) -> SpawnerError:
    """Give an exception as a `SpawnerError`; one of ours comes back as it is.

    A foreign one becomes the class that fits its code, with its own text (redacted, without input values) in
    the message, `code` and `retryable` from `classify_error`, and the original as `__cause__`.
    """
    if isinstance(exc, SpawnerError):
        return exc
    found = classify_error(exc)
    text = own_text(exc)
    error: SpawnerError
    if found.type == "RATE_LIMIT_ERROR":
        error = RateLimitError(found.metadata["service"], found.delay, text)
    elif found.type == "EXTERNAL_API_ERROR":
        error = ExternalAPIError(
            found.metadata["service"], found.metadata["status_code"], text, retry_after=found.delay
        )
    elif found.type == "DATABASE_ERROR":
        error = DatabaseError("statement", text)
    elif found.type == "TASK_TIMEOUT":
        error = TaskTimeoutError("task", None, text)
    elif found.type == "VALIDATION_ERROR":
        error = ValidationError(found.metadata["field"], None, text)
    else:
        error = SpawnerError(text, found.type)
    error.retryable = found.retryable
    error.metadata = {**found.metadata, "action": found.action}
    error.__cause__ = exc
    return error


async def attempt_recovery(exc: BaseException, context: RecoveryContext) -> Recovery:
    """Overcome a failure with what the context offers, or raise it again.

    A service that is down gives the last good page, marked stale; a lost database a replay of the batch; a
    limit parks the run until its reset (whether that is better than a retry, `Classification.parks` tells).

    Raises: `exc` itself where nothing fits, nothing is offered, or the recovery failed too (said in a note).
    """
    found = classify_error(exc)
    try:
        if found.type == "EXTERNAL_API_ERROR" and found.retryable and context.last_good_page is not None:
            page = await context.last_good_page()
            if page is not None:
                return Recovery("stale", page, stale=True)
        elif found.type == "DATABASE_ERROR" and found.retryable and context.replay is not None:
            return Recovery("replayed", await context.replay())
        elif found.type == "RATE_LIMIT_ERROR" and found.delay is not None and context.park is not None:
            return Recovery("parked", await context.park(found.delay), delay=found.delay)
    except Exception as failure:
        exc.add_note(f"the recovery failed too: {own_text(failure)}")
        raise exc  # noqa: B904 – the failed recovery stays visible as __context__, the cause stays the cause
    raise exc


def _own(exc: SpawnerError) -> Classification:
    delay: float | None = None
    if isinstance(exc, RateLimitError | ExternalAPIError):
        delay = exc.retry_after
    if exc.code == "RATE_LIMIT_ERROR" and delay is None:
        delay = DEFAULT_LIMIT_DELAY
    action = exc.metadata.get("action")
    if not isinstance(action, str):
        status = exc.status_code if isinstance(exc, ExternalAPIError) else None
        action = action_for_status(status) or ACTIONS.get(exc.code, ACTIONS["SPAWNER_ERROR"])
        if exc.code == "RATE_LIMIT_ERROR" and delay is not None:
            action = limit_action(delay)
    return Classification(exc.code, exc.retryable, delay, action, dict(exc.metadata))


def _group(exc: BaseExceptionGroup[BaseException]) -> Classification:
    """A group is as bad as its worst member: one permanent failure makes retrying the whole pointless."""
    found = [classify_error(member) for member in exc.exceptions]
    return next((one for one in found if not one.retryable), found[0])


def _invalid(field_name: str, value: object) -> str:
    if _quotable(value):
        return f"{field_name}: {value!r} is not valid"
    return f"{field_name}: not valid"


def _quotable(value: object) -> bool:
    if not (value is None or isinstance(value, str | int | float | bool)):
        return False
    try:
        shown = repr(value)
    except ValueError:  # an integer of thousands of digits
        return False
    return len(shown) <= _LONGEST_VALUE and all(for_log(text) == text for text in (shown, str(value)))
