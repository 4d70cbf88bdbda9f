"""Withdrawing work: from the caller's side and by name."""

from __future__ import annotations

import asyncio

import anyio
import anyio.lowlevel
import pytest

from scenescout_tui.spawner import EventSpawner, SpawnTask
from tests.spawner.making import Gate, echo, fail, make_spawner, until

pytestmark = pytest.mark.anyio


def balanced(spawner: EventSpawner) -> bool:
    status = spawner.get_status()
    metrics = status.metrics
    ended = metrics.completed_tasks + metrics.failed_tasks + metrics.cancelled_tasks
    return metrics.total_tasks == ended + status.workers + status.queued


async def test_cancelling_the_caller_of_spawn_cancels_its_running_task() -> None:
    gate = Gate()
    async with make_spawner() as spawner:
        with anyio.move_on_after(0.05):
            await spawner.spawn(SpawnTask("t", gate))
        await until(lambda: gate.alive == 0)
        assert spawner.get_status().metrics.cancelled_tasks == 1
        assert spawner.get_status().status == "idle"


async def test_cancelling_the_caller_of_spawn_removes_its_queued_task() -> None:
    gate = Gate()
    async with make_spawner(max_workers=1) as spawner:
        running = spawner.spawn_nowait(SpawnTask("running", gate, "running"))
        with anyio.move_on_after(0.02):
            await spawner.spawn(SpawnTask("queued", gate, "queued"))
        assert spawner.get_status().queued == 0
        gate.open()
        await running
    assert gate.started == ["running"]


async def test_cancelling_a_caller_that_waits_for_room_removes_its_task() -> None:
    gate = Gate()
    async with make_spawner(max_workers=1, max_queue_size=1) as spawner:
        others = [spawner.spawn_nowait(SpawnTask("t", gate, n)) for n in range(2)]
        caller = asyncio.ensure_future(spawner.spawn(SpawnTask("outside", gate, "outside")))
        await anyio.lowlevel.checkpoint()
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        gate.open()
        await asyncio.gather(*others)
        assert balanced(spawner)
    assert gate.started == [0, 1]


async def test_cancelling_a_caller_of_a_batch_withdraws_all_of_it() -> None:
    gate = Gate()
    async with make_spawner(max_workers=2, max_queue_size=3) as spawner:
        with anyio.move_on_after(0.05):
            await spawner.spawn_batch([SpawnTask("t", gate, n) for n in range(50)])
        await until(lambda: spawner.get_status().status == "idle")
        assert balanced(spawner)
    assert gate.alive == 0
    assert len(gate.started) == 2


async def test_cancelling_the_future_of_spawn_nowait_withdraws_the_task() -> None:
    gate = Gate()
    async with make_spawner(max_workers=1) as spawner:
        running = spawner.spawn_nowait(SpawnTask("t", gate))
        queued = spawner.spawn_nowait(SpawnTask("t", gate))
        await until(lambda: gate.alive == 1)
        assert queued.cancel()
        assert running.cancel()
        await until(lambda: spawner.get_status().status == "idle")
        assert spawner.get_status().metrics.cancelled_tasks == 2
    assert gate.alive == 0


async def test_a_cancelled_running_task_ends_as_a_result() -> None:
    gate = Gate()
    async with make_spawner() as spawner:
        future = spawner.spawn_nowait(SpawnTask("t", gate, id="mine"))
        await until(lambda: gate.alive == 1)
        assert spawner.cancel("mine")
        result = await future
        assert not spawner.cancel("mine")
    assert result.error is not None
    assert result.error.code == "TASK_CANCELLED"
    assert result.attempts == 1


async def test_a_cancelled_queued_task_ends_as_a_result_and_never_starts() -> None:
    async with make_spawner() as spawner:
        spawner.pause("test")
        future = spawner.spawn_nowait(SpawnTask("t", echo, id="mine"))
        assert spawner.cancel("mine")
        result = await future
        spawner.resume()
    assert result.error is not None
    assert result.error.code == "TASK_CANCELLED"
    assert result.attempts == 0
    assert result.worker_id is None


async def test_a_task_cancelled_right_after_it_was_handed_to_a_worker_never_runs_and_has_its_result() -> None:
    gate = Gate()
    async with make_spawner() as spawner:
        future = spawner.spawn_nowait(SpawnTask("t", gate, id="mine"))
        assert spawner.get_status().workers == 1
        spawner.cancel("mine")
        result = await future
    assert gate.started == []
    assert result.error is not None
    assert result.error.code == "TASK_CANCELLED"


async def test_cancelling_every_asyncio_task_loses_no_result() -> None:
    gate = Gate()
    async with make_spawner(max_workers=2) as spawner:
        futures = [spawner.spawn_nowait(SpawnTask("worked on", gate, n)) for n in range(4)]
        # The idiom of signal handlers; the first round comes before the attempts' first step.
        for round_ in range(3):
            for task in asyncio.all_tasks():
                if task.get_name() == "worked on":
                    task.cancel()
            if round_:
                await asyncio.sleep(0)
        results = await asyncio.wait_for(asyncio.gather(*futures), 5)
        assert balanced(spawner)
    assert {result.error.code for result in results if result.error} == {"TASK_CANCELLED"}


async def test_a_task_between_retries_can_be_cancelled() -> None:
    async with make_spawner(retry_delay=20.0) as spawner:
        future = spawner.spawn_nowait(SpawnTask("t", fail, id="mine"))
        await until(lambda: bool(spawner.retry_views()))
        assert spawner.cancel("mine")
        result = await future
        assert spawner.retry_views() == ()
    assert result.error is not None
    assert result.error.code == "TASK_CANCELLED"
    assert result.attempts == 1


async def test_a_cancelled_task_is_not_retried() -> None:
    async def turns_cancellation_into_an_error(_: object) -> None:
        try:
            await anyio.sleep(30)
        except BaseException:
            raise ConnectionError("the line broke") from None

    async with make_spawner() as spawner:
        future = spawner.spawn_nowait(SpawnTask("t", turns_cancellation_into_an_error, id="mine"))
        await until(lambda: any(view.attempt for view in spawner.worker_views()))
        await anyio.sleep(0.01)
        spawner.cancel("mine")
        result = await future
        assert spawner.get_status().metrics.retried_tasks == 0
    assert result.error is not None
    assert result.error.code == "TASK_CANCELLED"
    assert isinstance(result.error.__cause__, ConnectionError)


async def test_cancel_all_gives_every_task_of_a_batch_a_result() -> None:
    gate = Gate()
    async with make_spawner(max_workers=2, max_queue_size=3) as spawner:
        batch = asyncio.ensure_future(spawner.spawn_batch([SpawnTask("t", gate, n) for n in range(20)]))
        await until(lambda: gate.alive == 2)
        assert spawner.cancel_all() == 20
        results = await batch
        assert balanced(spawner)
        assert (await spawner.spawn(SpawnTask("t", echo, 1))).success
    assert len(results) == 20
    assert {result.error.code for result in results if result.error} == {"TASK_CANCELLED"}


async def test_cancel_all_ends_a_stream_whose_results_wait_to_be_read() -> None:
    async with (
        make_spawner(max_workers=1, max_queue_size=1) as spawner,
        spawner.stream([SpawnTask("t", echo, n) for n in range(20)]) as finished,
    ):
        await anyio.sleep(0.05)
        spawner.cancel_all()
        results = [result async for result in finished]
        report = await spawner.shutdown(deadline=5)
    assert len(results) == 20
    assert report.duration < 1


async def test_a_handler_that_ends_by_a_cancel_of_its_own_is_cancelled_and_its_worker_goes_on() -> None:
    async def cancels_itself(_: object) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await anyio.sleep(1)

    async def raises_it(_: object) -> None:
        raise asyncio.CancelledError

    async with make_spawner(max_workers=1) as spawner:
        for handler in (cancels_itself, raises_it):
            result = await spawner.spawn(SpawnTask("t", handler))
            assert result.error is not None
            assert result.error.code == "TASK_CANCELLED"
        assert (await spawner.spawn(SpawnTask("t", echo, 1))).success


async def test_a_storm_of_cancellations_leaves_nothing_behind() -> None:
    async with make_spawner(max_workers=3, max_queue_size=50) as spawner:

        async def work(_: object) -> None:
            await anyio.sleep(0.001)

        for _ in range(30):
            futures = [spawner.spawn_nowait(SpawnTask("t", work, n, priority=n % 5)) for n in range(50)]
            await asyncio.sleep(0.001)
            for future in futures[::2]:
                future.cancel()
            await asyncio.wait(futures)
        await until(lambda: spawner.get_status().status == "idle")
        assert balanced(spawner)
        assert spawner.get_status().metrics.total_tasks == 1500


async def test_withdrawn_tasks_do_not_pile_up_in_the_queue() -> None:
    async with make_spawner(max_queue_size=10) as spawner:
        spawner.pause("test")
        for _ in range(2000):
            spawner.spawn_nowait(SpawnTask("t", echo)).cancel()
        queue = spawner._core.backlog._plain
        assert sum(len(level) for level in queue._ordered) < 200
        assert spawner.get_status().queued == 0
        spawner.resume()
