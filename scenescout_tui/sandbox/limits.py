"""The limits of the sandbox's services, as their servers keep them."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Budget:
    """So many requests in a window; the next window begins with the first request after the end of the last.

    `end_of` tells from a moment when the window that holds it ends (both Unix seconds).
    """

    def __init__(self, limit: int, end_of: Callable[[float], float]) -> None:
        self.limit = limit
        self.used = 0
        self._end_of = end_of
        self._ends = -math.inf

    def take(self) -> bool:
        """Use one request up; False where none is left."""
        self._roll()
        if self.used >= self.limit:
            return False
        self.used += 1
        return True

    @property
    def left(self) -> int:
        """Requests left in this window."""
        self._roll()
        return self.limit - self.used

    @property
    def resets_at(self) -> float:
        """When the window ends, Unix seconds."""
        self._roll()
        return self._ends

    @property
    def resets_in(self) -> int:
        """Whole seconds until the window ends."""
        return max(0, math.ceil(self.resets_at - time.time()))

    def _roll(self) -> None:
        now = time.time()
        if now >= self._ends:
            self.used = 0
            self._ends = self._end_of(now)


def lasting(seconds: float) -> Callable[[float], float]:
    """Windows of so many seconds, from the first request on."""
    return lambda now: now + seconds


def until_midnight(now: float) -> float:
    """Return when the day in UTC that holds `now` ends, Unix seconds."""
    day = datetime.fromtimestamp(now, UTC).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


class PerSecond:
    """At most so many requests in any one second."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._taken: deque[float] = deque()

    def take(self) -> bool:
        """Use one request up; False where the last second holds too many."""
        now = time.monotonic()
        while self._taken and now - self._taken[0] >= 1.0:
            self._taken.popleft()
        if len(self._taken) >= self.limit:
            return False
        self._taken.append(now)
        return True
