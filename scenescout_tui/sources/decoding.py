"""Bytes of a record to typed values, with every way to be bad JSON told apart in words."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from scenescout_tui.errors import ValidationError
from scenescout_tui.safe_text import for_screen
from scenescout_tui.sources.recognition import ASK_AGAIN, Hint, describe

T = TypeVar("T")

_SUSPECT_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
# Every escape in turn, so that an escaped backslash before a "u" is not taken for one; pairs of surrogates
# are fine.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u0000|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)",
    re.DOTALL,
)
_BYTE = re.compile(r"\(byte (\d+)\)")
_PATH = re.compile(r"at `\$\.?([^`]*)`")
_NOT_JSON = re.compile(rb"-?(?:NaN|Infinity|inf|nan)\b|None\b|True\b|False\b|undefined\b|'")
# A number so long costs other programs seconds, or a crash; looked for only in records long enough to hide
# one.
_LONG_NUMBER = re.compile(rb"[\s:,\[]-?[0-9]{1000,}")
_LONG_RECORD = 4096
_TYPES = {"int": "a number", "float": "a number", "str": "a text", "bool": "true or false", "array": "a list"}
_ENCODING_ACTION = (
    "Convert the file to UTF-8 (for example: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW) and import it again."
)


def decode(decoder: msgspec.json.Decoder[T], data: bytes) -> T:
    """Decode one record strictly.

    :raises ValidationError: for bytes that are no UTF-8, no JSON or no object, for NaN, NUL, lone surrogates,
        numbers out of range and nesting beyond reason; the message says which and at which byte, never what
        the record holds.
    """
    if not data.isascii():
        _check_utf8(data)
    if b"\\" in data and b"\\u" in data and _SUSPECT_ESCAPE.search(data) is not None:
        _check_escapes(data)
    if len(data) > _LONG_RECORD and (found := _LONG_NUMBER.search(data)) is not None:
        raise _refused(f"a number of more than 1,000 digits (byte {found.start() + 1}) is out of range")
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise _wrong_value(str(error)) from None
    except msgspec.DecodeError as error:
        raise _refused(_syntax(str(error), data), ASK_AGAIN) from None
    except RecursionError:
        raise _refused("the record is nested too deeply", ASK_AGAIN) from None


def describe_record(data: bytes, source: str) -> Hint | None:
    """Say what a record is that is no event of `source`; None where there is nothing to say."""
    try:
        return describe(msgspec.json.decode(data), source)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _check_utf8(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        message = f"byte {error.start} of the record (0x{data[error.start]:02x}) is not UTF-8"
        raise _refused(message, _ENCODING_ACTION) from None


def _check_escapes(data: bytes) -> None:
    for found in _ESCAPE.finditer(data):
        if found.group() == rb"\u0000":
            raise _refused(f"a NUL character inside a text (byte {found.start()})")
        if len(found.group()) == 6:
            raise _refused(f"half a surrogate pair inside a text (byte {found.start()}): no character")


def _syntax(message: str, data: bytes) -> str:
    if "truncated" in message:
        return "the record is cut off: it ends in the middle"
    found = _BYTE.search(message)
    place = int(found[1]) if found is not None else 0
    if "trailing" in message:
        return f"something follows the end of the record (byte {place}): not JSON"
    bad = _NOT_JSON.match(data, place)
    if bad is not None:
        return f"{bad.group().decode()} (byte {place}) is not JSON"
    # For "-Infinity" the decoder points behind the sign.
    if data[place : place + 8] == b"Infinity" or data[max(0, place - 1) : place + 8] == b"-Infinity":
        return f"Infinity (byte {place}) is not JSON"
    if place < len(data) and data[place] < 0x20:
        return f"a control character (0x{data[place]:02x}, byte {place}) inside the record: not JSON"
    return f"the record is not JSON (byte {place})"


def _wrong_value(message: str) -> ValidationError:
    path = _PATH.search(message)
    field = for_screen(path[1], 80).replace(",", " ") if path is not None and path[1] else "record"
    if "out of range" in message:
        return ValidationError(field, None, f"{field}: a number out of range")
    got = re.search(r"got `(\w+)`", message)
    kind = _TYPES.get(got[1], "null") if got is not None else "something else"
    if field == "record":
        return _refused(f"a record must be a JSON object, this is {kind}", ASK_AGAIN)
    return ValidationError(field, None, f"{field}: {kind} is not expected here")


def _refused(message: str, action: str | None = None) -> ValidationError:
    refused = ValidationError("record", None, message)
    if action is not None:
        refused.metadata["action"] = action
    return refused
