"""One canonical event out of its source records: per field, who wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from scenescout_tui.events.model import Event

#: Sources in the order in which their fields win; people first, then those who sell the tickets, then
#: listings.
SOURCE_ORDER = ("manual", "eventbrite", "ics", "jsonld", "csv", "yelp")

# Fields that only make sense together have one winner.
_GROUPS: tuple[tuple[str, ...], ...] = (
    ("title", "slug"),
    ("starts_at", "start_local", "start_text", "timezone", "tz_source", "all_day"),
    ("ends_at", "end_local", "end_text"),
    ("summary",),
    ("description_text", "description_html"),
    ("attendance",),
    ("venue",),
    ("organizer",),
    ("category_raw", "category"),
    ("tags",),
    ("is_free", "price_min", "price_max", "currency"),
    ("url",),
    ("tickets_url",),
    ("image_url",),
    ("capacity",),
    ("contact_email", "contact_phone"),
    ("series_id",),
    ("popularity",),
)
_ZONE_RANK = {"explicit": 0, "geo": 1, "offset_only": 2, "assumed": 3}
_CHANGED_STATUSES = ("cancelled", "postponed", "rescheduled")


class Contribution(NamedTuple):
    """One source record of a canonical event; `updated_at` is any sortable stamp of its last change."""

    record_id: str
    event: Event
    updated_at: str
    pending: bool = False


class Merged(NamedTuple):
    """The canonical event, and for each of its fields the record it came from."""

    event: Event
    field_sources: Mapping[str, str]


def merge(contributions: Sequence[Contribution]) -> Merged:
    """Return the canonical event of at least one source record.

    Each field, or group of fields that belong together, comes from the first source in `SOURCE_ORDER` that
    fills it, among records of one source from the freshest. A known time zone beats an assumed one, a
    cancellation is believed to whoever changed last. Pending records win nothing while there are others.

    :raises ValueError: without any record.
    """
    heard = [one for one in contributions if not one.pending] or list(contributions)
    if not heard:
        raise ValueError("an event needs at least one source record")
    ranked = sorted(sorted(heard, key=lambda one: (one.updated_at, one.record_id), reverse=True), key=_rank)
    changes: dict[str, object] = {}
    field_sources: dict[str, str] = {}
    for group in _GROUPS:
        winner = _winner(group, ranked)
        for field in group:
            changes[field] = getattr(winner.event, field)
            field_sources[field] = winner.record_id
    # An end belongs to a start: from another record it may lie before it.
    if changes["ends_at"] is not None and _earlier(changes["ends_at"], changes["starts_at"]):
        changes["ends_at"] = changes["end_local"] = changes["end_text"] = None
    status = _status(ranked)
    changes["status"], field_sources["status"] = status.event.status, status.record_id
    changes["quality"] = tuple(dict.fromkeys(code for one in ranked for code in one.event.quality))
    return Merged(msgspec.structs.replace(ranked[0].event, **changes), field_sources)


def _rank(one: Contribution) -> int:
    source = one.event.source
    return SOURCE_ORDER.index(source) if source in SOURCE_ORDER else len(SOURCE_ORDER)


def _winner(group: tuple[str, ...], ranked: Sequence[Contribution]) -> Contribution:
    if group[0] == "starts_at":
        return min(ranked, key=lambda one: _ZONE_RANK[one.event.tz_source])
    if group[0] == "venue":
        return min(ranked, key=_venue_rank)
    return next((one for one in ranked if _is_filled(group, one.event)), ranked[0])


def _is_filled(group: tuple[str, ...], event: Event) -> bool:
    if group[0] == "is_free":
        # "Not free" without a price says less than a price from elsewhere.
        return event.is_free is True or event.price_max is not None
    if group[0] == "ends_at":
        return event.ends_at is not None
    if group[0] == "attendance":
        return event.attendance != "unknown"
    return any(getattr(event, field) not in (None, (), "") for field in group)


def _venue_rank(one: Contribution) -> int:
    """A venue with a name and coordinates before one with either, before none."""
    venue = one.event.venue
    if venue is None:
        return 4
    return (0 if venue.name else 1) + (0 if venue.latitude is not None else 1) + (0 if venue.city else 1)


def _status(ranked: Sequence[Contribution]) -> Contribution:
    freshest = max(ranked, key=lambda one: (one.updated_at, one.record_id))
    return freshest if freshest.event.status in _CHANGED_STATUSES else ranked[0]


def _earlier(end: object, start: object) -> bool:
    return bool(end < start)  # type: ignore[operator]
