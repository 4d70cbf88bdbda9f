"""The walk over a search, against a server that behaves as Yelp is documented to."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest

from scenescout_tui.errors import (
    ExternalAPIError,
    RateLimitError,
    SpawnerError,
    ValidationError,
    classify_error,
)
from scenescout_tui.sources.ask import Ask
from scenescout_tui.sources.pages import Page, PageWalk
from scenescout_tui.sources.yelp_api import open_walk
from tests.sources.web.gates import CountingGate, MemoryKeeper
from tests.sources.yelp_api.server import (
    CANARY,
    NOW,
    Asked,
    City,
    Handler,
    Reply,
    Served,
    access,
    all_pages,
    event,
    fresh,
    ids,
    listed,
    refused,
    serving,
)

pytestmark = pytest.mark.anyio

BEGIN = datetime.fromtimestamp(NOW, UTC)
LISBON = Ask.from_text("location=Lisboa")


def city_of(count: int, *, seed: int = 1, same: int = 0, reach: int = 1000) -> City:
    """A city whose events start at odd times in several zones, `same` of them at one and the same second."""
    rng = Random(seed)
    starts = [BEGIN + timedelta(minutes=15 * rng.randrange(4 * 24 * 60)) for _ in range(count - same)]
    starts += [BEGIN + timedelta(days=20)] * same
    offsets = [timezone(timedelta(hours=hours)) for hours in (-8, 0, 1, 5.5)]
    events = [event(n, start.astimezone(rng.choice(offsets))) for n, start in enumerate(starts)]
    rng.shuffle(events)
    return City(events, reach)


def names(city: City) -> list[str]:
    return sorted(one["id"] for one in city.events)


async def walked(handler: Handler, ask: Ask = LISBON) -> tuple[list[Page], PageWalk, Served]:
    async with serving(handler) as served:
        walk = open_walk(ask, access(served), now=NOW)
        pages = await all_pages(walk)
        await walk.aclose()
        return pages, walk, served


async def failing(handler: Handler, ask: Ask = LISBON) -> SpawnerError:
    async with serving(handler) as served:
        walk = open_walk(ask, access(served), now=NOW)
        with pytest.raises(SpawnerError) as failed:
            await walk.next_page()
        await walk.aclose()
        return failed.value


async def with_old_copies(walk: PageWalk) -> list[Page]:
    """Walk to the end, with the last good page in place of each that cannot be had."""
    pages: list[Page] = []
    while True:
        try:
            page = await walk.next_page()
        except SpawnerError:
            page = await walk.last_good_page()
            assert page is not None
        if page is None:
            return pages
        pages.append(page)


async def test_a_request_says_what_was_asked_for() -> None:
    ask = Ask.from_text("location=New York category=music,film free=true start=2026-12-01T18:00+01:00")
    _, _, served = await walked(lambda asked: listed([]), ask)
    (asked,) = served.asked
    assert asked.path == "/v3/events"
    assert asked.query == {
        "location": "New York",
        "categories": "music,film",
        "is_free": "true",
        "start_date": str(int(datetime(2026, 12, 1, 17, tzinfo=UTC).timestamp())),
        "limit": "50",
        "offset": "0",
        "sort_on": "time_start",
        "sort_by": "asc",
    }
    assert asked.headers["authorization"] == f"Bearer {CANARY}"
    assert CANARY not in asked.target


async def test_a_point_is_asked_for_with_its_radius_from_now_on() -> None:
    ask = Ask.from_text("latitude=38.7223 longitude=-9.13930 radius=5000")
    _, _, served = await walked(lambda asked: listed([]), ask)
    query = served.asked[0].query
    assert (query["latitude"], query["longitude"], query["radius"]) == ("38.7223", "-9.1393", "5000")
    assert query["start_date"] == str(int(NOW))
    assert "location" not in query
    assert "locale" not in query


async def test_a_short_page_ends_the_walk_whatever_the_total_says() -> None:
    events = [event(n, BEGIN + timedelta(hours=n)) for n in range(30)]
    pages, walk, served = await walked(lambda asked: listed(events, total=9_999))
    assert len(ids(pages)) == 30
    assert walk.complete
    assert len(served.asked) == 1
    assert pages[0].total is None


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 98, 99, 100, 150])
async def test_every_event_comes_once_however_many_there_are(count: int) -> None:
    city = city_of(count)
    pages, walk, served = await walked(city)
    assert sorted(ids(pages)) == names(city)
    assert walk.complete
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert len(served.asked) <= count // 49 + 1


async def test_records_are_the_bytes_as_sent_numbered_from_one() -> None:
    first = b'{"id": "a",\n "name":"A & \\u00e9", "time_start":"2026-06-10T19:30:00+01:00" , "x": 1e3}'
    second = b'{"name":"no id","time_start":null}'
    body = b'{"total": 3, "events": [' + first + b" ,\n" + second + b', "not an object"], "region": {}}'
    pages, _, _ = await walked(lambda asked: Reply(200, body))
    records = pages[0].records
    assert [record.data for record in records] == [first, second, b'"not an object"']
    assert [record.line for record in records] == [1, 2, 3]
    assert {record.origin for record in records} == {"yelp location=Lisboa"}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("reach", [1000, 240])
async def test_a_city_larger_than_the_list_is_walked_to_its_end(seed: int, reach: int) -> None:
    city = city_of(2_600, seed=seed, same=120, reach=reach)
    pages, walk, served = await walked(city)
    assert sorted(ids(pages)) == names(city)
    assert walk.complete
    assert all(int(asked.query["offset"]) + 50 <= 1000 for asked in served.asked)
    # Only the first list is tried too far; what one costs is paid once.
    over = [asked for asked in served.asked if int(asked.query["offset"]) + 50 > reach]
    assert len(over) == (0 if reach == 1000 else 1)


async def test_exhibitions_over_the_seam_of_two_lists_are_not_lost() -> None:
    events = [event(n, BEGIN + timedelta(hours=n)) for n in range(1_500)]
    for n in range(0, 1_500, 7):
        events[n]["time_end"] = (BEGIN + timedelta(days=400)).isoformat()
    pages, walk, _ = await walked(City(events))
    assert len(set(ids(pages))) == len(ids(pages)) == 1_500
    assert walk.complete


async def test_more_events_in_one_second_than_a_list_shows_are_not_taken_for_all() -> None:
    city = city_of(1_300, same=1_200)
    pages, walk, _ = await walked(city)
    assert len(ids(pages)) == len(set(ids(pages)))
    # What comes after that second is walked all the same.
    others = {one["id"] for one in city.events if one["time_start"][:10] != "2026-06-21"}
    assert others <= set(ids(pages))
    assert len(ids(pages)) < 1_300
    assert not walk.complete


async def test_events_that_start_after_the_end_are_not_asked_for_any_further() -> None:
    events = [event(n, BEGIN + timedelta(hours=n)) for n in range(500)]
    # Begins inside, ends outside: it belongs to what was asked for.
    events[10]["time_end"] = (BEGIN + timedelta(days=300)).isoformat()
    ask = Ask.from_text(f"location=Lisboa end={(BEGIN + timedelta(hours=120)).isoformat()}")
    pages, walk, served = await walked(City(events), ask)
    assert ids(pages) == [f"event-{n}" for n in range(121)]
    assert walk.complete
    assert len(served.asked) == 3


async def test_taking_events_away_during_the_walk_hides_no_other() -> None:
    city = city_of(600)
    city.events.sort(key=lambda one: datetime.fromisoformat(one["time_start"]))
    taken: list[str] = []

    def take_away(asked: Asked) -> None:
        if asked.query["offset"] != "0" and len(taken) < 60:
            taken.extend(city.events.pop(0)["id"] for _ in range(6))

    city.before = take_away
    pages, walk, _ = await walked(city)
    assert set(names(city)) <= set(ids(pages))
    assert len(ids(pages)) == len(set(ids(pages)))
    assert walk.complete


async def test_a_place_lost_inside_one_second_is_not_taken_for_all() -> None:
    city = City([event(n, BEGIN) for n in range(200)])

    def take_away(asked: Asked) -> None:
        if asked.query["offset"] == "49":
            del city.events[:10]

    city.before = take_away
    pages, walk, _ = await walked(city)
    assert len(ids(pages)) == len(set(ids(pages)))
    assert not walk.complete


async def test_events_added_during_the_walk_bring_none_twice() -> None:
    city = city_of(400)
    there = names(city)

    def add(asked: Asked) -> None:
        n = len(city.events)
        city.events.extend(event(n + m, BEGIN + timedelta(seconds=n + m)) for m in range(n % 70))

    city.before = add
    pages, _, served = await walked(city)
    assert set(there) <= set(ids(pages))
    assert len(ids(pages)) == len(set(ids(pages)))
    assert len(served.asked) < 60


async def test_the_same_page_again_and_again_ends_the_walk_incomplete(
    caplog: pytest.LogCaptureFixture,
) -> None:
    page = [event(n, BEGIN + timedelta(hours=n)) for n in range(50)]
    with caplog.at_level(logging.WARNING):
        pages, walk, served = await walked(lambda asked: listed(page))
    assert len(ids(pages)) == 50
    assert not walk.complete
    assert len(served.asked) == 2
    assert "same page" in caplog.text


async def test_a_server_that_ignores_the_start_ends_the_walk_incomplete() -> None:
    city = city_of(1_400)
    starts = {"start_date": "0"}

    def ignoring(asked: Asked) -> Reply:
        query = "&".join(f"{key}={value}" for key, value in {**asked.query, **starts}.items())
        return city(Asked(f"/v3/events?{query}", asked.headers))

    pages, walk, served = await walked(ignoring)
    assert len(ids(pages)) == len(set(ids(pages))) >= 980
    assert not walk.complete
    assert len(served.asked) < 70


async def test_a_list_that_is_not_sorted_is_walked_and_not_taken_for_all() -> None:
    city = city_of(300)

    def unsorted(asked: Asked) -> Reply:
        return city(Asked(asked.target.replace("sort_on=time_start", ""), asked.headers))

    pages, walk, _ = await walked(unsorted)
    assert sorted(ids(pages)) == names(city)
    assert not walk.complete


async def test_a_list_that_is_not_sorted_leads_nowhere_beyond_what_is_shown_of_it() -> None:
    city = city_of(1_500)

    def unsorted(asked: Asked) -> Reply:
        return city(Asked(asked.target.replace("sort_on=time_start", ""), asked.headers))

    pages, walk, served = await walked(unsorted)
    assert len(ids(pages)) == len(set(ids(pages))) == 981
    assert len(served.asked) == 20
    assert not walk.complete


async def test_pages_without_readable_starts_end_where_the_list_ends() -> None:
    events = [{**event(n, BEGIN), "time_start": None} for n in range(2_000)]

    def served_plainly(asked: Asked) -> Reply:
        offset = int(asked.query["offset"])
        return listed(events[offset : offset + 50])

    pages, walk, served = await walked(served_plainly)
    assert len(set(ids(pages))) >= 980
    assert not walk.complete
    assert len(served.asked) <= 20


async def test_times_without_zone_lead_on_as_well() -> None:
    events = [event(n, BEGIN + timedelta(hours=n)) for n in range(1_200)]
    city = City(events)

    def zoneless(asked: Asked) -> Reply:
        answer = city(asked)
        for one in answer.body.get("events", ()):
            one["time_start"] = one["time_start"][:16].replace("T", " ")
        return answer

    city.events = [dict(one) for one in events]
    kept = {one["id"]: one["time_start"] for one in events}

    def restored(asked: Asked) -> None:
        for one in city.events:
            one["time_start"] = kept[one["id"]]

    city.before = restored
    pages, walk, _ = await walked(zoneless)
    assert len(set(ids(pages))) == len(ids(pages)) == 1_200
    assert walk.complete


async def test_the_wanted_number_of_pages_is_not_exceeded() -> None:
    city = city_of(500)
    pages, walk, served = await walked(city, Ask.from_text("location=Lisboa max-pages=3"))
    assert (len(pages), len(served.asked)) == (3, 3)
    assert not walk.complete
    short, walk, _ = await walked(city_of(20), Ask.from_text("location=Lisboa max-pages=1"))
    assert len(short) == 1
    assert walk.complete


@pytest.mark.parametrize("cut", [1, 3, 19, 20, 21, 22, 30])
async def test_a_walk_goes_on_behind_any_of_its_pages(cut: int) -> None:
    city = city_of(1_600, same=70)
    async with serving(city) as served:
        whole = await all_pages(open_walk(LISBON, access(served), now=NOW))
        # The day has gone on; the walk still begins where it began.
        later = NOW + 9 * 3600
        walk = open_walk(LISBON, access(served), cursor=whole[cut - 1].cursor, now=later)
        rest = await all_pages(walk)
    assert set(ids(whole[:cut]) + ids(rest)) == set(names(city))
    if cut < 20:  # inside a list even its overlap is remembered
        assert len(ids(whole[:cut]) + ids(rest)) == 1_600
    assert rest[0].number == cut + 1
    assert rest[0].records[0].line == whole[cut - 1].records[-1].line + 1
    assert not walk.complete


async def test_behind_the_last_page_there_is_nothing_to_ask() -> None:
    async with serving(city_of(80)) as served:
        pages = await all_pages(open_walk(LISBON, access(served), now=NOW))
        asked = len(served.asked)
        walk = open_walk(LISBON, access(served), cursor=pages[-1].cursor, now=NOW)
        assert await walk.next_page() is None
    assert len(served.asked) == asked
    assert not walk.complete


@pytest.mark.parametrize("cursor", ["", "null", "{}", '{"start": "x"}', '{"at": 1, "page": 1}', "[1]"])
async def test_a_position_of_something_else_is_refused(cursor: str) -> None:
    async with serving(city_of(1)) as served:
        with pytest.raises(ValidationError) as wrong:
            open_walk(LISBON, access(served), cursor=cursor, now=NOW)
    assert wrong.value.field == "cursor"


async def test_after_an_error_the_same_page_is_asked_for_again() -> None:
    city = city_of(400)
    rng = Random(5)
    errors = [
        refused(500, "INTERNAL_ERROR"),
        refused(504, "REQUEST_TIMED_OUT"),
        refused(429, "TOO_MANY_REQUESTS_PER_SECOND"),
        Reply(502, b"<html>bad gateway</html>"),
        Reply(200, b"<html>log in</html>"),
        Reply(200, b'{"events": [{"id": "event-0", '),
        Reply(200, {"businesses": [], "total": 0}),
        Reply(200, {"events": {}}),
        refused(200, "INTERNAL_ERROR"),
    ]
    left = list(errors)

    def flaky(asked: Asked) -> Reply:
        return left.pop() if left and rng.random() < 0.7 else city(asked)

    pages: list[Page] = []
    failures: list[SpawnerError] = []
    async with serving(flaky) as served:
        walk = open_walk(LISBON, access(served), now=NOW)
        while True:
            try:
                page = await walk.next_page()
            except SpawnerError as error:
                failures.append(error)
                continue
            if page is None:
                break
            pages.append(page)
    assert len(failures) == len(errors)
    assert all(error.retryable for error in failures)
    assert sorted(ids(pages)) == names(city)
    assert walk.complete


async def test_a_list_that_is_not_found_means_that_the_plan_lacks_it() -> None:
    error = await failing(lambda asked: refused(404, "NOT_FOUND", "Resource could not be found."))
    assert isinstance(error, ExternalAPIError)
    assert not error.retryable
    assert "plan" in error.message
    assert "Ask Yelp" in classify_error(error).action


async def test_refusals_reach_the_operator_as_what_they_are() -> None:
    wrong_key = await failing(lambda asked: refused(401, "TOKEN_INVALID", f"{CANARY} is no key"))
    assert not wrong_key.retryable
    assert CANARY not in str(wrong_key)
    nowhere = await failing(lambda asked: refused(400, "LOCATION_NOT_FOUND"))
    assert nowhere.metadata["field"] == "location"
    wrong = await failing(lambda asked: refused(400, "VALIDATION_ERROR", "bad", field="start_date"))
    assert wrong.metadata["field"] == "start"
    # At the very start of a list an offset cannot be too large.
    limit = await failing(lambda asked: refused(400, "VALIDATION_ERROR", "limit", field="limit"))
    assert not limit.retryable


async def test_both_limits_arrive_with_their_waits() -> None:
    quick = await failing(lambda asked: refused(429, "TOO_MANY_REQUESTS_PER_SECOND"))
    assert isinstance(quick, RateLimitError)
    assert not classify_error(quick).parks
    day = await failing(
        lambda asked: refused(
            429,
            "ACCESS_LIMIT_REACHED",
            headers={"RateLimit-ResetTime": datetime.fromtimestamp(fresh() + 7_200, UTC).isoformat()},
        )
    )
    assert isinstance(day, RateLimitError)
    assert day.retry_after is not None
    assert 6_000 < day.retry_after <= 7_201
    assert classify_error(day).parks


async def test_the_gate_is_asked_once_per_request_and_told_of_the_budget() -> None:
    gate = CountingGate()
    headers = {
        "RateLimit-DailyLimit": "300",
        "RateLimit-Remaining": "250",
        "RateLimit-ResetTime": "2199-01-01T00:00:00+00:00",
    }
    city = city_of(120)
    async with serving(lambda asked: Reply(200, city(asked).body, headers)) as served:
        await all_pages(open_walk(LISBON, access(served, gate=gate), now=NOW))
    assert gate.waits == len(served.asked) == len(gate.records)
    assert set(gate.records) == {True}
    reset = datetime(2199, 1, 1, tzinfo=UTC).timestamp()
    assert set(gate.observed) == {(250, 300, reset)}


async def test_good_pages_are_kept_under_names_that_every_run_gives_them() -> None:
    city = city_of(120)
    first, second = MemoryKeeper(), MemoryKeeper()
    async with serving(city) as served:
        await all_pages(open_walk(LISBON, access(served, keeper=first), now=NOW))
        await all_pages(open_walk(LISBON, access(served, keeper=second), now=NOW - 60))
    assert first.pages.keys() == second.pages.keys()
    assert "yelp location=Lisboa offset=0" in first.pages
    assert not any(CANARY in key for key in first.pages)


async def test_the_last_good_page_stands_in_for_one_that_cannot_be_had() -> None:
    city = city_of(140)
    keeper = MemoryKeeper()
    down = False

    def sometimes(asked: Asked) -> Reply:
        return refused(503, "INTERNAL_ERROR") if down and asked.query["offset"] == "49" else city(asked)

    now = fresh()
    async with serving(sometimes) as served:
        city.events = [event(n, BEGIN.replace(year=2100) + timedelta(hours=n)) for n in range(140)]
        await all_pages(open_walk(LISBON, access(served, keeper=keeper), now=now))
        down = True
        walk = open_walk(LISBON, access(served, keeper=keeper), now=now)
        pages = await with_old_copies(walk)
    assert sorted(ids(pages)) == names(city)
    assert [page.stale for page in pages] == [False, True, False]
    assert not walk.complete


async def test_old_copies_of_a_list_are_followed_though_it_has_moved_since() -> None:
    city = city_of(220)
    keeper = MemoryKeeper()
    down = False

    def sometimes(asked: Asked) -> Reply:
        return refused(503, "INTERNAL_ERROR") if down and asked.query["offset"] != "0" else city(asked)

    now = fresh()
    async with serving(sometimes) as served:
        city.events = [event(n, BEGIN.replace(year=2100) + timedelta(hours=n)) for n in range(220)]
        await all_pages(open_walk(LISBON, access(served, keeper=keeper), now=now))
        down = True
        del city.events[:100]
        walk = open_walk(LISBON, access(served, keeper=keeper), now=now)
        pages = await with_old_copies(walk)
    assert [page.stale for page in pages] == [False, True, True, True, True]
    assert set(ids(pages)) == {f"event-{n}" for n in range(49, 220)}
    assert not walk.complete


async def test_there_is_no_last_good_page_where_none_was_kept_or_it_is_a_day_old() -> None:
    city = city_of(10)
    keeper = MemoryKeeper()
    async with serving(city) as served:
        walk = open_walk(LISBON, access(served, keeper=keeper), now=fresh())
        assert await walk.last_good_page() is None
        await all_pages(walk)
        tomorrow = fresh() + 25 * 3600
        assert await open_walk(LISBON, access(served, keeper=keeper), now=tomorrow).last_good_page() is None


async def test_a_page_that_cannot_be_kept_is_a_good_page_all_the_same() -> None:
    class Broken(MemoryKeeper):
        async def keep(self, key: str, page: Any) -> None:
            raise SpawnerError("disk full")

    async with serving(city_of(60)) as served:
        pages = await all_pages(open_walk(LISBON, access(served, keeper=Broken()), now=NOW))
    assert len(ids(pages)) == 60


async def test_an_answer_with_far_too_many_events_is_none() -> None:
    error = await failing(lambda asked: listed([{}] * 5_000))
    assert isinstance(error, ExternalAPIError)


async def test_the_token_is_in_no_record_error_log_or_key(caplog: pytest.LogCaptureFixture) -> None:
    keeper = MemoryKeeper()
    city = city_of(60)
    replies = [refused(500, "X", f"Bearer {CANARY}"), refused(400, "VALIDATION_ERROR", CANARY, field=CANARY)]
    shown: list[str] = []
    with caplog.at_level(logging.DEBUG):
        async with serving(lambda asked: replies.pop() if replies else city(asked)) as served:
            walk = open_walk(LISBON, access(served, keeper=keeper), now=NOW)
            for _ in range(2):
                with pytest.raises(SpawnerError) as failed:
                    await walk.next_page()
                shown.append(f"{failed.value!r} {failed.value.metadata} {failed.value.__cause__!r}")
            pages = await all_pages(walk)
    shown += [caplog.text, repr(pages), repr(keeper.pages), repr(access(served))]
    assert CANARY not in " ".join(shown)
