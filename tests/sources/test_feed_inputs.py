"""Inputs that are addresses, whole documents as inputs, and `auto`: walks over real HTTP and real files."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.errors import ExternalAPIError
from scenescout_tui.imports.prepare import Batch, PrepareOptions, digests, prepare
from scenescout_tui.sources.feed import FeedClient
from scenescout_tui.sources.files import InputError, check_inputs, open_walk
from scenescout_tui.sources.pages import KeptPage, Page, PageWalk, RawRecord
from scenescout_tui.sources.read_options import ReadOptions
from scenescout_tui.sources.url_inputs import account_of, shown_address
from scenescout_tui.sources.web.client import WebClient
from scenescout_tui.sources.whole_reader import WholeReader
from tests.sources.reading import TODAY, calendar, linked, page, vevent
from tests.sources.samples import eventbrite, yelp
from tests.sources.web.gates import CountingGate
from tests.sources.web.hostile import Behaviour, HostileServer, raw, serving, whole

pytestmark = pytest.mark.anyio

FEED = calendar(*(vevent(UID=f"e{n}") for n in range(7)))
TABLE = "Name,Date,Time,Venue,City\n" + "".join(
    f"Night {n},2026-12-0{n},8 pm,Hall,Leeds\n" for n in range(1, 8)
)
RECORDS = "".join(json.dumps(eventbrite(id=str(n))) + "\n" for n in range(7))
PAGE = page(*(linked(url=f"/e/{n}") for n in range(7)))


class Memory:
    """Keeps pages for the length of a test."""

    def __init__(self) -> None:
        self.pages: dict[str, KeptPage] = {}

    async def keep(self, key: str, page: KeptPage) -> None:
        self.pages[key] = page

    async def kept(self, key: str) -> KeptPage | None:
        return self.pages.get(key)


def answering(body: str, *lines: str) -> Behaviour:
    return raw(whole(body.encode(), *lines))


@pytest.fixture
async def server() -> AsyncIterator[HostileServer]:
    behaviours = {
        "feed.ics": answering(FEED, "Content-Type: text/calendar"),
        "empty.ics": answering("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
        "damaged.ics": answering(calendar(vevent(UID="a"), vevent(UID="b", DTSTART="never"))),
        "cut.ics": answering(FEED[:-20]),
        "page": answering(PAGE, "Content-Type: text/html"),
        "table.csv": answering(TABLE),
        "records.json": answering(RECORDS),
        "login": answering("<!doctype html><html>Log in</html>", "Content-Type: text/calendar"),
        "nothing": answering(""),
        "down": raw(whole(b"", status="503 Unavailable")),
    }
    async with serving(behaviours) as running:
        yield running


def client(keeper: Memory | None = None) -> FeedClient:
    return FeedClient(WebClient("feeds", CountingGate(), private=True), keeper or Memory())


def walk(inputs: Sequence[str | Path], source: str = "auto", **options: Any) -> PageWalk:
    read = options.pop("read", ReadOptions()).starting(TODAY)
    return open_walk(inputs, source=source, read=read, **options)


async def pages_of(walking: PageWalk) -> list[Page]:
    pages = []
    while (found := await walking.next_page()) is not None:
        pages.append(found)
    return pages


async def records_of(inputs: Sequence[str | Path], source: str = "auto", **options: Any) -> list[RawRecord]:
    return [record for found in await pages_of(walk(inputs, source, **options)) for record in found.records]


def sources_of(records: Sequence[RawRecord]) -> Counter[str]:
    """What an import of `auto` makes of records: the source of each event, or the words of its failure."""
    batch = Batch("auto p1 b1", "run", 0, "auto", 0, tuple(records))
    options = PrepareOptions()
    found = prepare(batch, options, digests(batch, options), range(len(records)))
    return Counter(one.source if one.error is None else one.error.message for one in found)


def write(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


# --- auto


async def test_auto_tells_each_file_by_what_it_holds_and_not_by_its_name(tmp_path: Path) -> None:
    inputs = [
        write(tmp_path, "a.txt", FEED),
        write(tmp_path, "b.json", PAGE),
        write(tmp_path, "c.ics", json.dumps([linked()])),
        write(tmp_path, "d", "\ufeff" + TABLE),
        write(tmp_path, "e.csv", RECORDS),
        write(tmp_path, "f.html", json.dumps([yelp()])),
        write(tmp_path, "g.html", json.dumps({"@graph": [linked(url="/x")]})),
    ]
    found = sources_of(await records_of(inputs))
    assert found == {"ics": 7, "jsonld": 9, "csv": 7, "eventbrite": 7, "yelp": 1}


async def test_auto_takes_a_mapping_for_columns_it_does_not_know(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "What,On,Where,Town\nSongs,2026-12-01,Hall,Leeds\n")
    (record,) = await records_of([path])
    assert record.error is not None
    assert "CSV" in record.error.message
    mapped = ReadOptions.of(map="title=What,start=On,venue=Where,city=Town")
    assert sources_of(await records_of([path], read=mapped)) == {"csv": 1}


async def test_auto_leaves_what_it_does_not_know_to_the_words_of_the_record_reader(tmp_path: Path) -> None:
    for content, words in ((b"%PDF-1.7 and so on", "PDF"), (b"Dear all,\nplease come\n", "CSV")):
        (record,) = await records_of([write(tmp_path, "a", content)])
        assert record.error is not None
        assert words in record.error.message


@pytest.mark.parametrize("body", [FEED, RECORDS, TABLE, PAGE], ids=["ics", "records", "csv", "page"])
async def test_auto_reads_a_pipe_that_pauses(body: str, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    stdin = os.dup(0)
    os.dup2(reading, 0)
    pause = threading.Event()

    def feed() -> None:
        data = body.encode()
        for start in range(0, len(data), 400):
            os.write(writing, data[start : start + 400])
            pause.wait(0.01)
        os.close(writing)

    writer = threading.Thread(target=feed)
    try:
        writer.start()
        assert len(await records_of(["-"])) == 7
    finally:
        writer.join()
        os.dup2(stdin, 0)
        os.close(stdin)
        os.close(reading)


async def test_json_sources_read_only_json_and_say_what_the_file_is(tmp_path: Path) -> None:
    (record,) = await records_of([write(tmp_path, "a.json", FEED)], "eventbrite")
    assert record.error is not None
    assert record.error.message == "this is no JSON; it looks like iCalendar"
    assert record.error.action == "Import it with `scenescout import ics FILE`."


# --- Whole documents as inputs


@pytest.mark.parametrize(
    ("source", "body"), [("ics", FEED), ("jsonld", PAGE), ("csv", TABLE), ("auto", FEED), ("auto", RECORDS)]
)
async def test_a_walk_goes_on_behind_any_page(source: str, body: str, tmp_path: Path) -> None:
    inputs = [write(tmp_path, "a", body), write(tmp_path, "b", body)]
    pages = await pages_of(walk(inputs, source, page_size=3))
    everything = [record for found in pages for record in found.records]
    assert len(everything) == 14
    assert [(record.origin, record.line) for record in everything] == [
        (str(path), line) for path in inputs for line in range(1, 8)
    ]
    for number, found in enumerate(pages):
        rest = await pages_of(walk(inputs, source, page_size=3, cursor=found.cursor))
        assert [r for p in rest for r in p.records] == [r for p in pages[number + 1 :] for r in p.records]
        assert [p.number for p in rest] == [p.number for p in pages[number + 1 :]]


async def test_a_file_that_has_changed_is_not_gone_on_with(tmp_path: Path) -> None:
    path = write(tmp_path, "a.ics", FEED)
    first = (await pages_of(walk([path], "ics", page_size=3)))[0]
    write(tmp_path, "a.ics", FEED + "\r\n")
    with pytest.raises(InputError, match="has changed"):
        await pages_of(walk([path], "ics", page_size=3, cursor=first.cursor))


async def test_a_series_of_thousands_comes_page_by_page(tmp_path: Path) -> None:
    series = [vevent(UID=f"s{n}", RRULE="FREQ=DAILY") for n in range(5)]
    pages = await pages_of(walk([write(tmp_path, "a.ics", calendar(*series))], "ics", page_size=500))
    # From 1 December 2026 to 23 November 2027 there are 358 days.
    assert [len(found.records) for found in pages] == [500, 500, 500, 290]


async def test_utf16_is_read_by_those_who_read_whole_documents(tmp_path: Path) -> None:
    for source, body in (("ics", FEED), ("csv", TABLE), ("jsonld", PAGE)):
        path = write(tmp_path, source, body.encode("utf-16"))
        check_inputs([path], source)
        assert len(await records_of([path], source)) == 7
        with pytest.raises(InputError, match="UTF-16"):
            check_inputs([path], "eventbrite")


@pytest.mark.parametrize(
    ("data", "words"), [(b"\x1f\x8b\x08\x00", "compressed"), (b" \r\n\t \n", "is empty"), (b"", "is empty")]
)
async def test_a_document_that_cannot_be_read_at_all_says_why(
    data: bytes, words: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words):
        await records_of([write(tmp_path, "a.ics", data)], "ics")


async def test_a_document_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenescout_tui.sources.whole_reader.LARGEST", 1024 * 1024)
    path = write(tmp_path, "a.csv", TABLE + "x" * 1024 * 1024)
    with pytest.raises(InputError, match="larger than 1 MiB") as stopped:
        await records_of([path], "csv")
    assert stopped.value.metadata["action"]


async def test_a_mapping_that_does_not_fit_stops_the_walk_with_the_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", TABLE)
    with pytest.raises(InputError, match="has no column 'Title'"):
        await records_of([path], "csv", read=ReadOptions.of(map="title=Title"))


# --- Addresses


async def test_feeds_of_every_kind_are_imported_from_their_addresses(server: HostileServer) -> None:
    names = ["feed.ics", "page", "table.csv", "records.json"]
    records = await records_of([f"{server.url}/{name}" for name in names], feeds=client())
    assert sources_of(records) == {"ics": 7, "jsonld": 7, "csv": 7, "eventbrite": 7}
    assert [record.origin for record in records[::7]] == [f"{server.url}/{name}" for name in names]
    found = json.loads(records[0].data)
    assert found["account"] == f"{server.url.removeprefix('http://')}/feed.ics"
    # Links of a page are read against its address.
    assert json.loads(records[7].data)["scenescout"]["page"] == f"{server.url}/page"


async def test_files_and_addresses_are_one_walk_and_nothing_waits_for_a_server(
    server: HostileServer, tmp_path: Path
) -> None:
    inputs = [write(tmp_path, "a.ics", FEED), f"{server.url}/feed.ics", write(tmp_path, "b.ics", FEED)]
    pages = await pages_of(walk([str(name) for name in inputs], "ics", feeds=client()))
    assert [len(found.records) for found in pages] == [7, 14]


@pytest.mark.parametrize(
    ("names", "complete"),
    [
        (["feed.ics"], True),
        (["feed.ics", "page"], True),
        (["empty.ics"], True),
        (["damaged.ics"], False),
        (["cut.ics"], False),
        (["login"], False),
    ],
)
async def test_a_walk_is_complete_only_where_each_feed_was_read_whole(
    names: list[str], complete: bool, server: HostileServer
) -> None:
    walking = walk([f"{server.url}/{name}" for name in names], feeds=client())
    assert walking.complete is False
    await pages_of(walking)
    assert walking.complete is complete
    await walking.aclose()
    assert walking.complete is complete


async def test_a_walk_that_is_closed_early_gone_on_with_or_narrowed_is_not_complete(
    server: HostileServer, tmp_path: Path
) -> None:
    url = f"{server.url}/feed.ics"
    early = walk([url], feeds=client(), page_size=3)
    first = await early.next_page()
    assert first is not None
    await early.aclose()
    gone_on = walk([url], feeds=client(), page_size=3, cursor=first.cursor)
    narrowed = walk([url], feeds=client(), read=ReadOptions.of(series_until="2027-01-01"))
    mixed = walk([url, write(tmp_path, "a.ics", FEED)], feeds=client())
    for walking in (gone_on, narrowed, mixed):
        await pages_of(walking)
    assert [walking.complete for walking in (early, gone_on, narrowed, mixed)] == [False] * 4


async def test_a_feed_that_has_not_changed_has_no_records(tmp_path: Path) -> None:
    keeper = Memory()

    async def once(writer: Any) -> None:
        asked = running.seen[-1].lower()
        status = "304 Not Modified" if b"if-none-match" in asked else "200 OK"
        writer.write(whole(FEED.encode() if status[0] == "2" else b"", 'ETag: "1"', status=status))

    async with serving({"feed.ics": once}) as running:
        url = f"{running.url}/feed.ics"
        assert len(await records_of([url], feeds=client(keeper))) == 7
        walking = walk([url, write(tmp_path, "a.ics", FEED)], feeds=client(keeper))
        assert [len(found.records) for found in await pages_of(walking)] == [7]
        unchanged = walk([url], feeds=client(keeper))
        assert await pages_of(unchanged) == []
        assert unchanged.complete is False


async def test_a_feed_that_changed_while_the_run_rested_is_read_from_its_start() -> None:
    bodies = [FEED, calendar(*(vevent(UID=f"new{n}") for n in range(4)))]

    async def changing(writer: Any) -> None:
        writer.write(whole(bodies[min(len(running.seen), 2) - 1].encode()))

    async with serving({"feed.ics": changing}) as running:
        url = f"{running.url}/feed.ics"
        first = await walk([url], feeds=client(), page_size=3).next_page()
        assert first is not None
        rest = await records_of([url], feeds=client(), page_size=3, cursor=first.cursor)
    assert [json.loads(record.data)["uid"] for record in rest] == ["new0", "new1", "new2", "new3"]


async def test_a_feed_that_stays_the_same_is_gone_on_with(server: HostileServer) -> None:
    url = f"{server.url}/feed.ics"
    first = await walk([url], feeds=client(), page_size=3).next_page()
    assert first is not None
    rest = await records_of([url], feeds=client(), page_size=3, cursor=first.cursor)
    assert [record.line for record in rest] == [4, 5, 6, 7]


async def test_a_server_that_is_down_fails_the_page_and_a_kept_copy_takes_its_place(
    server: HostileServer, tmp_path: Path
) -> None:
    keeper = Memory()
    url = f"{server.url}/down"
    inputs = [url, str(write(tmp_path, "a.ics", FEED))]
    walking = walk(inputs, feeds=client(keeper), page_size=5)
    with pytest.raises(ExternalAPIError):
        await walking.next_page()
    assert await walking.last_good_page() is None
    keeper.pages[url] = KeptPage(FEED.encode(), None, None, 0.0)
    # The failure is no end: the same walk can be asked again, and goes on behind the copy.
    with pytest.raises(ExternalAPIError):
        await walking.next_page()
    kept = await walking.last_good_page()
    assert kept is not None
    assert (kept.stale, len(kept.records)) == (True, 5)
    rest = await pages_of(walking)
    assert [(found.stale, len(found.records)) for found in rest] == [(True, 5), (False, 4)]
    assert walking.complete is False


async def test_a_kept_copy_without_records_is_a_page_too(server: HostileServer) -> None:
    keeper = Memory()
    url = f"{server.url}/down"
    keeper.pages[url] = KeptPage(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", None, None, 0.0)
    walking = walk([url], "ics", feeds=client(keeper))
    with pytest.raises(ExternalAPIError):
        await walking.next_page()
    kept = await walking.last_good_page()
    assert kept is not None
    assert (kept.records, kept.stale) == ((), True)
    assert await walking.next_page() is None
    assert walking.complete is False


async def test_an_answer_without_a_body_is_empty_and_no_calendar(server: HostileServer) -> None:
    with pytest.raises(InputError, match="is empty"):
        await records_of([f"{server.url}/nothing"], "ics", feeds=client())


async def test_an_address_needs_somebody_who_fetches_it() -> None:
    with pytest.raises(InputError, match="cannot be fetched here"):
        await records_of(["https://canal.example.org/feed.ics"], "ics")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://canal.example.org/feed.ics", "ftp: addresses cannot be fetched"),
        ("file:///etc/passwd", "file: addresses cannot be fetched"),
        ("https://", "is no address"),
        ("https:///feed.ics", "is no address"),
        ("https://a b.example.org/", "is no address"),
        ("https://[::1/feed", "is no address"),
        ("https://me:secret@canal.example.org/feed.ics", "user or a password"),
        ("https://canal.example.org/" + "x" * 9000, "is no address"),
    ],
)
def test_an_address_that_cannot_be_fetched_is_refused_before_the_run(url: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        check_inputs([url])
    assert "secret" not in str(refused.value)
    assert refused.value.metadata["action"]


@pytest.mark.parametrize(
    "url", ["https://x.example.org/a", "http://127.0.0.1:8/a", "webcal://x.example.org/a"]
)
def test_addresses_are_not_asked_before_the_run(url: str) -> None:
    check_inputs([url], "ics")


def test_secrets_of_an_address_show_nowhere() -> None:
    url = "https://calendar.example.org/feed.ics?token=abcdefgh&user=me#top"
    assert shown_address(url) == "https://calendar.example.org/feed.ics"
    assert account_of("webcal://me:pw@Calendar.example.org/feeds/") == "calendar.example.org/feeds"


def test_feeds_that_differ_in_their_query_alone_have_ids_of_their_own() -> None:
    first, second = (account_of(f"https://x.example.org/ical?token=abcdefgh&cal={n}#top") for n in (1, 2))
    assert first == account_of("webcal://X.example.org/ical?token=abcdefgh&cal=1") != second
    assert "abcdefgh" not in first


def test_a_reader_counts_what_it_has_read() -> None:
    from scenescout_tui.sources.formats import reader_of
    from scenescout_tui.sources.inputs import BodySource

    read = reader_of("ics")
    assert read is not None
    body = FEED.encode()
    reader = WholeReader(BodySource(body, "feed"), read, ReadOptions(today=TODAY))
    records, ended = reader.read(3)
    assert (len(records), ended, reader.consumed) == (3, False, len(body))
    assert reader.position() == {"line": 3, "layout": "document"}
