"""The content hash: two readings of a record with the same hash say the same about the event."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

import msgspec

from scenescout_tui.events.model import Event, Venue
from scenescout_tui.events.urls import page_identity


class _Content(msgspec.Struct, frozen=True, gc=False):
    """What counts as content, in the order of sorted keys; encoded it is canonical JSON."""

    all_day: bool
    attendance: str
    capacity: int | None
    category_raw: tuple[str, ...]
    contact: tuple[str | None, str | None]
    currency: str | None
    description_text: str | None
    ends_at: datetime | None
    image_url: str | None
    is_free: bool | None
    organizer: str | None
    price_max: int | None
    price_min: int | None
    series_id: str | None
    start_local: str
    starts_at: datetime
    status: str
    summary: str | None
    tags: tuple[str, ...]
    tickets_url: str | None
    timezone: str | None
    title: str
    url: str | None
    venue: tuple[str | float | None, ...]


_encode = msgspec.json.Encoder().encode


def content_hash(event: Event) -> str:
    """Return the SHA-256 (hex) of what the event says: 64 characters.

    It is taken from the normalised fields, so that entity forms, white space and tracking parameters do not
    count; neither do counts of visitors, the source's own time stamps, or the query string of a picture's
    address.
    """
    content = _Content(
        event.all_day,
        event.attendance,
        event.capacity,
        event.category_raw,
        (event.contact_email, event.contact_phone),
        event.currency,
        _folded(event.description_text),
        event.ends_at,
        event.image_url.partition("?")[0] if event.image_url is not None else None,
        event.is_free,
        event.organizer.name or event.organizer.external_id if event.organizer is not None else None,
        event.price_max,
        event.price_min,
        event.series_id,
        event.start_local,
        event.starts_at,
        event.status,
        _folded(event.summary),
        event.tags,
        page_identity(event.tickets_url) if event.tickets_url is not None else None,
        event.timezone,
        event.title,
        page_identity(event.url) if event.url is not None else None,
        _place(event.venue) if event.venue is not None else (),
    )
    return sha256(_encode(content)).hexdigest()


def _folded(text: str | None) -> str | None:
    return " ".join(text.split()) if text is not None and "\n" in text else text


def _place(venue: Venue) -> tuple[str | float | None, ...]:
    return (
        venue.name,
        venue.address1,
        venue.address2,
        venue.city,
        venue.region,
        venue.postal,
        venue.country,
        venue.latitude,
        venue.longitude,
        venue.external_id,
    )
