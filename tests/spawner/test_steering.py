"""Pause, resume and resize act on what starts."""

from __future__ import annotations

import anyio
import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.spawner import SpawnTask
from tests.spawner.making import Gate, echo, make_spawner, until

pytestmark = pytest.mark.anyio


async def test_while_paused_nothing_starts_and_running_tasks_go_on() -> None:
    gate = Gate()
    async with make_spawner(max_workers=3) as spawner:
        running = spawner.spawn_nowait(SpawnTask("t", gate, "running"))
        await until(lambda: gate.alive == 1)
        spawner.pause()
        waiting = spawner.spawn_nowait(SpawnTask("t", gate, "waiting"))
        gate.open()
        assert (await running).success
        await anyio.sleep(0.15)
        assert gate.started == ["running"]
        assert spawner.get_status().status == "paused"
        spawner.resume()
        with anyio.fail_after(0.1):
            assert (await waiting).success


async def test_resize_up_starts_more_within_100_ms() -> None:
    gate = Gate()
    async with make_spawner(max_workers=1) as spawner:
        for n in range(10):
            spawner.spawn_nowait(SpawnTask("t", gate, n))
        await until(lambda: gate.alive == 1)
        spawner.resize(6)
        await until(lambda: gate.alive == 6, seconds=0.1)
        gate.open()


async def test_resize_down_keeps_running_tasks_and_starts_no_more() -> None:
    gate = Gate()
    async with make_spawner(max_workers=4) as spawner:
        futures = [spawner.spawn_nowait(SpawnTask("t", gate, n)) for n in range(8)]
        await until(lambda: gate.alive == 4)
        spawner.resize(1)
        assert spawner.get_status().max_workers == 1
        await anyio.sleep(0.05)
        assert gate.alive == 4
        spawner.cancel(str(spawner.worker_views()[0].task_id))
        await until(lambda: gate.alive == 3)
        await anyio.sleep(0.05)
        assert gate.alive == 3
        gate.open()
        for future in futures:
            await future
    assert len(gate.started) == 8


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True])
async def test_resize_to_nonsense_is_refused(wrong: int) -> None:
    async with make_spawner() as spawner:
        with pytest.raises(ValidationError):
            spawner.resize(wrong)


async def test_the_reason_of_a_pause_is_told() -> None:
    async with make_spawner() as spawner:
        spawner.pause(reason="the disk is nearly full")
        assert spawner.get_status().waiting == ("paused: the disk is nearly full",)
        spawner.resume()
        assert spawner.get_status().waiting == ()


async def test_pauses_for_two_reasons_hold_until_both_are_lifted() -> None:
    async with make_spawner() as spawner:
        spawner.pause("by the operator")
        spawner.pause("memory")
        future = spawner.spawn_nowait(SpawnTask("t", echo))
        spawner.resume("memory")
        await anyio.sleep(0.02)
        assert not future.done()
        spawner.resume("by the operator")
        assert (await future).success


async def test_resume_without_a_reason_lifts_every_pause() -> None:
    async with make_spawner() as spawner:
        spawner.pause("one")
        spawner.pause("two")
        spawner.resume()
        assert (await spawner.spawn(SpawnTask("t", echo))).success


async def test_the_status_follows_the_work() -> None:
    gate = Gate()
    spawner = make_spawner(max_workers=2)
    async with spawner:
        assert spawner.get_status().status == "idle"
        futures = [spawner.spawn_nowait(SpawnTask("busy", gate, n, id=f"id{n}")) for n in range(3)]
        await until(lambda: gate.alive == 2)
        status = spawner.get_status()
        assert (status.status, status.workers, status.queued) == ("processing", 2, 1)
        views = spawner.worker_views()
        assert [view.worker_id for view in views] == [1, 2]
        assert {view.task_id for view in views} == {"id0", "id1"}
        assert all(view.attempt == 1 and not view.cancelling for view in views)
        gate.open()
        for future in futures:
            await future
        assert spawner.get_status().status == "idle"
    assert spawner.get_status().status == "stopped"
