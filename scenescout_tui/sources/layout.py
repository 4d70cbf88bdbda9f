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
    (re.compile(rb"[^\n{}\[\]]*[,;\t][^\n{}\[\]]*\n"), "CSV"),
)
_FOREIGN_BINARY = (
    (re.compile(rb"SQLite format 3\x00"), "an SQLite database"),
    (re.compile(rb"%PDF-"), "PDF"),
)
# Texts hold none of these, but for a single one by mistake.
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b")
_CONTROLS_OF_A_MISTAKE = 8


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


def foreign(head: bytes) -> str | None:
    """Say in words what an input without JSON is instead; None if it may hold some."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    known = next((kind for pattern, kind in _FOREIGN_BINARY if pattern.match(text)), None)
    if known is None and _is_binary(text):
        return "this is binary data, no JSON"
    known = known or _foreign_text(text)
    return f"this is no JSON; it looks like {known}" if known is not None else None


def _is_binary(text: bytes) -> bool:
    """Tell data that nobody writes as text: one control character in twenty bytes, and no record in sight.

    A record with some in it is a damaged record, and a file may have lost only its start.
    """
    controls = len(text) - len(text.translate(None, _CONTROLS))
    if controls * 20 <= len(text) or (text[:1] in b"{[" and controls < _CONTROLS_OF_A_MISTAKE):
        return False
    return not any(isinstance(_read(line), dict) for line in text.splitlines() if line.lstrip()[:1] == b"{")


def _foreign_text(text: bytes) -> str | None:
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
