"""Cutting a stream of bytes into records, byte for byte, in bounded memory, also where it is damaged.

Two cutters share one way of use: `feed` bytes, `close` at the end of the input, and take records with `cut`
until it returns None. `LineCutter` cuts at line ends; `DocumentCutter` follows the brackets of JSON lists,
pages and objects.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

#: The longest record accepted, in bytes.
MAX_RECORD = 32 * 1024 * 1024
#: How much is kept of a record beyond that.
KEPT_OF_TOO_LONG = 1024 * 1024
_CHUNK = 256 * 1024
_LONGEST_KEY = 100
_CONTEXT = 64
# Only this much of a line is searched for the list of an API page.
_PAGE_HEAD = 4096

_TOO_LONG = f"the record is longer than {MAX_RECORD // 1024 // 1024} MiB; only its start was kept"
_BLANKS = b" \t\r\n"
_GAP = re.compile(rb"(?:[\s,]|\xef\xbb\xbf)*")
_STRING = rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
# Up to and with the next bracket outside of strings. JSON strings hold no raw line breaks, so that a quote
# too many does damage no further than the end of its line.
_PLAIN = rb'[^"{}\[\]]*+(?:' + _STRING + rb'[^"{}\[\]]*+)*+'
_TO_PLAIN_END = re.compile(_PLAIN)
_TO_BRACKET = re.compile(_PLAIN + rb"[{}\[\]]")
_OPEN_STRING = re.compile(rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+\\?')
_FIRST_KEY = re.compile(rb"\{\s*(" + _STRING + rb")\s*:")
_MEMBER = re.compile(rb"[\s,]*(" + _STRING + rb")\s*:\s*")
_SCALAR = re.compile(_STRING + rb"|[^\s,\[\]{}]+")
_OWN_KEYS = frozenset((b'"id"', b'"name"', b'"title"'))
_CLOSER = {0x7B: 0x7D, 0x5B: 0x5D}
_LIST, _PAGE, _TAIL = "l", "p", "t"


class Cut(NamedTuple):
    """One record's bytes; `error` says why they cannot be one."""

    data: bytes
    error: str | None = None


class Cutter(Protocol):
    """What both cutters offer."""

    @property
    def offset(self) -> int:
        """Where the input goes on behind what was cut, in bytes from its start."""
        ...

    @property
    def wanted(self) -> int:
        """How many bytes are worth feeding next."""
        ...

    def feed(self, data: bytes) -> None:
        """Add the input's next bytes."""
        ...

    def close(self) -> None:
        """Tell that no more bytes will come."""
        ...

    def cut(self) -> Cut | None:
        """Return the next record; None when more bytes are needed, or at the end."""
        ...


class LineCutter:
    """Cuts newline-delimited JSON. A line that holds API pages gives the pages' records, one after another.

    `skip` records of the first such line are left out: they were cut before the position was saved.
    """

    def __init__(self, offset: int = 0, skip: int = 0) -> None:
        self._buffer = b""
        self._at = 0
        self._seen = 0
        self._base = offset
        self._closed = False
        self._inner: DocumentCutter | None = None
        self._line_start = offset
        self._lost = 0
        self._head = b""
        self.skip = 0
        self._to_skip = skip

    @property
    def offset(self) -> int:
        return self._line_start if self._inner is not None else self._base + self._at

    @property
    def wanted(self) -> int:
        return _wanted(len(self._buffer) - self._at)

    def feed(self, data: bytes) -> None:
        self._seen = len(self._buffer) - self._at
        self._base += self._at
        self._buffer = self._buffer[self._at :] + data
        self._at = 0

    def close(self) -> None:
        self._closed = True

    def cut(self) -> Cut | None:
        while True:
            if self._inner is not None:
                found = self._inner.cut()
                if found is None:
                    self._inner, self.skip = None, 0
                    continue
                self.skip += 1
                if self._to_skip:
                    self._to_skip -= 1
                    continue
                return found
            start = self._base + self._at
            line = self._next_line()
            if line is None:
                return None
            if self._lost:
                return self._too_long(line)
            line = line.strip(_BLANKS)
            if not line:
                continue
            if line.find(b'"events"', 0, _PAGE_HEAD) < 0:
                return _checked(line)
            self._line_start = start
            self._inner = DocumentCutter()
            self._inner.feed(line)
            self._inner.close()

    def _next_line(self) -> bytes | None:
        start = self._at
        end = self._buffer.find(b"\n", start + self._seen)
        self._seen = 0
        if end >= 0:
            self._at = end + 1
            return self._buffer[start:end]
        if self._closed:
            self._at = len(self._buffer)
            return self._buffer[start:] or (b"" if self._lost else None)
        self._seen = len(self._buffer) - start
        if self._seen > MAX_RECORD:
            self._head = self._head or self._buffer[start : start + KEPT_OF_TOO_LONG]
            self._lost += self._seen
            self._at, self._seen = len(self._buffer), 0
        return None

    def _too_long(self, rest: bytes) -> Cut:
        head, self._head, self._lost = self._head, b"", 0
        return Cut(head, _TOO_LONG)


class DocumentCutter:
    """Cuts JSON documents that follow one another: the elements of lists and of pages' `events`, and plain
    objects.

    Where a record is damaged (a bracket or quote too many or too few, the end of the input in its middle),
    its bytes up to the next start of a record become one `Cut` with an error. A start is an object that opens
    with the same key as the first record did, or stands on its own line as far to the right as the damaged
    one. `stack` tells the lists and pages that are open; with `offset` and `key` it is enough to go on later.
    """

    def __init__(self, offset: int = 0, stack: str = "", key: bytes = b"") -> None:
        self._buffer = b""
        self._base = offset
        self._at = 0
        self._closed = False
        self._scan_at = -1
        self._open = bytearray()
        self._broken: str | None = None
        self._lost = False
        self._start_of_next = re.compile(b"")
        self._search_at = 0
        self.stack = stack
        self.key = key

    @property
    def offset(self) -> int:
        return self._base + self._at

    @property
    def wanted(self) -> int:
        return _wanted(len(self._buffer) - self._at)

    def feed(self, data: bytes) -> None:
        # A little of what was cut stays: the indent before a record tells where others may start.
        done = max(0, self._at - _CONTEXT)
        self._buffer = self._buffer[done:] + data
        self._base += done
        self._scan_at = max(-1, self._scan_at - done)
        self._search_at = max(0, self._search_at - done)
        self._at -= done

    def close(self) -> None:
        self._closed = True

    def cut(self) -> Cut | None:
        while True:
            if self._broken is not None:
                return self._cut_broken()
            if self._lost and not self._find_again():
                return None
            if self._scan_at < 0:
                self._at = _after(_GAP, self._buffer, self._at)
                if self._at >= len(self._buffer):
                    return self._end() if self._closed else None
                if self._enters_or_leaves():
                    continue
                if self.stack[-1:] != _TAIL and self._buffer[self._at] not in _CLOSER:
                    return self._cut_scalar()
                self._scan_at = self._at
                self._open = bytearray(b"}" if self.stack[-1:] == _TAIL else b"")
            end = self._scan()
            if end >= 0:
                found = self._cut_value(end)
                if found is not None:
                    return found
            elif self._scan_at >= 0 and not self._enters_page(len(self._buffer)):
                return None

    def _enters_or_leaves(self) -> bool:
        """Step over the bracket of a list at the current place, if there is one."""
        byte, top = self._buffer[self._at], self.stack[-1:]
        if byte == 0x5B and not top:
            self.stack = _LIST
        elif byte == 0x5D and top == _LIST:
            self.stack = self.stack[:-1]
        elif byte == 0x5D and top == _PAGE:
            self.stack = self.stack[:-1] + _TAIL
        else:
            return False
        self._at += 1
        return True

    def _enters_page(self, end: int) -> bool:
        """Step into the `events` list of the object at the current place, if it is an API page."""
        if self.stack not in ("", _LIST) or self._buffer.find(b'"events"', self._at, end) < 0:
            return False
        inside = page_list(self._buffer, self._at)
        if inside < 0:
            return False
        self._at, self._scan_at = inside, -1
        self.stack += _PAGE
        return True

    def _cut_scalar(self) -> Cut | None:
        """Cut what is no object or list: a number or a text in a list, a whole line outside of lists."""
        end = _after(_SCALAR, self._buffer, self._at)
        if self._buffer[self._at] == 0x22 and (end - self._at < 2 or self._buffer[end - 1] != 0x22):
            # A text that is not closed here may be closed in what comes.
            end = max(end, _after(_OPEN_STRING, self._buffer, self._at))
        if not self.stack:
            newline = self._buffer.find(b"\n", end)
            end = newline if newline >= 0 else len(self._buffer)
        if end == len(self._buffer) and not self._closed and end - self._at <= MAX_RECORD:
            return None
        end = max(end, self._at + 1)
        data = self._buffer[self._at : end].strip(_BLANKS)
        self._at = end
        return _checked(
            data, "a closing bracket without its opening one" if data[:1] in (b"]", b"}") else None
        )

    def _cut_value(self, end: int) -> Cut | None:
        """Cut the object or list that ends at `end`; None if it was a page's tail, or a page to step into."""
        self._scan_at = -1
        if self.stack[-1:] == _TAIL:
            self._at, self.stack = end, self.stack[:-1]
            return None
        if self._enters_page(end):
            return None
        data = self._buffer[self._at : end]
        self._at = end
        if not self.key:
            self.key = _first_key(data)
        return _checked(data)

    def _scan(self) -> int:
        """Return the end of the value being scanned, or -1: it is broken, or its end is not in sight.

        A page that is broken inside its list is stepped into, so that the damage costs one record of it.
        """
        buffer, expected, at = self._buffer, self._open, self._scan_at
        while (found := _TO_BRACKET.match(buffer, at)) is not None:
            at = found.end()
            byte = buffer[at - 1]
            closer = _CLOSER.get(byte)
            if closer is not None:
                expected.append(closer)
            elif expected.pop() != byte:
                self._break("a closing bracket does not fit its opening one", at)
                return -1
            elif not expected:
                return at
        self._scan_at = at
        self._judge_rest(at)
        return -1

    def _judge_rest(self, at: int) -> None:
        """After the last bracket: wait for more, or say why no more can help."""
        text_end = _after(_OPEN_STRING, self._buffer, _after(_TO_PLAIN_END, self._buffer, at))
        if text_end < len(self._buffer):
            self._break("a text is not closed before the end of its line", at)
        elif self._closed:
            self._break("the input ends in the middle of this record", at)
        elif len(self._buffer) - self._at > MAX_RECORD:
            self._break(_TOO_LONG, at)

    def _break(self, why: str, at: int) -> None:
        """Note why the current value cannot go on behind `at`; a page whose list opens before that can."""
        if self._enters_page(at):
            return
        self._broken = why
        self._scan_at = -1
        if self.stack[-1:] == _TAIL:
            self.stack = self.stack[:-1]
        self._search_at = self._at + 1
        key = self.key or _first_key(self._buffer[self._at : self._at + 1024])
        starts = [rb"\{\s*" + re.escape(key) + rb"\s*:" if key else rb'\{\s*"']
        line = self._buffer[max(0, self._at - _CONTEXT) : self._at]
        indent = line[line.rfind(b"\n") + 1 :]
        if not indent.strip(b" \t") and (b"\n" in line or self.offset == len(indent)):
            starts.append(rb"(?<=\n" + indent + rb")\{")
        self._start_of_next = re.compile(b"|".join(starts))

    def _cut_broken(self) -> Cut | None:
        """Cut from the damaged record's start to where the next one starts."""
        end = self._next_start()
        if end < 0 and self._closed:
            end, self.stack = len(self._buffer), ""
        elif end < 0 and len(self._buffer) - self._at <= MAX_RECORD:
            return None
        self._lost = end < 0
        data = self._buffer[self._at : end if end >= 0 else None].rstrip(b"," + _BLANKS)
        why, self._broken = self._broken, None
        self._at = end if end >= 0 else self._search_at
        return _checked(data, why)

    def _find_again(self) -> bool:
        """After a damaged record longer than we keep: drop bytes up to the next start of a record."""
        end = self._next_start()
        if end < 0 and self._closed:
            end, self.stack = len(self._buffer), ""
        self._lost = end < 0
        self._at = end if end >= 0 else self._search_at
        return not self._lost

    def _next_start(self) -> int:
        for found in self._start_of_next.finditer(self._buffer, self._search_at):
            place = found.start()
            before = self._buffer[max(0, place - _CONTEXT) : place].rstrip(_BLANKS)[-1:]
            # An object behind a colon is a part of a record, not the next one.
            if before != b":":
                return place
        # A start may be cut in two by the end of the buffer.
        self._search_at = max(self._search_at, len(self._buffer) - 256)
        return -1

    def _end(self) -> Cut | None:
        if not self.stack:
            return None
        self.stack = ""
        return Cut(b"", "the input ends before its list is closed: records after this place are missing")


def _checked(data: bytes, why: str | None = None) -> Cut:
    if len(data) > MAX_RECORD:
        return Cut(data[:KEPT_OF_TOO_LONG], _TOO_LONG)
    return Cut(data, why)


def _after(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    found = pattern.match(data, at)
    return found.end() if found is not None else at


def _first_key(data: bytes) -> bytes:
    found = _FIRST_KEY.match(data)
    return found[1] if found is not None and len(found[1]) <= _LONGEST_KEY else b""


def _wanted(kept: int) -> int:
    """Read more at once while a long record grows, so that joining its parts stays cheap."""
    return min(max(_CHUNK, kept), 16 * _CHUNK)


def page_list(data: bytes, start: int = 0) -> int:
    """Return where the elements of the `events` list begin in the API page that opens at `start`, or -1.

    An object with an id, name or title of its own before that list is a record, not a page.
    """
    if data[start : start + 1] != b"{":
        return -1
    at = start + 1
    while (member := _MEMBER.match(data, at)) is not None:
        at = member.end()
        opens = data[at : at + 1]
        if member[1] == b'"events"' and opens == b"[":
            return at + 1
        if member[1] in _OWN_KEYS:
            return -1
        at = _value_end(data, at)
        if at < 0:
            return -1
    return -1


def _value_end(data: bytes, at: int) -> int:
    if data[at : at + 1] not in (b"{", b"["):
        return _after(_SCALAR, data, at) or -1
    depth = 0
    while (found := _TO_BRACKET.match(data, at)) is not None:
        at = found.end()
        depth += 1 if data[at - 1] in _CLOSER else -1
        if depth == 0:
            return at
    return -1
