"""`scenescout runs compare` and `runs again`: what two runs did differently, and one of them once more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Program


def test_two_runs_are_compared_the_earlier_one_first(verb: Program, filled: Path) -> None:
    manual, _, first = verb("runs", "--json", "--database", filled).json["runs"]
    at = (manual["runId"][-6:], first["runId"], "--database", filled)
    found = verb("runs", "compare", *at, "--json").json
    assert (found["before"], found["after"]) == (first, manual)
    assert [(one["before"], one["after"]) for one in found["groups"]] == [(1, 0)] * 2
    assert found["failedAsInEarlierRuns"] == {"before": 0, "after": 0}
    table = [line.split() for line in verb("runs", "compare", *at).out.splitlines()]
    assert ["source", "eventbrite", "manual"] in table
    assert ["total", "5", "5", "="] in table
    assert ["failed", "2", "0", "-2"] in table


def test_a_run_that_is_not_there_cannot_be_compared_nor_done_again(verb: Program, filled: Path) -> None:
    for words in (("compare", "nosuch", "another"), ("again", "nosuch")):
        answer = verb("runs", *words, "--json", "--database", filled)
        assert answer.status == 2
        assert answer.json["error"]["code"] == "NOT_FOUND"


def test_one_run_is_shown_by_its_verb_too(verb: Program, filled: Path) -> None:
    run = verb("runs", "--json", "--database", filled).json["runs"][0]
    assert verb("runs", "show", run["runId"], "--json", "--database", filled).json["run"] == run
    assert verb("runs", "--json", "--database", filled, run["runId"]).json["run"] == run


def test_a_run_is_done_again_with_its_options(
    scenescout: Program, database: Path, eventbrite_file: Path, tmp_path: Path
) -> None:
    state = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    at = ("--database", database, "--json")
    first = scenescout("import", "eventbrite", eventbrite_file, "--batch-size", "7", *at, **state)
    assert first.status == 0, first.err
    again = scenescout("runs", "again", first.json["runId"][-6:], *at, **state)
    assert again.status == 0, again.err
    runs = scenescout("runs", *at, **state).json["runs"]
    assert [run["runId"] for run in runs] == [again.json["runId"], first.json["runId"]]
    assert runs[0]["inputs"] == runs[1]["inputs"] == [str(eventbrite_file)]
    assert runs[0]["options"] == runs[1]["options"]
    assert runs[0]["options"]["batch_size"] == 7
    assert runs[0]["accounting"]["unchanged"] + runs[0]["accounting"]["skipped"] == 30


@pytest.mark.parametrize("flag", [(), ("--json",)])
def test_what_was_read_from_stdin_cannot_be_done_again(
    scenescout: Program, database: Path, eventbrite_file: Path, tmp_path: Path, flag: tuple[str, ...]
) -> None:
    state = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    at = ("--database", database)
    words = ("import", "eventbrite", "-", "--json", *at)
    first = scenescout(*words, stdin=eventbrite_file.read_bytes(), **state)
    assert first.status == 0, first.err
    answer = scenescout("runs", "again", first.json["runId"], *flag, *at, **state)
    assert answer.status == 2
    assert "cannot be done again: what it read is not kept" in answer.out + answer.err
