"""The settings' screen: what is in force, from where, and what to write to change it; no secret is shown."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from scenescout_tui.console.app import SceneScoutApp
from scenescout_tui.console.keys import KEYS, remap
from scenescout_tui.console.settings.screen import SettingsScreen
from scenescout_tui.imports.actions import ACTIONS
from scenescout_tui.imports.settings_in_force import settings_in_force
from scenescout_tui.settings import SETTING_KEYS, load_settings
from tests.console.opened import opened, text_of
from tests.console.scripted_settings import ENVIRON, TOKEN, handle
from tests.console.test_hostile_text import HOSTILE, check

pytestmark = pytest.mark.anyio


def _line(app: SceneScoutApp, name: str) -> str:
    return next(line for line in text_of(app).split("\n") if f" {name} " in line)


async def test_8_shows_every_setting_with_its_value_and_where_it_comes_from() -> None:
    async with opened(handle(), size=(120, 60)) as (app, pilot):
        await pilot.press("8")
        await pilot.pause()
        shown = text_of(app)
        assert [key.name for key in SETTING_KEYS if f" {key.name} " not in shown] == []
        assert "60  " in _line(app, "timeout")
        assert "environment SCENESCOUT_TIMEOUT" in _line(app, "timeout")
        assert _line(app, "max_workers").split()[1:3] == ["6", "flag"]
        assert "preset EVENT_PROCESSING" in _line(app, "batch_size")
        assert "default" in _line(app, "api_port")


async def test_a_secret_is_set_and_from_where_and_never_shown() -> None:
    async with opened(handle(), size=(200, 60)) as (app, pilot):
        await pilot.press("8", "slash", *"yelp_token", "enter", "enter")
        await pilot.pause()
        shown = text_of(app)
        assert "set, from environment SCENESCOUT_YELP_TOKEN" in shown
        assert "never in config.toml" in shown
        await pilot.press("y")
        await pilot.pause()
        assert TOKEN not in shown + text_of(app) + app.clipboard
        assert app.clipboard == "SCENESCOUT_YELP_TOKEN"


async def test_a_name_that_nobody_reads_is_said() -> None:
    async with opened(handle(), size=(120, 40)) as (app, pilot):
        await pilot.press("8", "enter")
        await pilot.pause()
        assert "The environment variable SCENESCOUT_TIMEUOT means nothing to scenescout." in text_of(app)


async def test_the_filter_knows_where_a_value_comes_from() -> None:
    async with opened(handle()) as (app, pilot):
        await pilot.press("colon", *"settings from:env", "enter")
        await pilot.pause()
        assert isinstance(app.screen, SettingsScreen)
        shown = text_of(app)
        assert all(name in shown for name in ("timeout", "yelp_import", "yelp_token"))
        assert "max_workers" not in shown
        await pilot.press("escape")
        await pilot.pause()
        assert "max_workers" in text_of(app)


async def test_tab_shows_all_keys_and_tab_the_settings_again() -> None:
    async with opened(handle()) as (app, pilot):
        await pilot.press("8", "tab")
        await pilot.pause()
        assert isinstance(app.screen, SettingsScreen)
        table = app.screen.table
        seen = []
        for _ in ACTIONS:
            seen.append(table.cursor_key)
            assert f"{KEYS[seen[-1] or ''].shown} " in text_of(app)
            await pilot.press("j")
        assert seen == [action.id for action in ACTIONS]
        await pilot.press("tab")
        await pilot.pause()
        assert "settings in force" in text_of(app)


async def test_what_is_copied_of_a_key_is_what_config_toml_takes() -> None:
    async with opened(handle()) as (app, pilot):
        await pilot.press("8", "tab")
        await pilot.pause()
        lines = []
        for _ in ACTIONS:
            await pilot.press("y", "j")
            lines.append(app.clipboard)
    taken = tomllib.loads("\n".join(["[keys]", *lines]))["keys"]
    assert taken == {name: key.keys for name, key in KEYS.items()}
    remap(taken)


async def test_a_key_of_config_toml_is_shown_as_such() -> None:
    remap({"pause": "f9"})
    async with opened(handle()) as (app, pilot):
        await pilot.press("8", "tab", "slash", *"from:config", "enter", "enter")
        await pilot.pause()
        shown = text_of(app)
        assert 'pause = "f9"' in shown
        assert "from config.toml" in shown
        assert "cancel_run" not in shown


async def test_a_list_that_nothing_passes_says_so_and_no_key_fails_there() -> None:
    async with opened(handle()) as (app, pilot):
        await pilot.press("8", "slash", *"nosuchthing", "enter")
        await pilot.pause()
        assert "Nothing passes the filter." in text_of(app)
        await pilot.press("enter", "y", "j", "G", "space", "tab", "y", "enter", "escape")
        assert app.is_running


async def test_no_key_of_the_screen_starts_or_stops_anything() -> None:
    engine = handle()
    async with opened(engine) as (_, pilot):
        await pilot.press("8", "tab", "y", "enter", "space", "tab", "y", "enter", "escape", "escape")
        await pilot.pause()
    assert engine.sent == []


async def test_no_value_is_obeyed(tmp_path: Path) -> None:
    async with opened(handle(), size=(200, 50)) as (app, pilot):
        await pilot.press("8", "slash", *"yelp_import", "enter", "enter")
        assert isinstance(app.screen, SettingsScreen)
        row = app.screen.table.selected
        assert row is not None
        for text in HOSTILE:
            object.__setattr__(row, "value", text)
            app.screen.table.repaint()
            app.screen.on_table_moved()
            await pilot.pause()
            check(text_of(app), text)
        assert not app._exit


def test_the_line_of_a_setting_gives_the_same_value_back(tmp_path: Path) -> None:
    environ = {**ENVIRON, "SCENESCOUT_LOG_FILE": '/tmp/a "b" ä/log', "SCENESCOUT_ENRICH_STEPS": "none"}
    rows = settings_in_force(load_settings({"debug": True}, environ))
    config = tmp_path / "config.toml"
    config.write_text("\n".join(row.line for row in rows))
    again = settings_in_force(load_settings({}, {"HOME": "/home/anna"}, config))
    secrets = {key.name for key in SETTING_KEYS if key.kind == "secret"}
    assert {row.key: row.value for row in again if row.key not in secrets} == {
        row.key: row.value for row in rows if row.key not in secrets
    }


def test_what_looks_like_a_password_is_masked_and_not_offered_to_be_copied() -> None:
    url = "postgresql://anna:S3CRET@127.0.0.1/events"
    (row,) = [
        row
        for row in settings_in_force(load_settings({"database_url": url}, {"HOME": "/home/anna"}))
        if row.key == "database_url"
    ]
    assert "S3CRET" not in repr(row)
    assert "127.0.0.1/events" in row.value
