"""How files and feeds are read where they do not say it themselves; the words are those of the options."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from scenescout_tui.errors import ValidationError
from scenescout_tui.safe_text import clean

#: How far a repeating event is followed where nobody says it: this long after the day the run began.
SERIES_AHEAD = timedelta(days=365)
#: The orders in which a table may write day, month and year.
DATE_ORDERS = ("dmy", "mdy", "iso")

# A comma parts two pairs only where the next pair begins behind it: column names have commas of their own.
_NEXT_PAIR = re.compile(r",(?=\s*[A-Za-z_]+\s*=)")
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What an operator adds to inputs that do not say enough; all of it may stay unsaid.

    `map` pairs our fields with a table's columns (`("title", "Event name")`), `place` is where events without
    a place take place ("Canal Hall, Manchester"), `timezone` the IANA zone of times that name none, `dates`
    the order of "03/04/2026". Repeating events are followed from `series_from` to `series_until`; `today` is
    the day the run began, from which unsaid ends of this window are counted, so that a run that goes on reads
    the same.
    """

    map: tuple[tuple[str, str], ...] = ()
    place: str | None = None
    timezone: str | None = None
    dates: str | None = None
    series_from: date | None = None
    series_until: date | None = None
    today: date | None = None

    @classmethod
    def of(
        cls,
        *,
        map: str | Iterable[str] = (),
        place: str | None = None,
        timezone: str | None = None,
        dates: str | None = None,
        series_from: str | None = None,
        series_until: str | None = None,
    ) -> ReadOptions:
        """Read the options as they are typed: `map="title=Name,start=Date"`, days as 2026-11-23.

        :raises ValidationError: naming the option that cannot be read, and what it may be.
        """
        first, last = _day("series-from", series_from), _day("series-until", series_until)
        if first is not None and last is not None and last < first:
            raise _refused("series-until", f"{last} lies before --series-from {first}")
        return cls(
            map=_pairs([map] if isinstance(map, str) else list(map)),
            place=_text("place", place),
            timezone=_zone(timezone),
            dates=_order(dates),
            series_from=first,
            series_until=last,
        )

    @classmethod
    def from_recorded(cls, recorded: Mapping[str, Any]) -> ReadOptions:
        """Return the options of a run from what `recorded` gave; unknown keys and a missing record are
        fine.
        """

        def day(name: str) -> date | None:
            text = recorded.get(name)
            return date.fromisoformat(text) if text else None

        return cls(
            map=tuple((str(field), str(column)) for field, column in recorded.get("map") or ()),
            place=recorded.get("place"),
            timezone=recorded.get("timezone"),
            dates=recorded.get("dates"),
            series_from=day("series_from"),
            series_until=day("series_until"),
            today=day("today"),
        )

    def recorded(self) -> dict[str, Any]:
        """Return the options as plain JSON values; unsaid ones are left out."""
        found: dict[str, Any] = {"map": [list(pair) for pair in self.map]} if self.map else {}
        for name in ("place", "timezone", "dates"):
            if getattr(self, name) is not None:
                found[name] = getattr(self, name)
        for name in ("series_from", "series_until", "today"):
            if getattr(self, name) is not None:
                found[name] = getattr(self, name).isoformat()
        return found

    def starting(self, today: date) -> ReadOptions:
        """Return the options of a run that starts today; those of one that started before stay."""
        return self if self.today is not None else replace(self, today=today)

    @property
    def window(self) -> tuple[date, date]:
        """The first and the last day on which an occurrence of a repeating event may start."""
        today = self.today or date.today()
        first = self.series_from or min(today, self.series_until or today)
        return first, self.series_until or max(today, first) + SERIES_AHEAD


def _pairs(given: list[str]) -> tuple[tuple[str, str], ...]:
    from scenescout_tui.sources.tables.fields import FIELDS, known_field

    pairs: dict[str, str] = {}
    for part in (part for text in given for part in _NEXT_PAIR.split(text)):
        field, equals, column = (piece.strip() for piece in part.partition("="))
        if not equals or not column:
            raise _refused("map", f"write {field or 'it'!r} as FIELD=COLUMN, for example title=Name")
        known = known_field(field)
        if known is None:
            raise _refused("map", f"there is no field {field[:40]!r}; the fields are {', '.join(FIELDS)}")
        pairs[known] = column[:_LONGEST]
    return tuple(pairs.items())


def _text(option: str, given: str | None) -> str | None:
    if given is None:
        return None
    text = " ".join(clean(given).split())
    if not text or len(text) > _LONGEST:
        raise _refused(option, f"write one line of up to {_LONGEST} characters")
    return text


def _zone(given: str | None) -> str | None:
    if given is None:
        return None
    # Imported here, like the table's fields above: every door loads these options, few read anything.
    from scenescout_tui.events.times import zone

    known = zone(given.strip()) if given.strip() else None
    if known is None:
        raise _refused("timezone", "there is no time zone of this name; write it like Europe/London")
    return known.key


def _order(given: str | None) -> str | None:
    if given is not None and given.strip().lower() not in DATE_ORDERS:
        raise _refused("dates", f"write one of {', '.join(DATE_ORDERS)}")
    return given.strip().lower() if given is not None else None


def _day(option: str, given: str | None) -> date | None:
    if given is None:
        return None
    try:
        day = date.fromisoformat(given.strip())
    except ValueError:
        raise _refused(option, "write a day like 2026-11-23") from None
    if not 1900 <= day.year <= 2200:
        raise _refused(option, "write a day between 1900 and 2200")
    return day


def _refused(option: str, why: str) -> ValidationError:
    return ValidationError(option.replace("-", "_"), None, f"--{option}: {why}")
