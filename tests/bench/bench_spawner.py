"""What a spawned task costs, beside the rivals; the promises about memory, limits and reaction, measured.

Run alone: `python tests/bench/bench_spawner.py [tasks]`.
"""

from __future__ import annotations

import asyncio
import gc
import importlib.metadata
import platform
import statistics
import sys
import time
import tracemalloc
from collections.abc import Awaitable, Callable

import aiometer
import anyio
import anyio.lowlevel

from scenescout_tui.settings import SpawnerConfig
from scenescout_tui.spawner import EventSpawner, LifecycleEvent, RateLimit, SpawnResult, SpawnTask

WORKERS = 10
ROUNDS = 5


def spawner(
    *, retries: int = 3, timeout: float = 30.0, queue: int = 1000, workers: int = WORKERS
) -> EventSpawner:
    return EventSpawner(SpawnerConfig(workers, timeout, retries, 0.01, queue))


async def handler(data: int) -> int:
    return data


async def full_feature(count: int, retries: int = 3) -> float:
    """Priority, bounded queue, timeout, retry on, two callbacks, percentiles, result; all of it counted."""
    seen = [0]

    def callback(event: LifecycleEvent) -> None:
        seen[0] += 1

    tasks = [SpawnTask("task", handler, n, priority=n % 3) for n in range(count)]
    async with spawner(retries=retries) as running:
        running.on("worker:start", callback)
        running.on("worker:complete", callback)
        began = time.perf_counter()
        results = await running.spawn_batch(tasks)
        taken = time.perf_counter() - began
        assert running.get_status().metrics.completed_tasks == count
        assert running.get_status().metrics.p99 > 0
    assert seen[0] == 2 * count
    assert [result.data for result in results] == list(range(count))
    return taken


async def without_retry(count: int) -> float:
    return await full_feature(count, retries=0)


async def rival_aiometer(count: int) -> float:
    """aiometer.amap with its one bound, no queue, timeout, retry, callbacks or percentiles."""
    began = time.perf_counter()
    got = 0
    async with aiometer.amap(handler, range(count), max_at_once=WORKERS) as results:
        async for _ in results:
            got += 1
    taken = time.perf_counter() - began
    assert got == count
    return taken


async def rival_capacity_limiter(count: int) -> float:
    """An anyio task per job on a CapacityLimiter, results in a list: nothing else either."""
    limiter = anyio.CapacityLimiter(WORKERS)
    results = [0] * count

    async def job(n: int) -> None:
        async with limiter:
            results[n] = await handler(n)

    began = time.perf_counter()
    async with anyio.create_task_group() as group:
        for n in range(count):
            group.start_soon(job, n)
    taken = time.perf_counter() - began
    assert results[-1] == count - 1
    return taken


Measured = Callable[[int], Awaitable[float]]


def ratio(ours: Measured, theirs: Measured, count: int, rounds: int = ROUNDS) -> tuple[float, float, float]:
    """Medians of µs per task of both, and of the ratio of alternating pairs."""
    pairs = []
    for turn in range(rounds):
        order = (ours, theirs) if turn % 2 == 0 else (theirs, ours)
        taken = {}
        for side in order:
            gc.collect()
            taken[side] = anyio.run(side, count) / count * 1e6
        pairs.append((taken[ours], taken[theirs], taken[ours] / taken[theirs]))
    first, second, both = (statistics.median(column) for column in zip(*pairs, strict=True))
    return first, second, both


async def bytes_per_waiting_task(count: int = 10_000) -> float:
    running = spawner(queue=count)
    running.pause("measuring")
    running.spawn_nowait(SpawnTask("first", handler, 0)).cancel()
    tasks = [SpawnTask("task", handler, n) for n in range(count)]
    futures: list[asyncio.Future[SpawnResult[int]] | None] = [None] * count
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for n, task in enumerate(tasks):
        futures[n] = running.spawn_nowait(task)
    taken = (tracemalloc.get_traced_memory()[0] - before) / count
    tracemalloc.stop()
    await running.shutdown(deadline=0.0)
    return taken


async def peak_alive_under_timeouts(count: int = 200) -> int:
    """Every attempt times out and is slow to clean up; counts handlers that are really alive."""
    alive = peak = 0

    async def slow(_: int) -> None:
        nonlocal alive, peak
        alive += 1
        peak = max(peak, alive)
        try:
            await anyio.sleep(60)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.01)
            alive -= 1

    async with spawner(retries=1, timeout=0.01) as running:
        results = await running.spawn_batch([SpawnTask("slow", slow, n) for n in range(count)])
    assert all(result.error is not None and result.error.code == "TASK_TIMEOUT" for result in results)
    return peak


async def worst_windows(seconds: float = 4.0) -> tuple[int, int]:
    """The most starts in any 1 s and any 60 s under a limit of 30 a second and 90 a minute."""
    starts: list[float] = []

    async def note(_: int) -> None:
        starts.append(time.monotonic())

    limit = RateLimit(per_minute=90, burst=30)
    running = spawner()
    tasks = [running.spawn_nowait(SpawnTask("note", note, n, limits=(limit,))) for n in range(500)]
    await anyio.sleep(seconds)
    await running.shutdown(deadline=0.0)
    assert all(task.done() for task in tasks)

    def worst(window: float) -> int:
        return max(sum(1 for other in starts if start <= other <= start + window) for start in starts)

    return worst(1.0), worst(60.0)


async def reactions() -> tuple[float, float, float]:
    """Seconds until `resize`, `pause` and `resume` show in what starts, under load of 5 ms tasks."""
    starts: list[float] = []

    async def work(_: int) -> None:
        starts.append(time.monotonic())
        await anyio.sleep(0.005)

    async with spawner(workers=2, queue=5000) as running:
        for n in range(3000):
            running.spawn_nowait(SpawnTask("work", work, n))
        await anyio.sleep(0.1)
        began = time.monotonic()
        running.resize(20)
        while len(running.worker_views()) < 20:
            await anyio.lowlevel.checkpoint()
        resized = time.monotonic() - began
        began = time.monotonic()
        running.pause("measuring")
        await anyio.sleep(0.2)
        paused = max(0.0, max(starts) - began)
        began, before = time.monotonic(), len(starts)
        running.resume()
        while len(starts) == before:
            await anyio.lowlevel.checkpoint()
        resumed = time.monotonic() - began
        running.cancel_all()
    return resized, paused, resumed


def row(name: str, measured: str, target: str) -> None:
    print(f"{name:<62}{measured:>22}  {target}")


def main(count: int = 100_000) -> None:
    """Print the table."""
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("aiometer", "anyio", "tenacity")
    )
    print(f"spawner: {count:,} tasks, {WORKERS} workers, median of {ROUNDS} alternating pairs")
    print(f"Python {platform.python_version()}, {versions}\n")
    row("", "measured", "target")
    ours, theirs, both = ratio(full_feature, rival_aiometer, count)
    row("full-feature task, µs", f"{ours:.1f}", "about 15")
    row("aiometer.amap(max_at_once=10), µs", f"{theirs:.1f}", "")
    row("full-feature task / aiometer", f"{both:.2f}", "<= 0.65")
    _, theirs, both = ratio(full_feature, rival_capacity_limiter, count)
    row("anyio task per job on a CapacityLimiter, µs", f"{theirs:.1f}", "")
    row("full-feature task / task per job", f"{both:.2f}", "<= 0.30")
    # The difference is small beside the noise of a shared machine: more and shorter pairs.
    _, _, both = ratio(full_feature, without_retry, count // 5, 5 * ROUNDS)
    row("retry on / off", f"{both:.2f}", "<= 1.05")
    row("bytes per waiting task", f"{anyio.run(bytes_per_waiting_task):.0f}", "<= 500")
    row(
        "most handlers alive, every task timing out",
        f"{anyio.run(peak_alive_under_timeouts)}",
        f"= {WORKERS}",
    )
    second, minute = anyio.run(worst_windows)
    row("most starts in 1 s / 60 s at 30 / 90", f"{second} / {minute}", "<= 30 / 90")
    resized, paused, resumed = (seconds * 1000 for seconds in anyio.run(reactions))
    row("resize / pause / resume act after, ms", f"{resized:.1f} / {paused:.1f} / {resumed:.1f}", "<= 100")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
