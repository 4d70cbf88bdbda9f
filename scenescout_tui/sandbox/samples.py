"""The bundled samples: what `--sandbox` imports, and how slowly it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from random import Random
from typing import Any, get_args

from scenescout_tui.sandbox.broken import Source, broken_records, encode
from scenescout_tui.sandbox.eventbrite import eventbrite_events
from scenescout_tui.sandbox.manual import manual_forms
from scenescout_tui.sandbox.yelp import yelp_events

SOURCES: tuple[Source, ...] = get_args(Source)

#: Good records of each source, before repeats and broken ones are added.
COUNTS: dict[Source, int] = {"eventbrite": 320, "yelp": 310, "manual": 24}
#: Records that a listing shows twice, because it shifted between two pages.
REPEATS: dict[Source, int] = {"eventbrite": 12, "yelp": 16, "manual": 2}
SEED = 2026

#: Pages that fail the first time they are asked for, by number from 1.
FAILING_PAGES = (4, 13)

Pause = Callable[[float], Awaitable[object]]


def sample_records(source: Source, today: date | None = None, seed: int = SEED) -> list[bytes]:
    """Return every sample of a source as raw JSON, good, repeated and broken ones mixed.

    The same `today` (default: the day it is) and `seed` give the same bytes.
    """
    today = today or date.today()
    rng = Random(f"{seed}/samples/{source}")
    records = [encode(payload) for payload in _payloads(source, seed, today)]
    repeated = records[: -len(records) // 4]
    # A repeat comes a page or two after the first one, as it does when a list shifts while it is walked.
    for index in sorted(rng.sample(range(len(repeated)), REPEATS[source]), reverse=True):
        records.insert(min(len(records), index + rng.randint(8, 60)), repeated[index])
    for record in broken_records(source, seed, today).values():
        records.insert(rng.randrange(2, len(records)), record)
    return records


def sample_pages(
    source: Source, page_size: int, today: date | None = None, seed: int = SEED
) -> list[list[bytes]]:
    """Return the samples in pages of `page_size`, the last one shorter.

    :raises ValueError: when `page_size` is below 1.
    """
    if page_size < 1:
        raise ValueError(f"page_size must be 1 or more, not {page_size}")
    records = sample_records(source, today, seed)
    return [records[index : index + page_size] for index in range(0, len(records), page_size)]


class SampleStream:
    """The samples as a slow server gives them: page by page, each after a while, two of them failing the
    first time.

    `seconds` is how long the whole of Eventbrite or Yelp takes; the pauses vary around their mean and are the
    same for the same seed. `position` counts the records handed out; a stream opened with `start` goes on
    behind it.
    """

    def __init__(
        self,
        source: Source,
        *,
        page_size: int = 12,
        start: int = 0,
        seconds: float = 28.0,
        today: date | None = None,
        seed: int = SEED,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._records = sample_records(source, today, seed)
        self._page_size = page_size
        self._mean = seconds * page_size / (COUNTS["eventbrite"] + 30)
        self._pause = pause
        self._rng = Random(f"{seed}/latency/{source}")
        self._failed: set[int] = set()
        self.position = start

    @property
    def total(self) -> int:
        """How many records there are in all."""
        return len(self._records)

    async def next(self) -> list[bytes] | None:
        """Return the next page of records, or None after the last.

        :raises ConnectionError: once for each failing page; asked again, it comes.
        """
        if self.position >= len(self._records):
            return None
        await self._pause(self._mean * self._rng.uniform(0.4, 1.6))
        number = self.position // self._page_size + 1
        if number in FAILING_PAGES and number not in self._failed:
            self._failed.add(number)
            raise ConnectionResetError(f"the server closed the connection before page {number} was sent")
        page = self._records[self.position : self.position + self._page_size]
        self.position += len(page)
        return page


def _payloads(source: Source, seed: int, today: date) -> list[dict[str, Any]]:
    makers: dict[Source, Callable[[int, int, date], list[dict[str, Any]]]] = {
        "eventbrite": eventbrite_events,
        "yelp": yelp_events,
        "manual": manual_forms,
    }
    return makers[source](COUNTS[source], seed, today)
