"""Search by words gives what looking at every event gives, and nothing outlives its term."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from scenescout_tui.events.model import Organizer
from scenescout_tui.paging import Window
from scenescout_tui.store import EventFilters, EventRow, Store, event_pages
from scenescout_tui.store.copying import copy_store
from scenescout_tui.store.searching import words
from tests.store.clock import Clock
from tests.store.databases import on_sqlite
from tests.store.samples import HALL, changed, event, prepared, run
from tests.store.test_pages import HOSTILE, walked
from tests.store.test_retention import LIMITED, canaries, canary_rows, yelp

TITLES = ["Jazz im Hof", "JAZZFEST Lissabon", "Fado & Vinho", "L'Orchestre", "Ärger im Café", "音楽の夜",
          "Øresund Brass", "Jam/Session", "Brass-Band 2027", "Hof"]  # fmt: skip
CITIES = ["Berlin", "São Paulo", "Sao Paulo", None]
CODES = [(), ("TZ_ASSUMED",), ("TZ_ASSUMED", "PRICE_UNKNOWN")]


def fill(store: Store, count: int = 40) -> None:
    rng = random.Random(7)
    records = []
    for number in range(count):
        one = event(
            number,
            title=f"{rng.choice(TITLES)} {number}",
            venue=msgspec.structs.replace(HALL, city=rng.choice(CITIES)),
            organizer=Organizer(name=rng.choice(["Kulturverein Nord", "Casa do Fado"])),
            category=rng.choice(["music", "food-and-drink", None]),
            quality=rng.choice(CODES),
            status=rng.choice(["scheduled", "scheduled", "cancelled"]),
        )
        records.append(prepared(one, number))
    run(store, records)


def index(store: Store, limit: int = 500) -> int:
    done = 0
    while looked := store.index_events(limit):
        done += looked
    return done


def passes(row: EventRow, filters: EventFilters) -> bool:
    """What search means, said without any index."""
    texts = (row.title, row.summary or "", row.venue_name or "", row.organizer_name or "", row.city or "")
    held = {word for part in texts for word in words.words(part) + words.words(part.replace("'", " "))}
    sought = words.words(filters.text or "")[: words.MOST]
    return (
        all(any(word.startswith(one) for word in held) for one in sought)
        and filters.city in (None, row.city)
        and filters.status in (None, row.status)
        and filters.category in (None, row.category)
        and (filters.quality is None or filters.quality in row.quality)
        and (filters.source is None or filters.source in row.sources)
        and (filters.since is None or row.starts_at >= filters.since)
        and (filters.until is None or row.starts_at < filters.until)
    )


def asked(rows: list[EventRow]) -> list[EventFilters]:
    texts = (
        *("jaz", "JAZZ hof", "fado", "orch", "l'orch", "cafe", "楽", "夜 音", "ore", "nord brass", "2027"),
        *("sao", "b", "zz", "alte kant", "&", "", "jazz jazz", "o" * 50),
    )
    found = [EventFilters(text=one) for one in texts]
    found += [EventFilters(city=city) for city in ("Berlin", "São Paulo", "Sao Paulo", "sao paulo")]
    found += [
        EventFilters(quality="PRICE_UNKNOWN"),
        EventFilters(category="food-and-drink", text="f"),
        EventFilters(source="eventbrite", text="jaz"),
        EventFilters(source="yelp"),
        EventFilters(status="cancelled", city="Berlin"),
        EventFilters(text="f", since=rows[5].starts_at, until=rows[20].starts_at),
    ]
    return found


def agrees(store: Store) -> None:
    """Every question gives what looking at every event gives, in order, with its count."""
    rows = list(store.events(limit=1_000))
    for filters in asked(rows):
        expected = [row.id for row in rows if passes(row, filters)]
        assert walked(partial(store.events_page, filters)) == expected, filters
        latest = walked(partial(store.events_page, filters, sort="updated_desc"), back=True)
        assert sorted(latest) == sorted(expected), filters
        number = store.count_listed(filters)
        assert number.number == len(expected) or not number.exact
        frozen = store.freeze_events(filters)
        assert frozen.number == len(expected)
        assert store.chunk_of_events(filters, upto=frozen.upto).ids == tuple(expected)


@pytest.mark.parametrize("most_sorted", [10_000, 2])
def test_search_is_what_looking_at_every_event_gives(
    timed: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch, most_sorted: int
) -> None:
    """Unindexed, half indexed, indexed, changed since; sorted and walked."""
    monkeypatch.setattr(event_pages, "_SORTED", most_sorted)
    fill(timed)
    agrees(timed)
    assert timed.index_events() == 0  # of the last ten seconds
    clock.move(seconds=11)
    assert timed.index_events(15) == 15
    assert timed.unsearched().number == 25
    agrees(timed)
    assert index(timed, 7) == 25
    assert timed.unsearched().number == 0
    agrees(timed)
    first, second = timed.events(limit=2)
    timed.merge_events([first.id, second.id], who="ada")
    run(timed, [changed(prepared(event(9)), title="Jazzkeller"), prepared(event(99, title="Fado solo"))])
    agrees(timed)
    clock.move(seconds=11)
    index(timed)
    agrees(timed)


@pytest.mark.parametrize("sought", HOSTILE)
def test_hostile_words_are_words_or_nothing(timed: Store, clock: Clock, sought: str) -> None:
    fill(timed, 10)
    clock.move(seconds=11)
    index(timed)
    rows = list(timed.events())
    filters = EventFilters(text=sought)
    expected = [row.id for row in rows if passes(row, filters)]
    assert [row.id for row in timed.events_page(filters).rows] == expected


def test_content_with_a_term_is_found_and_never_indexed(timed: Store, clock: Clock) -> None:
    run(timed, [yelp(1), yelp(2)], LIMITED)
    run(timed, [prepared(event(5))])
    clock.move(seconds=11)
    index(timed)
    assert len(timed.events_page(EventFilters(text="canaryt")).rows) == 2
    assert docs(timed) == 1
    clock.move(hours=25)
    timed.blank_expired()
    assert timed.events_page(EventFilters(text="canaryt")).rows == ()
    clock.move(seconds=11)
    index(timed)
    assert docs(timed) == 1
    assert canaries(timed) == []


@pytest.mark.parametrize("limit", [1, 500])
def test_words_of_content_that_got_a_term_later_go_with_it(timed: Store, clock: Clock, limit: int) -> None:
    """Its source's terms are newer than the first import."""
    run(timed, [yelp(number) for number in range(3)] + [prepared(event(7))])
    clock.move(seconds=11)
    index(timed, limit)
    assert docs(timed) == 4
    run(timed, [yelp(number) for number in range(3)], LIMITED)
    clock.move(hours=25)
    timed.blank_expired()
    assert timed.events_page(EventFilters(text="canary")).rows == ()
    clock.move(seconds=11)
    index(timed, limit)
    timed._database.empty_log()
    assert canaries(timed) == []
    if timed.path is None:
        assert canary_rows(timed, "event_docs") == []
    assert [row.title for row in timed.events_page(EventFilters(text="kammer")).rows] == [event(7).title]


@on_sqlite
def test_the_index_is_whole(timed: Store, clock: Clock) -> None:
    fill(timed)
    clock.move(seconds=11)
    index(timed, 3)
    run(timed, [changed(prepared(event(3)), title="Anders")])
    clock.move(seconds=11)
    index(timed)
    with timed._database.writing("test") as connection:
        connection.execute(text("INSERT INTO event_words (event_words) VALUES ('integrity-check')"))


def docs(store: Store) -> int:
    with store._database.reading("test") as connection:
        return int(connection.execute(text("SELECT count(*) FROM event_docs")).scalar_one())


def test_a_page_of_many_found_events_goes_on_at_its_bound(timed: Store, clock: Clock) -> None:
    fill(timed)
    page = timed.events_page(EventFilters(text="b"), Window(limit=2))
    assert page.more
    assert timed.events_page(
        EventFilters(text="b"), Window(page.rows[-1].key, including=True, limit=1)
    ).rows == (page.rows[-1],)


@on_sqlite
def test_a_copy_makes_an_index_of_its_own(timed: Store, clock: Clock, tmp_path: Path) -> None:
    fill(timed)
    clock.move(seconds=11)
    index(timed)
    other = str(tmp_path / "copy.db")
    copy_store(str(timed.path), other)
    with Store(other, clock=clock) as copied:
        assert copied.unsearched().number == 40
        agrees(copied)
        assert index(copied) == 40
        agrees(copied)
