"""Eventbrite's pages as they come: what they say of further pages, and their records, byte for byte."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, TypeVar

import msgspec

from scenescout_tui.events.record import RecordError
from scenescout_tui.sources.eventbrite_api.refusals import unreadable
from scenescout_tui.sources.recognition import ASK_AGAIN
from scenescout_tui.sources.web.json_answer import MAX_VALUES

T = TypeVar("T")

_DIGITS = re.compile(r"[0-9]{1,9}")
_EVENT_ID = re.compile(r"[0-9]{1,20}")
_LONGEST_TOKEN = 2048
_BOM = b"\xef\xbb\xbf"
_KINDS = {b"[": "a list", b'"': "a text", b"n": "null", b"t": "true or false", b"f": "true or false"}


@dataclass(frozen=True, slots=True)
class Pagination:
    """What a page says of itself and of the pages behind it; None for what is missing or absurd."""

    object_count: int | None = None
    page_number: int | None = None
    page_count: int | None = None
    continuation: str | None = None
    has_more_items: bool = False

    def goes_on(self, number: int) -> bool:
        """Whether there is a page behind this one, the `number`-th by our own count.

        Either sign is enough: one recorded page says page 1 of 46 and has_more_items false, old ones lack
        the one or the other.
        """
        at = number if self.page_number is None else self.page_number
        return self.has_more_items or (self.page_count is not None and at < self.page_count)


@dataclass(frozen=True, slots=True)
class Found:
    """One record of an answer. `key` tells it from others: its id, or a hash of what has none.

    `event_id` is there where the event may have a page of its own to ask for: not for drafts, the parents of
    series and what is no event.
    """

    data: bytes
    key: str
    event_id: str | None = None
    error: RecordError | None = None


@dataclass(frozen=True, slots=True)
class EventsPage:
    """One page of a listing."""

    found: tuple[Found, ...]
    pagination: Pagination


class _Page(msgspec.Struct, gc=False):
    events: list[msgspec.Raw]
    pagination: Any = None


class _Glance(msgspec.Struct, gc=False):
    id: Any = None
    status: Any = None
    is_series_parent: Any = None


_page = msgspec.json.Decoder(_Page)
_glance = msgspec.json.Decoder(_Glance)


def decode_answer(
    decoder: msgspec.json.Decoder[T], body: bytes, what: str, subject: str, status: int = 200
) -> T:
    """Decode a good answer that should be a `what` ("page of events").

    :raises ExternalAPIError: where it is none; retryable, except for one with more values than are good for
        us. Never quotes it.
    """
    body = body.removeprefix(_BOM)
    if sum(map(body.count, (b",", b"[", b"{"))) > MAX_VALUES:
        error = unreadable(subject, status, f"the answer holds more than {MAX_VALUES:,} values")
        error.retryable = False
        raise error
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        reason = f"the answer is JSON, but no {what}"
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as broken:
        reason = _what_came(body, str(broken))
    raise unreadable(subject, status, reason)


def read_events(body: bytes, subject: str, status: int = 200) -> EventsPage:
    """Cut a page into its records, without touching their bytes.

    :raises ExternalAPIError: as `decode_answer`.
    """
    page = decode_answer(_page, body, "page of events", subject, status)
    return EventsPage(tuple(map(glance, map(bytes, page.events))), read_pagination(page.pagination))


def read_event(body: bytes, subject: str, status: int = 200) -> Found:
    """Take a whole answer as one record.

    :raises ExternalAPIError: (retryable) for what is no JSON object.
    """
    found = glance(body.strip())
    if found.error is not None:
        raise unreadable(subject, status, "the answer is no event")
    return found


def glance(data: bytes) -> Found:
    """Look at a record as far as the walk must know it; everything else is the adapter's."""
    try:
        seen = _glance.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        key = sha256(data).hexdigest()
        if data.startswith(b"{"):
            # A damaged object: the adapter says what is wrong with it.
            return Found(data, key)
        kind = _KINDS.get(data[:1], "a number")
        message = f"a record must be a JSON object, this is {kind}"
        return Found(data, key, error=RecordError("VALIDATION_ERROR", message, "record", ASK_AGAIN))
    if isinstance(seen.id, bool) or not isinstance(seen.id, str | int):
        return Found(data, sha256(data).hexdigest())
    key = str(seen.id)
    # The id goes into an address: digits, or nothing.
    shown = _EVENT_ID.fullmatch(key) and seen.is_series_parent is not True and seen.status != "draft"
    return Found(data, key, key if shown else None)


def with_field(found: Found, name: bytes, value: bytes) -> Found:
    """Return a record with its own bytes and one field more at their end; `value` is JSON."""
    data = found.data.rstrip()
    if found.error is not None or not data.endswith(b"}") or data[1:-1].strip() == b"":
        return found
    return replace(found, data=data[:-1] + b',"' + name + b'":' + value + b"}")


def bare(found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Mark records that came without expansions: what they do not say may be known all the same."""
    return tuple(with_field(one, b"expansions_missing", b"true") for one in found)


def read_pagination(given: object) -> Pagination:
    """Read a pagination object, believing nothing; a missing one means a single page."""
    if not isinstance(given, dict):
        return Pagination()
    token = given.get("continuation")
    return Pagination(
        object_count=_count(given.get("object_count")),
        page_number=_count(given.get("page_number")) or None,
        page_count=_count(given.get("page_count")),
        continuation=token if isinstance(token, str) and 0 < len(token) <= _LONGEST_TOKEN else None,
        has_more_items=given.get("has_more_items") is True,
    )


def _count(value: object) -> int | None:
    if isinstance(value, str):
        return int(value) if _DIGITS.fullmatch(value) else None
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value < 10**9 else None  # type: ignore[operator, return-value]


def _what_came(body: bytes, complaint: str) -> str:
    if "truncated" in complaint:
        return "the answer is cut off"
    return f"the answer is {'a web page, ' if body.lstrip()[:1] == b'<' else ''}not JSON"
