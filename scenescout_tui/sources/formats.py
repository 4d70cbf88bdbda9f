"""What an input is: a calendar, JSON-LD or a page that holds it, a table, or JSON records."""

from __future__ import annotations

import re
from typing import Literal

from scenescout_tui.sources.document import DocumentReader
from scenescout_tui.sources.read_options import ReadOptions

Format = Literal["ics", "jsonld", "csv", "records"]

#: How much of an input is looked at.
LOOKED_AT = 64 * 1024

_CALENDAR = re.compile(rb"\s*BEGIN:\s*V(?:CALENDAR|EVENT)\b", re.IGNORECASE)
_LINKED = re.compile(
    rb'"@type"\s*:\s*\[?\s*"(?:https?://schema\.org/|schema:)?(?:[A-Z]\w*)?(?:Event|Festival|EventSeries)"'
    rb'|"@context"\s*:\s*\[?\s*"https?://(?:www\.)?schema\.org'
)
_PAGE = re.compile(rb"\s*<")
_MARK = b"\xef\xbb\xbf"


def format_of(head: bytes, content_type: str, options: ReadOptions) -> Format:
    """Tell an input by its first bytes; `content_type` is what its server calls it, a hint only."""
    start = head.removeprefix(_MARK)[:LOOKED_AT]
    if _CALENDAR.match(start) is not None:
        return "ics"
    if _PAGE.match(start) is not None and not start.lstrip().lower().startswith(b"<?xml"):
        return "jsonld"
    if start.lstrip()[:1] in (b"{", b"["):
        return "jsonld" if _LINKED.search(start) is not None else "records"
    if content_type.partition(";")[0].strip().lower() == "text/calendar":
        return "ics"
    from scenescout_tui.sources.tables.reading import could_be_table

    return "csv" if could_be_table(start, options) else "records"


def reader_of(kind: Format) -> DocumentReader | None:
    """Return the reader of whole documents of a format; None for JSON records, which are read as a stream.

    Each is imported where it is first used: the calendar library takes 60 ms.
    """
    if kind == "ics":
        from scenescout_tui.sources.calendars.reading import read_calendar

        return read_calendar
    if kind == "jsonld":
        from scenescout_tui.sources.linked.reading import read_linked

        return read_linked
    if kind == "csv":
        from scenescout_tui.sources.tables.reading import read_table

        return read_table
    return None
