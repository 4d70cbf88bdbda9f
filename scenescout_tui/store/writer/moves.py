"""Source records moved from event to event, with all that hangs on where they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.schema import record_links
from scenescout_tui.store.statements import insert_rows, run_in, select_in
from scenescout_tui.store.totals import add_totals
from scenescout_tui.store.writer.canonical import canonical_row, load_members, split_keys, write_events
from scenescout_tui.store.writer.edits import bring_edits, take_edits_back
from scenescout_tui.store.writer.pairs import settle_pairs, survivors, with_parts
from scenescout_tui.store.writer.recompute import recompute_events

_LINK_COLUMNS = (
    *("id", "record_id", "event_id", "previous_event_id", "decided_by", "evidence", "decision_id"),
    "created_at",
)
_PLACES = (
    "SELECT r.id, r.event_id, c.block_keys FROM source_records r "
    "JOIN record_contents c ON c.record_id = r.id WHERE r.id IN (:keys)"
)
_MOVE = "UPDATE source_records SET event_id = ? WHERE id IN (:keys)"
_FILLED = "SELECT event_id FROM source_records WHERE event_id IN (:keys)"


class Linked(NamedTuple):
    """What the links of moved records say: who moved them, why, and by which decision."""

    who: str
    evidence: str
    decision_id: str


def move_records(
    connection: Connection, record_ids: Collection[str], target: str, now: str, linked: Linked | None = None
) -> bool:
    """Hang records on an event, with links where these are `linked`; tell whether an event was emptied by it.

    Fields, totals, block keys, edits and pairs follow: an event that loses its last record goes into the
    target, one that had none comes back with what it had.
    """
    places = {row[0]: (row[1], row[2]) for row in select_in(connection, _PLACES, (), record_ids)}
    left: dict[str, set[str]] = {}
    for event_id, keys in places.values():
        left.setdefault(event_id, set()).update(split_keys(keys))
    before = survivors(connection, {target, *left})
    run_in(connection, _MOVE, (target,), places)
    if linked is not None:
        add_links(connection, {one: place[0] for one, place in places.items()}, target, now, linked)
    if before[target] != target:
        _part_edits(connection, target)
    emptied = left.keys() - {event_id for (event_id,) in select_in(connection, _FILLED, (), left)}
    bring_edits(connection, emptied, target)
    touched = {target, *left, *before.values()}
    recompute_events(connection, touched, now, keys_left=left, taken_over_by=target)
    settle_pairs(connection, touched)
    return bool(emptied)


def _part_edits(connection: Connection, target: str) -> None:
    """Take the edits of an event that comes back out of others; edits that stood behind them count there."""
    going = with_parts(connection, [target])
    for event_id, fields in take_edits_back(connection, going).items():
        bring_edits(connection, with_parts(connection, [event_id]) - going - {event_id}, event_id, fields)


def add_event(connection: Connection, record_id: str, now: str) -> str:
    """Make an event for a record that hangs on another still, and return its id; the record stays there.

    Raises: NotFoundError where the content of the record is gone.
    """
    ((_, previous, _),) = select_in(connection, _PLACES, (), [record_id])
    member = load_members(connection, [previous])[previous][record_id]
    event_id = new_id()
    row = canonical_row(event_id, {record_id: member}, now)
    if row is None:
        raise NotFoundError("content of source record", record_id)
    write_events(connection, [row], [])
    add_totals(connection, {("events", ""): 1})
    return event_id


def add_links(
    connection: Connection, places: Mapping[str, str], target: str, now: str, linked: Linked
) -> None:
    """Write down that records went from these places (by record) to an event."""
    rows = [
        (new_id(), record_id, target, previous, linked.who, linked.evidence, linked.decision_id, now)
        for record_id, previous in places.items()
    ]
    insert_rows(connection, record_links, _LINK_COLUMNS, rows)
