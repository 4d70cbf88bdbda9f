"""Walks over payloads that a program hands in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec

from scenescout_tui.events.record import RecordError
from scenescout_tui.sources.pages import Page, PageWalk, RawRecord

#: Finds the end of a value without building it.
_ONE_VALUE = msgspec.json.Decoder(msgspec.Raw)


def payload_walk(payloads: Sequence[object], *, page_size: int = 500, origin: str = "payloads") -> PageWalk:
    """Return a walk over payloads as a program hands them in: decoded ones become JSON again, bytes are taken
    for the JSON text of one and stay as they are.

    A payload that is no JSON (NaN, a lone surrogate, an object of another kind, bytes that are no JSON value)
    becomes a record with an error and the closest text as its bytes.
    """
    return _PayloadWalk(payloads, page_size, origin)


class _PayloadWalk:
    def __init__(self, payloads: Sequence[object], page_size: int, origin: str) -> None:
        self._payloads = payloads
        self._page_size = page_size
        self._origin = origin
        self._at = 0
        self._number = 0

    @property
    def complete(self) -> bool:
        """Payloads handed in never say what their source has taken away."""
        return False

    async def last_good_page(self) -> Page | None:
        """There is no older copy."""
        return None

    async def next_page(self) -> Page | None:
        """Return the next page; see `PageWalk`."""
        taken = self._payloads[self._at : self._at + self._page_size]
        if not taken:
            return None
        records = tuple(_encoded(payload, self._at + n, self._origin) for n, payload in enumerate(taken, 1))
        self._at += len(taken)
        self._number += 1
        cursor = json.dumps({"payload": self._at, "page": self._number})
        return Page(records, cursor, self._number, len(self._payloads), self._at / len(self._payloads))

    async def aclose(self) -> None:
        """Let go of the payloads."""
        self._payloads = ()


def _encoded(payload: object, line: int, origin: str) -> RawRecord:
    if isinstance(payload, bytes):
        return _checked(payload, line, origin)
    try:
        text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
        return RawRecord(text.encode(), line, origin)
    except (TypeError, ValueError, RecursionError) as error:
        reason = _reason(error)
    return RawRecord(_closest(payload), line, origin, _refused(reason))


def _checked(payload: bytes, line: int, origin: str) -> RawRecord:
    try:
        _ONE_VALUE.decode(payload)
        return RawRecord(payload, line, origin)
    except msgspec.DecodeError as error:
        reason = f"the bytes are no JSON value: {str(error).removeprefix('JSON is malformed: ').lower()}"
    except RecursionError as error:
        reason = _reason(error)
    return RawRecord(payload, line, origin, _refused(reason))


def _refused(reason: str) -> RecordError:
    return RecordError("VALIDATION_ERROR", reason, "record", "Hand in what JSON can hold.")


def _plain(value: object) -> str:
    """JSON has no times and decimals; both have one usual text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a {type(value).__name__} is no JSON value")


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "the record is nested too deeply"
    if isinstance(error, UnicodeEncodeError):
        return "half a surrogate pair inside a text: no character"
    if isinstance(error, TypeError):
        return "the record holds something that is no JSON value"
    if "digits" in str(error):
        return "a number of thousands of digits is out of range"
    if "Circular" in str(error):
        return "the record contains itself"
    return "NaN and Infinity are not JSON"


def _closest(payload: object) -> bytes:
    try:
        return json.dumps(payload, default=repr).encode()
    except (TypeError, ValueError, RecursionError):
        pass
    try:
        return repr(payload).encode("utf-8", "backslashreplace")
    except (ValueError, RecursionError):
        return f"a {type(payload).__name__} that cannot be written down".encode()
