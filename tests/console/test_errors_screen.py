"""The errors' screen: three lists under one filter, records to look at, sets that are counted before they
change.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.console.app import SceneScoutApp
from scenescout_tui.console.dialogs.confirm_set import ConfirmSet
from scenescout_tui.console.dialogs.reason import Reason
from scenescout_tui.console.errors.payload import MOST, payload_rows, pretty, to_edit
from scenescout_tui.console.errors.screen import Errors
from scenescout_tui.imports.commands import UndoClear
from scenescout_tui.imports.errors_commands import (
    ClearErrorSet,
    DiscardLetters,
    FailureFilters,
    ResubmitLetter,
    RetrySet,
    UndoClearing,
)
from scenescout_tui.paging import Chosen
from tests.console import scripted
from tests.console.opened import opened, text_of
from tests.console.scripted_errors import GROUPS, ErrorHandle, errors, letters
from tests.console.terminal import terminal
from tests.console.test_hostile_text import HOSTILE, check

pytestmark = pytest.mark.anyio


async def _press(pilot: Any, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
    await pilot.pause()


async def test_the_groups_say_how_many_where_and_what_to_do_next() -> None:
    async with opened(ErrorHandle(), size=(120, 40)) as (app, pilot):
        await _press(pilot, "2")
        shown = text_of(app)
        assert isinstance(app.screen, Errors)
        assert "errors in groups: 1 of 3" in shown
        assert "19  VALIDATION" in shown
        assert "correct the source file and import it again" in shown
        await _press(pilot, "j")
        assert "the run goes on by itself when the limit allows it" in text_of(app)


async def test_tab_goes_round_the_three_lists_and_each_keeps_its_cursor() -> None:
    async with opened(ErrorHandle()) as (app, pilot):
        await _press(pilot, "2", "tab", "j", "j")
        assert isinstance(app.screen, Errors)
        assert app.screen.table.cursor_key == errors()[2].key
        await _press(pilot, "tab")
        assert app.screen.table.cursor_key == letters()[0].key
        await _press(pilot, "tab", "tab")
        assert app.screen.table.cursor_key == errors()[2].key


async def test_enter_on_a_group_shows_its_errors_and_esc_brings_the_groups_back() -> None:
    handle = ErrorHandle()
    async with opened(handle) as (app, pilot):
        await _press(pilot, "2", "slash", *"too", "enter", "enter")
        assert handle.asked[-1] == FailureFilters(group="g2")
        assert isinstance(app.screen, Errors)
        assert app.screen.table.selected is not None
        assert app.screen.table.selected.source == "yelp"
        assert "of RATE LIMIT yelp" in text_of(app)
        await _press(pilot, "escape")
        assert app.screen.table.selected == GROUPS[1]
        assert handle.asked[-1] == FailureFilters(text="too")


async def test_the_command_line_opens_the_errors_with_a_filter() -> None:
    handle = ErrorHandle()
    async with opened(handle) as (app, pilot):
        await _press(pilot, "colon", *"errors source:Yelp code:rate_limit_error run:8f2c14 many", "enter")
        assert isinstance(app.screen, Errors)
        assert handle.asked[-1] == FailureFilters(
            source="yelp", code="RATE_LIMIT_ERROR", run="8f2c14", text="many"
        )


async def test_enter_shows_the_record_then_it_alone_and_esc_goes_back_step_by_step() -> None:
    async with opened(ErrorHandle()) as (app, pilot):
        await _press(pilot, "2", "tab", "enter")
        shown = text_of(app)
        assert "the record as it came, dead letter 000000" in shown
        assert '"id": "1204"' in shown
        await _press(pilot, "enter")
        assert "errors: 1 of" not in text_of(app)
        await _press(pilot, "G")
        assert text_of(app).rstrip().split("\n")[-2].strip() == "}"
        await _press(pilot, "escape", "escape")
        assert isinstance(app.screen, Errors)
        assert "the record as it came" not in text_of(app)


async def test_the_record_follows_the_cursor_and_y_copies_it() -> None:
    async with opened(ErrorHandle(payload=b'{"id": 1}')) as (app, pilot):
        await _press(pilot, "2", "tab", "enter", "y")
        assert app.clipboard == '{\n  "id": 1\n}'
        await _press(pilot, "j", "j", "j", "j")
        assert "No record belongs to it." in text_of(app)
        await _press(pilot, "tab", "G", "enter")
        assert "may not be kept any longer" in text_of(app)


async def test_one_error_is_cleared_at_once_and_u_brings_it_back() -> None:
    handle = ErrorHandle()
    async with opened(handle) as (app, pilot):
        await _press(pilot, "2", "tab", "c")
        key = errors()[0].key
        assert handle.sent == [ClearErrorSet("errors", Chosen(FailureFilters(), (key,), upto="", most=1))]
        app.state.refresh_stats()
        await pilot.pause()
        assert "clearing errors: 1 done" in text_of(app)
        await _press(pilot, "u")
        assert handle.sent[1:] == [UndoClearing("job-1")]


async def test_without_a_clear_of_this_session_u_undoes_the_last_of_all() -> None:
    handle = ErrorHandle()
    async with opened(handle) as (app, pilot):
        await _press(pilot, "2", "u")
        assert handle.sent == []
        assert "There is nothing to undo." in text_of(app)
    handle = ErrorHandle(replace(scripted.finished(), undoable=24))
    async with opened(handle) as (_, pilot):
        await _press(pilot, "2", "u")
    assert handle.sent == [UndoClear()]


@pytest.mark.parametrize(("key", "kind"), [("c", ClearErrorSet), ("r", RetrySet)])
async def test_a_group_is_counted_and_asked_about(key: str, kind: Any) -> None:
    handle = ErrorHandle()
    async with opened(handle) as (app, pilot):
        await _press(pilot, "2", key)
        assert isinstance(app.screen, ConfirmSet)
        assert ("19 errors" if key == "c" else "19 dead letters") in text_of(app)
        await _press(pilot, "n")
        assert handle.sent == []
        await _press(pilot, key, "y")
    assert handle.sent == [kind("groups", Chosen(FailureFilters(), ("g1",), upto="01kkz", most=19))]


async def test_the_marked_rows_are_what_is_meant_and_are_unmarked_afterwards() -> None:
    handle = ErrorHandle()
    async with opened(handle) as (app, pilot):
        await _press(pilot, "2", "tab", "space", "space", "j", "r", "y")
        keys = tuple(one.key for one in errors()[:2])
        assert handle.sent == [RetrySet("errors", Chosen(FailureFilters(), keys, upto="", most=2))]
        assert isinstance(app.screen, Errors)
        assert app.screen.table.marked == frozenset()


@pytest.mark.parametrize(("key", "kind"), [("C", ClearErrorSet), ("ctrl+r", RetrySet)])
async def test_all_that_is_shown_is_frozen_and_over_a_hundred_the_number_is_typed(
    key: str, kind: Any
) -> None:
    handle = ErrorHandle(number=200)
    async with opened(handle) as (app, pilot):
        await _press(pilot, "2", "tab", "slash", *"source:eventbrite", "enter", key)
        assert "160 errors" in text_of(app)
        await _press(pilot, "y", *"159", "enter")
        assert isinstance(app.screen, ConfirmSet)
        assert handle.sent == []
        await _press(pilot, *["backspace"] * 4, *"160", "enter")
    filters = FailureFilters(source="eventbrite")
    assert handle.sent == [kind("errors", Chosen(filters, (), upto="01kkz", most=160))]


async def test_a_dead_letter_is_discarded_for_a_reason_only() -> None:
    handle = ErrorHandle()
    async with opened(handle) as (app, pilot):
        await _press(pilot, "2", "tab", "tab", "d")
        assert isinstance(app.screen, Reason)
        await _press(pilot, "enter")
        assert handle.sent == []
        await _press(pilot, *"a test", "enter")
    key = letters()[0].key
    chosen = Chosen(FailureFilters(), (key,), upto="", most=1)
    assert handle.sent == [DiscardLetters(chosen, "a test")]


async def test_all_dead_letters_shown_are_counted_before_the_reason_is_asked() -> None:
    handle = ErrorHandle()
    async with opened(handle) as (app, pilot):
        await _press(pilot, "2", "tab", "tab")
        assert "d D discard" in text_of(app).split("\n")[-1]
        await _press(pilot, "D")
        assert "20 dead letters" in text_of(app)
        await _press(pilot, "y", *"old", "enter")
    assert handle.sent == [DiscardLetters(Chosen(FailureFilters(), (), upto="01kkz", most=20), "old")]


async def test_what_does_not_fit_a_list_says_so_and_sends_nothing() -> None:
    handle = ErrorHandle()
    async with opened(handle) as (app, pilot):
        await _press(pilot, "2", "d")
        assert "Dead letters are discarded; errors are cleared." in text_of(app)
        await _press(pilot, "tab", "tab", "c")
        assert "errors are cleared" in text_of(app)
    assert handle.sent == []


async def test_without_errors_it_says_so_and_no_key_does_harm() -> None:
    handle = ErrorHandle(scripted.idle(), number=0)
    async with opened(handle) as (app, pilot):
        await _press(pilot, "2")
        assert "No errors." in text_of(app)
        await _press(pilot, "r", "c", "C", "ctrl+r", "d", "D", "enter", "y", "space", "tab", "tab")
        assert "No dead letters." in text_of(app)
        await _press(pilot, "r", "d", "D", "G", "enter", "y")
    assert handle.sent == []


async def test_a_console_that_only_looks_has_none_of_the_keys_that_change() -> None:
    handle = ErrorHandle()
    async with opened(handle, read_only=True) as (app, pilot):
        await _press(pilot, "2", "tab", "r", "c", "C", "ctrl+r", "u", "tab", "d", "D")
        assert isinstance(app.screen, Errors)
        assert "retry" not in text_of(app).split("\n")[-1]
    assert handle.sent == []


async def test_the_list_and_the_filter_are_there_again_in_the_next_session(tmp_path: Any) -> None:
    async with opened(ErrorHandle(), state_dir=tmp_path) as (app, pilot):
        await _press(pilot, "2", "tab", "slash", *"start", "enter", "1")
        await app.workers.wait_for_complete()
    handle = ErrorHandle()
    async with opened(handle, state_dir=tmp_path) as (app, pilot):
        await _press(pilot, "2")
        assert isinstance(app.screen, Errors)
        assert app.screen.kind == "errors"
        assert handle.asked[-1] == FailureFilters(text="start")


async def test_nothing_of_an_error_or_a_record_is_obeyed() -> None:
    handle = ErrorHandle(number=5)
    plain: dict[str, Any] = dict(handle.rows)
    async with opened(handle, size=(200, 50)) as (app, pilot):
        await _press(pilot, "2", "tab", "enter")
        assert isinstance(app.screen, Errors)
        for text in HOSTILE:
            for kind in ("groups", "errors", "letters"):
                handle.rows[kind] = [
                    replace(row, message=text, code=text, source=text) for row in plain[kind]
                ]
            handle.rows["errors"] = [
                replace(row, where=text, action=text, field=text) for row in handle.rows["errors"]
            ]
            handle.payload = text.encode("utf-8", "surrogatepass")
            app.screen.table.restart()
            await pilot.pause()
            check(text_of(app), text)
        assert not app._exit


def test_a_record_that_is_no_json_is_shown_as_it_is() -> None:
    assert pretty(b'{"id": "9"') == '{"id": "9"'
    assert pretty(b"\xff\xfe caf\xc3\xa9") == "\ufffd\ufffd café"
    assert pretty(b"[" * 100_000).startswith("[[[")


def test_a_long_record_says_how_much_more_there_is_and_where() -> None:
    rows = payload_rows(b"x" * (MOST + 7), 80, "01kkd000000000000000abcdef")
    assert "".join(text for text, _ in rows[-1]).strip() == "7 characters more: scenescout errors show abcdef"
    assert sum(text.count("x") for row in rows[:-1] for text, _ in row) == MOST


def test_no_row_of_a_record_is_wider_than_the_screen_and_nothing_is_lost() -> None:
    payload = b'{"a": {"b": {"c": "' + b"lorem ipsum " * 40 + b'", "n": -1.5, "t": true}}}'
    rows = payload_rows(payload, 40, "x")
    assert all(sum(len(text) for text, _ in row) <= 40 for row in rows)
    whole = "".join(text for row in rows for text, _ in row)
    assert whole.replace(" ", "").replace("\n", "") == pretty(payload).replace(" ", "").replace("\n", "")


def _editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> Path:
    """Set an editor that notes what it was given, and its rights, before it does something to it."""
    notes = tmp_path / "notes"
    program = tmp_path / "editor"
    program.write_text(f'#!/bin/sh\nstat -c \'%a %n\' "$1" > {notes}\ncat "$1" >> {notes}\n{script}\n')
    program.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(program))
    monkeypatch.setattr(SceneScoutApp, "suspend", lambda app: nullcontext())
    return notes


def _is_gone(name: str) -> bool:
    return not Path(name).exists()


async def test_a_record_is_corrected_in_the_editor_and_sent_in_the_place_of_its_letter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    notes = _editor(monkeypatch, tmp_path, 'printf \'{"id": 2}\' > "$1"')
    handle = ErrorHandle(payload=b'{"id":1}')
    async with opened(handle) as (_, pilot):
        await _press(pilot, "2", "tab", "e")
    assert handle.sent == [ResubmitLetter(letters()[0].key, b'{"id": 2}')]
    first, *rest = notes.read_text().split("\n")
    mode, _, name = first.partition(" ")
    assert mode == "600"
    assert rest[:3] == ["{", '  "id": 1', "}"]
    assert _is_gone(name)


@pytest.mark.parametrize("script", ["exit 0", "echo x > $1; exit 3", ": > $1"])
async def test_a_record_that_is_left_as_it_was_or_given_up_is_not_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    _editor(monkeypatch, tmp_path, script)
    handle = ErrorHandle()
    async with opened(handle) as (app, pilot):
        await _press(pilot, "2", "tab", "tab", "e")
        assert ("ended with 3" if "3" in script else "Nothing was changed") in text_of(app)
    assert handle.sent == []


async def test_without_an_editor_or_a_record_e_says_so_and_imports_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _editor(monkeypatch, tmp_path, "")
    monkeypatch.setenv("VISUAL", str(tmp_path / "none"))
    handle = ErrorHandle()
    async with opened(handle, size=(120, 40)) as (app, pilot):
        await _press(pilot, "2", "e")
        assert "Open the group first" in text_of(app)
        await _press(pilot, "tab", "e")
        assert "could not be started" in text_of(app)
        await _press(pilot, "j", "j", "j", "j", "e")
        assert "There is no record to edit" in text_of(app)
    assert handle.sent == []


@pytest.mark.parametrize("payload", [b"\xff\x00", b'"\\ud800"', b"plain"])
def test_what_is_edited_loses_nothing(payload: bytes) -> None:
    assert to_edit(payload).removesuffix(b"\n") == payload


def test_the_editor_has_the_terminal_to_itself_and_gives_it_back(tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text(
        '#!/bin/sh\necho EDITING $(tail -n 1 "$1")\ngrep SigBlk /proc/self/status\n'
        'read line\necho "$line" > "$1"\n'
    )
    editor.chmod(0o700)
    script = tmp_path / "play.py"
    script.write_text(
        "import signal\n"
        "from tests.console.opened import console\n"
        "from tests.console.scripted_errors import ErrorHandle\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})\n"
        "handle = ErrorHandle(payload=b'plain')\n"
        "console(handle).run()\n"
        "print('SENT', handle.sent[0].payload)\n"
    )
    with terminal(script, VISUAL=str(editor)) as opened_terminal:
        opened_terminal.shows("errors:")
        opened_terminal.type(b"2")
        opened_terminal.shows("errors in groups: 1 of 3")
        opened_terminal.type(b"\t")
        opened_terminal.shows("errors: 1 of 24")
        opened_terminal.type(b"e")
        opened_terminal.shows("EDITING plain")
        # Keys go to the editor now: q does not end the console.
        opened_terminal.type(b"q is typed here\r")
        opened_terminal.shows("begun")
        opened_terminal.type(b"q")
        assert opened_terminal.exit_status() == 0
        assert b"SigBlk:\t0000000000000000" in opened_terminal.written
        assert b"SENT b'q is typed here\\n'" in opened_terminal.written
