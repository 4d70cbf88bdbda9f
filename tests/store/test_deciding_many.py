"""Many pairs decided at once: as if one after the other, and what costs much is done once."""

from __future__ import annotations

from typing import Any

import pytest

from scenescout_tui.events.match import Thresholds
from scenescout_tui.store import BatchOptions, Store, decisions
from scenescout_tui.store.schema import review_pairs
from scenescout_tui.store.statements import insert_rows
from scenescout_tui.store.totals import add_totals
from scenescout_tui.store.writer import moves
from tests.store.samples import event, prepared, run
from tests.store.test_decisions import ask, partition, three

_COLUMNS = ("id", "event_id", "other_event_id", "record_id", "run_id", "evidence", "state", "created_at")


def hub(store: Store, others: int) -> list[str]:
    """One concert of many listings, each asked about with the first; return the ids of the pairs."""
    ask(store, "eventbrite")
    for start in range(0, others, 50):
        numbers = range(start, min(start + 50, others))
        records = [prepared(event(1, "yelp", external_id=f"y{number}"), number - start) for number in numbers]
        run(store, records, BatchOptions(thresholds=Thresholds(link=101.0, review=101.0)))
    first, *rest = sorted(row.id for row in store.events(limit=1000))
    (record,) = store.event(first).records
    rows = [
        (f"pair-{one}", one, first, record.id, "r", "alike", "open", "2027-01-01T00:00:00Z") for one in rest
    ]
    with store._database.writing("test") as connection:
        insert_rows(connection, review_pairs, _COLUMNS, rows)
        add_totals(connection, {("review", ""): len(rows)})
    return [pair.id for pair in store.review_pairs(limit=1000)]


@pytest.mark.parametrize("decision", ["same", "different"])
def test_deciding_the_pairs_of_one_event_makes_it_anew_once_per_transaction(
    store: Store, monkeypatch: pytest.MonkeyPatch, decision: Any
) -> None:
    pairs = hub(store, 60)
    before = partition(store)
    work: list[str] = []
    for name in ("recompute_events", "settle_pairs"):
        real = getattr(moves, name)

        def counted(*given: Any, _real: Any = real, _name: str = name, **more: Any) -> None:
            work.append(_name)
            _real(*given, **more)

        monkeypatch.setattr(moves, name, counted)
    monkeypatch.setattr(decisions, "_STEP", 20)
    assert store.decide_pairs(pairs, decision, who="ada").count == 60
    assert work.count("settle_pairs") == 3
    assert work.count("recompute_events") == (3 if decision == "same" else 0)
    assert (store.count_events(), store.counts().review) == (1 if decision == "same" else 61, 0)
    work.clear()
    assert store.undo_decision(who="ada").count == 60
    assert work.count("settle_pairs") == 3
    assert work.count("recompute_events") == (3 if decision == "same" else 0)
    assert (partition(store), store.counts().review, store.counts().events) == (before, 60, 61)


def test_pairs_decided_at_once_are_decided_as_one_after_the_other(store: Store) -> None:
    """Of a ring a–b–c–a the third answers itself; whoever has most records by then keeps the others."""
    a, b, c = three(store)
    extra = store.review_pairs()
    run(store, [prepared(event(8, "csv")), prepared(event(8, "jsonld"), 1)])
    big = next(row.id for row in store.events() if row.record_count == 2)
    record = store.event(big).records[0].id
    with store._database.writing("test") as connection:
        rows = [
            ("zz1", c, b, record, "r", "alike", "open", "2027-01-01T00:00:00Z"),
            ("zz2", big, a, record, "r", "", "open", "2027-01-01T00:00:00Z"),
        ]
        insert_rows(connection, review_pairs, _COLUMNS, rows)
        add_totals(connection, {("review", ""): 2})
    decided = store.decide_pairs([extra[0].id, "zz2", extra[1].id, "zz1"], "same", who="ada")
    # a and b have two records then, as big has: the older keeps. c goes into that one, and c–b is answered.
    assert (decided.count, decided.skipped) == (3, (("zz1", "decided already: same"),))
    (left,) = store.events()
    assert (left.id, left.record_count) == (a, 5)
    assert {store.event(one).event.merged_into for one in (b, c, big)} == {a}
    assert store.undo_decision("zz2", who="ada").count == 1
    assert {row.id: row.record_count for row in store.events()} == {a: 3, big: 2}
    assert store.undo_decision(who="ada").count == 2
    assert {row.record_count for row in store.events()} == {1, 2}
    assert store.counts().review == 4
