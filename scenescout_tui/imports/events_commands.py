"""What a door may ask of the events, and do with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from scenescout_tui.events import edits
from scenescout_tui.imports.asking import Deed, StoreQuery
from scenescout_tui.paging import Window

#: What an event's `status` may be in the list.
STATUSES = (*edits.STATUSES, "pending", "refused", "missing", "expired")

#: By start, the earliest first, or by last change, the oldest first; or the other way round.
Sort = Literal["start", "start_desc", "updated", "updated_desc"]


@dataclass(frozen=True, slots=True)
class EventFilters:
    """Which events; None, or no text, lets all pass.

    Each word of `text` is the beginning of a word of title, summary, venue, organiser or city. `since` and
    `until` bound the start (until not included).
    """

    source: str | None = None
    status: str | None = None
    city: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    quality: str | None = None
    category: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ListEvents(StoreQuery):
    """Answered by a `Page` of `EventLine`."""

    filters: EventFilters
    sort: Sort
    window: Window


@dataclass(frozen=True, slots=True)
class CountEvents(StoreQuery):
    """Answered by a `Count` of what `ListEvents` lists."""

    filters: EventFilters


@dataclass(frozen=True, slots=True)
class CountUnsearched(StoreQuery):
    """Answered by a `Count` of the changed events that a search does not see yet."""


@dataclass(frozen=True, slots=True)
class GetEvent(StoreQuery):
    """Answered by an `EventCase`."""

    event_id: str


@dataclass(frozen=True, slots=True)
class EditEvent(Deed):
    """Write over a field; see `events.edits.checked` for the value, None empties it.

    The result's ``data`` holds ``undo``, the command that takes it back.
    """

    event_id: str
    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class RevertEdit(Deed):
    """Give an edited field back to the imports. The result's ``data`` holds ``undo``."""

    event_id: str
    field: str


@dataclass(frozen=True, slots=True)
class LinkEvents(Deed):
    """Make one event of some rows of the list, by their keys. The result's ``data`` holds ``undo``."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event of the list; `start` is its wall time, `updated_at` seconds since the epoch."""

    key: str
    event_id: str
    title: str
    start: str
    venue: str
    city: str
    status: str
    sources: tuple[str, ...]
    url: str
    updated_at: float


@dataclass(frozen=True, slots=True)
class EventField:
    """One field of an event, in words."""

    name: str
    value: str
    #: Who says it: a source with the end of its record's id, "edited", or nobody in particular.
    origin: str
    #: It may be written over.
    editable: bool = False
    edited: bool = False


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One source record of an event; moments are seconds since the epoch, 0 where there was none."""

    record_id: str
    source: str
    external_id: str
    state: str
    seen_at: float
    missing_since: float = 0.0
    expired_at: float = 0.0


@dataclass(frozen=True, slots=True)
class EventSide:
    """What each record of an event says of one field, in the order of the records."""

    name: str
    values: tuple[str, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class EventLink:
    """Why a record hangs on the event, by whom, and whether that was taken back."""

    record_id: str
    evidence: str
    by: str
    score: float | None
    at: float
    undone: bool


@dataclass(frozen=True, slots=True)
class EventEdit:
    """What a person wrote over a field; an empty value: they emptied it."""

    field: str
    value: str
    who: str
    at: float


@dataclass(frozen=True, slots=True)
class EventCase:
    """One event with all that is known of where it comes from."""

    event_id: str
    title: str
    url: str
    sources: tuple[str, ...]
    #: The event that took over its records.
    merged_into: str
    fields: tuple[EventField, ...]
    records: tuple[EventRecord, ...]
    sides: tuple[EventSide, ...]
    links: tuple[EventLink, ...]
    edits: tuple[EventEdit, ...]
