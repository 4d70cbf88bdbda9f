"""A record as it came, to be read: JSON indented and coloured, anything else as text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from scenescout_tui.console.content import Row, Span, wrap
from scenescout_tui.console.formats import plural

#: Longer ones are shown up to here.
MOST = 200_000
#: What `wrap` takes at once without cutting it.
_PIECE = 4_000
_MEMBER = re.compile(r'("(?:[^"\\]|\\.)*"): (.*)')


def pretty(payload: bytes) -> str:
    """Give the text of a record: JSON indented, unless it is too long for it."""
    text = payload.decode("utf-8", "replace")
    if len(text) > MOST:
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def to_edit(payload: bytes) -> bytes:
    """Give a record as somebody edits it: indented where nothing of it is lost by that."""
    try:
        payload.decode()
        return pretty(payload).encode() + b"\n"
    except UnicodeError:
        return payload


def payload_rows(payload: bytes, columns: int, letter_id: str) -> list[Row]:
    """Give the rows of a record in so many cells, and say where the rest is if there is more."""
    text = pretty(payload)
    rows = [row for line in text[:MOST].split("\n") for row in _rows(line, columns)]
    if len(text) > MOST:
        more = plural(len(text) - MOST, "character")
        rows += [(), ((f"   {more} more: scenescout errors show {letter_id[-6:]}", "muted"),)]
    return rows


def _rows(line: str, columns: int) -> Iterator[Row]:
    text = line.lstrip(" ")
    indent = " " * min(3 + len(line) - len(text), columns // 2)
    room = max(8, columns - len(indent) - 2)
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)] or [""]
    member = _MEMBER.fullmatch(pieces[0])
    first: tuple[Span, ...] = ()
    if member is not None and len(member[1]) + 2 < room // 2:
        first = ((f"{member[1]}: ", "muted"),)
        pieces[0] = member[2]
    role = "accent" if pieces[0][:1] in "-0123456789tfn" and len(pieces) == 1 else ""
    taken = len(first[0][0]) if first else 0
    for piece in pieces:
        for part in wrap(piece, room - taken):
            yield ((indent, ""), *(first or ((" " * taken, ""),)), (part, role))
            first = ()
