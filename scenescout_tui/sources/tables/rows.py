"""The rows of a CSV text, whatever its delimiter, quotes and line ends."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
#: The longest cell, in characters.
_LONGEST_CELL = 1_000_000
_TRIED = 20


class Row(NamedTuple):
    """One row with the text that it was read from; `problem` says why it could not be read."""

    cells: list[str]
    text: str
    problem: str | None = None


class DecodeProblem(ValueError):
    """The bytes are no text; says where."""


def decoded(body: bytes) -> str:
    """Return a table's text: by its mark, as UTF-8, as UTF-16 that has none, else as Windows-1252, which
    spreadsheets still write.

    :raises DecodeProblem: when it is none of them.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    if body[1:2] == b"\x00" or body[:1] == b"\x00":
        return body.decode("utf-16-le" if body[1:2] == b"\x00" else "utf-16-be", "replace")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        if b"\x00" in body[:4096]:
            raise DecodeProblem(f"byte {error.start} (0x{body[error.start]:02x})") from None
        return body.decode("cp1252", "replace")


def delimiters_of(text: str) -> list[str]:
    """Return the delimiters that the first rows hold, the one that parts them most evenly first."""
    lines = [line for line in _QUOTED.sub("", text[:65_536]).splitlines() if line.strip()][:_TRIED]
    scores: dict[str, float] = {}
    for one in _DELIMITERS:
        counts = Counter(line.count(one) for line in lines)
        counts.pop(0, None)
        if counts:
            number, rows = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
            scores[one] = rows / len(lines) + min(number, 50) / 1_000
    return sorted(scores, key=lambda one: -scores[one])


def rows(text: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows that are not empty, and those that cannot be read."""
    # The limit holds for the whole process, so it is raised and never lowered again.
    if csv.field_size_limit() < _LONGEST_CELL:
        csv.field_size_limit(_LONGEST_CELL)
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row([], lines.taken(), "a cell is too long: its quotes may not close")
            continue
        row = Row(cells, lines.taken())
        if any(cell.strip() for cell in cells):
            yield row


class _Lines:
    """The lines of a text for the csv module, which remembers what a row was made of."""

    def __init__(self, text: str) -> None:
        # NUL ends what the csv module reads of a line, and no cell holds it on purpose.
        self._lines = iter(io.StringIO(text.replace("\x00", ""), newline=""))
        self._since: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._since.append(line)
        return line

    def taken(self) -> str:
        """Return the lines since the last row."""
        text = "".join(self._since)
        self._since.clear()
        return text
