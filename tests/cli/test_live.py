"""Sources asked over HTTP by the whole program: against the sandbox, whose server it takes for the
real ones.
"""

from __future__ import annotations

import csv
import io
import json
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.sandbox.server import SandboxServer
from tests.cli.conftest import COMMAND, TODAY, Program
from tests.cli.test_import import PATIENCE, _wait_for_events, accounting

EVENTS = 130
TERMS = "Event data from Yelp"
_LONG_AGO = "2026-01-01T00:00:00.000000Z"


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    """Both services, quick and without faults."""
    with SandboxServer(events=EVENTS, latency=0.0, today=TODAY) as running:
        yield running


@pytest.fixture
def live(server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> SandboxServer:
    """The same, named in the settings with their tokens."""
    _use(server, monkeypatch)
    return server


def _use(server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCENESCOUT_EVENTBRITE_URL", server.eventbrite_url)
    monkeypatch.setenv("SCENESCOUT_YELP_URL", server.yelp_url)
    monkeypatch.setenv("SCENESCOUT_EVENTBRITE_TOKEN", server.eventbrite_token)
    monkeypatch.setenv("SCENESCOUT_YELP_TOKEN", server.yelp_token)


def _ids(database: Path, source: str) -> set[str]:
    with sqlite3.connect(database) as connection:
        found = connection.execute("SELECT external_id FROM source_records WHERE source = ?", (source,))
        return {row[0] for row in found}


def test_an_organiser_is_imported_whole_and_again_changes_nothing(
    scenescout: Program, live: SandboxServer, database: Path
) -> None:
    words = ("import", "eventbrite", "--organizer", live.organizer_id, "--json", "--database", database)
    first, second = scenescout(*words), scenescout(*words)
    assert first.status == second.status == 0, (first, second)
    found = first.json["summary"]
    assert found["total"] == found["processed"] + found["skipped"]
    assert found["failed"] == 0
    assert _ids(database, "eventbrite") <= live.eventbrite_ids()
    assert len(_ids(database, "eventbrite")) == found["processed"]
    assert second.json["summary"] | {"total": 0} == {
        "total": 0,
        "processed": 0,
        "skipped": found["total"],
        "failed": 0,
    }


def test_what_a_token_can_see_is_listed_only_when_asked_for(verb: Program, live: SandboxServer) -> None:
    before = live.counts()
    assert verb("sources", "--json").status == 0
    assert live.counts() == before
    found = verb("sources", "--organizations", "--json").json["organizations"]
    assert live.organization_id in {one["id"] for one in found}
    assert all(one["name"] for one in found)
    table = verb("sources", "--organizations").out
    assert f"scenescout import eventbrite --organization {found[0]['id']}" in table


@pytest.fixture
def parked(
    scenescout: Program, database: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Any, SandboxServer]]:
    """An import that a limit has stopped: its answer, and the server."""
    with SandboxServer(
        events=EVENTS, latency=0.0, today=TODAY, yelp_daily_limit=2, yelp_window=3_600
    ) as server:
        _use(server, monkeypatch)
        words = ("import", "yelp", "--location", server.yelp_location, "--database", database)
        yield scenescout(*words), server


def test_a_run_over_its_limit_is_parked_and_says_when_and_how_it_goes_on(
    scenescout: Program, verb: Program, parked: tuple[Any, SandboxServer], database: Path
) -> None:
    answer, server = parked
    assert answer.status == 3, answer
    assert answer.out.startswith("Parked: ")
    assert "by itself in an open console after 20" in answer.out
    command = f"scenescout import yelp --location {server.yelp_location} --resume --database {database}"
    assert command in answer.out
    assert "Traceback" not in answer.out + answer.err
    ((total, finished, in_flight),) = accounting(database)
    assert total == finished > 0
    assert in_flight == 0
    (run,) = verb("runs", "--json", "--database", database).json["runs"]
    assert run["state"] == "parked"
    assert run["resumeAt"].endswith("Z")
    assert "parked" in verb("runs", "--database", database).out
    shown = verb("runs", run["runId"][-6:], "--database", database).out
    assert "goes on" in shown
    assert command in shown
    again = scenescout("import", "--resume", "--json", "--database", database)
    assert again.status == 3
    (resumed,) = again.json["runs"]
    assert (resumed["runId"], resumed["state"]) == (run["runId"], "parked")
    assert resumed["resumeAt"].endswith("Z")


def test_beside_events_of_yelp_stands_where_they_are_from_and_the_way_back(
    scenescout: Program, verb: Program, live: SandboxServer, database: Path
) -> None:
    at = ("--database", database)
    assert scenescout("import", "yelp", "--location", live.yelp_location, *at).status == 0
    assert TERMS in verb("events", *at).out
    listed = verb("events", "--json", *at).json["events"]
    assert {one["attribution"] for one in listed} == {TERMS}
    assert all(one["url"] for one in listed)
    shown = verb("events", listed[0]["id"][-6:], *at).out
    assert TERMS in shown
    assert listed[0]["url"] in shown
    rows = csv.DictReader(io.StringIO(verb("export", "--format", "csv", *at).out))
    assert {row["attribution"] for row in rows} == {TERMS}


def test_beside_other_events_stands_nothing(verb: Program, filled: Path) -> None:
    found = verb("events", "--limit", "1000", "--json", "--database", filled).json["events"]
    assert {one["attribution"] for one in found if "yelp" not in one["sources"]} == {None}


def test_what_has_expired_is_not_shown_any_more_and_fetched_again_on_demand(
    scenescout: Program, verb: Program, live: SandboxServer, database: Path
) -> None:
    at = ("--database", database)
    assert scenescout("import", "yelp", "--location", live.yelp_location, *at).status == 0
    before = {one["id"]: one["title"] for one in verb("export", *at).json}
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE source_records SET retention_until = ?", (_LONG_AGO,))
    connection.close()
    assert verb("events", *at).out.startswith("No events.")
    content = database.read_bytes() + Path(f"{database}-wal").read_bytes()
    assert [title for title in before.values() if title.encode() in content] == []
    expired = verb("events", "--status", "expired", "--limit", "1000", "--json", *at).json["events"]
    assert {one["id"] for one in expired} == set(before)
    assert {one["starts_at"] for one in expired} == {None}
    assert verb("events", "--status", "expired", *at).status == 0
    detail = verb("events", expired[0]["id"][-6:], "--json", *at).json
    assert detail["records"][0]["blanked_at"]
    answer = scenescout("refresh", "--json", *at)
    assert answer.status == 0, answer
    assert answer.json["count"] > 0
    after = {one["id"]: one["title"] for one in verb("export", *at).json}
    assert len(after) == answer.json["count"]
    assert {event_id: before[event_id] for event_id in after} == after


def test_where_nothing_has_expired_refresh_says_so(
    scenescout: Program, live: SandboxServer, filled: Path
) -> None:
    answer = scenescout("refresh", "--database", filled)
    assert (answer.status, answer.out) == (0, "Nothing has expired.\n")
    empty = scenescout("refresh", "--json", "--database", filled).json
    assert empty == {"success": True, "count": 0, "runs": []}


def test_a_list_that_is_not_there_says_what_to_do_instead(
    scenescout: Program, live: SandboxServer, database: Path
) -> None:
    answer = scenescout("import", "eventbrite", "--organizer", "12", "--database", database)
    assert answer.status == 3
    assert "404" in answer.out
    assert "→ " in answer.out
    assert "Go on with" not in answer.out


def test_an_interrupted_ask_is_resumed_behind_what_it_has_written(
    scenescout: Program, verb: Program, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SandboxServer(events=400, latency=0.008, today=TODAY) as slow:
        _use(slow, monkeypatch)
        words = ["import", "eventbrite", "--organizer", slow.organizer_id, "--database", str(database)]
        process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        _wait_for_events(process, database)
        process.terminate()
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 128 + signal.SIGTERM, err
        command = f"scenescout import eventbrite --organizer {slow.organizer_id} --resume"
        assert f"Go on with: {command}" in out.decode()
        written = len(_ids(database, "eventbrite"))
    # The same events, at the same address.
    with SandboxServer(port=int(slow.url.rpartition(":")[2]), events=400, latency=0, today=TODAY):
        resumed = scenescout(*words, "--resume", "--json")
        assert resumed.status == 0, resumed
        assert 0 < written < len(_ids(database, "eventbrite"))
        ((total, finished, in_flight),) = accounting(database)
        assert (total, in_flight) == (finished, 0)
        whole = scenescout(*words, "--json")
    # An import of all finds nothing that was missed.
    assert (whole.status, whole.json["summary"]["processed"]) == (0, 0), whole
    runs = verb("runs", "--json", "--database", database).json["runs"]
    assert [run["state"] for run in runs] == ["completed", "completed"]


@pytest.mark.parametrize("source", ["auto", "ics"])
def test_a_feed_is_imported_and_not_read_again_until_it_changes(
    scenescout: Program,
    live: SandboxServer,
    database: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
) -> None:
    # Some of its events say nothing of their place.
    place = ("--place", "Canal Hall, Manchester")
    words = ("import", source, live.feed_url, *place, "--json", "--database", database)
    refused = scenescout(*words)
    assert refused.status == 3, refused
    assert "private" in refused.out
    monkeypatch.setenv("SCENESCOUT_PRIVATE_ADDRESSES", "yes")
    first, second = scenescout(*words), scenescout(*words)
    assert first.status == 0, first
    assert first.json["summary"]["processed"] > 0
    assert (second.status, second.json["summary"]["total"]) == (0, 0), second


def test_events_of_a_web_page_are_imported(
    scenescout: Program, live: SandboxServer, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCENESCOUT_PRIVATE_ADDRESSES", "yes")
    place = ("--place", "Canal Hall, Manchester")
    answer = scenescout("import", "jsonld", live.page_url, *place, "--json", "--database", database)
    assert answer.status == 0, answer
    assert answer.json["summary"]["processed"] > 0


def test_a_feed_that_has_not_changed_is_said_to_have_nothing_to_import(
    scenescout: Program, live: SandboxServer, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCENESCOUT_PRIVATE_ADDRESSES", "yes")
    words = ("import", "ics", live.feed_url, "--place", "Canal Hall", "--database", database)
    first, second = scenescout(*words), scenescout(*words)
    assert "nothing to import" not in first.out
    assert second.status == 0, second
    assert "  nothing to import: the feed is empty or has not changed\n" in second.out
    assert "no records" not in second.out


def test_the_sandbox_is_asked_like_the_real_ones(scenescout: Program) -> None:
    found = scenescout("sources", "--organizations", "--sandbox", "--json").json["organizations"]
    assert found
    answer = scenescout("import", "eventbrite", "--sandbox", "--max-pages", "1", "--json")
    assert answer.status in (0, 1), answer
    assert answer.json["summary"]["processed"] > 0
    assert json.loads(answer.out)["success"] is True
