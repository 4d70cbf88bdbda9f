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


class Pair(NamedTuple):
    """A pair and how it stands; the columns of `review_pairs`."""

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


class Said(NamedTuple):
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
    found, said, place = _load(connection, event_ids)
    forgotten = [one.id for one in found.values() if _is_forgotten(one, said)]
    groups: dict[frozenset[str], list[Pair]] = {}
    for pair in sorted(found.values()):
        if not _is_forgotten(pair, said):
            groups.setdefault(frozenset(place[event_id] for event_id in pair.asked), []).append(pair)
    settled = [one for group in groups.values() for one in _settled(group, place, said)]
    run_in(connection, _FORGET, (), forgotten)
    _write(connection, found, [one for one in settled if one != found[one.id]])
    were = sum(pair.state == "open" for pair in found.values())
    add_totals(connection, {("review", ""): sum(pair.state == "open" for pair in settled) - were})


class Questions:
    """The pairs of some events while many of them are decided, as `settle_pairs` would write each.

    What is decided is told to it; the database may lag behind until all of it is settled at once.
    """

    def __init__(self, connection: Connection, event_ids: Collection[str]) -> None:
        pairs, self._said, self._place = _load(connection, event_ids)
        self._pairs = {one.id: one for one in pairs.values() if not _is_forgotten(one, self._said)}
        self._parts: dict[str, list[str]] = {}
        for event_id, part_of in self._place.items():
            self._parts.setdefault(part_of, []).append(event_id)
        self._about: dict[str, set[str]] = {}
        for pair in self._pairs.values():
            for event_id in pair.asked:
                self._about.setdefault(self._place[event_id], set()).add(pair.id)

    def pair(self, pair_id: str) -> Pair | None:
        """Return a pair as it stands now; None for one that there is not any more."""
        wanted = self._pairs.get(pair_id)
        if wanted is None:
            return None
        sides = self._sides(pair_id)
        if len(sides) == 1:
            return wanted._replace(state="same")
        about = sorted(set.intersection(*(self._about[side] for side in sides)))
        group = [self._pairs[one] for one in about]
        return next(one for one in _settled(group, self._place, self._said) if one.id == pair_id)

    def say(self, pair_id: str, said: Said) -> None:
        """Take in what was said of a pair."""
        self._said[pair_id] = said

    def merge(self, kept: str, gone: str) -> None:
        """Take in that one event, part of no other, went into another."""
        parts = self._parts.pop(gone, [])
        self._place.update(dict.fromkeys(parts, kept))
        self._parts.setdefault(kept, []).extend(parts)
        self._about.setdefault(kept, set()).update(self._about.pop(gone, ()))

    def _sides(self, pair_id: str) -> set[str]:
        return {self._place[event_id] for event_id in self._pairs[pair_id].asked}


def _load(
    connection: Connection, event_ids: Collection[str]
) -> tuple[dict[str, Pair], dict[str, Said], dict[str, str]]:
    """Return the pairs about events, what was said of them, and of what their events are part."""
    about = with_parts(connection, event_ids)
    found = {row[0]: Pair(*row) for text in _PAIRS_BY for row in select_in(connection, text, (), about)}
    said = {row[0]: Said(*row[1:]) for row in select_in(connection, _SAID, (), found)}
    return found, said, survivors(connection, {one for pair in found.values() for one in pair.asked})


def _is_forgotten(pair: Pair, said: Mapping[str, Said]) -> bool:
    """Tell whether a person had asked it who has taken that back."""
    return pair.run_id is None and pair.id not in said


def _end(event_id: str, into: Mapping[str, str]) -> str:
    while event_id in into:
        event_id = into[event_id]
    return event_id


def _settled(group: list[Pair], place: Mapping[str, str], said: Mapping[str, Said]) -> list[Pair]:
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


def _at_rest(pair: Pair, state: str, answer: Said | None, duplicate_of: str | None) -> Pair:
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


def _write(connection: Connection, found: Mapping[str, Pair], changed: list[Pair]) -> None:
    # No two pairs may stand in one place, not even for a moment: back to where each was asked, then on.
    for pair in changed:
        if (pair.event_id, pair.other_event_id) != (was := found[pair.id])[1:3] and was.asked != was[1:3]:
            run_text(connection, _PLACE, (*was.asked, pair.id))
    for pair in changed:
        values: Row = (pair.event_id, pair.other_event_id, pair.state, pair.decided_by, pair.decided_at)
        values += (pair.asked_event_id, pair.asked_other_event_id, pair.duplicate_of, pair.id)
        run_text(connection, _SETTLE, values)
