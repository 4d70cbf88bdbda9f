"""Pairs decided in one transaction: each as if it were alone, and what costs much once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from scenescout_tui.store.acts import Act, merge_into
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.review_rows import PairDecision, Skipped
from scenescout_tui.store.schema import events, review_pairs
from scenescout_tui.store.writer.moves import Linked, Moves
from scenescout_tui.store.writer.pairs import Pair, Questions, Said, survivors

_WAITING = ("open", "later")
_UNSETTLED = ("pending", "refused", "expired")


class _Rank(NamedTuple):
    """By what one event keeps another, the least first: those that count, of most records, the oldest."""

    unsettled: bool
    records_less: int
    event_id: str


def decide_step(connection: Connection, pair_ids: Sequence[str], decision: PairDecision, act: Act) -> None:
    """Say the same of pairs, one after the other; those that wait no longer are skipped."""
    p = review_pairs.c
    rows = connection.execute(select(p.event_id, p.other_event_id).where(p.id.in_(pair_ids)))
    about = {event_id for row in rows for event_id in row}
    step = _Step(connection, about, act)
    for pair_id in pair_ids:
        pair = step.questions.pair(pair_id)
        why = _why_not(pair, decision)
        if why:
            act.skipped.append(Skipped(pair_id, why))
        elif pair is not None:
            step.decide(pair, decision)
    step.finish()


def by_standing(connection: Connection, event_ids: Iterable[str]) -> list[str]:
    """Return events in the order in which they keep others: those that count, of most records, the oldest."""
    return [rank.event_id for rank in sorted(_ranks(connection, event_ids).values())]


class _Step:
    """What the pairs before have made of events and questions, while the database lags behind."""

    def __init__(self, connection: Connection, event_ids: Iterable[str], act: Act) -> None:
        self._connection = connection
        self._act = act
        self.questions = Questions(connection, set(event_ids))
        self._ranks = _ranks(connection, survivors(connection, event_ids).values())
        self._moves = Moves(connection, act.now)
        #: Events that go into one, which are moved at once.
        self._kept = ""
        self._gone: dict[str, Linked] = {}

    def decide(self, pair: Pair, decision: PairDecision) -> None:
        """Write down what is said of a pair that waits."""
        if decision == "same":
            self._merge(pair)
        else:
            self._act.add(decision, pair.other_event_id, pair.event_id, new_id(), pair_id=pair.id)
            self._moves.ask_anew((pair.event_id, pair.other_event_id))
        self.questions.say(pair.id, Said(decision, self._act.who, self._act.now))

    def finish(self) -> None:
        """Write the rest."""
        self._move()
        self._act.write(self._connection)
        self._moves.settle()

    def _merge(self, pair: Pair) -> None:
        first, second = sorted((self._ranks[pair.event_id], self._ranks[pair.other_event_id]))
        kept, gone = first.event_id, second.event_id
        if kept != self._kept:
            self._move()
            self._kept = kept
        linked = self._gone[gone] = self._act.linked(self._act.reason)
        self._act.add("same", kept, gone, linked.decision_id, pair_id=pair.id)
        self._ranks[kept] = first._replace(records_less=first.records_less + second.records_less)
        self.questions.merge(kept, gone)

    def _move(self) -> None:
        if self._gone:
            merge_into(self._connection, self._moves, self._kept, self._gone)
        self._gone = {}


def _why_not(pair: Pair | None, decision: PairDecision) -> str:
    """Return why a pair cannot be decided so; empty where it can."""
    if pair is None or pair.state not in _WAITING:
        return f"decided already: {pair.state if pair is not None else 'taken back'}"
    if pair.duplicate_of is not None:
        return f"asks the same as {pair.duplicate_of}"
    return "put off already" if decision == pair.state else ""


def _ranks(connection: Connection, event_ids: Iterable[str]) -> dict[str, _Rank]:
    e = events.c
    rows = connection.execute(select(e.id, e.status, e.record_count).where(e.id.in_(tuple(event_ids))))
    return {row.id: _Rank(row.status in _UNSETTLED, -row.record_count, row.id) for row in rows}
