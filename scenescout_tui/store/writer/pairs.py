"""The pairs of review, brought in line with what was said of them and with where their events are now.

A pair keeps what it was asked about; which events that is now, and whether there is still something to ask,
follows from the merges and decisions that stand. So taking one back needs no memory of what it did to pairs,
and may come in any order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from scenescout_tui.store.statements import Row, run_in, run_text, select_in
from scenescout_tui.store.totals import add_totals

_INTO = "SELECT id, merged_into FROM events WHERE merged_into IS NOT NULL AND id IN (:keys)"
_PARTS = "SELECT id FROM events WHERE merged_into IS NOT NULL AND merged_into IN (:keys)"
_PAIRS = (
    "SELECT id, event_id, other_event_id, state, decided_by, decided_at, asked_event_id, "
    "asked_other_event_id, duplicate_of, run_id FROM review_pairs WHERE {} IN (:keys)"
)
_PAIRS_BY = (_PAIRS.format("event_id"), _PAIRS.format("other_event_id"))
_SAID = (
    "SELECT pair_id, kind, who, created_at FROM decisions "
    "WHERE undone_at IS NULL AND pair_id IS NOT NULL AND pair_id IN (:keys) ORDER BY id"
)
_PLACE = "UPDATE review_pairs SET event_id = ?, other_event_id = ? WHERE id = ?"
_SETTLE = (
    "UPDATE review_pairs SET event_id = ?, other_event_id = ?, state = ?, decided_by = ?, decided_at = ?, "
    "asked_event_id = ?, asked_other_event_id = ?, duplicate_of = ? WHERE id = ?"
)
_FORGET = "DELETE FROM review_pairs WHERE id IN (:keys)"


class _Pair(NamedTuple):
    id: str
    event_id: str
    other_event_id: str
    state: str
    decided_by: str | None
    decided_at: str | None
    asked_event_id: str | None
    asked_other_event_id: str | None
    duplicate_of: str | None
    #: None: no run asked it; a person kept two events apart that were one.
    run_id: str | None

    @property
    def asked(self) -> tuple[str, str]:
        return self.asked_event_id or self.event_id, self.asked_other_event_id or self.other_event_id


class _Said(NamedTuple):
    """The newest decision on a pair that stands."""

    kind: str
    who: str
    at: str


def survivors(connection: Connection, event_ids: Iterable[str]) -> dict[str, str]:
    """Return for each event the one that it is part of now; itself, unless it went into another."""
    ids = set(event_ids)
    into: dict[str, str] = {}
    looked: set[str] = set()
    while ahead := (ids | set(into.values())) - looked:
        looked |= ahead
        into.update(select_in(connection, _INTO, (), ahead))
    return {event_id: _end(event_id, into) for event_id in ids}


def with_parts(connection: Connection, event_ids: Iterable[str]) -> set[str]:
    """Return events, and all that went into them, into those, and so on."""
    found = ahead = set(event_ids)
    while ahead := {event_id for (event_id,) in select_in(connection, _PARTS, (), ahead)} - found:
        found = found | ahead
    return found


def settle_pairs(connection: Connection, event_ids: Collection[str]) -> None:
    """Bring the pairs of events in line, after merges, moves and decisions that touch these events.

    `event_ids` holds all that went into another or came back, with the events that they are and were part of.
    Of pairs that ask the same, one is left to be asked; two events that were called different stay so.
    """
    about = with_parts(connection, event_ids)
    found = {row[0]: _Pair(*row) for text in _PAIRS_BY for row in select_in(connection, text, (), about)}
    said = {row[0]: _Said(*row[1:]) for row in select_in(connection, _SAID, (), found)}
    forgotten = [one.id for one in found.values() if one.run_id is None and one.id not in said]
    place = survivors(connection, {event_id for pair in found.values() for event_id in pair.asked})
    groups: dict[frozenset[str], list[_Pair]] = {}
    for pair in sorted(found.values()):
        if pair.id not in forgotten:
            groups.setdefault(frozenset(place[event_id] for event_id in pair.asked), []).append(pair)
    settled = [one for group in groups.values() for one in _settled(group, place, said)]
    run_in(connection, _FORGET, (), forgotten)
    _write(connection, found, [one for one in settled if one != found[one.id]])
    were = sum(pair.state == "open" for pair in found.values())
    add_totals(connection, {("review", ""): sum(pair.state == "open" for pair in settled) - were})


def _end(event_id: str, into: Mapping[str, str]) -> str:
    while event_id in into:
        event_id = into[event_id]
    return event_id


def _settled(group: list[_Pair], place: Mapping[str, str], said: Mapping[str, _Said]) -> list[_Pair]:
    """Return the pairs of one question as they are now; the group is not empty, oldest first."""
    answers = [said[pair.id] for pair in group if pair.id in said]
    newest = max(answers, key=lambda one: one.at, default=None)
    if len({place[event_id] for event_id in group[0].asked}) == 1:
        return [_at_rest(pair, "same", said.get(pair.id, newest), None) for pair in group]
    # Who calls two events the same and takes them apart again has answered as well.
    apart = next((one for one in answers if one.kind != "later"), None)
    one_asked = next((pair for pair in group if all(place[one] == one for one in pair.asked)), group[0])
    waits = len(answers) < len(group)
    state = "different" if apart is not None else "open" if waits else "later"
    answer = apart if apart is not None else None if waits else newest
    first, second = one_asked.asked
    asked = one_asked._replace(
        event_id=place[first],
        other_event_id=place[second],
        state=state,
        decided_by=answer.who if answer is not None else None,
        decided_at=answer.at if answer is not None else None,
        asked_event_id=first if (place[first], place[second]) != one_asked.asked else None,
        asked_other_event_id=second if (place[first], place[second]) != one_asked.asked else None,
        duplicate_of=None,
    )
    hidden = "different" if apart is not None else "later"
    return [asked] + [
        _at_rest(pair, hidden, said.get(pair.id), one_asked.id) for pair in group if pair is not one_asked
    ]


def _at_rest(pair: _Pair, state: str, answer: _Said | None, duplicate_of: str | None) -> _Pair:
    """Return a pair that nobody is asked about; it stands where it was asked."""
    first, second = pair.asked
    return pair._replace(
        event_id=first,
        other_event_id=second,
        state=state,
        decided_by=answer.who if answer is not None else None,
        decided_at=answer.at if answer is not None else None,
        asked_event_id=None,
        asked_other_event_id=None,
        duplicate_of=duplicate_of,
    )


def _write(connection: Connection, found: Mapping[str, _Pair], changed: list[_Pair]) -> None:
    # No two pairs may stand in one place, not even for a moment: back to where each was asked, then on.
    for pair in changed:
        if (pair.event_id, pair.other_event_id) != (was := found[pair.id])[1:3] and was.asked != was[1:3]:
            run_text(connection, _PLACE, (*was.asked, pair.id))
    for pair in changed:
        values: Row = (pair.event_id, pair.other_event_id, pair.state, pair.decided_by, pair.decided_at)
        values += (pair.asked_event_id, pair.asked_other_event_id, pair.duplicate_of, pair.id)
        run_text(connection, _SETTLE, values)
