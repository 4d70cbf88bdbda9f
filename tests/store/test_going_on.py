"""Which runs are offered to go on with, which wait for their time, and that none starts twice."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from scenescout_tui.store import BatchPlan, NotFoundError, NotResumableError, ResumePoint, RunRow, Store
from scenescout_tui.store.rows import RunState
from tests.store.samples import concerts

SOON = datetime(2027, 1, 1, tzinfo=UTC)
LATER = datetime(2027, 1, 2, tzinfo=UTC)


def ended(store: Store, state: RunState, inputs: str = "organizer=1", **begin: Any) -> str:
    run_id = store.begin_run("eventbrite", who="test", inputs=[inputs], **begin)
    store.finish_run(run_id, state)
    return run_id


def parked(store: Store, until: datetime | None, inputs: str) -> str:
    run_id = store.begin_run("yelp", who="test", inputs=[inputs])
    store.finish_run(run_id, "parked", resume_at=until)
    return run_id


def ids(rows: tuple[RunRow, ...]) -> list[str]:
    return [row.id for row in rows]


def test_unfinished_runs_are_offered_newest_first(store: Store) -> None:
    states: list[RunState] = ["interrupted", "failed", "cancelled", "parked", "completed"]
    made = [ended(store, state, inputs=state) for state in states]
    store.begin_run("eventbrite", who="test", inputs=["running"])
    assert ids(store.resumable_runs()) == made[3::-1]
    assert ids(store.resumable_runs(2)) == [made[3], made[2]]


def test_of_the_runs_over_one_input_only_the_newest_is_offered(store: Store) -> None:
    ended(store, "failed")
    newest = ended(store, "interrupted")
    other = ended(store, "failed", inputs="organizer=2")
    assert ids(store.resumable_runs()) == [other, newest]


@pytest.mark.parametrize("state", ["completed", "running"])
def test_a_run_is_not_offered_once_a_later_one_has_done_or_does_its_work(
    store: Store, state: RunState
) -> None:
    ended(store, "failed")
    later = store.begin_run("eventbrite", who="test", inputs=["organizer=1"])
    if state == "completed":
        store.finish_run(later, "completed")
    assert store.resumable_runs() == ()


def test_an_older_run_that_was_completed_later_counts_as_later(store: Store) -> None:
    older = ended(store, "failed")
    ended(store, "failed")
    store.resume_run(older, who="test")
    store.finish_run(older, "completed")
    assert store.resumable_runs() == ()


def test_what_cannot_be_read_a_second_time_is_never_offered(store: Store) -> None:
    run_id = ended(store, "failed", resumable=False)
    assert not store.run(run_id).resumable
    assert store.resumable_runs() == ()


def test_parked_runs_wait_in_the_order_of_their_time(store: Store) -> None:
    late, soon = parked(store, LATER, "location=Berlin"), parked(store, SOON, "location=Hamburg")
    parked(store, None, "location=Bremen")
    ended(store, "failed")
    waiting = store.waiting_runs()
    assert ids(waiting) == [soon, late]
    assert [row.resume_at for row in waiting] == [SOON, LATER]
    store.resume_run(soon, who="test")
    assert ids(store.waiting_runs()) == [late]


def test_a_parked_run_does_not_wait_for_what_a_later_one_has_done(store: Store) -> None:
    parked(store, SOON, "location=Berlin")
    later = store.begin_run("yelp", who="test", inputs=["location=Berlin"])
    store.finish_run(later, "completed")
    assert store.waiting_runs() == ()


@pytest.mark.parametrize(("state", "code"), [("running", "ALREADY_RUNNING"), ("completed", "NOT_RESUMABLE")])
def test_a_run_that_runs_or_is_done_does_not_start_again(store: Store, state: RunState, code: str) -> None:
    run_id = store.begin_run("eventbrite", who="test")
    if state == "completed":
        store.finish_run(run_id, "completed")
    with pytest.raises(NotResumableError, match=f"is {state}") as caught:
        store.resume_run(run_id, who="test")
    assert caught.value.code == code
    assert store.run(run_id).state == state
    with pytest.raises(NotFoundError):
        store.resume_run("nothing", who="test")


def test_of_many_that_go_on_with_one_run_at_once_one_does(store: Store, url: str) -> None:
    """Fault: two keys, or two programs, at the same moment."""
    run_id = store.begin_run("eventbrite", who="test")
    store.accept_page(run_id, [BatchPlan(0, 2, "after 0"), BatchPlan(1, 2)])
    store.commit_batch(run_id, 0, concerts(2))
    store.finish_run(run_id, "interrupted")
    together = threading.Barrier(8)
    points: list[ResumePoint] = []
    refused: list[NotResumableError] = []

    def go_on(mine: Store) -> None:
        together.wait()
        try:
            points.append(mine.resume_run(run_id, who="test"))
        except NotResumableError as error:
            refused.append(error)

    with Store(url) as other:
        threads = [threading.Thread(target=go_on, args=((store, other)[one % 2],)) for one in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert points == [ResumePoint("after 0", 1)]
    assert len(refused) == 7
    assert [one.action for one in store.audit_log()] == ["run.resume"]


def test_a_run_remembers_its_list_and_that_its_pages_were_old(store: Store) -> None:
    run_id = store.begin_run("eventbrite", who="test", scope="eventbrite organizer=1")
    store.finish_run(run_id, "interrupted", stale=True)
    store.resume_run(run_id, who="test")
    store.finish_run(run_id, "completed")
    row = store.run(run_id)
    assert (row.scope, row.stale, row.missing, row.resumable) == ("eventbrite organizer=1", True, 0, True)
    fresh = store.run(ended(store, "completed"))
    assert (fresh.scope, fresh.stale) == (None, False)
