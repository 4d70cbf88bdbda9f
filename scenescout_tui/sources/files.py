"""Walks over records in files and on stdin."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from scenescout_tui.sources.inputs import STDIN, ByteSource, InputError, check_inputs, origin_of
from scenescout_tui.sources.pages import Page, PageWalk, RawRecord
from scenescout_tui.sources.reader import InputReader

__all__ = ["InputError", "check_inputs", "open_walk"]

_START_ANEW = "Start a new import of the file; what is imported already stays and is not imported twice."


def open_walk(inputs: Sequence[str | Path], *, page_size: int = 500, cursor: str | None = None) -> PageWalk:
    """Return a walk over the records of several inputs (paths, "-" for stdin), in order.

    Reading happens in a worker thread and keeps one page and one record in memory; a JSON list up to 16 MiB
    is read at once. `cursor` is that of a page of the same inputs: the walk goes on behind it. A stream that
    pauses gives what it has. `next_page` raises `InputError` for an input that cannot be read, or has changed
    since the cursor was made.

    :raises InputError: when the cursor does not belong to these inputs.
    """
    return _FileWalk([str(name) for name in inputs], page_size, cursor)


class _FileWalk:
    def __init__(self, inputs: list[str], page_size: int, cursor: str | None) -> None:
        self._inputs = inputs
        self._page_size = page_size
        self._index = 0
        self._number = 0
        self._source: ByteSource | None = None
        self._reader: InputReader | None = None
        self._resumed: dict[str, Any] | None = None
        self._total_size: int | None = None
        self._done_size = 0
        if cursor is not None:
            self._read_cursor(cursor)

    @property
    def complete(self) -> bool:
        """A file never says what its source has taken away."""
        return False

    async def last_good_page(self) -> Page | None:
        """A file has no older copy."""
        return None

    async def next_page(self) -> Page | None:
        """Return the next page; see `PageWalk`."""
        records: list[RawRecord] = []
        while len(records) < self._page_size and self._index < len(self._inputs):
            room = self._page_size - len(records)
            # A stream keeps the thread for 0.2 s at most, so that a walk can be cancelled between two looks.
            found, paused = await anyio.to_thread.run_sync(self._read, room)
            records += found
            if paused and records:
                break
        if not records:
            return None
        self._number += 1
        return Page(tuple(records), self._cursor(), self._number, None, self._fraction())

    async def aclose(self) -> None:
        """Close the input that is open; may be called twice."""
        self._index = len(self._inputs)
        self._close()

    def _read(self, room: int) -> tuple[list[RawRecord], bool]:
        """Read from the current input; the second value says that it is a stream that pauses."""
        if self._total_size is None:
            self._total_size = _size_of(self._inputs)
            self._done_size = _size_of(self._inputs[: self._index])
        if self._reader is None:
            self._open()
        assert self._reader is not None
        records, ended = self._reader.read(room)
        if ended:
            self._done_size += self._reader.consumed
            self._close()
            self._index += 1
        return records, not ended and len(records) < room

    def _open(self) -> None:
        name = self._inputs[self._index]
        self._source = ByteSource(name)
        resumed, self._resumed = self._resumed, None
        if resumed is not None and resumed.get("print") != self._source.fingerprint:
            origin = self._source.origin
            self._close()
            raise InputError(
                f"{origin} has changed since the run stopped; it cannot go on there", _START_ANEW
            )
        self._reader = InputReader(self._source, resumed)

    def _close(self) -> None:
        if self._source is not None:
            self._source.close()
        self._source = self._reader = None

    def _cursor(self) -> str:
        here: dict[str, Any] = {"input": self._index, "page": self._number}
        if self._reader is not None and self._source is not None:
            here |= {
                "name": self._source.origin,
                "print": self._source.fingerprint,
                **self._reader.position(),
            }
        return json.dumps(here, separators=(",", ":"))

    def _read_cursor(self, cursor: str) -> None:
        try:
            here = json.loads(cursor)
            self._index, self._number = int(here["input"]), int(here["page"])
        except (ValueError, KeyError, TypeError) as error:
            raise InputError("the saved position cannot be read", _START_ANEW) from error
        if "name" not in here:
            return
        if self._index >= len(self._inputs) or origin_of(self._inputs[self._index]) != here["name"]:
            raise InputError(
                "the saved position belongs to other inputs", "Name the same inputs in the same order."
            )
        if here["name"] == origin_of(STDIN) or here["print"] is None:
            raise InputError(
                f"{here['name']} cannot be read a second time", "Write the records to a file and import it."
            )
        self._resumed = here

    def _fraction(self) -> float | None:
        if not self._total_size:
            return None
        consumed = self._reader.consumed if self._reader is not None else 0
        return min(1.0, (self._done_size + consumed) / self._total_size)


def _size_of(inputs: Sequence[str]) -> int:
    """The size of all inputs together; 0 where one of them is a stream or cannot be asked."""
    total = 0
    for name in inputs:
        path = Path(name)
        try:
            if name == STDIN or not path.is_file():
                return 0
            total += path.stat().st_size
        except (OSError, ValueError):
            return 0
    return total
