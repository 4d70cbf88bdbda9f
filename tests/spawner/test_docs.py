"""The examples in the documentation run."""

from __future__ import annotations

import doctest

import pytest

import scenescout_tui.spawner
import scenescout_tui.spawner.create


@pytest.mark.parametrize("module", [scenescout_tui.spawner, scenescout_tui.spawner.create])
def test_the_examples_run_and_print_what_they_say(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted > 0
    assert result.failed == 0


def test_the_room_knows_nothing_of_events() -> None:
    documented = scenescout_tui.spawner.__doc__ or ""
    assert "Eventbrite" not in documented
    assert all(hasattr(scenescout_tui.spawner, name) for name in scenescout_tui.spawner.__all__)
