"""The gates of the services: rate limit and circuit breaker before every request, and what they say."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import anyio

from scenescout_tui.errors import PARK_AFTER, ExternalAPIError, RateLimitError
from scenescout_tui.imports.request_log import RequestLog
from scenescout_tui.imports.snapshot import BreakerState
from scenescout_tui.presets import RATE_LIMITS, ProviderLimit
from scenescout_tui.spawner import CircuitBreaker, Limit, RequestLimit

#: Seconds between two looks while a request waits for its turn; time opens a gate, nothing sets an event.
LOOK_AGAIN = 0.1
#: A service that failed so often in a row is left alone for so many seconds.
FAILURES = 5
OPEN_FOR = 30.0
#: What is asked of a service nobody told us the limits of, such as the host of a feed.
FEED_LIMIT = ProviderLimit(requests_per_minute=60, burst=10)

_LIMITS = {"eventbrite": RATE_LIMITS.EVENTBRITE_API, "yelp": RATE_LIMITS.YELP_API}


@dataclass(frozen=True, slots=True)
class GateView:
    """How a gate stands. Times are Unix seconds."""

    #: Why no request goes now, "" where one may.
    waits: str
    until: float | None
    breaker: BreakerState
    budget_left: int | None
    budget_limit: int | None
    budget_resets_at: float | None


class ServiceLimit(RequestLimit):
    """The limit of one service, which also counts what an earlier engine of this database asked lately."""

    def __init__(self, service: str, rate: ProviderLimit, log: RequestLog) -> None:
        super().__init__(rate.requests_per_minute, rate.burst)
        self._service = service
        self._log = log
        now = self._clock()
        self._starts.extend(now - age for age in log.ages(service))

    def started(self) -> None:
        super().started()
        self._log.sent(self._service)

    def finished(self, ok: bool | None) -> None:
        super().finished(ok)
        self._log.answered(self._service)


class ServiceGate:
    """The `RequestGate` of one service: all its walks share the limit; a breaker stops asking when it fails.

    `optional` requests are refused at once while the breaker is open; the others wait.
    """

    def __init__(
        self, service: str, limit: RequestLimit, breaker: CircuitBreaker, *, optional: bool = False
    ) -> None:
        self._service = service
        self._limit = limit
        self._breaker = breaker
        self._optional = optional
        self._line = anyio.Lock()
        #: Until when the service wants to be left alone, on a clock that never goes back.
        self._held_until = 0.0

    async def wait(self) -> None:
        """Return when a request may be sent; requests of one gate go in the order they came.

        :raises RateLimitError: when the service's limit resets only after `PARK_AFTER` seconds.
        :raises ExternalAPIError: for an optional request while the breaker is open.
        """
        async with self._line:
            while (delay := self.delay()) > 0:
                if PARK_AFTER < delay < math.inf:
                    raise RateLimitError(
                        self._service, delay, f"{self._service}: {self.view().waits or 'its limit is used'}"
                    )
                if self._optional and self._breaker.delay() > 0:
                    raise ExternalAPIError(self._service, None, self.view().waits, retry_after=delay)
                await anyio.sleep(min(delay, LOOK_AGAIN))
            for part in (self._breaker, self._limit):
                part.reserve()
                part.started()

    def observe(self, remaining: int | None, limit: int | None, resets_at: float | None) -> None:
        """Take what the service says of its own limit."""
        self._limit.observe(remaining, limit, resets_at)

    def record(self, ok: bool | None) -> None:
        """Note how a request ended."""
        self._breaker.finished(ok)
        self._limit.finished(ok)

    def hold(self, seconds: float) -> None:
        """Let no request through for so long: the service has told one of its walks to wait."""
        self._held_until = max(self._held_until, time.monotonic() + seconds)

    def delay(self) -> float:
        """Seconds until a request may go; infinite while a probe of the breaker runs."""
        return max(self._breaker.delay(), self._limit.delay(), self._held_for())

    def _held_for(self) -> float:
        return max(0.0, self._held_until - time.monotonic())

    def view(self) -> GateView:
        """Say how the gate stands."""
        now = time.time()
        budget = self._limit.budget
        waits, until = "", None
        open_for, limited_for = self._breaker.delay(), self._limit.delay()
        if self._breaker.state != "closed" and open_for > 0:
            failures = self._breaker.failures
            until = now + open_for if open_for < math.inf else None
            waits = (
                f"circuit open ({failures} failures in a row)" if until else "circuit half-open: one probe"
            )
        elif limited_for > 0:
            until = now + limited_for if limited_for < math.inf else None
            spent = budget is not None and budget.remaining <= 0
            waits = "the service's limit is used" if spent else "rate limit"
        elif (held_for := self._held_for()) > 0:
            until, waits = now + held_for, "the service asks to wait"
        return GateView(
            waits=waits,
            until=until,
            breaker=self._breaker.state,
            budget_left=budget.remaining if budget else None,
            budget_limit=budget.limit if budget else None,
            budget_resets_at=now + budget.resets_in if budget else None,
        )


class Approach(Limit):
    """Holds a page's task back while its gate is shut, so that the wait takes no worker; the request itself
    passes the gate.

    A wait long enough to park the run holds nothing back: the request says so and the run is parked.
    """

    def __init__(self, gate: ServiceGate) -> None:
        super().__init__()
        self._gate = gate

    def hold(self, seconds: float) -> None:
        """See `ServiceGate.hold`."""
        self._gate.hold(seconds)

    @property
    def is_open_circuit(self) -> bool:
        """Whether the service is left alone for now because it failed."""
        return self._gate.view().breaker == "open"

    def delay(self) -> float:
        delay = self._gate.delay()
        return 0.0 if PARK_AFTER < delay < math.inf else delay

    def reason(self) -> str:
        view = self._gate.view()
        if view.until is None:
            return view.waits
        return f"{view.waits} until {datetime.fromtimestamp(view.until, UTC).astimezone():%H:%M:%S}"


class Gates:
    """One gate for each service, kept for the life of an engine; made when first asked for.

    ``database`` is the file beside which is noted what was asked, for the engine after this one.
    """

    def __init__(self, database: Path) -> None:
        self._log = RequestLog(database)
        self._gates: dict[str, ServiceGate] = {}
        self._sides: dict[str, ServiceGate] = {}
        self._limits: dict[str, RequestLimit] = {}

    def main(self, service: str) -> ServiceGate:
        """Return the gate of a service ("eventbrite", "yelp", or the host of a feed)."""
        gate = self._gates.get(service)
        if gate is None:
            gate = self._gates[service] = ServiceGate(service, self._limit(service), _breaker())
        return gate

    def side(self, service: str) -> ServiceGate:
        """Return the gate of requests the service's walks can do without: same limit, own breaker."""
        gate = self._sides.get(service)
        if gate is None:
            gate = ServiceGate(service, self._limit(service), _breaker(), optional=True)
            self._sides[service] = gate
        return gate

    def close(self) -> None:
        """Let go of what is noted on disk; may be called twice."""
        self._log.close()

    def view(self, service: str) -> GateView | None:
        """Say how a service's gate stands; None where it was never asked."""
        gate = self._gates.get(service)
        return None if gate is None else gate.view()

    def _limit(self, service: str) -> RequestLimit:
        limit = self._limits.get(service)
        if limit is None:
            rate = _LIMITS.get(service, FEED_LIMIT)
            limit = self._limits[service] = ServiceLimit(service, rate, self._log)
        return limit


def _breaker() -> CircuitBreaker:
    return CircuitBreaker(failure_threshold=FAILURES, open_for=OPEN_FOR)
