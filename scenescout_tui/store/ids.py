"""Identifiers: ULIDs in lower case, so that ids sort by the time they were made (https://github.com/ulid/spec)."""

from __future__ import annotations

import os
import threading
import time
from random import Random

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# Two characters (10 bits) at a time: ids are made for every record of every batch.
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_PREFIX_SHIFTS = tuple(range(100, -1, -10))
# The last 20 bits count up from a random start in their lower half, the 60 bits before them are random.
_COUNTER_SIZE = 1 << 20
_COUNTER_START = (1 << 19) - 1


class IdSequence:
    """Makes ids that ascend strictly within one process; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Seeded by the system once: to ask it every millisecond means to wait for the interpreter each time.
        self._random = Random(os.urandom(32))
        self._millisecond = 0
        self._prefix = ""
        self._counter = _COUNTER_SIZE

    def next(self) -> str:
        """Return a new id of 26 characters."""
        now = time.time_ns() // 1_000_000
        with self._lock:
            self._counter += 1
            if now > self._millisecond or self._counter >= _COUNTER_SIZE:
                self._renew(now)
            return self._prefix + _PAIRS[self._counter >> 10] + _PAIRS[self._counter & 1023]

    def _renew(self, now: int) -> None:
        if now > self._millisecond:
            self._millisecond = now
        else:  # a million ids in one millisecond, or a clock that was set back: ids go on ascending
            self._millisecond += 1
        random = self._random.getrandbits(80)
        prefix = self._millisecond << 60 | random >> 20
        self._prefix = "".join([_PAIRS[prefix >> shift & 1023] for shift in _PREFIX_SHIFTS])
        self._counter = random & _COUNTER_START


_SEQUENCE = IdSequence()
new_id = _SEQUENCE.next
