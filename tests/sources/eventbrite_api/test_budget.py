"""What the header of Eventbrite's limit says."""

from __future__ import annotations

import pytest

from scenescout_tui.sources.eventbrite_api import read_budget
from scenescout_tui.sources.web.answer import Budget


def read(header: str) -> Budget | None:
    return read_budget({"x-rate-limit": header}, 1_000_000.0)


def test_used_of_limit_and_the_seconds_to_the_reset_are_read() -> None:
    told = "token:ABC 69/2000 reset=874s, key:DEF 69/2000 reset=874s"
    assert read(told) == Budget(1931, 2000, 1_000_874.0)


def test_the_tighter_bucket_counts() -> None:
    assert read("token:A 69/2000 reset=874s, key:B 1990/2000 reset=10s") == Budget(10, 2000, 1_000_010.0)
    assert read("token:A 5/10 reset=9s, key:B 69/2000 reset=874s") == Budget(5, 10, 1_000_009.0)


def test_of_two_equal_buckets_the_one_that_resets_last_counts() -> None:
    assert read("token:A 2000/2000 reset=10s, key:B 2000/2000 reset=874s") == Budget(0, 2000, 1_000_874.0)


def test_more_used_than_allowed_leaves_nothing() -> None:
    assert read("token:A 2100/2000 reset=30s") == Budget(0, 2000, 1_000_030.0)


def test_one_good_bucket_is_enough() -> None:
    assert read("token:A nonsense, key:B 1/2000 reset=3") == Budget(1999, 2000, 1_000_003.0)


def test_numbers_inside_a_token_are_not_taken_for_the_limit() -> None:
    assert read("token:1/2 3/2000 reset=4s") == Budget(1997, 2000, 1_000_004.0)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "69/2000",
        "token:A -1/2000 reset=5s",
        "token:A 1/2000 reset=soon",
        "token:A 1/2000 reset=5s extra",
        ",,,,",
        "token:A " + "9" * 400 + "/1 reset=1s",
        "x" * 100_000,
        "\x00\xff",
    ],
)
def test_a_header_without_meaning_says_nothing(header: str) -> None:
    assert read(header) is None


def test_a_missing_header_says_nothing() -> None:
    assert read_budget({}, 0.0) is None
