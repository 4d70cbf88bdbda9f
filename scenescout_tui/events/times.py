"""Times of a source: UTC, the wall time as given, the zone, and how surely the zone is known."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple, TypedDict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from scenescout_tui.events import quality
from scenescout_tui.events.model import TzSource
from scenescout_tui.events.text import line

#: The longest text kept of a time as its source wrote it, in characters.
MAX_TEXT = 80

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# "2026-11-23 8:00 PM", as people and spreadsheets write it.
_TWELVE_HOURS = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ,]+(\d{1,2})(?::(\d{2}))?(?::(\d{2}))? ?([ap])\.?m\.?", re.IGNORECASE
)
_ONE_DIGIT_HOUR = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d:\d{2}.*)", re.DOTALL)
# ISO 8601: the end of a day is the midnight after it.
_END_OF_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]24:00(?::00)?(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)
# Python 3.11 accepts basic and week formats too; no source writes them, and "20261123" is more likely an id.
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?", re.DOTALL)
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_FULL_DAY = timedelta(hours=23)
_ONE_DAY = timedelta(days=1)
_LONG = timedelta(days=28)
# No clock is further from UTC.
_WEST, _EAST = timedelta(hours=-12), timedelta(hours=14)


class When(NamedTuple):
    """One point in time: `utc` aware, `local` the wall time in ISO 8601 (a date alone when `all_day`)."""

    utc: datetime
    local: str
    zone: str | None
    tz_source: TzSource
    all_day: bool = False
    codes: tuple[str, ...] = ()


class Span(NamedTuple):
    """An event's end, if it has a sensible one, and what was odd about its length."""

    ends_at: datetime | None
    end_local: str | None
    codes: tuple[str, ...] = ()


class TimeFields(TypedDict):
    """The fields of an `Event` that say when it is."""

    starts_at: datetime
    ends_at: datetime | None
    start_local: str
    end_local: str | None
    start_text: str | None
    end_text: str | None
    timezone: str | None
    tz_source: TzSource
    all_day: bool


def time_fields(start: When, length: Span, start_text: object, end_text: object) -> TimeFields:
    """Return a start and what `span` made of the end as the fields of an `Event`, with both as the source
    wrote them."""
    return TimeFields(
        starts_at=start.utc,
        ends_at=length.ends_at,
        start_local=start.local,
        end_local=length.end_local,
        start_text=None if start_text == start.local else as_written(start_text),
        end_text=None if end_text == length.end_local else as_written(end_text),
        timezone=start.zone,
        tz_source=start.tz_source,
        all_day=start.all_day,
    )


def as_written(*parts: object) -> str | None:
    """Return what a source wrote as a time, cleaned and at most `MAX_TEXT` long; None for no text at all."""
    text = " ".join(filter(None, map(line, parts)))
    return text[:MAX_TEXT] or None


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo | None:
    """Return the IANA zone of that name in any capitalisation, or None."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    known = _zones_by_lower_case().get(name.strip().lower().replace(" ", "_"))
    return ZoneInfo(known) if known is not None else None


def stated(utc: object, local: object, zone_name: object) -> When | None:
    """Read a time that a source gives as UTC, wall time and zone; any of them may be missing or wrong.

    UTC wins where the three disagree (TZ_MISMATCH). Returns None where there is neither UTC nor wall time.
    """
    if isinstance(utc, str) and isinstance(local, str) and isinstance(zone_name, str):
        return _stated(utc, local, zone_name)
    return _read(utc, local, zone_name)


@lru_cache(maxsize=4096)
def _stated(utc: str, local: str, zone_name: str) -> When | None:
    """Cached, because many events start at the same hours."""
    return _read(utc, local, zone_name)


def _read(utc: object, local: object, zone_name: object) -> When | None:
    tz = zone(zone_name) if isinstance(zone_name, str) and zone_name else None
    instant = parse(utc)
    if instant is None:
        return resolve(local, zone_name)
    if instant.tzinfo is not UTC:
        instant = _utc(instant)
    if tz is None:
        codes = (quality.TZ_UNKNOWN,) if zone_name else ()
        bare, wall = instant.replace(tzinfo=None), parse(local)
        shown = wall.replace(tzinfo=None) if wall is not None else bare
        if not _WEST <= shown - bare <= _EAST:
            shown, codes = bare, (*codes, quality.TZ_MISMATCH)
        return When(instant, shown.isoformat(), None, "offset_only", codes=codes)
    # Without what follows the wall time, the offset.
    wall_text = instant.astimezone(tz).isoformat()[: 26 if instant.microsecond else 19]
    if local == wall_text or local is None:
        return When(instant, wall_text, tz.key, "explicit")
    wall = parse(local)
    if wall is not None and wall.replace(tzinfo=None).isoformat() == wall_text:
        return When(instant, wall_text, tz.key, "explicit")
    return When(instant, wall_text, tz.key, "explicit", codes=(quality.TZ_MISMATCH,))


def resolve(value: object, zone_name: object = None) -> When | None:
    """Read one time: with an offset, or as wall time of a zone, or as a date (all-day); None if it is no
    time.

    A wall time without a zone is taken as UTC and flagged TZ_ASSUMED; an offset without a zone keeps its wall
    time and is `offset_only`.
    """
    moment = parse(value)
    if moment is None:
        return None
    tz = zone(zone_name) if isinstance(zone_name, str) and zone_name else None
    codes: tuple[str, ...] = (quality.TZ_UNKNOWN,) if zone_name and tz is None else ()
    if isinstance(value, str) and _DATE.fullmatch(value.strip()):
        return _whole_day(moment, tz, codes)
    if moment.tzinfo is None:
        return _wall(moment, tz, codes)
    instant = _utc(moment)
    if tz is None:
        return When(instant, moment.replace(tzinfo=None).isoformat(), None, "offset_only", codes=codes)
    there = instant.astimezone(tz)
    # UTC is how machines write any time; another offset than the zone has is a contradiction.
    if moment.utcoffset() and moment.utcoffset() != there.utcoffset():
        codes = (*codes, quality.TZ_MISMATCH)
    return When(instant, there.replace(tzinfo=None).isoformat(), tz.key, "explicit", codes=codes)


def parse(value: object) -> datetime | None:
    """Read an ISO 8601 date or time, with or without offset, also "2026-11-23 8:00 PM"; None for all else.

    Years before 1900 and after 2200 are placeholders for "unknown" ("0001-01-01", "9999-12-31").
    """
    if not isinstance(value, str):
        return None
    try:
        # The form nearly every record has; the checks below are for the rest.
        usual = len(value) in (19, 20) and value[10] == "T" and value[4] == "-"
        moment = datetime.fromisoformat(value) if usual else _parse_loosely(value.strip())
    except ValueError:
        return None
    return moment if moment is not None and _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def span(start: When, end: When | None, end_given: bool = False) -> Span:
    """Judge an event's end against its start; an end before the start is dropped and flagged.

    `end_given` says that the source named an end, so that an unreadable one is flagged.
    """
    if end is None:
        return Span(None, None, (quality.END_INVALID,) if end_given else ())
    # The end of an all-day event is its last day; the instant is the midnight after it.
    ends_at = end.utc + _ONE_DAY if end.all_day else end.utc
    length = ends_at - start.utc
    if length < timedelta(0):
        return Span(None, None, (quality.END_BEFORE_START,))
    codes: list[str] = [code for code in end.codes if code not in start.codes]
    if length > _ONE_DAY:
        codes.append(quality.LONG_RUNNING if length > _LONG else quality.MULTI_DAY)
    if length >= _FULL_DAY and not start.all_day and start.local.endswith("T00:00:00"):
        codes.append(quality.ALL_DAY_SUSPECTED)
    return Span(ends_at, end.local, tuple(codes))


def _parse_loosely(text: str) -> datetime | None:
    twelve = _TWELVE_HOURS.fullmatch(text)
    if twelve is not None:
        day, hour, minute, second, half = twelve.groups()
        if not 1 <= int(hour) <= 12:
            return None
        hours = int(hour) % 12 + (12 if half in "pP" else 0)
        return datetime.combine(date.fromisoformat(day), time(hours, int(minute or 0), int(second or 0)))
    midnight = _END_OF_DAY.fullmatch(text)
    if midnight is not None:
        return datetime.fromisoformat(f"{midnight[1]}T00:00{midnight[2] or ''}") + _ONE_DAY
    one_digit = _ONE_DIGIT_HOUR.fullmatch(text)
    if one_digit is not None:
        text = f"{one_digit[1]}T0{one_digit[2]}"
    return datetime.fromisoformat(text) if _ISO.fullmatch(text) else None


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _wall(moment: datetime, tz: ZoneInfo | None, codes: tuple[str, ...]) -> When:
    if tz is None:
        assumed = moment.replace(tzinfo=UTC)
        return When(assumed, moment.isoformat(), None, "assumed", codes=(*codes, quality.TZ_ASSUMED))
    first = moment.replace(tzinfo=tz).astimezone(UTC)
    second = moment.replace(tzinfo=tz, fold=1).astimezone(UTC)
    back = first.astimezone(tz).replace(tzinfo=None)
    if back != moment:
        codes = (*codes, quality.DST_GAP)
    elif first != second:
        codes = (*codes, quality.DST_FOLD)
    return When(first, back.isoformat(), tz.key, "explicit", codes=codes)


def _whole_day(midnight: datetime, tz: ZoneInfo | None, codes: tuple[str, ...]) -> When:
    start = _wall(midnight, tz, codes)
    # A midnight that does not exist (some zones change clocks at 0:00) is no flaw of a date.
    kept = tuple(code for code in start.codes if code not in (quality.DST_GAP, quality.DST_FOLD))
    return start._replace(local=midnight.date().isoformat(), all_day=True, codes=kept)


@lru_cache(maxsize=1)
def _zones_by_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}
