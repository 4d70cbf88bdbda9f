"""What people decide about pairs and events, and how each of it is taken back."""

from __future__ import annotations

from typing import Any

import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.events.blocks import block_number
from scenescout_tui.events.match import Thresholds
from scenescout_tui.store import BatchOptions, NotFoundError, ReviewFilters, ReviewPair, Store
from scenescout_tui.store.standing import CannotUndoError
from tests.store.samples import changed, event, prepared, run

#: Every likeness is a question, and each record asks one.
ASKING = BatchOptions(thresholds=Thresholds(link=101.0, review=50.0, also_asked=0))


def ask(store: Store, *sources: str, number: int = 1, **changes: Any) -> list[ReviewPair]:
    """Import one concert from several sources, each an event of its own; return the pairs that wait."""
    for source in sources:
        run(store, [prepared(event(number, source, **changes))], ASKING)
    return list(store.review_pairs())


def partition(store: Store) -> set[frozenset[str]]:
    """Which records are one event, by their external ids."""
    return {frozenset(record.external_id for record in store.event(row.id).records) for row in store.events()}


def states(store: Store) -> list[str]:
    with store._database.reading("test") as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT state FROM review_pairs ORDER BY id")]


def blocks(store: Store, event_id: str) -> set[int]:
    with store._database.reading("test") as connection:
        rows = connection.exec_driver_sql("SELECT block_key, event_id FROM event_blocks").all()
    return {row[0] for row in rows if row[1] == event_id}


def test_the_same_makes_one_event_of_two_and_the_younger_goes_into_the_older(store: Store) -> None:
    (pair,) = ask(store, "eventbrite", "yelp", capacity=80)
    old, young = sorted(row.id for row in store.events())
    decided = store.decide_pairs([pair.id], "same", who="ada", tty="pts/1", reason="one concert")
    assert (decided.count, len(decided.decision_ids), decided.skipped) == (1, 1, ())
    (left,) = store.events()
    assert (left.id, left.sources, left.record_count) == (old, ("eventbrite", "yelp"), 2)
    gone = store.event(young)
    assert (gone.event.merged_into, gone.records) == (old, ())
    assert (store.counts().events, store.counts().review, store.review_pairs()) == (1, 0, ())
    (link,) = store.event(old).links
    assert (link.decided_by, link.evidence, link.previous_event_id) == ("ada", "one concert", young)
    (entry,) = store.audit_log()
    assert (entry.action, entry.target, entry.count, entry.tty) == ("review.same", pair.id, 1, "pts/1")
    # Whoever comes next finds the one that is left, and only that.
    record = event(1)
    assert blocks(store, young) == set()
    assert blocks(store, old) >= {block_number(key) for key in prepared(record).block_keys}
    assert run(store, [prepared(event(1, "ics"))]) == ["duplicate"]
    assert store.count_events() == 1


def test_the_event_with_more_records_is_left_whatever_its_age(store: Store) -> None:
    ask(store, "yelp", "eventbrite")
    younger = max(row.id for row in store.events())
    (pair,) = store.review_pairs()
    run(store, [prepared(event(7, "ics"))])
    (far,) = (row.id for row in store.events() if row.sources == ("ics",))
    ics = store.event(far).records[0].id
    store.move_record(ics, younger, "the same", who="ada")
    store.decide_pairs([pair.id], "same", who="ada")
    (left,) = store.events()
    assert (left.id, left.record_count) == (younger, 3)


def test_a_pending_submission_goes_into_an_imported_event(store: Store) -> None:
    (pair,) = ask(store, "manual", "eventbrite")
    imported = next(row.id for row in store.events() if row.sources == ("eventbrite",))
    store.decide_pairs([pair.id], "same", who="ada")
    (left,) = store.events()
    assert (left.id, left.status) == (imported, "scheduled")
    assert store.counts().pending == len(store.pending()) == 1


def test_a_merge_taken_back_gives_both_events_back_as_they_were(store: Store) -> None:
    (pair,) = ask(store, "eventbrite", "yelp")
    before = store.events()
    decided = store.decide_pairs([pair.id], "same", who="ada")
    undone = store.undo_decision(decided.undo_id, who="bob")
    assert (undone.count, undone.skipped) == (1, ())
    after = store.events()
    assert [(row.id, row.title, row.record_count, row.sources, row.merged_into) for row in after] == [
        (row.id, row.title, row.record_count, row.sources, row.merged_into) for row in before
    ]
    assert store.review_pairs() == (pair,)
    assert (store.counts().events, store.counts().review) == (2, 1)
    for row in after:
        assert blocks(store, row.id) == {
            block_number(key) for key in prepared(event(1, row.sources[0])).block_keys
        }
    assert [link.undone_at is not None for link in store.event(after[0].id).links] == [True]
    assert store.audit_log()[0].action == "review.undo"
    with pytest.raises(NotFoundError):
        store.undo_decision(decided.undo_id, who="bob")


def test_different_is_remembered_and_can_be_taken_back(store: Store) -> None:
    (pair,) = ask(store, "eventbrite", "yelp")
    decided = store.decide_pairs([pair.id], "different", who="ada")
    assert (decided.count, store.counts().review, store.review_pairs()) == (1, 0, ())
    assert store.count_events() == 2
    detail = store.review_item(pair.id)
    assert (detail.item.state, detail.decided_by) == ("different", "ada")
    (skipped,) = store.decide_pairs([pair.id], "same", who="ada").skipped
    assert skipped == (pair.id, "decided already: different")
    store.undo_decision(pair.id, who="ada")
    assert (store.counts().review, store.review_pairs()) == (1, (pair,))


def test_later_moves_a_pair_behind_the_open_ones(store: Store) -> None:
    first, second = [ask(store, "eventbrite", "yelp", number=number)[-1].id for number in (1, 2)]
    store.decide_pairs([first], "later", who="ada")
    assert store.counts().review == 1
    assert [item.id for item in store.review_items()] == [second]
    assert [item.id for item in store.review_items(ReviewFilters(state="later"))] == [first]
    everything = store.review_items(ReviewFilters(state="all"))
    assert [(item.id, item.state) for item in everything] == [(second, "open"), (first, "later")]
    assert [item.id for item in store.review_items(ReviewFilters(state="all"), after=everything[0].key)] == [
        first
    ]
    # What was put off can be decided, and comes back to where it was put off.
    store.decide_pairs([first], "same", who="ada")
    assert store.count_events() == 3
    store.undo_decision(who="ada")
    assert [item.id for item in store.review_items(ReviewFilters(state="later"))] == [first]
    store.undo_decision(who="ada")
    assert [item.id for item in store.review_items()] == [first, second]


def three(store: Store) -> tuple[str, str, str]:
    """Three events of one concert and the pairs (b, a) and (c, a); return their ids."""
    ask(store, "eventbrite", "yelp", "ics")
    by_source = {row.sources[0]: row.id for row in store.events()}
    return by_source["eventbrite"], by_source["yelp"], by_source["ics"]


def test_pairs_of_an_event_that_went_into_another_ask_about_that_one(store: Store) -> None:
    a, b, c = three(store)
    first, second = store.review_pairs()
    run(store, [prepared(event(9, "csv"))])
    other = next(row.id for row in store.events() if row.sources == ("csv",))
    store.merge_events([a, other], who="ada")
    store.merge_events([b, other], who="ada")
    # Both pairs ask about what a is part of now; that of b and a has answered itself.
    (left,) = store.review_pairs()
    assert left.id == second.id
    assert {left.event_id, left.other_event_id} == {c, store.event(a).event.merged_into or a}
    assert store.counts().review == 1
    store.undo_decision(who="ada")
    assert [pair.id for pair in store.review_pairs()] == [first.id, second.id]
    store.undo_decision(who="ada")
    assert store.review_pairs() == (first, second)


def test_two_pairs_that_ask_the_same_are_asked_once(store: Store) -> None:
    a, b, c = three(store)
    first, second = store.review_pairs()
    extra = ask(store, "csv")[-1]  # (d, one of them)
    d = extra.event_id
    known = {pair.id: {pair.event_id, pair.other_event_id} for pair in store.review_pairs()}
    assert known == {first.id: {a, b}, second.id: {c, a}, extra.id: {d, a}}
    store.merge_events([c, d], who="ada")
    open_pairs = store.review_pairs()
    assert [pair.id for pair in open_pairs] == [first.id, second.id]
    assert store.counts().review == 2
    assert [item.id for item in store.review_items(ReviewFilters(state="later"))] == []
    (skipped,) = store.decide_pairs([extra.id], "same", who="ada").skipped
    assert skipped.id == extra.id
    store.decide_pairs([second.id], "different", who="ada")
    assert [pair.id for pair in store.review_pairs()] == [first.id]
    store.undo_decision(who="ada")
    store.undo_decision(who="ada")
    assert [pair.id for pair in store.review_pairs()] == [first.id, second.id, extra.id]
    assert store.counts().review == 3


def test_what_was_called_different_stays_so_through_merges_of_either_side(store: Store) -> None:
    _, b, c = three(store)
    first, second = store.review_pairs()
    store.decide_pairs([first.id], "different", who="ada")  # b is not a
    store.merge_events([b, c], who="ada")  # and c is b, so (c, a) needs no answer any more
    assert store.review_pairs() == ()
    assert store.counts().review == 0
    assert states(store) == ["different", "different"]
    (skipped,) = store.decide_pairs([second.id], "same", who="ada").skipped
    assert skipped.reason == "decided already: different"
    store.undo_decision(who="ada")
    assert [pair.id for pair in store.review_pairs()] == [second.id]


def test_deciding_many_never_joins_what_was_called_different(store: Store) -> None:
    three(store)
    first, second = store.review_pairs()
    store.decide_pairs([first.id], "different", who="ada")
    run(store, [prepared(event(1, "csv"))], ASKING)
    (third,) = (pair for pair in store.review_pairs() if pair.id != second.id)
    decided = store.decide_pairs([second.id, third.id], "same", who="ada")
    assert decided.count + len(decided.skipped) == 2
    joined = [frozenset(one) for one in partition(store)]
    assert not any({"eventbrite-1", "yelp-1"} <= one for one in joined)


def test_many_decisions_made_at_once_are_taken_back_at_once_or_one_by_one(store: Store) -> None:
    pairs = [ask(store, "eventbrite", "yelp", number=number)[-1].id for number in range(30)]
    before = partition(store)
    decided = store.decide_pairs(pairs, "same", who="ada")
    assert (decided.count, store.count_events(), store.counts().review) == (30, 30, 0)
    (row,) = store.recent_decisions()
    assert (row.id, row.kind, row.count, row.who) == (decided.undo_id, "same", 30, "ada")
    assert "and 29 more" in row.words
    assert store.undo_decision(pairs[3], who="ada").count == 1
    assert store.recent_decisions()[0].count == 29
    assert store.undo_decision(decided.undo_id, who="ada").count == 29
    assert (partition(store), store.counts().review) == (before, 30)
    assert store.recent_decisions() == ()


def test_a_pair_that_is_not_there_stops_all(store: Store) -> None:
    (pair,) = ask(store, "eventbrite", "yelp")
    with pytest.raises(NotFoundError, match="nothing"):
        store.decide_pairs([pair.id, "nothing"], "same", who="ada")
    assert store.count_events() == 2


def test_a_link_of_the_matcher_is_taken_back_and_never_made_again(store: Store) -> None:
    yelp = prepared(event(1, "yelp", capacity=80))
    run(store, [prepared(event(1)), yelp])
    (linked,) = store.recent_decisions(automatic=True)
    (row,) = store.events()
    assert (linked.kind, linked.event_id, linked.who) == ("matcher", row.id, "matcher")
    undone = store.undo_decision(linked.id, who="ada")
    assert (undone.count, row.id in undone.event_ids) == (1, True)
    assert partition(store) == {frozenset({"eventbrite-1"}), frozenset({"yelp-1"})}
    assert states(store) == ["different"]
    assert (store.counts().review, store.counts().events) == (0, 2)
    assert store.recent_decisions(automatic=True) == ()
    # The same payloads, changed or not, leave it at that.
    assert run(store, [prepared(event(1)), yelp, changed(yelp, capacity=90)])[:2] == ["unchanged"] * 2
    assert run(store, [changed(yelp, capacity=90)]) == ["updated"]
    assert len(partition(store)) == 2
    # Taken back as well, the link is there again.
    store.undo_decision(who="ada")
    assert partition(store) == {frozenset({"eventbrite-1", "yelp-1"})}
    assert (states(store), len(store.recent_decisions(automatic=True))) == ([], 1)


def test_the_only_record_of_an_event_cannot_be_taken_out(store: Store) -> None:
    run(store, [prepared(event(1)), prepared(event(1, "yelp"), 1)])
    (row,) = store.events()
    (link,) = store.recent_decisions(automatic=True)
    first = store.event(row.id).records[0]
    store.move_record(first.id, None, "another evening", who="ada")
    with pytest.raises(CannotUndoError, match="only one"):
        store.undo_decision(link.id, who="ada")
    assert store.count_events() == 2


def test_a_merge_is_taken_back_after_its_event_has_gone_further(store: Store) -> None:
    a, b, _ = three(store)
    first, _ = store.review_pairs()
    store.decide_pairs([first.id], "same", who="ada")
    run(store, [prepared(event(9, "csv")), prepared(event(9, "jsonld"), 1), prepared(event(9, "manual"), 2)])
    big = next(row.id for row in store.events() if row.record_count == 3)
    store.merge_events([a, big], who="ada")
    assert store.event(a).event.merged_into == big
    store.undo_decision(first.id, who="ada")
    assert {record.external_id for record in store.event(b).records} == {"yelp-1"}
    assert store.event(b).event.merged_into is None
    assert store.event(big).event.record_count == 4
    store.undo_decision(who="ada")
    assert partition(store) == {
        *(frozenset({f"{source}-1"}) for source in ("eventbrite", "yelp", "ics")),
        frozenset({"csv-9", "jsonld-9", "manual-9"}),
    }
    assert store.counts().review == 2


def test_a_merge_whose_records_have_moved_on_is_not_taken_back(store: Store) -> None:
    (pair,) = ask(store, "eventbrite", "yelp")
    store.decide_pairs([pair.id], "same", who="ada")
    (row,) = store.events()
    yelp = next(one.id for one in store.event(row.id).records if one.source == "yelp")
    store.move_record(yelp, None, "another evening", who="ada")
    with pytest.raises(CannotUndoError, match="moved to other events") as refused:
        store.undo_decision(pair.id, who="ada")
    assert "review decisions" in refused.value.metadata["action"]
    store.undo_decision(who="ada")
    store.undo_decision(pair.id, who="ada")
    assert store.review_pairs() == (pair,)


def test_a_record_that_came_back_into_a_merge_leaves_it_with_the_others(store: Store) -> None:
    run(store, [prepared(event(1)), prepared(event(1, "yelp"), 1)])
    (row,) = store.events()
    first, second = (one.id for one in store.event(row.id).records)
    store.move_record(second, None, "another evening", who="ada")
    (split,) = store.recent_decisions()
    run(store, [prepared(event(9, "csv"))])
    (far,) = (one.id for one in store.events() if one.sources == ("csv",))
    store.move_record(first, far, "the other evening", who="ada")
    store.undo_decision(split.id, who="ada")
    assert {first, second} < {one.id for one in store.event(far).records}
    store.undo_decision(who="ada")
    assert {one.id for one in store.event(row.id).records} == {first, second}
    assert (store.count_events(), store.recent_decisions()) == (2, ())


def test_a_record_taken_out_of_a_merge_goes_back_to_where_it_was_before_that(store: Store) -> None:
    run(store, [prepared(event(1, source), n) for n, source in enumerate(("eventbrite", "yelp"))])
    run(store, [prepared(event(9, source), n) for n, source in enumerate(("csv", "jsonld", "manual"))])
    before = partition(store)
    store.merge_events([row.id for row in store.events()], who="ada")
    (merge,) = store.recent_decisions()
    (row,) = store.events()
    yelp = next(one.id for one in store.event(row.id).records if one.source == "yelp")
    store.move_record(yelp, None, "another evening", who="ada")
    store.undo_decision(merge.id, who="ada")
    assert len(partition(store)) == 3
    store.undo_decision(who="ada")
    assert (
        partition(store)
        == before
        == {
            frozenset({"eventbrite-1", "yelp-1"}),
            frozenset({"csv-9", "jsonld-9", "manual-9"}),
        }
    )


def test_what_came_after_a_merge_stays_where_it_came(store: Store) -> None:
    (pair,) = ask(store, "eventbrite", "yelp")
    store.decide_pairs([pair.id], "same", who="ada")
    assert run(store, [prepared(event(1, "ics"))]) == ["duplicate"]
    store.undo_decision(who="ada")
    assert partition(store) == {frozenset({"eventbrite-1", "ics-1"}), frozenset({"yelp-1"})}


def test_merging_one_event_with_itself_is_refused(store: Store) -> None:
    (pair,) = ask(store, "eventbrite", "yelp")
    with pytest.raises(ValidationError, match="one event already"):
        store.merge_events([pair.event_id, pair.event_id], who="ada")
    with pytest.raises(NotFoundError):
        store.merge_events([pair.event_id, "nothing"], who="ada")
    store.merge_events([pair.event_id, pair.other_event_id], who="ada", reason="seen both")
    assert (store.count_events(), store.counts().review) == (1, 0)
    with pytest.raises(ValidationError, match="one event already"):
        store.merge_events([pair.event_id, pair.other_event_id], who="ada")


def test_a_moved_record_is_a_decision_like_any_other(store: Store) -> None:
    run(store, [prepared(event(1)), prepared(event(1, "yelp"), 1), prepared(event(5, "ics"), 2)])
    joint, other = (row.id for row in store.events())
    yelp = store.event(joint).records[1].id
    store.move_record(yelp, other, "the other evening", who="ada")
    (row,) = store.recent_decisions()
    assert (row.kind, row.event_id, row.other_event_id, row.reason) == (
        "move",
        other,
        joint,
        "the other evening",
    )
    store.undo_decision(row.id[-6:], who="ada")
    assert store.event(joint).event.record_count == 2


def test_nothing_to_take_back_is_said(store: Store) -> None:
    with pytest.raises(NotFoundError):
        store.undo_decision(who="ada")
    with pytest.raises(NotFoundError):
        store.undo_decision("zzzzzz", who="ada")


def test_pairs_and_submissions_are_one_list_oldest_first(store: Store) -> None:
    run(store, [prepared(event(5, "manual"))])
    (pair,) = ask(store, "eventbrite", "yelp")
    run(store, [prepared(event(6))])
    run(store, [prepared(event(6, "manual", capacity=70))])
    alone, asked, linked = store.review_items()
    assert (alone.kind, alone.other, alone.event.status, alone.score) == ("submission", None, "pending", None)
    assert (asked.kind, asked.id, asked.evidence) == ("pair", pair.id, pair.evidence)
    assert asked.other is not None
    assert {asked.event.id, asked.other.id} == {pair.event_id, pair.other_event_id}
    # A submission that links shows what it says beside what is known.
    assert (linked.kind, linked.event.capacity) == ("submission", 70)
    assert linked.other is not None
    assert (linked.other.capacity, linked.other.status) == (None, "scheduled")
    assert store.count_review_items() == 3
    walk = [store.review_items(limit=1)[0]]
    while more := store.review_items(limit=1, after=walk[-1].key):
        walk.extend(more)
    assert walk == [alone, asked, linked]
    store.approve([linked.event.id], who="ada")
    assert [item.id for item in store.review_items()] == [alone.id, asked.id]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (ReviewFilters(kind="pair"), ["pair", "pair"]),
        (ReviewFilters(kind="submission"), ["submission"]),
        (ReviewFilters(source="manual"), ["submission"]),
        (ReviewFilters(source="yelp"), ["pair"]),
        (ReviewFilters(city="Berlin"), ["pair", "submission", "pair"]),
        (ReviewFilters(city="Bonn"), []),
        (ReviewFilters(least_score=0.0), ["pair", "pair"]),
        (ReviewFilters(least_score=100.5), []),
        (ReviewFilters(most_score=40.0), []),
        (ReviewFilters(state="later"), []),
    ],
)
def test_the_list_is_filtered(store: Store, filters: ReviewFilters, found: list[str]) -> None:
    ask(store, "eventbrite", "yelp")
    run(store, [prepared(event(5, "manual"))])
    ask(store, "eventbrite", "ics", number=3)
    items = store.review_items(filters)
    assert [item.kind for item in items] == found
    assert store.count_review_items(filters) == len(found)


def test_both_sides_are_shown_with_what_differs(store: Store) -> None:
    run(store, [prepared(event(1, capacity=100))], ASKING)
    (pair,) = ask(store, "yelp", title="KAMMERORCHESTER, Programm 1", capacity=80)
    detail = store.review_item(pair.id[-8:])
    rows = {row.field: row for row in detail.differences}
    assert rows["capacity"].differs
    assert {rows["capacity"].first, rows["capacity"].second} == {"100", "80"}
    assert not rows["title"].differs  # capitals and commas say nothing
    assert not rows["start"].differs
    assert [record.source for record in (*detail.records, *detail.other_records)] == ["yelp", "eventbrite"]
    with pytest.raises(NotFoundError):
        store.review_item("nothing")
