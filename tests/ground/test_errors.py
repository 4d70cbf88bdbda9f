"""Our own errors: codes, whether to retry, what they carry."""

from __future__ import annotations

import pickle

import pytest

from scenescout_tui.errors import (
    DatabaseError,
    ExternalAPIError,
    RateLimitError,
    SpawnerError,
    TaskTimeoutError,
    ValidationError,
    WorkerLimitError,
    classify_error,
)

TABLE = [
    (TaskTimeoutError("fetch", 30), "TASK_TIMEOUT", True, None),
    (WorkerLimitError(1000), "WORKER_LIMIT", True, None),
    (ValidationError("title", None), "VALIDATION_ERROR", False, None),
    (ExternalAPIError("Yelp"), "EXTERNAL_API_ERROR", True, None),
    (ExternalAPIError("Yelp", 500), "EXTERNAL_API_ERROR", True, None),
    (ExternalAPIError("Yelp", 503, retry_after=7), "EXTERNAL_API_ERROR", True, 7),
    (ExternalAPIError("Yelp", 404), "EXTERNAL_API_ERROR", False, None),
    (ExternalAPIError("Yelp", 401, "no"), "EXTERNAL_API_ERROR", False, None),
    (ExternalAPIError("Yelp", 429), "RATE_LIMIT_ERROR", True, 60),
    (DatabaseError("commit"), "DATABASE_ERROR", True, None),
    (DatabaseError("commit", "unique", retryable=False), "DATABASE_ERROR", False, None),
    (RateLimitError("Eventbrite"), "RATE_LIMIT_ERROR", True, 60),
    (RateLimitError("Eventbrite", 12), "RATE_LIMIT_ERROR", True, 12),
    (SpawnerError("gone", "TASK_CANCELLED"), "TASK_CANCELLED", False, None),
    (SpawnerError("twice", "DUPLICATE_KEY"), "DUPLICATE_KEY", False, None),
    (SpawnerError("late", "SPAWNER_STOPPED"), "SPAWNER_STOPPED", False, None),
]


@pytest.mark.parametrize(("error", "code", "retryable", "delay"), TABLE, ids=lambda value: str(value)[:30])
def test_each_error_has_its_code_and_says_whether_and_when_to_retry(
    error: SpawnerError, code: str, retryable: bool, delay: float | None
) -> None:
    found = classify_error(error)
    assert (error.code, error.retryable) == (code, retryable)
    assert (found.type, found.retryable, found.delay) == (code, retryable, delay)
    assert found.action.endswith(".")


@pytest.mark.parametrize("error", [row[0] for row in TABLE], ids=lambda error: type(error).__name__)
def test_every_error_survives_the_way_from_a_worker_process(error: SpawnerError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_the_base_error_takes_code_retryable_and_metadata() -> None:
    plain = SpawnerError("broken")
    assert (str(plain), plain.message, plain.code, plain.retryable, plain.metadata) == (
        "broken",
        "broken",
        "SPAWNER_ERROR",
        False,
        {},
    )
    full = SpawnerError("broken", "OTHER", True, {"a": 1})
    assert (full.code, full.retryable, full.metadata) == ("OTHER", True, {"a": 1})


def test_attributes_carry_what_programs_need() -> None:
    assert TaskTimeoutError("fetch", 1.5).timeout == 1.5
    assert WorkerLimitError(3).limit == 3
    assert RateLimitError("Yelp", 9).retry_after == 9
    assert ExternalAPIError("Yelp", 502).status_code == 502
    assert ValidationError("title,city", None).metadata == {"field": "title,city"}
    assert DatabaseError("commit", "locked").operation == "commit"


def test_messages_name_what_failed() -> None:
    assert str(TaskTimeoutError("eventbrite p14", 30)) == "eventbrite p14 took longer than 30 s"
    assert "Yelp answered 502" in str(ExternalAPIError("Yelp", 502))
    assert "Yelp gave no answer" in str(ExternalAPIError("Yelp"))
    assert "commit" in str(DatabaseError("commit", "locked"))
    assert "locked" in str(DatabaseError("commit", "locked"))


def test_a_short_value_is_quoted() -> None:
    assert "'32.13.2026'" in str(ValidationError("start_time", "32.13.2026"))


@pytest.mark.parametrize(
    "value",
    [
        "x" * 81,
        "\x1b[31m",
        "a\u202eb",
        "token=abcdef",
        {"card": "4111"},
        [1],
        b"raw",
        "x" * 10**6,
        pytest.param(10**5000, id="digits"),
    ],
)
def test_a_long_dirty_secret_or_nested_value_never_enters_message_or_metadata(value: object) -> None:
    error = ValidationError("title", value)
    assert str(error) == "title: not valid"
    assert error.metadata == {"field": "title"}
    assert error.value == value


def test_an_action_given_with_the_error_wins() -> None:
    assert (
        classify_error(SpawnerError("x", "INPUT_ERROR", metadata={"action": "Do this."})).action == "Do this."
    )


def test_a_limit_over_five_minutes_parks() -> None:
    assert not classify_error(RateLimitError("Yelp", 300)).parks
    assert classify_error(RateLimitError("Yelp", 301)).parks


@pytest.mark.parametrize(
    ("status", "word"), [(401, "token"), (403, "token"), (404, "id or address"), (400, "refuses")]
)
def test_the_action_fits_the_answer_of_the_service(status: int, word: str) -> None:
    assert word in classify_error(ExternalAPIError("Yelp", status)).action


def test_a_token_in_the_text_of_a_service_is_masked() -> None:
    assert "abc123" not in str(ExternalAPIError("Yelp", 400, "GET /x?token=abc123 refused"))
