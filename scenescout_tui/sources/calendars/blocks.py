"""A feed cut into its events, without a look at what is in them: one broken event never ends the feed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_MARK = re.compile(rb"^(BEGIN|END):[ \t]*([A-Za-z0-9-]+)[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
# Unfolded: a line that starts with a blank goes on with the one before.
_UID = re.compile(rb"^UID(?:;[^:\r\n]*)?:(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_FOLD = re.compile(rb"\r?\n[ \t]")

_NO_END = "the event is cut off: END:VEVENT is missing"
_CALENDAR_NO_END = "the calendar is cut off: END:VCALENDAR is missing"


@dataclass(slots=True)
class Frame:
    """What a VCALENDAR says apart from its events: the lines of its own, and its VTIMEZONEs."""

    header: bytes = b""
    zones: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Block:
    """One VEVENT as it stands in the feed; `error` says what is wrong with it as a whole."""

    data: bytes
    frame: Frame
    uid: str = ""
    error: str | None = None


def is_calendar(body: bytes) -> bool:
    """Tell whether a document holds a calendar at all; an empty one does."""
    return any(mark[2].upper() in (b"VCALENDAR", b"VEVENT") for mark in _MARK.finditer(_in_lines(body)))


def blocks(body: bytes) -> Iterator[Block]:
    """Yield the events of a feed in order, damaged ones with their error.

    Several calendars in one document are fine; tasks, journals and alarms are passed over. The frames are
    complete only when all is cut, because a zone may be told of after the events that use it.
    """
    return _Cutter(_in_lines(body)).cut()


def _in_lines(body: bytes) -> bytes:
    """Old programs end lines with a return alone."""
    return body if b"\n" in body else body.replace(b"\r", b"\n")


class _Cutter:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self._frame = Frame()
        #: Whether a VCALENDAR is open, and where the event and the zone that are open begin.
        self._open = False
        self._event: int | None = None
        self._zone: int | None = None
        #: How deep inside other components we are, and where the calendar's own lines go on.
        self._depth = 0
        self._own = 0

    def cut(self) -> Iterator[Block]:
        for mark in _MARK.finditer(self._body):
            name, begins = mark[2].upper(), mark[1].upper() == b"BEGIN"
            if name == b"VCALENDAR":
                yield from self._calendar(mark, begins)
            elif name == b"VEVENT":
                yield from self._event_mark(mark, begins)
            elif self._event is None:
                self._other(mark, name, begins)
        yield from self._calendar_end(len(self._body))

    def _calendar(self, mark: re.Match[bytes], begins: bool) -> Iterator[Block]:
        yield from self._calendar_end(mark.start(), closed=not begins)
        if begins:
            self._frame, self._open, self._own = Frame(), True, mark.end()

    def _calendar_end(self, at: int, *, closed: bool = False) -> Iterator[Block]:
        if self._event is not None:
            yield Block(self._body[self._event : at], self._frame, error=_NO_END)
        elif self._depth == 0:
            self._frame.header += self._body[self._own : at]
        if self._open and not closed:
            yield Block(self._body[:at][-200:], self._frame, error=_CALENDAR_NO_END)
        self._event = self._zone = None
        self._depth, self._own, self._open = 0, at, False

    def _event_mark(self, mark: re.Match[bytes], begins: bool) -> Iterator[Block]:
        if begins:
            if self._event is not None:
                yield Block(self._body[self._event : mark.start()], self._frame, error=_NO_END)
            elif self._depth == 0:
                self._frame.header += self._body[self._own : mark.start()]
            self._event, self._depth = mark.start(), 0
        elif self._event is not None:
            data = self._body[self._event : mark.end()]
            yield Block(data, self._frame, _uid(data))
            self._event, self._own = None, mark.end()

    def _other(self, mark: re.Match[bytes], name: bytes, begins: bool) -> None:
        if begins:
            if self._depth == 0:
                self._frame.header += self._body[self._own : mark.start()]
                self._zone = mark.start() if name == b"VTIMEZONE" else None
            self._depth += 1
        elif self._depth:
            self._depth -= 1
            if self._depth == 0:
                if self._zone is not None:
                    self._frame.zones.append(self._body[self._zone : mark.end()])
                self._zone, self._own = None, mark.end()


def _uid(data: bytes) -> str:
    found = _UID.search(data)
    return _FOLD.sub(b"", found[1]).decode("utf-8", "replace").strip() if found is not None else ""
