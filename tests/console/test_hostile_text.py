"""Whatever a source, a file name or an error says: the terminal obeys none of it, and nothing breaks."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from scenescout_tui.console.dialogs.leave import Leave
from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.snapshot import EngineSnapshot
from tests.console import scripted
from tests.console.opened import opened, text_of, until

pytestmark = pytest.mark.anyio

HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b]52;c;ZXZpbA==\x1b\\",
    "\x1bPq#0;2;0;0;0\x1b\\",
    "\x1b_apc\x1b\\",
    "\x1b[2J\x1b[H",
    "\x1b[?1049l",
    "\x1b[6n",
    "\x1bc",
    "\x9b31mC1",
    "\x9d52;c;ZXZpbA==\x9c",
    "\x90dcs\x9c",
    "\x85next line\x84",
    "bell\x07bell",
    "back\x08\x08space",
    "carriage\rreturn",
    "line\nbreak\r\nand\x0bmore\x0c",
    "tab\tbed",
    "nul\x00nul",
    "del\x7fdel",
    "\x0e shift out \x0f",
    "\u202eright to left\u202c",
    "\u2066isolate\u2069",
    "\u200bzero\u200dwidth\ufeff",
    "z" + "\u0301" * 200 + "algo",
    "lone \ud800 surrogate \udfff",
    "[/red]",
    "[@click=app.quit]click me[/]",
    "[@click=app.act('clear_errors')]click[/]",
    "[bold",
    "]]][[[",
    "\\[escaped]",
    "[link=https://evil.example]x[/link]",
    "{markup} %s {0}",
    "[Sold out] Jazz",
    "👩‍👩‍👧‍👦" * 30,
    "🪩" * 60,
    "東京" * 60,
    "é" * 10_000,
    "\u2028separator\u2029",
    "\U000e0001tags\U000e007f",
    "",
    " " * 300,
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def _all_fields(text: str) -> EngineSnapshot:
    snapshot = scripted.busy()
    return replace(
        snapshot,
        detail=text,
        database=text,
        waiting_reasons=(text,),
        workers=tuple(replace(row, task=text) for row in snapshot.workers),
        waiting=tuple(replace(row, task=text, reason=text) for row in snapshot.waiting),
        sources=tuple(replace(row, title=text, detail=text) for row in snapshot.sources),
        runs=tuple(replace(row, source=text, run_id=text, inputs=text, note=text) for row in snapshot.runs),
        error_groups=tuple(
            replace(row, source=text, stage=text, code=text, message=text, action=text, sample=text)
            for row in snapshot.error_groups
        ),
        newest=tuple(replace(row, title=text, city=text, starts_at=text) for row in snapshot.newest),
    )


class _HostileHandle(scripted.ScriptedHandle):
    """Says one text in every place where data can stand."""

    def __init__(self) -> None:
        super().__init__(
            scripted.busy(), answers=lambda _: CommandResult(False, self.text, self.text, self.text)
        )
        self.text = ""
        self._number = 1000

    def say(self, text: str) -> None:
        """Take the next text."""
        self.text = text
        self._number += 1
        self.picture = replace(_all_fields(text), number=self._number)
        self._errors = tuple(
            replace(item, source=text, stage=text, code=text, message=text, action=text, where=text)
            for item in scripted.error_items(3)
        )


@pytest.mark.parametrize("key", ["p", "enter"])
async def test_hostile_text_is_shown_and_never_obeyed(key: str) -> None:
    handle = _HostileHandle()
    async with opened(handle, size=(200, 50)) as (app, pilot):
        for text in HOSTILE:
            handle.say(text)
            app.state.refresh_stats()
            await pilot.press(key)
            await pilot.pause()
            check(text_of(app), text)
            await pilot.press("escape")
        assert not app._exit


async def test_hostile_text_below_a_dialog_is_shown_and_never_obeyed() -> None:
    handle = _HostileHandle()
    async with opened(handle, size=(200, 50)) as (app, pilot):
        await pilot.press("q")
        assert isinstance(app.screen, Leave)
        for text in HOSTILE:
            handle.say(text)
            app.state.refresh_stats()
            await pilot.pause()
            check(text_of(app), text)
        assert not app._exit


def check(picture: str, text: str) -> None:
    """Fail where a picture of 200 columns holds a control character or a line of another width."""
    assert _CONTROL.findall(picture) == [], ascii(text)
    assert {cell_len(line) for line in picture.split("\n")} == {200}, ascii(text)


async def test_a_notification_and_the_status_line_obey_nothing() -> None:
    async with opened(_HostileHandle(), size=(120, 40)) as (app, pilot):
        for text in HOSTILE:
            app.wants_you(text)
            await pilot.pause()
            assert _CONTROL.findall(text_of(app)) == [], ascii(text)
            app.clear_notifications()
        assert not app._exit


async def test_brackets_stay_readable_everywhere() -> None:
    handle = _HostileHandle()
    async with opened(handle, size=(200, 50)) as (app, pilot):
        handle.say("[Sold out] Jazz")
        app.state.refresh_stats()
        await pilot.pause()
        assert text_of(app).count("[Sold out]") > 20
        app.wants_you("[Sold out] wants you")
        await until(pilot, lambda: text_of(app).count("[Sold out] wants you") == 2)


async def test_a_click_on_text_that_looks_like_a_link_does_nothing() -> None:
    handle = _HostileHandle()
    handle.say("[@click=app.act('quit')]quit[/]")
    async with opened(handle, size=(200, 50)) as (app, pilot):
        for x in range(0, 200, 40):
            await pilot.click(offset=(x, 14))
        await pilot.pause()
        assert not app._exit
