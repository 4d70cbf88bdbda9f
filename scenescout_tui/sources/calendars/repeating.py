"""Repetition rules (RRULE) followed in wall time, with the work bounded whatever the rule says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from dateutil import rrule as rules  # type: ignore[import-untyped]

#: Days looked at for one series, and for all series of a document. A day costs one or two microseconds; a
#: daily event of a year takes 365 of them.
SERIES_WORK = 100_000
DOCUMENT_WORK = 4_000_000

_FREQUENCIES = {
    "YEARLY": rules.YEARLY,
    "MONTHLY": rules.MONTHLY,
    "WEEKLY": rules.WEEKLY,
    "DAILY": rules.DAILY,
    "HOURLY": rules.HOURLY,
}
_STEPS = {
    rules.WEEKLY: timedelta(weeks=1),
    rules.DAILY: timedelta(days=1),
    rules.HOURLY: timedelta(hours=1),
}
_WEEKDAYS = {name: getattr(rules, name) for name in ("MO", "TU", "WE", "TH", "FR", "SA", "SU")}
# Each number list, and how far from zero its numbers may lie.
_LISTS = {
    "BYMONTH": 12,
    "BYMONTHDAY": 31,
    "BYYEARDAY": 366,
    "BYWEEKNO": 53,
    "BYHOUR": 23,
    "BYMINUTE": 59,
    "BYSECOND": 59,
    "BYSETPOS": 366,
}
_DAY_PARTS = frozenset(("bymonthday", "byyearday", "byweekno", "byweekday"))
_SIGNED = frozenset(("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"))


class RuleError(ValueError):
    """The rule cannot be followed: it is broken, or repeats faster than any event does."""


class OutOfWork(Exception):
    """The rule needs more work than it may take; what came before stands."""


class Work:
    """How much may still be done for a document and for the series at hand, in days looked at."""

    def __init__(self, document: int = DOCUMENT_WORK, series: int = SERIES_WORK) -> None:
        self._document = document
        self._series = series
        self._left = 0

    def begin_series(self) -> None:
        """Give the next series its share, or what is left."""
        self._left = min(self._series, self._document)

    def spend(self) -> None:
        """Look at one day.

        :raises OutOfWork: when the share is used up.
        """
        if self._left <= 0:
            raise OutOfWork
        self._left -= 1
        self._document -= 1


class Rule:
    """One RRULE, read strictly; `until` is its UNTIL as it was written."""

    def __init__(self, text: str) -> None:
        parts = _parts(text)
        self.until = parts.pop("UNTIL", None)
        frequency = _FREQUENCIES.get(parts.pop("FREQ", ""))
        if frequency is None:
            raise RuleError("FREQ is missing, unknown or faster than hourly")
        self._frequency: int = frequency
        self._interval = _number(parts.pop("INTERVAL", "1"))
        count = parts.pop("COUNT", None)
        self._count = _number(count) if count is not None else None
        self._week_start = _weekday(parts.pop("WKST", "MO"))
        days = parts.pop("BYDAY", parts.pop("BYWEEKDAY", None))
        self._by: dict[str, Any] = {name.lower(): _numbers(name, value) for name, value in parts.items()}
        if days is not None:
            self._by["byweekday"] = [_weekday(day) for day in days.split(",")]

    def starts(
        self, start: datetime, first: datetime, last: datetime, until: datetime | None, work: Work
    ) -> Iterator[datetime]:
        """Yield the wall times of the series that starts at `start` and of which those from `first` to `last`
        are wanted, in order; `until` is the rule's own end as such a wall time.

        :raises OutOfWork: when looking on would take too long.
        :raises RuleError: when the parts of the rule do not fit together.
        """
        if until is not None and until < last:
            last = until
        try:
            rule = rules.rrule(
                self._frequency,
                dtstart=self._near(start, first),
                interval=self._interval,
                wkst=self._week_start,
                count=self._count,
                **self._by,
            )
        except (ValueError, TypeError, OverflowError) as error:
            raise RuleError("its parts do not fit together") from error
        _count_work(rule, work)
        for wall in rule:
            if wall > last:
                return
            if wall >= first:
                yield wall

    def _near(self, start: datetime, first: datetime) -> datetime:
        """Move the start of an endless rule towards what is wanted, by whole steps of the rule."""
        if self._count is not None or start >= first:
            return start
        step = _STEPS.get(self._frequency)
        if step is not None:
            whole = step * self._interval
            return start + whole * max(0, (first - start) // whole - 1)
        if start.day > 28 and not self._by.keys() & _DAY_PARTS:
            return start
        months = 12 if self._frequency == rules.YEARLY else 1
        months *= self._interval
        passed = ((first.year - start.year) * 12 + first.month - start.month) // months - 1
        if passed <= 0:
            return start
        month = start.month - 1 + passed * months
        # The day does not count where the rule names its days.
        return start.replace(year=start.year + month // 12, month=month % 12 + 1, day=min(start.day, 28))


def _count_work(rule: Any, work: Work) -> None:
    """Make a rule of dateutil pay for each day it looks at.

    It looks for the next match to the year 9999, whether there is one or not, and asks for each day's month
    first. Without months the nth weekdays of a year are counted in the whole year, so there the weekdays are
    asked instead.
    """
    if rule._bymonth or rule._freq != rules.YEARLY or not rule._bynweekday:
        rule._bymonth = _Counted(rule._bymonth or range(1, 13), work)
    else:
        rule._byweekday = _Counted(rule._byweekday or range(7), work)


class _Counted(frozenset[int]):
    """The months or weekdays of a rule; each look at them costs work."""

    _work: Work

    def __new__(cls, values: Any, work: Work) -> _Counted:
        made = super().__new__(cls, values)
        made._work = work
        return made

    def __contains__(self, value: object) -> bool:
        self._work.spend()
        return super().__contains__(value)


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.strip().strip(";").upper().split(";"):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not value:
            raise RuleError("it is not written as NAME=VALUE;…")
        parts[name] = value
    known = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYWEEKDAY", *_LISTS}
    if not parts.keys() <= known | {name for name in parts if name.startswith("X-")}:
        raise RuleError("it has a part that we do not know")
    return {name: value for name, value in parts.items() if name in known}


def _number(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 12 or int(text) < 1:
        raise RuleError("INTERVAL and COUNT must be numbers from 1")
    # No series has so many steps between two days we know.
    return min(int(text), 1_000_000)


def _numbers(name: str, text: str) -> list[int]:
    try:
        found = sorted({int(part) for part in text.split(",")[:400]})
    except ValueError:
        raise RuleError(f"{name} must be a list of numbers") from None
    lowest = -_LISTS[name] if name in _SIGNED else 1 if name == "BYMONTH" else 0
    if not all(lowest <= one <= _LISTS[name] for one in found) or (name in _SIGNED and 0 in found):
        raise RuleError(f"{name} has a number out of range")
    return found


def _weekday(text: str) -> Any:
    day = _WEEKDAYS.get(text.strip()[-2:])
    place = text.strip()[:-2]
    if day is None:
        raise RuleError("there is no such day of the week")
    if not place:
        return day
    try:
        nth = int(place)
    except ValueError:
        raise RuleError("there is no such day of the week") from None
    if not 1 <= abs(nth) <= 53:
        raise RuleError("BYDAY has a number out of range")
    return day(nth)
