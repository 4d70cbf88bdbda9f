"""The same concerts from four sources at the same moment: each is one event with four records, every time."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from scenescout_tui.imports.commands import StartImport
from scenescout_tui.store import Accounting, Store
from tests.imports.concerts import concert, write_listings
from tests.imports.engines import engine, report, rows, tell
from tests.postgres import own_schema

CONCERTS = 1_000
ROOT = Path(__file__).parents[2]
_RECORDS = (
    "SELECT COUNT(*), COUNT(DISTINCT source) FROM source_records GROUP BY event_id "
    "HAVING COUNT(*) <> 4 OR COUNT(DISTINCT source) <> 4"
)


def check_each_is_one(database: str) -> None:
    """One event per concert, with a record of each source; every run accounts for each of its records."""
    assert rows(database, "SELECT COUNT(*) FROM events WHERE merged_into IS NULL") == [(CONCERTS,)]
    assert rows(database, "SELECT COUNT(*) FROM source_records") == [(4 * CONCERTS,)]
    assert rows(database, _RECORDS) == []
    with Store(database, read_only=True) as store:
        counts = [run.accounting for run in store.runs()]
        assert [run.state for run in store.runs()] == ["completed"] * 4
        assert store.counts().events == CONCERTS
    assert all(
        one == Accounting(total=CONCERTS, created=one.created, duplicate=one.duplicate) for one in counts
    )
    assert sum(one.created for one in counts) == CONCERTS
    assert sum(one.duplicate for one in counts) == 3 * CONCERTS


def test_a_concert_from_four_sources_at_once_is_one_event_every_time(database: str, tmp_path: Path) -> None:
    files = write_listings(tmp_path, [concert(number) for number in range(CONCERTS)])
    with engine(database, max_workers=8) as handle:
        answers = [tell(handle, StartImport(source, inputs=(str(file),))) for source, file in files.items()]
        assert [answer.ok for answer in answers] == [True] * 4, answers
        for answer in answers:
            assert report(handle, answer.data["run_id"]).state == "completed"
    check_each_is_one(database)


@pytest.mark.server
def test_so_it_is_where_each_source_has_a_process_of_its_own_on_one_server(tmp_path: Path) -> None:
    files = write_listings(tmp_path, [concert(number) for number in range(CONCERTS)])
    with own_schema() as url, ExitStack() as ended:
        importers = [
            ended.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "scenescout_tui", "import", source, str(file)]
                    + ["--database", url, "--json"],
                    cwd=ROOT,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
            )
            for source, file in files.items()
        ]
        for process in importers:
            out, err = process.communicate()
            assert process.returncode == 0, err
            assert json.loads(out)["summary"]["failed"] == 0
        check_each_is_one(url)
