"""The sources' screen: how each is and why it waits, its token only as set or not, and the test of its
connection.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from scenescout_tui.console.app import SceneScoutApp
from scenescout_tui.console.sources.screen import SourcesScreen
from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.sources_commands import TrySource
from tests.console import scripted
from tests.console.opened import opened, text_of
from tests.console.scripted_sources import FACTS, NOW, handle
from tests.console.test_hostile_text import HOSTILE, check

pytestmark = pytest.mark.anyio


def _fact(app: SceneScoutApp, name: str) -> str:
    lines = [line for line in text_of(app).split("\n") if line.startswith(f"   {name} ")]
    return lines[0].removeprefix(f"   {name}").strip() if lines else ""


async def test_6_shows_why_a_source_waits_and_until_when_in_words() -> None:
    async with opened(handle()) as (app, pilot):
        await pilot.press("6")
        await pilot.pause()
        assert _fact(app, "state") == "waits: circuit open until 12:45:10 (5 failures in a row)"
        assert _fact(app, "circuit").startswith("open until 12:45:10")
        assert _fact(app, "budget") == "69 of 2,000 left, resets 12:58:11"
        await pilot.press("j")
        await pilot.pause()
        assert _fact(app, "state").startswith("parked until 2026-11-24 00:00: the daily limit is used")
        assert _fact(app, "circuit") == "closed: requests may go"
        assert _fact(app, "terms").endswith("content may be kept for 24 hours")


async def test_a_token_is_set_and_from_where_or_it_is_said_what_to_set() -> None:
    async with opened(handle(), size=(120, 40)) as (app, pilot):
        await pilot.press("6")
        await pilot.pause()
        assert _fact(app, "token") == "set, from environment SCENESCOUT_EVENTBRITE_TOKEN_FILE"
        await pilot.press("j")
        await pilot.pause()
        assert _fact(app, "token").startswith("not set: set SCENESCOUT_YELP_TOKEN, or")
        await pilot.press("j")
        await pilot.pause()
        assert _fact(app, "token") == _fact(app, "circuit") == ""


async def test_the_last_runs_are_shown_the_newest_first_and_enter_shows_all_of_them() -> None:
    async with opened(handle(), size=(120, 40)) as (app, pilot):
        await pilot.press("6")
        await pilot.pause()
        lines = text_of(app).split("\n")
        runs = lines[next(place for place, line in enumerate(lines) if "last runs" in line) + 1 :]
        assert [line.split()[1] for line in runs[:2]] == ["running", "completed"]
        assert "1,204 new" in runs[1]
        assert "41 s" in runs[1]
        asked: list[tuple[str, str | None]] = []
        app.go_to = lambda name, filters=None: asked.append((name, filters))  # type: ignore[method-assign]
        await pilot.press("enter")
        assert asked == [("runs", "source:eventbrite")]


async def test_what_changes_is_shown_and_the_cursor_stays_on_its_source() -> None:
    engine = handle()
    async with opened(engine) as (app, pilot):
        await pilot.press("6", "j")
        await pilot.pause()
        engine.picture = replace(scripted.finished(), number=900, at=NOW + 60)
        app.state.refresh_stats()
        await pilot.pause()
        assert isinstance(app.screen, SourcesScreen)
        assert app.screen.table.cursor_key == "yelp"
        assert "last run 12:41: 9,120 new" in text_of(app)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (CommandResult(True, "Yelp answered in 0.2 s and takes the token."), "takes the token."),
        (
            CommandResult(False, "Yelp answered 401", "EXTERNAL_API_ERROR", "Check the token."),
            "Check the token.",
        ),
    ],
)
async def test_capital_t_tests_the_connection_and_says_how_it_went(result: CommandResult, said: str) -> None:
    engine = handle(answers=lambda _: result)
    async with opened(engine, size=(120, 40)) as (app, pilot):
        await pilot.press("6", "j", "T")
        await pilot.pause()
        assert engine.sent == [TrySource("yelp")]
        assert said in text_of(app).split("\n")[0]
        assert _fact(app, "tested").startswith("12:41:07: Yelp answered")
        assert said in _fact(app, "tested")
        await pilot.press("k")
        await pilot.pause()
        assert _fact(app, "tested") == ""


async def test_what_has_no_connection_is_not_tested_and_its_key_is_not_offered() -> None:
    engine = handle()
    async with opened(engine) as (app, pilot):
        await pilot.press("6")
        await pilot.pause()
        assert "T test" in text_of(app)
        await pilot.press("G")
        await pilot.pause()
        app.state.refresh_stats()
        await pilot.press("T")
        await pilot.pause()
        assert engine.sent == []
        assert "no connection to test" in text_of(app)


async def test_a_viewer_tests_nothing() -> None:
    engine = handle(scripted.viewer())
    async with opened(engine) as (app, pilot):
        await pilot.press("6")
        await pilot.pause()
        assert "T test" not in text_of(app)
        await pilot.press("T")
        await pilot.pause()
        assert engine.sent == []
        assert "runs the engine" in text_of(app)


async def test_y_copies_what_is_said_of_the_source() -> None:
    engine = handle()
    async with opened(engine) as (app, pilot):
        await pilot.press("6", "y")
        await pilot.pause()
        assert app.clipboard.startswith("Eventbrite\n")
        assert "circuit open until 12:45:10" in app.clipboard
        assert engine.sent == []


async def test_a_filter_leaves_what_has_its_words() -> None:
    async with opened(handle()) as (app, pilot):
        await pilot.press("colon", *"sources not set", "enter")
        await pilot.pause()
        assert isinstance(app.screen, SourcesScreen)
        app.screen.table.restart()
        await pilot.pause()
        assert app.screen.table.cursor_key == "yelp"
        await pilot.press("slash", *"zzz", "enter")
        await pilot.pause()
        assert "No source passes the filter." in text_of(app)
        await pilot.press("enter", "T", "y", "space", "j")
        assert app.is_running


async def test_before_the_engine_has_said_more_the_sources_are_shown_as_they_are() -> None:
    async with opened(handle(facts=())) as (app, pilot):
        await pilot.press("6", "T")
        await pilot.pause()
        assert _fact(app, "state").startswith("waits: circuit open")
        assert _fact(app, "token") == ""


async def test_nothing_that_a_source_says_is_obeyed() -> None:
    engine = handle()
    async with opened(engine, size=(200, 50)) as (app, pilot):
        await pilot.press("6")
        assert isinstance(app.screen, SourcesScreen)
        for number, text in enumerate(HOSTILE):
            facts = tuple(replace(one, asks_for=text) for one in FACTS)
            app.screen.facts = {one.name: one for one in facts}
            picture = scripted.waiting()
            rows = tuple(replace(one, detail=text, waits=text) for one in picture.sources)
            engine.picture = replace(picture, number=1000 + number, sources=rows)
            app.state.refresh_stats()
            await pilot.pause()
            check(text_of(app), text)
        assert not app._exit
