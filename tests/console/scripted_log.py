"""A log file for the tests, and an engine that reads it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scenescout_tui.imports.log_commands import ListLog
from scenescout_tui.imports.log_reading import read_log
from tests.console import scripted

LEVELS = ("info", "info", "warning", "info", "error")
_WORDS = (
    "page 14 is read",
    "50 records written",
    "429, too many requests per second",
    "[Sold out] Jazz is linked",
    "no answer from api.yelp.com",
)


def line(number: int, message: str | None = None, **more: Any) -> str:
    """Give one line as the log has it."""
    found = {
        "time": f"2026-11-23T{10 + number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}.000+00:00",
        "level": LEVELS[number % 5],
        "logger": "scenescout_tui.imports.run",
        "message": f"{_WORDS[number % 5]} ({number})" if message is None else message,
        "run": "01kkr0000000000000008f2c14",
        "source": "yelp" if number % 2 else "eventbrite",
        "record": None,
    }
    return json.dumps({**found, **more}, ensure_ascii=False) + "\n"


def write(path: Path, numbers: Sequence[int]) -> Path:
    """Write some lines behind those that are there."""
    with path.open("a", encoding="utf-8", errors="surrogatepass") as file:
        file.writelines(line(number) for number in numbers)
    return path


def handle(path: Path) -> scripted.ScriptedHandle:
    """Give an engine at work that reads this log."""
    return scripted.ScriptedHandle(
        scripted.busy(), lists={ListLog: lambda query: read_log(path, query.filters, query.window)}
    )
