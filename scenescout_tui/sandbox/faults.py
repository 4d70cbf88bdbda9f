"""The faults dial: a seeded share of the requests goes wrong, in every way that servers and lines do.

A request that is asked again is decided anew, by its number; but after `MOST_IN_A_ROW` faults for the same
address the next answer is a good one, so that whoever asks five times always gets through.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from email.utils import formatdate
from random import Random
from typing import Literal, get_args

from scenescout_tui.sandbox import eventbrite_api, yelp_api
from scenescout_tui.sandbox.traffic import Service
from scenescout_tui.sandbox.wire import Answer

Fault = Literal[
    "internal error",
    "expansion failed",
    "bad gateway",
    "unavailable",
    "unavailable, retry in seconds",
    "unavailable, retry at date",
    "timed out",
    "too many requests",
    "reset",
    "dropped",
    "truncated",
    "garbage",
    "empty",
    "slow",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)
MOST_IN_A_ROW = 3
#: Seconds: what the dial's own 429 and 503 ask to wait.
RETRY_AFTER = 1
#: A slow answer takes this many times as long, at least and at most so many seconds: always less than the
#: 30 seconds a client waits.
SLOWER, LEAST_SLOW, MOST_SLOW = 4.0, 0.05, 10.0

#: Of a feed a cut or mangled text could be what was meant; only what shows is done to it.
_NOT_OF_FEEDS = frozenset({"expansion failed", "truncated", "garbage", "empty"})
_PAGE = (
    "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


class FaultDial:
    """Decides for each request whether it goes wrong, `share` of them (0 to 1), and how."""

    def __init__(self, share: float, seed: int) -> None:
        if not 0 <= share <= 1:
            raise ValueError(f"faults must be between 0 and 1, not {share}")
        self._share = share
        self._seed = seed
        self._in_a_row: Counter[str] = Counter()

    def decide(self, service: Service, number: int, target: str, *, expands: bool) -> Fault | None:
        """Return what goes wrong with request `number` of a service, None where nothing does."""
        if self._share == 0:
            return None
        rng = Random(f"{self._seed}/faults/{service}/{number}")
        if rng.random() >= self._share or self._in_a_row[target] >= MOST_IN_A_ROW:
            self._in_a_row.pop(target, None)
            return None
        self._in_a_row[target] += 1
        return rng.choice([fault for fault in FAULTS if _may(fault, service, expands=expands)])


def failed(fault: Fault, service: Service) -> Answer | None:
    """Return the answer that stands in for the right one, None for faults that are done to the right one."""
    match fault:
        case "internal error":
            return _internal(service)
        case "expansion failed":
            text = "The expansion you requested failed; the request is likely to succeed without expansions."
            return eventbrite_api.failure(500, "EXPANSION_FAILED", text)
        case "bad gateway":
            return _page(502, "Bad Gateway")
        case "unavailable":
            return _page(503, "Service Temporarily Unavailable")
        case "unavailable, retry in seconds":
            return _page(503, "Service Temporarily Unavailable", str(RETRY_AFTER))
        case "unavailable, retry at date":
            at = formatdate(time.time() + RETRY_AFTER, usegmt=True)
            return _page(503, "Service Temporarily Unavailable", at)
        case "timed out":
            return _timed_out(service)
        case "too many requests":
            return _too_many(service)
        case "garbage":
            return Answer(200, b'{"events": [{"id": }, \x00\xff\xfe ***')
        case "empty":
            return Answer(200, b"")
        case _:
            return None


def spoiled(fault: Fault, answer: Answer) -> Answer:
    """Return the right answer with what is done to it on its way; slowness is left to the caller."""
    if fault == "reset":
        return replace(answer, ending="reset")
    if fault == "dropped":
        return replace(answer, ending="dropped")
    if fault == "truncated":
        return replace(answer, body=answer.body[: len(answer.body) * 2 // 3])
    return answer


def _may(fault: Fault, service: Service, *, expands: bool) -> bool:
    if service == "feeds":
        return fault not in _NOT_OF_FEEDS
    return fault != "expansion failed" or expands


def _internal(service: Service) -> Answer:
    if service == "eventbrite":
        return eventbrite_api.failure(500, "INTERNAL_ERROR", "An unhandled error occurred in Eventbrite.")
    if service == "yelp":
        return yelp_api.failure(
            500, "INTERNAL_ERROR", "Something went wrong internally, please try again later."
        )
    return _page(500, "Internal Server Error")


def _timed_out(service: Service) -> Answer:
    if service == "yelp":
        return yelp_api.failure(504, "REQUEST_TIMED_OUT", "Request timed out. Please try again later.")
    return _page(504, "Gateway Time-out")


def _too_many(service: Service) -> Answer:
    if service == "yelp":
        # Yelp's page knows of no Retry-After.
        return too_many_per_second()
    if service == "eventbrite":
        answer = eventbrite_api.failure(429, "HIT_RATE_LIMIT", "Hold on, you are going too fast.")
    else:
        answer = _page(429, "Too Many Requests")
    return replace(answer, headers=(*answer.headers, ("Retry-After", str(RETRY_AFTER))))


def too_many_per_second() -> Answer:
    """Yelp's 429 of the short kind."""
    text = "You have exceeded the queries-per-second limit for this endpoint. Try asking less often."
    return yelp_api.failure(429, "TOO_MANY_REQUESTS_PER_SECOND", text)


def _page(status: int, reason: str, retry_after: str | None = None) -> Answer:
    headers = () if retry_after is None else (("Retry-After", retry_after),)
    text = _PAGE.format(title=f"{status} {reason}")
    return Answer(status, text.encode(), content_type="text/html", headers=headers)
