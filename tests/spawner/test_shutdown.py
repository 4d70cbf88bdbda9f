"""How a spawner ends."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator

import anyio
import pytest

from scenescout_tui.errors import SpawnerError, ValidationError
from scenescout_tui.spawner import LifecycleEvent, SpawnTask
from tests.spawner.making import Gate, echo, fail, make_spawner, until

pytestmark = pytest.mark.anyio


async def test_leaving_the_context_finishes_what_was_accepted() -> None:
    async with make_spawner(max_workers=2) as spawner:
        futures = [spawner.spawn_nowait(SpawnTask("t", echo, n)) for n in range(50)]
    assert [future.result().data for future in futures] == list(range(50))


async def test_after_a_shutdown_no_work_is_taken() -> None:
    spawner = make_spawner()
    await spawner.shutdown()
    for give in (spawner.spawn(SpawnTask("t", echo)), spawner.spawn_batch([SpawnTask("t", echo)])):
        with pytest.raises(SpawnerError) as caught:
            await give
        assert caught.value.code == "SPAWNER_STOPPED"
    with pytest.raises(SpawnerError, match="shut down"):
        spawner.spawn_nowait(SpawnTask("t", echo))
    with pytest.raises(SpawnerError, match="shut down"):
        async with spawner.stream([SpawnTask("t", echo)]):
            pass


async def test_a_shutdown_that_drained_names_nobody() -> None:
    spawner = make_spawner()
    future = spawner.spawn_nowait(SpawnTask("t", echo))
    report = await spawner.shutdown()
    assert future.result().success
    assert not report.forced
    assert report.unfinished == ()


async def test_at_the_deadline_what_is_left_is_cancelled_and_named() -> None:
    gate = Gate()
    spawner = make_spawner(max_workers=1)
    futures = [spawner.spawn_nowait(SpawnTask(name, gate)) for name in ("runs", "waits")]
    began = time.monotonic()
    report = await spawner.shutdown(deadline=0.05)
    assert time.monotonic() - began < 5
    assert report.forced
    assert sorted(report.cancelled) == ["runs", "waits"]
    assert report.abandoned == ()
    for future in futures:
        error = future.result().error
        assert error is not None
        assert error.code == "TASK_CANCELLED"
    assert gate.alive == 0


async def test_a_handler_that_ignores_cancellation_is_abandoned_and_named() -> None:
    release = anyio.Event()

    async def stubborn(_: object) -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                pass

    began = time.monotonic()
    async with make_spawner(max_workers=1) as spawner:
        future = spawner.spawn_nowait(SpawnTask("stubborn", stubborn))
        await until(lambda: spawner.get_status().workers == 1)
        report = await spawner.shutdown(deadline=0.05)
    assert time.monotonic() - began < 5
    assert report.abandoned == ("stubborn",)
    assert report.unfinished == ("stubborn",)
    error = future.result().error
    assert error is not None
    assert error.code == "TASK_CANCELLED"
    metrics = spawner.get_status().metrics
    assert (metrics.total_tasks, metrics.cancelled_tasks, spawner.get_status().workers) == (1, 1, 0)
    release.set()
    await anyio.sleep(0.01)


def test_an_abandoned_handler_does_not_keep_asyncio_run_from_returning() -> None:
    script = """
import asyncio
from scenescout_tui.spawner import SpawnTask, create_spawner
async def stubborn(_):
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass
async def main():
    spawner = create_spawner()
    spawner.spawn_nowait(SpawnTask("stubborn", stubborn))
    await asyncio.sleep(0.05)
    report = await spawner.shutdown(deadline=0.05)
    print(report.abandoned)
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "('stubborn',)"
    assert done.returncode == 0


async def test_leaving_through_an_exception_cancels_everything_quickly() -> None:
    gate = Gate()
    began = time.monotonic()
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 – the body is what is left
        async with make_spawner(max_workers=1) as spawner:
            futures = [spawner.spawn_nowait(SpawnTask("t", gate, n)) for n in range(5)]
            await until(lambda: gate.alive == 1)
            raise ZeroDivisionError
    assert time.monotonic() - began < 5
    assert gate.alive == 0
    assert all(not future.result().success for future in futures)


@pytest.mark.parametrize("native", [True, False])
async def test_a_cancelled_owner_leaves_quickly_and_every_task_has_its_result(native: bool) -> None:
    gate = Gate()
    futures: list[asyncio.Future[object]] = []

    async def owner() -> None:
        async with make_spawner(max_workers=1) as spawner:
            futures.extend(spawner.spawn_nowait(SpawnTask("t", gate, n)) for n in range(3))  # type: ignore[misc]
            await anyio.sleep(30)

    if native:
        task = asyncio.ensure_future(owner())
        await until(lambda: gate.alive == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 2)
    else:
        with anyio.move_on_after(0.05):
            await owner()
    await until(lambda: gate.alive == 0)
    assert all(future.done() for future in futures)


async def test_a_second_native_cancel_cuts_the_drain_itself() -> None:
    gate = Gate()
    future: asyncio.Future[object] | None = None

    async def owner() -> None:
        nonlocal future
        async with make_spawner() as spawner:
            future = spawner.spawn_nowait(SpawnTask("t", gate))  # type: ignore[assignment]

    task = asyncio.ensure_future(owner())
    await until(lambda: gate.alive == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 1)
    assert future is not None
    assert future.done()
    await until(lambda: gate.alive == 0)


async def test_a_shutdown_may_be_called_again_and_shortened() -> None:
    gate = Gate()
    spawner = make_spawner()
    spawner.spawn_nowait(SpawnTask("t", gate))
    slow = asyncio.ensure_future(spawner.shutdown(deadline=60))
    await anyio.sleep(0.02)
    assert spawner.get_status().status == "stopping"
    began = time.monotonic()
    report = await spawner.shutdown(deadline=0.0)
    assert time.monotonic() - began < 5
    assert await slow is report
    assert await spawner.shutdown() is report
    assert spawner.get_status().status == "stopped"


async def test_a_cancelled_caller_does_not_stop_the_shutdown() -> None:
    gate = Gate()
    spawner = make_spawner()
    future = spawner.spawn_nowait(SpawnTask("t", gate))
    with anyio.move_on_after(0.01):
        await spawner.shutdown(deadline=0.05)
    await until(lambda: spawner.get_status().status == "stopped")
    assert future.done()


async def test_retries_go_on_while_draining_and_are_cut_at_the_deadline() -> None:
    calls = 0

    async def second_time_lucky(_: object) -> str:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ConnectionError
        return "done"

    spawner = make_spawner(retry_delay=0.02)
    future = spawner.spawn_nowait(SpawnTask("t", second_time_lucky))
    await spawner.shutdown()
    assert future.result().data == "done"
    spawner = make_spawner(retry_delay=20.0)
    future = spawner.spawn_nowait(SpawnTask("waits", fail))  # type: ignore[arg-type]
    report = await spawner.shutdown(deadline=0.05)
    assert report.cancelled == ("waits",)
    assert future.done()


async def test_a_batch_in_progress_is_finished_by_the_drain() -> None:
    async with make_spawner(max_workers=1, max_queue_size=1) as spawner:
        batch = asyncio.ensure_future(spawner.spawn_batch([SpawnTask("t", echo, n) for n in range(20)]))
        await asyncio.sleep(0)
    assert [result.data for result in await batch] == list(range(20))


async def test_an_endless_stream_ends_with_the_shutdown() -> None:
    def endless() -> Iterator[SpawnTask[object, object]]:
        while True:
            yield SpawnTask("t", echo)

    spawner = make_spawner()
    async with spawner.stream(endless()) as finished:
        await anext(finished)
        report = await spawner.shutdown(deadline=5)
        rest = [result async for result in finished]
    assert not report.forced
    assert all(result.success for result in rest)


async def test_while_paused_a_shutdown_waits_for_running_work_only() -> None:
    gate = Gate()
    spawner = make_spawner(max_workers=1)
    running = spawner.spawn_nowait(SpawnTask("running", gate))
    queued = spawner.spawn_nowait(SpawnTask("queued", gate))
    await until(lambda: gate.alive == 1)
    spawner.pause("test")
    stopping = asyncio.ensure_future(spawner.shutdown(deadline=60))
    await anyio.sleep(0.02)
    assert not stopping.done()
    gate.open()
    report = await asyncio.wait_for(stopping, 2)
    assert running.result().success
    assert not queued.result().success
    assert report.cancelled == ("queued",)


async def test_drain_forced_and_complete_are_told() -> None:
    events: list[LifecycleEvent] = []
    spawner = make_spawner(max_workers=1)
    for kind in ("spawner:drain", "shutdown:forced", "shutdown:complete"):
        spawner.on(kind, events.append)
    for _ in range(3):
        spawner.spawn_nowait(SpawnTask("t", Gate()))
    report = await spawner.shutdown(deadline=0.02)
    assert [event.type for event in events] == ["spawner:drain", "shutdown:forced", "shutdown:complete"]
    assert [event.queue_length for event in events] == [2, 2, None]
    assert events[-1].duration == report.duration


async def test_a_handler_that_shuts_down_its_own_spawner_does_not_hang() -> None:
    spawner = make_spawner()

    async def ends_it(_: object) -> None:
        await spawner.shutdown(deadline=0.05)

    future = spawner.spawn_nowait(SpawnTask("t", ends_it))
    result = await asyncio.wait_for(future, 2)
    assert not result.success
    await until(lambda: spawner.get_status().status == "stopped")


async def test_a_negative_deadline_is_refused() -> None:
    with pytest.raises(ValidationError, match="deadline"):
        await make_spawner().shutdown(deadline=-1)
