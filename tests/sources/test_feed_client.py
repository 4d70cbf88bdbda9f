"""Feeds are asked for only where they have changed, and their refusals are told in words."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from scenescout_tui.errors import DatabaseError, ExternalAPIError, RateLimitError
from scenescout_tui.sources.feed import FeedClient, feed_key
from scenescout_tui.sources.pages import KeptPage
from scenescout_tui.sources.web.client import WebClient
from tests.sources.web.gates import CountingGate, FakedNames, MemoryKeeper
from tests.sources.web.hostile import Behaviour, HostileServer, Stream, raw, redirecting, serving, whole

pytestmark = pytest.mark.anyio

CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
DATE = "Sat, 01 Nov 2025 10:00:00 GMT"


def refusing(status: str, *lines: str) -> Behaviour:
    return raw(whole(b"<html>", *lines, status=status))


@pytest.fixture
async def server() -> AsyncIterator[HostileServer]:
    async def conditional(writer: Stream) -> None:
        asked = running.seen[-1].lower()
        if b'if-none-match: w/"v1"' in asked and f"if-modified-since: {DATE}".lower().encode() in asked:
            writer.write(whole(b"", status="304 Not Modified"))
        else:
            lines = ['ETag: W/"v1"', f"Last-Modified: {DATE}", "Content-Type: text/calendar; charset=utf-8"]
            writer.write(whole(CALENDAR, *lines))

    behaviours = {
        "feed.ics": conditional,
        "plain": raw(whole(CALENDAR)),
        "strange": raw(whole(CALENDAR, 'ETag: "caf\xe9"', "Last-Modified: yesterday")),
        "moved": redirecting("/feed.ics", "301 Moved Permanently"),
        "304": refusing("304 Not Modified"),
        "401": refusing("401 Unauthorized"),
        "403": refusing("403 Forbidden"),
        "404": refusing("404 Not Found"),
        "410": refusing("410 Gone"),
        "429": refusing("429 Too Many", "Retry-After: 17"),
        "503": refusing("503 Unavailable", "Retry-After: 30"),
        "500": refusing("500 Oh"),
        "204": refusing("204 No Content"),
        "206": refusing("206 Partial Content"),
        "300": refusing("300 Multiple Choices"),
        "301": refusing("301 Moved"),
        "418": refusing("418 Teapot"),
    }
    async with serving(behaviours) as running:
        yield running


def feeds(keeper: MemoryKeeper) -> FeedClient:
    return FeedClient(WebClient("ics", CountingGate(), private=True), keeper)


async def test_a_feed_that_has_not_changed_is_not_sent_again(server: HostileServer) -> None:
    client = feeds(MemoryKeeper())
    url = f"{server.url}/feed.ics"
    first = await client.fetch(url)
    assert first is not None
    assert (first.body, first.url, first.stale) == (CALENDAR, url, False)
    assert first.content_type == "text/calendar; charset=utf-8"
    assert b"if-none-match" not in server.seen[0].lower()
    assert await client.fetch(url) is None


async def test_a_feed_behind_a_redirect_is_asked_for_changes_as_well(server: HostileServer) -> None:
    client = feeds(MemoryKeeper())
    assert await client.fetch(f"{server.url}/moved") is not None
    assert await client.fetch(f"{server.url}/moved") is None


async def test_a_feed_without_marks_is_fetched_each_time(server: HostileServer) -> None:
    keeper = MemoryKeeper()
    client = feeds(keeper)
    for _ in range(2):
        assert await client.fetch(f"{server.url}/plain") is not None
    assert list(keeper.pages) == [f"{server.url}/plain"]


async def test_a_mark_that_no_header_can_hold_is_not_sent_back(server: HostileServer) -> None:
    keeper = MemoryKeeper()
    client = feeds(keeper)
    for _ in range(2):
        assert await client.fetch(f"{server.url}/strange") is not None
    (page,) = keeper.pages.values()
    assert (page.etag, page.last_modified) == (None, "yesterday")
    assert b"if-modified-since: yesterday" in server.seen[-1].lower()


async def test_unchanged_is_an_error_where_nobody_asked(server: HostileServer) -> None:
    with pytest.raises(ExternalAPIError, match="answered 304") as caught:
        await feeds(MemoryKeeper()).fetch(f"{server.url}/304")
    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("status", "words", "retryable", "wait"),
    [
        (401, "it wants a login", False, None),
        (403, "it wants a login", False, None),
        (404, "it is no longer there", False, None),
        (410, "it is no longer there", False, None),
        (418, "answered 418", False, None),
        (503, "answered 503", True, 30.0),
        (500, "answered 500", True, None),
        (204, "that is no feed", False, None),
        (206, "that is no feed", False, None),
        (300, "that is no feed", False, None),
        (301, "that is no feed", False, None),
    ],
)
async def test_a_refusal_is_told_in_words(
    server: HostileServer, status: int, words: str, retryable: bool, wait: float | None
) -> None:
    keeper = MemoryKeeper()
    with pytest.raises(ExternalAPIError, match=words) as caught:
        await feeds(keeper).fetch(f"{server.url}/{status}")
    error = caught.value
    assert (error.status_code, error.retryable, error.retry_after) == (status, retryable, wait)
    assert keeper.pages == {}


async def test_a_server_that_asks_to_wait_is_waited_for(server: HostileServer) -> None:
    with pytest.raises(RateLimitError) as caught:
        await feeds(MemoryKeeper()).fetch(f"{server.url}/429")
    assert caught.value.retry_after == 17.0


async def test_the_last_good_copy_is_marked_as_old(server: HostileServer) -> None:
    client = feeds(MemoryKeeper())
    url = f"{server.url}/feed.ics?token=abcdefg"
    assert await client.last_good(url) is None
    fetched = await client.fetch(url)
    kept = await client.last_good(url)
    assert fetched is not None
    assert kept is not None
    assert (kept.body, kept.stale, kept.fetched_at) == (CALENDAR, True, fetched.fetched_at)
    assert kept.url == fetched.url == f"{server.url}/feed.ics?token=•••"


async def test_a_copy_whose_body_was_not_kept_is_none() -> None:
    keeper = MemoryKeeper()
    keeper.pages["https://feed.example/"] = KeptPage(None, '"v1"', None, 0.0)
    assert await feeds(keeper).last_good("https://feed.example/") is None


async def test_webcal_is_asked_for_over_https() -> None:
    network = FakedNames({}, 9)
    client = FeedClient(WebClient("ics", CountingGate(), network=network), MemoryKeeper())
    with pytest.raises(ExternalAPIError, match="cannot be resolved"):
        await client.fetch("webcal://feed.example/team.ics")
    assert network.asked == ["feed.example"]


def test_a_feed_is_kept_under_a_name_without_secrets() -> None:
    plain = "https://feed.example/team.ics?lang=de"
    assert feed_key(plain) == plain
    one = feed_key("https://name:word-1234@feed.example/team.ics?token=secret-1&lang=de")
    two = feed_key("https://name:word-1234@feed.example/team.ics?token=secret-2&lang=de")
    assert one.startswith("https://feed.example/team.ics?token=•••&lang=de ")
    assert one != two
    assert "secret" not in one + two
    assert "word" not in one + two


async def test_a_feed_whose_copy_cannot_be_kept_is_a_good_feed_all_the_same(server: HostileServer) -> None:
    """Pitfall 16."""

    class Lost(MemoryKeeper):
        async def keep(self, key: str, page: KeptPage) -> None:
            raise DatabaseError("keep_page", "the disk is full")

    found = await feeds(Lost()).fetch(f"{server.url}/plain")
    assert found is not None
    assert found.body == CALENDAR
