"""Records for the tests of the store: small, whole, and told apart by a number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

from scenescout_tui.events.blocks import block_keys, block_numbers, lookup_keys
from scenescout_tui.events.identity import content_hash
from scenescout_tui.events.model import Event, Organizer, Venue
from scenescout_tui.events.record import PreparedRecord, RecordError
from scenescout_tui.store import BatchOptions, BatchOutcome, BatchPlan, KnownRecord, Store

FIRST_START = datetime(2027, 3, 1, 19, 0, tzinfo=UTC)
HALL = Venue(
    name="Alte Kantine",
    address1="Knaackstraße 97",
    city="Berlin",
    country="DE",
    latitude=52.5391,
    longitude=13.4128,
    external_id="77",
)
Records = Sequence[PreparedRecord | KnownRecord]


def event(number: int = 0, source: str = "eventbrite", **changes: Any) -> Event:
    """An event of its own for every number: other day, other title, same hall."""
    starts_at = changes.pop("starts_at", FIRST_START + timedelta(days=number))
    values: dict[str, Any] = {
        "source": source,
        "external_id": f"{source}-{number}",
        "title": f"Kammerorchester Programm {number}",
        "starts_at": starts_at,
        "start_local": (starts_at + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S"),
        "timezone": "Europe/Berlin",
        "tz_source": "explicit",
        "attendance": "in_person",
        "venue": HALL,
        "organizer": Organizer(name="Kulturverein Nord"),
        "description_text": f"Ein Abend mit Werk {number}.",
        "url": f"https://tickets.example/{source}/{number}",
    }
    return Event(**(values | changes))


def prepared(one: Event, number: int = 0, raw: bytes | None = None) -> PreparedRecord:
    """The record of an event; its raw bytes are the event's own unless given."""
    data = raw if raw is not None else repr(one).encode("utf-8", "surrogatepass")
    return PreparedRecord(
        number=number,
        digest=blake2b(data, digest_size=16).digest(),
        raw=data,
        source=one.source,
        source_account=one.source_account,
        external_id=one.external_id,
        event=one,
        content_hash=_hash(one),
        block_keys=block_keys(one),
        lookup=block_numbers(lookup_keys(one)),
        origin="events.ndjson",
        line=number + 1,
    )


def broken(number: int = 0, message: str = "title: missing", raw: bytes = b'{"id": 1}') -> PreparedRecord:
    """A record that could not be imported."""
    return PreparedRecord(
        number=number,
        digest=blake2b(raw + bytes([number % 256]), digest_size=16).digest(),
        raw=raw,
        source="eventbrite",
        external_id=f"broken-{number}",
        error=RecordError("VALIDATION_ERROR", message, "title", "Add a title, then retry."),
        origin="events.ndjson",
        line=number + 1,
    )


def drafts(number: int = 0) -> PreparedRecord:
    """A record that must not be imported."""
    return PreparedRecord(
        number=number,
        digest=bytes([number % 256]) * 16,
        raw=b"{}",
        source="eventbrite",
        external_id=f"draft-{number}",
        skip="draft",
    )


def concerts(count: int, first: int = 0, source: str = "eventbrite") -> list[PreparedRecord]:
    """Records of so many different events, numbered from `first`."""
    return [prepared(event(number, source), number) for number in range(first, first + count)]


def run_batches(
    store: Store, batches: Sequence[Records], options: BatchOptions | None = None, **begin: Any
) -> tuple[str, list[BatchOutcome]]:
    """Import batches as one complete run; return its id and the outcomes."""
    run_id = store.begin_run("eventbrite", who="test", **begin)
    store.accept_page(run_id, [BatchPlan(seq, len(records)) for seq, records in enumerate(batches)])
    done = [
        store.commit_batch(run_id, seq, records, options or BatchOptions())
        for seq, records in enumerate(batches)
    ]
    store.finish_run(run_id, "completed")
    return run_id, done


def run(store: Store, records: Records, options: BatchOptions | None = None, **begin: Any) -> list[str]:
    """Import records as one complete run of one batch; return their outcomes."""
    _, (batch,) = run_batches(store, [records], options, **begin)
    return [one.outcome for one in batch.outcomes]


def changed(record: PreparedRecord, **changes: Any) -> PreparedRecord:
    """The same record with other fields of its event."""
    assert record.event is not None
    return prepared(msgspec.structs.replace(record.event, **changes), record.number)


def _hash(one: Event) -> str:
    try:
        return content_hash(one)
    except (UnicodeEncodeError, OverflowError, ValueError):
        return "0" * 64
