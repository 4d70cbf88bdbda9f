"""An export holds every event exactly, is complete or absent, and no cell of it is a formula."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.cli import export
from scenescout_tui.cli.words import EVENT_FIELDS, event_json
from scenescout_tui.store.rows import EventRow
from tests.cli.conftest import COMMAND, Program

START = datetime(2026, 11, 23, 20, tzinfo=UTC)
HOSTILE = '=HYPERLINK("http://x","\x1b[2Jhi")\u202e'


def event(**given: Any) -> EventRow:
    """An event with nothing but what every event has."""
    blank: dict[str, Any] = {field.name: None for field in fields(EventRow)}
    lists = dict.fromkeys(("category_raw", "tags", "quality", "sources"), ())
    times = {"starts_at": START, "created_at": START, "updated_at": START}
    rest = {
        "id": "1",
        "title": "A",
        "status": "scheduled",
        "attendance": "unknown",
        "all_day": False,
        "record_count": 1,
    }
    return EventRow(**{**blank, **lists, **times, **rest, "field_sources": {}, **given})


def test_json_ndjson_and_csv_hold_the_same_events(verb: Program, filled: Path) -> None:
    everything = verb("events", "--limit", "1000", "--json", "--database", filled).json["events"]
    waiting = [one for one in everything if one["status"] == "pending"]
    listed = [one for one in everything if one not in waiting]
    assert waiting
    assert verb("export", "--status", "pending", "--database", filled).json == waiting
    assert verb("export", "--database", filled).json == listed
    lines = verb("export", "--format", "ndjson", "--database", filled).out.splitlines()
    assert [json.loads(line) for line in lines] == listed
    table = list(csv.DictReader(io.StringIO(verb("export", "--format", "csv", "--database", filled).out)))
    assert [row["id"] for row in table] == [one["id"] for one in listed]
    assert set(table[0]) == set(listed[0])


def test_no_events_are_an_empty_list_and_a_header(verb: Program, database: Path) -> None:
    assert verb("export", "--database", database).json == []
    assert verb("export", "--format", "ndjson", "--database", database).out == ""
    assert verb("export", "--format", "csv", "--database", database).out.startswith("id,title,")


def test_the_columns_others_count_on_are_there() -> None:
    promised = "id title starts_at ends_at timezone venue_name city country latitude longitude status url"
    assert set(promised.split()) <= set(EVENT_FIELDS)


def test_json_holds_hostile_text_exactly_and_harmlessly() -> None:
    stream = io.BytesIO()
    export._write_json(stream, [event(title=HOSTILE), event(title="Kraków")])
    text = stream.getvalue().decode()
    assert [one["title"] for one in json.loads(text)] == [HOSTILE, "Kraków"]
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "Kraków" in text


@pytest.mark.parametrize("title", ["=1+1", "+1", "@SUM(A1)", "-1+1", "\t=1", " =1", HOSTILE])
def test_no_csv_cell_is_a_formula(title: str) -> None:
    stream = io.BytesIO()
    export._write_csv(stream, [event(title=title, venue_name=title, tags=(title,), city="Łódź")])
    (row,) = csv.DictReader(io.StringIO(stream.getvalue().decode("utf-8"), newline=""))
    for cell in (row["title"], row["venue_name"], row["tags"]):
        assert cell.startswith("'")
        assert "\x1b" not in cell
    assert row["city"] == "Łódź"


def test_numbers_in_csv_stay_numbers() -> None:
    stream = io.BytesIO()
    export._write_csv(stream, [event(latitude=-33.8688, price_min=0, is_free=False, capacity=None)])
    (row,) = csv.DictReader(io.StringIO(stream.getvalue().decode()))
    assert (row["latitude"], row["price_min"], row["is_free"], row["capacity"]) == (
        "-33.8688",
        "0",
        "false",
        "",
    )


@pytest.mark.parametrize(
    ("name", "first"), [("e.csv", "id,"), ("e.ndjson", "{"), ("e.jsonl", "{"), ("e.json", "[")]
)
def test_the_name_of_the_file_tells_the_format(
    verb: Program, filled: Path, tmp_path: Path, name: str, first: str
) -> None:
    answer = verb("export", "--output", tmp_path / name, "--json", "--database", filled)
    assert answer.status == 0
    assert answer.json["count"] > 10
    assert (tmp_path / name).read_text().startswith(first)


def test_filters_hold_for_exports_too(verb: Program, filled: Path) -> None:
    exported = verb("export", "--source", "yelp", "--database", filled).json
    assert exported == verb("events", "--source", "yelp", "--json", "--database", filled).json["events"]


def test_an_export_that_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    output = tmp_path / "events.json"
    output.write_text("old")

    def breaking() -> Iterator[EventRow]:
        yield event()
        raise RuntimeError("the disk has gone")

    with pytest.raises(RuntimeError), export._complete_or_not_at_all(output) as stream:
        export._write_json(stream, breaking())
    assert output.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["events.json"]


def test_a_folder_that_is_not_there_exits_2(verb: Program, filled: Path, tmp_path: Path) -> None:
    answer = verb("export", "--output", tmp_path / "no" / "events.json", "--database", filled)
    assert answer.status == 2
    assert str(tmp_path / "no") in answer.err


def test_events_are_written_one_by_one() -> None:
    """A million events must not need more memory than a few: nothing is asked for before it is written."""
    written: list[int] = []

    class Stream(io.BytesIO):
        def write(self, block: Any) -> int:
            written.append(len(block))
            return len(block)

    def counting() -> Iterator[EventRow]:
        for number in range(1_000):
            before = len(written)
            yield event(id=str(number))
            assert len(written) > before

    for write in (export._write_json, export._write_ndjson, export._write_csv):
        assert write(Stream(), counting()) == 1_000


def test_a_reader_that_has_seen_enough_ends_the_export_quietly(filled: Path) -> None:
    command = " ".join([*COMMAND, "export", "--format", "ndjson", "--database", str(filled)])
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -n 1; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout.splitlines()) == 1


def test_a_changed_event_is_what_is_exported() -> None:
    assert event_json(replace(event(), title="B"))["title"] == "B"


def test_an_output_that_is_a_directory_exits_2_and_names_it(
    verb: Program, filled: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    answer = verb("export", "--output", folder, "--database", filled)
    assert answer.status == 2
    assert f"{folder} is a directory" in answer.err
    assert not list(folder.iterdir())
