"""The screen of runs, pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.console.opened import console, pressing
from tests.console.scripted_runs import handle, history
from tests.console.test_snapshots import SIZES, _id

Compare = Callable[..., bool]


@pytest.mark.parametrize("colour", [True, False], ids=["colour", "no colour"])
@pytest.mark.parametrize("size", SIZES, ids=_id)
@pytest.mark.parametrize(
    ("name", "runs", "keys"),
    [
        ("full", 300, ["j"]),
        ("filtered", 300, ["slash", *"state:int", "enter"]),
        ("one run", 300, ["enter"]),
        ("cut short", 300, ["j", "j", "enter"]),
        ("two runs", 300, ["space", "j", "j", "j", "j", "space", "d"]),
        ("empty", 0, []),
    ],
)
def test_the_runs(
    snap_compare: Compare,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    runs: int,
    keys: list[str],
    size: tuple[int, int],
    colour: bool,
) -> None:
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(console(handle(history(runs))), terminal_size=size, run_before=pressing("3", *keys))
