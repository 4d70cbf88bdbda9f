"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Months before the first concert of the samples; each look is a millisecond after the last."""

    def __init__(self, now: datetime = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def move(self, **by: float) -> datetime:
        """Let so much time go by, in the words of `timedelta`; return the time it is then."""
        self.now += timedelta(**by)
        return self.now
