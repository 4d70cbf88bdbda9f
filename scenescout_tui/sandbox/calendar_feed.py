"""A house's programme as an iCalendar feed (RFC 5545): folded, escaped, with its own VTIMEZONE, and odd where
feeds are.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count

from scenescout_tui.sandbox.happenings import Happening, happening

#: Single events, beside the recurring, the cancelled, the all-day and the odd ones.
SINGLE_EVENTS = 16

_FIRST = 6_000_000
_CITY = "Berlin"
_ZONE = "Europe/Berlin"
_LINE = 75  # octets, RFC 5545 section 3.1
_VTIMEZONE = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE"""


def calendar(seed: int, today: date, *, broken: bool, version: int = 0) -> bytes:
    """Return the feed; each `version` of it has its first event an hour later, and a new DTSTAMP.

    With `broken` there are a component without UID and one whose start is no date.
    """
    stamp = datetime.combine(today, time(6)) + timedelta(minutes=version)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Northlight//Programme//EN",
        "X-WR-CALNAME:Northlight",
    ]
    lines += [f"X-WR-TIMEZONE:{_ZONE}", *_VTIMEZONE.splitlines()]
    for number, item in enumerate(_items(seed, today)):
        moved = timedelta(hours=version) if number == 0 else timedelta()
        times = [f"DTSTART;TZID={_ZONE}:{_wall(item.start + moved)}"]
        if item.end is not None:
            times.append(f"DTEND;TZID={_ZONE}:{_wall(item.end + moved)}")
        if moved:
            times.append(f"SEQUENCE:{version}")
        uid = f"{item.number}@northlight.example"
        lines += _component(uid, stamp, item.title, [*times, *_about(item)])
    for component in _odd(today, stamp, broken=broken):
        lines += component
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _items(seed: int, today: date) -> list[Happening]:
    numbers = count(_FIRST)
    found: list[Happening] = []
    while len(found) < SINGLE_EVENTS:
        item = happening(next(numbers), seed, today)
        if item.series is None and item.venue is not None and item.venue.city.name == _CITY:
            found.append(item)
    return found


def _about(item: Happening) -> list[str]:
    lines = [f"DESCRIPTION:{_text(item.blurb)}", f"CATEGORIES:{item.kind.upper()}"]
    if item.venue is not None:
        venue = item.venue
        lines.append(f"LOCATION:{_text(f'{venue.name}, {venue.address}, {venue.postal} {venue.city.name}')}")
        lines.append(f"GEO:{venue.latitude};{venue.longitude}")
    lines.append(f"URL:https://northlight.example/programme/{item.number}")
    lines.append("STATUS:CANCELLED" if item.cancelled else "STATUS:CONFIRMED")
    return lines


def _odd(today: date, stamp: datetime, *, broken: bool) -> list[list[str]]:
    """What feeds have beside plain events, with days counted from today."""
    monday = today + timedelta(days=7 - today.weekday())
    first = datetime.combine(monday, time(19, 30))
    long, weekly = timedelta(hours=2), "choir@northlight.example"

    def at(moment: datetime, zone: str = _ZONE) -> str:
        return f"DTSTART;TZID={zone}:{_wall(moment)}"

    found = [
        _component(weekly, stamp, "Open Choir; everyone sings", [
            at(first), f"DTEND;TZID={_ZONE}:{_wall(first + long)}", "RRULE:FREQ=WEEKLY;COUNT=8",
            f"EXDATE;TZID={_ZONE}:{_wall(first + timedelta(weeks=2))}", "LOCATION:Salon Morgenrot",
        ]),
        _component(weekly, stamp, "Open Choir, an hour later", [
            f"RECURRENCE-ID;TZID={_ZONE}:{_wall(first + timedelta(weeks=4))}",
            at(first + timedelta(weeks=4, hours=1)), "DURATION:PT2H", "LOCATION:Salon Morgenrot",
        ]),
        _component("fair@northlight.example", stamp, "Zine Fair (three days)", [
            f"DTSTART;VALUE=DATE:{_day(monday + timedelta(days=11))}",
            f"DTEND;VALUE=DATE:{_day(monday + timedelta(days=14))}", "LOCATION;LANGUAGE=de:Halle Siebzehn",
        ]),
        _component("off@northlight.example", stamp, "Night Ferry (called off)", [
            at(first + timedelta(days=3)), "DURATION:PT3H", "STATUS:CANCELLED",
        ]),
        _component("windows@northlight.example", stamp, "Exported From an Office", [
            at(first + timedelta(days=9), "W. Europe Standard Time"), "LOCATION:Kulturhaus Lindenhof",
        ]),
        _component("utc@northlight.example", stamp, "Said in UTC", [
            f"DTSTART:{_wall(first + timedelta(days=10))}Z", "LOCATION:https://stream.example.org/said-in-utc",
        ]),
    ]  # fmt: skip
    if broken:
        found.append(_component(None, stamp, "Nobody gave this an id", [at(first + timedelta(days=12))]))
        found.append(_component("when@northlight.example", stamp, "When is this?", ["DTSTART:next Tuesday"]))
    return found


def _component(uid: str | None, stamp: datetime, title: str, lines: list[str]) -> list[str]:
    own = [] if uid is None else [f"UID:{uid}"]
    head = ["BEGIN:VEVENT", *own, f"DTSTAMP:{_wall(stamp)}Z", f"SUMMARY:{_text(title)}"]
    return [*head, *lines, "END:VEVENT"]


def _wall(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%S")


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def _text(text: str) -> str:
    r"""Escape a TEXT value: \\, \;, \, and \n (RFC 5545 section 3.3.11)."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """Return a content line with its end, folded so that no line is longer than 75 octets and no character is
    cut.
    """
    lines, current = [], b""
    for char in line:
        octets = char.encode()
        if len(current) + len(octets) > _LINE:
            lines.append(current)
            current = b" "
        current += octets
    return b"\r\n".join([*lines, current]) + b"\r\n"
