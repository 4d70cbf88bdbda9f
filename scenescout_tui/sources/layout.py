"""How an input is laid out: lines, documents, or nothing we can read."""

from __future__ import annotations

import re
from typing import Any

import msgspec

#: How many bytes are looked at to tell lines from documents.
HEAD = 1024 * 1024

_LINES_TRIED = 5
_FOREIGN = (
    (re.compile(rb"\s*BEGIN:VCALENDAR", re.IGNORECASE), "iCalendar"),
    (re.compile(rb"\s*<!doctype html|\s*<html", re.IGNORECASE), "HTML"),
    (re.compile(rb"\s*<\?xml|\s*<[a-zA-Z][\w:-]*[\s>]"), "XML"),
    (re.compile(rb"SQLite format 3\x00"), "an SQLite database"),
    (re.compile(rb"%PDF-"), "PDF"),
    (re.compile(rb"[^\n{}\[\]]*[,;\t][^\n{}\[\]]*\n"), "CSV"),
)


class _Page(msgspec.Struct, gc=False):
    events: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    id: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    name: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    title: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_list = msgspec.json.Decoder(list[msgspec.Raw])
_page = msgspec.json.Decoder(_Page)


def whole_records(data: bytes) -> list[bytes] | None:
    """Return the records of an undamaged list, API page or single object; None for everything else.

    The quick way for inputs that fit into memory.
    """
    try:
        if data.lstrip()[:1] == b"[":
            records = [bytes(raw) for raw in _list.decode(data)]
            # A list of pages is for the cutter, which knows them.
            return None if any(record.find(b'"events"', 0, 4096) >= 0 for record in records) else records
        page = _page.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return None
    if isinstance(page.events, list) and page.id is page.name is page.title is msgspec.UNSET:
        return [bytes(raw) for raw in page.events]
    return [data.strip()]


def is_lines(head: bytes, complete: bool) -> bool:
    """Tell newline-delimited records from documents by an input's first lines.

    `complete` says that `head` is the whole input. A first line that is damaged does not hide good ones after
    it.
    """
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    if not complete and lines and not head.endswith(b"\n"):
        lines.pop()
    if not lines:
        return False
    lines = lines[:_LINES_TRIED]
    first = _read(lines[0])
    if isinstance(first, dict):
        return True
    if first is not None:
        return len(lines) > 1 and not isinstance(first, list)
    if lines[0][:1] not in (b"{", b"["):
        return any(isinstance(_read(line), dict) for line in lines[1:])
    # The first line opens a document, or is a damaged record: then the next ones stand alone.
    return (
        len(lines) > 1
        and lines[0][-1:] not in (b"[", b"{", b",", b":")
        and all(isinstance(_read(line), dict) for line in lines[1:3])
    )


def foreign_kind(head: bytes) -> str | None:
    """Say what an input without JSON is ("iCalendar", "CSV", "text"); None if it may hold some."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text or text[:1] in b'{["-0123456789' or text.startswith((b"true", b"false", b"null")):
        return None
    if re.search(rb"^[ \t]*[{\[]", text[:HEAD], re.MULTILINE) is not None and not text.startswith(b"<"):
        return None
    return next((kind for pattern, kind in _FOREIGN if pattern.match(text)), "text")


def _read(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
