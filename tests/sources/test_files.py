"""Walks over files, stdin and payloads: what comes, what fails with which words, and how a walk goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import pytest

from scenescout_tui.sources import reader
from scenescout_tui.sources.files import InputError, check_inputs, open_walk
from scenescout_tui.sources.pages import Page, PageWalk, RawRecord
from scenescout_tui.sources.payloads import payload_walk

RECORDS = [{"id": n, "name": "é" * n} for n in range(25)]


def ndjson(records: Sequence[Any]) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def write(folder: Path, data: bytes, name: str = "events.json") -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


async def _pages(walk: PageWalk) -> list[Page]:
    pages = []
    try:
        while (page := await walk.next_page()) is not None:
            pages.append(page)
    finally:
        await walk.aclose()
        await walk.aclose()
    return pages


def pages_of(walk: PageWalk) -> list[Page]:
    return anyio.run(_pages, walk)


def records_of(*inputs: str, **options: Any) -> list[RawRecord]:
    return [record for page in pages_of(open_walk(inputs, **options)) for record in page.records]


def values(records: Sequence[RawRecord]) -> list[Any]:
    assert [record.error for record in records] == [None] * len(records)
    return [json.loads(record.data) for record in records]


LAYOUTS = {
    "list": json.dumps(RECORDS).encode(),
    "pretty list": json.dumps(RECORDS, indent=2).encode(),
    "page": json.dumps({"events": RECORDS, "pagination": {"page_number": 1}}).encode(),
    "total": json.dumps({"events": RECORDS, "total": 25}).encode(),
    "lines": ndjson(RECORDS),
    "lines, CR LF": ndjson(RECORDS).replace(b"\n", b"\r\n"),
    "lines with gaps": ndjson(RECORDS).replace(b"\n", b"\n\n \n"),
    "with BOM": b"\xef\xbb\xbf" + ndjson(RECORDS),
    "list with BOM": b"\xef\xbb\xbf" + json.dumps(RECORDS).encode(),
    "pages": b"".join(json.dumps({"events": RECORDS[n : n + 5]}).encode() for n in range(0, 25, 5)),
    "page per line": b"".join(
        json.dumps({"events": RECORDS[n : n + 5]}).encode() + b"\n" for n in range(0, 25, 5)
    ),
    "pretty objects": b"\n".join(json.dumps(record, indent=2).encode() for record in RECORDS),
}


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@pytest.mark.parametrize("whole", [True, False], ids=["read at once", "streamed"])
def test_every_layout_gives_every_record_with_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: str, whole: bool
) -> None:
    monkeypatch.setattr(reader, "WHOLE", 1 << 20 if whole else 0)
    path = write(tmp_path, LAYOUTS[layout])
    found = records_of(path, page_size=4)
    assert values(found) == RECORDS
    assert [record.line for record in found] == list(range(1, 26))
    assert {record.origin for record in found} == {path}


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@pytest.mark.parametrize("whole", [True, False], ids=["read at once", "streamed"])
def test_a_walk_goes_on_behind_any_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: str, whole: bool
) -> None:
    monkeypatch.setattr(reader, "WHOLE", 1 << 20 if whole else 0)
    inputs = [write(tmp_path, LAYOUTS[layout]), write(tmp_path, ndjson(RECORDS), "more.ndjson")]
    pages = pages_of(open_walk(inputs, page_size=4))
    for done, page in enumerate(pages, 1):
        rest = pages_of(open_walk(inputs, page_size=4, cursor=page.cursor))
        assert [one.records for one in rest] == [one.records for one in pages[done:]]
        assert [one.number for one in rest] == [one.number for one in pages[done:]]


def test_several_inputs_are_one_walk_and_numbers_start_anew_in_each(tmp_path: Path) -> None:
    one, two = (
        write(tmp_path, ndjson(RECORDS[:3]), "1"),
        write(tmp_path, json.dumps(RECORDS[3:5]).encode(), "2"),
    )
    found = records_of(one, two)
    assert values(found) == RECORDS[:5]
    assert [(record.origin, record.line) for record in found] == [
        (one, 1),
        (one, 2),
        (one, 3),
        (two, 1),
        (two, 2),
    ]


def test_raw_bytes_are_kept_exactly(tmp_path: Path) -> None:
    odd = b'{ "a" :\t1.50 , "b":"\\u00e9" }'
    assert [record.data for record in records_of(write(tmp_path, b"[" + odd + b" , " + odd + b"]"))] == [
        odd,
        odd,
    ]


def test_an_empty_list_is_no_record_and_no_error(tmp_path: Path) -> None:
    assert records_of(write(tmp_path, b"[]")) == []
    assert records_of(write(tmp_path, b'{"events": [], "pagination": {"object_count": 0}}')) == []


def test_pages_tell_how_far_the_walk_is(tmp_path: Path) -> None:
    fractions = [
        page.fraction for page in pages_of(open_walk([write(tmp_path, ndjson(RECORDS))], page_size=5))
    ]
    assert fractions == sorted(fractions, key=lambda fraction: fraction or 0)
    assert fractions[-1] == 1.0


@pytest.mark.parametrize("layout", ["list", "lines"])
def test_a_bad_record_stands_alone(tmp_path: Path, layout: str) -> None:
    good = [json.dumps(record).encode() for record in RECORDS[:2]]
    bad = b'{"id": NaN}'
    data = (
        b"[" + b",".join([good[0], bad, good[1]]) + b"]"
        if layout == "list"
        else b"\n".join([good[0], bad, good[1]])
    )
    assert [record.data for record in records_of(write(tmp_path, data))] == [good[0], bad, good[1]]


def test_a_damaged_first_line_does_not_hide_the_others(tmp_path: Path) -> None:
    found = records_of(write(tmp_path, b'{"id": 1, "name": "x\n' + ndjson(RECORDS[:3])))
    assert values(found[-3:]) == RECORDS[:3]
    assert found[0].data == b'{"id": 1, "name": "x'


def test_a_truncated_file_gives_its_records_and_the_tail_as_one_bad_record(tmp_path: Path) -> None:
    data = json.dumps(RECORDS).encode()[:-30]
    found = records_of(write(tmp_path, data))
    assert values(found[:-1]) == RECORDS[: len(found) - 1]
    assert found[-1].error is not None
    assert data.endswith(found[-1].data)
    assert found[-1].error.action


def test_a_scalar_is_a_record_that_an_adapter_will_refuse(tmp_path: Path) -> None:
    assert [record.data for record in records_of(write(tmp_path, b"5"))] == [b"5"]
    assert [record.data for record in records_of(write(tmp_path, b'[1, "x", null]'))] == [
        b"1",
        b'"x"',
        b"null",
    ]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "iCalendar"),
        (b"<!DOCTYPE html>\n<html></html>", "HTML"),
        (b"<?xml version='1.0'?><rss/>", "XML"),
        (b"title,start,venue\nA,2026-01-01,Hall\n", "CSV"),
        (b"just some words", "text"),
    ],
)
def test_a_file_of_another_kind_is_one_failed_record_that_says_so(
    tmp_path: Path, data: bytes, kind: str
) -> None:
    (only,) = records_of(write(tmp_path, data))
    assert only.error is not None
    assert f"looks like {kind}" in only.error.message
    assert only.data == data


# Of 256 possible bytes each once is what no text and no record looks like.
EVERY_BYTE = bytes(range(256))


@pytest.mark.parametrize(
    "data",
    [
        EVERY_BYTE,
        b"{" + EVERY_BYTE[1:],
        b"[\n{" + EVERY_BYTE * 5000 + b"\n[" + EVERY_BYTE,
        bytes(100),
        b"\x00",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00",
        b"\x7fELF\x02\x01\x01\x00\x00\x00a,b\n",
    ],
)
def test_binary_data_is_one_failed_record_that_says_so(tmp_path: Path, data: bytes) -> None:
    (only,) = records_of(write(tmp_path, data))
    assert only.error is not None
    assert only.error.message == "this is binary data, no JSON"
    assert only.error.action
    assert only.data == data


@pytest.mark.parametrize("device", ["/dev/urandom", "/dev/zero"])
def test_a_device_without_end_is_one_failed_record(device: str) -> None:
    (only,) = records_of(device)
    assert only.error is not None
    assert only.error.message == "this is binary data, no JSON"


@pytest.mark.parametrize("head", [b"SQLite format 3\x00" + bytes(80), b"%PDF-1.7\n[1]\n" + bytes(80)])
def test_binary_data_with_a_name_is_called_by_it(tmp_path: Path, head: bytes) -> None:
    (only,) = records_of(write(tmp_path, head))
    assert only.error is not None
    assert "looks like" in only.error.message


@pytest.mark.parametrize("damage", [b'{"id": "\x00"}\n', bytes(5000) + b"\n", b'{"id": "\x01\x02\x03\n'])
def test_control_characters_in_one_record_do_not_hide_the_others(tmp_path: Path, damage: bytes) -> None:
    found = records_of(write(tmp_path, damage + ndjson(RECORDS)))
    assert values(found[-len(RECORDS) :]) == RECORDS
    assert len(found) == len(RECORDS) + 1


@pytest.mark.parametrize("tail", [b"", b',"pagination":{}}', b',"total":3}'])
def test_a_small_page_with_a_damaged_record_keeps_the_others(tmp_path: Path, tail: bytes) -> None:
    good = [b'{"id":"1"}', b'{"id":"3"}']
    if tail:
        found = records_of(
            write(tmp_path, b'{"events":[' + good[0] + b',{"id":"2","a":[1},' + good[1] + b"]" + tail)
        )
    else:
        found = records_of(write(tmp_path, b'{"events":[' + good[0] + b"," + good[1] + b","))
    assert [record.data for record in found if record.error is None] == good
    (bad,) = [record for record in found if record.error is not None]
    assert bad.error is not None
    assert bad.error.action


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \n\xef", None),
        (b"\n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\x1f\x8b\x08rest", "compressed"),
        (b"PK\x03\x04rest", "ZIP"),
        ('{"a": 1}'.encode("utf-16"), "UTF-16"),
        ('{"a": 1}'.encode("utf-16-le"), "UTF-16"),
        ('{"a": 1}'.encode("utf-16-be"), "UTF-16"),
        ('{"a": 1}'.encode("utf-32"), "UTF-32"),
    ],
)
def test_inputs_are_judged_before_a_run_starts(tmp_path: Path, data: bytes, words: str | None) -> None:
    path = write(tmp_path, data)
    if words is None:
        check_inputs([path])
        return
    with pytest.raises(InputError, match=words) as refused:
        check_inputs([path])
    assert path in str(refused.value)
    assert refused.value.code == "INPUT_ERROR"
    assert refused.value.metadata["action"]


def test_missing_files_directories_and_nothing_are_named(tmp_path: Path) -> None:
    good = write(tmp_path, b"[]")
    for bad, words in (
        (tmp_path / "none.json", "cannot be read"),
        (tmp_path, "is a directory"),
        ("a\0b", "cannot be read"),
    ):
        with pytest.raises(InputError, match=words):
            check_inputs([good, bad])
    with pytest.raises(InputError, match="no input"):
        check_inputs([])
    with pytest.raises(InputError, match="twice"):
        check_inputs(["-", "-"])
    check_inputs([good, "-"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, b"[]")
    os.chmod(path, 0)
    with pytest.raises(InputError, match="Permission denied"):
        check_inputs([path])


def test_a_file_name_is_made_safe_before_it_becomes_an_origin(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(str(tmp_path)) + b"/a\x1b[31m\xff.json")
    Path(path).write_bytes(b"[{}]")
    (only,) = records_of(path)
    assert "\x1b" not in only.origin
    only.origin.encode()


def test_a_changed_file_cannot_be_taken_up_again(tmp_path: Path) -> None:
    path = write(tmp_path, ndjson(RECORDS))
    (first, *_) = pages_of(open_walk([path], page_size=4))
    write(tmp_path, ndjson(RECORDS + RECORDS))
    with pytest.raises(InputError, match="has changed"):
        pages_of(open_walk([path], cursor=first.cursor))


@pytest.mark.parametrize(
    "cursor", ["", "x", "[]", "{}", '{"input": "a", "page": 1}', '{"input":9,"page":1,"name":"q"}']
)
def test_a_cursor_that_fits_nothing_is_refused(tmp_path: Path, cursor: str) -> None:
    with pytest.raises(InputError):
        open_walk([write(tmp_path, b"[]")], cursor=cursor)


def test_stdin_is_read_as_bytes_and_cannot_be_taken_up_again() -> None:
    program = (
        "import anyio, json\n"
        "from scenescout_tui.sources.files import open_walk\n"
        "async def main():\n"
        "    walk = open_walk(['-'], page_size=2)\n"
        "    while (page := await walk.next_page()) is not None:\n"
        "        print(json.dumps([[r.data.decode(), r.line, r.origin] for r in page.records]))\n"
        "        print(page.cursor)\n"
        "anyio.run(main)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=ndjson(RECORDS[:3]),
        capture_output=True,
        timeout=60,
        check=True,
    )
    lines = done.stdout.decode().splitlines()
    found = json.loads(lines[0]) + json.loads(lines[2])
    assert [json.loads(record[0]) for record in found] == RECORDS[:3]
    assert {record[2] for record in found} == {"stdin"}
    with pytest.raises(InputError, match="second time"):
        open_walk(["-"], cursor=lines[1])


def test_a_pipe_that_pauses_gives_what_it_has(tmp_path: Path) -> None:
    path = str(tmp_path / "pipe")
    os.mkfifo(path)

    async def main() -> None:
        walk = open_walk([path], page_size=100)
        writer = os.open(path, os.O_RDWR)
        try:
            os.write(writer, ndjson(RECORDS[:2]))
            with anyio.fail_after(10):
                page = await walk.next_page()
            assert page is not None
            assert values(page.records) == RECORDS[:2]
            with anyio.move_on_after(0.5) as waited:
                await walk.next_page()
            assert waited.cancelled_caught
        finally:
            os.close(writer)
            await walk.aclose()

    anyio.run(main)


@pytest.mark.parametrize("given", [b"", b" \n\n", b"\xef\xbb\xbf"])
def test_an_empty_stdin_is_an_error_that_names_it_and_says_what_to_do(given: bytes) -> None:
    program = (
        "import anyio\n"
        "from scenescout_tui.sources.files import InputError, open_walk\n"
        "try:\n"
        "    anyio.run(open_walk(['-']).next_page)\n"
        "except InputError as error:\n"
        "    print(error.message, '|', error.metadata['action'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=given, capture_output=True, timeout=60, check=True
    )
    message, _, action = done.stdout.decode().strip().partition(" | ")
    assert message == "stdin is empty"
    assert "the program that writes into it" in action


def test_memory_stays_flat_over_a_long_file(tmp_path: Path) -> None:
    path = tmp_path / "long.ndjson"
    record = json.dumps({"id": 1, "text": "x" * 1800}).encode() + b"\n"
    with path.open("wb") as file:
        for _ in range(40):
            file.write(record * 1000)

    async def main() -> int:
        walk, count = open_walk([path]), 0
        while (page := await walk.next_page()) is not None:
            count += len(page.records)
        return count

    tracemalloc.start()
    assert anyio.run(main) == 40_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 1024 * 1024


def test_payloads_become_records_in_order() -> None:
    pages = pages_of(payload_walk(RECORDS, page_size=10))
    assert [record for page in pages for record in values(page.records)] == RECORDS
    assert [page.total for page in pages] == [25, 25, 25]
    assert pages[-1].fraction == 1.0


def test_decimals_and_times_of_a_program_become_texts() -> None:
    (page,) = pages_of(payload_walk([{"price": Decimal("19.99")}]))
    assert page.records[0].data == b'{"price":"19.99"}'


LOOP: list[Any] = []
LOOP.append(LOOP)
DEEP: Any = []
for _ in range(100_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"a": float("nan")}, "NaN"),
        ({"a": float("-inf")}, "NaN and Infinity"),
        ({"a": "\ud800"}, "surrogate"),
        ({"a": 10**5000}, "out of range"),
        ({"a": {1, 2}}, "no JSON value"),
        ({"a": LOOP}, "contains itself"),
        ({"a": DEEP}, "nested too deeply"),
        (b"bytes", "no JSON value"),
    ],
    ids=["NaN", "Infinity", "surrogate", "huge", "set", "loop", "deep", "bytes"],
)
def test_a_payload_that_is_no_json_becomes_a_record_with_its_reason(payload: Any, words: str) -> None:
    (page,) = pages_of(payload_walk([{"a": 1}, payload, {"a": 2}]))
    good, bad, last = page.records
    assert (good.error, last.error) == (None, None)
    assert bad.error is not None
    assert words in bad.error.message
    assert bad.data


def test_a_payload_that_is_no_object_is_a_record_for_the_adapter_to_refuse() -> None:
    (page,) = pages_of(payload_walk([5, "x", None, []]))
    assert [record.data for record in page.records] == [b"5", b'"x"', b"null", b"[]"]
