"""attempt_recovery: it recovers for real, or raises the error it was given."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable

import pytest

from scenescout_tui.errors import (
    DatabaseError,
    ExternalAPIError,
    RateLimitError,
    RecoveryContext,
    SpawnerError,
    ValidationError,
    attempt_recovery,
)

pytestmark = pytest.mark.anyio


def giving(value: object) -> Callable[[], Awaitable[object]]:
    async def give() -> object:
        return value

    return give


class Parking:
    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> object:
        self.seconds.append(seconds)
        return "parked"


async def test_a_service_that_is_down_gives_the_last_good_page_marked_stale() -> None:
    recovery = await attempt_recovery(
        ExternalAPIError("Yelp", 503), RecoveryContext(last_good_page=giving("page 3"))
    )
    assert (recovery.how, recovery.value, recovery.stale) == ("stale", "page 3", True)


async def test_a_lost_database_is_answered_by_a_replay() -> None:
    for error in (DatabaseError("commit"), sqlite3.OperationalError("disk I/O error")):
        recovery = await attempt_recovery(error, RecoveryContext(replay=giving(50)))
        assert (recovery.how, recovery.value, recovery.stale) == ("replayed", 50, False)


@pytest.mark.parametrize("seconds", [30, 3600])
async def test_a_limit_parks_the_run_until_its_reset(seconds: float) -> None:
    parking = Parking()
    recovery = await attempt_recovery(RateLimitError("Yelp", seconds), RecoveryContext(park=parking))
    assert (recovery.how, recovery.delay, parking.seconds) == ("parked", seconds, [seconds])


@pytest.mark.parametrize(
    "error",
    [
        ExternalAPIError("Yelp", 404),
        ValidationError("title", None),
        DatabaseError("commit", retryable=False),
        SpawnerError("stop", "TASK_CANCELLED"),
        TypeError("bug"),
    ],
)
async def test_what_cannot_be_recovered_raises_the_very_error(error: Exception) -> None:
    everything = RecoveryContext(replay=giving(1), last_good_page=giving(1), park=Parking())
    with pytest.raises(type(error)) as caught:
        await attempt_recovery(error, everything)
    assert caught.value is error


@pytest.mark.parametrize(
    "error", [ExternalAPIError("Yelp", 503), DatabaseError("commit"), RateLimitError("Yelp", 3600)]
)
async def test_without_an_offer_the_error_is_raised(error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        await attempt_recovery(error, RecoveryContext())
    assert caught.value is error


async def test_without_a_good_page_the_error_is_raised() -> None:
    with pytest.raises(ExternalAPIError):
        await attempt_recovery(ExternalAPIError("Yelp", 503), RecoveryContext(last_good_page=giving(None)))


async def test_a_recovery_that_fails_raises_the_first_error_and_says_so() -> None:
    async def still_lost() -> object:
        raise sqlite3.OperationalError("unable to open database file")

    first = sqlite3.OperationalError("disk I/O error")
    error = DatabaseError("commit")
    error.__cause__ = first
    with pytest.raises(DatabaseError) as caught:
        await attempt_recovery(error, RecoveryContext(replay=still_lost))
    assert caught.value is error
    assert caught.value.__cause__ is first
    assert caught.value.__notes__ == ["the recovery failed too: unable to open database file"]
