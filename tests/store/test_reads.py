"""Lists of events: filters, pages, exports, plans."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scenescout_tui.events.model import Venue
from scenescout_tui.store import EventFilters, NotFoundError, Store, event_key
from tests.store.databases import on_sqlite
from tests.store.samples import FIRST_START, concerts, event, prepared, run

ELSEWHERE = Venue(name="Gruenspan", city="Hamburg", country="DE")


@pytest.fixture
def filled(store: Store) -> Store:
    run(store, concerts(6))
    run(
        store,
        [
            prepared(event(number, "yelp", venue=ELSEWHERE, title=f"100% Soul_{number}"), number)
            for number in (20, 21)
        ],
    )
    run(store, [prepared(event(30, status="cancelled"))])
    return store


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        (EventFilters(), [0, 1, 2, 3, 4, 5, 20, 21, 30]),
        (EventFilters(source="yelp"), [20, 21]),
        (EventFilters(status="cancelled"), [30]),
        (EventFilters(status="scheduled", source="eventbrite"), [0, 1, 2, 3, 4, 5]),
        (EventFilters(city="Hamburg"), [20, 21]),
        (EventFilters(text="PROGRAMM 3"), [3, 30]),
        (EventFilters(text="0% soul_2"), [20, 21]),
        (EventFilters(text="%"), [20, 21]),
        (
            EventFilters(since=FIRST_START + timedelta(days=4), until=FIRST_START + timedelta(days=21)),
            [4, 5, 20],
        ),
        (EventFilters(city="Bremen"), []),
    ],
)
def test_filters_name_exactly_the_events_they_mean(
    filled: Store, filters: EventFilters, numbers: list[int]
) -> None:
    starts = [FIRST_START + timedelta(days=number) for number in numbers]
    assert [row.starts_at for row in filled.events(filters)] == starts
    assert filled.count_events(filters) == len(numbers)


def test_a_search_folds_the_letters_of_ascii_and_no_others(store: Store) -> None:
    run(store, [prepared(event(1, title="Nuit à l'ÉTOILE"))])
    found = [
        len(store.events(EventFilters(text=words))) for words in ("ÉtoILE", "NUIT À", "nuit à", "étoile")
    ]
    assert found == [1, 0, 1, 0]


def test_pages_join_without_gaps_or_repeats(filled: Store) -> None:
    whole = filled.events()
    assert filled.events(limit=5) + filled.events(limit=5, offset=5) == whole
    assert filled.events(after=event_key(whole[3])) == whole[4:]


def test_an_export_walks_everything_in_order(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenescout_tui.store.reads._EXPORT_STEP", 4)
    assert tuple(filled.iter_events()) == filled.events()


def test_events_at_the_same_moment_are_walked_once_each(store: Store) -> None:
    same = [
        prepared(
            event(number, title=f"Bühne {number}", starts_at=FIRST_START, venue=Venue(name=f"Saal {number}")),
            number,
        )
        for number in range(5)
    ]
    run(store, same)
    walked, after = [], None
    while page := store.events(limit=2, after=after):
        walked += [row.id for row in page]
        after = event_key(page[-1])
    assert len(walked) == len(set(walked)) == 5


def test_an_event_is_found_by_the_end_of_its_id(filled: Store) -> None:
    row = filled.events()[0]
    assert filled.event(row.id[-10:].upper()).event == row
    with pytest.raises(NotFoundError):
        filled.event("zzzz")
    with pytest.raises(NotFoundError):
        filled.event("")


def test_the_counts_are_what_counting_gives(filled: Store) -> None:
    counts = filled.counts()
    assert counts.events == filled.count_events() == 9
    assert counts.records == {"eventbrite": 7, "yelp": 2}
    assert (counts.errors_open, counts.dead_letters, counts.pending, counts.review, counts.undoable) == (
        0,
        0,
        0,
        0,
        0,
    )


@on_sqlite
@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM events WHERE merged_into IS NULL ORDER BY starts_at, id LIMIT 9 OFFSET 9",
        "SELECT id FROM events WHERE merged_into IS NULL AND city = 'x' ORDER BY starts_at, id LIMIT 9",
        "SELECT id FROM events WHERE merged_into IS NULL AND status = 'x' AND status <> 'scheduled' LIMIT 9",
        "SELECT id FROM events WHERE merged_into IS NULL AND starts_at <> 'x' ORDER BY starts_at, id LIMIT 9",
        "SELECT id FROM errors WHERE cleared_at IS NULL ORDER BY id DESC LIMIT 9 OFFSET 9",
        "SELECT id FROM errors WHERE group_key = 'x' AND cleared_at IS NULL ORDER BY id DESC LIMIT 9",
        "SELECT id FROM errors WHERE group_key = 'x' ORDER BY id DESC LIMIT 9",
        "SELECT id FROM dead_letters WHERE state = 'open' ORDER BY id DESC LIMIT 9",
        "SELECT id FROM runs ORDER BY id DESC LIMIT 9",
        "SELECT min(retention_until) FROM source_records WHERE retention_until IS NOT NULL",
        "SELECT min(retention_until) FROM kept_pages WHERE retention_until IS NOT NULL",
        "SELECT event_id FROM event_blocks WHERE block_key IN (1, 2)",
    ],
)
def test_a_page_of_a_list_is_found_in_an_index_alone(store: Store, query: str) -> None:
    with store._database.reading("test") as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    assert len(plan) == 1
    assert "COVERING INDEX" in plan[0] or "USING PRIMARY KEY" in plan[0]
