"""What the engine answers and does for the screen of events."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from scenescout_tui.events.edits import FIELDS
from scenescout_tui.events.model import Event, Organizer, Venue
from scenescout_tui.imports.asking import Deed
from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.doing.desk import Answers, Deeds, Desk, Shelf
from scenescout_tui.imports.event_words import SHORT, also_changed, given_by
from scenescout_tui.imports.events_commands import (
    CountEvents,
    CountUnsearched,
    EditEvent,
    EventCase,
    EventEdit,
    EventField,
    EventFilters,
    EventLine,
    EventLink,
    EventRecord,
    EventSide,
    GetEvent,
    LinkEvents,
    ListEvents,
    RevertEdit,
)
from scenescout_tui.imports.review_commands import UndoDecision
from scenescout_tui.paging import Count, Page
from scenescout_tui.store import (
    EventDetail,
    EventRow,
    LinkRow,
    NotFoundError,
    SourceRecordRow,
)
from scenescout_tui.store import EventFilters as StoredFilters
from scenescout_tui.store import EventLine as StoredLine

#: So many of those that are not indexed yet are searched all the same; see `Store.unsearched`.
_SEARCHED = 1_000
#: Said elsewhere, or twice.
_UNSAID = frozenset({"field_sources", "description_html", "merged_into"})
_NAMES = tuple(one.name for one in fields(EventRow) if one.name not in _UNSAID)
#: Fields of a record that are compared, in the order in which people judge them.
_COMPARED = (
    *("title", "start_local", "end_local", "timezone", "all_day", "status", "attendance"),
    *("venue_name", "address1", "address2", "city", "region", "postal", "country", "latitude", "longitude"),
    *("organizer_name", "category", "tags", "is_free", "price_min", "price_max", "currency", "capacity"),
    *("url", "tickets_url", "image_url", "summary", "description_text", "quality"),
)
_EXPIRED = "expired"


# ── answers


def _list(shelf: Shelf, query: ListEvents) -> Page[EventLine]:
    page = shelf.store.events_page(_stored(query.filters), query.window, sort=query.sort)
    return Page(tuple(map(_line, page.rows)), page.more, page.looked, page.resume)


def _count(shelf: Shelf, query: CountEvents) -> Count:
    return shelf.store.count_listed(_stored(query.filters))


def _count_unsearched(shelf: Shelf, query: CountUnsearched) -> Count:
    found = shelf.store.unsearched()
    return Count(max(0, found.number - _SEARCHED), found.exact)


def _get(shelf: Shelf, query: GetEvent) -> EventCase:
    detail = shelf.store.event(query.event_id)
    event = detail.event
    return EventCase(
        event_id=event.id,
        title=event.title,
        url=event.url or "",
        sources=event.sources,
        merged_into=event.merged_into or "",
        fields=_fields(detail),
        records=tuple(map(_record, detail.records)),
        sides=_sides(detail.records),
        links=tuple(map(_link, detail.links)),
        edits=tuple(
            EventEdit(one.field, _text(one.value), one.who, one.edited_at.timestamp()) for one in detail.edits
        ),
    )


def _stored(filters: EventFilters) -> StoredFilters:
    return StoredFilters(
        source=filters.source,
        status=filters.status,
        city=filters.city,
        text=filters.text or None,
        since=filters.since,
        until=filters.until,
        quality=filters.quality,
        category=filters.category,
    )


def _line(row: StoredLine) -> EventLine:
    return EventLine(
        key=row.key,
        event_id=row.id,
        title=row.title,
        start="" if row.status == _EXPIRED else _wall_time(row.start_local),
        venue=row.venue_name or "",
        city=row.city or "",
        status=row.status,
        sources=row.sources,
        url=row.url or "",
        updated_at=row.updated_at.timestamp(),
    )


def _wall_time(local: str) -> str:
    """Give a wall time to the minute; what says no time says a day."""
    return local.replace("T", " ")[:16]


def _fields(detail: EventDetail) -> tuple[EventField, ...]:
    """Give every field that says something, and those that could be made to."""
    edited = {one.field for one in detail.edits}
    found = []
    for name in _NAMES:
        hidden = detail.event.status == _EXPIRED and name == "starts_at"
        value = "" if hidden else _text(getattr(detail.event, name))
        if value or name in FIELDS:
            found.append(
                EventField(name, value, given_by(detail, name), name in FIELDS, edited=name in edited)
            )
    return tuple(found)


def _text(value: Any) -> str:
    """Give a value as a person would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _record(record: SourceRecordRow) -> EventRecord:
    missing, expired = record.missing_since, record.blanked_at
    return EventRecord(
        record_id=record.id,
        source=record.source,
        external_id=record.external_id,
        state=record.state,
        seen_at=record.last_seen_at.timestamp(),
        missing_since=0.0 if missing is None else missing.timestamp(),
        expired_at=0.0 if expired is None else expired.timestamp(),
    )


def _sides(records: tuple[SourceRecordRow, ...]) -> tuple[EventSide, ...]:
    said = [{} if record.event is None else _said(record.event) for record in records]
    found = []
    for name in _COMPARED:
        values = tuple(one.get(name, "") for one in said)
        if any(values):
            found.append(EventSide(name, values, differs=len(set(filter(None, values))) > 1))
    return tuple(found)


def _said(event: Event) -> dict[str, str]:
    """Give what a record says, by the names of an event's fields."""
    venue, organizer = event.venue or Venue(), event.organizer or Organizer()
    values = {
        name: getattr(part, name) for part in (venue, event) for name in _COMPARED if hasattr(part, name)
    }
    values |= {"venue_name": venue.name, "organizer_name": organizer.name}
    return {name: _text(value) for name, value in values.items()}


def _link(link: LinkRow) -> EventLink:
    return EventLink(
        record_id=link.record_id[-SHORT:],
        evidence=link.evidence,
        by=link.decided_by,
        score=link.score,
        at=link.created_at.timestamp(),
        undone=link.undone_at is not None,
    )


# ── deeds


async def _edit(desk: Desk, deed: EditEvent) -> CommandResult:
    store = desk.core.store
    detail = await desk.threads.read(store.event, deed.event_id)
    before = detail.event
    changes = {deed.field: deed.value}
    after = await desk.threads.write(store.edit_event, before.id, changes, who=desk.who, tty=desk.tty)
    desk.store_changed()
    words = f"{deed.field} is written over: imports change it no more"
    if also := list(also_changed(before, after, changes)):
        words = f"{words}; with it changed {', '.join(also)}"
    return CommandResult(True, words, data={"undo": _back(detail, deed.field)})


async def _revert(desk: Desk, deed: RevertEdit) -> CommandResult:
    store = desk.core.store
    detail = await desk.threads.read(store.event, deed.event_id)
    undo = _back(detail, deed.field)
    if isinstance(undo, RevertEdit):
        raise NotFoundError("edit of the field", deed.field)
    await desk.threads.write(store.revert_edits, detail.event.id, (deed.field,), who=desk.who, tty=desk.tty)
    desk.store_changed()
    return CommandResult(True, f"{deed.field} is given back: it is what the sources say", data={"undo": undo})


async def _link_events(desk: Desk, deed: LinkEvents) -> CommandResult:
    # A key ends in the id; by another sort the same event has another key.
    ids = tuple(dict.fromkeys(key.rpartition(" ")[2] for key in deed.keys))
    decided = await desk.threads.write(desk.core.store.merge_events, ids, who=desk.who, tty=desk.tty)
    desk.store_changed()
    undo_ids = () if decided.undo_id is None else (decided.undo_id,)
    return CommandResult(
        True,
        f"{len(ids):,} events are one now",
        data={"undo": UndoDecision(undo_ids or decided.decision_ids)},
    )


def _back(detail: EventDetail, field: str) -> Deed:
    """Give what brings a field back to how it is now."""
    edit = next((one for one in detail.edits if one.field == field), None)
    event_id = detail.event.id
    return RevertEdit(event_id, field) if edit is None else EditEvent(event_id, field, edit.value)


ANSWERS: Answers = {
    ListEvents: _list,
    CountEvents: _count,
    CountUnsearched: _count_unsearched,
    GetEvent: _get,
}
DEEDS: Deeds = {EditEvent: _edit, RevertEdit: _revert, LinkEvents: _link_events}
