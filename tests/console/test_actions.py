"""Every action of the table: a key, a line in the help, an entry of the palette, and it does what it says."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.console.app import SceneScoutApp
from scenescout_tui.console.dialogs.import_prompt import ImportPrompt
from scenescout_tui.console.dialogs.leave import Leave
from scenescout_tui.console.dialogs.manual_form import ManualForm
from scenescout_tui.console.dialogs.palette import ActionProvider
from scenescout_tui.console.dialogs.resume import ResumeDialog
from scenescout_tui.console.keys import KEYS, PLACES, remap
from scenescout_tui.console.screens.dashboard import Dashboard
from scenescout_tui.console.screens.group_errors import GroupErrors
from scenescout_tui.console.screens.help import Help
from scenescout_tui.imports.actions import ACTIONS
from scenescout_tui.imports.commands import (
    CancelRun,
    ClearErrors,
    Command,
    CommandResult,
    Pause,
    RefreshExpired,
    Resize,
    Resume,
    ResumeRuns,
    RetryDeadLetters,
    StartImport,
    Stop,
    UndoClear,
)
from scenescout_tui.imports.report import RunReport
from scenescout_tui.imports.snapshot import Counts, MetricsRow, RunRow
from scenescout_tui.settings import SettingsError
from tests.console import scripted
from tests.console.opened import opened, paste, text_of, until

pytestmark = pytest.mark.anyio

#: Taken by terminals, tmux and screen.
_TAKEN = {f"ctrl+{letter}" for letter in "abhijmqsz"}


#: Places whose keys go before those of everywhere.
_OWN = sorted({key.place for key in KEYS.values()} - {"everywhere", "dashboard"})


def _busy() -> scripted.ScriptedHandle:
    return scripted.ScriptedHandle(scripted.busy(), errors=scripted.error_items())


def _ready(*sources: str, **more: Any) -> scripted.ScriptedHandle:
    """An idle engine that knows what to ask these sources for."""
    picture = scripted.idle()
    rows = tuple(replace(row, ready=row.name in sources) for row in picture.sources)
    return scripted.ScriptedHandle(replace(picture, sources=rows), **more)


def _started(command: Command) -> CommandResult:
    data = {"run_id": "run1"} if isinstance(command, StartImport | RetryDeadLetters) else {}
    return CommandResult(True, "started", data=data)


def _report(state: Any = "completed", **counts: int) -> RunReport:
    return RunReport("run1", "eventbrite", state, Counts(**counts), 1.2, 5, MetricsRow())


async def _press_on(handle: scripted.ScriptedHandle, *keys: str, **options: Any) -> list[Command]:
    async with opened(handle, **options) as (_, pilot):
        await pilot.press(*keys)
        await pilot.pause()
        return list(handle.sent)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_action_has_a_key_that_terminals_leave_alone(action: Any) -> None:
    # ctrl+z is the shell's own key for just this.
    taken = _TAKEN - {"ctrl+z"} if action.id == "suspend" else _TAKEN
    assert set(KEYS[action.id].keys.split(",")).isdisjoint(taken)


@pytest.mark.parametrize("places", [("everywhere", "dashboard"), *((one,) for one in _OWN)])
def test_no_key_does_two_things_in_one_place(places: tuple[str, ...]) -> None:
    keys = [key for entry in KEYS.values() if entry.place in places for key in entry.keys.split(",")]
    assert len(keys) == len(set(keys))


def test_the_table_of_keys_names_no_action_that_does_not_exist() -> None:
    assert set(KEYS) == {action.id for action in ACTIONS}


@pytest.mark.parametrize("place", ["dashboard", *_OWN])
async def test_every_action_has_its_line_in_the_help_of_its_place(place: str) -> None:
    async with opened(_busy(), size=(120, 60)) as (app, pilot):
        app.push_screen(Help((place,)))
        await pilot.pause()
        shown = text_of(app)
    here = [action for action in ACTIONS if KEYS[action.id].place in {place, "everywhere"}]
    assert [action.id for action in here if action.title not in shown] == []


def test_every_action_of_a_screen_is_a_method_of_its_actions() -> None:
    for name, place in PLACES.items():
        module, _, found = place.screen.partition(":")
        screen = getattr(import_module(module), found)
        here = [one.id for one in ACTIONS if KEYS[one.id].place in screen.PLACES]
        assert name in screen.PLACES
        assert [one for one in here if not hasattr(screen.ACTIONS, one)] == []


async def test_every_action_has_its_entry_in_the_palette() -> None:
    async with opened(_busy()) as (app, _):
        provider = ActionProvider(app.screen)
        found = [str(hit.text) async for hit in provider.discover()]
    missing = [
        one.id for one in ACTIONS if one.id != "palette" and not any(one.title in text for text in found)
    ]
    assert missing == []


async def test_every_binding_explains_itself() -> None:
    async with opened(_busy()) as (app, _):
        bound = {active.binding.id: active.binding for active in app.screen.active_bindings.values()}
        here = [action for action in ACTIONS if KEYS[action.id].place not in _OWN]
        assert all(action.id in bound and bound[action.id].tooltip == action.help for action in here)


async def test_a_remapped_action_has_its_new_key_everywhere_and_loses_the_old_one() -> None:
    remap({"pause": "f9"})
    async with opened(_busy()) as (app, pilot):
        assert "F9 pause" in text_of(app) or "f9 pause" in text_of(app)
        await pilot.press("p", "f9")
        await pilot.pause()
        assert isinstance(app.handle, scripted.ScriptedHandle)
        assert app.handle.sent == [Pause()]


@pytest.mark.parametrize(("key", "source"), [("e", "eventbrite"), ("y", "yelp"), ("f", "auto")])
async def test_a_file_is_asked_for_imported_and_remembered(key: str, source: str, tmp_path: Path) -> None:
    file = tmp_path / "events.json"
    file.write_text("[]")
    handle = _busy()
    async with opened(handle, state_dir=tmp_path / "state") as (app, pilot):
        await pilot.press(key)
        assert isinstance(app.screen, ImportPrompt)
        await paste(pilot, str(file))
        await pilot.press("enter")
        await pilot.pause()
        assert handle.sent == [StartImport(source, (str(file),))]
        await pilot.press(key, "enter")
        await pilot.pause()
    assert handle.sent == [StartImport(source, (str(file),))] * 2


@pytest.mark.parametrize(("key", "source"), [("e", "eventbrite"), ("y", "yelp")])
async def test_a_source_that_is_ready_starts_at_once_and_shift_asks_all_the_same(
    key: str, source: str
) -> None:
    assert await _press_on(_ready(source), key) == [StartImport(source)]
    async with opened(_ready(source)) as (app, pilot):
        await pilot.press(key.upper())
        assert isinstance(app.screen, ImportPrompt)


async def test_a_source_that_is_parked_is_not_started_a_second_time() -> None:
    handle = _ready("eventbrite")
    run = RunRow("r1", "eventbrite", "parked", scripted.NOW - 60, scripted.NOW, Counts(), resumable=True)
    for resume_at, sent in ((scripted.NOW + 600, []), (scripted.NOW - 1, [StartImport("eventbrite")])):
        handle.picture = replace(handle.picture, runs=(replace(run, resume_at=resume_at),))
        async with opened(handle, size=(120, 40)) as (app, pilot):
            await pilot.press("e")
            await pilot.pause()
            line = text_of(app).split("\n")[0]
        assert handle.sent == sent
        said = "Eventbrite is parked until 12:51: R asks again now, E imports something else"
        assert (said in line) is (not sent)


@pytest.mark.parametrize(
    ("key", "typed", "command"),
    [
        ("e", "organizer=123 max-pages=3", {"ask": (("max-pages", "3"), ("organizer", "123"))}),
        ("Y", "location=New York free=true", {"ask": (("free", "true"), ("location", "New York"))}),
        ("f", "webcal://example.org/feed", {"inputs": ("webcal://example.org/feed",)}),
        ("e", "https://example.org/e.json", {"inputs": ("https://example.org/e.json",)}),
    ],
)
async def test_words_and_addresses_are_asked_for_imported_and_remembered(
    key: str, typed: str, command: dict[str, Any], tmp_path: Path
) -> None:
    source = {"e": "eventbrite", "y": "yelp", "f": "auto"}[key.lower()]
    handle = _ready("yelp")
    async with opened(handle, state_dir=tmp_path) as (_, pilot):
        await pilot.press(key)
        await paste(pilot, typed)
        await pilot.press("enter")
        await pilot.pause()
        assert handle.sent == [StartImport(source, **command)]
        await pilot.press(key, "enter")
        await pilot.pause()
    assert handle.sent == [StartImport(source, **command)] * 2


async def test_what_cannot_be_asked_for_is_said_in_the_prompt_and_nothing_is_sent() -> None:
    handle = _ready()
    missing = "yelp wants a token, and none is set. Set SCENESCOUT_YELP_TOKEN."
    asked: list[Any] = []

    def may_ask(source: str, pairs: Any) -> str:
        asked.append((source, pairs))
        return missing

    async with opened(handle, size=(120, 40), may_ask=may_ask) as (app, pilot):
        await pilot.press("y", *"location=Lisboa", "enter")
        await pilot.pause()
        assert isinstance(app.screen, ImportPrompt)
        assert "SCENESCOUT_YELP_TOKEN" in text_of(app)
    assert asked == [("yelp", (("location", "Lisboa"),))]
    assert handle.sent == []


@pytest.mark.parametrize("typed", ["http://", "https:// /x", "webcal://[::1", "location="])
async def test_half_an_address_or_word_is_refused_in_the_prompt(typed: str) -> None:
    handle = _ready()
    async with opened(handle) as (app, pilot):
        await pilot.press("y", *typed, "enter")
        await pilot.pause()
        assert isinstance(app.screen, ImportPrompt)
    assert handle.sent == []


async def test_an_interrupted_import_is_offered_once_at_the_start_and_r_goes_on_with_it() -> None:
    handle = scripted.ScriptedHandle(scripted.interrupted())
    async with opened(handle) as (app, pilot):
        assert "1 import was interrupted; R goes on: eventbrite organizer=123" in text_of(app)
        await pilot.press("t")
        handle.picture = replace(handle.picture, number=9)
        app.state.refresh_stats()
        await pilot.pause()
        assert "was interrupted" not in text_of(app)
        assert "R goes on" in text_of(app)
        await pilot.press("R")
        await pilot.pause()
    assert handle.sent == [ResumeRuns(handle.picture.runs[0].run_id)]


async def test_of_several_imports_to_go_on_with_one_or_all_are_chosen() -> None:
    parked, cut = (run.run_id for run in scripted.waiting().runs if run.resumable)
    for key, sent in (
        ("1", [ResumeRuns(parked)]),
        ("2", [ResumeRuns(cut)]),
        ("3", []),
        ("a", [ResumeRuns()]),
        ("escape", []),
    ):
        handle = scripted.ScriptedHandle(scripted.waiting())
        async with opened(handle) as (app, pilot):
            await pilot.press("R")
            assert isinstance(app.screen, ResumeDialog)
            await pilot.press(key)
            await pilot.pause()
            assert handle.sent == sent


async def test_without_anything_to_go_on_with_r_says_so() -> None:
    handle = scripted.ScriptedHandle(scripted.idle())
    async with opened(handle) as (app, pilot):
        await pilot.press("R")
        await pilot.pause()
        assert "There is no import to go on with." in text_of(app)
    assert handle.sent == []


async def test_f_in_capitals_fetches_what_has_expired_and_waits_for_every_run() -> None:
    def two_runs(command: Command) -> CommandResult:
        return CommandResult(True, "fetching 12 events again", data={"count": 12, "run_ids": ["a", "b"]})

    handle = scripted.ScriptedHandle(scripted.waiting(), answers=two_runs)
    async with opened(handle) as (_, pilot):
        await pilot.press("F")
        await until(pilot, lambda: set(handle.reports) == {"a", "b"})
    assert handle.sent == [RefreshExpired()]


async def test_a_run_that_is_parked_says_until_when() -> None:
    handle = _ready("yelp", answers=_started)
    async with opened(handle) as (app, pilot):
        await pilot.press("y")
        await until(pilot, lambda: "run1" in handle.reports)
        report = replace(_report("parked", created=180), source="yelp", resume_at=scripted.MIDNIGHT)
        handle.reports["run1"].set_result(report)
        await until(pilot, lambda: app.said is not None and "parked until" in app.said[1])
        assert "Yelp parked until 2026-11-24 00:00: 180 new" in text_of(app)


async def test_m_opens_the_form_for_one_event() -> None:
    async with opened(_busy()) as (app, pilot):
        await pilot.press("m")
        assert isinstance(app.screen, ManualForm)


async def test_p_pauses_and_goes_on() -> None:
    assert await _press_on(_busy(), "p") == [Pause()]
    assert await _press_on(scripted.ScriptedHandle(scripted.paused()), "p") == [Resume()]


async def test_plus_and_minus_count_on_from_what_was_asked_last() -> None:
    assert await _press_on(_busy(), "plus", "plus", "minus") == [Resize(9), Resize(10), Resize(9)]


async def test_there_is_no_less_than_one_worker() -> None:
    handle = scripted.ScriptedHandle(replace(scripted.idle(), max_workers=1))
    assert await _press_on(handle, "minus") == []


async def test_s_asks_before_it_stops_the_imports() -> None:
    assert await _press_on(_busy(), "s", "n") == []
    assert await _press_on(_busy(), "s", "escape") == []
    assert await _press_on(_busy(), "s", "y") == [CancelRun()]


async def test_c_clears_all_errors_and_says_so() -> None:
    handle = scripted.ScriptedHandle(
        scripted.finished(), answers=lambda _: CommandResult(True, "24 errors cleared, u brings them back")
    )
    async with opened(handle) as (app, pilot):
        await pilot.press("c")
        await pilot.pause()
        assert handle.sent == [ClearErrors()]
        assert "24 errors cleared" in text_of(app)


async def test_u_undoes_the_last_clear_where_there_is_one() -> None:
    assert await _press_on(scripted.ScriptedHandle(scripted.idle()), "u") == []
    handle = scripted.ScriptedHandle(replace(scripted.idle(), undoable=24))
    assert await _press_on(handle, "u") == [UndoClear()]


async def test_r_retries_the_group_under_the_cursor() -> None:
    assert await _press_on(_busy(), "j", "r") == [RetryDeadLetters(group="g2")]
    assert await _press_on(_busy(), "down", "down", "k", "r") == [RetryDeadLetters(group="g2")]


async def test_a_click_moves_the_cursor_too() -> None:
    handle = _busy()
    async with opened(handle, size=(120, 40)) as (app, pilot):
        await pilot.click(offset=(70, 5))
        await pilot.pause()
        assert isinstance(app.screen, Dashboard)
        assert app.screen.selected_group == scripted.GROUPS[1]
        assert "Nothing to do: the run goes on by itself" in text_of(app)


async def test_enter_shows_the_errors_of_the_group_and_escape_goes_back() -> None:
    async with opened(_busy()) as (app, pilot):
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, GroupErrors)
        assert "record 1,204" in text_of(app)
        await pilot.press("escape")
        assert not isinstance(app.screen, GroupErrors)


async def test_the_three_top_lines_are_on_every_screen() -> None:
    async with opened(_busy()) as (app, pilot):
        top = text_of(app).split("\n")[:3]
        for keys in (["question_mark"], ["enter"], ["f"], ["m"], ["q"], ["s"], ["colon"]):
            await pilot.press(*keys)
            await pilot.pause()
            assert text_of(app).split("\n")[:3] == top, keys
            await pilot.press("escape")
            await pilot.pause()


async def test_t_walks_through_the_themes() -> None:
    async with opened(_busy()) as (app, pilot):
        seen = [app.theme]
        for _ in range(3):
            await pilot.press("t")
            seen.append(app.theme)
    assert seen == ["scenescout-dark", "scenescout-light", "scenescout-safe", "scenescout-dark"]


async def test_the_question_mark_opens_the_help_once() -> None:
    async with opened(_busy()) as (app, pilot):
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)
        await pilot.press("question_mark")
        assert not isinstance(app.screen, Help)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pause": "s"}, "s does cancel_run already"),
        ({"pausee": "f9"}, "Did you mean pause"),
        ({"log_level": "w"}, "w does log_follow already"),
        ({"mark": "j"}, "j does move_down already"),
    ],
)
def test_keys_that_cannot_be_are_refused_in_words(changes: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        remap(changes)


async def test_the_command_line_runs_an_action_by_its_name() -> None:
    handle = _busy()
    async with opened(handle) as (_, pilot):
        await pilot.press("colon", *"pause", "enter")
        await until(pilot, lambda: handle.sent == [Pause()])


@pytest.mark.parametrize("key", ["ctrl+p"])
async def test_the_palette_runs_an_action_by_its_name(key: str) -> None:
    handle = _busy()
    async with opened(handle) as (_, pilot):
        await pilot.press(key)
        await pilot.press(*"pause")
        await until(pilot, lambda: bool(pilot.app.screen.query("OptionList").first()))
        await pilot.pause(0.3)
        await pilot.press("enter")
        await until(pilot, lambda: handle.sent == [Pause()])


async def test_q_leaves_at_once_when_nothing_runs() -> None:
    async with opened(scripted.ScriptedHandle(scripted.idle())) as (app, pilot):
        await pilot.press("q")
        await pilot.pause()
        assert app._exit
        assert app.return_code == 0


@pytest.mark.parametrize(
    ("key", "sent"), [("d", [Stop(drain=True)]), ("s", [Stop(drain=False)]), ("escape", [])]
)
async def test_q_during_a_run_asks_and_waits_for_the_engine(key: str, sent: list[Command]) -> None:
    handle = _busy()
    async with opened(handle) as (app, pilot):
        await pilot.press("q")
        assert isinstance(app.screen, Leave)
        await pilot.press(key)
        await pilot.pause()
        assert handle.sent == sent
        assert not app._exit
        if sent:
            handle.ended.set_result(None)
            await until(pilot, lambda: app._exit)
            assert app.return_code == 0


async def test_ctrl_c_says_how_to_quit_and_ctrl_q_does_nothing() -> None:
    async with opened(_busy()) as (app, pilot):
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert not app._exit
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert "Press q to quit" in text_of(app)
        assert not app._exit


async def test_ctrl_c_copies_what_the_mouse_has_marked() -> None:
    async with opened(_busy()) as (app, pilot):
        await pilot.mouse_down(offset=(1, 0))
        await pilot.hover(offset=(10, 0))
        await pilot.mouse_up(offset=(10, 0))
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert app.clipboard.startswith("SceneScout")


async def test_the_end_of_a_run_is_said_with_its_counts() -> None:
    handle = _ready("eventbrite", answers=_started)
    async with opened(handle) as (app, pilot):
        await pilot.press("e")
        await until(pilot, lambda: "run1" in handle.reports)
        handle.reports["run1"].set_result(_report(created=1204, failed=2))
        await until(pilot, lambda: app.said is not None and "1,204 new" in app.said[1])
        assert "Eventbrite: 1,204 new, 2 failed, in 1.2 s" in text_of(app)


async def test_what_an_import_has_brought_and_what_failed_is_read_at_80_columns() -> None:
    handle = _ready("eventbrite", answers=_started)
    handle.picture = replace(handle.picture, database="a-database-with-a-long-name.db")
    async with opened(handle) as (app, pilot):
        await pilot.press("e")
        await until(pilot, lambda: "run1" in handle.reports)
        handle.reports["run1"].set_result(_report(created=288, duplicate=28, skipped=21, failed=20))
        await until(pilot, lambda: app.said is not None and "288 new" in app.said[1])
        await pilot.pause()
        line = text_of(app).split("\n")[0]
    assert "288 new, 20 failed, 28 duplicates, 21 skipped" in line
    assert "ready" in line


async def test_a_refused_command_is_said_with_what_to_do() -> None:
    refused = CommandResult(False, "There is no such file.", "INPUT_ERROR", "Name a file.")
    handle = _ready("eventbrite", answers=lambda _: refused)
    async with opened(handle) as (app, pilot):
        await pilot.press("e")
        await pilot.pause()
        assert "There is no such file. Name a file." in text_of(app)


@pytest.mark.parametrize("key", ["e", "E", "y", "Y", "m", "f", "F", "p", "plus", "minus", "s", "r", "c"])
async def test_a_viewer_is_told_who_has_the_engine(key: str) -> None:
    handle = scripted.ScriptedHandle(scripted.viewer())
    async with opened(handle) as (app, pilot):
        assert "engine: process 22405" in text_of(app)
        await pilot.press(key)
        await pilot.pause()
        assert handle.sent == []
        assert "Not from here: process 22405 runs the engine." in text_of(app)


async def test_a_read_only_console_has_no_key_that_changes_anything() -> None:
    handle = _busy()
    async with opened(handle, read_only=True) as (app, pilot):
        bound = {active.binding.id for active in app.screen.active_bindings.values()}
        assert bound.isdisjoint({action.id for action in ACTIONS if action.scope != "view"})
        for action in ACTIONS:
            if action.scope != "view":
                app.action_act(action.id)
        await pilot.pause()
    assert handle.sent == []


async def test_keys_before_the_engine_is_there_are_answered() -> None:
    never: Future[Any] = Future()
    app = SceneScoutApp(lambda: never.result(5), refresh_every=None)
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("p")
        await pilot.pause()
        assert "The engine is still starting" in text_of(app)
        never.set_result(_busy())
        await until(pilot, lambda: app.handle is not None)


async def test_an_import_that_is_wanted_before_the_engine_is_there_starts_with_it() -> None:
    later: Future[Any] = Future()
    handle = _ready("eventbrite")
    app = SceneScoutApp(lambda: later.result(5), refresh_every=None)
    async with app.run_test() as pilot:
        await pilot.press("e")
        await pilot.pause()
        assert "Import Eventbrite: as soon as the engine has started." in text_of(app)
        later.set_result(handle)
        await until(pilot, lambda: handle.sent == [StartImport("eventbrite")])


@pytest.mark.parametrize("key", ["f", "m", "s", "q", "colon"])
async def test_under_a_dialog_the_numbers_go_on(key: str) -> None:
    handle = _busy()
    async with opened(handle) as (app, pilot):
        await pilot.press(key)
        await pilot.pause()
        assert "9,120" in text_of(app).split("\n")[2]
        handle.picture = scripted.busy(1)
        app.state.refresh_stats()
        await until(pilot, lambda: "9,270" in text_of(app).split("\n")[2])


async def test_the_numbers_in_a_question_are_those_of_now() -> None:
    handle = _busy()
    async with opened(handle) as (app, pilot):
        await pilot.press("s")
        await pilot.pause()
        assert "12,663 records finished so far" in text_of(app)
        handle.picture = scripted.busy(1)
        app.state.refresh_stats()
        await until(pilot, lambda: "12,857 records finished so far" in text_of(app))
