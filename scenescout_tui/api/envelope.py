"""What a post holds around its events; the events themselves stay the bytes they came as."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Annotated

import msgspec

from scenescout_tui.api.problems import Problem
from scenescout_tui.imports.commands import ImportOptions, StartImport
from scenescout_tui.sources.adapters import ADAPTERS

#: The names a post may give as its source.
SOURCES = (*ADAPTERS, "auto")
MAX_BATCH = 10_000

#: How many more events of the body that is being read may come.
_left: ContextVar[int] = ContextVar("events_left")

_PATH = re.compile(r" - at `\$\.?(.*)`$")
_NAMED = re.compile(r"(?:unknown|required) field `(.*)`$")


class _TooManyEvents(Exception):
    """Ten million empty objects would take a gigabyte; the count ends them before."""


class _Counted(msgspec.Struct, frozen=True, gc=False):
    """An event of which only its being an object matters."""

    def __post_init__(self) -> None:
        left = _left.get()
        if not left:
            raise _TooManyEvents
        _left.set(left - 1)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """How the events are treated; what is left out is as the server's settings say."""

    # To JSON 50.0 is as whole a number as 50.
    batch_size: Annotated[float, msgspec.Meta(ge=1, le=MAX_BATCH, multiple_of=1)] | None = None
    deduplication_enabled: bool | None = None
    enrichment_enabled: bool | None = None
    validate_location: bool | None = None


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: str
    events: list[_Counted]
    options: Options = Options()


class _Events(msgspec.Struct, frozen=True):
    events: list[msgspec.Raw]


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_EVENTS = msgspec.json.Decoder(_Events)


def read_job(body: bytes, max_events: int, *, all_results: bool) -> StartImport:
    """Return the import that a post asks for.

    :raises Problem: 400, 413 or 422, naming the field or the byte at fault.
    """
    envelope = _decoded(body, max_events)
    if envelope.source not in SOURCES:
        message = f"unknown source {envelope.source[:40]!r}; the sources are: {', '.join(SOURCES)}"
        raise Problem(400, "UNKNOWN_SOURCE", message, "source")
    size = envelope.options.batch_size
    options = ImportOptions(
        batch_size=None if size is None else int(size),
        deduplicate=envelope.options.deduplication_enabled,
        enrich=envelope.options.enrichment_enabled,
        validate_location=envelope.options.validate_location,
        all_results=all_results,
    )
    events = tuple(bytes(event) for event in _EVENTS.decode(body).events)
    return StartImport(envelope.source, payloads=events, options=options, label="HTTP")


def _decoded(body: bytes, max_events: int) -> _Envelope:
    _left.set(max_events)
    try:
        return _ENVELOPE.decode(body)
    except _TooManyEvents:
        message = f"more than {max_events:,} events in one post; send them in several"
        raise Problem(413, "TOO_MANY_EVENTS", message, "events") from None
    except msgspec.ValidationError as error:
        raise _wrong_value(str(error)) from None
    except msgspec.DecodeError as error:
        raise _not_json(str(error)) from None
    except UnicodeDecodeError:
        raise _not_utf8(body) from None
    except RecursionError:
        raise Problem(422, "INVALID_JSON", "the body is nested too deeply") from None


def _wrong_value(message: str) -> Problem:
    path = _PATH.search(message)
    words = _PATH.sub("", message).replace("`float", "`number")
    named = _NAMED.search(words)
    parts = [path[1] if path is not None else "", named[1] if named is not None else ""]
    field = ".".join(part for part in parts if part) or "body"
    return Problem(422, "VALIDATION_ERROR", f"{field}: {words[:1].lower()}{words[1:]}", field)


def _not_json(message: str) -> Problem:
    if "truncated" in message:
        return Problem(422, "INVALID_JSON", "the body is not JSON: it ends in the middle")
    words = message.removeprefix("JSON is malformed: ")
    return Problem(422, "INVALID_JSON", f"the body is not JSON: {words}")


def _not_utf8(body: bytes) -> Problem:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return Problem(422, "INVALID_JSON", f"the body is not UTF-8 (byte {error.start})")
    return Problem(422, "INVALID_JSON", "the body is not UTF-8")
