"""What asks: the file prompt and the form for one event."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.console.dialogs.import_prompt import ImportPrompt, complete
from scenescout_tui.console.dialogs.manual_form import FIELDS, ManualForm, wrong_fields
from scenescout_tui.console.dialogs.text_input import TextInput
from scenescout_tui.console.memory import Memory
from scenescout_tui.imports.commands import Command, CommandResult, StartImport
from scenescout_tui.imports.report import RecordResult, RunReport
from scenescout_tui.imports.snapshot import Counts, MetricsRow
from tests.console import scripted
from tests.console.opened import opened, paste, text_of, until

pytestmark = pytest.mark.anyio

#: DESIGN §6
_MANUAL_FIELDS = [
    "title",
    "description",
    "venue_name",
    "address",
    "city",
    "state",
    "country",
    "latitude",
    "longitude",
    "start_time",
    "end_time",
    "timezone",
    "price",
    "currency",
    "capacity",
    "url",
    "image_url",
    "tags",
    "contact_email",
    "contact_phone",
]


def _idle() -> scripted.ScriptedHandle:
    def answer(command: Command) -> CommandResult:
        return CommandResult(True, "started", data={"run_id": "run1"})

    return scripted.ScriptedHandle(scripted.idle(), answers=answer)


def _report(*failed: RecordResult) -> RunReport:
    counts = Counts(failed=len(failed), created=1 - len(failed))
    return RunReport("run1", "manual", "completed", counts, 0.1, 5, MetricsRow(), failed=failed)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "There is no file"),
        (lambda path: path.mkdir(), "This is a directory"),
        (lambda path: path.touch(), "This file is empty"),
    ],
)
async def test_a_path_that_cannot_be_imported_is_said_in_the_prompt(
    tmp_path: Path, make: Any, said: str
) -> None:
    path = tmp_path / "it"
    make(path)
    handle = _idle()
    async with opened(handle, size=(120, 40)) as (app, pilot):
        await pilot.press("f")
        await paste(pilot, str(path))
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, ImportPrompt)
        assert said in text_of(app)
    assert handle.sent == []


async def test_tab_completes_a_path_and_shows_what_it_could_be(tmp_path: Path) -> None:
    for name in ("events-may.json", "events-june.json", "yelp.json"):
        (tmp_path / name).write_text("[]")
    async with opened(_idle(), size=(120, 40)) as (app, pilot):
        await pilot.press("f")
        await paste(pilot, f"{tmp_path}/ev")
        await pilot.press("tab")
        await pilot.pause()
        field = app.screen.query_one(TextInput)
        assert field.value == f"{tmp_path}/events-"
        await pilot.pause()
        assert "events-june.json" in text_of(app)
        await pilot.press("m", "tab")
        assert field.value == f"{tmp_path}/events-may.json"


def test_completion_leaves_out_names_that_a_terminal_would_obey(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31mred.json").write_text("[]")
    (tmp_path / "all.json").write_text("[]")
    assert complete(f"{tmp_path}/a") == (f"{tmp_path}/all.json", ["all.json"])


def test_completion_of_a_folder_ends_in_a_slash_and_hides_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / ".secret").touch()
    assert complete(f"{tmp_path}/") == (f"{tmp_path}/feeds{os.sep}", [f"feeds{os.sep}"])
    assert complete(f"{tmp_path}/.s")[1] == [".secret"]
    assert complete(f"{tmp_path}/nothing/x") == (f"{tmp_path}/nothing/x", [])


async def test_a_path_that_is_pasted_with_control_characters_is_cleaned() -> None:
    async with opened(_idle()) as (app, pilot):
        await pilot.press("f")
        field = app.screen.query_one(TextInput)
        field.value = "/tmp/\x1b]52;c;ZXZpbA==\x07events\x9b31m.json"
        await pilot.pause()
        assert field.value == "/tmp/events.json"


def test_the_form_has_every_manual_field_with_the_needed_ones_first() -> None:
    names = [name for name, _, _ in FIELDS]
    assert sorted(names) == sorted(_MANUAL_FIELDS)
    assert names[:5] == ["title", "start_time", "venue_name", "address", "city"]


async def test_a_form_without_title_and_start_is_not_sent() -> None:
    handle = _idle()
    async with opened(handle, size=(120, 40)) as (app, pilot):
        await pilot.press("m", "enter")
        await pilot.pause()
        assert "A title is needed" in text_of(app)
        assert "A start is needed" in text_of(app)
    assert handle.sent == []


async def _fill(pilot: Any) -> None:
    await pilot.press("m", *"Jazz", "tab", *"2026-12-24", "tab", *"Blue")


async def test_a_form_is_sent_as_one_payload_and_closes_when_it_is_stored() -> None:
    handle = _idle()
    async with opened(handle, size=(120, 40)) as (app, pilot):
        await _fill(pilot)
        app.screen.query_one("#tags", TextInput).value = "jazz, live music,"
        await pilot.press("enter")
        await until(pilot, lambda: "run1" in handle.reports)
        form = {
            "title": "Jazz",
            "start_time": "2026-12-24",
            "venue_name": "Blue",
            "tags": ["jazz", "live music"],
        }
        assert handle.sent == [StartImport("manual", (), (form,))]
        handle.reports["run1"].set_result(_report())
        await until(pilot, lambda: not isinstance(app.screen, ManualForm))
        await pilot.pause()
        assert "Stored, waits for review: Jazz" in text_of(app)
        await pilot.press("m")
        assert app.screen.query_one("#title", TextInput).value == ""


async def test_what_the_engine_finds_wrong_stands_under_its_field_and_the_form_stays() -> None:
    handle = _idle()
    async with opened(handle, size=(120, 40)) as (app, pilot):
        await _fill(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "run1" in handle.reports)
        message = "start_time: this is no time; city: this field is missing"
        wrong = RecordResult(0, "manual", "failed", code="VALIDATION_ERROR", error=message)
        handle.reports["run1"].set_result(_report(wrong))
        await until(pilot, lambda: "this is no time" in text_of(app))
        assert isinstance(app.screen, ManualForm)
        assert "city: this field is missing" in text_of(app)
        assert app.focused is not None
        assert app.focused.id == "start_time"


async def test_typing_replaces_the_remembered_path_and_end_keeps_it(tmp_path: Path) -> None:
    Memory(tmp_path).keep("auto", "/data/old.json")
    async with opened(_idle(), state_dir=tmp_path) as (app, pilot):
        await pilot.press("f")
        field = app.screen.query_one(TextInput)
        assert field.value == "/data/old.json"
        await pilot.press("end", "l", "escape", "f")
        field = app.screen.query_one(TextInput)
        await pilot.press("right", "l")
        assert field.value == "/data/old.jsonl"
        await pilot.press("escape", "f", *"/new")
        assert app.screen.query_one(TextInput).value == "/new"


async def test_a_form_that_is_closed_keeps_what_was_typed() -> None:
    async with opened(_idle()) as (app, pilot):
        await _fill(pilot)
        await pilot.press("escape", "m")
        await pilot.pause()
        assert app.screen.query_one("#title", TextInput).value == "Jazz"
        assert app.screen.query_one("#venue_name", TextInput).value == "Blue"


def test_a_message_is_taken_apart_by_the_fields_it_names() -> None:
    assert wrong_fields("title: missing; end_time: before the start") == {
        "title": "title: missing",
        "end_time": "end: before the start",
    }
    assert wrong_fields("start_time: not a date and time; write it like 2026-11-23 20:00", "start_time") == {
        "start_time": "start: not a date and time; write it like 2026-11-23 20:00"
    }
    assert wrong_fields("the end comes before start_time", "end_time") == {
        "end_time": "the end comes before start"
    }
    assert wrong_fields("the database is locked") == {}
