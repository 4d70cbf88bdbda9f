"""`scenescout import` does the main job without a screen and says how it went, to people and to programs."""

from __future__ import annotations

import json
import os
import select
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.cli import import_verb
from scenescout_tui.cli.flags import Flags
from scenescout_tui.cli.follow import Ending
from scenescout_tui.cli.going_on import resume_command
from scenescout_tui.errors import SpawnerError
from scenescout_tui.sandbox import yelp_events
from scenescout_tui.settings import Settings
from tests.cli.conftest import COMMAND, TODAY, Answer, Program

#: How long a program may take to get somewhere before a test gives up.
PATIENCE = 30.0


def accounting(database: Path) -> list[tuple[Any, ...]]:
    """Every row of the view that any other program may read."""
    with sqlite3.connect(database) as connection:
        return connection.execute(
            "SELECT total, created + updated + unchanged + duplicate + review + skipped + failed, in_flight"
            " FROM run_accounting"
        ).fetchall()


def events(database: Path) -> int:
    """How many canonical events there are."""
    with sqlite3.connect(database) as connection:
        return int(connection.execute("SELECT count(*) FROM events").fetchone()[0])


def test_an_import_puts_the_events_into_the_database(
    scenescout: Program, eventbrite_file: Path, database: Path
) -> None:
    answer = scenescout("import", "eventbrite", eventbrite_file, "--database", database)
    assert answer.status == 0, answer
    assert answer.out.startswith("Imported eventbrite: 30 records in ")
    assert events(database) == 30
    assert accounting(database) == [(30, 30, 0)]


def test_the_json_answer_has_the_shape_of_the_http_answer(
    scenescout: Program, half_broken: Path, database: Path
) -> None:
    answer = scenescout("import", "eventbrite", half_broken, "--json", "--database", database)
    assert answer.status == 1, answer
    found = answer.json
    assert found["success"] is True
    assert found["summary"] == {"total": 5, "processed": 3, "skipped": 0, "failed": 2}
    assert set(found["stats"]) == {"workers", "metrics"}
    assert set(found["stats"]["metrics"]) == {"totalTasks", "completedTasks", "failedTasks", "averageTime"}
    created = found["results"]["successful"]
    assert [entry["index"] for entry in created] == [0, 2, 4]
    assert all(entry["source"] == "eventbrite" and entry["outcome"] == "created" for entry in created)
    assert [entry["index"] for entry in found["results"]["failed"]] == [1, 3]
    for entry in found["results"]["failed"]:
        assert entry["code"] == "VALIDATION_ERROR"
        assert entry["deadLetterId"]
    assert "start" in found["results"]["failed"][0]["error"]


def test_failed_records_are_listed_with_place_reason_and_what_to_do(
    scenescout: Program, half_broken: Path, database: Path
) -> None:
    answer = scenescout("import", "eventbrite", half_broken, "--database", database)
    assert answer.status == 1
    assert "3 new, 2 failed" in answer.out
    assert "half.ndjson record 2" in answer.out
    assert "half.ndjson record 4" in answer.out
    assert "→ " in answer.out
    assert "scenescout retry --run " in answer.out
    assert f"--database {database}" in answer.out
    assert "correct them at the source, then import again" in answer.out


def test_the_same_import_again_changes_nothing(
    scenescout: Program, eventbrite_file: Path, database: Path
) -> None:
    scenescout("import", "eventbrite", eventbrite_file, "--database", database)
    answer = scenescout("import", "eventbrite", eventbrite_file, "--json", "--database", database)
    assert answer.status == 0
    assert answer.json["summary"] == {"total": 30, "processed": 0, "skipped": 30, "failed": 0}
    assert {entry["reason"] for entry in answer.json["results"]["skipped"]} == {"unchanged"}
    assert events(database) == 30


def test_standard_input_and_several_files_are_read(
    scenescout: Program, eventbrite_file: Path, half_broken: Path, database: Path
) -> None:
    piped = scenescout(
        "import", "eventbrite", "-", "--json", "--database", database, stdin=eventbrite_file.read_bytes()
    )
    assert (piped.status, piped.json["summary"]["processed"]) == (0, 30)
    both = scenescout("import", "eventbrite", eventbrite_file, half_broken, "--json", "--database", database)
    assert both.json["summary"]["total"] == 35
    assert len(accounting(database)) == 2


def test_auto_tells_the_source_of_each_record(
    scenescout: Program, eventbrite_file: Path, yelp_file: Path, database: Path
) -> None:
    answer = scenescout("import", "auto", eventbrite_file, yelp_file, "--json", "--database", database)
    assert answer.status == 0, answer
    found = {entry["source"] for entry in answer.json["results"]["successful"]}
    assert found == {"eventbrite", "yelp"}


def test_a_dry_run_writes_nothing_and_says_so(scenescout: Program, half_broken: Path, database: Path) -> None:
    answer = scenescout("import", "eventbrite", half_broken, "--dry-run", "--database", database)
    assert answer.status == 1
    assert "3 new, 2 failed" in answer.out
    assert "Nothing was written" in answer.out
    assert events(database) == 0
    assert accounting(database) == []


def test_manual_submissions_wait_for_review(scenescout: Program, manual_file: Path, database: Path) -> None:
    answer = scenescout("import", "manual", manual_file, "--json", "--database", database)
    assert answer.status == 0, answer
    assert {entry["status"] for entry in answer.json["results"]["successful"]} == {"pending"}


def test_an_unknown_source_exits_2_with_the_list_of_sources(
    scenescout: Program, eventbrite_file: Path, database: Path
) -> None:
    answer = scenescout("import", "ticketmaster", eventbrite_file, "--database", database)
    assert answer.status == 2
    assert "eventbrite, yelp, manual" in answer.err
    assert not database.exists()


@pytest.mark.parametrize("kind", ["missing", "empty", "a directory", "unreadable"])
def test_an_input_that_cannot_be_read_exits_2_and_is_named(
    scenescout: Program, eventbrite_file: Path, tmp_path: Path, database: Path, kind: str
) -> None:
    path = tmp_path / "input.json"
    if kind == "empty":
        path.touch()
    elif kind == "a directory":
        path.mkdir()
    elif kind == "unreadable":
        path.write_text("{}")
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("this user may read everything")
    answer = scenescout("import", "eventbrite", eventbrite_file, path, "--json", "--database", database)
    assert answer.status == 2
    assert answer.json["error"]["code"] == "INPUT_ERROR"
    assert "input.json" in answer.json["error"]["message"]
    assert not database.exists()


@pytest.mark.parametrize("source", ["manual", "auto"])
def test_a_source_without_an_api_says_that_it_needs_an_input(
    verb: Program, database: Path, source: str
) -> None:
    answer = verb("import", source, "--database", database)
    assert answer.status == 2
    assert "INPUT" in answer.err
    assert f"scenescout import {source}" in answer.err


def test_a_file_of_another_source_says_which_it_looks_like(
    scenescout: Program, yelp_file: Path, database: Path
) -> None:
    answer = scenescout("import", "eventbrite", yelp_file, "--database", database)
    assert answer.status == 1
    assert f"scenescout import yelp {yelp_file}" in answer.out


def test_hostile_records_reach_the_terminal_as_harmless_text(
    scenescout: Program, tmp_path: Path, database: Path
) -> None:
    path = tmp_path / "hostile.ndjson"
    path.write_text(
        json.dumps({"id": "\x1b[2J1", "name": {"text": "\x1b]0;owned\x07[/red]"}, "start": "\x9b31m"}) + "\n"
    )
    answer = scenescout("import", "eventbrite", path, "--database", database)
    assert answer.status == 1
    assert not any(ord(char) < 0x20 and char != "\n" for char in answer.out + answer.err)


def test_a_setting_of_the_command_reaches_the_engine(
    scenescout: Program, eventbrite_file: Path, database: Path
) -> None:
    answer = scenescout(
        "import",
        "eventbrite",
        eventbrite_file,
        "--json",
        "--workers",
        "2",
        "--batch-size",
        "7",
        "--database",
        database,
    )
    assert answer.json["stats"]["workers"] == 2
    with sqlite3.connect(database) as connection:
        sizes = [row[0] for row in connection.execute("SELECT size FROM run_batches ORDER BY seq")]
    assert sizes == [7, 7, 7, 7, 2]


def test_nobody_reading_the_answer_does_not_stop_the_import(eventbrite_file: Path, database: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    arguments = ["import", "eventbrite", str(eventbrite_file), "--json", "--database", str(database)]
    done = subprocess.run(
        [*COMMAND, *arguments], stdout=writer, stderr=subprocess.PIPE, timeout=PATIENCE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
    assert events(database) == 30


def _start_slow(database: Path, **more: Any) -> subprocess.Popen[bytes]:
    """Start an import that takes half a minute, and return when its first records are written."""
    arguments = ["import", "eventbrite", "--sandbox", "--json", "--database", str(database)]
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    _wait_for_events(process, database)
    return process


def _wait_for_events(process: subprocess.Popen[bytes], database: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and process.poll() is None:
        try:
            if database.exists() and events(database):
                return
        except sqlite3.OperationalError:
            pass  # its tables are not there yet
        select.select([], [], [], 0.02)
    process.kill()
    pytest.fail(f"no record was written: {process.communicate()}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_intake_keeps_what_is_done_and_says_so(
    number: signal.Signals, database: Path
) -> None:
    process = _start_slow(database)
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number, err
    answer = json.loads(out)
    assert answer["success"] is False
    assert answer["summary"]["total"] < 350
    assert [row[2] for row in accounting(database)] == [0]
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT state FROM runs").fetchall() == [("interrupted",)]


def test_nohup_keeps_an_import_alive(database: Path) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    process = _start_slow(database, preexec_fn=ignore)
    process.send_signal(signal.SIGHUP)
    before = events(database)
    ends = time.monotonic() + PATIENCE
    while events(database) <= before and time.monotonic() < ends and process.poll() is None:
        select.select([], [], [], 0.05)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + signal.SIGTERM


def test_a_second_import_on_the_same_database_exits_3_and_names_the_process(
    scenescout: Program, eventbrite_file: Path, database: Path
) -> None:
    process = _start_slow(database)
    try:
        plain = scenescout("import", "eventbrite", eventbrite_file, "--database", database)
        as_json = scenescout("import", "eventbrite", eventbrite_file, "--json", "--database", database)
        listed = scenescout("runs", "--json", "--database", database)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)
    assert plain.status == as_json.status == 3
    assert str(process.pid) in plain.err
    assert as_json.json["error"]["code"] == "ENGINE_LOCKED"
    assert str(process.pid) in as_json.json["error"]["message"]
    assert listed.json["runs"][0]["state"] == "running"


def test_a_database_that_cannot_be_used_exits_3(
    scenescout: Program, eventbrite_file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE cats (name TEXT)")
    answer = scenescout("import", "eventbrite", eventbrite_file, "--json", "--database", other)
    assert answer.status == 3
    assert answer.json["error"]["code"] == "DATABASE_ERROR"
    assert "another program" in answer.json["error"]["message"]


def _on_a_terminal(arguments: list[str]) -> Answer:
    """Run the program with its stderr on a terminal and its stdout on a pipe."""
    leader, follower = os.openpty()
    environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=follower, stdin=subprocess.DEVNULL, env=environ
    )
    os.close(follower)
    seen = b""
    while True:
        try:
            block = os.read(leader, 65_536)
        except OSError:  # Linux says so when the other end has closed
            break
        if not block:
            break
        seen += block
    out, _ = process.communicate(timeout=PATIENCE)
    os.close(leader)
    return Answer(process.returncode, out.decode(), seen.decode())


def test_the_sandbox_shows_its_progress_on_a_terminal_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    answer = _on_a_terminal(["import", "yelp", "--sandbox", "--max-pages", "1", "--json"])
    assert answer.status in (0, 1), answer
    assert answer.json["summary"]["processed"] >= 20
    assert "Yelp" in answer.err
    assert "ev/s" in answer.err
    assert not list(tmp_path.iterdir())


def test_without_a_terminal_nothing_but_the_answer_is_said(
    scenescout: Program, eventbrite_file: Path, database: Path
) -> None:
    assert scenescout("import", "eventbrite", eventbrite_file, "--database", database).err == ""


def test_an_interrupted_import_is_resumed_where_it_stopped(
    scenescout: Program, tmp_path: Path, database: Path
) -> None:
    path = tmp_path / "many.ndjson"
    path.write_text("".join(json.dumps(event) + "\n" for event in yelp_events(8_000, 5, TODAY)))
    arguments = ["import", "yelp", str(path), "--database", str(database)]
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _wait_for_events(process, database)
    process.terminate()
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + signal.SIGTERM, err
    assert b"Stopped by SIGTERM" in out
    assert b"--resume" in out
    kept = accounting(database)[0][0]
    assert 0 < kept < 8_000
    resumed = scenescout(*arguments, "--resume", "--json")
    assert resumed.status == 0, resumed
    assert accounting(database) == [(8_000, 8_000, 0)]
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT state FROM runs").fetchall() == [("completed",)]


def test_going_on_with_all_takes_the_processes_and_workers_that_are_named(
    verb: Program, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Settings] = []

    def stop_there(settings: Settings, job: object, resume: str | None) -> Ending:
        seen.append(settings)
        raise SpawnerError("seen", "USAGE_ERROR")

    monkeypatch.setattr(import_verb, "run_to_end", stop_there)
    verb("import", "--resume", "--processes", "2", "--workers", "4", "--database", database)
    assert [(one.processes, one.max_workers) for one in seen] == [(2, 4)]


@pytest.mark.parametrize("stream", ["-", "/dev/null"])
def test_a_stream_without_a_byte_exits_2_and_offers_no_resume(
    scenescout: Program, database: Path, stream: str
) -> None:
    answer = scenescout("import", "eventbrite", stream, "--database", database)
    assert answer.status == 2, answer
    assert "→ " in answer.out
    assert "resume" not in answer.out


def test_only_what_can_be_read_twice_is_offered_for_resuming(tmp_path: Path, eventbrite_file: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    file = str(eventbrite_file)
    for inputs in (["-"], ["/dev/null"], [str(pipe)], [file, str(pipe)], ["payloads"]):
        assert resume_command(Flags(), "eventbrite", inputs) is None
    assert resume_command(Flags(), "auto", []) is None
    start = "scenescout import eventbrite"
    assert resume_command(Flags(), "eventbrite", [file]) == f"{start} {file} --resume"
    assert resume_command(Flags(), "eventbrite", []) == f"{start} --resume"
    feed = "https://example.org/events.ics"
    assert resume_command(Flags(), "ics", [feed]) == f"scenescout import ics {feed} --resume"


def test_what_an_api_was_asked_for_is_resumed_with_its_options() -> None:
    ask = [("free", "true"), ("location", "New York"), ("max-pages", "3")]
    words = "scenescout import yelp --free --location 'New York' --max-pages 3"
    assert resume_command(Flags(), "yelp", ["free=true …"], ask) == f"{words} --resume"
    sandbox = Flags(sandbox=True, database="a.db")
    assert resume_command(sandbox, "yelp", [], ask) == f"{words} --sandbox --resume --database a.db"


def test_a_file_that_has_changed_is_not_offered_for_resuming_again(
    scenescout: Program, tmp_path: Path, database: Path
) -> None:
    path = tmp_path / "many.ndjson"
    path.write_text("".join(json.dumps(event) + "\n" for event in yelp_events(8_000, 5, TODAY)))
    arguments = ["import", "yelp", str(path), "--database", str(database)]
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _wait_for_events(process, database)
    process.terminate()
    process.communicate(timeout=PATIENCE)
    path.write_text(path.read_text() + "\n")
    answer = scenescout(*arguments, "--resume")
    assert answer.status == 2, answer
    assert "has changed since" in answer.out
    assert "→ " in answer.out
    assert "Go on with" not in answer.out
