"""Rate limits and circuit breakers, alone and in a spawner."""

from __future__ import annotations

import asyncio
import math
import time

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenescout_tui.errors import ExternalAPIError, ValidationError
from scenescout_tui.spawner import CircuitBreaker, Limit, RateLimit, RequestLimit, SpawnTask
from tests.spawner.making import Clock, Gate, echo, make_spawner, until


def start(limit: Limit) -> None:
    assert limit.delay() == 0
    limit.reserve()
    limit.started()


def worst_window(starts: list[float], seconds: float) -> int:
    return max(sum(1 for other in starts if first <= other <= first + seconds) for first in starts)


@given(
    per_minute=st.integers(1, 40),
    burst=st.integers(1, 10),
    pauses=st.lists(st.floats(0, 20), min_size=20, max_size=120),
)
def test_no_window_ever_holds_more_starts_than_allowed(
    per_minute: int, burst: int, pauses: list[float]
) -> None:
    clock = Clock()
    limit = RateLimit(per_minute, burst, clock=clock)
    starts = []
    for pause in pauses:
        clock.now += pause + limit.delay()
        while limit.delay() > 0:  # the last bit of a float
            clock.now += 1e-6
        start(limit)
        starts.append(clock.now)
    assert worst_window(starts, 60.0) <= per_minute
    assert worst_window(starts, 1.0) <= burst


@given(
    per_minute=st.integers(1, 30),
    burst=st.integers(1, 10),
    ways=st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3), st.floats(0, 5)), min_size=20, max_size=80),
)
def test_no_window_of_the_server_holds_more_requests_however_long_they_are_on_their_way(
    per_minute: int, burst: int, ways: list[tuple[float, float, float]]
) -> None:
    clock = Clock()
    limit = RequestLimit(per_minute, burst, clock=clock)
    arrivals = []
    for there, back, pause in ways:
        clock.now += pause + limit.delay()
        while limit.delay() > 0:  # the last bit of a float
            clock.now += 1e-6
        start(limit)
        arrivals.append(clock.now + there)
        clock.now += there + back
        limit.finished(True)
    assert worst_window(arrivals, 60.0) <= per_minute
    assert worst_window(arrivals, 1.0) <= burst


def test_requests_under_way_count_into_the_window() -> None:
    clock = Clock()
    limit = RequestLimit(per_minute=100, burst=2, clock=clock)
    start(limit)
    start(limit)
    clock.now += 30
    assert limit.delay() == math.inf
    limit.finished(True)
    assert 0 < limit.delay() <= 1.1


def test_the_whole_allowance_can_be_used() -> None:
    clock = Clock()
    limit = RateLimit(per_minute=100, burst=20, clock=clock)
    began = clock.now
    for _ in range(300):
        clock.now += limit.delay()
        start(limit)
    assert clock.now - began < 2 * 60 + 5 * 1.1 + 1


def test_reserved_starts_count_before_they_happen() -> None:
    limit = RateLimit(per_minute=100, burst=2, clock=Clock())
    limit.reserve()
    limit.reserve()
    assert limit.delay() == math.inf
    limit.withdrawn()
    assert limit.delay() == 0


def test_a_server_that_says_nothing_remains_is_believed_until_its_reset() -> None:
    clock, wall = Clock(), Clock()
    limit = RateLimit(per_minute=100, clock=clock, wall=wall)
    limit.observe(remaining=0, limit=2000, resets_at=wall.now + 90)
    assert limit.delay() == pytest.approx(90)
    assert "0 of 2000 left" in limit.reason()
    clock.now += 90.1
    assert limit.delay() == 0


def test_the_lowest_answer_of_one_window_counts() -> None:
    clock, wall = Clock(), Clock()
    limit = RateLimit(per_minute=100, clock=clock, wall=wall)
    limit.observe(remaining=2, limit=None, resets_at=wall.now + 90)
    limit.observe(remaining=5, limit=None, resets_at=wall.now + 90)
    start(limit)
    start(limit)
    assert limit.delay() == pytest.approx(90)
    limit.observe(remaining=50, limit=None, resets_at=wall.now + 3600)
    assert limit.delay() == 0


def test_what_a_server_said_can_be_looked_at_until_its_window_ends() -> None:
    clock = Clock()
    limit = RateLimit(per_minute=60, clock=clock, wall=lambda: 1000.0 + clock.now)
    limit.observe(2, 300, 1000.0 + clock.now + 50)
    start(limit)
    budget = limit.budget
    assert budget is not None
    assert (budget.remaining, budget.limit) == (1, 300)
    assert budget.resets_in == pytest.approx(50)


def test_a_budget_of_the_past_says_nothing() -> None:
    clock = Clock()
    limit = RateLimit(per_minute=60, clock=clock, wall=lambda: 1000.0 + clock.now)
    limit.observe(2, 300, 1000.0 + clock.now + 50)
    clock.now += 50
    assert limit.budget is None


def test_without_a_reset_time_a_minute_is_assumed_and_no_number_says_nothing() -> None:
    limit = RateLimit(per_minute=100, clock=Clock(), wall=Clock())
    limit.observe(remaining=None, limit=100, resets_at=None)
    assert limit.delay() == 0
    limit.observe(remaining=0, limit=None, resets_at=None)
    assert limit.delay() == pytest.approx(60)


def test_more_than_ours_is_not_allowed_by_a_generous_server() -> None:
    limit = RateLimit(per_minute=1, clock=Clock(), wall=Clock())
    start(limit)
    limit.observe(remaining=500, limit=500, resets_at=Clock().now + 60)
    assert limit.delay() > 59


@pytest.mark.parametrize("wrong", [{"per_minute": 0}, {"per_minute": 5, "burst": 0}, {"per_minute": 1.5}])
def test_a_rate_limit_of_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        RateLimit(**wrong)  # type: ignore[arg-type]


def state(breaker: CircuitBreaker) -> str:
    return breaker.state


def failing(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        start(breaker)
        breaker.finished(False)


def test_a_breaker_opens_after_failures_in_a_row_only() -> None:
    breaker = CircuitBreaker(failure_threshold=3, clock=Clock())
    failing(breaker, 2)
    start(breaker)
    breaker.finished(True)
    failing(breaker, 2)
    assert state(breaker) == "closed"
    failing(breaker, 1)
    assert state(breaker) == "open"


def test_an_open_breaker_says_until_when() -> None:
    clock = Clock()
    breaker = CircuitBreaker(failure_threshold=1, open_for=30, clock=clock)
    seen = [breaker.open_until]
    failing(breaker, 1)
    seen.append(breaker.open_until)
    assert seen == [None, clock.now + 30]
    assert breaker.delay() == 30
    assert "circuit breaker open" in breaker.reason()


def test_a_half_open_breaker_lets_exactly_one_probe_through() -> None:
    clock = Clock()
    breaker = CircuitBreaker(failure_threshold=1, open_for=30, clock=clock)
    failing(breaker, 1)
    clock.now += 30
    assert state(breaker) == "half-open"
    start(breaker)
    assert breaker.delay() == math.inf
    breaker.finished(True)
    assert state(breaker) == "closed"
    assert breaker.delay() == 0


def test_a_failed_probe_opens_the_breaker_again() -> None:
    clock = Clock()
    breaker = CircuitBreaker(failure_threshold=3, open_for=30, clock=clock)
    failing(breaker, 3)
    clock.now += 30
    failing(breaker, 1)
    assert state(breaker) == "open"
    assert breaker.delay() == 30


@pytest.mark.parametrize("withdrawn", [True, False])
def test_a_probe_without_a_verdict_makes_room_for_the_next(withdrawn: bool) -> None:
    clock = Clock()
    breaker = CircuitBreaker(failure_threshold=1, open_for=30, clock=clock)
    failing(breaker, 1)
    clock.now += 30
    breaker.reserve()
    if withdrawn:
        breaker.withdrawn()
    else:
        breaker.started()
        breaker.finished(None)
    assert state(breaker) == "half-open"
    assert breaker.delay() == 0


def test_ends_of_attempts_that_began_before_the_breaker_opened_change_nothing() -> None:
    breaker = CircuitBreaker(failure_threshold=1, open_for=30, clock=Clock())
    start(breaker)
    start(breaker)
    failing(breaker, 1)
    breaker.finished(True)
    breaker.finished(False)
    assert state(breaker) == "open"
    assert breaker.delay() == 30


@pytest.mark.parametrize("wrong", [{"failure_threshold": 0}, {"open_for": 0}])
def test_a_breaker_that_cannot_work_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        CircuitBreaker(**wrong)  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_callers_without_a_spawner_wait_in_turn() -> None:
    limit = RateLimit(per_minute=600, burst=2)
    order: list[int] = []
    times: list[float] = []

    async def call(number: int) -> None:
        await limit.wait()
        order.append(number)
        times.append(time.monotonic())

    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(call, number)
    assert order == [0, 1, 2, 3]
    assert worst_window(times, 1.0) == 2


@pytest.mark.anyio
async def test_a_task_that_waits_for_a_limit_holds_no_worker_and_nobody_behind_it() -> None:
    limit = RateLimit(per_minute=1)
    async with make_spawner(max_workers=1) as spawner:
        assert (await spawner.spawn(SpawnTask("first", echo, limits=(limit,)))).success
        limited = spawner.spawn_nowait(SpawnTask("limited", echo, limits=(limit,), priority=9))
        assert (await spawner.spawn(SpawnTask("free", echo))).success
        status = spawner.get_status()
        assert (status.workers, status.queued) == (0, 1)
        assert any("rate limit 1/min" in reason for reason in status.waiting)
        limited.cancel()


@pytest.mark.anyio
async def test_a_spawner_keeps_a_rate_limit_measured_in_the_handlers() -> None:
    starts: list[float] = []

    async def note(_: object) -> None:
        starts.append(time.monotonic())

    limit = RateLimit(per_minute=1000, burst=10)
    async with make_spawner() as spawner:
        await spawner.spawn_batch([SpawnTask("t", note, n, limits=(limit,)) for n in range(25)])
    assert len(starts) == 25
    assert worst_window(starts, 1.0) <= 10


@pytest.mark.anyio
async def test_limits_compose() -> None:
    rate, breaker = RateLimit(per_minute=5), CircuitBreaker(failure_threshold=1, open_for=0.1)
    breaker.finished(False)
    began = time.monotonic()
    async with make_spawner() as spawner:
        result = await spawner.spawn(SpawnTask("t", echo, limits=(rate, breaker)))
    assert result.success
    assert time.monotonic() - began >= 0.1
    assert state(breaker) == "closed"


@pytest.mark.anyio
async def test_in_a_spawner_one_probe_runs_while_the_others_wait() -> None:
    clock = Clock()
    breaker = CircuitBreaker(failure_threshold=1, open_for=30, clock=clock)
    gate = Gate()

    async def down(_: object) -> None:
        raise ExternalAPIError("yelp", 503)

    async with make_spawner(retry_attempts=0) as spawner:
        await spawner.spawn(SpawnTask("t", down, limits=(breaker,)))
        assert state(breaker) == "open"
        batch = asyncio.ensure_future(
            spawner.spawn_batch([SpawnTask("t", gate, n, limits=(breaker,)) for n in range(10)])
        )
        await anyio.sleep(0.15)
        assert gate.alive == 0
        clock.now += 30
        await until(lambda: gate.alive == 1)
        await anyio.sleep(0.15)
        assert gate.alive == 1
        gate.open()
        assert all(result.success for result in await batch)


@pytest.mark.anyio
async def test_a_permanent_error_says_nothing_against_a_service() -> None:
    breaker = CircuitBreaker(failure_threshold=1)

    async def not_found(_: object) -> None:
        raise ExternalAPIError("yelp", 404)

    async with make_spawner() as spawner:
        await spawner.spawn(SpawnTask("t", not_found, limits=(breaker,)))
    assert state(breaker) == "closed"
    assert breaker.failures == 0


@pytest.mark.anyio
async def test_a_cancelled_limited_task_gives_its_start_back() -> None:
    limit = RateLimit(per_minute=1)
    async with make_spawner() as spawner:
        future = spawner.spawn_nowait(SpawnTask("t", echo, limits=(limit,)))
        assert limit.delay() > 0
        future.cancel()
        await until(lambda: spawner.get_status().status == "idle")
        assert limit.delay() == 0
