"""A canonical event out of its source records: who contributes, and the row that comes of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from scenescout_tui.events.edits import apply, edited_fields
from scenescout_tui.events.merge import Contribution, merge
from scenescout_tui.events.model import Event, Organizer, Venue
from scenescout_tui.events.venue_forms import form_key
from scenescout_tui.store.schema import events
from scenescout_tui.store.stamps import NO_START, optional_text, to_text
from scenescout_tui.store.statements import Row, insert_rows, select_in

_JSON = msgspec.json.Encoder().encode
_EVENT_DECODER = msgspec.json.Decoder(Event)

#: In the order in which `event_row` gives the values.
# fmt: off
EVENT_COLUMNS = (
    "id", "title", "slug", "summary", "status", "attendance", "starts_at", "ends_at", "start_local",
    "end_local", "timezone", "tz_source", "all_day", "venue_id", "venue_name", "venue_display", "address1",
    "address2", "city", "region", "postal", "country", "latitude", "longitude", "organizer_name",
    "organizer_url", "series_id", "category", "category_raw", "tags", "is_free", "price_min", "price_max",
    "currency", "url",
    "tickets_url", "image_url", "capacity", "contact_email", "contact_phone", "popularity", "quality",
    "source_updated_at", "sources", "record_count", "field_sources", "description_record_id", "created_at",
    "updated_at",
)
# fmt: on
# A changed event keeps its id and the moment it was created.
_CHANGING = tuple(name for name in EVENT_COLUMNS if name not in ("id", "created_at"))
# One whose content may not be kept keeps its address too: ids, hashes and links are not content.
_BLANKING = tuple(name for name in _CHANGING if name != "url")
_BLANK: Mapping[str, Any] = {
    "title": "",
    "status": "expired",
    "attendance": "unknown",
    "starts_at": NO_START,
    "start_local": "1970-01-01T00:00:00",
    "all_day": False,
    "field_sources": "{}",
}
_HOUSE_FIELDS = ("venue_name", "address1", "latitude", "longitude")
# Whose fields count: the first of these states that any record with content has. A record that its source no
# longer lists gives nothing beside one that is listed; pending ones give nothing before they are approved.
_HEARD = ("active", "missing", "pending", "refused")

_MEMBERS = (
    "SELECT r.event_id, r.id, r.source, CASE WHEN r.missing_since IS NULL THEN r.state ELSE 'missing' END, "
    "r.changed_at, c.normalised, c.block_keys "
    "FROM source_records r JOIN record_contents c ON c.record_id = r.id "
    "WHERE r.event_id IN (:keys) ORDER BY r.id"
)
_VENUE_IDS = (
    "SELECT external_id, venue_id FROM source_venues "
    "WHERE source = ? AND source_account = ? AND external_id IN (:keys)"
)


#: Field → what a person wrote over it; None where it was emptied.
Edits = Mapping[str, Any]


class Member(NamedTuple):
    """One source record of a canonical event; `event` is None once its content was blanked.

    `state` is "missing" while its source no longer lists it.
    """

    record_id: str
    source: str
    state: str
    changed_at: str
    event: Event | None
    block_keys: tuple[str, ...]
    #: The house that it names.
    venue_id: str | None = None


class Made(NamedTuple):
    """An event as its records make it; `state` is theirs who count, see `Member`."""

    event: Event
    field_sources: Mapping[str, str]
    state: str


def load_members(connection: Connection, event_ids: Collection[str]) -> dict[str, dict[str, Member]]:
    """Return the records of each event, oldest first."""
    found: dict[str, dict[str, Member]] = {event_id: {} for event_id in event_ids}
    for event_id, record_id, source, state, changed_at, normalised, keys in select_in(
        connection, _MEMBERS, (), event_ids
    ):
        event = None if normalised is None else _EVENT_DECODER.decode(normalised)
        found[event_id][record_id] = Member(record_id, source, state, changed_at, event, split_keys(keys))
    _add_venue_ids(connection, found)
    return found


def _add_venue_ids(connection: Connection, found: dict[str, dict[str, Member]]) -> None:
    named: dict[tuple[str, str], dict[str, list[tuple[str, str]]]] = {}
    for event_id, members in found.items():
        for member in members.values():
            key = None if member.event is None else form_key(member.event)
            if key is not None:
                forms = named.setdefault(key[:2], {})
                forms.setdefault(key.external_id, []).append((event_id, member.record_id))
    for account, forms in named.items():
        for external_id, venue_id in select_in(connection, _VENUE_IDS, account, forms):
            for event_id, record_id in forms[external_id]:
                members = found[event_id]
                members[record_id] = members[record_id]._replace(venue_id=venue_id)


def canonical_row(
    event_id: str, members: Mapping[str, Member], now: str, edits: Edits | None = None
) -> Row | None:
    """Return the row of an event with these records and these edits over them.

    None when the content of all records is gone, whatever was edited.
    """
    if edits is None and len(members) == 1:
        (only,) = members.values()
        if only.event is None:
            return None
        status = only.event.status if only.state == "active" else only.state
        fields = {"*": only.record_id}
        return event_row(event_id, only.event, status, (only.source,), 1, fields, now, only.venue_id)
    made = made_of(members)
    if made is None:
        return None
    event, field_sources, state = made
    venue_id = members[field_sources["venue"]].venue_id
    if edits is not None:
        event, field_sources = apply(event, edits), {**field_sources, **edited_fields(edits)}
        if not edits.keys().isdisjoint(_HOUSE_FIELDS):
            venue_id = None  # where a person says it is, there may be another house
    # Whether it counts at all is not a matter of an edit.
    status = event.status if state == "active" else state
    sources, count = sources_of(members), len(members)
    return event_row(event_id, event, status, sources, count, field_sources, now, venue_id)


def made_of(members: Mapping[str, Member]) -> Made | None:
    """Return what records make together before any edits; None when the content of all of them is gone."""
    there = [member for member in members.values() if member.event is not None]
    if not there:
        return None
    state = min((member.state for member in there), key=_HEARD.index)
    heard = [member for member in there if member.state == state]
    if state == "missing" and any(member.state == "active" for member in members.values()):
        state = "active"  # it is listed still, by a record whose content may not be kept
    event, field_sources = merge(
        [Contribution(m.record_id, m.event, m.changed_at) for m in heard if m.event is not None]
    )
    return Made(event, field_sources, state)


def blank_row(event_id: str, sources: str, record_count: int, now: str) -> Row:
    """Return the values of `EVENT_COLUMNS` of an event whose content may not be kept, for `blank_events`."""
    own = {
        "id": event_id,
        "sources": sources,
        "record_count": record_count,
        "created_at": now,
        "updated_at": now,
    }
    values = {**_BLANK, **own}
    return tuple(values.get(name) for name in EVENT_COLUMNS)


def sources_of(members: Mapping[str, Member]) -> tuple[str, ...]:
    """Return the sources of an event's records, sorted; refused ones only where there are no others."""
    named = {one.source for one in members.values() if one.state != "refused"}
    return tuple(sorted(named or {one.source for one in members.values()}))


def event_row(
    event_id: str,
    event: Event,
    status: str,
    sources: tuple[str, ...],
    record_count: int,
    field_sources: Mapping[str, str],
    now: str,
    venue_id: str | None = None,
) -> Row:
    """Return the values of `EVENT_COLUMNS`."""
    described = event.description_text is not None or event.description_html is not None
    return (
        event_id,
        event.title,
        event.slug,
        event.summary,
        status,
        event.attendance,
        to_text(event.starts_at),
        optional_text(event.ends_at),
        event.start_local,
        event.end_local,
        event.timezone,
        event.tz_source,
        event.all_day,
        venue_id,
        *_venue_values(event.venue),
        *_organizer_values(event.organizer),
        event.series_id,
        event.category,
        _list(event.category_raw),
        _list(event.tags),
        event.is_free,
        event.price_min,
        event.price_max,
        event.currency,
        event.url,
        event.tickets_url,
        event.image_url,
        event.capacity,
        event.contact_email,
        event.contact_phone,
        _list(event.popularity),
        _list(event.quality),
        optional_text(event.source_updated_at),
        ",".join(sources),
        record_count,
        _JSON(field_sources).decode(),
        _description_source(field_sources) if described else None,
        now,
        now,
    )


def _venue_values(venue: Venue | None) -> Row:
    if venue is None:
        return (None,) * 10
    return (
        venue.name,
        venue.display,
        venue.address1,
        venue.address2,
        venue.city,
        venue.region,
        venue.postal,
        venue.country,
        venue.latitude,
        venue.longitude,
    )


def _organizer_values(organizer: Organizer | None) -> Row:
    return (None, None) if organizer is None else (organizer.name, organizer.url)


def write_events(connection: Connection, new: list[Row], changed: list[Row]) -> None:
    """Write rows of `event_row`; changed ones keep their id and the moment they were created."""
    insert_rows(connection, events, EVENT_COLUMNS, new)
    insert_rows(connection, events, EVENT_COLUMNS, changed, update=_CHANGING)


def blank_events(connection: Connection, rows: list[Row]) -> None:
    """Write rows of `blank_row` over events that are there; id, address and first moment stay."""
    insert_rows(connection, events, EVENT_COLUMNS, rows, update=_BLANKING)


def split_keys(text: str) -> tuple[str, ...]:
    """Return the block keys of their stored form."""
    return tuple(text.split("\n")) if text else ()


def join_keys(keys: tuple[str, ...]) -> str:
    """Return the stored form of block keys."""
    return "\n".join(keys)


def _description_source(field_sources: Mapping[str, str]) -> str | None:
    for field in ("description_text", "description_html", "*"):
        if field in field_sources:
            return field_sources[field]
    return None


def _list(values: Any) -> str | None:
    return _JSON(values).decode() if values else None
