"""The verbs that look at what was imported and act on it, beside or without an engine."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from scenescout_tui.imports.lock import EngineLock
from scenescout_tui.store import Store
from tests.cli.conftest import Program


@pytest.mark.parametrize(
    "arguments", [["runs"], ["events"], ["venues"], ["errors"], ["review"], ["export"], ["errors", "clear"]]
)
def test_before_the_first_import_everything_is_empty_and_nothing_is_created(
    verb: Program, database: Path, arguments: list[str]
) -> None:
    answer = verb(*arguments, "--database", database)
    assert answer.status == 0
    assert str(database) in answer.err
    assert not database.exists()


def test_runs_are_listed_newest_first_with_what_came_of_them(verb: Program, filled: Path) -> None:
    rows = verb("runs", "--json", "--database", filled).json["runs"]
    assert [row["source"] for row in rows] == ["manual", "yelp", "eventbrite"]
    last = rows[-1]["accounting"]
    assert (last["total"], last["created"], last["failed"], last["inFlight"]) == (5, 3, 2, 0)
    table = verb("runs", "--database", filled).out.splitlines()
    assert len(table) == 4
    assert rows[-1]["runId"][-6:] in table[-1]


def test_one_run_is_shown_by_the_end_of_its_id(verb: Program, filled: Path) -> None:
    run = verb("runs", "--json", "--database", filled).json["runs"][0]
    shown = verb("runs", run["runId"][-6:], "--json", "--database", filled).json["run"]
    assert shown == run
    assert "manual" in verb("runs", run["runId"], "--database", filled).out


def test_a_run_whose_engine_was_killed_is_interrupted_before_another_has_looked(
    verb: Program, database: Path, eventbrite_file: Path
) -> None:
    """Fault: kill -9 in mid-run; the kernel lets go of the lock, the row still says "running"."""
    at = ("--database", database)
    lock = EngineLock(database)
    lock.acquire()
    with Store(str(database)) as store:
        run_id = store.begin_run("eventbrite", who="ada", inputs=[str(eventbrite_file)])
    (seen,) = verb("runs", "--json", *at).json["runs"]
    assert (seen["runId"], seen["state"]) == (run_id, "running")
    lock.release()
    (seen,) = verb("runs", "--json", *at).json["runs"]
    assert (seen["state"], seen["note"]) == ("interrupted", "the engine ended during this run")
    assert f"scenescout import --resume --database {database}" in verb("runs", *at).out
    shown = verb("runs", run_id[-6:], *at).out
    assert f"Go on with: scenescout import eventbrite {eventbrite_file} --resume" in shown


@pytest.mark.parametrize(
    "arguments", [["runs", "nosuchrun"], ["events", "nosuchevent"], ["errors", "show", "nosuch"]]
)
def test_what_is_not_there_exits_2_and_says_where_to_look(
    verb: Program, filled: Path, arguments: list[str]
) -> None:
    answer = verb(*arguments, "--json", "--database", filled)
    assert answer.status == 2
    assert answer.json["error"]["code"] == "NOT_FOUND"


def test_filters_that_nothing_matches_are_named_as_the_reason(verb: Program, filled: Path) -> None:
    at = ("--database", filled)
    assert verb("events", "--city", "Nowhere", *at).out == "No events match these filters.\n"
    assert verb("events", "--offset", "9000", *at).out == "No events behind the first 9,000.\n"


def test_where_people_go_stands_for_a_venue_without_a_name(verb: Program, filled: Path) -> None:
    table = verb("events", "--source", "yelp", "--database", filled).out
    assert "in_person" not in table
    assert "unknown" not in table


def test_events_are_listed_by_start_and_filtered(verb: Program, filled: Path) -> None:
    everything = verb("events", "--json", "--database", filled).json["events"]
    starts = [event["starts_at"] for event in everything]
    assert starts == sorted(starts)
    yelp = verb("events", "--source", "yelp", "--json", "--database", filled).json["events"]
    assert {source for event in yelp for source in event["sources"]} >= {"yelp"}
    assert len(yelp) <= 20
    city = everything[0]["city"]
    there = verb("events", "--city", city, "--json", "--database", filled).json["events"]
    assert {event["city"] for event in there} == {city}
    day = starts[len(starts) // 2][:10]
    later = verb("events", "--since", f"{day}T00:00+00:00", "--json", "--database", filled).json["events"]
    assert [event["starts_at"] for event in later] == [start for start in starts if start >= day]
    pages = [
        verb("events", "--limit", "5", "--offset", str(offset), "--json", "--database", filled).json["events"]
        for offset in (0, 5)
    ]
    assert pages[0] + pages[1] == everything[:10]


def test_a_date_that_is_none_exits_2(verb: Program, filled: Path) -> None:
    answer = verb("events", "--from", "yesterdayish", "--database", filled)
    assert answer.status == 2
    assert "yesterdayish" in answer.err


def test_one_event_is_shown_with_its_source_records(verb: Program, filled: Path) -> None:
    event = verb("events", "--json", "--database", filled).json["events"][0]
    detail = verb("events", event["id"], "--json", "--database", filled).json
    assert detail["event"] == event
    assert {record["event_id"] for record in detail["records"]} == {event["id"]}
    assert detail["records"][0]["external_id"] in verb("events", event["id"], "--database", filled).out


def test_errors_are_cleared_and_brought_back(verb: Program, filled: Path) -> None:
    listed = verb("errors", "--json", "--database", filled).json
    assert listed["open"] == 2
    assert len(listed["errors"]) == 2
    assert sum(group["open"] for group in listed["groups"]) == 2
    cleared = verb("errors", "clear", "--json", "--database", filled).json
    assert cleared["count"] == 2
    assert verb("errors", "--json", "--database", filled).json["open"] == 0
    assert verb("errors", "--database", filled).out == "No errors.\n"
    assert len(verb("errors", "--all", "--json", "--database", filled).json["errors"]) == 2
    assert verb("errors", "undo", "--json", "--database", filled).json["count"] == 2
    assert verb("errors", "--json", "--database", filled).json["open"] == 2
    assert "nothing to take back" in verb("errors", "undo", "--database", filled).out


def test_one_group_or_one_error_is_cleared(verb: Program, filled: Path) -> None:
    listed = verb("errors", "--json", "--database", filled).json
    first, second = listed["errors"]
    assert verb("errors", "clear", first["id"], "--json", "--database", filled).json["count"] == 1
    cleared = verb("errors", "clear", "--group", second["groupKey"], "--json", "--database", filled).json
    assert cleared["count"] == 1
    assert verb("errors", "--json", "--database", filled).json["open"] == 0


def test_the_errors_of_a_group_are_listed_one_by_one(verb: Program, filled: Path) -> None:
    (first, *_) = verb("errors", "--json", "--database", filled).json["errors"]
    table = verb("errors", "list", "--group", first["groupKey"], "--database", filled).out
    assert first["deadLetterId"] in table
    assert f"half.ndjson record {first['line']}" in table


def test_a_record_that_failed_is_shown_as_it_came(verb: Program, filled: Path) -> None:
    errors = verb("errors", "--json", "--database", filled).json["errors"]
    letters = [
        verb("errors", "show", error["deadLetterId"], "--json", "--database", filled).json["deadLetter"]
        for error in errors
    ]
    assert any('"id": "777"' in letter["payload"] for letter in letters)
    assert '{"id": "9"' in {letter["payload"].strip().rstrip(",").strip() for letter in letters}


def test_a_dead_letter_is_discarded_with_a_reason(verb: Program, filled: Path) -> None:
    letter = verb("errors", "--json", "--database", filled).json["errors"][0]["deadLetterId"]
    assert verb("errors", "discard", letter, "--database", filled).status == 2
    assert verb("errors", "discard", letter, "--reason", "a test entry", "--database", filled).status == 0
    shown = verb("errors", "show", letter, "--json", "--database", filled).json["deadLetter"]
    assert (shown["state"], shown["reason"]) == ("discarded", "a test entry")


def test_dead_letters_are_retried_by_run_and_fail_again_as_they_must(
    scenescout: Program, verb: Program, filled: Path
) -> None:
    run = verb("runs", "--json", "--database", filled).json["runs"][-1]["runId"]
    answer = scenescout("retry", "--run", run[-6:], "--json", "--database", filled)
    assert answer.status == 1, answer
    assert sum(one["summary"]["failed"] for one in answer.json["runs"]) == 2
    assert verb("errors", "--json", "--database", filled).json["open"] == 2


def test_a_record_that_can_be_imported_by_now_is_retried_by_its_id(
    scenescout: Program, verb: Program, tmp_path: Path, database: Path
) -> None:
    form = {
        "title": "A walk",
        "start_time": "2026-12-01T10:00",
        "timezone": "Europe/Berlin",
        "venue_name": "Gate",
    }
    path = tmp_path / "form.json"
    path.write_text(json.dumps(form))
    assert scenescout("import", "manual", path, "--database", database).status == 1
    letter = verb("errors", "--json", "--database", database).json["errors"][0]["deadLetterId"]
    retried = scenescout(
        "retry", letter[-6:], "--json", "--database", database, SCENESCOUT_VALIDATE_LOCATION="off"
    )
    assert retried.status == 0, retried
    assert retried.json["success"] is True
    assert retried.json["runs"][0]["summary"]["processed"] == 1
    assert verb("errors", "--json", "--database", database).json["open"] == 0
    shown = verb("errors", "show", letter, "--json", "--database", database).json["deadLetter"]
    assert (shown["state"], shown["retryRunId"]) == ("retried", retried.json["runs"][0]["runId"])


def test_a_retry_of_nothing_says_so(scenescout: Program, manual_file: Path, database: Path) -> None:
    scenescout("import", "manual", manual_file, "--database", database)
    answer = scenescout("retry", "--all", "--database", database)
    assert (answer.status, answer.out) == (0, "There is nothing to retry.\n")


def test_submissions_are_approved_and_refused(verb: Program, filled: Path) -> None:
    waiting = verb("review", "--json", "--database", filled).json["pending"]
    assert len(waiting) == 5
    first, second, *_ = [row["eventId"] for row in waiting]
    assert verb("review", "approve", first, "--json", "--database", filled).json["count"] == 1
    assert verb("review", "refuse", second, "--database", filled).status == 2
    refused = verb("review", "refuse", second, "--reason", "spam", "--json", "--database", filled)
    assert refused.json["count"] == 1
    assert verb("events", first, "--json", "--database", filled).json["event"]["status"] == "scheduled"
    assert verb("review", "approve", "--all", "--json", "--database", filled).json["count"] == 3
    assert verb("review", "--database", filled).out == "Nothing waits for review.\n"


def test_every_change_is_in_the_audit_log(verb: Program, filled: Path) -> None:
    verb("errors", "clear", "--database", filled)
    verb("errors", "undo", "--database", filled)
    verb("review", "approve", "--all", "--database", filled)
    with sqlite3.connect(filled) as connection:
        rows = connection.execute(
            "SELECT who, action, sum(count) FROM audit_log GROUP BY who, action"
        ).fetchall()
    counted: Counter[str] = Counter()
    for _, action, number in rows:
        counted[action] += number
    assert {action: number for action, number in counted.items() if not action.startswith("run.")} == {
        "import.start": 3,  # of three programs
        "errors.clear": 2,
        "errors.undo_clear": 2,
        "review.approve": 5,
    }
    assert all(who for who, _, _ in rows)


@pytest.mark.usefixtures("no_tokens")
def test_sources_say_key_and_what_they_read(verb: Program) -> None:
    found = {row["name"]: row for row in verb("sources", "--json").json["sources"]}
    assert set(found) >= {"eventbrite", "yelp", "manual", "auto"}
    assert {row["key"] for row in found.values()} >= {"e", "y", "m", "f"}
    assert found["eventbrite"]["token"] == "not set"


def test_a_token_is_said_to_be_set_and_never_shown(verb: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCENESCOUT_EVENTBRITE_TOKEN", "CANARY-TOKEN-1234")
    for arguments in (["sources"], ["locate"], ["doctor"], ["sources", "--json"], ["doctor", "--json"]):
        answer = verb(*arguments)
        assert "CANARY" not in answer.out + answer.err
        assert "SCENESCOUT_EVENTBRITE_TOKEN" in answer.out


def test_locate_names_every_place(verb: Program, own_home: Path, database: Path) -> None:
    found = verb("locate", "--json").json
    assert set(found) >= {"database", "settings", "log", "data", "state", "eventbrite token", "yelp token"}
    assert found["database"]["path"] == str(own_home / ".local/share/scenescout/events.db")
    given = verb("locate", "--json", "--database", database).json["database"]
    assert given == {"path": str(database), "state": "not there", "from": "flag"}


def test_doctor_finds_nothing_wrong_on_a_fresh_machine(verb: Program) -> None:
    answer = verb("doctor", "--json")
    assert answer.status == 0, answer
    assert answer.json["ok"] is True
    seen = {check["what"] for check in answer.json["checks"]}
    assert seen >= {"python", "locale", "terminal", "settings", "log", "disk", "database"}
    assert answer.json["settings"]["max_workers"] == {
        "value": "8",
        "from": "preset EVENT_PROCESSING",
        "environment": "SCENESCOUT_MAX_WORKERS",
    }
    assert verb("doctor").out.endswith("All is well.\n")


def test_doctor_looks_into_the_database(verb: Program, filled: Path) -> None:
    answer = verb("doctor", "--database", filled)
    assert answer.status == 0
    assert "events" in answer.out
    assert "nobody runs it" in answer.out


def test_doctor_says_where_a_setting_comes_from(verb: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCENESCOUT_MAX_WORKERS", "7")
    found = verb("doctor", "--json").json["settings"]["max_workers"]
    assert (found["value"], found["from"]) == ("7", "environment SCENESCOUT_MAX_WORKERS")


def test_doctor_exits_1_on_wrong_settings(verb: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCENESCOUT_MAX_WORKERS", "many")
    answer = verb("doctor")
    assert answer.status == 1
    assert "WRONG" in answer.out
    assert "max_workers" in answer.out


def test_doctor_exits_1_on_a_damaged_database(verb: Program, filled: Path) -> None:
    with filled.open("r+b") as file:
        file.seek(0)
        file.write(os.urandom(4_096))
    answer = verb("doctor", "--database", filled)
    assert answer.status == 1
    assert "→ " in answer.out


def test_doctor_creates_nothing(verb: Program, own_home: Path) -> None:
    verb("doctor")
    assert not [path for path in own_home.rglob("*") if path.is_file()]


@pytest.mark.parametrize(("since", "until"), [("--since", "--until"), ("--from", "--to")])
def test_a_span_of_time_has_two_names_and_the_help_one(
    verb: Program, filled: Path, since: str, until: str
) -> None:
    starts = [event["starts_at"] for event in verb("events", "--json", "--database", filled).json["events"]]
    low, high = starts[3], starts[-3]
    found = verb("events", since, low, until, high, "--json", "--database", filled).json["events"]
    assert [one["starts_at"] for one in found] == [one for one in starts if low <= one < high]
    shown = verb("events", "--help").out
    assert "--since DATE" in shown
    assert "--until DATE" in shown
    assert "--from" not in shown


def _unusable(path: Path, kind: str) -> None:
    if kind == "no database":
        path.write_text("Dear diary,\n" * 1_000)
        return
    with sqlite3.connect(path) as connection:
        if kind == "of a newer version":
            connection.execute("UPDATE scenescout_version SET version_num = '9999'")
        else:
            connection.executescript("DROP TABLE scenescout_version; PRAGMA application_id = 7")
    connection.close()


@pytest.mark.parametrize("kind", ["no database", "of a newer version", "of another program"])
def test_doctor_exits_1_on_a_database_that_cannot_be_used(verb: Program, filled: Path, kind: str) -> None:
    _unusable(filled, kind)
    answer = verb("doctor", "--json", "--database", filled)
    assert answer.status == 1
    (wrong,) = [check for check in answer.json["checks"] if check["state"] == "wrong"]
    assert wrong["what"] == "database"
    assert wrong["action"]


def test_doctor_takes_an_empty_file_for_a_new_database(verb: Program, database: Path) -> None:
    database.touch(mode=0o600)
    answer = verb("doctor", "--database", database)
    assert answer.status == 0
    assert "first import fills it" in answer.out


def test_doctor_says_what_memory_presets_and_environment_names_hold(
    verb: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCENESCOUT_ENV", "production")
    monkeypatch.setenv("SCENESCOUT_MAX_WORKERS", "4")
    out = verb("doctor").out
    assert "grown by 419 MB (105 MB for each of 4 workers)" in out
    assert "imports use EVENT_PROCESSING, create_spawner() uses production" in out
    assert "SCENESCOUT_BATCH_SIZE" in out
    assert "SCENESCOUT_ENV" in out


def test_a_stopped_run_says_how_to_go_on(verb: Program, filled: Path, tmp_path: Path) -> None:
    with sqlite3.connect(filled) as connection:
        connection.execute("UPDATE runs SET state = 'interrupted'")
    rows = verb("runs", "--json", "--database", filled).json["runs"]
    file = rows[-1]["inputs"][0]
    shown = verb("runs", rows[-1]["runId"][-6:], "--database", filled).out
    assert f"Go on with: scenescout import eventbrite {file} --resume" in shown


def test_runs_say_what_is_missing_and_what_was_old(verb: Program, filled: Path) -> None:
    with sqlite3.connect(filled) as connection:
        connection.execute("UPDATE runs SET missing = 3, stale = 1 WHERE source = 'yelp'")
    rows = {row["source"]: row for row in verb("runs", "--json", "--database", filled).json["runs"]}
    assert (rows["yelp"]["missing"], rows["yelp"]["stale"]) == (3, True)
    assert (rows["manual"]["missing"], rows["manual"]["stale"]) == (0, False)
    header, *lines = verb("runs", "--database", filled).out.splitlines()
    assert header.split()[-2:] == ["missing", "note"]
    assert [line.endswith("older copies") for line in lines] == [False, True, False]
    shown = verb("runs", rows["yelp"]["runId"], "--database", filled).out
    assert "3 that the source no longer lists" in shown
    assert "older copies" in shown


@pytest.mark.parametrize("status", ["missing", "expired"])
def test_events_that_a_source_has_taken_back_can_be_listed(verb: Program, filled: Path, status: str) -> None:
    assert verb("events", "--status", status, "--json", "--database", filled).json["events"] == []


def test_the_secret_part_of_a_feeds_address_is_not_shown(verb: Program, filled: Path) -> None:
    with sqlite3.connect(filled) as connection:
        inputs = json.dumps(["https://example.org/events.ics?key=SECRET"])
        connection.execute("UPDATE runs SET inputs = ? WHERE source = 'yelp'", (inputs,))
    run = next(
        row for row in verb("runs", "--json", "--database", filled).json["runs"] if row["source"] == "yelp"
    )
    shown = verb("runs", run["runId"], "--database", filled).out
    assert "https://example.org/events.ics" in shown
    assert "SECRET" not in shown
