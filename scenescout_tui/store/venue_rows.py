"""Venues as they come out of the store: frozen values, without any tie to a connection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scenescout_tui.events.model import Venue


@dataclass(frozen=True, slots=True)
class VenueRow:
    """A house, made from what its sources say; `country` is ISO 3166-1 alpha-2, coordinates are WGS 84."""

    id: str
    name: str | None
    address1: str | None
    address2: str | None
    city: str | None
    region: str | None
    postal: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    #: How many forms of it the sources have: one for each of their ids.
    source_count: int
    created_at: datetime
    updated_at: datetime
    #: The sources of its forms, sorted.
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VenueForm:
    """What one source says of a house; `external_id` None where the source has no id for it."""

    source: str
    source_account: str
    external_id: str | None
    venue: Venue
    updated_at: datetime
    #: Until when it may be kept; None for good.
    retention_until: datetime | None


@dataclass(frozen=True, slots=True)
class VenueDetail:
    """A house with its forms, by source."""

    venue: VenueRow
    forms: tuple[VenueForm, ...]
