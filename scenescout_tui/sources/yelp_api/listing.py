"""One page of a search, taken apart without touching its events: their bytes, ids and starts."""

from __future__ import annotations

import math
from datetime import UTC, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from scenescout_tui.events.times import parse

# The zone farthest ahead of UTC: a wall time without zone is at the earliest so much before the same in UTC.
_FARTHEST = timedelta(hours=14)
_BOM = b"\xef\xbb\xbf"
# Yelp gives 50 at most; what is not Yelp may give millions.
_MOST_ENTRIES = 1_000


class _Body(msgspec.Struct):
    events: list[msgspec.Raw]


class _Head(msgspec.Struct):
    id: Any = None
    time_start: Any = None


_bodies = msgspec.json.Decoder(_Body)
_heads = msgspec.json.Decoder(_Head)


class Entry(NamedTuple):
    """One event of a list: its bytes as sent, its id, and its start (Unix seconds) as far as it can be read.

    A start without zone is the earliest that it can mean.
    """

    data: bytes
    id: str | None
    start: int | None


class Listing(NamedTuple):
    """The events of one answer, in its order."""

    entries: tuple[Entry, ...]

    @property
    def ids(self) -> tuple[str | None, ...]:
        return tuple(entry.id for entry in self.entries)

    @property
    def is_sorted(self) -> bool:
        """Whether no event starts before the one above it."""
        return all(one <= two for one, two in pairwise(self._starts()))

    @property
    def last_start(self) -> int | None:
        """The latest start."""
        return max(self._starts(), default=None)

    def _starts(self) -> list[int]:
        return [entry.start for entry in self.entries if entry.start is not None]


def read_listing(body: bytes) -> Listing | None:
    """Read the body of an answer; None where it is no list of events, or a list beyond all reason."""
    try:
        events = _bodies.decode(body.removeprefix(_BOM)).events
    except (msgspec.DecodeError, RecursionError):
        return None
    return Listing(tuple(_entry(bytes(event)) for event in events)) if len(events) <= _MOST_ENTRIES else None


def _entry(data: bytes) -> Entry:
    """What cannot be read here fails as a record of its own later, with a reason."""
    try:
        head = _heads.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Entry(data, None, None)
    known = head.id if isinstance(head.id, str) and head.id else None
    moment = parse(head.time_start)
    if moment is None:
        return Entry(data, known, None)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC) - _FARTHEST
    return Entry(data, known, math.floor(moment.timestamp()))
