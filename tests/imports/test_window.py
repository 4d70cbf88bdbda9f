"""How much of a run may be on its way at once."""

from __future__ import annotations

import anyio
import pytest

from scenescout_tui.imports.window import Window

pytestmark = pytest.mark.anyio


async def entered(window: Window, size: int) -> bool:
    """Tell whether a batch gets in without waiting for another."""
    with anyio.move_on_after(0.05) as scope:
        await window.enter(size)
    return not scope.cancelled_caught


async def test_no_more_batches_than_allowed() -> None:
    window = Window(2, 1_000)
    assert await entered(window, 1)
    assert await entered(window, 1)
    assert not await entered(window, 1)
    window.leave(1)
    assert await entered(window, 1)


async def test_no_more_bytes_than_allowed() -> None:
    window = Window(100, 1_000)
    assert await entered(window, 900)
    assert not await entered(window, 200)
    assert await entered(window, 100)


async def test_a_batch_larger_than_the_window_gets_in_alone() -> None:
    window = Window(10, 100)
    assert await entered(window, 5_000)
    assert not await entered(window, 1)
    window.leave(5_000)
    assert await entered(window, 1)


async def test_they_get_in_in_the_order_they_came_and_a_cancelled_one_gives_its_turn_away() -> None:
    window = Window(1, 100)
    order: list[str] = []
    await window.enter(1)

    async def come(name: str) -> None:
        await window.enter(1)
        order.append(name)

    async with anyio.create_task_group() as group:
        group.start_soon(come, "a")
        await anyio.wait_all_tasks_blocked()
        with anyio.CancelScope() as scope:
            scope.cancel()
            await window.enter(1)
        group.start_soon(come, "b")
        await anyio.wait_all_tasks_blocked()
        assert order == []
        window.leave(1)
        await anyio.wait_all_tasks_blocked()
        assert order == ["a"]
        window.leave(1)
    assert order == ["a", "b"]
    assert window.inside == 1
