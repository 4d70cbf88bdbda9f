"""Canonical events made anew, after something other than an import has changed their records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from sqlalchemy import Connection

from scenescout_tui.events.blocks import block_keys, block_number
from scenescout_tui.events.edits import apply
from scenescout_tui.store.schema import event_blocks
from scenescout_tui.store.statements import insert_rows, run_in, select_in
from scenescout_tui.store.totals import add_totals
from scenescout_tui.store.writer.canonical import (
    Edits,
    Member,
    blank_events,
    blank_row,
    canonical_row,
    load_members,
    made_of,
    sources_of,
    write_events,
)
from scenescout_tui.store.writer.edits import load_edits

_NONE: Mapping[str, Iterable[str]] = MappingProxyType({})
_UNBLOCK = "DELETE FROM event_blocks WHERE event_id = ? AND block_key IN (:keys)"
_LISTED = "SELECT id FROM events WHERE merged_into IS NULL AND status <> 'expired' AND id IN (:keys)"
_EMPTIED = "SELECT id, sources, record_count FROM events WHERE id IN (:keys)"


def recompute_events(
    connection: Connection,
    event_ids: Collection[str],
    now: str,
    *,
    keys_left: Mapping[str, Iterable[str]] = _NONE,
    listed_before: int | None = None,
) -> None:
    """Make events anew from the records that hang on them now, totals included.

    `keys_left` names, by event, the block keys of what has left it, and `listed_before` says how many of the
    events were in the lists before records were moved among them. An event whose records have no content
    left is blanked; one without records keeps what it has.
    """
    before = count_listed(connection, event_ids) if listed_before is None else listed_before
    found = load_members(connection, event_ids)
    filled = {event_id: members for event_id, members in found.items() if members}
    edits = load_edits(connection, filled)
    if keys_left:
        _rekey(connection, found, edits, keys_left)
    made, blank = [], []
    for event_id, members in filled.items():
        row = canonical_row(event_id, members, now, edits.get(event_id))
        if row is not None:
            made.append(row)
        else:
            blank.append(blank_row(event_id, ",".join(sources_of(members)), len(members), now))
    write_events(connection, [], made)
    blank_events(connection, blank)
    add_totals(connection, {("events", ""): count_listed(connection, event_ids) - before})


def count_listed(connection: Connection, event_ids: Collection[str]) -> int:
    """Count those of some events that are in the lists: part of no other, and not expired."""
    return sum(1 for _ in select_in(connection, _LISTED, (), event_ids))


def blank_emptied_events(connection: Connection, event_ids: Collection[str], now: str) -> None:
    """Blank those of some events that have no records any more: what they still say came from their last."""
    found = load_members(connection, event_ids)
    emptied = [event_id for event_id, members in found.items() if not members]
    found_rows = select_in(connection, _EMPTIED, (), emptied)
    blank_events(
        connection, [blank_row(event_id, named, count, now) for event_id, named, count in found_rows]
    )


def _rekey(
    connection: Connection,
    found: Mapping[str, Mapping[str, Member]],
    edits: Mapping[str, Edits],
    keys_left: Mapping[str, Iterable[str]],
) -> None:
    """Let events be found under the keys of their records and edits, and no longer under what left them."""
    numbers = {
        event_id: {block_number(key) for member in members.values() for key in member.block_keys}
        for event_id, members in found.items()
    }
    for event_id, over in edits.items():
        if (made := made_of(found[event_id])) is not None:
            numbers[event_id].update(block_number(key) for key in block_keys(apply(made.event, over)))
    for event_id, keys in keys_left.items():
        run_in(connection, _UNBLOCK, (event_id,), {block_number(key) for key in keys} - numbers[event_id])
    rows = [(number, event_id) for event_id, mine in numbers.items() for number in mine]
    insert_rows(connection, event_blocks, ("block_key", "event_id"), rows, ignore=True)
