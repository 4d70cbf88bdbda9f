"""One input as a stream of raw records, which can be left and taken up again anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scenescout_tui.events.record import RecordError
from scenescout_tui.sources.cutting import (
    KEPT_OF_TOO_LONG,
    MAX_RECORD,
    Cut,
    Cutter,
    DocumentCutter,
    LineCutter,
)
from scenescout_tui.sources.inputs import Readable, check_start, empty_input
from scenescout_tui.sources.layout import HEAD, foreign, is_lines, whole_records
from scenescout_tui.sources.pages import RawRecord

#: A file up to this size is read at once where it is a list or a page, in bytes.
WHOLE = 16 * 1024 * 1024

_BOM = b"\xef\xbb\xbf"
_DAMAGED_ACTION = "Repair this place in the file, or get the file again; the records around it are imported."
_FOREIGN_ACTION = "Import a JSON file: one object, a list, an API page, or one record per line."
_OTHER_ACTIONS = {
    "iCalendar": "Import it with `scenescout import ics FILE`.",
    "HTML": "If the page marks up its events, import it with `scenescout import jsonld FILE`.",
    "CSV": "Import it with `scenescout import csv FILE --map title=COLUMN,start=COLUMN`.",
}


class InputReader:
    """Reads the records of one input in order; `position` is where it stands, to go on later."""

    def __init__(self, source: Readable, position: dict[str, Any] | None = None) -> None:
        self._source = source
        self._cutter: Cutter | None = None
        self._whole: list[bytes] | None = None
        self._foreign: Cut | None = None
        self._closed = False
        self.line = 0
        #: Whether a record was left behind that could not be read.
        self.damaged = False
        self._head = b""
        if position is not None:
            self._go_on(position)

    @property
    def consumed(self) -> int:
        """Bytes read and cut so far; the size for inputs that were read at once."""
        return self._cutter.offset if self._cutter is not None else (self._source.size or 0)

    def position(self) -> dict[str, Any]:
        """Return where this reader stands, as plain JSON values."""
        here: dict[str, Any] = {"line": self.line}
        if isinstance(self._cutter, LineCutter):
            here |= {"layout": "lines", "offset": self._cutter.offset, "skip": self._cutter.skip}
        elif isinstance(self._cutter, DocumentCutter):
            # A key is foreign bytes; Latin-1 takes any of them and gives them back.
            key = self._cutter.key.decode("latin-1")
            here |= {
                "layout": "documents",
                "offset": self._cutter.offset,
                "stack": self._cutter.stack,
                "key": key,
            }
        else:
            here |= {"layout": "whole"}
        return here

    def read(self, limit: int) -> tuple[list[RawRecord], bool]:
        """Return up to `limit` records, and whether the input has ended.

        Fewer records before the end mean that a stream is silent for now.

        :raises InputError: when the input cannot be read, is compressed or in another encoding.
        """
        if self._cutter is None and self._whole is None and self._foreign is None and not self._open():
            return [], False
        if self._foreign is not None:
            self.line += 1
            return [self._record(self._foreign)], True
        if self._whole is not None:
            taken = self._whole[self.line : self.line + limit]
            records = [RawRecord(data, self.line + n, self._source.origin) for n, data in enumerate(taken, 1)]
            self.line += len(records)
            return records, self.line >= len(self._whole)
        records = []
        for cut in self._cuts():
            if cut is None:
                return records, False
            self.line += 1
            records.append(self._record(cut))
            if len(records) >= limit:
                return records, False
        return records, True

    def _cuts(self) -> Iterator[Cut | None]:
        """Yield records; None when a stream is silent."""
        cutter = self._cutter
        assert cutter is not None
        while True:
            while (cut := cutter.cut()) is not None:
                yield cut
            if self._closed:
                return
            data = self._source.read(cutter.wanted)
            if data is None:
                yield None
                return
            if data:
                cutter.feed(data)
            else:
                self._closed = True
                cutter.close()

    def _record(self, cut: Cut) -> RawRecord:
        if cut.error is None:
            return RawRecord(cut.data, self.line, self._source.origin)
        self.damaged = True
        action = _DAMAGED_ACTION
        if self._foreign is not None:
            action = _OTHER_ACTIONS.get(cut.error.rpartition(" ")[2], _FOREIGN_ACTION)
        error = RecordError("VALIDATION_ERROR", cut.error, "record", action)
        return RawRecord(cut.data, self.line, self._source.origin, error)

    def _open(self) -> bool:
        """Find out how the input is laid out; False while a stream has not said enough."""
        whole = self._source.regular and (self._source.size or 0) <= WHOLE
        enough = WHOLE + 1 if whole else HEAD
        while len(self._head) < enough and not self._closed:
            data = self._source.read(enough - len(self._head))
            if data is None:
                # What a slow stream has sent is judged once it holds a line.
                if b"\n" not in self._head.strip():
                    return False
                break
            self._head += data
            self._closed = not data
        if self._closed and not self._head.removeprefix(_BOM).strip():
            raise empty_input(self._source.origin, stream=not self._source.regular)
        check_start(self._head, self._source.origin)
        start = len(_BOM) if self._head.startswith(_BOM) else 0
        head, self._head = self._head[start:], b""
        if whole and self._closed:
            self._whole = whole_records(head)
        if self._whole is None:
            self._choose_cutter(head, start)
        return True

    def _choose_cutter(self, head: bytes, start: int) -> None:
        instead = foreign(head[:HEAD])
        if instead is not None:
            kept = head[: MAX_RECORD if self._closed else KEPT_OF_TOO_LONG]
            self._foreign = Cut(kept, instead)
            return
        lines = is_lines(head[:HEAD], self._closed and len(head) <= HEAD)
        self._cutter = LineCutter(start) if lines else DocumentCutter(start)
        self._cutter.feed(head)
        if self._closed:
            self._cutter.close()

    def _go_on(self, position: dict[str, Any]) -> None:
        self.line = int(position["line"])
        layout = position["layout"]
        if layout == "whole":
            self._open()
            return
        offset = int(position["offset"])
        self._source.seek(offset)
        if layout == "lines":
            self._cutter = LineCutter(offset, int(position["skip"]))
        else:
            self._cutter = DocumentCutter(
                offset, str(position["stack"]), str(position["key"]).encode("latin-1")
            )
