"""What stands before the sandbox's services: tokens, limits, faults and the time an answer takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from random import Random

from scenescout_tui.sandbox import eventbrite_api, yelp_api
from scenescout_tui.sandbox.changes import Changes
from scenescout_tui.sandbox.eventbrite_api import EventbriteApi
from scenescout_tui.sandbox.eventbrite_catalogue import EventbriteCatalogue
from scenescout_tui.sandbox.faults import (
    LEAST_SLOW,
    MOST_SLOW,
    SLOWER,
    Fault,
    FaultDial,
    failed,
    spoiled,
    too_many_per_second,
)
from scenescout_tui.sandbox.feeds import Feeds
from scenescout_tui.sandbox.limits import Budget, PerSecond, lasting, until_midnight
from scenescout_tui.sandbox.samples import COUNTS, REPEATS
from scenescout_tui.sandbox.traffic import Service, Traffic
from scenescout_tui.sandbox.wire import Answer, Headers, Request
from scenescout_tui.sandbox.yelp_api import YelpApi
from scenescout_tui.sandbox.yelp_catalogue import YelpCatalogue

EVENTBRITE = "/eventbrite/v3"
YELP = "/yelp/v3"

_NO_CACHE = ("Cache-Control", "no-cache")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the services let in, drawn from the seed."""

    eventbrite: str
    #: Lets its bearer read the catalogue, but has no account behind it.
    eventbrite_public: str
    eventbrite_key: str
    yelp: str

    @classmethod
    def of(cls, seed: int) -> Tokens:
        """Draw the tokens of a seed."""
        rng = Random(f"{seed}/tokens")

        def token(length: int, letters: str) -> str:
            return "".join(rng.choices(letters, k=length))

        capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
        all_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return cls(token(20, capitals), token(20, capitals), token(18, capitals), token(128, all_letters))


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """How the sandbox behaves; `SandboxServer` says what each means."""

    events: int | None
    seed: int
    broken: bool
    faults: float
    latency: float
    today: date
    eventbrite_limit: int
    eventbrite_window: float
    yelp_daily_limit: int
    yelp_window: float | None
    yelp_per_second: int
    shift: bool


class Site:
    """All services behind one address."""

    def __init__(self, options: SiteOptions) -> None:
        self._options = options
        self.tokens = Tokens.of(options.seed)
        self.traffic = Traffic()
        self._dial = FaultDial(options.faults, options.seed)
        self._eventbrite_budget = Budget(options.eventbrite_limit, lasting(options.eventbrite_window))
        window = until_midnight if options.yelp_window is None else lasting(options.yelp_window)
        self._yelp_budget = Budget(options.yelp_daily_limit, window)
        self._yelp_second = PerSecond(options.yelp_per_second)
        seed, today, broken = options.seed, options.today, options.broken
        counts = (
            (COUNTS["eventbrite"], COUNTS["yelp"])
            if options.events is None
            else (options.events, options.events)
        )
        self.eventbrite = EventbriteCatalogue(counts[0], seed, today, broken=broken)
        self.yelp = YelpCatalogue(counts[1], seed, today, broken=broken, repeats=REPEATS["yelp"])
        self._eventbrite_api = EventbriteApi(self.eventbrite, today, Changes(options.shift), self._shifted)
        self._yelp_api = YelpApi(self.yelp, Changes(options.shift), self._shifted)
        self._feeds = Feeds(seed, today, broken=broken)

    async def respond(self, request: Request) -> Answer:
        """Answer one request, after the time that takes."""
        service = _service(request.path)
        with self.traffic.request(service) as number:
            if request.method != "GET":
                return replace(_not_allowed(service), headers=(("Allow", "GET"),))
            if service == "eventbrite":
                return await self._of_eventbrite(request, number)
            if service == "yelp":
                return await self._of_yelp(request, number)
            return await self._served(service, number, request, lambda: self._feeds.answer(request))

    async def _of_eventbrite(self, request: Request, number: int) -> Answer:
        path = request.path.removeprefix(EVENTBRITE)
        token = _bearer(request)
        refusal = self._eventbrite_refusal(request, token, path)
        if refusal is not None:
            self.traffic.unauthorised["eventbrite"] += 1
            return refusal
        if not self._eventbrite_budget.take():
            self.traffic.over_limit["eventbrite"] += 1
            text = "You have hit your rate limit for the API."
            answer = eventbrite_api.failure(429, "HIT_RATE_LIMIT", text)
        else:
            answer = await self._served(
                "eventbrite", number, request, lambda: self._eventbrite_api.answer(path, request)
            )
        if answer.content_type != "application/json":
            return answer  # not of Eventbrite, but of what stands before it
        return replace(answer, headers=(*answer.headers, _NO_CACHE, self._eventbrite_limits(token)))

    def _eventbrite_refusal(self, request: Request, token: str | None, path: str) -> Answer | None:
        if "authorization" not in request.headers:
            text = "An OAuth token is required for all requests"
            return eventbrite_api.failure(401, "NO_AUTH", text)
        if token is None:
            text = "The Authorization header must be of the form: Bearer TOKEN"
            return eventbrite_api.failure(400, "INVALID_AUTH_HEADER", text)
        if token not in (self.tokens.eventbrite, self.tokens.eventbrite_public):
            text = "The OAuth token you provided was invalid."
            return eventbrite_api.failure(401, "INVALID_AUTH", text)
        if token == self.tokens.eventbrite_public and path.startswith("/users/me/"):
            text = "You are not authorized to access this resource."
            return eventbrite_api.failure(403, "NOT_AUTHORIZED", text)
        return None

    def _eventbrite_limits(self, token: str | None) -> tuple[str, str]:
        budget = self._eventbrite_budget
        stand = f"{budget.limit - budget.left}/{budget.limit} reset={budget.resets_in}s"
        return "X-Rate-Limit", f"token:{token} {stand}, key:{self.tokens.eventbrite_key} {stand}"

    async def _of_yelp(self, request: Request, number: int) -> Answer:
        if "authorization" not in request.headers:
            self.traffic.unauthorised["yelp"] += 1
            text = "An access token must be supplied in order to use this endpoint."
            return yelp_api.failure(401, "TOKEN_MISSING", text)
        if _bearer(request) != self.tokens.yelp:
            self.traffic.unauthorised["yelp"] += 1
            return yelp_api.failure(401, "TOKEN_INVALID", "Invalid API key or authorization header.")
        if not self._yelp_second.take():
            self.traffic.over_limit["yelp"] += 1
            answer = too_many_per_second()
        elif not self._yelp_budget.take():
            self.traffic.over_limit["yelp"] += 1
            text = "You've reached the access limit for this client."
            answer = yelp_api.failure(429, "ACCESS_LIMIT_REACHED", text)
        else:
            path = request.path.removeprefix(YELP)
            answer = await self._served("yelp", number, request, lambda: self._yelp_api.answer(path, request))
        if answer.content_type != "application/json":
            return answer  # not of Yelp, but of what stands before it
        return replace(answer, headers=(*answer.headers, *self._yelp_limits()))

    def _yelp_limits(self) -> Headers:
        budget = self._yelp_budget
        resets = datetime.fromtimestamp(budget.resets_at, UTC).isoformat(timespec="seconds")
        return (
            ("RateLimit-DailyLimit", str(budget.limit)),
            ("RateLimit-Remaining", str(budget.left)),
            ("RateLimit-ResetTime", resets),
        )

    async def _served(
        self, service: Service, number: int, request: Request, right: Callable[[], Answer]
    ) -> Answer:
        """Return the right answer, or what a fault makes of it, after the time that takes."""
        expands = bool(request.query.get("expand"))
        fault = self._dial.decide(service, number, request.target, expands=expands)
        if fault is not None:
            self.traffic.faults[fault] += 1
        answer = (None if fault is None else failed(fault, service)) or right()
        await asyncio.sleep(self._takes(service, number, answer.events, fault))
        return answer if fault is None else spoiled(fault, answer)

    def _takes(self, service: Service, number: int, events: int, fault: Fault | None) -> float:
        """Return how long an answer takes, in seconds."""
        spread = Random(f"{self._options.seed}/latency/{service}/{number}").uniform(0.5, 1.5)
        seconds = self._options.latency * max(1, events) * spread
        return min(MOST_SLOW, max(LEAST_SLOW, SLOWER * seconds)) if fault == "slow" else seconds

    def _shifted(self) -> None:
        self.traffic.shifts += 1


def _service(path: str) -> Service:
    if path.startswith(f"{EVENTBRITE}/"):
        return "eventbrite"
    return "yelp" if path.startswith(f"{YELP}/") else "feeds"


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _not_allowed(service: Service) -> Answer:
    text = "The method you used is not allowed here."
    if service == "eventbrite":
        return eventbrite_api.failure(405, "METHOD_NOT_ALLOWED", text)
    if service == "yelp":
        return yelp_api.failure(405, "METHOD_NOT_ALLOWED", text)
    return Answer(405, text.encode(), content_type="text/plain; charset=utf-8")
