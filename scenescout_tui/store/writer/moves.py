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
from scenescout_tui.store.writer.recompute import count_listed, recompute_events

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
_REOPEN = "UPDATE events SET merged_into = NULL WHERE merged_into IS NOT NULL AND id IN (:keys)"
_TAKEN_OVER = "UPDATE events SET merged_into = ?, updated_at = ? WHERE merged_into IS NULL AND id IN (:keys)"


class Linked(NamedTuple):
    """What the links of moved records say: who moved them, why, and by which decision."""

    who: str
    evidence: str
    decision_id: str


class Moves:
    """The moves of one transaction; `settle` ends them, and does what costs much once per event.

    An event that loses its last record goes into the one that took it, one that had none comes back with
    what it had. Edits follow at once; fields, totals, block keys and pairs when all is settled.
    """

    def __init__(self, connection: Connection, now: str) -> None:
        self._connection = connection
        self._now = now
        #: Events whose fields may change, and how many of them were in the lists before.
        self._touched: set[str] = set()
        self._listed = 0
        #: Events whose pairs may stand otherwise.
        self._asked: set[str] = set()
        #: The block keys that left each event.
        self._left: dict[str, set[str]] = {}

    def move(
        self, record_ids: Collection[str], target: str, links: Mapping[str, Linked] | Linked | None = None
    ) -> bool:
        """Hang records on an event, with links where they are given; tell whether that emptied an event.

        `links` says it for each record, or one for all.
        """
        connection = self._connection
        places = {row[0]: (row[1], row[2]) for row in select_in(connection, _PLACES, (), record_ids)}
        left = {event_id for event_id, _ in places.values()}
        before = survivors(connection, {target, *left})
        self.touch({target, *left, *before.values()})
        for event_id, keys in places.values():
            self._left.setdefault(event_id, set()).update(split_keys(keys))
        run_in(connection, _MOVE, (target,), places)
        if links is not None:
            come_from = {record_id: place[0] for record_id, place in places.items()}
            add_links(connection, come_from, target, self._now, links)
        if before[target] != target:
            _part_edits(connection, target)
        emptied = left - {event_id for (event_id,) in select_in(connection, _FILLED, (), left)}
        bring_edits(connection, emptied, target)
        run_in(connection, _REOPEN, (), [target] if places else [])
        run_in(connection, _TAKEN_OVER, (target, self._now), emptied)
        return bool(emptied)

    def ask_anew(self, event_ids: Collection[str]) -> None:
        """Have the pairs of events settled as well: something was said of them."""
        self._asked.update(event_ids)

    def settle(self) -> None:
        """Make the events anew that were touched, and bring their pairs in line."""
        if self._touched:
            recompute_events(
                self._connection,
                self._touched,
                self._now,
                keys_left=self._left,
                listed_before=self._listed,
            )
        if asked := self._touched | self._asked:
            settle_pairs(self._connection, asked)

    def touch(self, event_ids: set[str]) -> None:
        """Have events made anew: what hangs on them changes, here or by the caller."""
        new = event_ids - self._touched
        self._listed += count_listed(self._connection, new)
        self._touched |= new


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
    connection: Connection,
    places: Mapping[str, str],
    target: str,
    now: str,
    links: Mapping[str, Linked] | Linked,
) -> None:
    """Write down that records went from these places (by record) to an event; `links`: see `Moves.move`."""
    said = dict.fromkeys(places, links) if isinstance(links, Linked) else links
    rows = [
        (new_id(), record_id, target, previous, one.who, one.evidence, one.decision_id, now)
        for record_id, previous in places.items()
        for one in (said[record_id],)
    ]
    insert_rows(connection, record_links, _LINK_COLUMNS, rows)
