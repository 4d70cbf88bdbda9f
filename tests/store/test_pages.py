"""Long lists by key: every row once, in order, in both directions, whatever comes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, get_args

import pytest

from scenescout_tui.paging import Page, Window
from scenescout_tui.safe_text import clean
from scenescout_tui.store import (
    Chunk,
    ErrorFilters,
    EventFilters,
    EventSort,
    LetterFilters,
    NotFoundError,
    RunFilters,
    Store,
    error_pages,
    keyset,
)
from scenescout_tui.store.schema import errors
from tests.store.clock import Clock
from tests.store.samples import FIRST_START, broken, concerts, event, prepared, run, run_batches

HOSTILE = [
    *('"', "'", "*", "NEAR(a b)", "a OR b", "\x00", "a\x00b", "%", "_", "\\", "-- ", "\ud800", "((("),
    *("a" * 10_000, '"' * 10_000, ":*", "&|!", "{x}:", "^a", "😀", "\u202e", ") UNION SELECT"),
]


def walked(ask: Callable[[Window], Page[Any]], *, back: bool = False, limit: int = 3) -> list[str]:
    """The ids of a whole list, page by page, in its order."""
    ids: list[str] = []
    at: str | None = None
    for _ in range(1_000):
        page = ask(Window(at, back=back, limit=limit))
        assert len(page.rows) <= limit
        mine = [row.id for row in page.rows]
        ids = mine + ids if back else ids + mine
        if not page.more:
            return ids
        assert page.rows or page.resume
        at = page.resume or page.rows[0 if back else -1].key
    raise AssertionError("a list without an end")


def chunked(ask: Callable[[str], Chunk], at: str | None) -> list[str]:
    """All ids of a frozen set, each once."""
    ids: list[str] = []
    while at is not None:
        chunk = ask(at)
        ids, at = [*ids, *chunk.ids], chunk.next
    assert len(ids) == len(set(ids))
    return ids


def letter_chunk(store: Store, filters: LetterFilters, at: str) -> Chunk:
    return store.chunk_of_letters(filters, at=at, limit=5)


def fill(store: Store, mark: bytes = b"") -> tuple[str, str]:
    """Two runs with errors of two groups, all of them new for another mark."""
    raw = b'{"id": 1}' + mark
    first, _ = run_batches(store, [[broken(n, "title: missing", raw=raw) for n in range(7)]])
    second, _ = run_batches(
        store,
        [
            [broken(n, "start: not a date", raw=b"other" + mark) for n in range(4)],
            [broken(90, "title: missing", raw=raw)],
        ],
    )
    return first, second


ERRORS = [
    (ErrorFilters(), 12),
    (ErrorFilters(source="eventbrite"), 12),
    (ErrorFilters(source="yelp"), 0),
    (ErrorFilters(code="VALIDATION_ERROR", stage="prepare"), 12),
    (ErrorFilters(text="NOT A"), 4),
    (ErrorFilters(source="eventbrite", text="not a"), 4),
]


@pytest.mark.parametrize(("filters", "number"), ERRORS)
@pytest.mark.parametrize("back", [False, True])
def test_errors_are_walked_newest_first(store: Store, filters: ErrorFilters, number: int, back: bool) -> None:
    fill(store)
    ids = walked(lambda window: store.errors_page(filters, window), back=back)
    assert len(ids) == number
    assert ids == sorted(set(ids), reverse=True)
    assert store.count_errors(filters).number == number
    assert store.freeze_errors(filters).number == number


def test_errors_of_a_group_and_of_a_run(store: Store) -> None:
    first, second = fill(store)
    group = next(one for one in store.error_groups() if one.total == 8)
    for filters, number in (
        (ErrorFilters(group=group.key), 8),
        (ErrorFilters(run_id=first), 7),
        (ErrorFilters(run_id=second), 5),
        (ErrorFilters(run_id=second, group=group.key), 1),
    ):
        assert len(walked(partial(store.errors_page, filters))) == number
        assert store.count_errors(filters).number == number
    store.clear_errors(group=group.key, who="ada")
    assert len(walked(lambda window: store.errors_page(ErrorFilters(run_id=second), window))) == 4
    assert store.count_errors(ErrorFilters()).number == 4
    assert store.count_errors(ErrorFilters(include_cleared=True)).number == 12
    assert [(one.group_key == group.key, one.count) for one in store.run_errors(second)] == [
        (False, 4),
        (True, 1),
    ]
    assert [one.count for one in store.run_errors(first)] == [7]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_filters_find_nothing_and_break_nothing(store: Store, text: str) -> None:
    fill(store)
    run(store, concerts(2))
    assert all(clean(text) in row.message for row in store.errors_page(ErrorFilters(text=text)).rows)
    store.letters_page(LetterFilters(text=text))
    store.runs_page(RunFilters(text=text))
    store.count_listed(EventFilters(text=text))
    store.events_page(EventFilters(text=text))


def test_a_scan_that_reaches_its_bound_says_where_to_go_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    everything = [row.id for row in store.errors_page(ErrorFilters()).rows]
    rare = [row.id for row in store.errors_page(ErrorFilters(text="not a")).rows]
    with store._database.reading("test") as reader:
        conditions, tests = error_pages._conditions(ErrorFilters(text="not a"))
        found: list[str] = []
        window, questions = Window(limit=2), 0
        while True:
            page = keyset.find(
                reader, errors, error_pages._NEWEST_ERRORS, conditions, window, tests=tests, most=5
            )
            assert page.looked <= 5
            found += [key for (key,) in page.keys]
            questions += 1
            if not page.more:
                break
            window = Window(page.resume or page.keys[-1][0], limit=2)
    assert found == rare
    assert questions > len(everything) // 5


def test_what_comes_above_moves_nothing(store: Store) -> None:
    fill(store)
    page = store.errors_page(ErrorFilters(), Window(limit=4))
    before = [row.id for row in store.errors_page(ErrorFilters()).rows]
    fill(store, b"later")
    at = page.rows[-1].key
    assert [row.id for row in store.errors_page(ErrorFilters(), Window(at)).rows] == before[4:]
    again = store.errors_page(ErrorFilters(), Window(page.rows[0].key, including=True, limit=4))
    assert again.rows == page.rows
    assert store.errors_page(ErrorFilters(), Window(page.rows[0].key, back=True)).rows[-1].id not in before


def test_a_frozen_set_is_walked_without_what_came_later(store: Store) -> None:
    fill(store)
    frozen, letters = store.freeze_errors(ErrorFilters()), store.freeze_letters(LetterFilters())
    assert (frozen.number, letters.number) == (12, 12)
    fill(store, b"later")
    assert len(chunked(lambda at: store.chunk_of_errors(ErrorFilters(), at=at, limit=5), frozen.upto)) == 12
    for filters in (LetterFilters(), LetterFilters(source="eventbrite")):
        ids = chunked(partial(letter_chunk, store, filters), letters.upto)
        assert all(one <= letters.upto for one in ids)
        assert len(ids) == 12


@pytest.mark.parametrize("back", [False, True])
def test_dead_letters_by_every_filter(store: Store, back: bool) -> None:
    first, _ = fill(store)
    group = next(one for one in store.error_groups() if one.total == 4)
    for filters, number in (
        (LetterFilters(), 12),
        (LetterFilters(state=None), 12),
        (LetterFilters(state="retried"), 0),
        (LetterFilters(group=group.key), 4),
        (LetterFilters(source="eventbrite"), 12),
        (LetterFilters(code="NO_SUCH"), 0),
        (LetterFilters(run_id=first), 7),
        (LetterFilters(text="not A date"), 4),
    ):
        ids = walked(partial(store.letters_page, filters), back=back)
        assert len(ids) == len(set(ids)) == number, filters
        assert ids == sorted(ids, reverse=True)
        assert store.count_letters(filters).number == store.freeze_letters(filters).number == number


def test_a_letter_that_failed_twice_is_listed_once(store: Store) -> None:
    run(store, [broken(1)])
    run(store, [broken(1)])
    group = store.error_groups()[0]
    assert len(store.letters_page(LetterFilters(group=group.key)).rows) == 1


def test_an_error_with_its_letter_and_its_bytes(store: Store) -> None:
    fill(store)
    row = store.errors_page(ErrorFilters(), Window(limit=1)).rows[0]
    found, letter = store.error_detail(row.id)
    assert found == row
    assert letter is not None
    assert letter.payload == b'{"id": 1}'
    (payload,) = store.letter_payloads([letter.id, "nothing", letter.id])
    assert (payload.id, payload.payload, payload.line) == (letter.id, b'{"id": 1}', 91)
    with pytest.raises(NotFoundError):
        store.error_detail("nothing")


def test_runs_by_page_and_their_course(timed: Store, clock: Clock) -> None:
    run_id, _ = run_batches(timed, [concerts(3), concerts(2, first=3), [broken(9)]])
    for _ in range(4):
        run(timed, [])
    assert len(walked(lambda window: timed.runs_page(RunFilters(), window), limit=2)) == 5
    assert timed.count_runs(RunFilters(state="completed")).number == 5
    assert timed.runs_page(RunFilters(since=clock.now + timedelta(days=1))).rows == ()
    course = timed.run_course(run_id, steps=4)
    assert len(course) == 4
    assert (sum(step.created for step in course), sum(step.failed for step in course)) == (5, 1)
    assert course[0].records == 3
    assert timed.run_course("nothing") == ()


@pytest.mark.parametrize("sort", get_args(EventSort))
@pytest.mark.parametrize("back", [False, True])
def test_events_in_every_order_with_equal_keys(store: Store, sort: EventSort, back: bool) -> None:
    days = [FIRST_START + timedelta(days=number % 2) for number in range(9)]
    run(store, [prepared(event(n, title=f"{n} Lied", starts_at=day), n) for n, day in enumerate(days)])
    ids = walked(lambda window: store.events_page(EventFilters(), window, sort=sort), back=back)
    name = "updated_at" if sort.startswith("updated") else "starts_at"
    rows = {row.id: (getattr(row, name), row.id) for row in store.events()}
    assert ids == sorted(rows, key=rows.__getitem__, reverse=sort.endswith("_desc"))
    assert len(ids) == store.counts().events
