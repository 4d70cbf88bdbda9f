"""Listings read page by page."""

from __future__ import annotations

import json

import pytest

from scenescout_tui.sources.eventbrite_api.api import EXPAND
from tests.sources.eventbrite_api.server import (
    Answer,
    EventList,
    Request,
    always,
    happening,
    in_turn,
    json_answer,
    page,
)
from tests.sources.eventbrite_api.walking import CANARY, Way, ids_of

pytestmark = pytest.mark.anyio

ORGANIZER = "/organizers/7/events/"


@pytest.mark.parametrize(
    ("ask", "path"),
    [
        ("organizer=7", "/organizers/7/events/"),
        ("organization=7", "/organizations/7/events/"),
        ("venue=7", "/venues/7/events/"),
        ("series=7", "/series/7/events/"),
    ],
)
async def test_each_kind_has_its_address_and_all_pages_are_read(way: Way, ask: str, path: str) -> None:
    way.server.routes[path] = EventList(range(5))
    walked = await way.walk(ask)
    assert way.server.paths() == [path] * 3
    assert walked.ids == [0, 1, 2, 3, 4]
    assert walked.complete
    assert {record.origin for record in walked.records} == {f"eventbrite {ask}"}
    assert [record.line for record in walked.records] == [1, 2, 3, 4, 5]
    assert [one.number for one in walked.pages] == [1, 2, 3]
    assert [one.total for one in walked.pages] == [5, 5, 5]
    assert [one.fraction for one in walked.pages] == [1 / 3, 2 / 3, 1.0]


async def test_what_the_adapter_reads_is_asked_for_with_the_token_in_a_header_alone(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList([1])
    await way.walk()
    (request,) = way.server.requests
    assert request.query == {"expand": EXPAND}
    assert request.headers["authorization"] == f"Bearer {CANARY}"
    assert way.gate.waits == len(way.gate.records) == 1
    assert way.gate.observed[0][:2] == (1931, 2000)


async def test_records_are_handed_out_as_they_were_sent(way: Way) -> None:
    sent = [b'{"id":"1",  "name":{"text":"Caf\\u00e9"}}', '{"id": "2", "x": "é"}'.encode(), b'{ "id" : 3 }']
    way.server.routes[ORGANIZER] = lambda _: Answer(body=b' {"events" : [' + b" ,\n".join(sent) + b"]}")
    assert [record.data for record in (await way.walk()).records] == sent


async def test_continuations_are_sent_back_and_pages_are_counted_without_them(way: Way) -> None:
    way.server.routes[ORGANIZER] = in_turn(
        json_answer(page([happening(1)], 1, 4, 4, continuation="abc")),
        json_answer(page([happening(2)], 2, 4, 4, continuation=...)),
        json_answer(page([happening(3)], 3, 4, 4, continuation="def")),
        json_answer(page([happening(4)], 4, 4, 4)),
    )
    assert (await way.walk()).complete
    asked = [{**one.query, "expand": ""} for one in way.server.requests]
    assert asked == [
        {"expand": ""},
        {"continuation": "abc", "expand": ""},
        {"page": "3", "expand": ""},
        {"continuation": "def", "expand": ""},
    ]


@pytest.mark.parametrize(
    "first",
    [
        {"has_more_items": False},
        {"has_more_items": ...},
        {"page_count": ...},
        {"page_count": -1},
        {"page_count": "2", "has_more_items": ...},
        {"page_count": None, "page_number": None},
    ],
    ids=["says no more", "old fixture", "no count", "negative", "as a text", "null"],
)
async def test_either_sign_of_a_further_page_is_enough(way: Way, first: dict[str, object]) -> None:
    way.server.routes[ORGANIZER] = in_turn(
        json_answer(page([happening(1)], 1, 2, 2, continuation=..., **first)),
        json_answer(page([happening(2)], 2, 2, 2)),
    )
    walked = await way.walk()
    assert (walked.ids, walked.complete) == ([1, 2], True)


async def test_a_page_without_pagination_is_the_only_one_and_proves_nothing(way: Way) -> None:
    way.server.routes[ORGANIZER] = always(json_answer({"events": [happening(1)]}))
    walked = await way.walk()
    assert (walked.ids, walked.complete, len(way.server.requests)) == ([1], False, 1)


async def test_an_empty_listing_is_read_whole(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList([])
    walked = await way.walk()
    assert (walked.records, walked.complete, len(way.server.requests)) == ([], True, 1)


async def test_an_empty_page_ends_a_listing_that_promises_more(way: Way) -> None:
    way.server.routes[ORGANIZER] = in_turn(
        json_answer(page([happening(1)], 1, 9, 1)), json_answer(page([], 2, 9, 1))
    )
    walked = await way.walk()
    assert (walked.ids, walked.complete, len(way.server.requests)) == ([1], True, 2)


@pytest.mark.parametrize(
    "circling",
    [
        {"continuation": "always the same"},
        {"page_number": 1, "continuation": ...},
        {"page_number": ..., "page_count": ..., "continuation": ...},
    ],
    ids=["same continuation", "same page number", "nothing but more"],
)
async def test_a_server_that_turns_in_a_circle_is_left(way: Way, circling: dict[str, object]) -> None:
    body = page([happening(1)], 1, 3, 1, has_more_items=True, **circling)
    way.server.routes[ORGANIZER] = always(json_answer(body))
    walked = await way.walk()
    assert set(walked.ids) == {1}
    assert not walked.complete
    assert len(way.server.requests) <= 4


async def test_a_page_number_that_stands_still_ends_nothing_while_records_come(way: Way) -> None:
    way.server.routes[ORGANIZER] = in_turn(
        *(json_answer(page([happening(n)], n, 3, 3, page_number=1, continuation=f"t{n}")) for n in (1, 2)),
        json_answer(page([happening(3)], 3, 3, 3)),
    )
    walked = await way.walk()
    assert (walked.ids, walked.complete) == ([1, 2, 3], True)


async def test_a_page_that_was_there_before_in_whole_ends_nothing(way: Way) -> None:
    way.server.routes[ORGANIZER] = listing = EventList(range(10, 16))

    def before(number: int) -> None:
        if number == 2 and 1 not in listing.ids:
            listing.ids[:0] = [1, 2]

    listing.before = before
    walked = await way.walk()
    assert walked.ids == [10, 11, 10, 11, 12, 13, 14, 15, 1, 2]
    assert walked.complete


async def test_only_as_many_pages_as_asked_for_are_read(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList(range(9))
    walked = await way.walk("organizer=7 max-pages=2")
    assert (walked.ids, walked.complete, len(way.server.requests)) == ([0, 1, 2, 3], False, 2)


async def test_a_listing_that_ends_within_the_cap_is_whole(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList(range(4))
    assert (await way.walk("organizer=7 max-pages=2")).complete


async def test_the_cap_counts_the_pages_of_all_listings(way: Way) -> None:
    way.server.routes |= {ORGANIZER: EventList([1, 2, 3]), "/organizers/8/events/": EventList([4, 5, 6])}
    walked = await way.walk("organizer=7,8 max-pages=3")
    assert (walked.ids, walked.complete) == ([1, 2, 3, 4, 5], False)


async def test_several_ids_are_walked_one_after_another(way: Way) -> None:
    way.server.routes |= {ORGANIZER: EventList([1, 2, 3]), "/organizers/8/events/": EventList([4])}
    walked = await way.walk("organizer=7,8")
    assert (walked.ids, walked.complete) == ([1, 2, 3, 4], True)
    assert [one.origin for one in walked.records][2:] == ["eventbrite organizer=7", "eventbrite organizer=8"]
    # How many there are in all is known while the last listing is read.
    assert [one.total for one in walked.pages] == [None, None, 4]
    assert [one.fraction for one in walked.pages] == [0.25, 0.5, 1.0]


async def test_one_listing_of_several_that_proves_nothing_takes_the_proof_from_all(way: Way) -> None:
    way.server.routes[ORGANIZER] = always(json_answer({"events": [happening(1)]}))
    way.server.routes["/organizers/8/events/"] = EventList([4])
    assert not (await way.walk("organizer=7,8")).complete


async def test_a_walk_that_has_not_ended_is_not_complete(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList([1])
    walk = way.open()
    assert ids_of(await walk.next_page()) == [1]
    before = walk.complete
    assert await walk.next_page() is None
    assert (before, walk.complete) == (False, True)
    await walk.aclose()
    await walk.aclose()


async def test_an_item_that_is_no_object_is_one_bad_record_among_good_ones(way: Way) -> None:
    items = [happening(1), 5, "text", None, [1], True, happening(2)]
    way.server.routes[ORGANIZER] = always(json_answer(page(items)))
    walked = await way.walk()
    errors = [record.error.message if record.error else None for record in walked.records]
    assert [error is None for error in errors] == [True, False, False, False, False, False, True]
    assert errors[1] == "a record must be a JSON object, this is a number"
    assert walked.records[2].data == b'"text"'
    assert walked.complete


async def test_an_object_without_an_id_is_left_to_the_adapter(way: Way) -> None:
    way.server.routes[ORGANIZER] = always(json_answer(page([{"name": "x"}, {"id": None}, {"id": True}])))
    walked = await way.walk()
    assert [record.error for record in walked.records] == [None, None, None]
    assert walked.complete


async def test_expansions_that_fail_once_are_tried_again(way: Way) -> None:
    listing = EventList(range(4))
    failed: list[Request] = []

    def route(request: Request) -> Answer:
        if not failed:
            failed.append(request)
            body = {"status_code": 500, "error": "EXPANSION_FAILED", "error_description": "try without"}
            return json_answer(body, 500)
        return listing(request)

    way.server.routes[ORGANIZER] = route
    walked = await way.walk()
    assert walked.ids == [0, 1, 2, 3]
    assert all("expand" in one.query for one in way.server.requests)
    assert not any("expansions_missing" in json.loads(one.data) for one in walked.records)


async def test_expansions_that_fail_are_left_out_for_that_page_alone(way: Way) -> None:
    listing = EventList(range(6))

    def route(request: Request) -> Answer:
        if request.query.get("continuation") and "expand" in request.query and len(listing.numbers) == 1:
            body = {"status_code": 500, "error": "EXPANSION_FAILED", "error_description": "try without"}
            return json_answer(body, 500)
        answer = listing(request)
        if "expand" in request.query:
            return answer
        bare = json.loads(answer.body)
        for event in bare["events"]:
            del event["venue"], event["ticket_availability"]
        return json_answer(bare)

    way.server.routes[ORGANIZER] = route
    walked = await way.walk()
    assert (walked.ids, walked.complete) == ([0, 1, 2, 3, 4, 5], True)
    assert ["expand" in one.query for one in way.server.requests] == [True, True, True, False, True]
    assert ["expansions_missing" in json.loads(one.data) for one in walked.records] == [
        False,
        False,
        True,
        True,
        False,
        False,
    ]
    assert ["venue" in json.loads(one.data) for one in walked.records] == [
        True,
        True,
        False,
        False,
        True,
        True,
    ]
