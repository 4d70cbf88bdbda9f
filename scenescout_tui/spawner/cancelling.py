"""Cancelling work that may not listen."""

from __future__ import annotations

import asyncio
from typing import Protocol, cast

import anyio


class _AsyncioScope(Protocol):
    """What anyio's asyncio backend keeps in a cancel scope (anyio 4)."""

    _cancel_handle: asyncio.Handle | None

    def _deliver_cancellation(self, origin: object) -> bool: ...


def deliver_once_more(scope: anyio.CancelScope) -> None:
    """Deliver the cancellation of a cancelled scope once, and keep anyio from repeating it.

    anyio delivers a cancellation again in every pass of the loop until the work ends. Work that swallows it
    would burn a core (31,000 deliveries in 0.5 s); there is no public way to stop that, so this takes the
    repetition's own handle. A handle that is left in place, cancelled, also keeps scopes inside the work from
    starting the repetition again. Work behind a shield has no handle: anyio itself delivers when the shield
    ends. With an anyio that has other insides nothing happens here, and swallowing is as costly as anyio
    makes it.
    """
    inner = cast(_AsyncioScope, scope)
    try:
        if inner._cancel_handle is not None:
            inner._cancel_handle.cancel()
        inner._deliver_cancellation(scope)
        if inner._cancel_handle is not None:
            inner._cancel_handle.cancel()
    except AttributeError:
        return


def forget(task: asyncio.Task[object]) -> None:
    """Take an abandoned task off the loop's list, so that `asyncio.run` does not wait for it for ever."""
    asyncio.tasks._unregister_task(task)
    # It may die with its loop: the shutdown has named it already.
    task._log_destroy_pending = False  # type: ignore[attr-defined]
