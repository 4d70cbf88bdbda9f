"""What a spawner is asked to do: one handler, its data, and how to run it."""

from __future__ import annotations

import functools
import inspect
import itertools
import types
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from scenescout_tui.errors import ValidationError
from scenescout_tui.spawner.limits import Limit

DataT_co = TypeVar("DataT_co", covariant=True)
ResultT_co = TypeVar("ResultT_co", covariant=True)

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, init=False, eq=False)
class SpawnTask(Generic[DataT_co, ResultT_co]):
    """One piece of work: `await handler(data)`, run by a spawner under its bounds.

    Frozen; the same task may be given to a spawner more than once.

    Raises: ValidationError naming the field, for instance for a handler that is no `async def`.
    """

    #: Shown to people, in logs and in reports; need not be unique.
    name: str
    #: Called once per attempt with `data`; `async def`, or a callable that returns an awaitable.
    handler: Callable[[DataT_co], Awaitable[ResultT_co]] = field(repr=False)
    #: What the handler gets; the spawner never looks into it.
    data: DataT_co = field(repr=False)
    #: Names the task in results, events and `cancel()`; given by the spawner where the caller names none.
    id: str
    #: Higher starts first; FIFO among equals.
    priority: int
    #: Seconds of one attempt; None: the spawner's timeout.
    timeout: float | None
    #: Retries after the first try, and seconds before the first of them; None: the spawner's.
    retry_attempts: int | None
    retry_delay: float | None
    #: While a task of this key waits or runs, another one is refused with DUPLICATE_KEY.
    key: str | None
    #: What must allow each attempt before it starts, such as a `RateLimit` or a `CircuitBreaker`.
    limits: tuple[Limit, ...] = field(repr=False)
    #: The caller's own notes; the spawner never looks into them.
    metadata: Mapping[str, Any] | None = field(repr=False)

    def __init__(
        self,
        name: str,
        handler: Callable[[DataT_co], Awaitable[ResultT_co]],
        data: DataT_co = None,  # type: ignore[assignment]
        *,
        id: str | None = None,
        priority: int = 0,
        timeout: float | None = None,
        key: str | None = None,
        limits: Iterable[Limit] = (),
        metadata: Mapping[str, Any] | None = None,
        retry_attempts: int | None = None,
        retry_delay: float | None = None,
    ) -> None:
        if not isinstance(name, str) or not name:
            raise ValidationError("name", name, "name: a task needs a name, a string that is not empty")
        if not _may_be_async(handler):
            raise ValidationError(
                "handler", handler, f"handler: {_describe(handler)} of task {name} is not async"
            )
        if type(priority) is not int:
            raise ValidationError("priority", priority)
        if timeout is not None and not (_is_number(timeout) and timeout > 0):
            raise ValidationError("timeout", timeout, "timeout: seconds, more than 0, or None")
        if retry_attempts is not None and not (type(retry_attempts) is int and retry_attempts >= 0):
            raise ValidationError("retry_attempts", retry_attempts)
        if retry_delay is not None and not (_is_number(retry_delay) and retry_delay >= 0):
            raise ValidationError("retry_delay", retry_delay)
        fix = object.__setattr__
        fix(self, "name", name)
        fix(self, "handler", handler)
        fix(self, "data", data)
        fix(self, "id", id or f"task-{next(_numbers)}")
        fix(self, "priority", priority)
        fix(self, "timeout", timeout)
        fix(self, "key", key)
        fix(self, "limits", limits if limits == () else _checked_limits(limits))
        fix(self, "metadata", metadata)
        fix(self, "retry_attempts", retry_attempts)
        fix(self, "retry_delay", retry_delay)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _checked_limits(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    if not isinstance(limits, Iterable):
        raise ValidationError("limits", limits, "limits: a list of limits")
    found = tuple(limits)
    for limit in found:
        if not isinstance(limit, Limit):
            raise ValidationError("limits", limit, f"limits: {type(limit).__name__} is no limit")
    return found


def _may_be_async(handler: object) -> bool:
    """Whether calling this can give an awaitable, as far as it can be told without calling it."""
    code = getattr(handler, "__code__", None)
    if code is not None and code.co_flags & inspect.CO_COROUTINE:
        return True
    if isinstance(handler, functools.partial):
        return _may_be_async(handler.func)
    if not callable(handler) or isinstance(handler, type):
        return False
    if hasattr(handler, "__wrapped__"):
        return _may_be_async(inspect.unwrap(handler))
    if inspect.isasyncgenfunction(handler):
        return False
    if inspect.iscoroutinefunction(handler):
        return True
    if issubclass(type(handler), types.FunctionType | types.MethodType | types.BuiltinFunctionType):
        # A lambda around an async function is common and cannot be declared async; a def can.
        return _describe(handler).endswith("<lambda>")
    return True


def _describe(handler: object) -> str:
    return getattr(handler, "__qualname__", None) or type(handler).__name__
