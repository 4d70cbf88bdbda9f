"""Dates and times as tables write them: ISO, 23/11/2026, 23.11.2026, 23 Nov 2026, with 20:00 or 8 pm."""

from __future__ import annotations

import re
from datetime import date, time

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan enero januar janvier",
            "feb febrero februar fevrier",
            "mar marzo marz mars",
            "apr abril avril",
            "may mayo mai",
            "jun junio juni juin",
            "jul julio juli juillet",
            "aug agosto aout",
            "sep sept septiembre septembre",
            "oct octubre oktober octobre",
            "nov noviembre novembre",
            "dec diciembre dezember decembre",
        ),
        1,
    )
    for name in names.split()
}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_DAY_FIRST = re.compile(
    r"(?:[^\W\d]+\.?,? )?(\d{1,2})(?:st|nd|rd|th|\.)? (?:of |de )?([^\W\d]+)\.?,? (?:de )?(\d{4})"
)
_MONTH_FIRST = re.compile(r"(?:[^\W\d]+\.?,? )?([^\W\d]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_CLOCK = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?(?::(\d{2})(?:\.\d+)?)? ?(?:([ap])\.?m\.?|h|hrs?|uhr)?", re.IGNORECASE
)
_NO_CLOCK = re.compile(r"\W*(?:all[ -]?day|ganztags|todo el dia|tba|tbc|n/?a)?\W*", re.IGNORECASE)
_OFFSET = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")
_ACCENTS = str.maketrans("áäéèêíóöúûü", "aaeeeioouuu")


class AmbiguousDateError(ValueError):
    """Day and month could be each other, and nobody said which comes first."""


def moment(text: str, clock: str | None, order: str | None) -> str | None:
    """Return a date, or date and time, in ISO 8601 as `events.times.resolve` reads it; None if it is none.

    `clock` is the time of another column; `order` one of "dmy", "mdy" and "iso" for dates in numbers.

    :raises AmbiguousDateError: for "03/04/2026" without an order.
    """
    text = " ".join(text.split())
    day_text, rest = _parted(text)
    if day_text is None:
        return None
    day = _day(day_text, order)
    if day is None:
        return None
    if not rest and clock is not None and not _NO_CLOCK.fullmatch(clock):
        rest = " ".join(clock.split())
    if not rest:
        return day.isoformat()
    offset = _OFFSET.search(rest)
    found = _clock(rest[: offset.start()].strip() if offset is not None else rest)
    if found is None:
        return None
    return f"{day.isoformat()}T{found.isoformat()}{offset.group() if offset is not None else ''}"


def has_date(text: str) -> bool:
    """Tell whether a text begins with a date, so that it is more than a time."""
    return _parted(" ".join(text.split()))[0] is not None


def _parted(text: str) -> tuple[str | None, str]:
    """Return the date that a text begins with, and what follows it."""
    for pattern in (_ISO, _NUMBERS, _DAY_FIRST, _MONTH_FIRST):
        found = pattern.match(text)
        if found is not None:
            return found.group(), text[found.end() :].lstrip(" ,T").removeprefix("at ").strip()
    return None, text


def _day(text: str, order: str | None) -> date | None:
    iso = _ISO.fullmatch(text)
    numbers = _NUMBERS.fullmatch(text)
    try:
        if iso is not None:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if numbers is not None:
            return _of_numbers(int(numbers[1]), int(numbers[3]), numbers[4], numbers[2], order)
        first = _DAY_FIRST.fullmatch(text)
        if first is not None:
            return date(int(first[3]), _month(first[2]), int(first[1]))
        second = _MONTH_FIRST.fullmatch(text)
        return date(int(second[3]), _month(second[1]), int(second[2])) if second is not None else None
    except AmbiguousDateError:
        raise
    except ValueError:
        return None


def _of_numbers(first: int, second: int, year: str, mark: str, order: str | None) -> date:
    if order == "iso":
        raise ValueError("not ISO")
    if order is None:
        # Points stand between day, month and year in that order wherever points are used at all.
        if len(year) == 2 or (mark != "." and first <= 12 and second <= 12 and first != second):
            raise AmbiguousDateError
        order = "mdy" if second > 12 and mark != "." else "dmy"
    whole = int(year) if len(year) == 4 else 2000 + int(year)
    day, month = (second, first) if order == "mdy" else (first, second)
    return date(whole, month, day)


def _month(name: str) -> int:
    plain = name.lower().translate(_ACCENTS)
    known = _MONTHS.get(plain) or (_MONTHS.get(plain[:3]) if len(plain) >= 3 else None)
    if known is None:
        raise ValueError("no month")
    return known


def _clock(text: str) -> time | None:
    # "20:00 - 22:30": the first is the start.
    text = re.split(r"\s*(?:–|-|to|bis)\s*(?=\d)", text, maxsplit=1)[0].strip()
    found = _CLOCK.fullmatch(text)
    if found is None or (found[2] is None and found[4] is None and not text[-1:].isalpha()):
        return None
    hour, half = int(found[1]), (found[4] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(found[2] or 0), int(found[3] or 0))
    except ValueError:
        return None
