"""The log's screen: it follows or stays, shows what passes a filter, and obeys nothing of what it shows."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from scenescout_tui.console.clipboard import sequences
from scenescout_tui.console.log.screen import Log
from tests.console.opened import opened, text_of
from tests.console.scripted_log import handle, line, write
from tests.console.test_hostile_text import HOSTILE, check

pytestmark = pytest.mark.anyio


async def test_the_newest_line_is_under_the_cursor_and_what_comes_in_is_followed(tmp_path: Path) -> None:
    path = write(tmp_path / "log", range(300))
    async with opened(handle(path)) as (app, pilot):
        await pilot.press("7")
        await pilot.pause()
        assert "(299)" in text_of(app)
        write(path, range(300, 320))
        assert isinstance(app.screen, Log)
        app.screen.look()
        await pilot.pause()
        assert "(319)" in text_of(app)


async def test_whoever_goes_up_stays_there_whatever_comes_in(tmp_path: Path) -> None:
    path = write(tmp_path / "log", range(30))
    async with opened(handle(path)) as (app, pilot):
        await pilot.press("7", "k")
        await pilot.pause()
        assert isinstance(app.screen, Log)
        under, shown = app.screen.table.cursor_key, text_of(app).split("\n")[3:-1]
        write(path, range(30, 60))
        app.screen.look()
        await pilot.pause()
        assert app.screen.table.cursor_key == under
        assert text_of(app).split("\n")[3:-1] == shown


async def test_the_whole_of_a_long_log_can_be_walked_and_few_rows_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "log", range(900))
    async with opened(handle(path)) as (app, pilot):
        await pilot.press("7")
        await pilot.pause()
        assert isinstance(app.screen, Log)
        table = app.screen.table
        seen = []
        while table.selected is not None:
            seen.append(table.selected.message)
            before = table.cursor_key
            table.move(-1)
            await pilot.pause()
            if table.cursor_key == before:
                break
            assert len(table._rows) <= 700
        assert [int(one[one.rindex("(") + 1 : -1]) for one in seen] == list(range(899, -1, -1))


async def test_a_filter_of_words_and_text_shows_what_passes_and_esc_takes_it_away(tmp_path: Path) -> None:
    path = write(tmp_path / "log", range(200))
    async with opened(handle(path)) as (app, pilot):
        await pilot.press("7", "slash", *"level:err api", "enter")
        await pilot.pause()
        shown = text_of(app)
        assert "no answer from api.yelp.com (199)" in shown
        assert "too many requests" not in shown
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, Log)
        assert "too many requests" in text_of(app)


async def test_the_command_line_opens_the_log_with_a_filter(tmp_path: Path) -> None:
    path = write(tmp_path / "log", range(50))
    async with opened(handle(path)) as (app, pilot):
        await pilot.press("colon", *"log level:error", "enter")
        await pilot.pause()
        assert isinstance(app.screen, Log)
        assert "(49)" in text_of(app)
        assert "(48)" not in text_of(app)


async def test_enter_shows_the_whole_line_and_y_copies_it(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(line(4, "the disk is full", trace=["Traceback", "OSError: no space"]))
    async with opened(handle(path)) as (app, pilot):
        await pilot.press("7", "enter")
        await pilot.pause()
        assert "OSError: no space" in text_of(app)
        await pilot.press("y")
        await pilot.pause()
        assert app.clipboard.endswith("the disk is full\nTraceback\nOSError: no space")
        assert "Copied" in text_of(app)


async def test_an_empty_log_says_what_lands_there(tmp_path: Path) -> None:
    async with opened(handle(tmp_path / "log")) as (app, pilot):
        await pilot.press("7")
        await pilot.pause()
        assert "Nothing yet." in text_of(app)
        await pilot.press("j", "G", "enter", "y", "space")
        assert app.is_running


async def test_no_line_of_the_log_is_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    async with opened(handle(path), size=(200, 50)) as (app, pilot):
        await pilot.press("7", "enter")
        assert isinstance(app.screen, Log)
        for text in HOSTILE:
            path.write_bytes((line(4, text) + text + "\n").encode("utf-8", "surrogatepass"))
            app.screen.table.restart()
            await pilot.pause()
            check(text_of(app), text)
        assert not app._exit


@pytest.mark.parametrize("environ", [{}, {"TMUX": "/tmp/t,1,0"}, {"STY": "1.pts"}])
def test_what_is_copied_reaches_the_terminal_whole_and_clean(environ: dict[str, str]) -> None:
    text = "Jazz\x1b]52;c;ZXZpbA==\x07 " * 200
    written = sequences(text, environ)
    whole = base64.b64encode(("Jazz " * 200).encode()).decode()
    if "STY" in environ:
        parts = written.split("\x1bP")[1:]
        assert all(len(part) < 768 and part.endswith("\x1b\\") for part in parts)
        written = "".join(part.removesuffix("\x1b\\") for part in parts)
    if "TMUX" in environ:
        assert written.endswith(f"\x1bPtmux;\x1b\x1b]52;c;{whole}\x07\x1b\\")
    assert written.startswith(f"\x1b]52;c;{whole}\x07")
