"""What came to the sandbox: the figures that a client is judged by."""

from __future__ import annotations

import time
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, get_args

Service = Literal["eventbrite", "yelp", "feeds"]
SERVICES: tuple[Service, ...] = get_args(Service)


@dataclass(frozen=True, slots=True)
class ServiceCounts:
    """What came to one service."""

    #: Requests, whatever became of them.
    requests: int
    #: The largest number of requests within any one second, and within any 60 seconds.
    peak_second: int
    peak_minute: int
    #: Requests refused because a true limit was used up; the dial's own 429s do not count here.
    over_limit: int
    #: Requests refused for their token.
    unauthorised: int
    #: The largest number of requests that were being answered at the same time.
    peak_concurrent: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What came to the sandbox until now."""

    eventbrite: ServiceCounts
    yelp: ServiceCounts
    feeds: ServiceCounts
    #: Faults served, by kind.
    faults: Mapping[str, int]
    #: Changes made to lists while they were walked.
    shifts: int
    #: The largest number of requests of all services that were being answered at the same time.
    peak_concurrent: int

    @property
    def requests(self) -> int:
        """Requests of all services."""
        return self.eventbrite.requests + self.yelp.requests + self.feeds.requests


class Traffic:
    """Counts requests as they come; one thread alone writes here."""

    def __init__(self) -> None:
        self.faults: Counter[str] = Counter()
        self.over_limit: Counter[Service] = Counter()
        self.unauthorised: Counter[Service] = Counter()
        self.shifts = 0
        self._arrivals: dict[Service, array[float]] = {service: array("d") for service in SERVICES}
        self._running: Counter[Service] = Counter()
        self._peaks: Counter[Service] = Counter()
        self._peak = 0

    @contextmanager
    def request(self, service: Service) -> Iterator[int]:
        """Count a request that is being answered; gives its number among those of its service, from 1."""
        self._arrivals[service].append(time.monotonic())
        self._running[service] += 1
        self._peaks[service] = max(self._peaks[service], self._running[service])
        self._peak = max(self._peak, self._running.total())
        try:
            yield len(self._arrivals[service])
        finally:
            self._running[service] -= 1

    def counts(self) -> Counts:
        """Return the figures until now."""
        services = {service: self._counts_of(service) for service in SERVICES}
        return Counts(**services, faults=dict(self.faults), shifts=self.shifts, peak_concurrent=self._peak)

    def _counts_of(self, service: Service) -> ServiceCounts:
        arrivals = self._arrivals[service]
        return ServiceCounts(
            requests=len(arrivals),
            peak_second=_fullest(arrivals, 1.0),
            peak_minute=_fullest(arrivals, 60.0),
            over_limit=self.over_limit[service],
            unauthorised=self.unauthorised[service],
            peak_concurrent=self._peaks[service],
        )


def _fullest(moments: array[float], seconds: float) -> int:
    """Return how many of the moments, in order, the fullest window of so many seconds holds (its end not
    included).
    """
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
