"""Sees handlers that block the event loop, from a thread of its own: on the loop nothing runs while it is
blocked.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Mapping
from time import monotonic
from traceback import extract_stack
from typing import TYPE_CHECKING, Final

from scenescout_tui.safe_text import for_log

if TYPE_CHECKING:
    from scenescout_tui.spawner.crew import Attempt

#: Seconds between two questions to the loop.
_EVERY: Final = 0.1
#: Seconds without an answer after which the loop is blocked; with the time between questions, 1 s of blocking
#: at most.
_PATIENCE: Final = 0.85
#: A last wait: a process that was stopped and goes on has a waiting thread and a loop that had no chance yet.
_MERCY: Final = 0.05
#: Seconds without running work after which the thread ends.
_IDLE: Final = 1.0
#: Seconds for which a past blockade is still shown.
_SHOWN: Final = 10.0

_log = logging.getLogger("scenescout_tui.spawner")


class Watchdog:
    """Asks the loop for a sign of life while work runs; a daemon thread that ends when there is none."""

    def __init__(self, running: Mapping[int, Attempt]) -> None:
        self._running = running
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loop_thread = 0
        # What blocked, since when, until when (None: still).
        self._seen: tuple[str, float, float | None] | None = None
        self.active = False

    def start(self) -> None:
        """Watch the running loop; call it on the loop's thread after work was put into `running`."""
        with self._lock:
            if self.active:
                return
            self.active = True
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._stop.clear()
        threading.Thread(target=self._watch, name="spawner-watchdog", daemon=True).start()

    def stop(self) -> None:
        """End the thread soon."""
        self._stop.set()

    def reason(self) -> str | None:
        """What blocks the loop, or has blocked it in the last seconds, in words; None where nothing does."""
        if self._seen is None:
            return None
        name, since, until = self._seen
        now = monotonic()
        if until is None:
            return f"{name} blocks the loop for {now - since:.1f} s"
        return f"{name} blocked the loop for {until - since:.1f} s" if now - until < _SHOWN else None

    def _watch(self) -> None:
        while self._watch_until_idle():
            # Work that came just now found this thread active and started no other one: look once more.
            self.active = False
            with self._lock:
                if self.active or not self._running:
                    return
                self.active = True
        self.active = False

    def _watch_until_idle(self) -> bool:
        """Ask until there was no work for a while; False where nothing is left to watch."""
        idle_since = monotonic()
        while not self._stop.wait(_EVERY):
            if self._running:
                idle_since = monotonic()
                if not self._ask():
                    return False
            elif monotonic() - idle_since > _IDLE:
                return True
        return False

    def _ask(self) -> bool:
        """One question; False where the loop is gone."""
        answered = threading.Event()
        asked = monotonic()
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(answered.set)
        except RuntimeError:
            return False
        if not answered.wait(_PATIENCE) and not answered.wait(_MERCY):
            name = self._name()
            self._seen = (name, asked, None)
            _log.warning(
                "%s blocks the event loop for more than %.1f s, %s", name, monotonic() - asked, self._where()
            )
            while not answered.wait(_EVERY):
                if self._loop.is_closed() or self._stop.is_set():
                    return False
            self._seen = (name, asked, monotonic())
            _log.warning("%s blocked the event loop for %.1f s", name, monotonic() - asked)
        return True

    def _name(self) -> str:
        """Whose code runs on the loop now."""
        current = asyncio.current_task(self._loop)
        for attempt in tuple(self._running.values()):
            if attempt.job is current:
                return f"handler {for_log(attempt.ticket.task.name)}"
        return "a callback" if current is None else f"asyncio task {for_log(current.get_name())}"

    def _where(self) -> str:
        frame = sys._current_frames().get(self._loop_thread)
        if frame is None:
            return "place unknown"
        last = extract_stack(frame, limit=1)[-1]
        return f"in {last.name} ({last.filename}:{last.lineno})"
