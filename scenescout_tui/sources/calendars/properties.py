"""The properties of one component, as they were written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from icalendar.parser import Contentline, Contentlines

_MOMENT = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}):?(\d{2}):?(\d{2})?(?:\.\d*)?(Z)?)?", re.IGNORECASE
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_UNESCAPED_COMMA = re.compile(r"(?<!\\),")


class Stamp(NamedTuple):
    """A time as it was written: its wall time, and what the property says of its zone."""

    wall: datetime
    #: A date alone.
    day: bool = False
    utc: bool = False
    tzid: str | None = None


class Property(NamedTuple):
    """One content line."""

    value: str
    #: Names in capitals; a parameter that is given twice keeps its first value.
    params: dict[str, str]

    @property
    def text(self) -> str:
        """The value as TEXT: escapes resolved."""
        return unescaped(self.value)

    def stamps(self) -> list[Stamp]:
        """Return the times of the value, a comma list; periods give their start.

        :raises ValueError: when one of them is no time.
        """
        tzid = self.params.get("TZID")
        return [
            _stamp(part.partition("/")[0].strip(), tzid) for part in self.value.split(",") if part.strip()
        ]


class Properties:
    """The properties of a component by name in capitals; those of components inside it are left out."""

    def __init__(self, text: str) -> None:
        self._by_name: dict[str, list[Property]] = {}
        for name, found in _lines(text):
            self._by_name.setdefault(name, []).append(found)

    def all(self, name: str) -> list[Property]:
        """Return every property of that name, in order."""
        return self._by_name.get(name, [])

    def first(self, name: str) -> Property | None:
        """Return the first property of that name."""
        found = self._by_name.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str | None:
        """Return the first property of that name as text, None where there is none or it is blank."""
        found = self.first(name)
        return found.text if found is not None and found.value.strip() else None

    def stamp(self, name: str) -> Stamp | None:
        """Return the first property of that name as a time; None where there is none.

        :raises ValueError: when it is no time.
        """
        found = self.first(name)
        stamps = found.stamps() if found is not None else []
        return stamps[0] if stamps else None


def unescaped(value: str) -> str:
    """Resolve the escapes of a TEXT value (RFC 5545, 3.3.11)."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def listed(value: str) -> list[str]:
    """Return the texts of a comma list whose own commas are escaped."""
    return [unescaped(part).strip() for part in _UNESCAPED_COMMA.split(value) if part.strip()]


def _lines(text: str) -> Iterator[tuple[str, Property]]:
    inside: list[str] = []
    for line in Contentlines.from_ical(text):  # type: ignore[no-untyped-call]
        found = _split(line) if line else None
        if found is None:
            continue
        name, prop = found
        if name == "BEGIN":
            inside.append(prop.value.strip().upper())
        elif name == "END":
            inside = inside[:-1]
        elif len(inside) <= 1:
            yield name, prop


def _split(line: Contentline) -> tuple[str, Property] | None:
    """Split a content line; None for one that is no property, as some feeds break their texts."""
    try:
        name, params, value = line.raw_parts()
        if not value and '"' in line:
            # A quote that is never closed, or too late, hides the value.
            unquoted = Contentline(line.replace('"', ""))  # type: ignore[no-untyped-call]
            name, params, value = unquoted.raw_parts()
    except (ValueError, IndexError):
        return None
    plain = {
        str(key).upper(): str(one if isinstance(one, str) else one[0]) for key, one in params.items() if one
    }
    return name.upper(), Property(str(value), plain)


def _stamp(text: str, tzid: str | None) -> Stamp:
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError("not a date and time")
    year, month, day, hour, minute, second, utc = found.groups()
    if hour is None:
        return Stamp(datetime(int(year), int(month), int(day)), day=True)
    # A leap second is the second before it.
    wall = datetime(int(year), int(month), int(day), int(hour), int(minute), min(int(second or 0), 59))
    return Stamp(wall, utc=utc is not None, tzid=None if utc is not None else tzid)
