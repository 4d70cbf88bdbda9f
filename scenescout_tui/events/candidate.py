"""An event as it is compared with others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from scenescout_tui.events.model import Event

#: So many characters of a description are compared.
DESCRIPTION_LENGTH = 300
#: Sources that many publishers use; which one it is, its account says.
FEEDS = frozenset({"ics", "jsonld", "csv"})


class Candidate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A canonical event found under one of the block keys; `sources` names all sources linked to it.

    `accounts` names the publishers behind sources that many use (`accounts_of`); without them a source counts
    as one publisher. `venue_display` is the place as one text, where the source has no
    better; `description` the beginning of the plain text.
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
    description: str | None = None
    url: str | None = None
    accounts: tuple[str, ...] = ()
    record_count: int = 1


_FILLED = ("venue_name", "address", "city", "organizer", "venue_display", "ends_at", "description", "url")


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
    venue, described = event.venue, event.summary or event.description_text
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
        description=described[:DESCRIPTION_LENGTH] if described else None,
        url=event.url,
        accounts=accounts_of(((event.source, event.source_account),)),
    )


def accounts_of(records: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the publishers among sources and their accounts; all files of a kind count as one."""
    return tuple(sorted({f"{source} {account}" for source, account in records if source in FEEDS}))


def joined(known: Candidate, event: Event) -> Candidate:
    """Return a candidate once one more record was linked to it: what it did not say is filled in."""
    new = candidate(known.event_id, event, (event.source,))
    filled = {
        name: value for name in _FILLED if getattr(known, name) is None and (value := getattr(new, name))
    }
    if known.latitude is None and new.latitude is not None:
        filled.update(latitude=new.latitude, longitude=new.longitude)
    return msgspec.structs.replace(
        known,
        sources=tuple(sorted({*known.sources, event.source})),
        accounts=tuple(sorted({*known.accounts, *new.accounts})),
        record_count=known.record_count + 1,
        **filled,
    )
