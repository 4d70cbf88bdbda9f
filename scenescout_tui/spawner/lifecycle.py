"""What happens to tasks, told to whoever subscribed."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

from scenescout_tui.errors import SpawnerError, ValidationError

EventType: TypeAlias = Literal[
    "task:queued",
    "worker:start",
    "worker:complete",
    "worker:error",
    "worker:retry",
    "spawner:drain",
    "shutdown:forced",
    "shutdown:complete",
]
EVENT_TYPES: Final[tuple[EventType, ...]] = get_args(EventType)

_log = logging.getLogger("scenescout_tui.spawner")


class LifecycleEvent(NamedTuple):
    """One thing that happened. An accepted task gives one `task:queued` and ends with one `worker:complete`
    or `worker:error`.
    """

    type: EventType
    #: Seconds of `time.monotonic()`.
    time: float
    #: None in events of the spawner itself (drain, shutdown), like the next two.
    task_id: str | None = None
    task_name: str | None = None
    #: The attempt this is about, counted from 1; 0 before the first one.
    attempt: int | None = None
    #: None while no worker has the task.
    worker_id: int | None = None
    #: `worker:complete`: what the handler returned.
    result: Any = None
    #: `worker:complete`, `worker:error`, `worker:retry`: seconds of all attempts so far; `shutdown:…`: of the
    #: shutdown.
    duration: float | None = None
    #: `worker:error`, `worker:retry`: why the attempt failed.
    error: SpawnerError | None = None
    #: `worker:retry`: seconds until the task may start again.
    delay: float | None = None
    #: `task:queued`, `spawner:drain`, `shutdown:forced`: tasks that wait now.
    queue_length: int | None = None


Callback: TypeAlias = Callable[[LifecycleEvent], object]


class Lifecycle:
    """The subscribers, by type of event. A bug in one of them is logged and harms nobody."""

    __slots__ = ("callbacks",)

    def __init__(self) -> None:
        #: By type of event, only types somebody wants: where the type is missing, the event need not be
        #: built. Tuples, replaced as a whole: a callback may subscribe or unsubscribe while it is called.
        self.callbacks: dict[str, tuple[Callback, ...]] = {}

    def on(self, event_type: str, callback: Callback) -> Callable[[], None]:
        """Call `callback(event)` at each event of this type ("*": of every type); returns what ends that.

        Raises: ValidationError for an unknown type of event, or a callback that is async.
        """
        if event_type != "*" and event_type not in EVENT_TYPES:
            raise ValidationError(
                "event", event_type, f"event: no {event_type!r}; there is *, {', '.join(EVENT_TYPES)}"
            )
        if not callable(callback) or inspect.iscoroutinefunction(callback):
            raise ValidationError(
                "callback", callback, "callback: a plain function is needed, not an async one"
            )
        types = EVENT_TYPES if event_type == "*" else (event_type,)
        # Wrapped, so that the same function subscribed twice is two subscriptions.
        entry = functools.partial(callback)
        for one in types:
            self.callbacks[one] = (*self.callbacks.get(one, ()), entry)

        def unsubscribe() -> None:
            for one in types:
                left = tuple(known for known in self.callbacks.get(one, ()) if known is not entry)
                if left:
                    self.callbacks[one] = left
                else:
                    self.callbacks.pop(one, None)

        return unsubscribe

    def tell(self, event: LifecycleEvent) -> None:
        """Call the subscribers of this event, in the order they came."""
        for callback in self.callbacks.get(event.type, ()):
            try:
                callback(event)
            except (Exception, asyncio.CancelledError):
                _log.exception("a callback for %s failed; the spawner goes on", event.type)

    def announce(
        self, event_type: EventType, *, duration: float | None = None, queue_length: int | None = None
    ) -> None:
        """Tell an event of the spawner itself."""
        if event_type in self.callbacks:
            self.tell(LifecycleEvent(event_type, monotonic(), duration=duration, queue_length=queue_length))
