"""Failed attempts: what is tried again, when, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import anyio
import pytest

from scenescout_tui.errors import (
    Classification,
    ExternalAPIError,
    RateLimitError,
    SpawnerError,
    ValidationError,
    classify_error,
)
from scenescout_tui.spawner import LifecycleEvent, SpawnTask
from scenescout_tui.spawner.retry import Backoff
from tests.spawner.making import echo, fail, make_spawner, until

pytestmark = pytest.mark.anyio


class FailsFirst:
    """Fails so many times, then returns how often it was called."""

    def __init__(self, times: int, error: Exception | None = None) -> None:
        self.calls = 0
        self._times = times
        self._error = error or ConnectionError("the line was busy")

    async def __call__(self, _: object) -> int:
        self.calls += 1
        if self.calls <= self._times:
            raise self._error
        return self.calls


async def test_a_task_that_fails_twice_and_then_succeeds_had_three_attempts() -> None:
    async with make_spawner() as spawner:
        result = await spawner.spawn(SpawnTask("t", FailsFirst(2)))
        assert spawner.get_status().metrics.retried_tasks == 2
    assert result.success
    assert result.data == 3
    assert result.attempts == 3


async def test_a_task_that_always_fails_ends_after_the_last_retry_with_its_error() -> None:
    handler = FailsFirst(99, RuntimeError("it never works"))
    async with make_spawner(retry_attempts=2) as spawner:
        result = await spawner.spawn(SpawnTask("t", handler))
        metrics = spawner.get_status().metrics
    assert not result.success
    assert (handler.calls, result.attempts) == (3, 3)
    assert isinstance(result.error, SpawnerError)
    assert "it never works" in str(result.error)
    assert isinstance(result.error.__cause__, RuntimeError)
    assert (metrics.failed_tasks, metrics.retried_tasks) == (1, 2)


@pytest.mark.parametrize(
    "error", [ValidationError("title", None), TypeError("a bug"), ExternalAPIError("yelp", 404)]
)
async def test_a_permanent_error_is_not_retried(error: Exception) -> None:
    handler = FailsFirst(99, error)
    async with make_spawner() as spawner:
        result = await spawner.spawn(SpawnTask("t", handler))
    assert handler.calls == result.attempts == 1
    assert result.error is not None
    assert result.error.code == classify_error(error).type


async def test_the_wait_of_the_server_wins_over_the_computed_one() -> None:
    delays: list[float | None] = []
    async with make_spawner(retry_delay=20.0) as spawner:
        spawner.on("worker:retry", lambda event: delays.append(event.delay))
        await spawner.spawn(SpawnTask("t", FailsFirst(1, RateLimitError("eventbrite", retry_after=0.01))))
    assert delays == [0.01]


async def test_a_limit_that_parks_the_run_holds_no_retry() -> None:
    handler = FailsFirst(1, RateLimitError("yelp", retry_after=3600.0))
    async with make_spawner() as spawner:
        result = await spawner.spawn(SpawnTask("t", handler))
    assert result.attempts == 1
    assert result.error is not None
    assert result.error.code == "RATE_LIMIT_ERROR"


def computed(failed_attempts: int, retry_delay: float) -> float:
    unknown = Classification("UNKNOWN_ERROR", True, None, "")
    return Backoff().delay(retry_delay, failed_attempts, unknown, RuntimeError())


@pytest.mark.parametrize("failed_attempts", [1, 2, 3, 4])
def test_waits_double_from_the_retry_delay_with_jitter(failed_attempts: int) -> None:
    lowest = 2.0 * 2 ** (failed_attempts - 1)
    waits = [computed(failed_attempts, retry_delay=2.0) for _ in range(200)]
    assert lowest <= min(waits) <= max(waits) <= min(30.0, lowest + 2.0)
    assert len(set(waits)) > 1


@pytest.mark.parametrize("failed_attempts", [5, 60, 5000])
def test_computed_waits_never_exceed_30_seconds(failed_attempts: int) -> None:
    assert computed(failed_attempts, retry_delay=5.0) == 30.0


async def test_a_waiting_retry_holds_no_worker() -> None:
    async with make_spawner(max_workers=1, retry_delay=10.0) as spawner:
        failing = spawner.spawn_nowait(SpawnTask("failing", FailsFirst(1)))
        await until(lambda: bool(spawner.retry_views()))
        assert spawner.get_status().workers == 0
        assert (await spawner.spawn(SpawnTask("other", echo, 1))).success
        assert not failing.done()
        spawner.cancel_all()


async def test_a_waiting_retry_shows_in_status_and_views() -> None:
    async with make_spawner(retry_delay=10.0, retry_attempts=2) as spawner:
        spawner.spawn_nowait(SpawnTask("failing", FailsFirst(1)))
        await until(lambda: bool(spawner.retry_views()))
        status, view = spawner.get_status(), spawner.retry_views()[0]
        assert (status.status, status.queued) == ("processing", 1)
        assert any("retry" in reason for reason in status.waiting)
        assert (view.task_name, view.attempt, view.max_attempts) == ("failing", 2, 3)
        assert view.error_code == "EXTERNAL_API_ERROR"
        assert "the line was busy" in view.error_message
        spawner.cancel_all()


async def test_waiting_retries_take_room_in_the_queue() -> None:
    async with (
        make_spawner(max_workers=2, max_queue_size=5, retry_delay=10.0) as spawner,
        spawner.stream(SpawnTask("t", fail, n) for n in range(1000)),
    ):
        await until(lambda: len(spawner.retry_views()) >= 5)
        await anyio.sleep(0.02)
        # Those that were running when the queue filled up come on top, at most one per worker.
        assert spawner.get_status().queued <= 7
        assert spawner.get_status().metrics.total_tasks <= 7


async def test_duration_is_the_time_of_all_attempts_without_the_waits() -> None:
    calls = 0

    async def slow_twice(_: object) -> None:
        nonlocal calls
        calls += 1
        await anyio.sleep(0.05)
        if calls == 1:
            raise ConnectionError

    async with make_spawner(retry_delay=0.2) as spawner:
        result = await spawner.spawn(SpawnTask("t", slow_twice))
    assert result.attempts == 2
    assert 0.1 <= result.duration < 0.25


async def test_each_retry_is_told_with_attempt_error_and_delay() -> None:
    events: list[LifecycleEvent] = []
    async with make_spawner() as spawner:
        spawner.on("*", events.append)
        await spawner.spawn(SpawnTask("t", FailsFirst(1)))
    assert [event.type for event in events][:6] == [
        "task:queued",
        "worker:start",
        "worker:retry",
        "worker:start",
        "worker:complete",
        "spawner:drain",
    ]
    retry = events[2]
    assert retry.attempt == 1
    assert retry.error is not None
    assert retry.delay == 0.0


def test_success_pays_nothing_for_retries() -> None:
    script = """
import anyio, sys
from scenescout_tui.spawner import SpawnTask, create_spawner
async def echo(data): return data
async def main():
    async with create_spawner(retry_attempts=5) as spawner:
        assert (await spawner.spawn(SpawnTask("t", echo, 1))).success
anyio.run(main)
assert "tenacity" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
