"""How a spawner ends: drain, then cancel, then leave behind what does not listen; each with its deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final

from scenescout_tui.spawner.lifecycle import Lifecycle
from scenescout_tui.spawner.status import ShutdownReport

#: Seconds that cancelled handlers get to clean up.
CANCEL_GRACE: Final = 0.5


class Shutdown:
    """The clockwork of one shutdown. It runs on timers of the loop, so no cancelled caller can stop it
    half-way.

    `cut` cancels all work, `leave` gives up what still runs; whatever ends calls `complete` once nothing is
    left.
    """

    def __init__(self, lifecycle: Lifecycle, cut: Callable[[], None], leave: Callable[[], None]) -> None:
        self.forced = False
        self._cancelled: list[str] = []
        self._abandoned: list[str] = []
        self._leaving = False
        self._loop = asyncio.get_running_loop()
        self.report: asyncio.Future[ShutdownReport] = self._loop.create_future()
        self._lifecycle = lifecycle
        self._cut = cut
        self._leave = leave
        self._began = monotonic()
        self._force_at = float("inf")
        self._timer: asyncio.TimerHandle | None = None

    def within(self, deadline: float) -> None:
        """Drain for so many seconds at most; a later call can only shorten that."""
        force_at = monotonic() + deadline
        if self.forced or self.report.done() or force_at >= self._force_at:
            return
        self._force_at = force_at
        if deadline <= 0:
            self.force()
        elif force_at < float("inf"):
            self._next(deadline, self.force)

    def force(self) -> None:
        """Stop draining: cancel everything now, and give up in `CANCEL_GRACE` seconds."""
        if self.forced or self.report.done():
            return
        self.forced = True
        self._next(CANCEL_GRACE, self.abandon)
        self._cut()

    def abandon(self) -> None:
        """Give up on whatever still runs, now."""
        self.force()
        if not self.report.done():
            self._leaving = True
            self._leave()
            self.complete()

    def cut_short(self, name: str) -> None:
        """Note a cancelled task for the report; what callers cancelled before the deadline is theirs."""
        if self._leaving:
            self._abandoned.append(name)
        elif self.forced:
            self._cancelled.append(name)

    def complete(self) -> None:
        """Nothing is left: the shutdown has ended."""
        if self.report.done():
            return
        if self._timer is not None:
            self._timer.cancel()
        duration = monotonic() - self._began
        self.report.set_result(
            ShutdownReport(duration, self.forced, tuple(self._cancelled), tuple(self._abandoned))
        )
        self._lifecycle.announce("shutdown:complete", duration=duration)

    def _next(self, seconds: float, step: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, step)
