"""The settings' screen, pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.console.opened import console, pressing
from tests.console.scripted_settings import handle
from tests.console.test_snapshots import SIZES, _id

Compare = Callable[..., bool]


@pytest.mark.parametrize("colour", [True, False], ids=["colour", "no colour"])
@pytest.mark.parametrize("size", SIZES, ids=_id)
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("full", []),
        ("one", ["j", "j", "j", "enter"]),
        ("filtered", ["slash", *"from:env", "enter"]),
        ("keys", ["tab", "slash", *"log_", "enter", "enter"]),
        ("empty", ["slash", *"nosuchthing", "enter"]),
    ],
)
def test_the_settings(
    snap_compare: Compare,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    keys: list[str],
    size: tuple[int, int],
    colour: bool,
) -> None:
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(console(handle()), terminal_size=size, run_before=pressing("8", *keys))
