"""Signals taken by a thread of their own, so that neither loop has to be alive to hear them (DESIGN §2)."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable

SIGNALS = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
#: Seconds between the drain deadline and the moment the process ends itself.
GRACE = 2.0
#: Seconds of these that are left for naming the unfinished work and restoring the terminal.
LAST_WORDS = 0.75


class SignalWatch:
    """Waits for the first signal, has the work drained, and ends the process when that takes too long.

    The process then exits with status 128 + the signal's number. ``received`` is that first signal, or None.
    """

    def __init__(
        self,
        on_signal: Callable[[int], None],
        deadline: float,
        on_expired: Callable[[int], None],
    ) -> None:
        self.received: int | None = None
        self._signals = heeded()
        self._on_signal = on_signal
        self._deadline = deadline
        self._on_expired = on_expired

    def start(self) -> None:
        """Block the signals in this thread (every thread started later inherits that) and begin to wait
        for them.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, self._signals)
        if not self._signals:
            return
        threading.Thread(target=self._watch, name="scenescout-signals", daemon=True).start()

    def _watch(self) -> None:
        self.received = signal.sigwait(self._signals)
        asker = threading.Thread(target=self._on_signal, args=(self.received,), daemon=True)
        asker.start()
        self._wait_for_deadline(time.monotonic() + self._deadline + GRACE - LAST_WORDS)
        teller = threading.Thread(target=self._on_expired, args=(self.received,), daemon=True)
        teller.start()
        teller.join(LAST_WORDS)  # it writes to a terminal that may not read
        os._exit(128 + self.received)

    def _wait_for_deadline(self, ends: float) -> None:
        """Return at the deadline, or at a second SIGINT: whoever presses ctrl+c twice does not want to
        wait.
        """
        while (left := ends - time.monotonic()) > 0:
            if _next_signal(self._signals, left) == signal.SIGINT:
                return


def heeded() -> frozenset[signal.Signals]:
    """Return the signals to take: not those that whoever started us has set to be ignored, as nohup does."""
    return frozenset(one for one in SIGNALS if signal.getsignal(one) is not signal.SIG_IGN)


def _next_signal(signals: frozenset[signal.Signals], seconds: float) -> int | None:
    """Wait so long for another signal; macOS lacks sigtimedwait, there only the deadline counts."""
    if sys.platform == "darwin":
        time.sleep(seconds)
        return None
    info = signal.sigtimedwait(signals, seconds)
    return None if info is None else info.si_signo


def take_signals(
    on_signal: Callable[[int], None], deadline: float, on_expired: Callable[[int], None]
) -> SignalWatch:
    """Start a `SignalWatch`; call it in the main thread before any other thread is started.

    ``on_signal`` runs once, in a thread: tell the engine to drain and the door to close. ``on_expired``
    runs when
    the process is still there ``deadline`` + 2 seconds later, just before it is ended: restore the
    terminal, name
    the unfinished work.
    """
    watch = SignalWatch(on_signal, deadline, on_expired)
    watch.start()
    return watch
