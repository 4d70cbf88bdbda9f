"""Good answers of sources, kept and found again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scenescout_tui.errors import DatabaseError
from scenescout_tui.store import BatchPlan, KeptPageRow, Store
from tests.store.clock import Clock
from tests.store.samples import broken, concerts

FETCHED = datetime(2026, 11, 1, 11, 59, tzinfo=UTC)


def keep(store: Store, run_id: str, **changes: Any) -> None:
    values: dict[str, Any] = {
        "run_id": run_id,
        "salt": "1|1|1",
        "body": b'{"events": []}',
        "etag": '"abc"',
        "last_modified": "Sun, 01 Nov 2026 11:00:00 GMT",
        "fetched_at": FETCHED,
        "retention_until": None,
    }
    store.keep_page("yelp", "/events?offset=0", **(values | changes))


def test_a_page_is_found_as_it_was_kept(store: Store) -> None:
    run_id = store.begin_run("yelp", who="test")
    keep(store, run_id)
    assert store.kept_page("yelp", "/events?offset=0") == KeptPageRow(
        b'{"events": []}', '"abc"', "Sun, 01 Nov 2026 11:00:00 GMT", FETCHED, "1|1|1", False, 0
    )
    assert store.kept_page("yelp", "/events?offset=50") is None
    assert store.kept_page("eventbrite", "/events?offset=0") is None


def test_a_newer_answer_takes_the_place_of_the_older(store: Store) -> None:
    run_id = store.begin_run("yelp", who="test")
    keep(store, run_id)
    keep(store, run_id, body=None, etag=None, last_modified=None, salt="2|1|1")
    found = store.kept_page("yelp", "/events?offset=0")
    assert found is not None
    assert (found.body, found.etag, found.last_modified, found.salt) == (None, None, None, "2|1|1")


def test_a_page_says_what_became_of_the_run_that_kept_it(store: Store) -> None:
    run_id = store.begin_run("yelp", who="test")
    store.accept_page(run_id, [BatchPlan(0, 3), BatchPlan(1, 1)])
    keep(store, run_id)
    store.commit_batch(run_id, 0, [*concerts(1), broken(1), broken(2)])
    store.commit_batch(run_id, 1, [broken(3)])
    found = store.kept_page("yelp", "/events?offset=0")
    assert found is not None
    assert (found.run_completed, found.run_failed) == (False, 3)
    store.finish_run(run_id, "completed")
    found = store.kept_page("yelp", "/events?offset=0")
    assert found is not None
    assert (found.run_completed, found.run_failed) == (True, 3)


def test_a_page_is_not_served_beyond_its_time_and_then_goes(timed: Store, clock: Clock) -> None:
    run_id = timed.begin_run("yelp", who="test")
    keep(timed, run_id, retention_until=clock.now + timedelta(hours=24))
    assert timed.next_expiry() == clock.now + timedelta(hours=24)
    clock.move(hours=23)
    assert timed.kept_page("yelp", "/events?offset=0") is not None
    assert timed.blank_expired().pages == 0
    clock.move(hours=2)
    assert timed.kept_page("yelp", "/events?offset=0") is None
    assert timed.blank_expired().pages == 1
    assert timed.next_expiry() is None


def test_nothing_is_kept_for_a_run_that_the_store_does_not_know(store: Store) -> None:
    with pytest.raises(DatabaseError):
        keep(store, store.begin_run("yelp", who="test", dry_run=True))
    assert store.kept_page("yelp", "/events?offset=0") is None
