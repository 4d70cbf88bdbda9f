"""The gate before every request: limits, breaker, and what it says of them."""

from __future__ import annotations

import time
from pathlib import Path

import anyio
import pytest

from scenescout_tui.errors import ExternalAPIError, RateLimitError
from scenescout_tui.imports.gates import Approach, Gates, ServiceGate
from scenescout_tui.spawner import CircuitBreaker, RequestLimit

pytestmark = pytest.mark.anyio


def gate(*, failures: int = 2, open_for: float = 30.0, optional: bool = False) -> ServiceGate:
    return ServiceGate("yelp", RequestLimit(600, 100), CircuitBreaker(failures, open_for), optional=optional)


async def fail(one: ServiceGate, times: int) -> None:
    for _ in range(times):
        await one.wait()
        one.record(False)


async def test_a_service_that_fails_in_a_row_is_left_alone_and_the_gate_says_until_when() -> None:
    one = gate()
    await fail(one, 2)
    view = one.view()
    assert view.breaker == "open"
    assert view.waits == "circuit open (2 failures in a row)"
    assert view.until is not None
    assert 0 < view.until - time.time() <= 30


async def test_refusals_of_a_living_service_do_not_open_the_breaker() -> None:
    one = gate()
    for _ in range(5):
        await one.wait()
        one.record(True)
    assert one.view().breaker == "closed"
    assert one.view().waits == ""


async def test_after_its_time_one_probe_goes_and_its_success_closes_the_breaker() -> None:
    one = gate(open_for=0.2)
    await fail(one, 2)
    with anyio.fail_after(10):
        await one.wait()
        assert one.delay() > 1e9, "nobody else goes while the probe runs"
        one.record(True)
        await one.wait()
    assert one.view().breaker == "closed"


async def test_a_cancelled_probe_makes_room_for_the_next() -> None:
    one = gate(open_for=0.1)
    await fail(one, 2)
    with anyio.fail_after(10):
        await one.wait()
        one.record(None)
        await one.wait()


async def test_an_optional_request_is_refused_at_once_while_the_breaker_is_open() -> None:
    one = gate(optional=True)
    await fail(one, 2)
    with pytest.raises(ExternalAPIError) as refused:
        await one.wait()
    assert refused.value.retryable


async def test_a_budget_that_is_used_up_for_long_raises_what_parks_the_run() -> None:
    one = gate()
    one.observe(0, 300, time.time() + 3600)
    with pytest.raises(RateLimitError) as parked:
        await one.wait()
    assert parked.value.retry_after == pytest.approx(3600, abs=30)
    view = one.view()
    assert (view.budget_left, view.budget_limit) == (0, 300)
    assert view.waits == "the service's limit is used"


async def test_a_budget_that_comes_back_soon_is_waited_for() -> None:
    one = gate()
    one.observe(0, 300, time.time() + 0.3)
    with anyio.fail_after(10):
        await one.wait()
    one.record(True)


async def test_the_approach_holds_a_task_back_for_a_short_wait_and_lets_a_long_one_through() -> None:
    short, long = gate(), gate()
    short.observe(0, 300, time.time() + 120)
    long.observe(0, 300, time.time() + 3600)
    assert 0 < Approach(short).delay() <= 120
    assert "until" in Approach(short).reason()
    assert Approach(long).delay() == 0


async def test_a_cancelled_wait_takes_nothing() -> None:
    one = gate()
    one.observe(0, 300, time.time() + 0.4)
    with anyio.move_on_after(0.1) as scope:
        await one.wait()
    assert scope.cancelled_caught
    with anyio.fail_after(10):
        await one.wait()
    one.record(True)


async def test_side_requests_share_the_limit_and_have_a_breaker_of_their_own(tmp_path: Path) -> None:
    gates = Gates(tmp_path / "events.db")
    main, side = gates.main("eventbrite"), gates.side("eventbrite")
    for _ in range(5):
        await side.wait()
        side.record(False)
    assert side.view().breaker == "open"
    assert main.view().breaker == "closed"
    main.observe(7, 2000, time.time() + 60)
    assert side.view().budget_left == 7
    assert gates.main("eventbrite") is main
    assert gates.view("yelp") is None


async def test_who_is_told_to_wait_holds_all_walks_of_the_service_back() -> None:
    one = gate()
    first, second = Approach(one), Approach(one)
    first.hold(20)
    first.hold(5)
    assert 15 < second.delay() <= 20
    assert one.view().waits == "the service asks to wait"
    assert one.view().until == pytest.approx(time.time() + 20, abs=5)
    assert second.reason().startswith("the service asks to wait until ")


async def test_who_is_told_to_wait_for_long_parks_the_other_walks_too() -> None:
    one = gate()
    one.hold(3_600)
    with pytest.raises(RateLimitError) as parked:
        await one.wait()
    assert parked.value.retry_after == pytest.approx(3_600, abs=30)
