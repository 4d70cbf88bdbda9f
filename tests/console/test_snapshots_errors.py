"""The errors' screen, pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.console import scripted
from tests.console.opened import console, pressing
from tests.console.scripted_errors import ErrorHandle
from tests.console.test_snapshots import SIZES, _id

Compare = Callable[..., bool]


@pytest.mark.parametrize("colour", [True, False], ids=["colour", "no colour"])
@pytest.mark.parametrize("size", SIZES, ids=_id)
@pytest.mark.parametrize(
    ("name", "number", "keys"),
    [
        ("groups", 300, []),
        ("errors marked and filtered", 300, ["tab", "slash", *"source:eventbrite", "enter", "j", "space"]),
        ("errors of a group", 300, ["j", "enter"]),
        ("record", 300, ["tab", "j", "enter"]),
        ("record alone", 300, ["tab", "enter", "enter"]),
        ("dead letters", 300, ["tab", "tab", "j"]),
        ("all shown", 300, ["tab", "C"]),
        ("empty", 0, []),
    ],
)
def test_the_errors(
    snap_compare: Compare,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    number: int,
    keys: list[str],
    size: tuple[int, int],
    colour: bool,
) -> None:
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    handle = ErrorHandle(scripted.finished() if number else scripted.idle(), number=number)
    assert snap_compare(console(handle), terminal_size=size, run_before=pressing("2", *keys))
