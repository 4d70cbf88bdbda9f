"""A console over a scripted engine as a program of its own: `python played.py idle|busy|ticking|late`."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace

from scenescout_tui.console.app import SceneScoutApp
from tests.console import scripted


def connect() -> scripted.ScriptedHandle:
    """Give an engine in the situation that is asked for."""
    situation = sys.argv[1]
    if situation == "late":
        # As slow as an engine on a cold disk.
        time.sleep(1.5)
    quiet = situation in {"idle", "late"}
    handle = scripted.ScriptedHandle(scripted.idle() if quiet else scripted.busy())
    if situation == "ticking":
        threading.Thread(target=_tick, args=(handle,), daemon=True).start()
    return handle


def _tick(handle: scripted.ScriptedHandle) -> None:
    step = 0
    while True:
        time.sleep(0.1)
        step += 1
        handle.picture = replace(scripted.busy(step * 2 // 5), number=1000 + step)


if __name__ == "__main__":
    app = SceneScoutApp(connect)
    app.run()
    sys.exit(app.return_code or 0)
