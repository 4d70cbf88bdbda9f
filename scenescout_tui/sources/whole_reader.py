"""Inputs that have to be read whole before their first record is known: calendars, pages, tables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from scenescout_tui.sources.document import Document, DocumentReader, Piece
from scenescout_tui.sources.inputs import InputError, Readable, check_start, empty_input
from scenescout_tui.sources.pages import RawRecord
from scenescout_tui.sources.read_options import ReadOptions

#: The largest document that is read, in bytes; calendars and pages of real events have a few megabytes.
LARGEST = 64 * 1024 * 1024

_CHUNK = 1024 * 1024


class WholeReader:
    """Reads the records of one document in order, with the same verbs as `InputReader`."""

    def __init__(
        self,
        source: Readable,
        read: DocumentReader,
        options: ReadOptions,
        *,
        account: str = "",
        url: str | None = None,
        position: dict[str, Any] | None = None,
    ) -> None:
        self._source = source
        self._read = read
        self._options = options
        self._account = account
        self._url = url
        self._body = bytearray()
        self._pieces: Iterator[Piece] | None = None
        self._next: Piece | None = None
        #: Records that a walk over the same bytes has had already.
        self._to_skip = int(position["line"]) if position is not None else 0
        self.line = 0
        #: Whether a record was left behind that could not be read.
        self.damaged = False

    @property
    def consumed(self) -> int:
        """Bytes read so far."""
        return len(self._body)

    def position(self) -> dict[str, Any]:
        """Return where this reader stands, as plain JSON values."""
        return {"line": self.line, "layout": "document"}

    def read(self, limit: int) -> tuple[list[RawRecord], bool]:
        """Return up to `limit` records, and whether the document has ended.

        No records before the end mean that a stream is silent for now.

        :raises InputError: when the input cannot be read, is empty, compressed or too large.
        """
        if self._pieces is None:
            if not self._load():
                return [], False
            document = Document(bytes(self._body), self._source.origin, self._account, self._url)
            self._pieces = self._read(document, self._options)
            self.line = sum(1 for _ in islice(self._pieces, self._to_skip))
            self._next = next(self._pieces, None)
        records: list[RawRecord] = []
        while self._next is not None and len(records) < limit:
            self.line += 1
            self.damaged = self.damaged or self._next.error is not None
            records.append(RawRecord(self._next.data, self.line, self._source.origin, self._next.error))
            self._next = next(self._pieces, None)
        return records, self._next is None

    def _load(self) -> bool:
        """Read on; False while a stream is silent."""
        while data := self._source.read(_CHUNK):
            if not self._body:
                check_start(data, self._source.origin, wide=True)
            self._body += data
            if len(self._body) > LARGEST:
                raise InputError(
                    f"{self._source.origin} is larger than {LARGEST // 1024 // 1024} MiB",
                    "Split it, or ask for a shorter period.",
                )
        if data is None:
            return False
        if not self._body.removeprefix(b"\xef\xbb\xbf").strip():
            raise empty_input(self._source.origin, stream=not self._source.regular)
        self._recode()
        return True

    def _recode(self) -> None:
        """UTF-16 with its mark becomes UTF-8 here, so that no reader has to know of it."""
        for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
            if self._body.startswith(mark):
                self._body = bytearray(self._body[2:].decode(encoding, "replace").encode())
