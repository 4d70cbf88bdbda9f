"""The log's screen, pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.console.opened import console, pressing
from tests.console.scripted_log import handle, write
from tests.console.test_snapshots import SIZES, _id

Compare = Callable[..., bool]


@pytest.mark.parametrize("colour", [True, False], ids=["colour", "no colour"])
@pytest.mark.parametrize("size", SIZES, ids=_id)
@pytest.mark.parametrize(
    ("name", "lines", "keys"),
    [
        ("full", 300, []),
        ("filtered", 300, ["slash", *"level:warn", "enter"]),
        ("whole line", 300, ["k", "enter"]),
        ("empty", 0, []),
    ],
)
def test_the_log(
    snap_compare: Compare,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    lines: int,
    keys: list[str],
    size: tuple[int, int],
    colour: bool,
) -> None:
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    app = console(handle(write(tmp_path / "log", range(lines))))
    assert snap_compare(app, terminal_size=size, run_before=pressing("7", *keys))
