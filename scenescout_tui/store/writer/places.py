"""Where records hang by the decisions that stand.

A record starts where an import put it. From there each decision that stands takes it on, oldest first: a
merge takes whatever is in the event that went into the other, a move or a split its one record. So taking a
decision back is to read the way of its records again without it, and may come in any order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from scenescout_tui.store.statements import select_in

_MOVED = "SELECT record_id FROM record_links WHERE decision_id IN (:keys)"
_LINKS = (
    "SELECT k.record_id, k.previous_event_id, k.event_id, d.id, d.kind, d.undone_at, d.who, k.evidence "
    "FROM record_links k JOIN decisions d ON d.id = k.decision_id WHERE k.record_id IN (:keys) ORDER BY k.id"
)
_MERGES = (
    "SELECT other_event_id, event_id, id, who, reason FROM decisions "
    "WHERE undone_at IS NULL AND kind IN ('same', 'merge') AND other_event_id IN (:keys)"
)


class _Step(NamedTuple):
    """One decision and the event that it takes records to."""

    decision_id: str
    event_id: str
    who: str
    evidence: str


class _Record(NamedTuple):
    start: str
    #: Decisions of which it has a link; those that merge take others too.
    linked: set[str]
    #: Decisions about this one record that stand.
    told: list[_Step]


class Way(NamedTuple):
    """The way of one record before a decision is taken back, and after."""

    record_id: str
    start: str
    now: tuple[_Step, ...]
    then: tuple[_Step, ...]
    linked: frozenset[str]

    @property
    def target(self) -> str:
        """The event that it hangs on after."""
        return self.then[-1].event_id if self.then else self.start

    @property
    def changes(self) -> bool:
        """Whether that is another event than before."""
        return self.target != (self.now[-1].event_id if self.now else self.start)

    def goes_on_after(self, decision_id: str) -> bool:
        """Tell whether another decision took it further than this one."""
        return any(step.decision_id == decision_id for step in self.now[:-1])


def ways_without(connection: Connection, decision_id: str) -> list[Way]:
    """Return the ways of the records that a decision which stands has moved."""
    records = _load_records(
        connection, [record_id for (record_id,) in select_in(connection, _MOVED, (), [decision_id])]
    )
    merges = _load_merges(connection, records)
    return [
        Way(
            record_id,
            record.start,
            tuple(_steps(record_id, record, merges)),
            tuple(_steps(record_id, record, merges, without=decision_id)),
            frozenset(record.linked),
        )
        for record_id, record in records.items()
    ]


def _load_records(connection: Connection, record_ids: Collection[str]) -> dict[str, _Record]:
    records: dict[str, _Record] = {}
    for record_id, previous, event_id, decision_id, kind, undone_at, who, evidence in select_in(
        connection, _LINKS, (), record_ids
    ):
        record = records.setdefault(record_id, _Record(previous, set(), []))
        record.linked.add(decision_id)
        if undone_at is None and kind in ("move", "split"):
            record.told.append(_Step(decision_id, event_id, who, evidence))
    return records


def _load_merges(connection: Connection, records: Mapping[str, _Record]) -> dict[str, list[_Step]]:
    """Return what events went into, for all events that records may come through."""
    merges: dict[str, list[_Step]] = {}
    ahead = {record.start for record in records.values()}
    ahead.update(step.event_id for record in records.values() for step in record.told)
    looked: set[str] = set()
    while ahead := ahead - looked:
        looked |= ahead
        into: set[str] = set()
        for gone, kept, decision_id, who, reason in select_in(connection, _MERGES, (), ahead):
            merges.setdefault(gone, []).append(_Step(decision_id, kept, who, reason or "the same event"))
            into.add(kept)
        ahead = into
    return merges


def _steps(
    record_id: str, record: _Record, merges: Mapping[str, list[_Step]], without: str | None = None
) -> list[_Step]:
    """Return what takes a record on, in order."""
    steps: list[_Step] = []
    # What was decided before it came was not about it.
    place, after = record.start, record_id
    while True:
        ahead = [
            step
            for step in (*record.told, *merges.get(place, ()))
            if step.decision_id > after and step.decision_id != without
        ]
        if not ahead:
            return steps
        steps.append(min(ahead))
        after, place = steps[-1].decision_id, steps[-1].event_id
