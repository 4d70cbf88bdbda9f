"""Stored events as the matcher wants them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Connection

from scenescout_tui.events.blocks import MAX_MINUTES
from scenescout_tui.events.candidate import DESCRIPTION_LENGTH, FEEDS, Candidate, accounts_of
from scenescout_tui.events.model import Event
from scenescout_tui.events.record import PreparedRecord
from scenescout_tui.store.stamps import to_moment, to_text
from scenescout_tui.store.statements import Row, select_in

_BLOCKS = "SELECT block_key, event_id FROM event_blocks WHERE block_key IN (:keys)"
_CANDIDATES = (
    "SELECT id, title, starts_at, start_local, sources, all_day, attendance, venue_name, address1, city, "  # noqa: S608
    "latitude, longitude, organizer_name, venue_display, ends_at, "
    f"SUBSTR(summary, 1, {DESCRIPTION_LENGTH}), url, record_count FROM events "
    "WHERE status <> 'refused' AND merged_into IS NULL AND id IN (:keys)"
)
_NEAR_CANDIDATES = _CANDIDATES.replace(
    "WHERE", "WHERE (all_day OR starts_at BETWEEN ? AND ? OR start_local BETWEEN ? AND ?) AND"
)
_ACCOUNTS = "SELECT event_id, source, source_account FROM source_records WHERE event_id IN (:keys)"


# Of a block of more events only those are read that start near enough to be compared.
_BUSY = 40
_NEAR = timedelta(minutes=MAX_MINUTES)
_MINUTE = timedelta(minutes=1)


class Window(NamedTuple):
    """Between which starts a stored event can be the same, as stored texts: in UTC and on the wall."""

    earliest: str
    latest: str
    wall_earliest: str
    wall_latest: str

    def joined(self, other: Window) -> Window:
        """Return the window that holds both."""
        return Window(
            min(self.earliest, other.earliest),
            max(self.latest, other.latest),
            min(self.wall_earliest, other.wall_earliest),
            max(self.wall_latest, other.wall_latest),
        )


_ANY_TIME = Window("", "~", "", "~")


def window(event: Event) -> Window:
    """Return the starts within `MAX_MINUTES` of an event's; an all-day event is near to any."""
    if event.all_day:
        return _ANY_TIME
    wall = datetime.fromisoformat(event.start_local)
    try:
        # A wall time is stored as its source has it, with seconds or without.
        return Window(
            to_text(event.starts_at - _NEAR),
            to_text(event.starts_at + _NEAR),
            (wall - _NEAR - _MINUTE).isoformat()[:16],
            (wall + _NEAR + _MINUTE).isoformat()[:16],
        )
    except OverflowError:
        return _ANY_TIME


def find_candidates(
    connection: Connection, records: Sequence[PreparedRecord]
) -> Iterable[tuple[Candidate, Sequence[int]]]:
    """Find the stored events that new records are to be compared with, each with its block numbers.

    Of events that start too far from all of the records only some are left out.
    """
    numbers = dict.fromkeys(number for record in records for number in record.lookup)
    blocks: dict[int, list[str]] = {}
    for number, event_id in select_in(connection, _BLOCKS, (), numbers):
        blocks.setdefault(number, []).append(event_id)
    found: dict[str, list[int]] = {}
    for number, event_ids in blocks.items():
        for event_id in event_ids:
            found.setdefault(event_id, []).append(number)
    quiet = {event_id for event_ids in blocks.values() if len(event_ids) <= _BUSY for event_id in event_ids}
    rows = {row[0]: row for row in select_in(connection, _CANDIDATES, (), quiet)}
    for near, busy in _busy_blocks(blocks, records).items():
        wanted = {event_id for number in busy for event_id in blocks[number]} - quiet
        rows |= {row[0]: row for row in select_in(connection, _NEAR_CANDIDATES, near, wanted)}
    for candidate in _candidates(connection, sorted(rows.values(), key=itemgetter(0))):
        yield candidate, found[candidate.event_id]


def _busy_blocks(blocks: dict[int, list[str]], records: Iterable[PreparedRecord]) -> dict[Window, list[int]]:
    """Return the blocks of many events by the window of those records that look into them."""
    busy = {number for number, event_ids in blocks.items() if len(event_ids) > _BUSY}
    windows: dict[int, Window] = {}
    for record in records if busy else ():
        if record.event is not None and not busy.isdisjoint(record.lookup):
            near = window(record.event)
            for number in busy.intersection(record.lookup):
                windows[number] = windows[number].joined(near) if number in windows else near
    grouped: dict[Window, list[int]] = {}
    for number, near in windows.items():
        grouped.setdefault(near, []).append(number)
    return grouped


def _candidates(connection: Connection, rows: Sequence[Row]) -> list[Candidate]:
    """Return events as the matcher wants them; refused and merged ones are none."""
    records: dict[str, list[tuple[str, str]]] = {
        row[0]: [] for row in rows if not FEEDS.isdisjoint(row[4].split(","))
    }
    for event_id, source, account in select_in(connection, _ACCOUNTS, (), records):
        records[event_id].append((source, account))
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
            description=row[15],
            url=row[16],
            record_count=row[17],
            accounts=accounts_of(records.get(row[0], ())),
        )
        for row in rows
    ]
