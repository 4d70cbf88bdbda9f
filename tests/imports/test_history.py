"""Rates and samples."""

from __future__ import annotations

import pytest

from scenescout_tui.imports.history import RATE_SPAN, SAMPLES, Rate, Samples


def test_a_rate_is_units_over_seconds() -> None:
    rate = Rate()
    rate.mark(10.0, 100)
    rate.mark(12.0, 160)
    assert rate.per_second == pytest.approx(30.0)


def test_a_rate_forgets_what_is_older_than_its_span() -> None:
    rate = Rate()
    rate.mark(0.0, 0)
    for second in range(1, 20):
        rate.mark(float(second), 1_000)
    assert rate.per_second == 0.0
    rate.mark(20.0, 1_000 + round(RATE_SPAN) * 10)
    assert rate.per_second == pytest.approx(10.0)


def test_a_rate_of_nothing_is_zero() -> None:
    rate = Rate()
    assert rate.per_second == 0.0
    rate.mark(1.0, 5)
    rate.mark(1.0, 9)
    assert rate.per_second == 0.0
    rate.reset()
    assert rate.per_second == 0.0


def test_samples_keep_the_last_five_minutes() -> None:
    samples = Samples()
    for value in range(SAMPLES + 7):
        samples.add(value)
    assert samples.values() == tuple(float(value) for value in range(7, SAMPLES + 7))
