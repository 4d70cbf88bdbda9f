"""Events asked for by their ids."""

from __future__ import annotations

import json

import pytest

from scenescout_tui.errors import ExternalAPIError, RateLimitError
from tests.sources.eventbrite_api.server import (
    Answer,
    Request,
    Server,
    always,
    happening,
    json_answer,
    page,
    refused,
)
from tests.sources.eventbrite_api.walking import Way, ids_of

pytestmark = pytest.mark.anyio


def offer(server: Server, known: range, *, together: bool = True) -> None:
    """Let the server know some events, one by one and, unless told otherwise, many at once."""

    def batch(request: Request) -> Answer:
        asked = [int(one) for one in request.query["event_ids"].split(",")]
        return json_answer(page([happening(one) for one in asked if one in known]))

    if together:
        server.routes["/events/"] = batch
    for one in known:
        server.routes[f"/events/{one}/"] = always(json_answer(happening(one)))


def ask(count: int) -> str:
    return "event=" + ",".join(str(one) for one in range(1, count + 1))


async def test_fifty_at_once_are_asked_for(way: Way) -> None:
    offer(way.server, range(1, 121))
    walked = await way.walk(ask(120))
    assert walked.ids == list(range(1, 121))
    assert way.server.paths() == ["/events/"] * 3
    assert [len(one.query["event_ids"].split(",")) for one in way.server.requests] == [50, 50, 20]
    assert [one.total for one in walked.pages] == [120] * 3
    assert walked.pages[-1].fraction == 1.0
    assert walked.records[4].origin == "eventbrite event=5"
    # Named events are no listing: what is not among them is not gone.
    assert not walked.complete


async def test_a_single_event_is_asked_for_by_its_own_address(way: Way) -> None:
    way.server.routes["/events/5/"] = lambda _: Answer(body=b'\n{ "id": "5" }\n')
    walked = await way.walk("event=5")
    assert [one.data for one in walked.records] == [b'{ "id": "5" }']
    assert way.server.paths() == ["/events/5/"]
    assert "expand" in way.server.requests[0].query


@pytest.mark.parametrize("status", [400, 403, 404, 410])
async def test_where_many_at_once_are_refused_they_are_asked_for_one_by_one(way: Way, status: int) -> None:
    offer(way.server, range(1, 61), together=False)
    way.server.routes["/events/"] = always(refused(status, "NOT_FOUND"))
    walked = await way.walk(ask(60))
    assert walked.ids == list(range(1, 61))
    assert way.server.paths().count("/events/") == 1


async def test_an_event_that_is_gone_is_one_failed_record_and_the_others_go_on(way: Way) -> None:
    offer(way.server, range(1, 9))
    del way.server.routes["/events/3/"]
    way.server.routes["/events/5/"] = always(refused(403, "NOT_AUTHORIZED", "Private."))
    known = way.server.routes["/events/"]

    def without(request: Request) -> Answer:
        answer = known(request)
        assert isinstance(answer, Answer)
        body = json.loads(answer.body)
        return json_answer(page([one for one in body["events"] if one["id"] not in ("3", "5")]))

    way.server.routes["/events/"] = without
    walked = await way.walk(ask(8))
    assert sorted(walked.ids) == list(range(1, 9))
    failed = {one.origin: one.error for one in walked.records if one.error is not None}
    assert sorted(failed) == ["eventbrite event=3", "eventbrite event=5"]
    gone = failed["eventbrite event=5"]
    assert gone is not None
    assert (gone.code, gone.field) == ("EXTERNAL_API_ERROR", "id")
    assert "event 5: NOT_AUTHORIZED: Private." in gone.message
    assert gone.action is not None
    assert "private events" in gone.action


async def test_a_server_that_lists_something_else_is_not_believed(way: Way) -> None:
    offer(way.server, range(1, 4), together=False)
    way.server.routes["/events/"] = always(json_answer(page([happening(8), happening(9), happening(1)])))
    assert sorted((await way.walk(ask(3))).ids) == [1, 2, 3]


async def test_a_bad_token_ends_the_walk(way: Way) -> None:
    way.server.routes["/events/5/"] = always(refused(401, "INVALID_AUTH"))
    with pytest.raises(ExternalAPIError, match="event 5: INVALID_AUTH"):
        await way.walk("event=5")


async def test_what_came_before_a_failure_is_handed_out_and_the_failure_met_again(way: Way) -> None:
    offer(way.server, range(1, 5), together=False)
    way.server.routes["/events/"] = always(refused(404, "NOT_FOUND"))
    way.server.routes["/events/3/"] = always(refused(429, "HIT_RATE_LIMIT"))
    walk = way.open(ask(4))
    assert ids_of(await walk.next_page()) == [1, 2]
    with pytest.raises(RateLimitError, match="event 3"):
        await walk.next_page()
    way.server.routes["/events/3/"] = always(json_answer(happening(3)))
    assert ids_of(await walk.next_page()) == [3, 4]
    assert await walk.next_page() is None
    await walk.aclose()


async def test_a_batch_that_fails_is_asked_for_again(way: Way) -> None:
    offer(way.server, range(1, 5))
    good = way.server.routes["/events/"]
    way.server.routes["/events/"] = always(refused(500, "INTERNAL_ERROR"))
    walk = way.open(ask(4))
    with pytest.raises(ExternalAPIError):
        await walk.next_page()
    way.server.routes["/events/"] = good
    assert ids_of(await walk.next_page()) == [1, 2, 3, 4]
    assert "/events/1/" not in way.server.paths()
    await walk.aclose()


async def test_a_walk_goes_on_behind_any_of_its_pages(way: Way) -> None:
    offer(way.server, range(1, 121))
    for missing in (7, 77):
        del way.server.routes[f"/events/{missing}/"]
    known = way.server.routes["/events/"]

    def without(request: Request) -> Answer:
        answer = known(request)
        assert isinstance(answer, Answer)
        body = json.loads(answer.body)
        return json_answer(page([one for one in body["events"] if one["id"] not in ("7", "77")]))

    way.server.routes["/events/"] = without
    whole = await way.walk(ask(120))
    for n, stopped in enumerate(whole.pages):
        rest = await way.walk(ask(120), cursor=stopped.cursor)
        after = {one for later in whole.pages[n + 1 :] for one in ids_of(later)}
        assert after <= set(rest.ids)


async def test_kept_events_stand_in_for_those_that_cannot_be_had(way: Way) -> None:
    offer(way.server, range(1, 4))
    await way.walk(ask(3))
    await way.walk("event=3")
    for path in ("/events/", "/events/3/"):
        way.server.routes[path] = always(refused(503, "INTERNAL_ERROR"))
    for asked, ids in ((ask(3), [1, 2, 3]), ("event=3", [3])):
        walk = way.open(asked)
        with pytest.raises(ExternalAPIError):
            await walk.next_page()
        stale = await walk.last_good_page()
        assert stale is not None
        assert (ids_of(stale), stale.stale) == (ids, True)
        assert await walk.next_page() is None
        assert await walk.last_good_page() is None
        await walk.aclose()


async def test_only_as_many_requests_as_pages_were_asked_for(way: Way) -> None:
    offer(way.server, range(1, 121))
    assert len((await way.walk(f"{ask(120)} max-pages=2")).ids) == 100
