"""The ledger: accounting, replay, resume."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from scenescout_tui.errors import DatabaseError
from scenescout_tui.store import (
    BatchPlan,
    NotFoundError,
    NotResumableError,
    ResumePoint,
    RunEndedError,
    Store,
)
from tests.store.samples import broken, concerts, run_batches


def begin(store: Store, plans: list[BatchPlan]) -> str:
    run_id = store.begin_run("eventbrite", who="test")
    store.accept_page(run_id, plans)
    return run_id


def test_accepted_records_are_in_flight_until_their_batch_is_committed(store: Store) -> None:
    run_id = begin(store, [BatchPlan(0, 3), BatchPlan(1, 2)])
    counts = store.accounting(run_id)
    assert (counts.total, counts.in_flight, counts.created) == (5, 5, 0)
    store.commit_batch(run_id, 1, [*concerts(1), broken(1)])
    counts = store.accounting(run_id)
    assert (counts.total, counts.in_flight, counts.created, counts.failed) == (5, 3, 1, 1)


def test_a_replayed_batch_returns_its_stored_outcome_and_writes_nothing(store: Store) -> None:
    run_id = begin(store, [BatchPlan(0, 3)])
    records = [*concerts(2), broken(2)]
    first = store.commit_batch(run_id, 0, records)
    counts, accounting = store.counts(), store.accounting(run_id)
    again = store.commit_batch(run_id, 0, records)
    assert again.outcomes == first.outcomes
    assert (first.replayed, again.replayed) == (False, True)
    assert (store.counts(), store.accounting(run_id)) == (counts, accounting)
    store.finish_run(run_id, "completed")
    assert store.commit_batch(run_id, 0, records).outcomes == first.outcomes
    assert store.outcomes(run_id) == first.outcomes


def test_a_batch_of_an_ended_run_is_refused(store: Store) -> None:
    run_id = begin(store, [BatchPlan(0, 1)])
    store.finish_run(run_id, "cancelled")
    with pytest.raises(RunEndedError):
        store.commit_batch(run_id, 0, concerts(1))
    with pytest.raises(RunEndedError):
        store.accept_page(run_id, [BatchPlan(1, 1)])
    assert store.counts().events == 0


def test_a_batch_that_was_never_accepted_is_refused(store: Store) -> None:
    run_id = begin(store, [BatchPlan(0, 1)])
    with pytest.raises(NotFoundError):
        store.commit_batch(run_id, 7, concerts(1))
    with pytest.raises(ValueError, match="accepted with 1"):
        store.commit_batch(run_id, 0, concerts(2))


def test_nothing_is_in_flight_once_a_run_has_ended(store: Store) -> None:
    run_id = begin(store, [BatchPlan(0, 2), BatchPlan(1, 5)])
    store.commit_batch(run_id, 0, concerts(2))
    with pytest.raises(ValueError, match="1 batches in flight"):
        store.finish_run(run_id, "completed")
    store.finish_run(run_id, "failed", note="the disk is full")
    counts = store.accounting(run_id)
    assert (counts.total, counts.in_flight, counts.created) == (2, 0, 2)
    found = store.run(run_id)
    assert (found.state, found.note) == ("failed", "the disk is full")
    assert found.ended_at is not None


def test_ending_a_run_twice_keeps_the_first_end(store: Store) -> None:
    run_id = begin(store, [])
    store.finish_run(run_id, "completed")
    store.finish_run(run_id, "failed")
    assert store.run(run_id).state == "completed"


def test_the_database_itself_holds_the_identity(store: Store) -> None:
    run_id = begin(store, [BatchPlan(0, 3)])
    for change in ("created = 1", "state = 'committed'", "state = 'committed', created = 4"):
        with pytest.raises(DatabaseError) as caught, store._database.writing("test") as connection:
            connection.execute(text(f"UPDATE run_batches SET {change}"))
        assert isinstance(caught.value.__cause__, IntegrityError)
    assert store.accounting(run_id).in_flight == 3


def test_a_run_goes_on_after_its_longest_unbroken_row_of_committed_batches(store: Store) -> None:
    run_id = begin(store, [BatchPlan(seq, 1, f"after {seq}" if seq != 1 else None) for seq in range(5)])
    assert store.resume_point(run_id) == ResumePoint(None, 0)
    for seq in (0, 1, 3):
        store.commit_batch(run_id, seq, concerts(1, first=seq))
    assert store.resume_point(run_id) == ResumePoint("after 0", 1)
    store.commit_batch(run_id, 2, concerts(1, first=2))
    assert store.resume_point(run_id) == ResumePoint("after 3", 4)


def test_who_looks_sees_that_the_engine_of_a_run_has_ended_and_writes_nothing(url: str) -> None:
    with Store(url) as engine:
        dead = begin(engine, [BatchPlan(0, 1)])
        ended = begin(engine, [])
        engine.finish_run(ended, "completed")
    with Store(url, read_only=True) as looking:
        assert looking.abandoned_runs() == {dead}
        assert looking.run(dead).state == "running"


def test_a_resumed_run_counts_nothing_twice_and_loses_nothing(store: Store) -> None:
    batches = [concerts(2, first=2 * seq) for seq in range(4)]
    plans = [BatchPlan(seq, 2, f"after {seq}") for seq in range(4)]
    run_id = begin(store, plans)
    for seq in (0, 2):
        store.commit_batch(run_id, seq, batches[seq])
    store.close()  # the engine ends
    store.open()
    assert store.interrupt_stale_runs() == (run_id,)
    assert store.accounting(run_id).total == 4
    point = store.resume_run(run_id, who="test")
    assert point == ResumePoint("after 0", 1)
    store.accept_page(run_id, plans[point.next_seq :])
    replayed = [store.commit_batch(run_id, seq, batches[seq]).replayed for seq in (1, 2, 3)]
    store.finish_run(run_id, "completed")
    counts = store.accounting(run_id)
    assert replayed == [False, True, False]
    assert (counts.total, counts.created, store.counts().events) == (8, 8, 8)


def test_a_resume_over_a_changed_input_loses_no_record(store: Store) -> None:
    plans = [BatchPlan(seq, 2, f"after {seq}") for seq in range(3)]
    run_id = begin(store, plans)
    store.commit_batch(run_id, 1, concerts(2, first=2))
    store.finish_run(run_id, "interrupted")
    store.resume_run(run_id, who="test")
    # Now other records stand in the place of the committed batch, and it has another neighbour.
    store.accept_page(
        run_id, [BatchPlan(0, 2, "after 0"), BatchPlan(1, 2, "after 1"), BatchPlan(2, 3, "end")]
    )
    store.commit_batch(run_id, 0, concerts(2))
    assert not store.commit_batch(run_id, 1, concerts(2, first=50)).replayed
    store.commit_batch(run_id, 2, [*concerts(2, first=2), *concerts(1, first=60)])
    store.finish_run(run_id, "completed")
    counts = store.accounting(run_id)
    assert (counts.created, counts.skipped, counts.in_flight) == (7, 2, 0)
    assert counts.total == 9
    assert store.counts().events == 7
    assert store.resume_point(run_id) == ResumePoint("end", 3)


def test_a_batch_of_another_size_takes_the_place_of_a_committed_one(store: Store) -> None:
    run_id = begin(store, [BatchPlan(0, 1), BatchPlan(1, 2)])
    store.commit_batch(run_id, 1, concerts(2))
    store.finish_run(run_id, "interrupted")
    store.resume_run(run_id, who="test")
    store.accept_page(run_id, [BatchPlan(0, 1), BatchPlan(1, 3)])
    counts = store.accounting(run_id)
    assert (counts.total, counts.created, counts.in_flight) == (6, 2, 4)


def test_runs_are_listed_newest_first_and_found_by_the_end_of_their_id(store: Store) -> None:
    ids = [run_batches(store, [concerts(1, first=n)], inputs=[f"{n}.json"])[0] for n in range(4)]
    listed = store.runs(limit=2, offset=1)
    assert [row.id for row in listed] == [ids[2], ids[1]]
    assert [row.accounting.created for row in listed] == [1, 1]
    assert store.run(ids[0][-8:].upper()).inputs == ("0.json",)
    with pytest.raises(NotFoundError):
        store.run("")
    with pytest.raises(NotFoundError):
        store.run("%")


def test_a_parked_run_says_when_it_may_go_on(store: Store) -> None:
    run_id = begin(store, [])
    until = datetime(2027, 1, 1, tzinfo=UTC)
    store.finish_run(run_id, "parked", resume_at=until)
    assert store.run(run_id).resume_at == until
    store.resume_run(run_id, who="test")
    assert store.run(run_id).resume_at is None
    with pytest.raises(NotResumableError, match="is running") as caught:
        store.resume_run(run_id, who="test")
    assert caught.value.code == "ALREADY_RUNNING"


def test_a_dry_run_decides_everything_and_writes_nothing(store: Store) -> None:
    run_batches(store, [concerts(2)])
    before = (store.counts(), store.runs(), store.audit_log())
    run_id = store.begin_run("eventbrite", who="test", dry_run=True)
    store.accept_page(run_id, [BatchPlan(0, 4), BatchPlan(1, 2), BatchPlan(2, 9)])
    assert store.accounting(run_id).in_flight == 15
    first = store.commit_batch(run_id, 0, [*concerts(1), *concerts(2, first=5), broken(7)])
    assert [one.outcome for one in first.outcomes] == ["unchanged", "created", "created", "failed"]
    assert [one.event_id is None for one in first.outcomes] == [False, True, True, True]
    assert first.outcomes[3].dead_letter_id is None
    # The next batch knows what this one would have written.
    second = store.commit_batch(run_id, 1, [*concerts(1, first=5), *concerts(1, first=6, source="yelp")])
    assert [one.outcome for one in second.outcomes] == ["skipped", "duplicate"]
    assert store.commit_batch(run_id, 1, []) is second
    store.finish_run(run_id, "cancelled")
    counts = store.accounting(run_id)
    assert (counts.total, counts.in_flight, counts.created, counts.duplicate) == (6, 0, 2, 1)
    assert (store.counts(), store.runs(), store.audit_log()) == before


def test_a_dry_run_works_on_a_store_that_cannot_be_written(store: Store, url: str) -> None:
    run_batches(store, [concerts(1)])
    with Store(url, read_only=True) as reader:
        run_id = reader.begin_run("eventbrite", who="test", dry_run=True)
        reader.accept_page(run_id, [BatchPlan(0, 2)])
        assert [one.outcome for one in reader.commit_batch(run_id, 0, concerts(2)).outcomes] == [
            "unchanged",
            "created",
        ]
        with pytest.raises(DatabaseError, match="read-only"):
            reader.begin_run("eventbrite", who="test")
