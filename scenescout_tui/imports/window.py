"""How much of a run may be in memory at once."""

from __future__ import annotations

from collections import deque

import anyio


class Window:
    """Lets batches in until so many of them, or so many bytes, are on their way; the others wait in order.

    A batch larger than the whole window gets in alone.
    """

    def __init__(self, batches: int, size: int) -> None:
        self._batches = batches
        self._bytes = size
        self._inside = 0
        self._used = 0
        self._waiting: deque[anyio.Event] = deque()

    @property
    def inside(self) -> int:
        """Batches on their way."""
        return self._inside

    def _has_room(self, size: int) -> bool:
        return self._inside == 0 or (self._inside < self._batches and self._used + size <= self._bytes)

    async def enter(self, size: int) -> None:
        """Return when a batch of ``size`` bytes may go in."""
        turn = anyio.Event()
        self._waiting.append(turn)
        try:
            while self._waiting[0] is not turn or not self._has_room(size):
                await turn.wait()
                turn = self._renew(turn)
            self._inside += 1
            self._used += size
        finally:
            self._waiting.remove(turn)
            self._wake()

    def leave(self, size: int) -> None:
        """Tell that a batch of ``size`` bytes has ended."""
        self._inside -= 1
        self._used -= size
        self._wake()

    def _renew(self, turn: anyio.Event) -> anyio.Event:
        fresh = anyio.Event()
        self._waiting[self._waiting.index(turn)] = fresh
        return fresh

    def _wake(self) -> None:
        if self._waiting:
            self._waiting[0].set()
