"""Handlers at their worst, and random schedules."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import random
import weakref
from collections.abc import AsyncIterator

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenescout_tui.spawner import EventSpawner, SpawnResult, SpawnTask
from tests.spawner.making import echo, make_spawner, until


class OddError(BaseException):
    pass


@pytest.mark.anyio
@pytest.mark.parametrize("error", [OddError("odd"), GeneratorExit(), StopAsyncIteration(), SystemExit(3)])
async def test_a_handler_that_raises_more_than_an_exception_harms_no_sibling(error: BaseException) -> None:
    async def odd(_: object) -> None:
        await asyncio.sleep(0)
        raise error

    async with make_spawner(max_workers=1, retry_attempts=0) as spawner:
        results = await spawner.spawn_batch([SpawnTask("odd", odd), SpawnTask("t", echo, 1)])
    assert [result.success for result in results] == [False, True]
    assert results[0].error is not None
    assert results[0].error.__cause__ is error


@pytest.mark.anyio
async def test_sys_exit_in_a_handler_is_a_bug_that_is_not_retried() -> None:
    async def exits(_: object) -> None:
        raise SystemExit(3)

    async with make_spawner() as spawner:
        result = await spawner.spawn(SpawnTask("t", exits))
    assert result.error is not None
    assert result.error.code == "BUG"
    assert result.attempts == 1


def test_a_keyboard_interrupt_in_a_handler_reaches_the_program_and_the_task_has_its_result() -> None:
    futures: list[asyncio.Future[SpawnResult[None]]] = []

    async def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    async def main() -> None:
        async with make_spawner() as spawner:
            futures.append(spawner.spawn_nowait(SpawnTask("t", interrupted)))
            await asyncio.sleep(5)

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(main())
    assert not futures[0].result().success


@pytest.mark.anyio
async def test_a_handler_that_returns_nothing_to_await_fails_alone() -> None:
    async with make_spawner() as spawner:
        bad: SpawnTask[None, int] = SpawnTask("t", lambda _: 42)  # type: ignore[arg-type, return-value]
        result = await spawner.spawn(bad)
        assert (await spawner.spawn(SpawnTask("t", echo, 1))).success
    assert result.error is not None
    assert result.error.code == "BUG"
    assert result.attempts == 1


@pytest.mark.anyio
async def test_a_scope_leaked_by_one_handler_never_cancels_the_next() -> None:
    async def numbers() -> AsyncIterator[int]:
        with anyio.fail_after(0.05):
            yield 1
            yield 2

    leaks = []

    async def leaky(_: object) -> None:
        generator = numbers()
        leaks.append(generator)
        await anext(generator)

    async def patient(_: object) -> str:
        await anyio.sleep(0.15)
        return "whole"

    async with make_spawner(max_workers=1, retry_attempts=0) as spawner:
        results = await spawner.spawn_batch([SpawnTask("leaky", leaky), SpawnTask("patient", patient)])
    assert not results[0].success
    assert results[1].data == "whole"


@pytest.mark.anyio
async def test_a_task_group_inside_a_handler_is_cancelled_as_a_whole() -> None:
    ended = []

    async def child() -> None:
        try:
            await anyio.sleep(30)
        finally:
            ended.append(True)

    async def anyio_parent(_: object) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(child)

    async def asyncio_parent(_: object) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(child())

    async with make_spawner(retry_attempts=0, timeout=0.03) as spawner:
        results = await spawner.spawn_batch([SpawnTask("t", anyio_parent), SpawnTask("t", asyncio_parent)])
    assert [result.error.code for result in results if result.error] == ["TASK_TIMEOUT"] * 2
    assert len(ended) == 6


@pytest.mark.anyio
async def test_what_a_handler_used_is_let_go_when_it_has_ended_without_the_garbage_collector() -> None:
    class Large:
        pass

    variable: contextvars.ContextVar[Large] = contextvars.ContextVar("variable")

    async def make_large(_: object) -> None:
        large = Large()
        variable.set(large)
        kept.append(weakref.ref(large))
        await asyncio.sleep(0)

    kept: list[weakref.ref[Large]] = []
    gc.collect()
    gc.disable()
    try:
        async with make_spawner() as spawner:
            future = spawner.spawn_nowait(SpawnTask("t", make_large))
            await future
            await asyncio.sleep(0)
            assert kept[0]() is None
    finally:
        gc.enable()


@pytest.mark.anyio
async def test_an_application_with_its_own_task_factory_is_served() -> None:
    loop = asyncio.get_running_loop()
    loop.set_task_factory(lambda loop, coro, **kwargs: asyncio.Task(coro, loop=loop, **kwargs))
    try:
        async with make_spawner() as spawner:
            results = await spawner.spawn_batch([SpawnTask("t", echo, n) for n in range(50)])
    finally:
        loop.set_task_factory(None)
    assert [result.data for result in results] == list(range(50))


def check_identity(spawner: EventSpawner) -> None:
    status = spawner.get_status()
    metrics = status.metrics
    ended = metrics.completed_tasks + metrics.failed_tasks + metrics.cancelled_tasks
    assert metrics.total_tasks == ended + status.workers + status.queued
    assert status.workers <= 8
    assert status.queued <= 20 + 8


async def random_schedule(seed: int, steps: int) -> None:
    """Everything a caller can do, in random order, against handlers that end in every way."""
    chance = random.Random(seed)
    alive = 0
    futures: list[asyncio.Future[SpawnResult[object]]] = []

    async def handler(kind: object) -> object:
        nonlocal alive
        alive += 1
        try:
            if kind == "slow":
                await anyio.sleep(0.01)
            elif kind == "fails":
                await asyncio.sleep(0)
                raise RuntimeError("by chance")
            elif kind == "bug":
                raise TypeError("by chance")
            elif kind == "swallows":
                try:
                    await anyio.sleep(0.005)
                except asyncio.CancelledError:
                    await asyncio.sleep(0)
            return kind
        finally:
            alive -= 1

    def task() -> SpawnTask[object, object]:
        kind = chance.choice(["quick", "slow", "fails", "bug", "swallows"])
        return SpawnTask(
            kind, handler, kind,
            priority=chance.randrange(3),
            timeout=chance.choice([None, 0.003]),
            key=chance.choice([None, None, "a", "b"]),
        )  # fmt: skip

    spawner = make_spawner(max_workers=3, max_queue_size=20, retry_attempts=1, retry_delay=0.001)
    batches: list[asyncio.Task[list[SpawnResult[object]]]] = []
    for _ in range(steps):
        step = chance.randrange(10)
        if step <= 3 and spawner.get_status().queued < 20:
            futures.append(spawner.spawn_nowait(task()))
        elif step == 4:
            batches.append(
                asyncio.ensure_future(spawner.spawn_batch([task() for _ in range(chance.randrange(30))]))
            )
        elif step == 5 and futures:
            chance.choice(futures).cancel()
        elif step == 6:
            spawner.resize(chance.randrange(1, 9))
        elif step == 7:
            spawner.pause("chance") if chance.random() < 0.3 else spawner.resume()
        elif step == 8 and chance.random() < 0.1:
            spawner.cancel_all()
        else:
            await anyio.sleep(chance.choice([0, 0.001]))
        check_identity(spawner)
        assert alive <= 8
    spawner.resume()
    await asyncio.sleep(0)  # the last batch begins
    if chance.random() < 0.5:
        await spawner.shutdown(deadline=chance.choice([0.0, 0.01, 5.0]))
    for batch in batches:
        results = await batch
        assert all(isinstance(result, SpawnResult) for result in results)
    if futures:
        await asyncio.wait(futures)
    # A withdrawn future is done at once, its handler a little later.
    await until(lambda: spawner.get_status().workers == 0)
    check_identity(spawner)
    assert alive == 0
    await spawner.shutdown()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 150))
def test_in_any_schedule_the_counts_agree_and_no_task_is_lost(seed: int, steps: int) -> None:
    async def bounded() -> None:
        with anyio.fail_after(20):
            await random_schedule(seed, steps)

    anyio.run(bounded)
