"""The zone of each time of a feed: its own, told by name, by rules of the feed, or by the calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from scenescout_tui.events import quality
from scenescout_tui.events.times import zone
from scenescout_tui.sources.calendars.blocks import Frame
from scenescout_tui.sources.calendars.properties import Properties, Stamp
from scenescout_tui.sources.calendars.repeating import OutOfWork, Rule, RuleError, Work

_WINDOWS = {name.lower(): known for name, known in WINDOWS_TO_OLSON.items()}
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2}):?(\d{2})?")
_YEAR = timedelta(days=366)


class Observance(NamedTuple):
    """One STANDARD or DAYLIGHT part of a VTIMEZONE."""

    start: datetime
    before: timedelta
    after: timedelta
    rule: Rule | None


@dataclass(slots=True)
class ZoneRules:
    """A zone that only the feed itself knows."""

    observances: tuple[Observance, ...]
    #: What all zones of a calendar may cost together.
    work: Work
    _onsets: dict[tuple[int, int], datetime | None] = field(default_factory=dict)

    def offset(self, wall: datetime) -> timedelta:
        """Return the offset from UTC that holds at a wall time."""
        begun = [(onset, one) for n, one in enumerate(self.observances) if (onset := self._onset(n, wall))]
        if not begun:
            return min(self.observances, key=lambda one: one.start).before
        return max(begun, key=lambda pair: pair[0])[1].after

    def _onset(self, number: int, wall: datetime) -> datetime | None:
        """Return when an observance last began before `wall`."""
        one = self.observances[number]
        if one.start > wall:
            return None
        if one.rule is None:
            return one.start
        for year in (wall.year, wall.year - 1):
            onset = self._of_year(number, year)
            if onset is not None and onset <= wall:
                return onset
        return one.start

    def _of_year(self, number: int, year: int) -> datetime | None:
        if (number, year) not in self._onsets:
            one = self.observances[number]
            assert one.rule is not None
            self.work.begin_series()
            first, last = datetime(year, 1, 1), datetime(year, 12, 31, 23, 59, 59)
            try:
                found = list(one.rule.starts(one.start, first, last, _until(one.rule), self.work))
            except (OutOfWork, RuleError):
                found = []
            self._onsets[number, year] = found[-1] if found else None
        return self._onsets[number, year]


class Moment(NamedTuple):
    """A time of a feed with its zone, as far as that is known: an IANA name, or rules of the feed's own."""

    wall: datetime
    day: bool = False
    zone: str | None = None
    rules: ZoneRules | None = None
    #: Written in UTC; `zone` is then only where it is shown.
    utc: bool = False
    #: The time names no zone; the calendar's, the operator's or none was taken.
    floating: bool = False
    codes: tuple[str, ...] = ()

    @property
    def instant(self) -> datetime:
        """The time in UTC; one whose zone nobody knows is taken as UTC."""
        if self.utc:
            return self.wall.replace(tzinfo=UTC)
        if self.zone is not None:
            return self.wall.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
        offset = self.rules.offset(self.wall) if self.rules is not None else timedelta(0)
        return (self.wall - offset).replace(tzinfo=UTC)

    def at(self, wall: datetime) -> Moment:
        """Return another wall time of the same zone."""
        return self._replace(wall=wall)

    def wall_of(self, instant: datetime) -> datetime:
        """Return the wall time in this moment's zone of a time in UTC."""
        plain = instant.replace(tzinfo=None)
        if self.utc:
            return plain
        if self.zone is not None:
            return instant.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        if self.rules is None:
            return plain
        return plain + self.rules.offset(plain + self.rules.offset(plain))

    @property
    def text(self) -> str:
        """The time for a record: a date, a wall time, or one with its offset."""
        if self.day:
            return self.wall.date().isoformat()
        if self.utc:
            return f"{self.wall.isoformat()}Z"
        if self.rules is not None:
            return self.wall.isoformat() + _shown(self.rules.offset(self.wall))
        return self.wall.isoformat()


class Zones:
    """The zones of one calendar. Each property has its own; nothing is remembered between calendars."""

    def __init__(self, frame: Frame, preset: str | None) -> None:
        header = Properties(frame.header.decode("utf-8", "replace"))
        self._rules: dict[str, ZoneRules | None] = {}
        self._work = Work(document=400_000, series=2_000)
        self._named: dict[str, str | None] = {}
        for data in frame.zones:
            self._read(data.decode("utf-8", "replace"))
        calendar = header.text("X-WR-TIMEZONE")
        own = self._name(calendar.strip()) if calendar is not None else None
        self.method = (header.text("METHOD") or "").strip().upper()
        #: The zone of times that name none, and whether it was only guessed: the one zone the feed tells of.
        self._default = own or preset
        self._default_rules: ZoneRules | None = None
        self._guessed = self._default is None and len(self._named) == 1
        if self._guessed:
            only = next(iter(self._named))
            self._default, self._default_rules = self._named[only], self._rules.get(only)

    def moment(self, stamp: Stamp) -> Moment:
        """Return a time of the calendar with its zone."""
        if stamp.utc:
            return Moment(stamp.wall, zone=None if self._guessed else self._default, utc=True)
        tzid = stamp.tzid.partition(",")[0].strip(" \"'") if stamp.tzid else ""
        name = self._name(tzid) if tzid else None
        if name is not None:
            return Moment(stamp.wall, stamp.day, name)
        if tzid and (rules := self._rules.get(tzid)) is not None:
            return Moment(stamp.wall, stamp.day, rules=rules, codes=(quality.TZ_UNKNOWN,))
        codes = (quality.TZ_UNKNOWN,) if tzid else ()
        if self._guessed:
            codes = (*codes, quality.TZ_ASSUMED)
        return Moment(stamp.wall, stamp.day, self._default, self._default_rules, floating=True, codes=codes)

    def _name(self, tzid: str) -> str | None:
        """Return the IANA name that a TZID means: itself, of Windows, behind a vendor's prefix, or as its own
        VTIMEZONE says.
        """
        known = zone(tzid) if tzid else None
        if known is not None:
            return known.key
        if (windows := _WINDOWS.get(tzid.lower())) is not None:
            return windows
        parts = tzid.strip("/").split("/")
        for start in range(1, len(parts)):
            known = zone("/".join(parts[start:]))
            if known is not None:
                return known.key
        return self._named.get(tzid)

    def _read(self, text: str) -> None:
        own = Properties(text)
        tzid = (own.text("TZID") or "").strip(" \"'")
        if not tzid:
            return
        location = own.text("X-LIC-LOCATION")
        self._named[tzid] = self._name(tzid) or (self._name(location.strip()) if location else None)
        if self._named[tzid] is None:
            found = tuple(one for part in _parts(text) if (one := _observance(Properties(part))) is not None)
            self._rules[tzid] = ZoneRules(found, self._work) if found else None


def _parts(text: str) -> list[str]:
    return re.findall(
        r"^BEGIN:(?:STANDARD|DAYLIGHT)\s.*?^END:(?:STANDARD|DAYLIGHT)", text, re.I | re.M | re.S
    )


def _observance(part: Properties) -> Observance | None:
    try:
        start = part.stamp("DTSTART")
        rule = part.first("RRULE")
        before, after = _offset(part.text("TZOFFSETFROM")), _offset(part.text("TZOFFSETTO"))
        if start is None or after is None:
            return None
        wanted = Rule(rule.value) if rule is not None else None
    except ValueError:
        return None
    return Observance(start.wall, before if before is not None else after, after, wanted)


def _offset(text: str | None) -> timedelta | None:
    found = _OFFSET.fullmatch(text.strip()) if text is not None else None
    if found is None or int(found[2]) > 14 or int(found[3]) > 59:
        return None
    length = timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=int(found[4] or 0))
    return -length if found[1] == "-" else length


def _until(rule: Rule) -> datetime | None:
    """The end of an observance; a few hours more or less do not matter there."""
    try:
        return datetime.strptime(rule.until[:8], "%Y%m%d") + timedelta(days=1) if rule.until else None
    except ValueError:
        return None


def _shown(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
