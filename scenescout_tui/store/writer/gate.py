"""The last gate before the database: what SQLite would take and spoil in silence is refused here, by name.

A NUL ends a text for `length` and LIKE, NaN becomes NULL, integers past 2^63-1 and lone surrogates fail at
the bind.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from scenescout_tui.errors import ValidationError
from scenescout_tui.events.model import Event

_LARGEST = 2**63 - 1
_ENCODE = msgspec.json.Encoder().encode


def normalised_text(event: Event, number: int) -> str:
    """Return the event as JSON text, fit for the database; `number` is its record's place in the run.

    Raises: ValidationError naming the field, with the record's number in its metadata.
    """
    try:
        encoded = _ENCODE(event)
    except (ValueError, TypeError, OverflowError):
        encoded = None
    # One look at the encoded bytes instead of one at each of forty fields; what it finds may be an escaped
    # backslash.
    if encoded is None or b"\\u0000" in encoded or not _numbers_fit(event):
        for field, value, reason in _faults(event):
            raise _refused(field, value, reason, number)
        if encoded is None:
            raise _refused("record", None, "it cannot be written as JSON", number)
    return encoded.decode()


def _numbers_fit(event: Event) -> bool:
    for number in (event.price_min, event.price_max, event.capacity):
        if number is not None and not -_LARGEST <= number <= _LARGEST:
            return False
    venue = event.venue
    if venue is None or venue.latitude is None or venue.longitude is None:
        return venue is None or (_finite(venue.latitude) and _finite(venue.longitude))
    return math.isfinite(venue.latitude + venue.longitude)


def _finite(number: float | None) -> bool:
    return number is None or math.isfinite(number)


def _faults(event: Event) -> Iterator[tuple[str, object, str]]:
    for field, value in _leaves("", msgspec.structs.asdict(event)):
        if isinstance(value, str):
            if "\0" in value:
                yield field, value, "it holds a NUL character"
            if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
                yield field, value, "it holds half of a surrogate pair"
        elif isinstance(value, float) and not math.isfinite(value):
            yield field, value, "it is no number"
        elif isinstance(value, int) and not -_LARGEST <= value <= _LARGEST:
            yield field, value, "it is larger than the database can hold"


def _leaves(path: str, value: Any) -> Iterator[tuple[str, object]]:
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(f"{path}.{key}" if path else str(key), one)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _leaves(path, one)
    else:
        yield path, value


def _refused(field: str, value: object, reason: str, number: int) -> ValidationError:
    error = ValidationError(field, value, f"{field}: {reason}")
    error.metadata["number"] = number
    return error
