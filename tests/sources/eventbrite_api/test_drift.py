"""Lists that change while they are read, and walks that go on in the middle."""

from __future__ import annotations

import json

import pytest

from scenescout_tui.errors import ExternalAPIError, SpawnerError
from scenescout_tui.sources.inputs import InputError
from tests.sources.eventbrite_api.server import (
    EventList,
    always,
    happening,
    in_turn,
    json_answer,
    page,
    refused,
)
from tests.sources.eventbrite_api.walking import Way, ids_of

pytestmark = pytest.mark.anyio

ORGANIZER = "/organizers/7/events/"


def changing(ids: list[int], at_page: int, *, add: int | None = None, remove: int | None = None) -> EventList:
    """A list that changes once, before the given page is answered for the first time."""
    listing = EventList(ids)

    def before(number: int) -> None:
        if number == at_page and number not in listing.numbers:
            if add is not None:
                listing.ids.insert(0, add)
            if remove is not None:
                listing.ids.remove(remove)

    listing.before = before
    return listing


async def test_an_event_that_came_at_the_front_meanwhile_is_found_and_repeats_are_shown(way: Way) -> None:
    way.server.routes[ORGANIZER] = listing = changing([1, 2, 3, 4], 2, add=9)
    walked = await way.walk()
    # Page 2 begins with what was last on page 1; the second reading brings the new one, and it alone.
    assert walked.ids == [1, 2, 2, 3, 4, 9]
    assert listing.numbers == [1, 2, 3, 1, 2, 3]
    assert walked.complete
    assert walked.pages[-1].total == 5


async def test_an_event_that_slipped_over_the_edge_of_a_page_is_found(way: Way) -> None:
    way.server.routes[ORGANIZER] = changing([1, 2, 3, 4, 5], 2, remove=1)
    walked = await way.walk()
    # 3 moved from page 2 to page 1 while page 1 had been read already.
    assert sorted(walked.ids) == [1, 2, 3, 4, 5]
    assert walked.complete


async def test_a_count_that_changed_is_reason_enough_to_read_again(way: Way) -> None:
    way.server.routes[ORGANIZER] = in_turn(
        json_answer(page([happening(1)], 1, 2, 3)),
        json_answer(page([happening(2)], 2, 2, 2)),
        json_answer(page([happening(1)], 1, 2, 2)),
        json_answer(page([happening(2)], 2, 2, 2)),
    )
    walked = await way.walk()
    assert (walked.ids, walked.complete, len(way.server.requests)) == ([1, 2], True, 4)


async def test_a_count_that_never_agrees_is_read_twice_and_no_more(way: Way) -> None:
    way.server.routes[ORGANIZER] = always(json_answer(page([happening(1), happening(2)], total=5)))
    walked = await way.walk()
    assert (walked.ids, walked.complete, len(way.server.requests)) == ([1, 2], False, 2)


async def test_bad_records_are_not_handed_out_again_by_a_second_reading(way: Way) -> None:
    way.server.routes[ORGANIZER] = always(json_answer(page([5, {"name": "no id"}], total=9)))
    walked = await way.walk()
    assert len(walked.records) == 2


async def test_the_part_that_is_done_never_goes_back(way: Way) -> None:
    way.server.routes[ORGANIZER] = changing([1, 2, 3, 4], 2, add=9)
    fractions = [one.fraction or 0.0 for one in (await way.walk()).pages]
    assert fractions == sorted(fractions)


@pytest.mark.parametrize("code", ["BAD_PAGE", "BAD_CONTINUATION_TOKEN"])
async def test_a_lost_position_begins_the_listing_once_again(way: Way, code: str) -> None:
    way.server.routes[ORGANIZER] = in_turn(
        json_answer(page([happening(1)], 1, 2, 2)),
        refused(400, code),
        json_answer(page([happening(1)], 1, 2, 2)),
        json_answer(page([happening(2)], 2, 2, 2)),
    )
    walked = await way.walk()
    assert (walked.ids, walked.complete) == ([1, 2], True)


async def test_a_position_that_is_lost_again_ends_the_walk_with_the_error(way: Way) -> None:
    way.server.routes[ORGANIZER] = in_turn(
        json_answer(page([happening(1)], 1, 2, 2)),
        refused(400, "BAD_PAGE"),
        json_answer(page([happening(1)], 1, 2, 2)),
        refused(400, "BAD_PAGE"),
    )
    with pytest.raises(ExternalAPIError, match="organizer 7: BAD_PAGE") as lost:
        await way.walk()
    assert not lost.value.retryable


async def test_a_first_page_that_is_bad_is_an_error_at_once(way: Way) -> None:
    way.server.routes[ORGANIZER] = always(refused(400, "BAD_PAGE"))
    with pytest.raises(ExternalAPIError):
        await way.walk()
    assert len(way.server.requests) == 1


async def test_a_walk_goes_on_behind_any_of_its_pages_and_looks_at_that_page_again(way: Way) -> None:
    way.server.routes |= {ORGANIZER: EventList(range(5)), "/organizers/8/events/": EventList([5, 6, 7])}
    whole = await way.walk("organizer=7,8")
    for n, stopped in enumerate(whole.pages):
        way.server.requests.clear()
        rest = await way.walk("organizer=7,8", cursor=stopped.cursor)
        assert rest.ids == [one for page in whole.pages[n + 1 :] for one in ids_of(page)]
        assert rest.pages[0].number == stopped.number + 1
        assert [one.line for one in rest.records] == list(
            range(stopped.records[-1].line + 1, len(whole.records) + 1)
        )
        assert way.server.requests, "the page is looked at again"
        assert not rest.complete


async def test_what_moved_over_the_edge_between_two_runs_is_found(way: Way) -> None:
    way.server.routes[ORGANIZER] = listing = EventList([1, 2, 3, 4, 5, 6])
    walk = way.open()
    first, second = await walk.next_page(), await walk.next_page()
    assert first is not None
    assert second is not None
    await walk.aclose()
    listing.ids.remove(3)
    assert (await way.walk(cursor=second.cursor)).ids == [5, 6]


async def test_a_cap_on_pages_holds_over_an_interruption(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList(range(20))
    walk = way.open("organizer=7 max-pages=3")
    await walk.next_page()
    second = await walk.next_page()
    assert second is not None
    await walk.aclose()
    assert (await way.walk("organizer=7 max-pages=3", cursor=second.cursor)).ids == [4, 5]


async def test_a_resumed_walk_whose_position_is_lost_begins_the_listing_again(way: Way) -> None:
    way.server.routes[ORGANIZER] = listing = EventList(range(6))
    walk = way.open()
    pages = [await walk.next_page() for _ in range(3)]
    await walk.aclose()
    del listing.ids[3:]
    assert pages[2] is not None
    walked = await way.walk(cursor=pages[2].cursor)
    assert (walked.ids, walked.complete) == ([0, 1, 2], False)


async def test_a_cursor_of_something_else_is_refused(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList([1])
    (only,) = (await way.walk()).pages
    position = json.loads(only.cursor)["position"]
    evil = json.dumps({"kind": "organizer", "position": {**position, "id": "../users/me"}})
    for ask, cursor in (
        ("organizer=8", only.cursor),
        ("venue=7", only.cursor),
        ("event=7", only.cursor),
        ("organizer=7", "{}"),
        ("organizer=7", "not json"),
        ("organizer=7", '{"kind":"organizer","position":{"type":"page","id":"7"}}'),
        ("organizer=7", '{"kind":"organizer","position":null,"number":-1}'),
        ("organizer=7", '{"kind":"organizer","position":{"type":"events","at":1,"pages":1}}'),
        ("organization=mine", evil),
    ):
        with pytest.raises(InputError):
            way.open(ask, cursor=cursor)


async def test_a_page_that_failed_is_asked_for_again_by_the_next_call(way: Way) -> None:
    way.server.routes[ORGANIZER] = in_turn(
        json_answer(page([happening(1)], 1, 2, 2)),
        refused(500, "INTERNAL_ERROR"),
        json_answer(page([happening(2)], 2, 2, 2)),
    )
    walk = way.open()
    assert ids_of(await walk.next_page()) == [1]
    with pytest.raises(ExternalAPIError) as failed:
        await walk.next_page()
    assert failed.value.retryable
    assert ids_of(await walk.next_page()) == [2]
    assert await walk.next_page() is None
    assert walk.complete
    await walk.aclose()


async def test_a_good_page_is_kept_and_stands_in_for_one_that_cannot_be_had(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList([1, 2, 3, 4, 5])
    await way.walk()
    assert sorted(way.keeper.pages) == [f"eventbrite organizer=7 page={n}" for n in (1, 2, 3)]
    way.server.routes[ORGANIZER] = listing = EventList([1, 2, 3, 4, 5])

    def before(number: int) -> None:
        if number == 2:
            raise ConnectionResetError

    listing.before = before
    walk = way.open()
    assert ids_of(await walk.next_page()) == [1, 2]
    with pytest.raises(Exception):  # noqa: B017, PT011 – whatever the client makes of it
        await walk.next_page()
    stale = await walk.last_good_page()
    assert stale is not None
    assert (ids_of(stale), stale.stale, stale.number) == ([3, 4], True, 2)
    last = await walk.next_page()
    assert last is not None
    assert (ids_of(last), last.stale) == ([5], False)
    assert await walk.next_page() is None
    assert not walk.complete
    await walk.aclose()


async def test_without_a_kept_page_there_is_none_to_stand_in(way: Way) -> None:
    way.server.routes[ORGANIZER] = always(refused(503, "INTERNAL_ERROR"))
    walk = way.open()
    assert await walk.last_good_page() is None
    with pytest.raises(ExternalAPIError):
        await walk.next_page()
    assert await walk.last_good_page() is None
    await walk.aclose()


async def test_a_keeper_that_is_lost_costs_no_page(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList(range(4))
    way.keeper.broken = SpawnerError("disk full")
    walked = await way.walk()
    assert (walked.ids, walked.complete) == ([0, 1, 2, 3], True)
