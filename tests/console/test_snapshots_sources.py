"""The sources' screen, pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.console.opened import console, pressing
from tests.console.scripted_sources import handle
from tests.console.test_snapshots import SIZES, _id

Compare = Callable[..., bool]


@pytest.mark.parametrize("colour", [True, False], ids=["colour", "no colour"])
@pytest.mark.parametrize("size", SIZES, ids=_id)
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("waiting", []),
        ("not set", ["j"]),
        ("tested", ["T"]),
        ("empty", ["slash", *"zzz", "enter"]),
    ],
)
def test_the_sources(
    snap_compare: Compare,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    keys: list[str],
    size: tuple[int, int],
    colour: bool,
) -> None:
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(console(handle()), terminal_size=size, run_before=pressing("6", *keys))
