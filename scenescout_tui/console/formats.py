"""Numbers, durations and times as a person reads them: separated thousands, always a unit."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenescout_tui.imports.snapshot import JobRow

_MINUTE = 60
_HOUR = 3600
_DAY = 86_400
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def count(number: int) -> str:
    """Give a whole number with separated thousands: ``9,120``."""
    return f"{number:,}"


def compact(number: int) -> str:
    """Give a number in at most four cells up to 999 million: ``9120``, ``12k``, ``182k``, ``1.2M``."""
    if number < 10_000:
        return str(number)
    if number < 999_500:
        return f"{number / 1000:.0f}k"
    return f"{number / 1_000_000:.1f}M" if number < 9_950_000 else f"{number / 1_000_000:.0f}M"


def rate(per_second: float) -> str:
    """Give a rate without its unit: one decimal below 10, whole above."""
    return f"{per_second:.1f}" if 0 < per_second < 9.95 else f"{per_second:,.0f}"


def duration(seconds: float) -> str:
    """Give a short span: ``0.4 ms``, ``41 ms``, ``1.2 s``, ``42 s``, ``4 min``, ``2 h 05 min``."""
    if seconds <= 0:
        return "0 ms"
    if seconds < 0.00095:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)} h {int(seconds % _HOUR // _MINUTE):02d} min"
    return f"{int(seconds // _DAY)} d {int(seconds % _DAY // _HOUR)} h"


def age(seconds: float) -> str:
    """Give the age of running work in seconds with one decimal, from a minute on as `duration` does."""
    return f"{max(0.0, seconds):.1f} s" if seconds < _MINUTE else duration(seconds)


def countdown(seconds: float) -> str:
    """Give what is left: ``42 s``, ``1:12``, ``2:05:00``."""
    whole = max(0, int(seconds + 0.5))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}:{whole % _MINUTE:02d}"
    return f"{whole // _HOUR}:{whole % _HOUR // _MINUTE:02d}:{whole % _MINUTE:02d}"


def percent(fraction: float) -> str:
    """Give a part of one in whole percent, rounded down: 100 % is said only when all is done."""
    return f"{int(min(1.0, max(0.0, fraction)) * 100)} %"


def clock(at: float, now: float | None = None) -> str:
    """Give the local time of an epoch second; with the date in front where ``now`` is another day."""
    if at <= 0:
        return ""
    then = time.localtime(at)
    text = time.strftime("%H:%M:%S", then)
    if now is None or time.localtime(now)[:3] == then[:3]:
        return text
    return time.strftime("%Y-%m-%d ", then) + text[:5]


def minute(at: float) -> str:
    """Give the local time of an epoch second without its seconds: ``12:41``."""
    return time.strftime("%H:%M", time.localtime(at)) if at > 0 else ""


def day_or_clock(at: float, now: float) -> str:
    """Give a time in at most eight cells: ``12:41:07`` today, ``22 Nov`` on another day."""
    if at <= 0:
        return ""
    then, today = time.localtime(at), time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("%H:%M:%S", then)
    return f"{then.tm_mday} {_MONTHS[then.tm_mon - 1]}"


def span(seconds: float) -> str:
    """Give how long something took in at most seven cells: ``7.0 s``, ``1:32``, ``2:05:00``."""
    return duration(seconds) if seconds < _MINUTE else countdown(seconds)


def plural(number: int, noun: str, many: str | None = None) -> str:
    """Give a number with its noun: ``1 error``, ``2,400 errors``, ``2 batches``."""
    return f"{count(number)} {noun if number == 1 else many or noun + 's'}"


def job_words(job: JobRow) -> str:
    """Give long work in a line: how far, and what is known of its end; afterwards what came of it."""
    if job.state != "running":
        return f"{job.title}: {job.result}"
    passed = job.done + job.skipped + job.failed
    far = count(passed) if job.total is None else f"{count(passed)} of {count(job.total)}"
    left = f", {countdown(job.eta)} left" if job.eta is not None else f", {rate(job.rate)}/s"
    return f"{job.title}: {far}{left}"
