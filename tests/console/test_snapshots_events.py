"""The events' screen, pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.console import scripted_events
from tests.console.opened import console, pressing
from tests.console.test_snapshots import SIZES, _id

Compare = Callable[..., bool]


@pytest.mark.parametrize("colour", [True, False], ids=["colour", "no colour"])
@pytest.mark.parametrize("size", SIZES, ids=_id)
@pytest.mark.parametrize(
    ("name", "number", "keys"),
    [
        ("full", 200, []),
        ("searched", 200, ["slash", *"source:ev jazz", "enter", "S", "S"]),
        ("fields", 200, ["enter", "j", "j"]),
        ("records", 200, ["enter", "tab"]),
        ("links", 200, ["enter", "tab", "tab"]),
        ("edits", 200, ["enter", "tab", "tab", "tab"]),
        ("editing", 200, ["enter", "j", "e"]),
        ("empty", 0, []),
    ],
)
def test_the_events(
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
    app = console(scripted_events.handle(number, unsearched=98_000))
    assert snap_compare(app, terminal_size=size, run_before=pressing("4", *keys))
