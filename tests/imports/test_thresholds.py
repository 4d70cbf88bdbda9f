"""The settings of matching reach the decisions of an import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.imports.commands import ImportOptions, StartImport
from tests.imports.engines import engine, report, tell

CONCERT = "title,start,timezone,venue,city,url\nNubya Garcia,2027-02-02 20:00,Europe/London,Canal Hall,Leeds,"


@pytest.mark.parametrize(
    ("flags", "outcome"),
    [({}, "duplicate"), ({"match_most_records": 1}, "review"), ({"match_link": 100}, "duplicate")],
)
def test_what_is_linked_depends_on_the_settings(tmp_path: Path, flags: dict[str, Any], outcome: str) -> None:
    calendar, table = tmp_path / "hall.ics", tmp_path / "guide.csv"
    calendar.write_text(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Nubya Garcia\nDTSTART:20270202T200000Z\n"
        "LOCATION:Canal Hall\\, Leeds\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    table.write_text(f"{CONCERT}\n")
    with engine(tmp_path / "events.db", **flags) as handle:
        for kind, path in (("ics", calendar), ("csv", table)):
            options = ImportOptions(all_results=True, validate_location=False)
            started = tell(handle, StartImport(kind, inputs=(str(path),), options=options))
            assert started.ok, started.message
            results = report(handle, started.data["run_id"]).results
    assert [one.outcome for one in results] == [outcome]
