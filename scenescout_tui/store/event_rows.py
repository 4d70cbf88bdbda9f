"""Events, source records and links as they are read out of the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, or_, select

from scenescout_tui.events.model import Event
from scenescout_tui.store.rows import EditRow, EventRow, LinkRow, SourceRecordRow
from scenescout_tui.store.schema import event_edits, events, record_contents, record_links, source_records
from scenescout_tui.store.stamps import optional_moment, to_moment

_EVENT_DECODER = msgspec.json.Decoder(Event)


def _with_descriptions(ids: Sequence[str]) -> Select[Any]:
    c = record_contents.c
    return (
        select(events, c.normalised)
        .outerjoin(record_contents, c.record_id == events.c.description_record_id)
        .where(events.c.id.in_(ids))
        .order_by(events.c.starts_at, events.c.id)
    )


def load_events(connection: Connection, ids: Sequence[str]) -> tuple[EventRow, ...]:
    """Return events by start; those that are not there are left out."""
    return tuple(event_of(row) for row in connection.execute(_with_descriptions(ids)).mappings())


def event_of(row: Any) -> EventRow:
    """Return a row of `events`, and the `normalised` text of the record that describes it, as an event."""
    values = dict(row)
    normalised, _ = values.pop("normalised"), values.pop("description_record_id")
    described = None if normalised is None else _EVENT_DECODER.decode(normalised)
    for name in ("starts_at", "ends_at", "source_updated_at", "created_at", "updated_at"):
        values[name] = optional_moment(values[name])
    for name in ("category_raw", "tags", "quality"):
        values[name] = tuple(msgspec.json.decode(values[name])) if values[name] else ()
    values["popularity"] = msgspec.json.decode(values["popularity"]) if values["popularity"] else None
    values["field_sources"] = msgspec.json.decode(values["field_sources"])
    values["sources"] = tuple(values["sources"].split(","))
    return EventRow(
        **values,
        description_text=described.description_text if described else None,
        description_html=described.description_html if described else None,
    )


def load_records(connection: Connection, event_id: str) -> tuple[SourceRecordRow, ...]:
    """Return the source records of an event, oldest first."""
    r, c = source_records.c, record_contents.c
    query = (
        select(source_records, c.normalised)
        .join(record_contents, c.record_id == r.id)
        .where(r.event_id == event_id)
        .order_by(r.id)
    )
    return tuple(
        SourceRecordRow(
            id=row.id,
            source=row.source,
            source_account=row.source_account,
            external_id=row.external_id,
            event_id=row.event_id,
            run_id=row.run_id,
            state=row.state if row.missing_since is None else "missing",
            content_hash=row.content_hash,
            first_seen_at=to_moment(row.first_seen_at),
            last_seen_at=to_moment(row.last_seen_at),
            changed_at=to_moment(row.changed_at),
            retention_until=optional_moment(row.retention_until),
            missing_since=optional_moment(row.missing_since),
            blanked_at=optional_moment(row.blanked_at),
            event=None if row.normalised is None else _EVENT_DECODER.decode(row.normalised),
        )
        for row in connection.execute(query)
    )


def load_links(connection: Connection, event_id: str) -> tuple[LinkRow, ...]:
    """Return the links by which records came to an event or left it, oldest first."""
    k = record_links.c
    query = (
        select(record_links)
        .where(or_(k.event_id == event_id, k.previous_event_id == event_id))
        .order_by(k.id)
    )
    return tuple(
        LinkRow(
            id=row.id,
            record_id=row.record_id,
            event_id=row.event_id,
            previous_event_id=row.previous_event_id,
            decided_by=row.decided_by,
            score=row.score,
            evidence=row.evidence,
            created_at=to_moment(row.created_at),
            undone_at=optional_moment(row.undone_at),
        )
        for row in connection.execute(query)
    )


def load_edits(connection: Connection, event_id: str) -> tuple[EditRow, ...]:
    """Return what people wrote over the fields of an event, by field."""
    d = event_edits.c
    query = select(d.field, d.value, d.who, d.edited_at, d.made_on).where(d.event_id == event_id)
    return tuple(
        EditRow(row.field, msgspec.json.decode(row.value), row.who, to_moment(row.edited_at), row.made_on)
        for row in connection.execute(query.order_by(d.field))
    )
