"""Counters and percentiles."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenescout_tui.spawner import metrics
from scenescout_tui.spawner.histogram import Histogram
from scenescout_tui.spawner.metrics import Meter
from tests.spawner.making import Clock


@given(st.lists(st.floats(1e-6, 1e4), min_size=1, max_size=300), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_percentile_is_within_five_percent_of_the_true_one(durations: list[float], fraction: float) -> None:
    histogram = Histogram()
    for duration in durations:
        histogram.add(duration)
    # Nearest rank: the smallest value that at least this fraction of all values does not exceed.
    true = sorted(durations)[max(1, -int(-fraction * len(durations) // 1)) - 1]
    (found,) = histogram.percentiles(fraction)
    assert found == pytest.approx(true, rel=0.05)


def test_nothing_counted_is_zero() -> None:
    assert Histogram().percentiles(0.5, 0.99) == (0.0, 0.0)


@pytest.mark.parametrize("seconds", [0.0, 1e-12, 1e12])
def test_absurd_durations_are_counted_at_the_ends(seconds: float) -> None:
    histogram = Histogram()
    histogram.add(seconds)
    assert histogram.percentiles(1.0)[0] > 0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(metrics, "monotonic", clock)
    return clock


def test_throughput_is_of_the_last_ten_seconds(clock: Callable[[], float]) -> None:
    assert isinstance(clock, Clock)
    meter = Meter()
    for _ in range(1000):
        clock.now += 0.05
        meter.ended(0.01, clock.now)
    assert meter.read().throughput == pytest.approx(20, rel=0.05)
    clock.now += 5
    assert meter.read().throughput == pytest.approx(10, rel=0.06)
    clock.now += 20
    assert meter.read().throughput == 0


def test_throughput_of_a_young_spawner_is_of_its_own_time(clock: Callable[[], float]) -> None:
    assert isinstance(clock, Clock)
    meter = Meter()
    for _ in range(40):
        clock.now += 0.05
        meter.ended(0.01, clock.now)
    assert meter.read().throughput == pytest.approx(20, rel=0.05)


def test_the_average_is_the_mean_in_seconds() -> None:
    meter = Meter()
    for duration in (0.1, 0.2, 0.6):
        meter.ended(duration, time.monotonic())
    assert meter.read().average_time == pytest.approx(0.3)


def test_percentiles_are_read_in_ascending_order() -> None:
    histogram = Histogram()
    for _ in range(1000):
        histogram.add(random.expovariate(10))
    p50, p95, p99 = histogram.percentiles(0.5, 0.95, 0.99)
    assert p50 < p95 < p99
