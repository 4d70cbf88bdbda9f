"""Batches that share a transaction come to what they would have come to one after the other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from scenescout_tui.errors import ValidationError
from scenescout_tui.events.record import PreparedRecord
from scenescout_tui.store import BatchOptions, BatchOutcome, BatchPlan, BatchRequest, Store
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

STATE = (
    "SELECT e.title, e.status, e.record_count, e.sources FROM events e ORDER BY 1, 2, 3, 4",
    "SELECT source, external_id, state, content_hash FROM source_records ORDER BY 1, 2",
    "SELECT COUNT(*) FROM event_blocks",
    "SELECT decided_by, score, evidence FROM record_links ORDER BY 3, 2",
    "SELECT external_id, state, message FROM dead_letters ORDER BY 1, 2, 3",
    "SELECT name, source, value FROM totals ORDER BY 1, 2",
)


def state(store: Store) -> list[list[tuple[Any, ...]]]:
    """What stands in the tables, without ids and moments."""
    with store._database.reading("test") as connection:
        return [[tuple(row) for row in connection.execute(text(query))] for query in STATE]


def told(outcomes: Sequence[BatchOutcome]) -> list[list[tuple[Any, ...]]]:
    """Outcomes with events and dead letters numbered in the order in which they are named."""
    numbers: dict[str | None, int] = {None: -1}
    return [
        [
            (one.number, one.outcome, one.external_id, one.reason, one.code, one.status)
            + (numbers.setdefault(one.event_id, len(numbers)), one.dead_letter_id is not None)
            for one in batch.outcomes
        ]
        for batch in outcomes
    ]


def begun(store: Store, batches: Sequence[Records], **options: Any) -> list[BatchRequest]:
    """Accept batches as a run and return the requests to commit them."""
    run_id = store.begin_run("eventbrite", who="test")
    store.accept_page(run_id, [BatchPlan(seq, len(records)) for seq, records in enumerate(batches)])
    return [BatchRequest(run_id, seq, one, BatchOptions(**options)) for seq, one in enumerate(batches)]


def together(store: Store, batches: Sequence[Records]) -> list[BatchOutcome]:
    answers = store.commit_batches(begun(store, batches))
    assert all(isinstance(one, BatchOutcome) for one in answers), answers
    return [one for one in answers if isinstance(one, BatchOutcome)]


def mixed(seed: int) -> list[Records]:
    """Three batches of everything: new, twice, from another source, changed, broken, whole at last."""
    rng = random.Random(seed)
    made = [any_record(rng, at) for at in range(30)]
    return [made[start : start + 10] for start in range(0, 30, 10)]


def any_record(rng: random.Random, at: int) -> PreparedRecord:
    """A record at a place of the run, of one of eight concerts if it is of any."""
    number = rng.randrange(8)
    kind = rng.choice(["plain", "yelp", "manual", "changed", "broken", "draft", "mended"])
    if kind == "broken":
        return broken(at, raw=f'{{"id": {number}}}'.encode())
    if kind == "draft":
        return drafts(at)
    if kind in ("yelp", "manual"):
        return prepared(event(number, kind, title=f"Kammerorchester Programm {number}"), at)
    if kind == "changed":
        return prepared(event(number, description_text=f"Neu {at}"), at)
    return prepared(event(number, **({"external_id": f"broken-{number}"} if kind == "mended" else {})), at)


@pytest.mark.parametrize("seed", range(12))
def test_together_or_one_after_the_other_comes_to_the_same(tmp_path: Path, seed: int) -> None:
    found: list[tuple[Any, Any]] = []
    for way in (together, lambda store, batches: run_batches(store, batches)[1]):
        with Store(f"sqlite:///{tmp_path / f'{len(found)}.db'}") as store:
            run(store, concerts(4))
            found.append((told(way(store, mixed(seed))), state(store)))
    assert found[0] == found[1]


def test_one_concert_in_two_batches_of_one_transaction_is_one_event(store: Store) -> None:
    title = "Kammerorchester Programm 1"
    first, second = together(store, [concerts(3), [prepared(event(1, "yelp", title=title), 3)]])
    assert [one.outcome for one in first.outcomes] == ["created"] * 3
    assert [(one.outcome, one.event_id) for one in second.outcomes] == [
        ("duplicate", first.outcomes[1].event_id)
    ]


def test_a_record_that_comes_whole_in_the_next_batch_settles_its_dead_letter(store: Store) -> None:
    whole = prepared(event(1, external_id="broken-0"), 1)
    failed, _ = together(store, [[broken(0)], [whole]])
    with store._database.reading("test") as connection:
        letters = connection.execute(text("SELECT id, state FROM dead_letters")).all()
    assert letters == [(failed.outcomes[0].dead_letter_id, "retried")]


def test_a_batch_at_fault_takes_nothing_from_its_neighbours(store: Store) -> None:
    bad = changed(prepared(event(5), 5), capacity=2**70)
    requests = begun(store, [concerts(3), [bad], [prepared(event(6), 6)]])
    one, two, three = store.commit_batches(requests)
    assert isinstance(one, BatchOutcome)
    assert isinstance(two, ValidationError)
    assert isinstance(three, BatchOutcome)
    assert store.counts().events == 4
    assert store.accounting(requests[0].run_id).in_flight == 1


def test_what_was_committed_before_is_replayed_beside_what_is_new(store: Store) -> None:
    requests = begun(store, [concerts(2), concerts(2, first=2)])
    first = store.commit_batch(*requests[0])
    replayed, fresh = store.commit_batches(requests)
    assert replayed == BatchOutcome(0, first.outcomes, replayed=True)
    assert isinstance(fresh, BatchOutcome)
    assert [one.outcome for one in fresh.outcomes] == ["created"] * 2
    assert store.counts().events == 4


def test_batches_of_two_runs_share_a_transaction_and_see_each_other(store: Store) -> None:
    one = begun(store, [concerts(3)])
    two = begun(store, [[prepared(event(0, "yelp", title="Kammerorchester Programm 0"))]])
    first, second = store.commit_batches([*one, *two])
    assert isinstance(first, BatchOutcome)
    assert isinstance(second, BatchOutcome)
    assert second.outcomes[0].outcome == "duplicate"
    assert second.outcomes[0].event_id == first.outcomes[0].event_id


def test_of_two_times_to_keep_a_source_the_shorter_counts(store: Store) -> None:
    requests = begun(store, [concerts(1, source="yelp"), concerts(1, first=1, source="yelp")])
    kept = [
        request._replace(options=BatchOptions(retention={"yelp": seconds}))
        for request, seconds in zip(requests, (50.0, 7_000.0), strict=True)
    ]
    store.commit_batches(kept)
    with store._database.reading("test") as connection:
        until = connection.execute(text("SELECT retention_until, changed_at FROM source_records")).all()
    assert len(until) == 2
    assert len({one.retention_until for one in until}) == 1


def test_a_refused_submission_that_changes_takes_no_listing_in(store: Store) -> None:
    form = prepared(event(1, "manual"))
    run(store, [form])
    (waiting,) = store.review_items()
    store.refuse([waiting.event.id], "spam", who="test")
    again = changed(form, image_url="https://example.org/other.jpg")
    listing = prepared(event(1), 1)
    assert run(store, [again, listing]) == ["updated", "created"]
    assert sorted(row.status for row in store.events()) == ["refused", "scheduled"]


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (0, 2, 1)])
def test_two_listings_of_one_source_stay_two_wherever_an_update_comes(
    store: Store, order: tuple[int, int, int]
) -> None:
    """An event that was joined in this transaction stays known as joined when its first record changes."""
    first = prepared(event(1))
    run(store, [first])
    one, other = event(1, "yelp"), event(1, "yelp", external_id="yelp-other", url="https://y.example/9")
    records = [prepared(one, 1), changed(first, capacity=5), prepared(other, 3)]
    outcomes = dict(zip(order, run(store, [records[at] for at in order]), strict=True))
    assert outcomes[1] == "updated"
    assert sorted((outcomes[0], outcomes[2])) == ["duplicate", "review"]


def test_what_a_listing_was_compared_with_is_quoted_nowhere_once_it_may_not_be_kept(store: Store) -> None:
    day = {"yelp": 86_400.0}
    run(
        store,
        [prepared(event(1, "yelp", title="Kammerorchester Zyklus Workshop 7788"))],
        BatchOptions(retention=day),
    )
    batch = [prepared(event(1, title="Kammerorchester Zyklus"))]
    (request,) = begun(store, [batch], retention=day)
    (answer,) = store.commit_batches([request])
    assert isinstance(answer, BatchOutcome)
    assert answer.outcomes[0].reason is not None
    assert "7788" in answer.outcomes[0].reason
    replayed = store.commit_batch(*request)
    assert replayed.replayed
    assert replayed.outcomes[0].reason is None
    assert replayed.outcomes[0].outcome == answer.outcomes[0].outcome


def test_in_a_dry_run_one_bad_record_blames_no_other(store: Store) -> None:
    run_id = store.begin_run("eventbrite", who="test", dry_run=True)
    records = [prepared(event(0)), prepared(event(1, capacity=2**70), 1), prepared(event(2), 2)]
    assert set(store.failing_records(run_id, records)) == {1}


def test_a_record_that_may_be_two_events_is_asked_about_with_both(store: Store) -> None:
    rooms = [
        event(1, "yelp", external_id=room, venue=msgspec.structs.replace(HALL, name=f"Alte Kantine, {room}"))
        for room in ("Studio 2", "Studio 3")
    ]
    run(store, [prepared(room, at) for at, room in enumerate(rooms)])
    assert run(store, [prepared(event(1))]) == ["review"]
    first, second = store.review_items()
    assert store.counts().review == 2
    store.decide_pairs([first.id], "different", who="test")
    assert [one.id for one in store.review_items()] == [second.id]
    assert store.counts().review == 1
