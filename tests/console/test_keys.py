"""What `[keys]` of config.toml may change, and where it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenescout_tui.console.app import run_console
from scenescout_tui.console.dialogs.palette import ActionProvider
from scenescout_tui.console.keys import KEYS, remap
from scenescout_tui.console.screens.help import Help
from scenescout_tui.imports.commands import Pause
from scenescout_tui.settings import SettingsError, load_settings
from tests.console import scripted
from tests.console.opened import opened, text_of, until

pytestmark = pytest.mark.anyio


async def test_another_key_works_and_shows_in_the_key_line_the_help_and_the_palette() -> None:
    remap({"pause": "f6", "filter": "f"})
    handle = scripted.ScriptedHandle(scripted.busy(), errors=scripted.error_items())
    async with opened(handle, (160, 60)) as (app, pilot):
        assert "f6 pause" in text_of(app).split("\n")[-1].lower()
        await pilot.press("p")
        await pilot.pause()
        assert handle.sent == []
        await pilot.press("f6")
        await until(pilot, lambda: handle.sent == [Pause()])
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, Help)
        line = next(one for one in text_of(app).split("\n") if "Pause or go on" in one)
        assert "f6" in line.lower()
        await pilot.press("escape")
        hits = [hit async for hit in ActionProvider(app.screen).discover()]
        assert any("pause or go on (f6)" in str(hit.text).lower() for hit in hits)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pause": "s"}, "s does cancel_run already"),
        ({"filter": "space"}, "space does mark already"),
        ({"pausee": "f9"}, "Did you mean pause"),
        ({"xyzzy": "f9"}, "there is no such action"),
        ({"pause": " , "}, "no key is named"),
        *(({"pause": f"ctrl+{letter}"}, f"ctrl.{letter}") for letter in "abchijmqsz"),
        ({"pause": "escape"}, "escape"),
    ],
)
def test_a_key_that_cannot_be_ends_the_start_in_words(changes: dict[str, str], said: str) -> None:
    before = dict(KEYS)
    with pytest.raises(SettingsError, match=said):
        remap(changes)
    assert before == KEYS


def test_two_keys_can_be_exchanged_and_one_action_may_keep_ctrl_z() -> None:
    remap({"pause": "s", "cancel_run": "p", "suspend": "ctrl+z"})
    assert (KEYS["pause"].keys, KEYS["cancel_run"].keys) == ("s", "p")


def test_the_file_is_where_they_come_from(tmp_path: Path) -> None:
    config = tmp_path / "mine.toml"
    config.write_text('[keys]\npausee = "f6"\n')
    with pytest.raises(SettingsError, match="Did you mean pause"):
        run_console(
            load_settings({"database_url": f"sqlite:///{tmp_path / 'e.db'}"}, config_path=config),
            lambda: pytest.fail("no engine is started"),
            read_only=False,
        )
