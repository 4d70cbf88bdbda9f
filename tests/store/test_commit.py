"""One batch, one transaction: what becomes of each record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from scenescout_tui.errors import ValidationError
from scenescout_tui.events.match import Thresholds
from scenescout_tui.events.model import Venue
from scenescout_tui.store import BatchOptions, BatchPlan, EventFilters, StaleDigestsError, Store
from tests.store.samples import (
    HALL,
    Records,
    broken,
    changed,
    concerts,
    drafts,
    event,
    prepared,
    run,
    run_batches,
)

ALWAYS_REVIEW = BatchOptions(thresholds=Thresholds(link=101.0, review=50.0))


def test_new_events_are_created_and_can_be_read_back_whole(store: Store) -> None:
    given = event(
        3,
        summary="Ein Abend",
        description_html="<p>Ein Abend</p>",
        tags=("klassik", "kammermusik"),
        price_min=0,
        price_max=2**63 - 1,
        currency="EUR",
        is_free=False,
        popularity={"attending": 12},
        quality=("PRICE_RANGE",),
    )
    run(store, [prepared(given)])
    (row,) = store.events()
    assert (row.title, row.starts_at, row.status) == (given.title, given.starts_at, "scheduled")
    assert (row.venue_name, row.city, row.latitude) == ("Alte Kantine", "Berlin", 52.5391)
    assert (row.tags, row.price_min, row.price_max) == (("klassik", "kammermusik"), 0, 2**63 - 1)
    assert (row.description_text, row.description_html) == (given.description_text, "<p>Ein Abend</p>")
    assert (row.popularity, row.quality, row.is_free) == ({"attending": 12}, ("PRICE_RANGE",), False)
    (record,) = store.event(row.id).records
    assert record.event == given
    assert row.field_sources == {"*": record.id}


def test_importing_the_same_again_changes_nothing_but_when_it_was_seen(store: Store) -> None:
    run(store, concerts(5))
    before = store.events()
    second, (batch,) = run_batches(store, [concerts(5)])
    assert {one.outcome for one in batch.outcomes} == {"unchanged"}
    assert store.events() == before
    records = [store.event(row.id).records[0] for row in before]
    assert {record.run_id for record in records} == {second}
    assert all(record.last_seen_at > record.changed_at for record in records)


def test_a_changed_record_updates_its_event_and_keeps_its_id(store: Store) -> None:
    (record,) = concerts(1)
    run(store, [record])
    (before,) = store.events()
    assert run(store, [changed(record, title="Kammerorchester, neues Programm")]) == ["updated"]
    (after,) = store.events()
    assert (after.id, after.title) == (before.id, "Kammerorchester, neues Programm")
    assert after.created_at == before.created_at < after.updated_at


def test_what_is_no_content_is_refreshed_without_being_called_a_change(store: Store) -> None:
    (record,) = concerts(1)
    run(store, [record])
    assert run(store, [changed(record, popularity={"attending": 99})]) == ["unchanged"]
    assert store.events()[0].popularity == {"attending": 99}


def test_other_bytes_with_the_same_content_are_known_by_their_new_digest(store: Store) -> None:
    (record,) = concerts(1)
    run(store, [record])
    assert record.event is not None
    respaced = prepared(record.event, raw=record.raw + b" ")
    assert run(store, [respaced]) == ["unchanged"]
    assert set(store.known_digests("eventbrite", [respaced.digest, record.digest])) == {respaced.digest}


def test_records_known_by_their_digest_pass_unread(store: Store) -> None:
    records = concerts(3)
    run(store, records)
    known = store.known_digests("eventbrite", [record.digest for record in records])
    again = [known[record.digest].at(record.number) for record in records]
    run_id, (batch,) = run_batches(store, [again])
    assert [(one.number, one.outcome, one.external_id) for one in batch.outcomes] == [
        (record.number, "unchanged", record.external_id) for record in records
    ]
    assert store.accounting(run_id).unchanged == 3


def test_digests_are_asked_of_one_source_or_of_all(store: Store) -> None:
    (record,) = concerts(1)
    run(store, [record])
    assert store.known_digests("yelp", [record.digest]) == {}
    assert set(store.known_digests(None, [record.digest, b"?" * 16])) == {record.digest}


def test_a_stale_digest_is_refused_before_anything_is_written(store: Store) -> None:
    records = concerts(2)
    run(store, records)
    known = store.known_digests("eventbrite", [records[0].digest])
    stale = known[records[0].digest].at(0)
    run(store, [changed(records[0], title="Etwas anderes")])
    run_id = store.begin_run("eventbrite", who="test")
    batch: Records = [stale, *concerts(1, first=9)]
    store.accept_page(run_id, [BatchPlan(0, 2)])
    with pytest.raises(StaleDigestsError) as caught:
        store.commit_batch(run_id, 0, batch)
    assert caught.value.numbers == (0,)
    assert store.counts().events == 2
    assert store.accounting(run_id).in_flight == 2


def test_a_record_seen_before_in_the_run_is_skipped_in_any_batch(store: Store) -> None:
    (record,) = concerts(1)
    _, batches = run_batches(store, [[record, changed(record, title="Gedriftet")], [record]])
    found = [(one.outcome, one.reason) for batch in batches for one in batch.outcomes]
    seen = ("skipped", "seen before in this run")
    assert found == [("created", None), seen, seen]
    assert store.events()[0].title == record.event.title if record.event else False


def test_a_known_record_seen_before_in_the_run_is_skipped(store: Store) -> None:
    (record,) = concerts(1)
    run(store, [record])
    known = store.known_digests("eventbrite", [record.digest])[record.digest]
    _, batches = run_batches(store, [[known.at(0), known.at(1)], [known.at(2), record]])
    assert [one.outcome for batch in batches for one in batch.outcomes] == ["unchanged"] + ["skipped"] * 3


def test_one_concert_from_two_sources_is_one_event_with_two_records(store: Store) -> None:
    run(store, [prepared(event(1, url=None))])
    yelp = prepared(event(1, "yelp", description_text="Kurz."))
    run_id, (batch,) = run_batches(store, [[yelp]])
    (row,) = store.events()
    assert [(one.outcome, one.event_id) for one in batch.outcomes] == [("duplicate", row.id)]
    assert (row.sources, row.record_count) == (("eventbrite", "yelp"), 2)
    detail = store.event(row.id)
    eventbrite, yelp_record = detail.records
    assert row.description_text == "Ein Abend mit Werk 1."
    assert row.field_sources["description_text"] == eventbrite.id
    assert (row.url, row.field_sources["url"]) == ("https://tickets.example/yelp/1", yelp_record.id)
    (link,) = detail.links
    assert (link.record_id, link.decided_by) == (yelp_record.id, "matcher")
    assert link.evidence
    assert store.accounting(run_id).duplicate == 1


def test_the_same_concert_twice_in_one_batch_is_one_event(store: Store) -> None:
    batch = [prepared(event(1), 0), prepared(event(1, "yelp"), 1), prepared(event(1, "ics"), 2)]
    assert run(store, batch) == ["created", "duplicate", "duplicate"]
    (row,) = store.events()
    assert row.sources == ("eventbrite", "ics", "yelp")
    assert row.record_count == 3


def test_without_deduplication_nothing_is_linked_but_later_runs_find_it(store: Store) -> None:
    off = BatchOptions(deduplicate=False)
    assert run(store, [prepared(event(1), 0), prepared(event(1, "yelp"), 1)], off) == ["created", "created"]
    assert run(store, [prepared(event(1, "ics"))])[0] in ("duplicate", "review")


def test_a_doubtful_pair_is_two_events_and_waits_for_review(store: Store) -> None:
    assert run(store, [prepared(event(1))], ALWAYS_REVIEW) == ["created"]
    assert run(store, [prepared(event(1, "yelp"))], ALWAYS_REVIEW) == ["review"]
    (pair,) = store.review_pairs()
    assert {pair.event_id, pair.other_event_id} == {row.id for row in store.events()}
    assert pair.evidence
    assert store.counts().review == 1


def test_an_update_of_a_linked_record_is_merged_with_the_others(store: Store) -> None:
    first, second = prepared(event(1)), prepared(event(1, "yelp"))
    run(store, [first, second])
    assert run(store, [changed(second, title="Ganz anderer Titel", capacity=80)]) == ["updated"]
    (row,) = store.events()
    assert row.record_count == 2
    assert row.title == "Kammerorchester Programm 1"
    assert row.capacity == 80


def test_an_updated_event_is_found_at_its_new_place_and_no_longer_at_the_old_one(store: Store) -> None:
    (record,) = concerts(1)
    run(store, [record])
    assert record.event is not None
    moved = event(0, starts_at=record.event.starts_at + timedelta(days=30))
    run(store, [prepared(moved)])
    at_old = prepared(event(0, "yelp"))
    at_new = prepared(event(0, "ics", starts_at=moved.starts_at), 1)
    assert run(store, [at_old, at_new]) == ["created", "duplicate"]


def test_a_record_that_moves_away_leaves_the_others_to_be_found_where_they_are(store: Store) -> None:
    first, second = prepared(event(1)), prepared(event(1, "yelp"))
    run(store, [first, second])
    assert second.event is not None
    moved = second.event.starts_at + timedelta(days=30)
    assert run(store, [prepared(event(1, "yelp", starts_at=moved))]) == ["updated"]
    assert run(store, [prepared(event(1, "ics"))]) == ["duplicate"]


def test_broken_records_become_dead_letters_and_the_good_ones_around_them_are_stored(store: Store) -> None:
    raw = b'\xff\xfe{"title": \x00'
    run_id, (batch,) = run_batches(
        store, [[*concerts(1), broken(1, raw=raw), drafts(2), *concerts(1, first=3)]]
    )
    assert [one.outcome for one in batch.outcomes] == ["created", "failed", "skipped", "created"]
    failed, skipped = batch.outcomes[1], batch.outcomes[2]
    assert (failed.code, failed.message, failed.field) == ("VALIDATION_ERROR", "title: missing", "title")
    assert skipped.reason == "draft"
    letter = store.dead_letter(failed.dead_letter_id or "")
    assert (letter.payload, letter.run_id, letter.line, letter.origin) == (raw, run_id, 2, "events.ndjson")
    (error,) = store.errors()
    assert (error.dead_letter_id, error.stage, error.external_id) == (letter.id, "prepare", "broken-1")


def test_what_a_source_said_of_its_venue_is_known_later(store: Store) -> None:
    run(store, [prepared(event(1, source_account="acme"))])
    assert store.known_venue("eventbrite", "acme", "77") == HALL
    assert store.known_venue("eventbrite", "", "77") is None
    assert store.known_venue("eventbrite", "acme", "78") is None
    reference = event(2, source_account="acme", venue=Venue(external_id="77"))
    run(store, [prepared(reference)])
    assert store.known_venue("eventbrite", "acme", "77") == HALL


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "Nul\0in the middle"}, "title"),
        ({"title": "half a pair \ud83d"}, "title"),
        ({"price_max": 2**63}, "price_max"),
        ({"capacity": -(2**70)}, "capacity"),
        ({"venue": Venue(name="x", latitude=float("nan"), longitude=1.0)}, "venue.latitude"),
        ({"venue": Venue(name="x\0", city="y")}, "venue.name"),
        ({"tags": ("fine", "not\0fine")}, "tags"),
    ],
)
def test_values_that_sqlite_would_spoil_are_refused_by_name(
    store: Store, changes: dict[str, Any], field: str
) -> None:
    run_id = store.begin_run("eventbrite", who="test")
    store.accept_page(run_id, [BatchPlan(0, 2)])
    batch = [prepared(event(0), 40), prepared(event(1, **changes), 41)]
    with pytest.raises(ValidationError) as caught:
        store.commit_batch(run_id, 0, batch)
    assert (caught.value.field, caught.value.metadata["number"]) == (field, 41)
    assert store.counts().events == 0
    assert set(store.failing_records(run_id, batch)) == {41}
    assert store.counts().events == 0


def test_an_escaped_backslash_is_no_nul(store: Store) -> None:
    assert run(store, [prepared(event(0, title="C:\\u0000 is a path"))]) == ["created"]
    assert store.events(EventFilters(text="\\u0000"))[0].title == "C:\\u0000 is a path"


def test_texts_of_errors_never_stop_a_batch(store: Store) -> None:
    assert run(store, [broken(0, message="bad \0 \ud800 \x1b[31m text")]) == ["failed"]
    (error,) = store.errors()
    assert not {"\0", "\x1b"} & set(error.message)


def test_hundreds_of_records_in_one_batch_are_all_stored(store: Store) -> None:
    assert set(run(store, concerts(777))) == {"created"}
    assert set(run(store, concerts(777))) == {"unchanged"}
    assert store.counts().events == store.count_events() == 777


def test_an_event_found_under_many_keys_is_compared_once(store: Store) -> None:
    run(store, concerts(1))
    with store._database.reading("test") as connection:
        keys = connection.execute(text("SELECT count(*) FROM event_blocks")).scalar_one()
        links = connection.execute(select(text("count(*) FROM record_links"))).scalar_one()
    assert (keys, links) == (3, 0)
    assert run(store, [prepared(event(0, "yelp"))]) == ["duplicate"]
