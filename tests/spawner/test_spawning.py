"""Giving work to a spawner and getting results."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Iterator

import anyio
import anyio.lowlevel
import pytest

from scenescout_tui.errors import SpawnerError, ValidationError, WorkerLimitError
from scenescout_tui.spawner import EventSpawner, SpawnTask, create_spawner
from tests.spawner.making import Gate, echo, fail, make_spawner, until

pytestmark = pytest.mark.anyio


async def test_a_task_gives_what_its_handler_returns() -> None:
    async with make_spawner() as spawner:
        task = SpawnTask(name="process-event", data={"event_id": "123"}, handler=echo)
        result = await spawner.spawn(task)
    assert result.success
    assert result.data == {"event_id": "123"}
    assert result.error is None
    assert result.attempts == 1
    assert result.worker_id is not None
    assert result.task_id == task.id


async def test_batch_results_come_in_the_order_given() -> None:
    async def slower_first(delay: float) -> float:
        await anyio.sleep(delay)
        return delay

    delays = [0.03, 0.0, 0.02, 0.01]
    async with make_spawner() as spawner:
        results = await spawner.spawn_batch([SpawnTask("wait", slower_first, delay) for delay in delays])
    assert [result.data for result in results] == delays


async def test_two_workers_never_run_three_tasks() -> None:
    gate = Gate()
    async with make_spawner(max_workers=2) as spawner:
        waiting = asyncio.ensure_future(spawner.spawn_batch([SpawnTask("t", gate, n) for n in range(10)]))
        await until(lambda: gate.alive == 2)
        for _ in range(20):
            await asyncio.sleep(0)
        assert gate.alive == 2
        gate.open()
        await waiting
    assert gate.peak == 2


async def test_five_tasks_count_as_five_completed_with_a_time() -> None:
    async with make_spawner() as spawner:
        await spawner.spawn_batch([SpawnTask("t", echo, n) for n in range(5)])
        metrics = spawner.get_status().metrics
    assert (metrics.total_tasks, metrics.completed_tasks, metrics.failed_tasks) == (5, 5, 0)
    assert metrics.average_time > 0
    assert 0 < metrics.p50 <= metrics.p95 <= metrics.p99
    assert metrics.throughput > 0


async def test_one_failing_task_harms_no_sibling() -> None:
    async with make_spawner(retry_attempts=0) as spawner:
        results = await spawner.spawn_batch([SpawnTask("t", fail if n == 3 else echo, n) for n in range(6)])
    assert [result.success for result in results] == [True, True, True, False, True, True]


async def test_a_batch_larger_than_the_queue_runs_within_it() -> None:
    async with make_spawner(max_workers=2, max_queue_size=3) as spawner:
        depths: list[int] = []
        spawner.on("worker:start", lambda event: depths.append(spawner.get_status().queued))
        results = await spawner.spawn_batch([SpawnTask("t", echo, n) for n in range(200)])
    assert [result.data for result in results] == list(range(200))
    assert max(depths) <= 3


async def test_an_empty_batch_is_no_results() -> None:
    async with make_spawner() as spawner:
        assert await spawner.spawn_batch([]) == []


async def test_spawn_waits_for_room_and_is_served_in_turn() -> None:
    gate = Gate()
    order: list[int] = []
    async with make_spawner(max_workers=1, max_queue_size=1) as spawner:

        async def call(number: int) -> None:
            await spawner.spawn(SpawnTask(str(number), gate, number))
            order.append(number)

        async with anyio.create_task_group() as group:
            for number in range(6):
                group.start_soon(call, number)
                await asyncio.sleep(0)
            await until(lambda: gate.alive == 1)
            assert spawner.get_status().queued == 1
            gate.open()
    assert order == list(range(6))
    assert gate.started == list(range(6))


async def test_among_callers_that_wait_for_room_the_higher_priority_goes_first() -> None:
    gate = Gate()
    async with (
        make_spawner(max_workers=1, max_queue_size=1) as spawner,
        anyio.create_task_group() as group,
    ):
        for name, priority in (("runs", 0), ("queued", 0), ("low", 0), ("high", 9)):
            group.start_soon(spawner.spawn, SpawnTask(name, gate, name, priority=priority))
            await until(lambda: gate.alive == 1)
            await asyncio.sleep(0)
        gate.open()
    assert gate.started == ["runs", "queued", "high", "low"]


async def test_spawn_nowait_refuses_when_the_queue_is_full() -> None:
    gate = Gate()
    async with make_spawner(max_workers=1, max_queue_size=2) as spawner:
        futures = [spawner.spawn_nowait(SpawnTask("t", gate, n)) for n in range(3)]
        with pytest.raises(WorkerLimitError) as caught:
            spawner.spawn_nowait(SpawnTask("t", gate, 3))
        assert caught.value.limit == 2
        gate.open()
        assert [(await future).data for future in futures] == [0, 1, 2]


async def test_higher_priority_starts_first_and_equals_in_turn() -> None:
    gate = Gate()
    async with make_spawner(max_workers=1) as spawner:
        first = spawner.spawn_nowait(SpawnTask("first", gate, "first"))
        await until(lambda: gate.alive == 1)
        rest = [
            spawner.spawn_nowait(SpawnTask("t", gate, f"{priority}{turn}", priority=priority))
            for turn in "abc"
            for priority in (0, 5, -5)
        ]
        gate.open()
        await asyncio.gather(first, *rest)
    assert gate.started == ["first", "5a", "5b", "5c", "0a", "0b", "0c", "-5a", "-5b", "-5c"]


async def test_a_second_task_of_a_key_that_waits_or_runs_is_refused() -> None:
    gate = Gate()
    async with make_spawner(max_workers=1) as spawner:
        running = spawner.spawn_nowait(SpawnTask("a", gate, "a", key="running"))
        waiting = spawner.spawn_nowait(SpawnTask("b", gate, "b", key="waiting"))
        by_nowait = await spawner.spawn_nowait(SpawnTask("c", gate, "c", key="running"))
        by_spawn = await spawner.spawn(SpawnTask("d", gate, "d", key="waiting"))
        batch = asyncio.ensure_future(
            spawner.spawn_batch(
                [SpawnTask("e", gate, "e", key="running"), SpawnTask("f", gate, "f", key="new")]
            )
        )
        gate.open()
        refused, fine = await batch
        assert (await running).success
        assert (await waiting).success
        for result in (by_nowait, by_spawn, refused):
            assert result.error is not None
            assert result.error.code == "DUPLICATE_KEY"
            assert result.attempts == 0
        assert fine.success
        assert spawner.get_status().metrics.total_tasks == 6


async def test_a_key_is_free_again_when_its_task_has_ended_however_it_ended() -> None:
    async def claims_to_be_a_duplicate(_: object) -> None:
        raise SpawnerError("mine", "DUPLICATE_KEY")

    async with make_spawner(retry_attempts=0) as spawner:
        assert (await spawner.spawn(SpawnTask("t", echo, key="k"))).success
        assert not (await spawner.spawn(SpawnTask("t", fail, key="k"))).success
        assert not (await spawner.spawn(SpawnTask("t", claims_to_be_a_duplicate, key="k"))).success
        spawner.pause("test")
        cancelled = spawner.spawn_nowait(SpawnTask("t", echo, key="k"))
        spawner.cancel_all()
        assert not (await cancelled).success
        spawner.resume()
        assert (await spawner.spawn(SpawnTask("t", echo, key="k"))).success


async def test_a_stream_gives_results_as_they_finish() -> None:
    async def wait(delay: float) -> float:
        await anyio.sleep(delay)
        return delay

    seen = []
    async with (
        make_spawner() as spawner,
        spawner.stream([SpawnTask("t", wait, delay) for delay in (0.06, 0.0, 0.03)]) as finished,
    ):
        async for result in finished:
            seen.append(result.data)
    assert seen == [0.0, 0.03, 0.06]


async def test_leaving_a_stream_early_cancels_the_rest() -> None:
    gate = Gate()

    async def first_is_quick(number: int) -> object:
        return await echo(number) if number == 0 else await gate(number)

    async with make_spawner(max_workers=2) as spawner:
        async with spawner.stream([SpawnTask("t", first_is_quick, n) for n in range(50)]) as finished:
            async for result in finished:
                assert result.data == 0
                break
        await until(lambda: spawner.get_status().status == "idle")
        metrics = spawner.get_status().metrics
    assert metrics.completed_tasks == 1
    assert metrics.total_tasks == metrics.completed_tasks + metrics.cancelled_tasks
    assert gate.alive == 0


async def test_an_endless_stream_is_read_as_the_reader_keeps_up() -> None:
    read = 0

    def endless() -> Iterator[SpawnTask[object, object]]:
        nonlocal read
        while True:
            read += 1
            yield SpawnTask("t", echo, read)

    async with (
        make_spawner(max_workers=2, max_queue_size=10) as spawner,
        spawner.stream(endless()) as finished,
    ):
        await anyio.sleep(0.05)
        assert read <= 10 + 2 * 2 + 1
        got = [await anext(finished) for _ in range(100)]
    assert len(got) == 100
    assert {result.data for result in got} == set(range(1, 101))


async def test_an_iterator_that_raises_ends_its_stream_with_that_error() -> None:
    def two_then_trouble() -> Iterator[SpawnTask[object, object]]:
        yield SpawnTask("t", echo, 1)
        yield SpawnTask("t", echo, 2)
        raise OSError("the file is gone")

    got: set[object] = set()
    async with make_spawner() as spawner:
        with pytest.raises(OSError, match="the file is gone"):  # noqa: PT012 – it comes after two results
            async with spawner.stream(two_then_trouble()) as finished:
                async for result in finished:
                    got.add(result.data)
        assert (await spawner.spawn(SpawnTask("t", echo, 3))).data == 3
    assert got == {1, 2}


async def test_a_handler_may_spawn() -> None:
    async with make_spawner(max_workers=2) as spawner:

        async def parent(number: int) -> object:
            child = await spawner.spawn(SpawnTask("child", echo, number))
            return child.data

        result = await spawner.spawn(SpawnTask("parent", parent, 7))
    assert result.data == 7


async def test_context_variables_of_the_caller_reach_the_handler_and_stay_apart() -> None:
    run = contextvars.ContextVar("run", default="none")

    async def read(data: object) -> str:
        seen = run.get()
        run.set(f"set by {data}")
        await anyio.lowlevel.checkpoint()
        return seen

    async with make_spawner(retry_attempts=1) as spawner:
        run.set("one")
        first = spawner.spawn_nowait(SpawnTask("t", read, 1))
        run.set("two")
        second = spawner.spawn_nowait(SpawnTask("t", read, 2))
        batch = await spawner.spawn_batch([SpawnTask("t", read, n) for n in (3, 4)])
        async with spawner.stream([SpawnTask("t", read, 5)]) as finished:
            streamed = [result.data async for result in finished]
    assert (await first).data == "one"
    assert (await second).data == "two"
    assert [result.data for result in batch] == ["two", "two"]
    assert streamed == ["two"]
    assert run.get() == "two"


async def test_the_loop_gets_its_turn_after_some_dozens_of_tasks() -> None:
    loop = asyncio.get_running_loop()
    started = 0
    per_pass: list[int] = []

    async def count(_: object) -> None:
        nonlocal started
        started += 1

    def every_pass() -> None:
        per_pass.append(started - sum(per_pass))
        if started < 20_000:
            loop.call_soon(every_pass)

    async with make_spawner(max_workers=5000, max_queue_size=20_000) as spawner:
        loop.call_soon(every_pass)
        await spawner.spawn_batch([SpawnTask("t", count, n) for n in range(20_000)])
    assert started == 20_000
    assert max(per_pass) <= 100


async def test_what_is_no_task_is_refused_by_name() -> None:
    async with make_spawner() as spawner:
        with pytest.raises(ValidationError, match="SpawnTask"):
            await spawner.spawn("task")  # type: ignore[arg-type]
        with pytest.raises(ValidationError, match="SpawnTask"):
            await spawner.spawn_batch([SpawnTask("t", echo), None])  # type: ignore[list-item]
        assert spawner.get_status().metrics.total_tasks == 0


async def test_the_same_task_may_be_given_more_than_once() -> None:
    task = SpawnTask("t", echo, 1)
    async with make_spawner() as spawner:
        results = await spawner.spawn_batch([task, task, task])
    assert [result.data for result in results] == [1, 1, 1]


async def test_a_spawner_without_arguments_takes_the_preset_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SCENESCOUT_ENV", "production")
    config = create_spawner().config
    assert (config.max_workers, config.timeout, config.retry_attempts) == (10, 60.0, 5)
    config = create_spawner(max_workers=4, timeout=1.5).config
    assert (config.max_workers, config.timeout, config.retry_attempts) == (4, 1.5, 5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_workers": 0},
        {"timeout": 0.0},
        {"timeout": float("nan")},
        {"retry_attempts": -1},
        {"retry_delay": -1.0},
        {"max_queue_size": 0},
    ],
)
def test_values_that_make_no_sense_are_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        create_spawner(**wrong)  # type: ignore[arg-type]


def test_a_spawner_belongs_to_one_loop() -> None:
    spawner: EventSpawner = make_spawner()
    assert anyio.run(spawner.spawn, SpawnTask("t", echo, 1)).success
    with pytest.raises(SpawnerError, match="another event loop"):
        anyio.run(spawner.spawn, SpawnTask("t", echo, 1))
