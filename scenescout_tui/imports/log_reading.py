"""The log read a page at a time, in both directions, across the files it is rotated into.

A line's key is its file and its place in it. A file is known by its inode, which stays when it is renamed,
and by its first line: the inode of a file that is gone is given to another.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Any

from scenescout_tui.imports.log_commands import LEVELS, LogFilters, LogLine
from scenescout_tui.log_file import KEPT_FILES
from scenescout_tui.paging import Page, Window
from scenescout_tui.safe_text import for_log

#: Lines that one question looks at, at most.
BOUND = 5_000
_BLOCK = 64 * 1024
#: Bytes of a line that are read; no line of ours is as long.
_LONGEST = 256 * 1024
_RANKS = {**{level: rank for rank, level in enumerate(LEVELS)}, "critical": len(LEVELS)}

_Place = tuple[int, int]


def read_log(path: Path, filters: LogFilters, window: Window) -> Page[LogLine]:
    """Read the lines of a window, the oldest first; a log that is not there has none.

    Raises: OSError where a file cannot be read.
    """
    rows: list[LogLine] = []
    looked, resume = 0, None
    more = False
    with ExitStack() as stack:
        files = _open_all(path, stack)
        for (file_id, offset), raw in _walk(files, window):
            if len(rows) == window.limit:
                more = True
                break
            if looked == BOUND:
                more, resume = True, _key(file_id, offset)
                break
            looked += 1
            line = _read(_key(file_id, offset), raw)
            if _passes(line, filters):
                rows.append(line)
    if window.back:
        rows.reverse()
    return Page(tuple(rows), more, looked, resume)


def _open_all(path: Path, stack: ExitStack) -> list[tuple[int, BufferedReader]]:
    """Open the log and what it was rotated into, the oldest first."""
    files: list[tuple[int, BufferedReader]] = []
    for name in [*(f"{path}.{number}" for number in range(KEPT_FILES, 0, -1)), str(path)]:
        try:
            file = stack.enter_context(Path(name).open("rb"))  # noqa: SIM115 - the stack closes it
        except FileNotFoundError:
            continue
        file_id = os.fstat(file.fileno()).st_ino << 32 | zlib.crc32(file.readline(_LONGEST))
        # Rotated between two looks: the same file under its next name.
        if all(file_id != known for known, _ in files):
            files.append((file_id, file))
    return files


def _walk(files: list[tuple[int, BufferedReader]], window: Window) -> Iterator[tuple[_Place, bytes]]:
    """Give complete lines from a window's beginning on, in its direction."""
    if window.back:
        yield from _walk_back(files, window)
        return
    found = _find(files, window.at)
    first, offset = found or (0, 0)
    for place, (file_id, file) in enumerate(files[first:]):
        lines = _forward(file, offset if place == 0 else 0)
        if place == 0 and found is not None and not window.including:
            next(lines, None)
        yield from (((file_id, at), raw) for at, raw in lines)


def _walk_back(files: list[tuple[int, BufferedReader]], window: Window) -> Iterator[tuple[_Place, bytes]]:
    place, end = len(files), 0
    if window.at is not None:
        found = _find(files, window.at)
        if found is None:
            return  # it was older than all that is here
        place, end = found
        file_id, file = files[place]
        if window.including:
            yield from (((file_id, at), raw) for at, raw in islice(_forward(file, end), 1))
        yield from (((file_id, at), raw) for at, raw in _backward(file, end))
    for file_id, file in reversed(files[:place]):
        yield from (((file_id, at), raw) for at, raw in _backward(file, file.seek(0, os.SEEK_END)))


def _find(files: list[tuple[int, BufferedReader]], key: str | None) -> tuple[int, int] | None:
    """Give the file's number and the offset of a key; None without one, or where its file is gone."""
    if key is not None:
        file_id, offset = (int(part) for part in key.split("-"))
        for place, (known, _) in enumerate(files):
            if known == file_id:
                return place, offset
    return None


def _forward(file: BufferedReader, start: int) -> Iterator[tuple[int, bytes]]:
    file.seek(start)
    at = start
    while raw := file.readline(_LONGEST):
        if not raw.endswith(b"\n") and len(raw) < _LONGEST:
            return  # being written
        yield at, raw
        at += len(raw)


def _backward(file: BufferedReader, end: int) -> Iterator[tuple[int, bytes]]:
    held = b""
    at = end
    complete = False
    while at > 0:
        start = max(0, at - _BLOCK)
        file.seek(start)
        held = file.read(at - start) + held
        at = start
        lines = held.split(b"\n")
        # The first may begin in the block before, unless the file begins here or it is too long.
        first = 0 if at == 0 or len(held) > _LONGEST else 1
        place = at + len(held)
        if not complete:
            place -= len(lines[-1])
            lines.pop()  # behind the last line's end: nothing, or what is being written
            complete = True
        else:
            place += 1
        for raw in reversed(lines[first:]):
            place -= len(raw) + 1
            yield place, raw
        held = lines[0] if first and lines else b""


def _key(file_id: int, offset: int) -> str:
    return f"{file_id}-{offset}"


def _read(key: str, raw: bytes) -> LogLine:
    text = raw.decode("utf-8", "replace").rstrip("\n")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return LogLine(key, 0.0, "", "", for_log(text))
    trace = found.get("trace")
    return LogLine(
        key,
        _moment(found.get("time")),
        _text(found, "level"),
        _text(found, "logger"),
        _text(found, "message"),
        _text(found, "run"),
        _text(found, "source"),
        _text(found, "record"),
        _text(found, "code"),
        tuple(for_log(str(line)) for line in trace) if isinstance(trace, list) else (),
    )


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return "" if value is None else for_log(str(value))


def _moment(value: object) -> float:
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _passes(line: LogLine, filters: LogFilters) -> bool:
    if filters.level and _RANKS.get(line.level, len(LEVELS)) < _RANKS[filters.level]:
        return False
    if filters.source and line.source != filters.source:
        return False
    # People know a run by the end of its id.
    if filters.run and not line.run.endswith(filters.run):
        return False
    text = filters.text.casefold()
    return not text or any(
        text in part.casefold()
        for part in (line.message, line.source, line.record, line.code, line.logger, *line.trace)
    )
