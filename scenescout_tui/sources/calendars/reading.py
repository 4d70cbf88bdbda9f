"""From the bytes of a feed to one record for each occurrence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from scenescout_tui.sources.calendars.blocks import Block, Frame, blocks, is_calendar
from scenescout_tui.sources.calendars.component import Component, TimeError, component, end_of
from scenescout_tui.sources.calendars.repeating import Work
from scenescout_tui.sources.calendars.series import Occurrence, Window, occurrences
from scenescout_tui.sources.calendars.zones import Moment, Zones
from scenescout_tui.sources.document import Document, Piece, broken, record
from scenescout_tui.sources.layout import HEAD, foreign
from scenescout_tui.sources.read_options import ReadOptions

#: The most events of one document; no public calendar has a tenth of it.
MAX_EVENTS = 250_000
#: The longest event, in bytes, without the files inside of it. Longer ones would hold up everything else.
LONGEST_EVENT = 1024 * 1024
#: What `component` holds in every record of a feed.
MARK = "VEVENT"

_DAMAGED = "Ask whoever publishes the calendar to repair this event; the others are imported."
_SPLIT = "Split the calendar, or ask for a shorter period."
_ENCODING = "Ask for the calendar in UTF-8, or convert it (iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW)."
_FOREIGN = "Check the address or the file: it should begin with BEGIN:VCALENDAR."
_INLINE = re.compile(
    rb"^ATTACH;[^:\r\n]*BASE64[^:\r\n]*:.*(?:\r?\n[ \t].*)*+\r?\n", re.IGNORECASE | re.MULTILINE
)
# What reading foreign bytes with somebody else's library may raise beside what it is meant to.
_READING = (ValueError, AttributeError, TypeError, LookupError, OverflowError, RecursionError)


def read_calendar(document: Document, options: ReadOptions) -> Iterator[Piece]:
    """Yield the records of an iCalendar document, event by event in its order, a series where it first
    appears; see `DocumentReader`.

    An event whose bytes cannot be read becomes a piece with its error; an empty calendar has no records.
    """
    if not is_calendar(document.body):
        kind = foreign(document.body[:HEAD]) or "this is no JSON; it looks like something else"
        words = kind.replace("no JSON", "no iCalendar")
        yield broken(document.body[:1024], words, _FOREIGN)
        return
    reader = _Reader(document, options)
    found = list(islice(blocks(document.body), MAX_EVENTS + 1))
    for group in _groups(found[:MAX_EVENTS]):
        yield from reader.read(group)
    if len(found) > MAX_EVENTS:
        words = f"the calendar has more than {MAX_EVENTS:,} events; the rest was left out"
        yield broken(found[-1].data, words, _SPLIT)


def _groups(found: list[Block]) -> Iterator[list[Block]]:
    """Yield the events in order, those of one UID together where the first of them stands."""
    by_uid: dict[str, list[Block]] = {}
    for block in found:
        if block.uid and block.error is None:
            by_uid.setdefault(block.uid, []).append(block)
    for block in found:
        if not block.uid or block.error is not None:
            yield [block]
        elif block.uid in by_uid:
            yield by_uid.pop(block.uid)


class _Reader:
    def __init__(self, document: Document, options: ReadOptions) -> None:
        self._document = document
        self._options = options
        self._window = Window(*options.window)
        self._work = Work()
        self._zones: dict[int, Zones] = {}

    def read(self, group: list[Block]) -> Iterator[Piece]:
        members: list[Component] = []
        for block in group:
            found = self._component(block)
            if isinstance(found, Piece):
                yield found
            elif found.start is None:
                yield self._without_start(found)
            else:
                members.append(found)
        if not members:
            return
        try:
            seen = 0
            for occurrence in occurrences(members, self._window, self._work):
                seen += 1
                yield self._record(occurrence)
            if not seen:
                yield self._outside(members[0])
        except _READING:
            yield broken(members[0].data, "the event cannot be read: its times make no sense", _DAMAGED)

    def _component(self, block: Block) -> Component | Piece:
        if block.error is not None:
            return broken(block.data[:LONGEST_EVENT], block.error, _DAMAGED)
        data = _without_files(block.data)
        if len(data) > LONGEST_EVENT:
            return broken(
                data[:LONGEST_EVENT], "the event is longer than 1 MiB; only its start was kept", _DAMAGED
            )
        try:
            return component(data, self._zones_of(block.frame))
        except UnicodeDecodeError as error:
            bad = block.data[error.start]
            return broken(
                block.data, f"byte {error.start} of the event (0x{bad:02x}) is not UTF-8", _ENCODING
            )
        except TimeError as error:
            field = {"DTSTART": "start", "DTEND": "end"}.get(str(error), str(error).lower())
            return broken(block.data, f"{field}: {error} is no date and time", _DAMAGED, field)
        except _READING:
            return broken(block.data, "the event cannot be read", _DAMAGED)

    def _zones_of(self, frame: Frame) -> Zones:
        if id(frame) not in self._zones:
            self._zones[id(frame)] = Zones(frame, self._options.timezone)
        return self._zones[id(frame)]

    def _record(self, occurrence: Occurrence) -> Piece:
        one, start = occurrence.component, occurrence.start
        end = end_of(one, start)
        return record(
            {
                **self._common(one),
                "occurrence": occurrence.name,
                **_times("", start),
                **(_times("end_", end) if end is not None else {}),
                **one.content,
                "notes": list(dict.fromkeys((*start.codes, *occurrence.codes))),
            }
        )

    def _without_start(self, one: Component) -> Piece:
        return record({**self._common(one), **one.content})

    def _outside(self, one: Component) -> Piece:
        return record({**self._common(one), **one.content, "skip": "outside the window"})

    def _common(self, one: Component) -> dict[str, Any]:
        return {
            "component": MARK,
            "account": self._document.account,
            "page": self._document.url,
            "uid": one.uid,
            "series": one.repeats,
            "place": self._options.place,
        }


def _without_files(data: bytes) -> bytes:
    """Leave out files that stand inside of a long event; nobody looks at them."""
    return _INLINE.sub(b"", data) if LONGEST_EVENT // 8 < len(data) <= LONGEST_EVENT * 8 else data


def _times(prefix: str, moment: Moment) -> dict[str, Any]:
    name = "end" if prefix else "start"
    return {name: moment.text, f"{prefix}zone": moment.zone, f"{prefix}floating": moment.floating or None}
