"""What is asked of events and of submissions; every list is cut by the database, whatever its length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from scenescout_tui.events.model import Event
from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.rows import (
    Counts,
    EventDetail,
    EventFilters,
    EventRow,
    LinkRow,
    PendingRow,
    ReviewPair,
    SourceRecordRow,
)
from scenescout_tui.store.schema import (
    clears,
    events,
    record_contents,
    record_links,
    review_pairs,
    source_records,
    totals,
)
from scenescout_tui.store.stamps import NO_START, optional_moment, to_moment, to_text

_EVENT_DECODER = msgspec.json.Decoder(Event)
_EXPORT_STEP = 500
_ALL = EventFilters()


class EventReads(StorePart):
    """Events, their records, submissions and doubtful pairs."""

    def events(
        self,
        filters: EventFilters = _ALL,
        limit: int = 100,
        offset: int = 0,
        *,
        after: tuple[str, str] | None = None,
    ) -> tuple[EventRow, ...]:
        """List events by start; `after` (see `event_key`) goes on behind a row at any depth.

        Events whose content may not be kept any longer are listed only where `filters.status` is "expired".

        Raises: DatabaseError.
        """
        conditions = _conditions(filters)
        if after is not None:
            start, event_id = after
            conditions.append(
                or_(events.c.starts_at > start, and_(events.c.starts_at == start, events.c.id > event_id))
            )
            conditions.append(events.c.starts_at >= start)
        # The page is found in an index; whole rows are read for that page only.
        page = (
            select(events.c.id)
            .where(*conditions)
            .order_by(events.c.starts_at, events.c.id)
            .limit(limit)
            .offset(offset)
        )
        with self._database.reading("events") as connection:
            return _load_events(connection, list(connection.scalars(page)))

    def count_events(self, filters: EventFilters = _ALL) -> int:
        """Count the events that pass the filters.

        Raises: DatabaseError.
        """
        with self._database.reading("count_events") as connection:
            return connection.execute(
                select(func.count()).select_from(events).where(*_conditions(filters))
            ).scalar_one()

    def iter_events(self, filters: EventFilters = _ALL) -> Iterator[EventRow]:
        """Walk all events by start, for exports of any length.

        Each step of 500 is a snapshot of its own, so a walk of minutes does not hold back the write-ahead
        log.

        Raises: DatabaseError.
        """
        after: tuple[str, str] | None = None
        while page := self.events(filters, _EXPORT_STEP, after=after):
            yield from page
            after = event_key(page[-1])

    def event(self, wanted: str) -> EventDetail:
        """Return the event of this id, or the only one whose id ends so, with all of its records.

        Raises: NotFoundError when none or several fit, DatabaseError.
        """
        with self._database.reading("event") as connection:
            ids = [wanted] if connection.scalar(select(events.c.id).where(events.c.id == wanted)) else []
            if not ids and len(wanted) >= 4:
                fitting = select(events.c.id).where(events.c.id.endswith(wanted.lower(), autoescape=True))
                ids = list(connection.scalars(fitting.limit(2)))
            if len(ids) != 1:
                raise NotFoundError("event", wanted)
            (row,) = _load_events(connection, ids)
            return EventDetail(row, _load_records(connection, ids[0]), _load_links(connection, ids[0]))

    def pending(self, limit: int = 100, offset: int = 0) -> tuple[PendingRow, ...]:
        """List submissions that wait for a person, oldest first.

        Raises: DatabaseError.
        """
        r, c = source_records.c, record_contents.c
        query = (
            select(r.id, r.event_id, r.source, r.first_seen_at, c.normalised, events.c.record_count)
            .join(record_contents, c.record_id == r.id)
            .join(events, events.c.id == r.event_id)
            .where(r.state == "pending", r.state != "active")
            .order_by(r.first_seen_at, r.id)
            .limit(limit)
            .offset(offset)
        )
        with self._database.reading("pending") as connection:
            return tuple(_pending_row(row) for row in connection.execute(query) if row.normalised is not None)

    def review_pairs(self, limit: int = 100, offset: int = 0) -> tuple[ReviewPair, ...]:
        """List pairs of events that may be one and that nobody has decided, oldest first.

        Raises: DatabaseError.
        """
        p = review_pairs.c
        query = (
            select(
                p.id, p.event_id, p.other_event_id, p.record_id, p.score, p.evidence, p.state, p.created_at
            )
            .where(p.state == "open")
            .order_by(p.id)
            .limit(limit)
            .offset(offset)
        )
        with self._database.reading("review_pairs") as connection:
            return tuple(ReviewPair(*row[:-1], to_moment(row[-1])) for row in connection.execute(query))

    def counts(self) -> Counts:
        """Return the numbers of the whole store; costs the same at any size.

        Raises: DatabaseError.
        """
        with self._database.reading("counts") as connection:
            kept = {(name, source): value for name, source, value in connection.execute(select(totals))}
            last_clear = (
                select(clears.c.count).where(clears.c.undone_at.is_(None)).order_by(clears.c.id.desc())
            )
            undoable = connection.scalar(last_clear.limit(1)) or 0
        return Counts(
            events=kept.get(("events", ""), 0),
            records={source: value for (name, source), value in kept.items() if name == "records"},
            errors_open=kept.get(("errors_open", ""), 0),
            dead_letters=kept.get(("dead_letters", ""), 0),
            pending=kept.get(("pending", ""), 0),
            review=kept.get(("review", ""), 0),
            undoable=undoable,
        )


def event_key(row: EventRow) -> tuple[str, str]:
    """Return where a row stands in the order of `events`, for its `after`."""
    return to_text(row.starts_at), row.id


def _conditions(filters: EventFilters) -> list[ColumnElement[bool]]:
    e = events.c
    conditions: list[ColumnElement[bool]] = [e.merged_into.is_(None)]
    if filters.status is not None:
        conditions.append(e.status == filters.status)
        if filters.status != "scheduled":
            conditions.append(
                e.status != "scheduled"
            )  # the words of the partial index, which is used only then
    if filters.status != "expired":
        conditions.append(e.starts_at != NO_START)  # found in every index, unlike the status
    if filters.city is not None:
        conditions.append(e.city == filters.city)
    if filters.text:
        # Not `icontains`: the server would fold the sought text by rules of its own, beyond ASCII.
        conditions.append(func.lower(e.title).contains(_folded(filters.text), autoescape=True))
    if filters.since is not None:
        conditions.append(e.starts_at >= to_text(filters.since))
    if filters.until is not None:
        conditions.append(e.starts_at < to_text(filters.until))
    if filters.source is not None:
        r = source_records.c
        conditions.append(exists().where(r.event_id == e.id, r.source == filters.source))
    return conditions


def _folded(text: str) -> str:
    """Return a text as `lower` of both databases leaves it: only ASCII letters have a lower case there."""
    return "".join([sign.lower() if sign.isascii() else sign for sign in text])


def _events_with_descriptions(ids: Sequence[str]) -> Select[Any]:
    c = record_contents.c
    return (
        select(events, c.normalised)
        .outerjoin(record_contents, c.record_id == events.c.description_record_id)
        .where(events.c.id.in_(ids))
        .order_by(events.c.starts_at, events.c.id)
    )


def _load_events(connection: Connection, ids: Sequence[str]) -> tuple[EventRow, ...]:
    return tuple(_event_row(row) for row in connection.execute(_events_with_descriptions(ids)).mappings())


def _event_row(row: Any) -> EventRow:
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


def _load_records(connection: Connection, event_id: str) -> tuple[SourceRecordRow, ...]:
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


def _load_links(connection: Connection, event_id: str) -> tuple[LinkRow, ...]:
    k = record_links.c
    query = (
        select(k.record_id, k.event_id, k.previous_event_id, k.decided_by, k.score, k.evidence, k.created_at)
        .where(or_(k.event_id == event_id, k.previous_event_id == event_id))
        .order_by(k.id)
    )
    return tuple(LinkRow(*row[:-1], to_moment(row[-1])) for row in connection.execute(query))


def _pending_row(row: Any) -> PendingRow:
    event = _EVENT_DECODER.decode(row.normalised)
    return PendingRow(
        record_id=row.id,
        event_id=row.event_id,
        source=row.source,
        title=event.title,
        starts_at=event.starts_at,
        city=event.venue.city if event.venue else None,
        submitted_at=to_moment(row.first_seen_at),
        linked=row.record_count > 1,
    )
