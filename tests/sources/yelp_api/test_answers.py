"""Yelp's limits and refusals, read from its answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenescout_tui.errors import ExternalAPIError, RateLimitError, SpawnerError, classify_error
from scenescout_tui.sources.web.answer import Budget, WebAnswer
from scenescout_tui.sources.yelp_api import read_budget
from scenescout_tui.sources.yelp_api.answers import refusal
from tests.sources.yelp_api.server import CANARY, NOW

MIDNIGHT = datetime(2026, 6, 2, tzinfo=UTC).timestamp()


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> WebAnswer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return WebAnswer(status, headers or {}, data, "http://127.0.0.1/v3/events", NOW)


def error_of(status: int, code: str, headers: Mapping[str, str] | None = None, **more: Any) -> SpawnerError:
    return refusal(answer(status, {"error": {"code": code, **more}}, headers), CANARY)


def test_the_budget_is_read_with_its_reset() -> None:
    headers = {
        "ratelimit-dailylimit": "300",
        "ratelimit-remaining": "299",
        "ratelimit-resettime": "2026-06-02T00:00:00+00:00",
    }
    assert read_budget(headers, NOW) == Budget(299, 300, MIDNIGHT)


def test_the_tighter_of_two_limits_counts() -> None:
    headers = {
        "ratelimit-dailylimit": "5000",
        "ratelimit-remaining": "4000",
        "ratelimit-resourcedailylimit": "300",
        "ratelimit-resourceremaining": "12",
    }
    assert read_budget(headers, NOW) == Budget(12, 300, MIDNIGHT)
    headers["ratelimit-remaining"] = "3"
    assert read_budget(headers, NOW) == Budget(3, 5000, MIDNIGHT)


@pytest.mark.parametrize("reset", ["", "soon", "2026-06-01T00:00:00+00:00", "2026-06-02T00:00:00", "0"])
def test_a_reset_that_says_nothing_is_the_next_midnight_of_utc(reset: str) -> None:
    headers = {"ratelimit-dailylimit": "300", "ratelimit-remaining": "0", "ratelimit-resettime": reset}
    assert read_budget(headers, NOW) == Budget(0, 300, MIDNIGHT)


@pytest.mark.parametrize(
    "headers",
    [{}, {"ratelimit-dailylimit": "300"}, {"ratelimit-remaining": "many"}, {"ratelimit-remaining": "-1"}],
)
def test_without_a_limit_there_is_no_budget(headers: dict[str, str]) -> None:
    assert read_budget(headers, NOW) is None


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "ratelimit-dailylimit",
                "ratelimit-remaining",
                "ratelimit-resourcedailylimit",
                "ratelimit-resourceremaining",
                "ratelimit-resettime",
            ]
        ),
        st.text()
        | st.sampled_from(["1e999", "nan", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"]),
    )
)
def test_no_headers_make_reading_the_budget_fail(headers: dict[str, str]) -> None:
    read_budget(headers, NOW)


def test_too_many_in_one_second_wait_a_moment() -> None:
    error = error_of(429, "TOO_MANY_REQUESTS_PER_SECOND")
    assert isinstance(error, RateLimitError)
    assert error.retry_after is not None
    assert 1 <= error.retry_after <= 2
    told = error_of(429, "TOO_MANY_REQUESTS_PER_SECOND", {"retry-after": "7"})
    assert isinstance(told, RateLimitError)
    assert told.retry_after == 7


def test_a_used_up_day_waits_for_its_reset() -> None:
    headers = {"ratelimit-remaining": "0", "ratelimit-resettime": "2026-06-01T18:30:00+00:00"}
    error = error_of(429, "ACCESS_LIMIT_REACHED", headers)
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 6.5 * 3600
    assert "daily limit is used, resets 18:30 UTC" in error.message
    assert classify_error(error).parks


def test_a_used_up_day_without_a_reset_waits_for_midnight() -> None:
    error = error_of(429, "ACCESS_LIMIT_REACHED")
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 12 * 3600
    assert "daily limit is used, resets 00:00 UTC" in error.message


@pytest.mark.parametrize("body", [b"", b"<html>slow down</html>", {"error": "slow down"}, {}, []])
def test_any_other_429_waits_as_told_or_a_minute(body: Any) -> None:
    for headers, wait in (({"retry-after": "5"}, 5.0), ({}, 60.0)):
        error = refusal(answer(429, body, headers), CANARY)
        assert isinstance(error, RateLimitError)
        assert error.retry_after == wait


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "TOKEN_INVALID"),
        (400, "TOKEN_INVALID"),
        (400, "TOKEN_MISSING"),
        (401, "UNAUTHORIZED"),
        (403, "X"),
    ],
)
def test_a_refused_key_is_permanent_and_says_what_to_check(status: int, code: str) -> None:
    error = error_of(status, code, description="Invalid access token or authorization header.")
    assert not error.retryable
    assert "SCENESCOUT_YELP_TOKEN" in classify_error(error).action


@pytest.mark.parametrize(
    ("field", "option"),
    [("start_date", "start"), ("categories", "category"), ("is_free", "free"), ("radius", "radius")],
)
def test_a_refused_parameter_is_told_by_the_name_of_our_option(field: str, option: str) -> None:
    error = error_of(400, "VALIDATION_ERROR", description="is not valid", field=field, instance=1)
    assert not error.retryable
    assert error.metadata["field"] == option
    assert f"--{option}" in classify_error(error).action


def test_an_unknown_place_is_told_as_such() -> None:
    for code in ("LOCATION_NOT_FOUND", "LOCATION_MISSING"):
        error = error_of(400, code, description="Could not execute search.")
        assert not error.retryable
        assert error.metadata["field"] == "location"
        assert code in error.message


@pytest.mark.parametrize(("status", "code"), [(500, "INTERNAL_ERROR"), (504, "REQUEST_TIMED_OUT"), (503, "")])
def test_a_failing_service_is_asked_again(status: int, code: str) -> None:
    error = error_of(status, code, {"retry-after": "9"}, description="Something went wrong")
    assert isinstance(error, ExternalAPIError)
    assert error.retryable
    assert error.retry_after == 9


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        [],
        {"error": None},
        {"error": {"code": 5, "description": [], "field": {}}},
        {"error": {"code": "A\x1b[2JB", "description": f"Bearer {CANARY} {CANARY}"}},
        {"error": CANARY},
        {"error": {"code": CANARY, "field": CANARY, "description": CANARY}},
    ],
)
@pytest.mark.parametrize("status", [302, 400, 401, 404, 418, 429, 500])
def test_answers_of_any_shape_are_errors_without_secrets(status: int, body: Any) -> None:
    error = refusal(answer(status, body), CANARY)
    shown = f"{error} {error.message} {error.metadata} {classify_error(error)} {error!r}"
    assert CANARY not in shown
    assert "\x1b" not in shown
