"""The long descriptions: an extra that never costs an event."""

from __future__ import annotations

import json
import logging

import anyio
import pytest

from scenescout_tui.errors import ExternalAPIError, RateLimitError, SpawnerError
from scenescout_tui.sources.adapters import ADAPTERS
from scenescout_tui.sources.eventbrite_api import descriptions
from tests.sources.eventbrite_api.server import (
    Answer,
    EventList,
    Request,
    Server,
    always,
    happening,
    in_turn,
    json_answer,
    page,
    refused,
)
from tests.sources.eventbrite_api.walking import Walked, Way, ids_of

pytestmark = pytest.mark.anyio

ORGANIZER = "/organizers/7/events/"


def describe(server: Server, ids: range) -> None:
    for one in ids:
        about = {"description": f"<p>All about <b>{one}</b></p>"}
        server.routes[f"/events/{one}/description/"] = always(json_answer(about))


def texts(walked: Walked) -> list[str | None]:
    return [ADAPTERS["eventbrite"].parse(record.data).description_text for record in walked.records]


SHORT = "An evening by the canal."


async def test_each_event_gets_its_text_through_the_side_gate(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList(range(1, 4))
    describe(way.server, range(1, 4))
    walked = await way.walk(descriptions=True)
    assert texts(walked) == ["All about 1", "All about 2", "All about 3"]
    assert (walked.complete, way.gate.waits, way.side_gate.waits) == (True, 2, 3)
    assert way.side_gate.records == [True] * 3
    event = ADAPTERS["eventbrite"].parse(walked.records[0].data)
    assert event.summary == SHORT
    assert event.description_html == "<p>All about <b>1</b></p>"


async def test_nothing_else_of_the_record_is_touched(way: Way) -> None:
    sent = b'{ "id":"1",  "x": 1.50, "name":{"text":"Caf\\u00e9"} }'
    way.server.routes[ORGANIZER] = lambda _: Answer(body=b'{"events":[' + sent + b"]}")
    describe(way.server, range(1, 2))
    (record,) = (await way.walk(descriptions=True)).records
    assert record.data.startswith(sent[:-1])
    assert json.loads(record.data) == {
        **json.loads(sent),
        "full_description": "<p>All about <b>1</b></p>",
    }


async def test_without_being_asked_for_no_text_is_fetched(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList([1])
    assert texts(await way.walk()) == [SHORT]
    assert way.side_gate.waits == 0


@pytest.mark.parametrize(
    "answer",
    [
        json_answer({}, 404),
        refused(403, "NOT_AUTHORIZED"),
        refused(500, "INTERNAL_ERROR"),
        Answer(dropped=True),
        Answer(body=b"<html>"),
        Answer(body=b"[" * 100_000),
        Answer(body=b'{"description": "\xff"}'),
        json_answer({"description": None}),
        json_answer({"description": ["a"]}),
        json_answer({"description": "  "}),
        json_answer({"description": "<p></p>"}),
        json_answer({"description": "x" * 1_100_000}),
        json_answer([]),
    ],
)
async def test_whatever_happens_to_a_text_the_event_goes_on(way: Way, answer: Answer) -> None:
    way.server.routes[ORGANIZER] = EventList([1, 2, 3], size=3)
    describe(way.server, range(1, 4))
    way.server.routes["/events/2/description/"] = lambda _: answer
    walked = await way.walk(descriptions=True)
    assert texts(walked) == ["All about 1", SHORT, "All about 3"]
    assert walked.complete


@pytest.mark.parametrize("text", ["a\x00b", "a\x1b[31mb", "a\ud800b"])
async def test_a_text_cannot_spoil_its_record(way: Way, text: str) -> None:
    way.server.routes[ORGANIZER] = EventList([1])
    way.server.routes["/events/1/description/"] = always(json_answer({"description": text}))
    (read,) = texts(await way.walk(descriptions=True))
    assert read in ("ab", "a\ufffdb", SHORT)


async def test_failures_are_said_once(way: Way, caplog: pytest.LogCaptureFixture) -> None:
    way.server.routes[ORGANIZER] = EventList(range(1, 5))
    for one in range(1, 5):
        way.server.routes[f"/events/{one}/description/"] = always(refused(500, "INTERNAL_ERROR"))
    with caplog.at_level(logging.WARNING, "scenescout_tui"):
        await way.walk(descriptions=True)
    assert len([one for one in caplog.records if "description" in one.getMessage()]) == 1


@pytest.mark.parametrize(
    "shut",
    [RateLimitError("Eventbrite", 900.0), ExternalAPIError("Eventbrite"), SpawnerError("no", "CIRCUIT_OPEN")],
    ids=["budget spent", "no answer", "breaker open"],
)
async def test_a_gate_that_is_shut_is_left_alone_for_the_rest_of_the_page(
    way: Way, shut: SpawnerError
) -> None:
    way.server.routes[ORGANIZER] = EventList(range(1, 51), size=25)
    way.side_gate.shut = shut
    walked = await way.walk(descriptions=True)
    assert walked.ids == list(range(1, 51))
    assert way.side_gate.waits <= 2 * descriptions.AT_ONCE
    assert way.side_gate.records == []


async def test_a_server_that_says_too_many_is_left_alone_for_a_while(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList(range(1, 51), size=50)
    for one in range(1, 51):
        way.server.routes[f"/events/{one}/description/"] = always(refused(429, "HIT_RATE_LIMIT"))
    walked = await way.walk(descriptions=True)
    assert len(walked.ids) == 50
    assert way.side_gate.waits <= len(walked.pages) * descriptions.AT_ONCE


async def test_a_gate_that_opens_again_is_asked_with_the_next_page(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList([1, 2], size=1)
    describe(way.server, range(1, 3))
    way.side_gate.shut = RateLimitError("Eventbrite", 900.0)
    walk = way.open(descriptions=True)
    first = await walk.next_page()
    way.side_gate.shut = None
    second = await walk.next_page()
    assert first is not None
    assert second is not None
    assert texts(Walked([first, second], False)) == [SHORT, "All about 2"]
    await walk.aclose()


async def test_no_more_than_a_few_are_fetched_at_the_same_time(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList(range(1, 31), size=30)
    now = most = 0

    async def slowly(_: Request) -> Answer:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await anyio.sleep(0.01)
        now -= 1
        return json_answer({"description": "text"})

    for one in range(1, 31):
        way.server.routes[f"/events/{one}/description/"] = slowly
    assert texts(await way.walk(descriptions=True)) == ["text"] * 30
    assert 1 < most <= descriptions.AT_ONCE


async def test_a_text_that_was_had_before_stands_in_for_one_that_cannot_be_had(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList([1, 2])
    describe(way.server, range(1, 3))
    await way.walk(descriptions=True)
    way.server.routes["/events/1/description/"] = always(refused(500, "INTERNAL_ERROR"))
    way.server.routes["/events/2/description/"] = always(json_answer({"description": ""}))
    # A text that was taken away is gone, one that merely did not come is not.
    assert texts(await way.walk(descriptions=True)) == ["All about 1", SHORT]


async def test_a_keeper_that_is_lost_costs_no_event(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList([1, 2])
    describe(way.server, range(1, 2))
    way.keeper.broken = SpawnerError("disk full")
    assert texts(await way.walk(descriptions=True)) == ["All about 1", SHORT]


async def never(_: Request) -> Answer:
    await anyio.sleep_forever()
    raise AssertionError


async def test_texts_that_do_not_come_are_given_up(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descriptions, "CALL_DEADLINE", 0.5)
    way.server.routes[ORGANIZER] = EventList([1, 2])
    describe(way.server, range(1, 2))
    way.server.routes["/events/2/description/"] = never
    assert texts(await way.walk(descriptions=True)) == ["All about 1", SHORT]
    assert len(way.side_gate.records) == way.side_gate.waits


async def test_a_text_that_failed_once_is_asked_for_once_more(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList([1, 2])
    describe(way.server, range(1, 3))
    late = json_answer({"description": "Late"})
    way.server.routes["/events/1/description/"] = in_turn(Answer(dropped=True), late)
    assert texts(await way.walk(descriptions=True)) == ["Late", "All about 2"]


async def test_a_gate_that_holds_the_calls_back_is_waited_for(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descriptions, "STEP", 0.05)
    way.server.routes[ORGANIZER] = EventList(range(1, 4), size=3)
    describe(way.server, range(1, 4))
    way.side_gate.held = anyio.Event()
    walk = way.open(descriptions=True)
    # The walk says meanwhile that it lives, with pages that hold nothing and cursors that move nowhere.
    waiting = [await walk.next_page() for _ in range(3)]
    assert [ids_of(one) for one in waiting] == [[], [], []]
    way.side_gate.held.set()
    pages = []
    while (more := await walk.next_page()) is not None:
        pages.append(more)
    assert texts(Walked(pages, False)) == ["All about 1", "All about 2", "All about 3"]
    assert walk.complete
    await walk.aclose()
    assert waiting[-1] is not None
    assert (await way.walk(cursor=waiting[-1].cursor)).ids == [1, 2, 3]


async def test_a_gate_that_never_opens_costs_the_texts(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descriptions, "STEP", 0.05)
    monkeypatch.setattr(descriptions, "PATIENCE", 0.2)
    way.server.routes[ORGANIZER] = EventList(range(1, 26), size=25)
    way.side_gate.held = anyio.Event()
    walked = await way.walk(descriptions=True)
    assert (walked.ids, walked.complete) == (list(range(1, 26)), True)
    assert way.side_gate.records == []


async def test_drafts_parents_and_strange_ids_are_not_asked_about(way: Way) -> None:
    items = [
        happening(1, status="draft"),
        happening(2, is_series_parent=True),
        {**happening(3), "id": "../users/me"},
        {"name": "no id"},
        5,
    ]
    way.server.routes[ORGANIZER] = always(json_answer(page(items)))
    walked = await way.walk(descriptions=True)
    assert len(walked.records) == 5
    assert way.side_gate.waits == 0


async def test_a_page_comes_in_parts_and_the_cursor_moves_with_the_last_of_them(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList(range(1, 41), size=25)
    describe(way.server, range(1, 41))
    walked = await way.walk(descriptions=True)
    assert [len(one.records) for one in walked.pages] == [10, 10, 5, 10, 5]
    assert [one.number for one in walked.pages] == [1, 2, 3, 4, 5]
    assert walked.complete
    # Until a page is whole the walk goes on before it; what was whole is looked at again, not handed out.
    for n, first in ((0, 1), (1, 1), (2, 26), (3, 26), (4, 41)):
        rest = await way.walk(cursor=walked.pages[n].cursor, descriptions=True)
        assert rest.ids == list(range(first, 41))
        assert rest.pages[0].number == n + 2


async def test_a_part_that_was_cancelled_is_not_lost(way: Way) -> None:
    way.server.routes[ORGANIZER] = listing = EventList(range(1, 13), size=12)
    describe(way.server, range(1, 13))
    asked = anyio.Event()

    async def hang(request: Request) -> Answer:
        asked.set()
        return await never(request)

    way.server.routes["/events/2/description/"] = hang
    walk = way.open(descriptions=True)
    async with anyio.create_task_group() as group:
        group.start_soon(walk.next_page)
        await asked.wait()
        group.cancel_scope.cancel()
    describe(way.server, range(1, 13))
    assert ids_of(await walk.next_page()) == list(range(1, 11))
    assert ids_of(await walk.next_page()) == [11, 12]
    assert await walk.next_page() is None
    assert (walk.complete, listing.numbers) == (True, [1])
    assert len(way.side_gate.records) == way.side_gate.waits
    await walk.aclose()


async def test_a_stale_page_is_handed_out_as_it_was_kept(way: Way) -> None:
    way.server.routes[ORGANIZER] = EventList([1, 2])
    await way.walk()
    way.server.routes[ORGANIZER] = always(refused(503, "INTERNAL_ERROR"))
    walk = way.open(descriptions=True)
    with pytest.raises(ExternalAPIError):
        await walk.next_page()
    assert ids_of(await walk.last_good_page()) == [1, 2]
    assert way.side_gate.waits == 0
    await walk.aclose()
