"""A city's agenda recorded at two moments: the second import says exactly what has changed between them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.imports.commands import ImportOptions, StartImport
from scenescout_tui.imports.report import RunReport
from scenescout_tui.sources.read_options import ReadOptions
from tests.imports.engines import engine, report, tell

AGENDA = Path(__file__).parents[3] / "shared" / "payloads" / "dumps" / "madrid-agenda"
NEWER = AGENDA / "206974-0-agenda-eventos-culturales-100.json"
OLDER = AGENDA / f"aux-{NEWER.name}"
COLUMNS = {
    "title": "title",
    "start": "dtstart",
    "end": "dtend",
    "venue": "event-location",
    "id": "id",
    "url": "link",
    "description": "description",
    "category": "@type",
    "latitude": "location.latitude",
    "longitude": "location.longitude",
}
READ = ReadOptions.of(
    map=",".join(f"{field}={column}" for field, column in COLUMNS.items()) + ",price=-",
    timezone="Europe/Madrid",
    place="Madrid",
)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not AGENDA.is_dir(), reason="the recorded payloads are not here"),
]


def agenda(path: Path) -> dict[str, dict[str, Any]]:
    """The records of a file by their ids, as far as the mapping reads them, without runs of white space."""
    read = {column.partition(".")[0] for column in COLUMNS.values()}
    records = json.loads(path.read_bytes())["@graph"]
    return {
        record["id"]: {name: " ".join(str(record.get(name)).split()) for name in read} for record in records
    }


def test_the_second_of_two_snapshots_reports_exactly_what_changed(tmp_path: Path) -> None:
    older, newer = agenda(OLDER), agenda(NEWER)
    new = newer.keys() - older.keys()
    changed = {one for one in newer.keys() & older.keys() if newer[one] != older[one]}
    # Both as the index of the recordings has them: 13 differ, one of them in white space alone.
    assert (len(older), len(newer), len(new), len(changed)) == (990, 1000, 29, 12)
    with engine(tmp_path / "events.db") as handle:

        def imported(path: Path) -> RunReport:
            options = ImportOptions(read=READ, all_results=True)
            started = tell(handle, StartImport("csv", inputs=(str(path),), options=options))
            assert started.ok, started.message
            return report(handle, started.data["run_id"])

        first, second, third = imported(OLDER), imported(NEWER), imported(NEWER)
    assert (first.counts.finished, first.counts.failed, first.counts.updated) == (990, 0, 0)
    outcomes = {one.external_id: one.outcome for one in second.results}
    assert {one for one, outcome in outcomes.items() if outcome == "updated"} == changed
    assert {one for one, outcome in outcomes.items() if outcome in ("created", "review")} == new
    assert second.counts.unchanged == len(newer) - len(changed) - len(new)
    assert third.counts.unchanged == 1000
