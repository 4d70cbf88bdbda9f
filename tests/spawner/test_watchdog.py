"""Handlers that block the loop are seen, although nothing on the loop can see them."""

from __future__ import annotations

import threading
import time

import anyio
import pytest

from scenescout_tui.spawner import SpawnTask
from tests.spawner.making import echo, make_spawner, until

pytestmark = pytest.mark.anyio


def watchdogs() -> int:
    return sum(thread.name == "spawner-watchdog" for thread in threading.enumerate())


async def test_a_handler_that_blocks_the_loop_is_named_in_log_and_status(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def blocks(_: object) -> None:
        time.sleep(1.3)  # noqa: ASYNC251 – the fault

    named_while_blocked: list[str] = []
    async with make_spawner() as spawner:
        reader = threading.Timer(
            1.2, lambda: named_while_blocked.extend([spawner._core.crew.watchdog.reason() or ""])
        )
        reader.start()
        await spawner.spawn(SpawnTask("resize-images", blocks))
        reader.join()
        await until(lambda: any("blocked the loop" in reason for reason in spawner.get_status().waiting))
        assert any("handler resize-images" in reason for reason in spawner.get_status().waiting)
    assert "handler resize-images blocks the event loop" in caplog.text
    assert "in blocks (" in caplog.text
    assert named_while_blocked[0].startswith("handler resize-images blocks the loop for ")


async def test_a_handler_that_waits_is_not_accused(caplog: pytest.LogCaptureFixture) -> None:
    async with make_spawner() as spawner:
        await spawner.spawn(SpawnTask("t", lambda _: anyio.sleep(1.3)))
        assert spawner.get_status().waiting == ()
    assert caplog.text == ""


async def test_the_watching_thread_ends_with_its_spawner_and_when_there_is_nothing_to_watch() -> None:
    before = watchdogs()
    async with make_spawner() as spawner:
        await spawner.spawn(SpawnTask("t", echo))
        assert watchdogs() == before + 1
        await until(lambda: watchdogs() == before)
        await spawner.spawn(SpawnTask("t", echo))
        assert watchdogs() == before + 1
    await until(lambda: watchdogs() == before)
