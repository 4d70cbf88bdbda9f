"""A year of conferences in lists by topic: the same conference in several lists is one event."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest

from scenescout_tui.imports.commands import ImportOptions, StartImport
from scenescout_tui.sources.read_options import ReadOptions
from tests.imports.engines import engine, report, tell

LISTS = Path(__file__).parents[3] / "shared" / "payloads" / "dumps" / "tech-conferences" / "2025"
COLUMNS = "title=name,start=startDate,end=endDate,venue=city,city=city,country=country,online=online,url=url"

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not LISTS.is_dir(), reason="the recorded payloads are not here"),
]


#: Name, first day, city and page.
Conference = tuple[str, str, str, str]


def conferences(paths: list[Path]) -> set[Conference]:
    records = [record for path in paths for record in json.loads(path.read_bytes())]
    return {
        (" ".join(one["name"].split()), one["startDate"], one.get("city", ""), one["url"]) for one in records
    }


def events_of(database: Path, inputs: list[Path], columns: str) -> dict[Conference, set[str]]:
    """Import lists one after the other; return the events of each conference."""
    with engine(database) as handle:
        for path in inputs:
            options = ImportOptions(read=ReadOptions.of(map=columns))
            started = tell(handle, StartImport("csv", inputs=(str(path),), options=options))
            assert started.ok, started.message
            assert report(handle, started.data["run_id"]).counts.failed == 0
    found = defaultdict(set)
    with closing(sqlite3.connect(database)) as connection:
        for event_id, content in connection.execute(
            "SELECT r.event_id, c.normalised FROM source_records r "
            "JOIN record_contents c ON c.record_id = r.id"
        ):
            event = json.loads(content)
            city = (event.get("venue") or {}).get("city") or ""
            found[event["title"], event["start_local"], city, event["url"]].add(event_id)
    return found


def one_event_for_others(found: dict[Conference, set[str]]) -> list[set[Conference]]:
    """Conferences of other days or cities that became one event."""
    by_event = defaultdict(set)
    for one, event_ids in found.items():
        for event_id in event_ids:
            by_event[event_id].add(one)
    return [group for group in by_event.values() if len({one[1:3] for one in group}) > 1]


def test_a_conference_in_several_lists_is_one_event(tmp_path: Path) -> None:
    paths = sorted(LISTS.glob("*.json"))
    found = events_of(tmp_path / "events.db", paths, COLUMNS)
    # A line without an id is known by its name, its day and its place.
    assert {one[:3] for one in found} == {one[:3] for one in conferences(paths)}
    assert len(found) > 400
    assert [one for one, event_ids in found.items() if len(event_ids) > 1] == []
    assert one_event_for_others(found) == []


def test_lists_that_number_their_lines_do_not_make_two_of_one(tmp_path: Path) -> None:
    numbered = []
    for path in sorted(LISTS.glob("*.json")):
        records = json.loads(path.read_bytes())
        lines = [record | {"line": f"{path.stem} {number}"} for number, record in enumerate(records)]
        numbered.append(tmp_path / path.name)
        numbered[-1].write_text(json.dumps(lines))
    found = events_of(tmp_path / "events.db", numbered, f"{COLUMNS},id=line")
    assert set(found) == conferences(numbered)
    assert [one for one, event_ids in found.items() if len(event_ids) > 1] == []
    assert one_event_for_others(found) == []
