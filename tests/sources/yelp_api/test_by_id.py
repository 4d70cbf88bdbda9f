"""The walk over single events."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from scenescout_tui.errors import RateLimitError, SpawnerError
from scenescout_tui.sources.ask import Ask
from scenescout_tui.sources.pages import Page
from scenescout_tui.sources.yelp_api import open_walk
from tests.sources.web.gates import MemoryKeeper
from tests.sources.yelp_api.server import (
    NOW,
    Asked,
    Reply,
    access,
    all_pages,
    event,
    fresh,
    ids,
    refused,
    serving,
)

pytestmark = pytest.mark.anyio

BEGIN = datetime.fromtimestamp(NOW, UTC)


def ask_for(*wanted: str) -> Ask:
    return Ask.of([("event", ",".join(wanted))])


def single(asked: Asked) -> Reply:
    """The event of that id, whatever it is."""
    wanted = asked.path.removeprefix("/v3/events/")
    return Reply(200, {**event(1, BEGIN + timedelta(days=1)), "id": wanted})


NUMBERED = tuple(f"event-{n}" for n in range(45))


async def test_each_id_is_asked_for_once_and_handed_over_in_order() -> None:
    async with serving(single) as served:
        walk = open_walk(ask_for(*NUMBERED, "event-3"), access(served), now=NOW)
        pages = await all_pages(walk)
    assert ids(pages) == list(NUMBERED)
    assert [len(page.records) for page in pages] == [20, 20, 5]
    assert [record.line for page in pages for record in page.records] == list(range(1, 46))
    assert (pages[0].total, pages[-1].fraction) == (45, 1.0)
    assert pages[0].records[0].origin == "yelp event=event-0"
    assert not walk.complete


@pytest.mark.parametrize("wanted", ["são-paulo-festa", "a b", "50%25", "a/b", "what?is#this", "a&b=c"])
async def test_an_id_of_any_spelling_is_asked_for_as_it_is(wanted: str) -> None:
    async with serving(single) as served:
        pages = await all_pages(open_walk(ask_for(wanted), access(served), now=NOW))
    assert ids(pages) == [wanted]
    assert served.asked[0].query == {}


@pytest.mark.parametrize(
    "reply", [refused(404, "NOT_FOUND"), Reply(404, b""), Reply(410, {}), refused(400, "VALIDATION_ERROR")]
)
async def test_an_event_that_is_gone_is_a_record_with_an_error(reply: Reply) -> None:
    async with serving(lambda asked: reply if asked.path.endswith("-2") else single(asked)) as served:
        pages = await all_pages(open_walk(ask_for("a-1", "a-2", "a-3"), access(served), now=NOW))
    (page,) = pages
    assert [record.error is not None for record in page.records] == [False, True, False]
    gone = page.records[1]
    assert gone.error is not None
    assert (gone.origin, gone.data) == ("yelp event=a-2", reply.data)
    assert str(reply.status) in gone.error.message


async def test_what_was_fetched_before_an_error_is_handed_over_first() -> None:
    spent = False

    def limited(asked: Asked) -> Reply:
        return refused(429, "ACCESS_LIMIT_REACHED") if spent and asked.path.endswith("-7") else single(asked)

    spent = True
    async with serving(limited) as served:
        walk = open_walk(ask_for(*NUMBERED[:10]), access(served), now=NOW)
        first = await walk.next_page()
        assert first is not None
        assert ids([first]) == list(NUMBERED[:7])
        with pytest.raises(RateLimitError):
            await walk.next_page()
        spent = False
        assert ids(await all_pages(walk)) == list(NUMBERED[7:10])
    assert [asked.path for asked in served.asked].count("/v3/events/event-6") == 1


@pytest.mark.parametrize(
    "reply",
    [
        refused(500, "INTERNAL_ERROR"),
        refused(401, "TOKEN_INVALID"),
        refused(200, "INTERNAL_ERROR"),
        Reply(200, b"[]"),
        Reply(200, b'{"id": "a'),
        Reply(200, b""),
    ],
)
async def test_what_is_no_answer_to_the_question_is_an_error(reply: Reply) -> None:
    async with serving(lambda asked: reply) as served:
        walk = open_walk(ask_for("a"), access(served), now=NOW)
        with pytest.raises(SpawnerError):
            await walk.next_page()


@pytest.mark.parametrize("cut", [1, 2, 3])
async def test_a_walk_goes_on_behind_any_of_its_pages(cut: int) -> None:
    async with serving(single) as served:
        whole = await all_pages(open_walk(ask_for(*NUMBERED), access(served), now=NOW))
        walk = open_walk(ask_for(*NUMBERED), access(served), cursor=whole[cut - 1].cursor, now=NOW)
        rest = await all_pages(walk)
    assert ids(whole[:cut]) + ids(rest) == list(NUMBERED)
    assert [page.number for page in rest] == list(range(cut + 1, 4))


async def test_pages_are_counted_against_the_most_wanted() -> None:
    async with serving(single) as served:
        ask = Ask.of([*ask_for(*NUMBERED).pairs, ("max-pages", "1")])
        pages = await all_pages(open_walk(ask, access(served), now=NOW))
    assert len(pages) == 1
    assert len(served.asked) == 20


async def test_the_last_good_copy_stands_in_for_an_event_that_cannot_be_had() -> None:
    keeper = MemoryKeeper()
    down = False

    def sometimes(asked: Asked) -> Reply:
        return refused(503, "INTERNAL_ERROR") if down and asked.path.endswith("b") else single(asked)

    async with serving(sometimes) as served:
        await all_pages(open_walk(ask_for("a", "b", "c"), access(served, keeper=keeper), now=fresh()))
        assert set(keeper.pages) == {f"yelp event={one}" for one in "abc"}
        down = True
        walk = open_walk(ask_for("a", "b", "c"), access(served, keeper=keeper), now=fresh())
        pages: list[Page] = []
        for _ in range(3):
            try:
                page = await walk.next_page()
            except SpawnerError:
                page = await walk.last_good_page()
            assert page is not None
            pages.append(page)
    assert ids(pages) == ["a", "b", "c"]
    assert [page.stale for page in pages] == [False, True, False]
    assert json.loads(pages[1].records[0].data)["id"] == "b"
