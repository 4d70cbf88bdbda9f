"""A whole document on its way from an input to the records in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from scenescout_tui.events.record import RecordError
from scenescout_tui.sources.read_options import ReadOptions


@dataclass(frozen=True, slots=True)
class Document:
    """One input in memory: its bytes, and where they came from.

    `account` tells feeds apart whose ids may clash: the address without its query, "" for files. `url` is the
    address against which the document's own links are read, where it has one.
    """

    body: bytes
    origin: str
    account: str = ""
    url: str | None = None


class Piece(NamedTuple):
    """One record of a document: JSON bytes for the source's adapter, or the original bytes and what is wrong
    with them.
    """

    data: bytes
    error: RecordError | None = None


#: Finds the records of a document, one after the other; the same document and options give the same records.
DocumentReader = Callable[[Document, ReadOptions], Iterator[Piece]]

_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def record(content: Mapping[str, Any]) -> Piece:
    """Return an object as the JSON of one record; empty values are left out."""
    kept = {key: value for key, value in content.items() if value not in (None, "", [], {})}
    # What is no character becomes an escape again, which the adapter refuses by name.
    return Piece(_ENCODE(kept).encode("utf-8", "backslashreplace"))


def broken(data: bytes, message: str, action: str, field: str = "record") -> Piece:
    """Return bytes that cannot become a record, and why."""
    return Piece(data, RecordError("VALIDATION_ERROR", message, field, action))
