"""One VEVENT read: its times with their zones, its repetition, and what it says about the event."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
from icalendar.prop import vDuration

from scenescout_tui.events.text import line
from scenescout_tui.sources.calendars.properties import Properties, Property, Stamp, listed
from scenescout_tui.sources.calendars.zones import Moment, Zones

_IMAGE = re.compile(r"https?://\S+\.(?:jpe?g|png|gif|webp)(?:\?\S*)?", re.IGNORECASE)
_ONE_DAY = timedelta(days=1)
# Longer than any event; beyond it the calendar of Python ends.
_LONGEST = timedelta(days=36_500)


class TimeError(ValueError):
    """A time of the event cannot be read; the text names the property."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long an event lasts: `nominal` in wall time ("until 22:00"), else in hours that pass."""

    span: timedelta
    nominal: bool


@dataclass(frozen=True, slots=True)
class Component:
    """A VEVENT; `start` None where it has none, `original` what its RECURRENCE-ID names."""

    data: bytes
    uid: str
    start: Moment | None
    end: Moment | None
    length: Length | None
    original: Moment | None
    rules: tuple[str, ...]
    extra: tuple[Moment, ...]
    dropped: tuple[Moment, ...]
    #: Which of two that say the same thing is the newer one.
    version: tuple[int, str]
    content: dict[str, Any]

    @property
    def repeats(self) -> bool:
        """Whether it is a series, or one of its members."""
        return bool(self.rules or self.extra or self.original is not None)


def component(data: bytes, zones: Zones) -> Component:
    """Read a VEVENT.

    :raises UnicodeDecodeError: where it is not UTF-8.
    :raises TimeError: when a time of it cannot be read.
    """
    own = Properties(data.decode())
    start = _moment(own, "DTSTART", zones)
    if start is not None and _is_all_day(own, start):
        start = start._replace(day=True, utc=False)
    end = _moment(own, "DTEND", zones)
    length = _length(own, start)
    summary = own.text("SUMMARY")
    return Component(
        data=data,
        uid=(own.text("UID") or "").strip() or _content_id(summary, start, own.text("LOCATION")),
        start=start,
        end=_last(start, end),
        length=length,
        original=_moment(own, "RECURRENCE-ID", zones),
        rules=tuple(rule.value for rule in own.all("RRULE") if rule.value.strip()),
        extra=_moments(own, "RDATE", zones),
        dropped=_moments(own, "EXDATE", zones),
        version=_version(own),
        content=_content(own, summary, zones),
    )


def _moment(own: Properties, name: str, zones: Zones) -> Moment | None:
    try:
        stamp = own.stamp(name)
    except ValueError:
        raise TimeError(name) from None
    return zones.moment(stamp) if stamp is not None else None


def _moments(own: Properties, name: str, zones: Zones) -> tuple[Moment, ...]:
    found: list[Stamp] = []
    for one in own.all(name):
        try:
            found += one.stamps()
        except ValueError:
            # One that cannot be read says nothing about the others.
            continue
    return tuple(zones.moment(stamp) for stamp in found)


def _is_all_day(own: Properties, start: Moment) -> bool:
    """Outlook marks all-day events that it writes from midnight to midnight."""
    flag = own.text("X-MICROSOFT-CDO-ALLDAYEVENT") or ""
    return flag.strip().upper() == "TRUE" and start.wall.time() == datetime.min.time()


def _last(start: Moment | None, end: Moment | None) -> Moment | None:
    """Return the end as we keep it: of whole days the last one, where iCalendar names the day after."""
    if start is None or end is None:
        return None
    if start.day:
        wall = end.wall
        last = wall - _ONE_DAY if wall.time() == datetime.min.time() else wall
        return start.at(max(start.wall, last.replace(hour=0, minute=0, second=0)))
    return end._replace(day=False)


def _length(own: Properties, start: Moment | None) -> Length | None:
    given = own.text("DURATION")
    if start is None or given is None:
        return None
    try:
        span = vDuration.from_ical(given.strip().upper())  # type: ignore[no-untyped-call]
    except (ValueError, OverflowError):
        return None
    if not timedelta(0) <= span <= _LONGEST:
        return None
    if start.day:
        return Length(max(timedelta(0), span - _ONE_DAY), nominal=True)
    return Length(span, nominal="T" not in given.upper())


def _version(own: Properties) -> tuple[int, str]:
    sequence = (own.text("SEQUENCE") or "").strip()
    changed = own.text("LAST-MODIFIED") or own.text("DTSTAMP") or ""
    return int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0, changed


def _content_id(summary: str | None, start: Moment | None, location: str | None) -> str:
    known = [line(summary), start.text if start is not None else None, line(location)]
    return sha256(msgspec.json.encode(known)).hexdigest()[:32]


def _content(own: Properties, summary: str | None, zones: Zones) -> dict[str, Any]:
    """Return what does not depend on times. DTSTAMP, SEQUENCE and LAST-MODIFIED stay out: some feeds write
    them anew at every look, and the record must not change with them.
    """
    geo = own.text("GEO")
    return {
        "summary": summary,
        "description": own.text("DESCRIPTION"),
        "html": _html(own),
        "location": own.text("LOCATION"),
        "conference": own.text("CONFERENCE"),
        "geo": [part.strip() for part in geo.split(";")][:2] if geo is not None else None,
        "url": own.text("URL"),
        "image": _image(own),
        "categories": [one for prop in own.all("CATEGORIES") for one in listed(prop.value)],
        "organizer": _organizer(own.first("ORGANIZER")),
        "status": "CANCELLED" if zones.method == "CANCEL" else own.text("STATUS"),
    }


def _html(own: Properties) -> str | None:
    described = own.first("X-ALT-DESC")
    if described is None or described.params.get("FMTTYPE", "text/html").lower() != "text/html":
        return None
    return described.text


def _image(own: Properties) -> str | None:
    for prop in (*own.all("IMAGE"), *own.all("ATTACH")):
        kind = prop.params.get("FMTTYPE", "").lower()
        if kind.startswith("image/") or (not kind and _IMAGE.fullmatch(prop.value.strip())):
            return prop.value.strip()
    return None


def _organizer(prop: Property | None) -> str | None:
    """The organiser's name; addresses are nobody's business."""
    name = prop.params.get("CN", "").strip() if prop is not None else ""
    return name if name and "@" not in name else None


def end_of(one: Component, start: Moment) -> Moment | None:
    """Return the end of an occurrence that starts at `start`."""
    own = one.start
    if one.length is not None:
        if one.length.nominal:
            return start.at(start.wall + one.length.span)
        return start._replace(wall=(start.instant + one.length.span).replace(tzinfo=None), utc=True)
    if own is None or one.end is None:
        # A whole day without an end ends with it (RFC 5545, 3.6.1).
        return start if start.day else None
    if start.wall == own.wall:
        return one.end
    if (own.zone, own.utc) == (one.end.zone, one.end.utc):
        return start.at(start.wall + (one.end.wall - own.wall))
    passed = start.instant + (one.end.instant - own.instant)
    return start._replace(wall=passed.astimezone(UTC).replace(tzinfo=None), utc=True)
