"""Counters over time: the rate of the last seconds and the samples behind the sparklines."""

from __future__ import annotations

from collections import deque

#: One sample a second for five minutes.
SAMPLES = 300
#: Seconds over which a rate is taken.
RATE_SPAN = 5.0


class Rate:
    """Units per second over the last few seconds, from a counter that only grows."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def mark(self, now: float, count: int) -> None:
        """Note the counter at ``now`` (seconds of a clock that never goes back)."""
        self._marks.append((now, count))
        while len(self._marks) > 2 and self._marks[1][0] <= now - RATE_SPAN:
            self._marks.popleft()

    def reset(self) -> None:
        """Begin anew, after a pause in which nothing was counted."""
        self._marks.clear()

    @property
    def per_second(self) -> float:
        """The rate between the oldest mark kept and the newest one."""
        if len(self._marks) < 2:
            return 0.0
        (first_at, first), (last_at, last) = self._marks[0], self._marks[-1]
        return (last - first) / (last_at - first_at) if last_at > first_at else 0.0


class Samples:
    """The last five minutes of a value, one sample a second, oldest first."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=SAMPLES)

    def add(self, value: float) -> None:
        """Append a sample."""
        self._values.append(value)

    def values(self) -> tuple[float, ...]:
        """Return the samples, oldest first."""
        return tuple(self._values)
