"""The normalised event: what every source's payload becomes before anything is matched or stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

Status = Literal["scheduled", "cancelled", "postponed", "rescheduled", "ended", "draft"]
Attendance = Literal["in_person", "online", "hybrid", "unknown"]
TzSource = Literal["explicit", "offset_only", "geo", "assumed"]


class Venue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where an event takes place; every part may be unknown.

    `country` is ISO 3166-1 alpha-2 in capitals, `latitude` and `longitude` are WGS 84 degrees, `external_id`
    is the source's own id of the place. A venue with only an `external_id` is a reference that the importer
    may resolve.
    """

    name: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    region: str | None = None
    postal: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    external_id: str | None = None
    display: str | None = None


class Organizer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Who puts the event on, as the source names them."""

    name: str | None = None
    external_id: str | None = None
    url: str | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event of one source, normalised: title and start are always known, all else may be missing.

    `starts_at` and `ends_at` are aware and in UTC; `start_local` and `end_local` are ISO 8601 wall times
    without an offset ("2026-11-23T20:00:00"), or a date when `all_day`. `start_text` and `end_text` are what
    the source wrote, where that is not the wall time itself. `timezone` is an IANA name and `tz_source` says
    how it is known. `slug` is for addresses of pages, and not unique. `price_min` and `price_max` are
    integers in the minor unit of `currency`; `is_free` is None where the source does not say. Texts are clean
    (NFC, no control characters); `description_html` is safe HTML. `quality` holds the codes of
    `scenescout_tui.events.quality`.
    """

    source: str
    source_account: str = ""
    external_id: str
    series_id: str | None = None
    title: str
    slug: str | None = None
    starts_at: datetime
    ends_at: datetime | None = None
    start_local: str
    end_local: str | None = None
    start_text: str | None = None
    end_text: str | None = None
    timezone: str | None = None
    tz_source: TzSource
    summary: str | None = None
    description_text: str | None = None
    description_html: str | None = None
    all_day: bool = False
    status: Status = "scheduled"
    attendance: Attendance = "unknown"
    venue: Venue | None = None
    organizer: Organizer | None = None
    category_raw: tuple[str, ...] = ()
    category: str | None = None
    tags: tuple[str, ...] = ()
    is_free: bool | None = None
    price_min: int | None = None
    price_max: int | None = None
    currency: str | None = None
    url: str | None = None
    tickets_url: str | None = None
    image_url: str | None = None
    capacity: int | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    popularity: Mapping[str, int] | None = None
    source_updated_at: datetime | None = None
    quality: tuple[str, ...] = ()
