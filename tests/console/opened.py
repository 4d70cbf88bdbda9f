"""Opens a console over a scripted engine, for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.events import Paste
from textual.pilot import Pilot

from scenescout_tui.console.app import SceneScoutApp
from scenescout_tui.console.glyphs import UNICODE
from tests.console.scripted import ScriptedHandle


def console(handle: ScriptedHandle, **options: Any) -> SceneScoutApp:
    """Give a console that looks at the engine only when the test says so."""
    return SceneScoutApp(lambda: handle, **{"glyphs": UNICODE, "refresh_every": None, **options})


async def connected(pilot: Pilot[Any]) -> None:
    """Wait until the console has its engine and shows it."""
    app = pilot.app
    assert isinstance(app, SceneScoutApp)
    while app.handle is None and app.state.snapshot.state != "failed":
        await pilot.pause(0.005)
    await pilot.pause()
    await pilot.pause()


@asynccontextmanager
async def opened(
    handle: ScriptedHandle, size: tuple[int, int] = (80, 24), **options: Any
) -> AsyncIterator[tuple[SceneScoutApp, Pilot[None]]]:
    """Run a console without a terminal."""
    app = console(handle, **options)
    async with app.run_test(size=size, notifications=True) as pilot:
        await connected(pilot)
        yield app, pilot


async def paste(pilot: Pilot[Any], text: str) -> None:
    """Paste a text, as people do with paths; every key by itself would take a paint each."""
    pilot.app.post_message(Paste(text))
    await pilot.pause()


def pressing(*keys: str) -> Callable[[Pilot[Any]], Any]:
    """Give what presses keys one after the other, once the console has its engine; for a snapshot."""

    async def press(pilot: Pilot[Any]) -> None:
        await connected(pilot)
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await pilot.pause()

    return press


def text_of(app: SceneScoutApp) -> str:
    """Give what is on the screen, line by line."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Wait for something that another thread does."""
    for _ in range(400):
        if condition():
            return
        await pilot.pause(0.005)
    raise AssertionError("it did not happen")
