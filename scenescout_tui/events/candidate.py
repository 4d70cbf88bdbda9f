"""An event as it is compared with others."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from scenescout_tui.events.model import Event


class Candidate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A canonical event found under one of the block keys; `sources` names all sources linked to it.

    `venue_display` is the place as one text, where the source has no better.
    """

    event_id: str
    title: str
    starts_at: datetime
    start_local: str
    sources: tuple[str, ...]
    all_day: bool = False
    attendance: str = "unknown"
    venue_name: str | None = None
    address: str | None = None
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    organizer: str | None = None
    venue_display: str | None = None
    ends_at: datetime | None = None


class Finding(NamedTuple):
    """One part of a comparison: what it takes off the score (None: two different events), in words.

    `doubt` says that the pair may not be linked whatever its score. `needs` is how much the title has to make
    up for: 0 nothing; 1 it has to be one that few events share, else there is doubt; 2 there is doubt even
    then, and two different events otherwise.
    """

    penalty: float | None
    words: str
    doubt: bool = False
    needs: int = 0


def candidate(event_id: str, event: Event, sources: tuple[str, ...]) -> Candidate:
    """Return an event as it is compared."""
    venue = event.venue
    return Candidate(
        event_id=event_id,
        title=event.title,
        starts_at=event.starts_at,
        start_local=event.start_local,
        sources=sources,
        all_day=event.all_day,
        attendance=event.attendance,
        venue_name=venue.name if venue is not None else None,
        address=venue.address1 if venue is not None else None,
        city=venue.city if venue is not None else None,
        latitude=venue.latitude if venue is not None else None,
        longitude=venue.longitude if venue is not None else None,
        organizer=event.organizer.name if event.organizer is not None else None,
        venue_display=venue.display if venue is not None else None,
        ends_at=event.ends_at,
    )
