"""Events to callbacks."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.spawner import LifecycleEvent, SpawnTask
from tests.spawner.making import Gate, echo, fail, make_spawner, until

pytestmark = pytest.mark.anyio


async def test_a_task_tells_queued_start_and_complete_with_its_own_fields() -> None:
    events: list[LifecycleEvent] = []
    async with make_spawner() as spawner:
        for kind in ("task:queued", "worker:start", "worker:complete"):
            spawner.on(kind, events.append)
        result = await spawner.spawn(SpawnTask("t", echo, 42, id="mine"))
    queued, start, complete = events
    assert {event.task_id for event in events} == {"mine"}
    assert {event.task_name for event in events} == {"t"}
    assert queued.queue_length == 1
    assert (start.worker_id, start.attempt) == (result.worker_id, 1)
    assert complete.result == 42
    assert complete.duration == result.duration
    assert queued.time <= start.time <= complete.time


async def test_a_failed_task_tells_its_error() -> None:
    events: list[LifecycleEvent] = []
    async with make_spawner(retry_attempts=0) as spawner:
        spawner.on("worker:error", events.append)
        result = await spawner.spawn(SpawnTask("t", fail))
    assert [event.error for event in events] == [result.error]


async def test_every_queued_task_ends_in_exactly_one_complete_or_error() -> None:
    seen: Counter[str | None] = Counter()
    gate = Gate()
    async with make_spawner(max_workers=2, retry_attempts=1) as spawner:
        for kind in ("worker:complete", "worker:error"):
            spawner.on(kind, lambda event: seen.update([event.task_id]))
        tasks = [SpawnTask("t", handler, n) for n in range(5) for handler in (echo, fail, gate)]
        batch = asyncio.ensure_future(spawner.spawn_batch(tasks))
        await until(lambda: gate.alive == 2)
        spawner.cancel_all()
        await batch
    assert set(seen) == {task.id for task in tasks}
    assert set(seen.values()) == {1}


async def test_a_bug_in_a_callback_is_logged_and_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[LifecycleEvent] = []

    def broken(event: LifecycleEvent) -> None:
        raise ZeroDivisionError("a bug in the callback")

    def cancels(event: LifecycleEvent) -> None:
        raise asyncio.CancelledError

    async with make_spawner() as spawner:
        spawner.on("*", broken)
        spawner.on("*", cancels)
        spawner.on("*", seen.append)
        results = await spawner.spawn_batch([SpawnTask("t", echo, n) for n in range(3)])
    assert all(result.success for result in results)
    assert "a bug in the callback" in caplog.text
    assert len(seen) == 3 * 3 + 2


async def test_unsubscribing_ends_the_calls_and_may_be_repeated() -> None:
    seen: list[LifecycleEvent] = []
    async with make_spawner() as spawner:
        unsubscribe = spawner.on("worker:complete", seen.append)
        spawner.on("worker:complete", seen.append)
        await spawner.spawn(SpawnTask("t", echo))
        assert len(seen) == 2
        unsubscribe()
        unsubscribe()
        await spawner.spawn(SpawnTask("t", echo))
    assert len(seen) == 3


async def test_a_callback_may_call_the_spawner() -> None:
    results = []
    async with make_spawner(max_workers=1, retry_attempts=0) as spawner:

        def busybody(event: LifecycleEvent) -> None:
            spawner.pause("a callback")
            spawner.resize(3)
            spawner.get_status()
            spawner.worker_views()
            spawner.cancel("victim")
            spawner.resume("a callback")
            if event.task_name == "parent" and event.type == "worker:complete":
                results.append(spawner.spawn_nowait(SpawnTask("child", echo, "child")))

        unsubscribe = spawner.on("*", busybody)
        batch = await spawner.spawn_batch(
            [SpawnTask("parent", echo, n) for n in range(3)] + [SpawnTask("victim", echo, id="victim")]
        )
        unsubscribe()
        assert [result.success for result in batch] == [True, True, True, False]
        assert [(await result).data for result in results] == ["child"] * 3


async def test_a_start_callback_may_cancel_the_task_that_starts() -> None:
    gate = Gate()
    async with make_spawner() as spawner:
        spawner.on("worker:start", lambda event: spawner.cancel(event.task_id or ""))
        result = await spawner.spawn(SpawnTask("t", gate))
    assert result.error is not None
    assert result.error.code == "TASK_CANCELLED"
    assert gate.alive == 0


async def test_unknown_events_and_async_callbacks_are_refused() -> None:
    async def callback(event: LifecycleEvent) -> None: ...

    spawner = make_spawner()
    with pytest.raises(ValidationError, match="worker:done"):
        spawner.on("worker:done", print)
    with pytest.raises(ValidationError, match="plain function"):
        spawner.on("worker:start", callback)
