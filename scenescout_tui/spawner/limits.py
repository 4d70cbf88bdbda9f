"""Limits: what must allow an attempt before it starts. They compose: a task names any number of them."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

import anyio

from scenescout_tui.errors import ValidationError

#: Whoever waits for a limit looks again at least this often (seconds): a limit may be shared and open by
#: itself.
LOOK_AGAIN: Final = 0.1


class Limit(ABC):
    """Something that decides when the next attempt may start; may be shared by tasks, spawners and HTTP
    clients of one loop.

    One attempt goes `delay() == 0`, `reserve()`, then `started()` and `finished()`, or `withdrawn()` instead.
    """

    @abstractmethod
    def delay(self) -> float:
        """Seconds until the next attempt may start: 0.0 now; `math.inf` not before another one ends."""

    @abstractmethod
    def reason(self) -> str:
        """Why `delay()` is not 0, in words for a person."""

    def reserve(self) -> None:  # noqa: B027 – a limit overrides what it needs
        """Take the start that `delay()` allowed, in the same step of the loop."""

    def started(self) -> None:  # noqa: B027
        """The reserved attempt starts at this moment."""

    def withdrawn(self) -> None:  # noqa: B027
        """The reserved attempt will not start."""

    def finished(self, ok: bool | None) -> None:  # noqa: B027
        """A started attempt has ended; `ok` None where its end says nothing about the service."""

    async def wait(self) -> None:
        """Wait until an attempt may start, and count it as started; for callers without a spawner.

        Callers of one limit are served in the order they came.
        """
        async with self._line:
            while (delay := self.delay()) > 0:  # noqa: ASYNC110 – time opens a limit, nothing sets an event
                await anyio.sleep(min(delay, LOOK_AGAIN))
            self.reserve()
            self.started()

    def __init__(self) -> None:
        self._line = anyio.Lock()


class ServerBudget(NamedTuple):
    """What a server said last of its own limit, less what was started since."""

    remaining: int
    #: Starts of one window; None where the server did not say.
    limit: int | None
    #: Seconds until the window ends.
    resets_in: float


class RateLimit(Limit):
    """At most `per_minute` starts in any 60 s and at most `burst` in any 1 s.

    Start times are kept: a leaky bucket or GCRA with a burst lets up to twice the rate through in some
    windows. `clock` gives seconds that never go back, `wall` Unix seconds.

    Raises: ValidationError for a number below 1.
    """

    #: Seconds added to both windows for the way from our start to the server's own clock.
    MARGIN: Final = 0.02

    def __init__(
        self,
        per_minute: int,
        burst: int | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        for name, value in (("per_minute", per_minute), ("burst", burst)):
            if value is not None and (type(value) is not int or value < 1):
                raise ValidationError(name, value, f"{name}: a whole number from 1")
        self.per_minute = per_minute
        self.burst = per_minute if burst is None else burst
        self._clock = clock
        self._wall = wall
        self._starts: deque[float] = deque(maxlen=max(self.per_minute, self.burst))
        self._reserved = 0
        # What the server allows until a moment of our clock; it wins over our own numbers where it is less.
        self._budget: int | None = None
        self._server_limit: int | None = None
        self._resets_at = 0.0

    def delay(self) -> float:
        now = self._clock()
        free_at = max(
            self._window_opens(self.per_minute, 60.0),
            self._window_opens(self.burst, 1.0),
            self._budget_opens(now),
        )
        return max(0.0, free_at - now)

    def reserve(self) -> None:
        self._reserved += 1

    def started(self) -> None:
        self._reserved -= 1
        self._starts.append(self._clock())
        if self._budget is not None:
            self._budget -= 1

    def withdrawn(self) -> None:
        self._reserved -= 1

    def observe(self, remaining: int | None, limit: int | None, resets_at: float | None) -> None:
        """Take what a server says of its budget: `remaining` starts of `limit` until `resets_at` (Unix time,
        seconds).

        Without `resets_at` a minute is assumed. Answers may come in any order: the lowest of one window
        counts.
        """
        if remaining is None:
            return
        left = 60.0 if resets_at is None else resets_at - self._wall()
        if left <= 0:
            return
        now = self._clock()
        until = now + left
        same_window = (
            self._budget is not None and now < self._resets_at and abs(until - self._resets_at) < 5.0
        )
        self._budget = min(self._budget or 0, remaining) if same_window else remaining
        self._server_limit = limit
        self._resets_at = until

    @property
    def budget(self) -> ServerBudget | None:
        """What the server said of its window that is not over yet; None where it said nothing."""
        now = self._clock()
        if self._budget is None or now >= self._resets_at:
            return None
        return ServerBudget(max(0, self._budget), self._server_limit, self._resets_at - now)

    def reason(self) -> str:
        wait = f"next start in {self.delay():.1f} s"
        if self._budget_opens(self._clock()) > self._clock():
            of = "" if self._server_limit is None else f" of {self._server_limit}"
            return f"rate limit of the service: {max(0, self._budget or 0)}{of} left, {wait}"
        return f"rate limit {self.per_minute}/min, burst {self.burst}: {wait}"

    def _window_opens(self, allowed: int, seconds: float) -> float:
        """When one more start keeps this window within what is allowed, reserved ones counted as starting
        now.
        """
        allowed -= self._reserved
        if allowed <= 0:
            return float("inf")
        if len(self._starts) < allowed:
            return 0.0
        return self._starts[-allowed] + seconds + self.MARGIN

    def _budget_opens(self, now: float) -> float:
        if self._budget is None or now >= self._resets_at:
            self._budget = None
            return 0.0
        return self._resets_at if self._budget <= self._reserved else 0.0


class RequestLimit(RateLimit):
    """A `RateLimit` that holds where the requests arrive, however long they were on their way.

    A request counts as being made until its answer is here, and from then on as made at that moment: the
    server saw it no later, and sees the next one no earlier than it is sent. Each start must be followed by
    `finished`.
    """

    def started(self) -> None:
        # Still reserved, which counts it into every window that ends now.
        if self._budget is not None:
            self._budget -= 1

    def finished(self, ok: bool | None) -> None:
        self._reserved -= 1
        self._starts.append(self._clock())
