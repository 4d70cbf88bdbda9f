"""A series as its single occurrences: rules followed, dates added and left out, members that were changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from scenescout_tui.events import quality
from scenescout_tui.sources.calendars.component import Component
from scenescout_tui.sources.calendars.properties import Property
from scenescout_tui.sources.calendars.repeating import OutOfWork, Rule, RuleError, Work
from scenescout_tui.sources.calendars.zones import Moment

#: The most occurrences of one series that are imported.
MAX_OCCURRENCES = 1_000

_END_OF_DAY = time(23, 59, 59)
_A_DAY = timedelta(days=1)


class Occurrence(NamedTuple):
    """One event of a feed: `name` tells it from others of its UID, None for one that does not repeat."""

    component: Component
    start: Moment
    name: str | None
    codes: tuple[str, ...] = ()


class Window(NamedTuple):
    """The first and the last day on which an occurrence of a series may start, in its own zone."""

    first: date
    last: date

    def holds(self, moment: Moment) -> bool:
        """Tell whether a time lies in it."""
        return self.first <= moment.wall.date() <= self.last


def name_of(moment: Moment) -> str:
    """Return the name of an occurrence: its planned start in one form, however the feed writes it."""
    if moment.day:
        return moment.wall.strftime("%Y%m%d")
    if moment.zone is None and moment.rules is None and not moment.utc:
        return moment.wall.strftime("%Y%m%dT%H%M%S")
    return moment.instant.strftime("%Y%m%dT%H%M%SZ")


def occurrences(members: Sequence[Component], window: Window, work: Work) -> Iterator[Occurrence]:
    """Yield the events of one UID: those of its series inside the window, with changed members in their
    place, and whatever does not repeat.

    All members have a start. Members that say the same thing come with the newest first.
    """
    masters = [one for one in members if one.original is None]
    changed = {
        name_of(one.original): one for one in sorted(members, key=_version) if one.original is not None
    }
    series = next((one for one in sorted(masters, key=_version, reverse=True) if one.repeats), None)
    if series is None:
        yield from _single(masters, changed)
        return
    yield from _followed(series, changed, window, work)
    for one in masters:
        if one is not series:
            yield from _another(one, series, window, work)


def _version(one: Component) -> tuple[int, str]:
    return one.version


def _single(masters: Sequence[Component], changed: dict[str, Component]) -> Iterator[Occurrence]:
    """Events that repeat a UID without being a series are told apart by their starts."""
    masters = sorted(masters, key=_version, reverse=True)
    starts = {name_of(one.start) for one in masters if one.start is not None}
    for one in masters:
        assert one.start is not None
        name = name_of(one.start)
        if name not in changed:
            yield Occurrence(one, one.start, name if len(starts) > 1 or changed else None)
    for name, one in changed.items():
        assert one.start is not None
        yield Occurrence(one, one.start, name)


def _another(one: Component, series: Component, window: Window, work: Work) -> Iterator[Occurrence]:
    """A second series, or event, under the UID of a series: an older version of it, or one of its own."""
    assert one.start is not None
    assert series.start is not None
    if name_of(one.start) == name_of(series.start):
        yield Occurrence(one, one.start, name_of(one.start))
    else:
        yield from _followed(one, {}, window, work)


def _followed(
    series: Component, changed: dict[str, Component], window: Window, work: Work
) -> Iterator[Occurrence]:
    assert series.start is not None
    changed = dict(changed)
    planned = list(_planned(series, window, work))
    for number, (start, codes) in enumerate(planned[:MAX_OCCURRENCES], 1):
        name = name_of(start)
        member = changed.pop(name, None) or changed.pop(start.wall.strftime("%Y%m%d"), None)
        if member is not None and member.start is not None:
            yield Occurrence(member, member.start, name)
            continue
        cut = number == MAX_OCCURRENCES < len(planned)
        yield Occurrence(series, start, name, (*codes, quality.SERIES_CUT) if cut else codes)
    # Members that were moved into the window, or belong to a rule that could not be followed.
    dropped = {name_of(one) for one in series.dropped}
    for name, member in changed.items():
        if member.start is not None and window.holds(member.start) and name not in dropped:
            yield Occurrence(member, member.start, name)


def _planned(series: Component, window: Window, work: Work) -> Iterator[tuple[Moment, tuple[str, ...]]]:
    """Yield the planned starts that the series does not leave out."""
    assert series.start is not None
    dropped = {name_of(one) for one in series.dropped}
    # A date leaves out whatever starts on it; of whole days only the date counts.
    days = {one.wall.date() for one in series.dropped if one.day or series.start.day}
    seen: set[str] = set()
    for start, codes in _starts(series, window, work):
        name = name_of(start)
        if name not in seen and name not in dropped and start.wall.date() not in days:
            seen.add(name)
            yield start, codes


def _starts(series: Component, window: Window, work: Work) -> Iterator[tuple[Moment, tuple[str, ...]]]:
    """Yield the planned starts inside the window, in order; codes say where the series was cut."""
    assert series.start is not None
    home = series.start
    first = datetime.combine(window.first, time())
    last = datetime.combine(window.last, _END_OF_DAY)
    walls = {wall for one in series.extra if first <= (wall := _at_home(one, home)) <= last}
    codes: tuple[str, ...] = ()
    ends: list[datetime | None] = []
    work.begin_series()
    for text in series.rules:
        try:
            rule = Rule(text)
            until = _until(rule, home)
            ends.append(until)
            for wall in rule.starts(home.wall, first, last, until, work):
                walls.add(wall)
                if len(walls) > MAX_OCCURRENCES + len(series.dropped):
                    break
        except OutOfWork:
            codes = (quality.SERIES_CUT,)
            # Nothing found is not nothing there.
            walls = walls or {home.wall}
        except RuleError:
            codes = (quality.SERIES_UNREAD,)
            walls = walls or {home.wall}
    # The first time belongs to the series even where the rule does not name it, unless the rule ended before.
    ended = bool(ends) and all(end is not None and end < home.wall for end in ends)
    if first <= home.wall <= last and not ended:
        walls.add(home.wall)
    ordered = sorted(walls)
    for wall in ordered:
        yield home.at(wall), codes if wall == ordered[-1] else ()


def _at_home(extra: Moment, home: Moment) -> datetime:
    """Return an added time in the wall time of its series."""
    if extra.day or home.day:
        clock = time() if home.day else home.wall.time()
        return datetime.combine(extra.wall.date(), clock)
    return home.wall_of(extra.instant)


def _until(rule: Rule, home: Moment) -> datetime | None:
    """Return a rule's end in the wall time of its series."""
    if rule.until is None:
        return None
    try:
        stamp = Property(rule.until, {}).stamps()[0]
    except (ValueError, IndexError):
        raise RuleError("UNTIL is no time") from None
    if stamp.day:
        return stamp.wall + _A_DAY - timedelta(seconds=1)
    if stamp.utc and not home.day:
        return home.wall_of(home._replace(wall=stamp.wall, utc=True).instant)
    # Of whole days only the day of their end counts.
    return datetime.combine(stamp.wall.date(), _END_OF_DAY) if home.day else stamp.wall
