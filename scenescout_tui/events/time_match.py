"""Whether two events start at one time: by UTC or the wall clock, whole days, doors and show, time slots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from scenescout_tui.events.blocks import MAX_MINUTES
from scenescout_tui.events.candidate import Candidate, Finding

# Minutes: doors and show are often half an hour apart, an hour where both end together; beyond that it may be
# the next performance.
_DOORS = 45
_DOORS_OF_ONE = 60
_DOORS_ONLINE = 15
_SHORTEST_SLOT = timedelta(minutes=20)
# The hour from which on concerts begin.
_EVENING = "17"
_SAME_START = Finding(0.0, "same start")
_OTHER_DAYS = Finding(None, "other days")
_FARTHEST = timedelta(minutes=MAX_MINUTES)


def near(new: Candidate, candidates: Sequence[Candidate]) -> tuple[list[tuple[Candidate, float]], float]:
    """Return the candidates that start near enough to be compared, with the minutes between, and by how many
    minutes the nearest of the others misses; of a busy day that is most of them."""
    found, nearest, start, local = [], None, new.starts_at, new.start_local
    online, wall = new.attendance == "online", _wall(local)
    for known in candidates:
        # One place has one wall clock: where the clocks agree and UTC does not, a source has its zone wrong.
        walls = not online and known.attendance != "online"
        if walls and known.start_local == local:
            found.append((known, 0.0))
            continue
        apart = abs(known.starts_at - start)
        if walls and (clocks := abs(_wall(known.start_local) - wall)) < apart:
            apart = clocks
        if apart <= _FARTHEST or known.all_day or new.all_day:
            found.append((known, apart.total_seconds() / 60))
        elif nearest is None or apart < nearest:
            nearest = apart
    return found, nearest.total_seconds() / 60 if nearest is not None else 0.0


@lru_cache(maxsize=2048)
def _wall(start_local: str) -> datetime:
    return datetime.fromisoformat(start_local)


def time(first: Candidate, second: Candidate, apart: float, online: bool) -> Finding:
    """Compare the times of two events that start `apart` minutes from each other."""
    if first.all_day or second.all_day:
        if first.start_local[:10] != second.start_local[:10]:
            return _OTHER_DAYS
        both = first.all_day and second.all_day
        return Finding(0.0 if both else 3.0, "same day" if both else "same day, one of them all day")
    if apart == 0:
        return _SAME_START
    words = f"starts {_span(apart)} apart"
    earlier = min(first, second, key=lambda one: (one.start_local, one.starts_at))
    if earlier.ends_at is not None and earlier.ends_at - earlier.starts_at <= timedelta(minutes=apart):
        return Finding(None, f"{words}, one after the other")
    if _is_next_slot(first, second):
        return Finding(None, f"{words}, one slot after the other")
    most = _DOORS_ONLINE if online else _DOORS_OF_ONE if _end_together(first, second) else _DOORS
    doubt = apart > most or not _opens_doors(first, second)
    return Finding(apart / 10, words, doubt=doubt)


def _opens_doors(first: Candidate, second: Candidate) -> bool:
    """Tell whether one may name the opening of the doors: in the evening, or where both end together; by day
    it is the next guided tour."""
    if _end_together(first, second):
        return True
    return min(first.start_local[11:13], second.start_local[11:13]) >= _EVENING


def _end_together(first: Candidate, second: Candidate) -> bool:
    return first.ends_at is not None and first.ends_at == second.ends_at


def _is_next_slot(first: Candidate, second: Candidate) -> bool:
    """Tell whether two of one length start by day some time from each other: the next guided tour."""
    if _opens_doors(first, second) or not _is_as_long(first, second):
        return False
    return abs(first.starts_at - second.starts_at) >= _SHORTEST_SLOT


def _is_as_long(first: Candidate, second: Candidate) -> bool:
    if first.ends_at is None or second.ends_at is None:
        return False
    return first.ends_at - first.starts_at == second.ends_at - second.starts_at


@lru_cache(maxsize=1024)
def far(minutes: int) -> str:
    """Say how many minutes apart two events start."""
    return f"starts {_span(minutes)} apart"


def _span(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"
