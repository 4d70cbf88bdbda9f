"""How much the demo holds of each source, and all records of a source as one file of them would hold them:
the forms are served so, and a reader can be tried on any.
"""

from __future__ import annotations

from collections.abc import Callable
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


def sample_records(
    source: Source, today: date | None = None, seed: int = SEED, *, broken: bool = True
) -> list[bytes]:
    """Return every record of a source as raw JSON, good, repeated and, with `broken`, broken ones mixed.

    The same `today` (default: the day it is) and `seed` give the same bytes.
    """
    today = today or date.today()
    rng = Random(f"{seed}/samples/{source}")
    records = [encode(payload) for payload in _payloads(source, seed, today)]
    repeated = records[: -len(records) // 4]
    # A repeat comes a page or two after the first one, as it does when a list shifts while it is walked.
    for index in sorted(rng.sample(range(len(repeated)), REPEATS[source]), reverse=True):
        records.insert(min(len(records), index + rng.randint(8, 60)), repeated[index])
    for record in broken_records(source, seed, today).values() if broken else ():
        records.insert(rng.randrange(2, len(records)), record)
    return records


def _payloads(source: Source, seed: int, today: date) -> list[dict[str, Any]]:
    makers: dict[Source, Callable[[int, int, date], list[dict[str, Any]]]] = {
        "eventbrite": eventbrite_events,
        "yelp": yelp_events,
        "manual": manual_forms,
    }
    return makers[source](COUNTS[source], seed, today)
