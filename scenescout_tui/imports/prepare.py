"""The CPU step of an import as one pure function: raw records in, records ready for the store out.

It reads no clock, no file and no database, so it gives the same answer wherever it runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from scenescout_tui.errors import SpawnerError, ValidationError, classify_error, wrap_error
from scenescout_tui.events.blocks import keys_and_numbers
from scenescout_tui.events.enrich import StepTimes, enrich
from scenescout_tui.events.identity import content_hash
from scenescout_tui.events.model import Event, Venue
from scenescout_tui.events.record import PreparedRecord, RecordError, digest
from scenescout_tui.events.requirements import is_reference, require
from scenescout_tui.presets import ENRICH_STEPS
from scenescout_tui.sources.adapter import SkipRecord
from scenescout_tui.sources.adapters import ADAPTERS, Adapter, get_adapter, recognise
from scenescout_tui.sources.decoding import decode
from scenescout_tui.sources.pages import RawRecord

#: Raise it whenever the same bytes would give another event: every record is then read anew once.
PIPELINE_VERSION = "4"

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

    #: The steps of `enrich` to take, of `ENRICH_STEPS` and in its order.
    enrich_steps: tuple[str, ...] = ENRICH_STEPS
    validate_location: bool = True

    @property
    def salt(self) -> bytes:
        """What every digest of these options starts from."""
        return f"{PIPELINE_VERSION}|{','.join(self.enrich_steps)}|{self.validate_location:d}".encode()


def digests(batch: Batch, options: PrepareOptions) -> list[bytes]:
    """Return the digest of each record of the batch, in order."""
    salt = options.salt
    return [digest(record.data, salt) for record in batch.records]


def prepare(
    batch: Batch,
    options: PrepareOptions,
    fingerprints: Sequence[bytes],
    wanted: Sequence[int],
    times: StepTimes | None = None,
) -> list[PreparedRecord]:
    """Decode, validate, clean, normalise and enrich the records at the positions ``wanted``.

    ``fingerprints`` are the `digests` of the whole batch. A record that cannot be imported comes back with
    its
    error, a record that must not be with its reason to skip; this function raises nothing for a record's
    sake. What enriching took is added to ``times``.
    """
    return [_prepare_one(batch, at, fingerprints[at], options, times) for at in wanted]


def needs_venue(record: PreparedRecord) -> bool:
    """Tell whether the record names its venue by an id only, so that the store has to be asked for it."""
    return record.event is not None and is_reference(record.event.venue)


def with_venue(
    record: PreparedRecord, venue: Venue | None, options: PrepareOptions, times: StepTimes | None = None
) -> PreparedRecord:
    """Give a record that `needs_venue` the venue the store knows, or find it incomplete."""
    event = record.event
    if event is None:
        return record
    if venue is not None:
        event = msgspec.structs.replace(event, venue=venue)
    return msgspec.structs.replace(record, **_finished(event, options, times))


def unread(batch: Batch, at: int, fingerprint: bytes) -> PreparedRecord:
    """Return the record at a position of the batch with nothing known of its content."""
    raw = batch.records[at]
    return PreparedRecord(
        number=batch.first + at,
        digest=fingerprint,
        raw=raw.data,
        source=batch.source,
        origin=raw.origin,
        line=raw.line,
    )


def _prepare_one(
    batch: Batch, at: int, fingerprint: bytes, options: PrepareOptions, times: StepTimes | None
) -> PreparedRecord:
    raw = batch.records[at]
    source = batch.source
    fields: dict[str, Any]
    if raw.error is not None:
        fields = {"error": raw.error}
    else:
        try:
            adapter = _recognised(raw.data) if source == "auto" else get_adapter(source)
            # Also where it fails now: how long its bytes may be kept depends on the source.
            source = adapter.name
            event = adapter.parse(raw.data, options.validate_location)
            fields = {"event": event} if is_reference(event.venue) else _finished(event, options, times)
            fields["source_account"], fields["external_id"] = event.source_account, event.external_id
        except SkipRecord as skip:
            fields = {"skip": skip.reason, "external_id": skip.external_id}
        except Exception as error:
            known = error.metadata.get("external_id") if isinstance(error, SpawnerError) else None
            fields = {"error": as_record_error(error), "external_id": known}
    return PreparedRecord(
        number=batch.first + at,
        digest=fingerprint,
        raw=raw.data,
        source=source,
        origin=raw.origin,
        line=raw.line,
        **fields,
    )


def _recognised(data: bytes) -> Adapter:
    """Tell the source of a record from its shape."""
    name = recognise(decode(_OBJECT, data))
    if name is None:
        known = ", ".join(ADAPTERS)
        refused = ValidationError("record", None, f"this record looks like none of the sources ({known})")
        refused.metadata["action"] = "Name its source: scenescout import SOURCE FILE."
        raise refused
    return get_adapter(name)


def _finished(event: Event, options: PrepareOptions, times: StepTimes | None) -> dict[str, Any]:
    """Enrich and check the event; return it as fields of its record, with what the store looks it up by."""
    try:
        event = enrich(event, options.enrich_steps, times)
        require(event, validate_location=options.validate_location)
        kept, sought = keys_and_numbers(event)
        return {
            "event": event,
            "content_hash": content_hash(event),
            "block_keys": kept,
            "lookup": sought,
        }
    except Exception as error:
        return {"event": None, "error": as_record_error(error)}


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
