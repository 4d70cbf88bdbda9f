"""Submissions wait for a person; links are undone by people."""

from __future__ import annotations

import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.store import EventFilters, NotFoundError, Store
from tests.store.samples import changed, concerts, event, prepared, run, run_batches


def test_a_submission_is_stored_as_pending_and_counts_once_it_is_approved(store: Store) -> None:
    _, (batch,) = run_batches(store, [[prepared(event(1, "manual"))]])
    (outcome,) = batch.outcomes
    assert (outcome.outcome, outcome.status) == ("created", "pending")
    (waiting,) = store.pending()
    assert (waiting.event_id, waiting.title, waiting.linked) == (
        outcome.event_id,
        "Kammerorchester Programm 1",
        False,
    )
    assert store.events(EventFilters(status="pending"))[0].id == waiting.event_id
    assert store.counts().pending == 1
    assert store.approve([waiting.event_id], who="ada").count == 1
    assert store.events()[0].status == "scheduled"
    assert (store.pending(), store.counts().pending) == ((), 0)
    assert (store.audit_log()[0].action, store.audit_log()[0].target) == ("review.approve", waiting.record_id)


def test_a_refused_submission_is_kept_and_not_asked_for_again(store: Store) -> None:
    record = prepared(event(1, "manual"))
    run(store, [record])
    (waiting,) = store.pending()
    assert store.refuse([waiting.event_id], "an advertisement", who="ada").count == 1
    (row,) = store.events()
    assert row.status == "refused"
    assert store.event(row.id).records[0].event == record.event
    _, (again,) = run_batches(store, [[record]])
    assert (again.outcomes[0].outcome, again.outcomes[0].status) == ("unchanged", "refused")
    assert store.pending() == ()
    # What was refused is nobody's duplicate.
    assert run(store, [prepared(event(1, "eventbrite"))]) == ["created"]


def test_a_pending_submission_links_at_once_and_wins_nothing_before_it_is_approved(store: Store) -> None:
    run(store, [prepared(event(1))])
    submitted = prepared(event(1, "manual", capacity=120, title="Kammerorchester Programm 1!"))
    _, (batch,) = run_batches(store, [[submitted]])
    assert (batch.outcomes[0].outcome, batch.outcomes[0].status) == ("duplicate", "pending")
    (before,) = store.events()
    assert (before.title, before.capacity, before.status) == ("Kammerorchester Programm 1", None, "scheduled")
    assert store.pending()[0].linked
    store.approve([before.id], who="ada")
    (after,) = store.events()
    assert (after.title, after.capacity) == ("Kammerorchester Programm 1!", 120)


def test_refusing_a_linked_submission_takes_nothing_from_the_event(store: Store) -> None:
    run(store, [prepared(event(1))])
    run(store, [prepared(event(1, "manual", capacity=120))])
    (row,) = store.events()
    store.refuse([row.id], "known already", who="ada")
    (after,) = store.events()
    assert (after.status, after.capacity, after.sources) == ("scheduled", None, ("eventbrite",))


def test_one_of_two_submissions_of_an_event_is_refused_and_the_other_waits(store: Store) -> None:
    run(store, [prepared(event(1))])
    run(store, [prepared(event(1, "manual", capacity=120))])
    run(store, [prepared(event(1, "manual", external_id="spam", summary="Buy!"))])
    store.merge_events([row.id for row in store.events()], who="ada")
    (row,) = store.events()
    good, spam = sorted(store.pending(), key=lambda one: one.record_id)
    assert (good.event_id, spam.event_id) == (row.id, row.id)
    assert store.refuse([spam.record_id], "spam", who="ada").count == 1
    # Which of the two was refused is told for good.
    assert (store.audit_log()[0].target, store.audit_log()[0].detail) == (spam.record_id, "spam")
    assert [one.record_id for one in store.pending()] == [good.record_id]
    assert store.counts().pending == 1
    with pytest.raises(NotFoundError, match=spam.record_id):
        store.approve([good.record_id, spam.record_id], who="ada")
    # Named twice, by itself and by its event, it is approved once.
    assert store.approve([good.record_id, row.id], who="ada").count == 1
    (after,) = store.events()
    assert (after.capacity, after.summary) == (120, None)
    assert store.counts().pending == 0


def test_an_approval_is_taken_back_and_the_submission_waits_again(store: Store) -> None:
    run(store, [prepared(event(1))])
    run(store, [prepared(event(1, "manual", capacity=120))])
    (waiting,) = store.pending()
    decided = store.approve([waiting.record_id], who="ada")
    assert store.events()[0].capacity == 120
    (row,) = store.recent_decisions()
    assert (row.id, row.kind, row.count, row.event_id) == (decided.undo_id, "approve", 1, waiting.event_id)
    assert row.words == "approved: “Kammerorchester Programm 1”"
    undone = store.undo_decision(who="bob")
    assert (undone.count, undone.event_ids) == (1, (waiting.event_id,))
    assert store.pending() == (waiting,)
    assert (store.events()[0].capacity, store.counts().pending) == (None, 1)
    assert store.recent_decisions() == ()
    # What was taken back can be said otherwise, by the submission's own id as well.
    store.refuse([waiting.record_id], "spam", who="ada")
    assert store.undo_decision(waiting.record_id, who="ada").words == "refused: “Kammerorchester Programm 1”"
    assert store.pending() == (waiting,)


def test_submissions_refused_at_once_are_taken_back_at_once(store: Store) -> None:
    run(store, [prepared(event(number, "manual"), number) for number in range(3)])
    waiting = store.pending()
    decided = store.refuse([one.event_id for one in waiting], "spam", who="ada")
    assert {row.status for row in store.events()} == {"refused"}
    assert store.recent_decisions()[0].count == decided.count == 3
    assert store.undo_decision(decided.undo_id, who="ada").count == 3
    assert ({row.status for row in store.events()}, store.pending()) == ({"pending"}, waiting)


def test_an_approval_is_taken_back_after_its_event_went_into_another(store: Store) -> None:
    run(store, [prepared(event(1, "manual", capacity=120)), prepared(event(7), 1)])
    (waiting,) = store.pending()
    store.approve([waiting.record_id], who="ada")
    (approval,) = store.recent_decisions()
    store.merge_events([row.id for row in store.events()], who="ada")
    store.undo_decision(approval.id, who="ada")
    (row,) = store.events()
    assert (row.record_count, row.capacity, store.counts().pending) == (2, None, 1)
    assert store.pending()[0].event_id == row.id
    store.undo_decision(who="ada")
    assert {(one.status, one.capacity) for one in store.events()} == {("pending", 120), ("scheduled", None)}


def test_the_id_of_an_event_means_all_of_its_submissions(store: Store) -> None:
    run(store, [prepared(event(1))])
    run(store, [prepared(event(1, "manual"))])
    run(store, [prepared(event(1, "manual", external_id="again"))])
    store.merge_events([row.id for row in store.events()], who="ada")
    (row,) = store.events()
    assert store.approve([row.id], who="ada").count == 2
    assert (store.pending(), store.counts().pending) == ((), 0)


def test_an_imported_event_takes_over_a_pending_one(store: Store) -> None:
    run(store, [prepared(event(1, "manual", capacity=120))])
    assert run(store, [prepared(event(1))]) == ["duplicate"]
    (row,) = store.events()
    assert (row.status, row.capacity, row.record_count) == ("scheduled", None, 2)
    assert store.pending()[0].linked


def test_deciding_where_nothing_waits_changes_nothing(store: Store) -> None:
    run(store, [prepared(event(1, "manual")), *concerts(1, first=5)])
    (waiting,) = store.pending()
    other = next(row.id for row in store.events() if row.id != waiting.event_id)
    with pytest.raises(NotFoundError, match=other):
        store.approve([waiting.event_id, other], who="ada")
    assert store.counts().pending == len(store.pending()) == 1
    assert store.audit_log() == ()


def test_a_wrong_link_is_undone_by_moving_the_record_to_an_event_of_its_own(store: Store) -> None:
    run(store, [prepared(event(1)), prepared(event(1, "yelp", capacity=80), 1)])
    (row,) = store.events()
    yelp = store.event(row.id).records[1]
    new_id = store.move_record(yelp.id, None, "another evening", who="ada")
    first, second = (store.event(one) for one in (row.id, new_id))
    assert (first.event.sources, first.event.capacity, first.event.record_count) == (("eventbrite",), None, 1)
    assert (second.event.sources, second.event.capacity) == (("yelp",), 80)
    assert (second.links[-1].decided_by, second.links[-1].evidence) == ("ada", "another evening")
    assert store.counts().events == 2
    # The next import leaves the decision alone.
    assert yelp.event is not None
    assert run(store, [changed(prepared(yelp.event), capacity=90)]) == ["updated"]
    assert store.event(new_id).event.capacity == 90


def test_moving_a_record_back_leaves_an_emptied_event_out_of_all_lists(store: Store) -> None:
    run(store, [prepared(event(1)), prepared(event(1, "yelp"), 1)])
    (row,) = store.events()
    yelp = store.event(row.id).records[1].id
    alone = store.move_record(yelp, None, "another evening", who="ada")
    assert store.move_record(yelp, row.id, "the same after all", who="ada") == row.id
    assert [one.id for one in store.events()] == [row.id]
    assert store.counts().events == store.count_events() == 1
    emptied = store.event(alone)
    assert (emptied.event.merged_into, emptied.records) == (row.id, ())
    assert run(store, [prepared(event(1, "ics"))]) == ["duplicate"]
    store.move_record(yelp, alone, "no, it was right", who="ada")
    assert store.event(alone).event.merged_into is None
    assert store.counts().events == store.count_events() == 2


def test_the_only_record_of_an_event_is_not_taken_out_into_another_of_its_own(store: Store) -> None:
    run(store, concerts(2))
    first, second = store.events()
    record = store.event(first.id).records[0].id
    with pytest.raises(ValidationError, match="the only record") as refused:
        store.move_record(record, None, "no", who="ada")
    assert f"split {record[-6:]} --into EVENT" in refused.value.metadata["action"]
    assert (store.events(), store.audit_log()) == ((first, second), ())
    # What the error advises works.
    assert store.move_record(record, second.id, "one concert", who="ada") == second.id


def test_moving_what_is_not_there_is_refused(store: Store) -> None:
    run(store, concerts(1))
    (row,) = store.events()
    record = store.event(row.id).records[0].id
    with pytest.raises(NotFoundError):
        store.move_record("nothing", row.id, "", who="ada")
    with pytest.raises(NotFoundError):
        store.move_record(record, "nothing", "", who="ada")
    assert store.move_record(record, row.id, "", who="ada") == row.id
