"""Makes the README's pictures: `python -m tests.screenshots [FOLDER]` writes SVG and, with cairosvg, PNG."""

from __future__ import annotations

import asyncio
import importlib
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from scenescout_tui.console.app import SceneScoutApp
from scenescout_tui.console.glyphs import UNICODE
from tests.console import scripted, scripted_errors, scripted_events, scripted_review, scripted_runs

SIZES = ((80, 24), (120, 40), (200, 60))
#: Fonts of most machines; Textual's own choice is fetched from the network, which a picture must not need.
_FONT = "DejaVu Sans Mono, Menlo, Consolas, monospace"


async def picture(
    width: int, height: int, theme: str = "scenescout-dark", *keys: str, waiting: bool = False
) -> str:
    """Give the SVG of a realistic import at one size, at work or waiting."""
    snapshot = scripted.waiting() if waiting else scripted.busy()
    # The converter has the fonts of this machine only, which rarely know every script.
    newest = tuple(event for event in snapshot.newest if event.title.isascii())
    handle = scripted.ScriptedHandle(replace(snapshot, newest=newest), errors=scripted.error_items())
    return await _drawn(handle, width, height, theme, *keys)


async def review(width: int, height: int) -> str:
    """Give the SVG of pairs that wait for a person's word."""
    handle = scripted_review.ReviewHandle(scripted_review.doubtful(), scripted.finished())
    return await _drawn(handle, width, height, "scenescout-dark", "v")


async def lists(name: str, width: int, height: int) -> str:
    """Give the SVG of one of the screens of lists, with one entry open."""
    handles: dict[str, Callable[[], scripted.ScriptedHandle]] = {
        "errors": lambda: scripted_errors.ErrorHandle(scripted.finished(), number=300),
        "runs": lambda: scripted_runs.handle(scripted_runs.history(300)),
        "events": lambda: scripted_events.handle(200),
    }
    keys = {"errors": ("2", "tab", "j", "enter"), "runs": ("3", "enter"), "events": ("4", "enter", "j")}
    return await _drawn(handles[name](), width, height, "scenescout-dark", *keys[name])


async def _drawn(handle: scripted.ScriptedHandle, width: int, height: int, theme: str, *keys: str) -> str:
    app = SceneScoutApp(lambda: handle, theme=theme, glyphs=UNICODE, refresh_every=None)
    async with app.run_test(size=(width, height)) as pilot:
        while app.handle is None:
            await pilot.pause(0.01)
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await pilot.pause()
        return _local_fonts(app.export_screenshot(title="SceneScout"))


def _local_fonts(svg: str) -> str:
    without = re.sub(r"@font-face\s*{[^}]*}", "", svg)
    return re.sub(r"font-family: Fira Code[^;]*;", f"font-family: {_FONT};", without)


def main(folder: Path) -> None:
    """Write all pictures into a folder."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(f"dashboard-{width}x{height}", width, height, "scenescout-dark") for width, height in SIZES]
    wanted += [
        ("dashboard-light-120x40", 120, 40, "scenescout-light"),
        ("dashboard-safe-120x40", 120, 40, "scenescout-safe"),
    ]
    pictures = [(name, picture(width, height, theme)) for name, width, height, theme in wanted]
    pictures.append(("waiting-120x40", picture(120, 40, waiting=True)))
    pictures.append(("review-120x40", review(120, 40)))
    pictures += [(f"{name}-120x40", lists(name, 120, 40)) for name in ("errors", "runs", "events")]
    for name, drawing in pictures:
        svg = asyncio.run(drawing)
        (folder / f"{name}.svg").write_text(svg, "utf-8")
        _write_png(svg, folder / f"{name}.png")


def _write_png(svg: str, path: Path) -> None:
    try:
        cairosvg = importlib.import_module("cairosvg")
    except (ImportError, OSError):
        print(f"no cairosvg here: {path.name} is not made", file=sys.stderr)
        return
    cairosvg.svg2png(bytestring=svg.encode(), write_to=str(path), scale=1.0)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
