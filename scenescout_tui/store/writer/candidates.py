"""Stored events as the matcher wants them."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

from sqlalchemy import Connection

from scenescout_tui.events.match import Candidate
from scenescout_tui.store.stamps import to_moment
from scenescout_tui.store.statements import select_in

_CANDIDATES = (
    "SELECT id, title, starts_at, start_local, sources, all_day, attendance, venue_name, address1, city, "
    "latitude, longitude, organizer_name, venue_display, ends_at FROM events "
    "WHERE status <> 'refused' AND merged_into IS NULL AND id IN (:keys)"
)


def load_candidates(connection: Connection, event_ids: Iterable[str]) -> list[Candidate]:
    """Return events as the matcher wants them, oldest first; refused and merged ones are none."""
    return [
        Candidate(
            event_id=row[0],
            title=row[1],
            starts_at=to_moment(row[2]),
            start_local=row[3],
            sources=tuple(row[4].split(",")),
            all_day=bool(row[5]),
            attendance=row[6],
            venue_name=row[7],
            address=row[8],
            city=row[9],
            latitude=row[10],
            longitude=row[11],
            organizer=row[12],
            venue_display=row[13],
            ends_at=to_moment(row[14]) if row[14] else None,
        )
        for row in sorted(select_in(connection, _CANDIDATES, (), event_ids), key=itemgetter(0))
    ]
