"""Errors and dead letters by what they have in common: cleared, discarded, tried again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Program


def test_errors_are_cleared_by_what_they_have_in_common(verb: Program, filled: Path) -> None:
    at = ("--json", "--database", filled)
    first, second = verb("errors", *at).json["errors"]
    assert verb("errors", "clear", "--source", "nowhere", *at).json["count"] == 0
    assert verb("errors", "clear", "--text", "no such words", *at).json["count"] == 0
    assert verb("errors", "clear", "--stage", "fetch", *at).json["count"] == 0
    run = verb("runs", *at).json["runs"][-1]["runId"]
    code = first["code"].lower()
    expected = 1 + (first["code"] == second["code"])
    assert verb("errors", "clear", "--run", run[-6:], "--code", code, *at).json["count"] == expected
    assert verb("errors", "undo", *at).json["count"] == expected
    words = second["message"][:20].upper()
    assert verb("errors", "clear", "--source", "eventbrite", "--text", words, *at).json["count"] >= 1
    assert second["id"] not in [one["id"] for one in verb("errors", *at).json["errors"]]


def test_dead_letters_are_discarded_by_what_they_have_in_common(verb: Program, filled: Path) -> None:
    at = ("--json", "--database", filled)
    why = ("--reason", "a test entry")
    assert verb("errors", "discard", "--source", "nowhere", *why, *at).json["count"] == 0
    assert verb("errors", "discard", "--source", "eventbrite", *why, *at).json["count"] == 2
    assert verb("errors", *at).json["open"] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["errors", "clear", "abcdef", "--source", "yelp"],
        ["errors", "discard", "--reason", "x"],
        ["errors", "discard", "abcdef", "--code", "BUG", "--reason", "x"],
        ["retry"],
        ["retry", "--all", "--source", "yelp"],
        ["retry", "abcdef", "--text", "x"],
    ],
)
def test_ids_and_options_together_or_nothing_at_all_is_refused(
    verb: Program, filled: Path, arguments: list[str]
) -> None:
    assert verb(*arguments, "--database", filled).status == 2
    assert verb("errors", "--json", "--database", filled).json["open"] == 2


def test_dead_letters_are_tried_again_by_what_they_have_in_common(
    scenescout: Program, verb: Program, tmp_path: Path, database: Path
) -> None:
    form = {"title": "A walk", "start_time": "2026-12-01T10:00", "timezone": "Europe/Berlin"}
    path = tmp_path / "form.json"
    path.write_text(json.dumps({**form, "venue_name": "Gate"}))
    at = ("--json", "--database", database)
    assert scenescout("import", "manual", path, "--database", database).status == 1
    assert scenescout("retry", "--source", "yelp", *at).json == {"success": True, "runs": []}
    retried = scenescout("retry", "--source", "manual", *at, SCENESCOUT_VALIDATE_LOCATION="off")
    assert retried.status == 0, retried
    assert retried.json["runs"][0]["summary"]["processed"] == 1
    assert verb("errors", *at).json["open"] == 0


def test_a_corrected_record_is_imported_in_the_place_of_its_dead_letter(
    scenescout: Program, verb: Program, tmp_path: Path, database: Path
) -> None:
    form = {
        "start_time": "2026-12-01T10:00",
        "timezone": "Europe/Berlin",
        "venue_name": "Gate",
        "city": "Rome",
    }
    path = tmp_path / "form.json"
    path.write_text(json.dumps(form))
    at = ("--json", "--database", database)
    assert scenescout("import", "manual", path, "--database", database).status == 1
    letter = verb("errors", *at).json["errors"][0]["deadLetterId"]
    path.write_text(json.dumps({**form, "title": "A walk"}))
    done = scenescout("errors", "resubmit", letter[-6:], path, *at)
    assert done.status == 0, done
    assert done.json["runs"][0]["summary"]["processed"] == 1
    assert verb("errors", *at).json["open"] == 0
    shown = verb("errors", "show", letter, *at).json["deadLetter"]
    assert shown["state"] == "retried"
