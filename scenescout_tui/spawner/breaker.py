"""The circuit breaker: stop asking a service that fails, then ask once, then go on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Literal, TypeAlias

from scenescout_tui.errors import ValidationError
from scenescout_tui.spawner.limits import Limit

BreakerState: TypeAlias = Literal["closed", "open", "half-open"]


class CircuitBreaker(Limit):
    """Closed until `failure_threshold` failures in a row, then open for `open_for` seconds, then half-open.

    Half-open lets exactly one attempt through, the probe: its success closes the breaker, its failure opens
    it again. In a spawner, retryable failures count as failures; a permanent one (a 404, a bad record) and a
    cancelled attempt say nothing about the service. Each `wait()` without a spawner must be followed by
    `finished(ok)`. `clock` gives seconds that never go back.

    Raises: ValidationError for a threshold below 1 or a time that is not above 0.
    """

    def __init__(
        self,
        failure_threshold: int = 5,
        open_for: float = 30.0,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        if type(failure_threshold) is not int or failure_threshold < 1:
            raise ValidationError(
                "failure_threshold", failure_threshold, "failure_threshold: a whole number from 1"
            )
        if not open_for > 0:
            raise ValidationError("open_for", open_for, "open_for: seconds, more than 0")
        self.failure_threshold = failure_threshold
        self.open_for = open_for
        self._clock = clock
        self._failures = 0
        self._open_until: float | None = None
        self._probing = False

    @property
    def state(self) -> BreakerState:
        """Where the breaker is now."""
        if self._open_until is None:
            return "closed"
        return "open" if self._clock() < self._open_until else "half-open"

    @property
    def open_until(self) -> float | None:
        """When the next probe may go, in seconds of the clock; None unless open."""
        return self._open_until if self.state == "open" else None

    @property
    def failures(self) -> int:
        """Failures in a row."""
        return self._failures

    def delay(self) -> float:
        if self._open_until is None:
            return 0.0
        if self._probing:
            return math.inf
        return max(0.0, self._open_until - self._clock())

    def reserve(self) -> None:
        self._probing = self._open_until is not None

    def withdrawn(self) -> None:
        self._probing = False

    def finished(self, ok: bool | None) -> None:
        state = self.state
        if ok is None:
            self._probing = False
        elif state == "open":
            # Began before the breaker opened: it has had its say.
            return
        elif ok:
            self._failures = 0
            self._open_until = None
            self._probing = False
        else:
            self._failures += 1
            if state == "half-open" or self._failures >= self.failure_threshold:
                self._open_until = self._clock() + self.open_for
                self._probing = False

    def reason(self) -> str:
        if self._probing:
            return "circuit breaker half-open: one probe runs"
        return f"circuit breaker open after {self._failures} failures: next probe in {self.delay():.1f} s"
