"""The CPU step of an import as one pure function: raw records in, records ready for the store out.

It reads no clock, no file and no database, so it gives the same answer wherever it runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from scenescout_tui.errors import SpawnerError, ValidationError, classify_error, wrap_error
from scenescout_tui.events.blocks import block_keys
from scenescout_tui.events.enrich import enrich
from scenescout_tui.events.identity import content_hash
from scenescout_tui.events.model import Event, Venue
from scenescout_tui.events.record import PreparedRecord, RecordError, digest
from scenescout_tui.events.requirements import is_reference, require
from scenescout_tui.sources.adapter import SkipRecord
from scenescout_tui.sources.adapters import ADAPTERS, Adapter, get_adapter, recognise
from scenescout_tui.sources.decoding import decode
from scenescout_tui.sources.pages import RawRecord

#: Raise it whenever the same bytes would give another event: every record is then read anew once.
PIPELINE_VERSION = "3"

_OBJECT = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive records of one run; the unit of work, of retry and of commit.

    ``name`` is what people see ("eventbrite p14 b3"), ``seq`` the number of the batch in the run,
    ``first`` that of
    its first record; both count from 0.
    """

    name: str
    run_id: str
    seq: int
    source: str
    first: int
    records: tuple[RawRecord, ...]
    #: Seconds since its records left their source, when they were accepted (on a clock that never goes back).
    age: float = 0.0
    accepted_at: float | None = None

    @property
    def size(self) -> int:
        """Bytes of its records."""
        return sum(len(record.data) for record in self.records)


@dataclass(frozen=True, slots=True)
class PrepareOptions:
    """What may change the outcome of `prepare`."""

    enrich: bool = True
    validate_location: bool = True

    @property
    def salt(self) -> bytes:
        """What every digest of these options starts from."""
        return f"{PIPELINE_VERSION}|{self.enrich:d}|{self.validate_location:d}".encode()


def digests(batch: Batch, options: PrepareOptions) -> list[bytes]:
    """Return the digest of each record of the batch, in order."""
    salt = options.salt
    return [digest(record.data, salt) for record in batch.records]


def prepare(
    batch: Batch, options: PrepareOptions, fingerprints: Sequence[bytes], wanted: Sequence[int]
) -> list[PreparedRecord]:
    """Decode, validate, clean, normalise and enrich the records at the positions ``wanted``.

    ``fingerprints`` are the `digests` of the whole batch. A record that cannot be imported comes back with
    its
    error, a record that must not be with its reason to skip; this function raises nothing for a record's
    sake.
    """
    return [_prepare_one(batch, at, fingerprints[at], options) for at in wanted]


def needs_venue(record: PreparedRecord) -> bool:
    """Tell whether the record names its venue by an id only, so that the store has to be asked for it."""
    return record.event is not None and is_reference(record.event.venue)


def with_venue(record: PreparedRecord, venue: Venue | None, options: PrepareOptions) -> PreparedRecord:
    """Give a record that `needs_venue` the venue the store knows, or find it incomplete."""
    event = record.event
    if event is None:
        return record
    return _finish(record, event if venue is None else msgspec.structs.replace(event, venue=venue), options)


def _prepare_one(batch: Batch, at: int, fingerprint: bytes, options: PrepareOptions) -> PreparedRecord:
    raw = batch.records[at]
    blank = PreparedRecord(
        number=batch.first + at,
        digest=fingerprint,
        raw=raw.data,
        source=batch.source,
        origin=raw.origin,
        line=raw.line,
    )
    if raw.error is not None:
        return msgspec.structs.replace(blank, error=raw.error)
    try:
        adapter = _recognised(raw.data) if batch.source == "auto" else get_adapter(batch.source)
        # Also where it fails now: how long its bytes may be kept depends on the source.
        blank = msgspec.structs.replace(blank, source=adapter.name)
        event = adapter.parse(raw.data, options.validate_location)
        if options.enrich:
            event = enrich(event)
    except SkipRecord as skip:
        return msgspec.structs.replace(blank, skip=skip.reason, external_id=skip.external_id)
    except Exception as error:
        known = error.metadata.get("external_id") if isinstance(error, SpawnerError) else None
        return msgspec.structs.replace(blank, error=as_record_error(error), external_id=known)
    record = msgspec.structs.replace(
        blank,
        source=event.source,
        source_account=event.source_account,
        external_id=event.external_id,
        event=event,
    )
    return record if needs_venue(record) else _finish(record, event, options)


def _recognised(data: bytes) -> Adapter:
    """Tell the source of a record from its shape."""
    name = recognise(decode(_OBJECT, data))
    if name is None:
        known = ", ".join(ADAPTERS)
        refused = ValidationError("record", None, f"this record looks like none of the sources ({known})")
        refused.metadata["action"] = "Name its source: scenescout import SOURCE FILE."
        raise refused
    return get_adapter(name)


def _finish(record: PreparedRecord, event: Event, options: PrepareOptions) -> PreparedRecord:
    """Check the event and add what the store looks it up by."""
    try:
        require(event, validate_location=options.validate_location)
        return msgspec.structs.replace(
            record, event=event, content_hash=content_hash(event), block_keys=block_keys(event)
        )
    except Exception as error:
        return msgspec.structs.replace(record, event=None, error=as_record_error(error))


def as_record_error(error: Exception) -> RecordError:
    """Say an exception as the reason why a record failed; a bug of ours fails its record, never its batch."""
    found = classify_error(error)
    wrapped: SpawnerError = wrap_error(error)
    field = wrapped.metadata.get("field")
    return RecordError(
        code=found.type,
        message=wrapped.message,
        field=field if isinstance(field, str) else None,
        action=found.action,
    )
