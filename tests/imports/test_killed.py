"""An engine killed in mid-walk: nothing is lost, nothing comes twice, and the limits are kept over it."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from sqlalchemy.exc import DBAPIError

from scenescout_tui.imports.commands import ResumeRuns
from scenescout_tui.presets import RATE_LIMITS
from scenescout_tui.sandbox.server import SandboxServer
from scenescout_tui.store import database_file
from tests.imports.engines import PATIENCE, report, rows, tell
from tests.imports.test_live import begin, drafts, ids, live_engine

_ENGINE = """
import sys
from dataclasses import replace
from scenescout_tui.imports.commands import StartImport
from scenescout_tui.imports.local import start_engine
from scenescout_tui.setting_values import Secret
from scenescout_tui.settings import load_settings

source, database, eventbrite, yelp, *ask = sys.argv[1:]
token = sys.stdin.readline().strip()
urls = {"eventbrite_url": eventbrite, "yelp_url": yelp}
settings = load_settings({"database_url": database, "retry_delay": 0.05, **urls})
settings = replace(settings, eventbrite_token=Secret(token), yelp_token=Secret(token))
engine = start_engine(settings)
pairs = tuple(tuple(pair.split("=", 1)) for pair in ask)
print(engine.send(StartImport(source, ask=pairs)).result().data["run_id"], flush=True)
sys.stdin.read()
"""


def committed(database: str) -> int:
    file = database_file(database)
    if file is not None and not file.exists():
        return 0
    try:
        return int(rows(database, "SELECT count(*) FROM source_records")[0][0])
    except DBAPIError:  # not yet made
        return 0


@pytest.mark.parametrize("source", ["eventbrite", "yelp"])
def test_a_walk_goes_on_after_a_kill_with_every_event_once(database: str, source: str) -> None:
    """Fault: kill -9 while pages are walked."""
    with SandboxServer(events=500, latency=0.004, faults=0.1, shift=False) as sandbox:
        asks = {
            "eventbrite": (f"organizer={sandbox.organizer_id}",),
            "yelp": (f"location={sandbox.yelp_location}", "start=2020-01-01"),
        }
        token = sandbox.eventbrite_token if source == "eventbrite" else sandbox.yelp_token
        urls = (sandbox.eventbrite_url, sandbox.yelp_url)
        child = subprocess.Popen(
            [sys.executable, "-c", _ENGINE, source, database, *urls, *asks[source]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(f"{token}\n")
            child.stdin.flush()
            run_id = child.stdout.readline().strip()
            ends = time.monotonic() + PATIENCE
            while committed(database) < 150:
                assert time.monotonic() < ends, "the engine imported nothing"
                time.sleep(0.01)
        finally:
            child.kill()
            child.communicate()
        before = committed(database)
        listed = sandbox.eventbrite_ids() if source == "eventbrite" else sandbox.yelp_ids()
        assert before < len(listed)
        with live_engine(sandbox, database, retry_attempts=8) as handle:
            (offered,) = [run for run in handle.snapshot().runs if run.resumable]
            assert (offered.run_id, offered.state) == (run_id, "interrupted")
            assert tell(handle, ResumeRuns()).data["run_ids"] == [run_id]
            assert report(handle, run_id).state == "completed"
    found = ids(database, source)
    assert len(found) == len(set(found))
    assert set(found) == listed - drafts(database)
    assert rows(database, "SELECT count(*), sum(in_flight) FROM run_accounting") == [(1, 0)]
    if database_file(database) is not None:
        assert rows(database, "PRAGMA integrity_check") == [("ok",)]


def test_walks_of_one_service_keep_to_its_limit_together_and_over_a_restart(database: str) -> None:
    limit = RATE_LIMITS.EVENTBRITE_API
    with SandboxServer(events=400, latency=0) as sandbox:
        asks = (
            {"organizer": sandbox.organizer_id},
            {"organization": sandbox.organization_id},
            {"venue": sandbox.venue_id},
            {"series": sandbox.series_id},
        )
        for _ in range(2):
            with live_engine(sandbox, database) as handle:
                begun = [begin(handle, "eventbrite", **what) for what in asks]
                assert {report(handle, run_id).state for run_id in begun} == {"completed"}
        traffic = sandbox.counts().eventbrite
    assert traffic.requests > 2 * limit.burst - 10
    assert traffic.peak_second <= limit.burst
    assert traffic.peak_minute <= limit.requests_per_minute
