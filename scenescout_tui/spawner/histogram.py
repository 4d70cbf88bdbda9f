"""Percentiles of durations in constant memory."""

from __future__ import annotations

from math import exp2, log2
from typing import Final

#: Buckets per doubling: each is 9 % wide, so a percentile is at most 4.5 % off.
_PER_OCTAVE: Final = 8
#: Seconds; anything shorter counts as this.
_SHORTEST: Final = 1e-7
_BUCKETS: Final = 45 * _PER_OCTAVE
_OFFSET: Final = log2(_SHORTEST)


class Histogram:
    """Counts of durations (seconds) in buckets of equal ratio, from 0.1 µs to 40 days."""

    __slots__ = ("_counts", "_total")

    def __init__(self) -> None:
        self._counts = [0] * _BUCKETS
        self._total = 0

    def add(self, seconds: float) -> None:
        """Count one duration."""
        self._total += 1
        bucket = int((log2(seconds) - _OFFSET) * _PER_OCTAVE) if seconds > _SHORTEST else 0
        self._counts[bucket if bucket < _BUCKETS else -1] += 1

    def percentiles(self, *fractions: float) -> tuple[float, ...]:
        """The durations (seconds) below which these fractions lie; ascending fractions in, 0.0 where nothing
        was counted.
        """
        found: list[float] = []
        below = 0
        bucket = -1
        for fraction in fractions:
            # The smallest bucket that holds the fraction's rank; half a bucket up is its geometric middle.
            rank = max(1.0, fraction * self._total)
            while below < rank and bucket < _BUCKETS - 1 and self._total:
                bucket += 1
                below += self._counts[bucket]
            found.append(exp2(_OFFSET + (bucket + 0.5) / _PER_OCTAVE) if self._total else 0.0)
        return tuple(found)
