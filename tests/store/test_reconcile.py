"""What a complete walk over a list says of the records that it did not see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from scenescout_tui.events.record import PreparedRecord
from scenescout_tui.store import BatchPlan, EventFilters, NotFoundError, Reconciled, Store
from scenescout_tui.store.writer.recompute import recompute_events
from tests.store.clock import Clock
from tests.store.samples import FIRST_START, Records, broken, changed, concerts, drafts, event, prepared, run

ORGANIZER = "eventbrite organizer=1"


def walk(store: Store, records: Records, scope: str | None = ORGANIZER, **begin: Any) -> str:
    """A run that has walked its whole list, before it is ended."""
    run_id = store.begin_run("eventbrite", who="ada", scope=scope, **begin)
    store.accept_page(run_id, [BatchPlan(0, len(records))])
    store.commit_batch(run_id, 0, records)
    return run_id


def reconcile(store: Store, records: Records, guard: float = 1.0, **options: Any) -> Reconciled:
    run_id = walk(store, records)
    done = store.reconcile(run_id, guard=guard, **options)
    store.finish_run(run_id, "completed")
    return done


def statuses(store: Store) -> list[str]:
    return [row.status for row in store.events()]


def known(store: Store, records: Sequence[PreparedRecord]) -> Records:
    found = store.known_digests("eventbrite", [record.digest for record in records])
    return [found[record.digest].at(record.number) for record in records]


def test_what_a_walk_no_longer_sees_is_missing_and_nothing_is_deleted(timed: Store) -> None:
    walk(timed, concerts(5))
    run_id = walk(timed, concerts(4))
    assert timed.reconcile(run_id, guard=0.2) == Reconciled(missing=1, listed=4)
    (row,) = timed.events(EventFilters(status="missing"))
    assert row.title == "Kammerorchester Programm 4"
    assert timed.count_events() == timed.counts().events == 5
    (record,) = timed.event(row.id).records
    assert (record.state, record.event) == ("missing", event(4))
    assert record.missing_since is not None
    assert timed.run(run_id).missing == 1
    entry = timed.audit_log()[0]
    assert (entry.action, entry.who, entry.target, entry.count) == ("run.reconcile", "ada", run_id, 1)
    assert entry.detail == ORGANIZER
    # Once is enough.
    assert timed.reconcile(run_id, guard=0.2) == Reconciled(missing=0, listed=4)


def test_more_than_the_guard_allows_is_refused_and_nothing_is_changed(timed: Store) -> None:
    walk(timed, concerts(10))
    run_id = walk(timed, concerts(7))
    before = timed.events()
    assert timed.reconcile(run_id, guard=0.2) == Reconciled(missing=3, listed=7, refused=True)
    assert (timed.events(), timed.run(run_id).missing, timed.audit_log()) == (before, 0, ())
    assert timed.reconcile(run_id, guard=0.3) == Reconciled(missing=3, listed=7)
    assert timed.run(run_id).missing == 3


def test_an_empty_answer_takes_nothing_away_unless_somebody_accepts_it(timed: Store) -> None:
    walk(timed, concerts(4))
    assert reconcile(timed, [], guard=0.2).refused
    assert statuses(timed) == ["scheduled"] * 4
    assert reconcile(timed, [], guard=0.2, accept=True) == Reconciled(missing=4, listed=0)
    assert statuses(timed) == ["missing"] * 4


def test_only_what_lies_in_the_future_can_be_missing(timed: Store) -> None:
    walk(timed, concerts(6))
    run_id = walk(timed, concerts(1, first=5))
    now = FIRST_START + timedelta(days=2, hours=1)
    assert timed.reconcile(run_id, guard=1.0, now=now) == Reconciled(missing=2, listed=1)
    assert statuses(timed) == ["scheduled"] * 3 + ["missing"] * 2 + ["scheduled"]


def test_other_lists_and_runs_without_one_are_left_alone(timed: Store) -> None:
    walk(timed, concerts(1), scope="eventbrite organizer=2")
    walk(timed, concerts(1, first=1), scope=None)
    walk(timed, concerts(2, first=2))
    assert reconcile(timed, concerts(1, first=3)) == Reconciled(missing=1, listed=1)
    assert statuses(timed) == ["scheduled", "scheduled", "missing", "scheduled"]
    run_id = walk(timed, [], scope=None)
    assert timed.reconcile(run_id, guard=1.0, accept=True) == Reconciled()


def test_what_another_run_has_seen_meanwhile_is_listed(timed: Store) -> None:
    """Fault: an older run of the same list that goes on beside this one."""
    walk(timed, concerts(3))
    older = timed.begin_run("eventbrite", who="ada", scope=ORGANIZER)
    timed.accept_page(older, [BatchPlan(0, 1)])
    run_id = walk(timed, concerts(2))
    timed.commit_batch(older, 0, concerts(1, first=2))
    assert timed.reconcile(run_id, guard=1.0) == Reconciled(missing=0, listed=3)
    assert statuses(timed) == ["scheduled"] * 3


def test_a_record_seen_between_look_and_mark_stays(timed: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault: another list shows the record after it was found missing and before it is marked."""
    walk(timed, concerts(3))
    run_id = walk(timed, concerts(1))
    mark = Store._mark

    def late(store: Store, *rest: Any) -> int:
        walk(store, concerts(1, first=1), scope="eventbrite venue=7")
        return mark(store, *rest)

    monkeypatch.setattr(Store, "_mark", late)
    assert timed.reconcile(run_id, guard=1.0).missing == 1
    assert statuses(timed) == ["scheduled", "scheduled", "missing"]
    assert timed.run(run_id).missing == 1


@pytest.mark.parametrize("met", [broken(1), drafts(1)])
def test_a_record_that_was_met_and_not_imported_is_listed(timed: Store, met: PreparedRecord) -> None:
    walk(timed, concerts(2))
    again = msgspec.structs.replace(met, external_id="eventbrite-1")
    assert reconcile(timed, [*concerts(1), again]) == Reconciled(missing=0, listed=2)
    assert statuses(timed) == ["scheduled"] * 2


def test_records_that_cannot_be_told_apart_may_be_any_of_the_missing(timed: Store) -> None:
    walk(timed, concerts(3))
    nameless = msgspec.structs.replace(broken(2), external_id=None)
    run_id = walk(timed, [*concerts(2), nameless])
    assert timed.reconcile(run_id, guard=1.0) == Reconciled(missing=1, listed=2, refused=True, unread=1)
    assert statuses(timed) == ["scheduled"] * 3
    assert timed.reconcile(run_id, guard=1.0, accept=True).missing == 1


def test_an_event_that_another_source_lists_goes_on_without_the_missing_record(timed: Store) -> None:
    walk(timed, [prepared(event(1, url="https://tickets.example/sold", capacity=300))])
    run(timed, [prepared(event(1, "yelp", title="Kammerorchester Programm 1!"))])
    (before,) = timed.events()
    assert (before.url, before.capacity) == ("https://tickets.example/sold", 300)
    assert reconcile(timed, []).missing == 1
    (after,) = timed.events()
    assert (after.status, after.title, after.capacity) == ("scheduled", "Kammerorchester Programm 1!", None)
    assert after.url == "https://tickets.example/yelp/1"
    assert after.sources == ("eventbrite", "yelp")
    assert {record.state for record in timed.event(after.id).records} == {"active", "missing"}


@pytest.mark.parametrize("how", ["known", "same", "other bytes", "changed"])
def test_a_missing_record_that_is_seen_again_counts_again(timed: Store, how: str) -> None:
    (record,) = concerts(1)
    assert record.event is not None
    walk(timed, [record])
    reconcile(timed, [], accept=True)
    assert statuses(timed) == ["missing"]
    again: Records = [record]
    if how == "known":
        again = known(timed, [record])
    elif how == "other bytes":
        again = [prepared(record.event, raw=record.raw + b" ")]
    elif how == "changed":
        again = [changed(record, capacity=9)]
    assert run(timed, again) == ["updated"]
    (row,) = timed.events()
    (back,) = timed.event(row.id).records
    assert (row.status, back.state, back.missing_since) == ("scheduled", "active", None)
    assert run(timed, again if how != "known" else [record]) == ["unchanged"]


def test_a_listed_record_counts_beside_the_others_again(timed: Store) -> None:
    first = prepared(event(1, capacity=300))
    walk(timed, [first])
    run(timed, [prepared(event(1, "yelp"))])
    reconcile(timed, [])
    assert timed.events()[0].capacity is None
    assert run(timed, known(timed, [first])) == ["updated"]
    assert timed.events()[0].capacity == 300


def test_a_missing_event_is_still_found_by_who_lists_it_too(timed: Store) -> None:
    walk(timed, concerts(1))
    reconcile(timed, [], accept=True)
    assert run(timed, [prepared(event(0, "yelp"))]) == ["duplicate"]
    assert statuses(timed) == ["scheduled"]


def test_pending_submissions_win_nothing_where_all_else_is_missing(timed: Store) -> None:
    walk(timed, concerts(1))
    run(timed, [prepared(event(0, "manual", capacity=12))])
    reconcile(timed, [], accept=True)
    (row,) = timed.events()
    assert (row.status, row.capacity) == ("missing", None)
    timed.approve([row.id], who="ada")
    (row,) = timed.events()
    assert (row.status, row.capacity) == ("scheduled", 12)


def test_a_dry_run_marks_nothing(timed: Store) -> None:
    walk(timed, concerts(3))
    run_id = walk(timed, concerts(1), dry_run=True)
    assert timed.reconcile(run_id, guard=1.0, accept=True) == Reconciled()
    assert statuses(timed) == ["scheduled"] * 3
    with pytest.raises(NotFoundError):
        timed.reconcile("nothing", guard=1.0)


def test_a_reconcile_that_was_cut_goes_on_where_it_was(timed: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault: the process dies between two steps."""
    monkeypatch.setattr("scenescout_tui.store.reconcile._STEP", 2)
    walk(timed, concerts(7))
    run_id = walk(timed, concerts(1))
    steps = iter(range(2))

    def cut(*rest: Any) -> None:
        if next(steps, None) is None:
            raise KeyboardInterrupt
        recompute_events(*rest)

    monkeypatch.setattr("scenescout_tui.store.reconcile.recompute_events", cut)
    with pytest.raises(KeyboardInterrupt):
        timed.reconcile(run_id, guard=1.0)
    monkeypatch.undo()
    assert statuses(timed).count("missing") == timed.run(run_id).missing == 4
    assert timed.reconcile(run_id, guard=1.0).missing == 2
    assert statuses(timed).count("missing") == timed.run(run_id).missing == 6


def test_readers_see_the_list_while_it_is_reconciled(timed: Store, url: str, clock: Clock) -> None:
    with Store(url, clock=clock) as reader:
        walk(timed, concerts(1_200))
        run_id = walk(timed, [])
        with reader._database.reading("test") as snapshot:
            assert snapshot.exec_driver_sql("SELECT count(*) FROM events").scalar_one() == 1_200
            assert timed.reconcile(run_id, guard=0.0, accept=True).missing == 1_200
            query = "SELECT count(*) FROM events WHERE status = 'missing'"
            assert snapshot.exec_driver_sql(query).scalar_one() == 0
        assert reader.count_events(EventFilters(status="missing")) == 1_200
