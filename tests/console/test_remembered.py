"""What the console still knows after a restart, and how it steps aside for the shell."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from scenescout_tui.console.log.screen import Log
from tests.console import scripted
from tests.console.opened import opened, text_of
from tests.console.scripted_log import handle, write
from tests.console.terminal import terminal

_BROKEN = ["", "[]", '{"screens": 7}', '{"screens": {"Log": {"filter": ["x"]}}}', "\x00"]
_PLAYED = Path(__file__).with_name("played.py")


@pytest.mark.anyio
@pytest.mark.parametrize("leaves", [["q"], ["1", "q"], ["question_mark", "escape", "q"]])
async def test_a_filter_is_in_force_again_after_a_restart(tmp_path: Path, leaves: list[str]) -> None:
    log = handle(write(tmp_path / "log", range(50)))
    # Nothing runs, so that q leaves at once.
    log.picture = scripted.idle()
    async with opened(log, state_dir=tmp_path) as (app, pilot):
        await pilot.press("7", "slash", *"level:err", "enter")
        await pilot.pause()
        await pilot.press(*leaves)
        await pilot.pause()
        assert app._exit
    async with opened(log, state_dir=tmp_path) as (app, pilot):
        await pilot.press("7")
        await pilot.pause()
        await pilot.pause()
        assert isinstance(app.screen, Log)
        assert "level:err" in text_of(app)
        assert "(49)" in text_of(app)
        assert "(48)" not in text_of(app)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "kept", ["", "[]", '{"screens": 7}', '{"screens": {"Log": {"filter": ["x"]}}}', "\x00"]
)
async def test_a_memory_that_is_broken_costs_only_comfort(tmp_path: Path, kept: str) -> None:
    (tmp_path / "console.json").write_text(kept)
    async with opened(handle(write(tmp_path / "log", range(5))), state_dir=tmp_path) as (app, pilot):
        await pilot.press("7")
        await pilot.pause()
        assert "(4)" in text_of(app)


def test_ctrl_z_gives_the_terminal_back_and_fg_goes_on() -> None:
    with terminal(_PLAYED, "idle") as opened_:
        opened_.shows("12:41")
        opened_.shows("errors:")
        opened_.read(0.5)
        before = len(opened_.written)
        opened_.type(b"\x1a")
        # Stopped: the system says so to the one who started it.
        pid, status = os.waitpid(opened_._pid, os.WUNTRACED)
        assert pid == opened_._pid
        assert os.WIFSTOPPED(status)
        left = opened_.written[before:] + opened_.read(0.3)
        assert b"\x1b[?1049l" in left
        assert b"\x1b[?25h" in left
        os.kill(opened_._pid, signal.SIGCONT)
        opened_.until(lambda: b"\x1b[?1049h" in opened_.written[before:])
        opened_.type(b"t")
        opened_.shows("Theme: scenescout-light")
        opened_.type(b"q")
        assert opened_.exit_status() == 0
