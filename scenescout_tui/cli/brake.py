"""What a signal pulls: it makes the engine drain, even when it comes before there is an engine."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from scenescout_tui.cli.streams import tell
from scenescout_tui.imports.signals import heeded
from scenescout_tui.safe_text import for_screen

#: Seconds an engine gets beyond the drain deadline.
GOODBYE = 5.0


@contextmanager
def deaf_threads() -> Iterator[None]:
    """Let threads that are started in a `with` block take no signals: those are for the signal watch, which
    comes later.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, heeded())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Stoppable(Protocol):
    """An engine's handle, as far as a brake needs it."""

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Names of the tasks that run, or that did not end in time."""

    def stop(self, drain: bool = True) -> None:
        """Ask the engine to end; returns at once."""


class Brake:
    """Ties the signals of this process to an engine; `pull` and `expired` are called by threads of the signal
    watch.
    """

    def __init__(
        self,
        *,
        also: Callable[[int], None] = lambda number: None,
        restore: Callable[[], None] = lambda: None,
    ) -> None:
        self._also = also
        self._restore = restore
        self._handle: Stoppable | None = None
        self._attached = threading.Event()
        self._last_words: Callable[[], Iterable[str]] = tuple

    def remember(self, last_words: Callable[[], Iterable[str]]) -> None:
        """Name what gives the lines to be said when the process is ended before its work."""
        self._last_words = last_words

    def attach(self, handle: Stoppable) -> None:
        """Name the engine to stop; a signal that came before stops it now."""
        self._handle = handle
        self._attached.set()

    def pull(self, number: int) -> None:
        """Have the engine take in nothing more and drain, and the door close."""
        self._also(number)
        self._attached.wait()
        if self._handle is not None:
            self._handle.stop(drain=True)

    def expired(self, number: int) -> None:
        """Say what did not end in time, just before the process is ended."""
        self._restore()
        names = ", ".join(self._handle.unfinished) if self._handle is not None else "the start of the engine"
        what = for_screen(names) or "nothing that has a name"
        tell(f"scenescout: ended before this work was finished: {what}.")
        for line in self._last_words():
            tell(line)
