"""Edits of people win over all imports until they are taken back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.events.match import Thresholds
from scenescout_tui.store import BatchOptions, EventFilters, NotFoundError, Store
from tests.store.clock import Clock
from tests.store.samples import changed, event, prepared, run

LIMITED = BatchOptions(retention={"yelp": 24 * 3600.0})
ASKING = BatchOptions(thresholds=Thresholds(link=101.0, review=50.0))


def only(store: Store) -> str:
    (row,) = store.events()
    return row.id


def test_an_edit_wins_over_every_import_that_follows(store: Store) -> None:
    record = prepared(event(1))
    run(store, [record])
    event_id = only(store)
    title = "Kammerorchester: Programm 1"
    edited = store.edit_event(
        event_id, {"title": title, "capacity": "120", "organizer_name": "Nord"}, who="ada"
    )
    assert (edited.title, edited.capacity, edited.organizer_name) == (title, 120, "Nord")
    assert {edited.field_sources[name] for name in ("title", "capacity", "organizer_name")} == {"edit"}
    assert run(store, [changed(record, title="Another", capacity=5, summary="New.")]) == ["updated"]
    assert run(store, [prepared(event(1, "yelp", capacity=7))]) == ["duplicate"]
    (after,) = store.events()
    assert (after.title, after.capacity, after.summary) == (title, 120, "New.")
    entry = store.audit_log()[0]
    assert (entry.action, entry.target, entry.count, entry.detail) == (
        "event.edit",
        event_id,
        3,
        "title, capacity, organizer_name",
    )


def test_reverted_fields_are_those_of_the_newest_import(store: Store) -> None:
    record = prepared(event(1, capacity=50))
    run(store, [record])
    event_id = only(store)
    store.edit_event(event_id, {"title": "Mine", "capacity": None}, who="ada")
    assert store.events()[0].capacity is None
    run(store, [changed(record, title="Theirs", capacity=60)])
    assert store.revert_edits(event_id, ["title"], who="ada").title == "Theirs"
    assert store.events()[0].capacity is None
    with pytest.raises(NotFoundError, match="title"):
        store.revert_edits(event_id, ["capacity", "title"], who="ada")
    reverted = store.revert_edits(event_id, who="ada")
    assert (reverted.capacity, "edit" in reverted.field_sources.values()) == (60, False)
    assert store.event(event_id).edits == ()


def test_an_edited_start_moves_the_event_in_the_list_and_is_found_there(store: Store) -> None:
    run(store, [prepared(event(1))])
    store.edit_event(only(store), {"start_local": "2027-03-09T20:00"}, who="ada")
    (row,) = store.events(EventFilters(since=datetime(2027, 3, 9, tzinfo=UTC)))
    assert (row.starts_at, row.timezone) == (datetime(2027, 3, 9, 19, tzinfo=UTC), "Europe/Berlin")
    # A source that knows the new date finds it, by what a person wrote.
    there = event(8, "yelp", title="Kammerorchester Programm 1", starts_at=row.starts_at)
    assert run(store, [prepared(there)]) == ["duplicate"]


def test_a_wrong_edit_changes_nothing(store: Store) -> None:
    run(store, [prepared(event(1))])
    with pytest.raises(ValidationError, match="latitude"):
        store.edit_event(only(store), {"title": "Mine", "latitude": "north"}, who="ada")
    with pytest.raises(ValidationError, match="nothing to edit"):
        store.edit_event(only(store), {}, who="ada")
    with pytest.raises(NotFoundError):
        store.edit_event("nothing", {"title": "Mine"}, who="ada")
    assert store.events()[0].title == "Kammerorchester Programm 1"
    assert store.audit_log() == ()


def test_an_edited_status_does_not_let_a_pending_submission_count(store: Store) -> None:
    run(store, [prepared(event(1, "manual"))])
    assert store.edit_event(only(store), {"status": "cancelled"}, who="ada").status == "pending"
    store.approve([only(store)], who="ada")
    assert store.events()[0].status == "cancelled"


def test_an_expired_event_shows_nothing_of_what_was_edited_and_has_it_when_it_is_back(
    timed: Store, clock: Clock
) -> None:
    record = prepared(event(1, "yelp"))
    run(timed, [record], LIMITED)
    event_id = only(timed)
    timed.edit_event(event_id, {"title": "Mine"}, who="ada")
    clock.move(hours=25)
    timed.blank_expired()
    expired = timed.event(event_id)
    assert (expired.event.status, expired.event.title) == ("expired", "")
    assert [(one.field, one.value) for one in expired.edits] == [("title", "Mine")]
    with pytest.raises(ValidationError, match="expired"):
        timed.edit_event(event_id, {"title": "Again"}, who="ada")
    run(timed, [record], LIMITED)
    assert timed.event(event_id).event.title == "Mine"


def test_what_an_event_shows_of_an_expired_record_goes_and_the_edit_stays(timed: Store, clock: Clock) -> None:
    run(timed, [prepared(event(1)), prepared(event(1, "yelp", summary="Of Yelp."), 1)], LIMITED)
    event_id = only(timed)
    timed.edit_event(event_id, {"capacity": 9}, who="ada")
    assert timed.events()[0].summary == "Of Yelp."
    clock.move(hours=25)
    timed.blank_expired()
    (row,) = timed.events()
    assert (row.summary, row.capacity) == (None, 9)


def test_edits_go_with_a_merge_and_come_back_with_it(store: Store) -> None:
    run(store, [prepared(event(1))], ASKING)
    run(store, [prepared(event(1, "yelp"))], ASKING)
    (pair,) = store.review_pairs()
    old, young = sorted((pair.event_id, pair.other_event_id))
    store.edit_event(old, {"title": "Of the old one"}, who="ada")
    store.edit_event(young, {"title": "Of the young one", "capacity": 30}, who="ada")
    store.decide_pairs([pair.id], "same", who="ada")
    (row,) = store.events()
    assert (row.id, row.title, row.capacity) == (old, "Of the old one", 30)
    assert [(one.field, one.made_on) for one in store.event(old).edits] == [
        ("capacity", young),
        ("title", None),
    ]
    with pytest.raises(ValidationError, match="went into another"):
        store.edit_event(young, {"title": "Too late"}, who="ada")
    store.undo_decision(who="ada")
    titles = {row.id: (row.title, row.capacity) for row in store.events()}
    assert titles == {old: ("Of the old one", None), young: ("Of the young one", 30)}


def test_an_edit_brought_second_counts_once_the_first_merge_is_taken_back(store: Store) -> None:
    run(store, [prepared(event(number)) for number in (1, 2, 3)])
    kept, first, second = sorted(row.id for row in store.events())
    store.edit_event(first, {"title": "Of the first", "capacity": 10}, who="ada")
    store.edit_event(second, {"title": "Of the second", "capacity": 20}, who="ada")
    merged = store.merge_events([kept, first], who="ada")
    store.revert_edits(kept, ["capacity"], who="ada")
    store.merge_events([kept, second], who="ada")
    store.revert_edits(kept, ["capacity"], who="ada")
    assert store.event(kept).event.title == "Of the first"
    store.undo_decision(merged.undo_id, who="ada")
    assert [(one.field, one.value, one.made_on) for one in store.event(kept).edits] == [
        ("title", "Of the second", second)
    ]
    rows = {row.id: (row.title, row.capacity) for row in store.events()}
    assert rows == {kept: ("Of the second", None), first: ("Of the first", 10)}


def test_an_edited_event_is_found_by_its_edit_when_an_import_leaves_its_date(
    store: Store,
) -> None:
    record = prepared(event(1))
    run(store, [record])
    store.edit_event(only(store), {"start_local": "2027-03-09T20:00"}, who="ada")
    for day in (9, 12):
        starts_at = datetime(2027, 3, day, 19, tzinfo=UTC)
        moved = changed(record, starts_at=starts_at, start_local=f"2027-03-{day:02}T20:00:00")
        assert run(store, [moved]) == ["updated"]
    there = event(8, "yelp", title="Kammerorchester Programm 1", starts_at=store.events()[0].starts_at)
    assert run(store, [prepared(there)]) == ["duplicate"]


def test_an_event_is_found_by_the_edits_that_a_merge_brought(store: Store) -> None:
    run(store, [prepared(event(number)) for number in (1, 2)])
    kept, gone = sorted(row.id for row in store.events())
    edits = {"title": "Sommerfest am Hafen", "start_local": "2027-03-20T20:00"}
    store.edit_event(gone, edits, who="ada")
    store.merge_events([kept, gone], who="ada")
    there = event(8, "yelp", title=edits["title"], starts_at=store.event(kept).event.starts_at)
    assert run(store, [prepared(there)]) == ["duplicate"]


def test_a_brought_edit_that_was_reverted_is_still_there_where_it_was_made(store: Store) -> None:
    run(store, [prepared(event(1))], ASKING)
    run(store, [prepared(event(1, "yelp"))], ASKING)
    (pair,) = store.review_pairs()
    old, young = sorted((pair.event_id, pair.other_event_id))
    store.edit_event(young, {"capacity": 30}, who="ada")
    store.decide_pairs([pair.id], "same", who="ada")
    assert store.revert_edits(old, ["capacity"], who="ada").capacity is None
    store.undo_decision(who="ada")
    assert store.event(young).event.capacity == 30


def test_a_record_taken_out_leaves_the_edits_behind(store: Store) -> None:
    run(store, [prepared(event(1)), prepared(event(1, "yelp"), 1)])
    event_id = only(store)
    store.edit_event(event_id, {"title": "Mine"}, who="ada")
    yelp = store.event(event_id).records[1].id
    alone = store.move_record(yelp, None, "another evening", who="ada")
    assert store.event(event_id).event.title == "Mine"
    assert store.event(alone).event.title == "Kammerorchester Programm 1"


def test_events_are_found_by_a_quality_code(store: Store) -> None:
    run(store, [prepared(event(1, quality=("TZ_ASSUMED", "MULTI_DAY"))), prepared(event(2), 1)])
    (row,) = store.events(EventFilters(quality="TZ_ASSUMED"))
    assert row.quality == ("TZ_ASSUMED", "MULTI_DAY")
    assert store.count_events(EventFilters(quality="DST_GAP")) == 0
    with pytest.raises(ValidationError, match="TZ_WRONG"):
        store.events(EventFilters(quality="TZ_WRONG"))
