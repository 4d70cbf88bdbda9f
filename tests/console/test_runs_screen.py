"""The screen of runs: it finds, shows and compares what was imported, and does no more than it is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scenescout_tui.console.dialogs.confirm import Confirm
from scenescout_tui.console.runs.screen import RunHistory
from scenescout_tui.imports.commands import CancelRun, Command, ResumeRuns
from scenescout_tui.imports.runs_commands import RunAgain
from tests.console import scripted
from tests.console.opened import opened, text_of
from tests.console.scripted_runs import RUNS, handle, history, named
from tests.console.test_hostile_text import HOSTILE, check

pytestmark = pytest.mark.anyio

_RUNNING, _PARKED, _CUT, _FORM, _DONE, _CANCELLED = range(6)


async def _sent(place: int, *keys: str, **options: bool) -> tuple[list[Command], str]:
    """What is sent, and what is on the screen, after some keys on the run at a place of the list."""
    engine = handle()
    async with opened(engine, size=(120, 40), **options) as (app, pilot):
        await pilot.press("3")
        await pilot.pause()
        await pilot.press(*["j"] * place, *keys)
        await pilot.pause()
        return list(engine.sent), text_of(app)


async def test_runs_are_listed_newest_first_with_state_and_accounting() -> None:
    async with opened(handle(history(40))) as (app, pilot):
        await pilot.press("3")
        await pilot.pause()
        shown = text_of(app)
        assert isinstance(app.screen, RunHistory)
    assert "runs: 1 of 40" in shown
    first = next(line for line in shown.split("\n") if "8f2c14" in line)
    assert first.split() == [
        "›",
        "12:39:35",
        "8f2c14",
        "eventbrite",
        "●",
        "running",
        "1:32",
        "12,583",
        "9,120",
        "24",
    ]
    places = [shown.index(run.key[-6:]) for run in RUNS]
    assert places == sorted(places)


async def test_a_run_whose_engine_was_killed_is_interrupted_nobody_knows_when_and_says_how_to_go_on() -> None:
    _, shown = await _sent(_CUT, "enter")
    assert "✕ interrupted: the engine ended during this run; R goes on behind what is written" in shown
    assert "to nobody knows when, begun by ada pid 4690" in shown


async def test_without_an_engine_of_its_own_it_names_the_command_that_goes_on() -> None:
    engine = handle(picture=scripted.viewer())
    async with opened(engine, size=(120, 40)) as (app, pilot):
        await pilot.press("3", "j", "j", "enter")
        await pilot.pause()
        assert "scenescout import --resume goes on with it" in text_of(app)


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("source:eventbrite", {0, 5}),
        ("state:int", {2}),
        ("state:completed feeds", {4}),
        ("grace", {3, 5}),
        ("nothing like it", set()),
    ],
)
async def test_a_filter_of_source_state_and_text_shows_what_passes(typed: str, ids: set[int]) -> None:
    async with opened(handle()) as (app, pilot):
        await pilot.press("3", "slash", *typed, "enter")
        await pilot.pause()
        shown = text_of(app)
    assert {place for place, run in enumerate(RUNS) if run.key[-6:] in shown} == ids
    assert ("No run passes the filter." in shown) is (not ids)


async def test_the_command_line_opens_the_runs_with_a_filter() -> None:
    async with opened(handle()) as (app, pilot):
        await pilot.press("colon", *"runs state:parked", "enter")
        await pilot.pause()
        shown = text_of(app)
        assert isinstance(app.screen, RunHistory)
    assert "771d90" in shown
    assert "31ab55" not in shown


async def test_enter_shows_the_run_in_full_and_escape_the_list_again() -> None:
    async with opened(handle(), size=(120, 50)) as (app, pilot):
        await pilot.press("3", *"jjjj", "enter")
        await pilot.pause()
        shown = text_of(app)
        for part in (
            "01kkr00000000000000031ab55",
            "09:12:00 to 09:12:07, 7.0 s, begun by ada pid 4690",
            "auto: feeds.ndjson",
            "1,224 in all, 1,204 new, 18 the same, 2 failed",
            "3 that the source no longer lists",
            "some were older copies",
            "batch size 50, deduplicate yes",
            "read timezone Europe/Berlin",
            "2 in 1 group, cleared ones too",
            "×2  VALIDATION",
            "start: this field is missing",
            "175/s over the whole run",
        ):
            assert part in shown, part
        await pilot.press("k")
        await pilot.pause()
        assert "01kkr00000000000000044f0a1" in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "01kkr0000000000000" not in text_of(app)
        assert isinstance(app.screen, RunHistory)


async def test_the_rate_is_drawn_under_its_scale() -> None:
    _, shown = await _sent(_RUNNING, "enter")
    # The busiest step has 228 records in 1.5 s.
    lines = shown.split("\n")
    top = next(place for place, line in enumerate(lines) if "200/s" in line)
    assert "█" in lines[top + 2]
    assert "12:39:35" in shown
    assert "137/s over all" in shown or "136/s over all" in shown


async def test_a_long_detail_is_scrolled_by_pages_and_the_cursor_stays() -> None:
    async with opened(handle()) as (app, pilot):
        await pilot.press("3", "enter")
        await pilot.pause()
        assert "more lines below" in text_of(app)
        assert "TypeError: unexpected list" not in text_of(app)
        await pilot.press("pagedown")
        await pilot.pause()
        assert "TypeError: unexpected list" in text_of(app)
        assert isinstance(app.screen, RunHistory)
        assert app.screen.table.cursor_key == RUNS[0].key


async def test_a_run_that_goes_on_is_shown_as_it_is_now() -> None:
    engine = handle()
    async with opened(engine, size=(120, 40)) as (app, pilot):
        await pilot.press("3", "enter")
        await pilot.pause()
        later = replace(RUNS[0], counts=replace(RUNS[0].counts, created=9_999))
        engine._lists = handle((later, *RUNS[1:]))._lists
        engine.picture = replace(engine.picture, number=900, store_revision=7)
        app.state.refresh_stats()
        await pilot.pause()
        await pilot.pause()
        assert "9,999 new" in text_of(app)


async def test_y_copies_the_id_of_the_run() -> None:
    async with opened(handle()) as (app, pilot):
        await pilot.press("3", "j", "y")
        await pilot.pause()
        assert app.clipboard == RUNS[1].key


async def test_d_compares_two_marked_runs_and_escape_takes_the_marks_away() -> None:
    async with opened(handle(), size=(120, 40)) as (app, pilot):
        await pilot.press("3", "space", *"jjjj", "space", "d")
        await pilot.pause()
        shown = text_of(app)
        lines = {line.split()[0]: line.split() for line in shown.split("\n") if line.split()}
        assert lines["run"] == ["run", "12ccd0", "8f2c14"]
        assert lines["new"] == ["new", "310", "9,120", "+8,810"]
        assert lines["failed"] == ["failed", "1", "24", "+23"]
        assert "batch size: 100 → 50" in shown
        assert "groups: 1 came, 1 went, 1 in both" in shown
        assert lines["came"][:3] == ["came", "–", "×19"]
        assert lines["went"][:3] == ["went", "×1", "–"]
        await pilot.press("y")
        assert app.clipboard == f"{RUNS[5].key} {RUNS[0].key}"
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, RunHistory)
        assert app.screen.table.marked == frozenset()
        assert "runs: 6 of 6" in text_of(app)


async def test_one_mark_is_compared_with_the_run_under_the_cursor() -> None:
    _, shown = await _sent(_RUNNING, "space", "j", "d")
    assert "two runs, the earlier one left" in shown
    assert "c0ffee" in shown


@pytest.mark.parametrize(
    ("keys", "said"), [("d", "Mark two runs with space, then d compares them."), ("   d", "3 are marked")]
)
async def test_what_cannot_be_compared_is_said(keys: str, said: str) -> None:
    _, shown = await _sent(_RUNNING, *("space" if key == " " else key for key in keys))
    assert said in shown


@pytest.mark.parametrize(
    ("place", "sent", "said"),
    [
        (_DONE, [RunAgain(RUNS[_DONE].key)], "RunAgain: accepted"),
        (_CANCELLED, [RunAgain(RUNS[_CANCELLED].key)], "RunAgain: accepted"),
        (_FORM, [], "Run 44f0a1 cannot be done again: what it read is not kept."),
    ],
)
async def test_r_does_the_run_under_the_cursor_again(place: int, sent: list[Command], said: str) -> None:
    found, shown = await _sent(place, "r")
    assert found == sent
    assert said in shown


@pytest.mark.parametrize(
    ("place", "sent", "said"),
    [
        (_CUT, [ResumeRuns(RUNS[_CUT].key)], "ResumeRuns: accepted"),
        (_PARKED, [ResumeRuns(RUNS[_PARKED].key)], "ResumeRuns: accepted"),
        (_FORM, [], "Run 44f0a1 cannot go on: what it read is not kept."),
        (_DONE, [], "Run 31ab55 is completed: there is nothing to go on with."),
    ],
)
async def test_capital_r_goes_on_with_the_run_under_the_cursor(
    place: int, sent: list[Command], said: str
) -> None:
    found, shown = await _sent(place, "R")
    assert found == sent
    assert said in shown


async def test_s_asks_and_stops_the_run_under_the_cursor_alone() -> None:
    engine = handle()
    async with opened(engine) as (app, pilot):
        await pilot.press("3", "s")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        assert "Stop run 8f2c14 of eventbrite?" in text_of(app)
        assert "12,483 records finished so far" in text_of(app)
        await pilot.press("n")
        assert engine.sent == []
        await pilot.press("s", "y")
        await pilot.pause()
        assert engine.sent == [CancelRun(RUNS[0].key)]


async def test_s_on_a_run_that_has_ended_stops_nothing() -> None:
    sent, shown = await _sent(_DONE, "s")
    assert sent == []
    assert "Run 31ab55 is not running: it is completed." in shown


@pytest.mark.parametrize("keys", ["r", "R", "s"])
async def test_nothing_is_done_to_a_run_while_two_are_compared(keys: str) -> None:
    sent, _ = await _sent(_RUNNING, "space", "j", "d", keys, "enter")
    assert sent == []


async def test_a_read_only_console_compares_and_changes_nothing() -> None:
    sent, shown = await _sent(_RUNNING, "r", "R", "s", "space", "j", "d", read_only=True)
    assert sent == []
    assert "two runs, the earlier one left" in shown


async def test_no_runs_yet_says_how_the_first_one_is_started() -> None:
    engine = handle(())
    async with opened(engine) as (app, pilot):
        await pilot.press("3")
        await pilot.pause()
        assert "No imports yet. e, Y, m and f start one" in text_of(app)
        await pilot.press("enter", "r", "R", "s", "d", "y", "space", "G", "pagedown", "escape")
        await pilot.pause()
        assert app.is_running
    assert engine.sent == []


async def test_the_key_line_names_only_what_would_do_something() -> None:
    words = {"again", "go on", "stop", "compare", "open"}
    for runs, keys, there in (
        (RUNS, (), {"again", "stop", "open"}),
        (RUNS, ("j",), {"again", "go on", "open"}),
        (RUNS, ("j", "j", "j"), {"open"}),
        (RUNS, ("space", "j", "j", "j"), {"again", "open", "compare"}),
        (RUNS, ("space", "j", "d"), set()),
        ((), (), set()),
    ):
        async with opened(handle(runs), size=(200, 60)) as (app, pilot):
            await pilot.press("3")
            await pilot.pause()
            await pilot.press(*keys)
            await pilot.pause()
            line = text_of(app).rstrip().split("\n")[-1]
        assert {word for word in words if f" {word} " in line} == there, (keys, line)


async def test_the_filter_and_the_cursor_are_there_again_after_another_screen() -> None:
    async with opened(handle()) as (app, pilot):
        await pilot.press("3", "slash", *"source:eventbrite", "enter", "j", "1", "3")
        await pilot.pause()
        assert isinstance(app.screen, RunHistory)
        assert app.screen.table.cursor_key == RUNS[5].key
        assert "771d90" not in text_of(app).split("runs:")[1]


async def test_no_text_of_a_run_is_obeyed() -> None:
    for text in HOSTILE:
        runs = (named(RUNS[2], text), named(RUNS[4], text))
        async with opened(handle(runs), size=(200, 50)) as (app, pilot):
            await pilot.press("3", "enter")
            await pilot.pause()
            check(text_of(app), text)
            await pilot.press("space", "space", "d")
            await pilot.pause()
            check(text_of(app), text)
            assert not app._exit
