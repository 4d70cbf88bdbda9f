"""Timeouts cancel the work, and a worker is free when its handler has ended, never earlier."""

from __future__ import annotations

import asyncio
import threading
import time

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

from scenescout_tui.spawner import SpawnTask
from tests.spawner.making import echo, make_spawner, until

pytestmark = pytest.mark.anyio


async def test_a_timeout_ends_failed_with_task_timeout() -> None:
    ended = []

    async def slow(_: object) -> None:
        try:
            await anyio.sleep(30)
        except BaseException as exc:
            ended.append(type(exc).__name__)
            raise

    async with make_spawner(retry_attempts=0) as spawner:
        result = await spawner.spawn(SpawnTask("slow", slow, timeout=0.02))
    assert result.error is not None
    assert result.error.code == "TASK_TIMEOUT"
    assert "slow" in str(result.error)
    assert ended == ["CancelledError"]


async def test_the_timeout_is_per_attempt() -> None:
    calls = 0

    async def slow_at_first(_: object) -> int:
        nonlocal calls
        calls += 1
        await anyio.sleep(30 if calls < 3 else 0.03)
        return calls

    async with make_spawner(timeout=0.05) as spawner:
        result = await spawner.spawn(SpawnTask("t", slow_at_first))
    assert result.data == 3
    assert result.attempts == 3


async def test_never_more_handlers_alive_than_workers_when_every_task_times_out() -> None:
    alive = peak = 0

    async def slow_to_end(_: object) -> None:
        nonlocal alive, peak
        alive += 1
        peak = max(peak, alive)
        try:
            await anyio.sleep(30)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.01)
            alive -= 1

    async with make_spawner(max_workers=3, timeout=0.01, retry_attempts=1) as spawner:
        results = await spawner.spawn_batch([SpawnTask("t", slow_to_end, n) for n in range(20)])
    assert peak == 3
    assert {result.error.code for result in results if result.error} == {"TASK_TIMEOUT"}


async def test_a_timed_out_handler_frees_its_worker_only_when_its_thread_has_ended() -> None:
    release = threading.Event()
    in_thread = 0
    peak = 0

    def work() -> None:
        nonlocal in_thread, peak
        in_thread += 1
        peak = max(peak, in_thread)
        release.wait(5)
        in_thread -= 1

    async def handler(_: object) -> None:
        await anyio.to_thread.run_sync(work)

    async with make_spawner(max_workers=1, timeout=0.02, retry_attempts=0) as spawner:
        first = spawner.spawn_nowait(SpawnTask("threaded", handler))
        second = spawner.spawn_nowait(SpawnTask("after", echo, 2))
        await until(lambda: any(view.cancelling for view in spawner.worker_views()))
        await anyio.sleep(0.3)
        assert not first.done()
        assert not second.done()
        assert spawner.get_status().workers == 1
        release.set()
        error = (await first).error
        assert error is not None
        assert error.code == "TASK_TIMEOUT"
        assert (await second).success
    assert peak == 1


async def test_a_thread_can_learn_of_the_timeout() -> None:
    def patient() -> str:
        for _ in range(500):
            anyio.from_thread.check_cancelled()
            time.sleep(0.01)
        return "never told"

    async def handler(_: object) -> str:
        return await anyio.to_thread.run_sync(patient)

    async with make_spawner(retry_attempts=0) as spawner:
        result = await spawner.spawn(SpawnTask("t", handler, timeout=0.05))
    assert result.error is not None
    assert result.error.code == "TASK_TIMEOUT"
    assert result.duration < 2


async def test_a_result_that_comes_after_the_timeout_is_still_a_timeout() -> None:
    async def stubborn(_: object) -> str:
        try:
            await anyio.sleep(30)
        except BaseException:
            return "late"
        return "never"

    async with make_spawner(retry_attempts=0) as spawner:
        result = await spawner.spawn(SpawnTask("t", stubborn, timeout=0.02))
    assert not result.success
    assert result.error is not None
    assert result.error.code == "TASK_TIMEOUT"


async def test_an_error_raised_while_ending_is_the_cause_of_the_timeout() -> None:
    async def breaks_when_cancelled(_: object) -> None:
        try:
            await anyio.sleep(30)
        finally:
            raise OSError("could not close")

    async with make_spawner(retry_attempts=0) as spawner:
        result = await spawner.spawn(SpawnTask("t", breaks_when_cancelled, timeout=0.02))
    assert result.error is not None
    assert result.error.code == "TASK_TIMEOUT"
    assert isinstance(result.error.__cause__, OSError)


async def test_timeouts_of_different_lengths_each_come_in_time() -> None:
    async def forever(_: object) -> None:
        await anyio.sleep(30)

    limits = [0.15, 0.05, 0.1, 0.02]
    async with make_spawner(retry_attempts=0) as spawner:
        results = await spawner.spawn_batch([SpawnTask("t", forever, timeout=limit) for limit in limits])
    for result, limit in zip(results, limits, strict=True):
        assert limit <= result.duration < limit + 0.1


class Stubborn:
    """Swallows every cancellation until it is released."""

    def __init__(self) -> None:
        self.released = False
        self.cancellations = 0

    async def __call__(self, _: object) -> str:
        while not self.released:
            try:
                await asyncio.sleep(0.02)
            except asyncio.CancelledError:
                self.cancellations += 1
        return "released"


async def test_a_handler_that_ignores_cancellation_keeps_its_worker_and_is_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stubborn = Stubborn()
    async with make_spawner(max_workers=1, retry_attempts=0) as spawner:
        first = spawner.spawn_nowait(SpawnTask("stubborn", stubborn, timeout=0.02))
        second = spawner.spawn_nowait(SpawnTask("after", echo))
        await until(lambda: "stubborn" in caplog.text)
        assert any("stubborn" in reason for reason in spawner.get_status().waiting)
        assert spawner.worker_views()[0].cancelling
        assert not second.done()
        stubborn.released = True
        assert not (await first).success
        assert (await second).success


async def test_a_handler_that_ignores_cancellation_burns_no_core() -> None:
    stubborn = Stubborn()
    async with make_spawner(retry_attempts=0) as spawner:
        future = spawner.spawn_nowait(SpawnTask("stubborn", stubborn, timeout=0.01))
        await until(lambda: stubborn.cancellations > 0)
        await anyio.sleep(0.3)  # the time in which anyio alone delivers ten thousands of times
        before, cpu = stubborn.cancellations, time.process_time()
        await anyio.sleep(1.0)
        assert stubborn.cancellations - before <= 4
        assert time.process_time() - cpu < 0.5
        assert stubborn.cancellations > before  # reminded, now and then
        stubborn.released = True
        await future
