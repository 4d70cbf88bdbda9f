"""What Eventbrite's errors become."""

from __future__ import annotations

import logging
from email.utils import formatdate

import pytest

from scenescout_tui.errors import ExternalAPIError, RateLimitError, SpawnerError, classify_error
from tests.sources.eventbrite_api.server import Answer, always, happening, in_turn, json_answer, page, refused
from tests.sources.eventbrite_api.walking import CANARY, Way

pytestmark = pytest.mark.anyio

ORGANIZER = "/organizers/7/events/"


async def failure(way: Way, answer: Answer, ask: str = "organizer=7", path: str = ORGANIZER) -> SpawnerError:
    way.server.routes[path] = lambda _: answer
    with pytest.raises(SpawnerError) as failed:
        await way.walk(ask)
    return failed.value


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("code", ["NO_AUTH", "INVALID_AUTH", "INVALID_AUTH_HEADER", "ACCESS_DENIED"])
async def test_a_bad_token_is_told_by_its_code_whatever_the_status(way: Way, status: int, code: str) -> None:
    error = await failure(way, refused(status, code))
    found = classify_error(error)
    assert (found.type, found.retryable) == ("EXTERNAL_API_ERROR", False)
    assert f"organizer 7: {code}" in str(error)
    assert "token" in found.action
    assert "scenescout doctor" in found.action


@pytest.mark.parametrize(
    ("ask", "path", "words"),
    [
        ("organizer=7", "/organizers/7/events/", "/o/name-123"),
        ("organization=7", "/organizations/7/events/", "Only its members"),
        ("venue=7", "/venues/7/events/", "--organizer"),
        ("series=7", "/series/7/events/", "--event"),
        ("", "/users/me/organizations/", "private token"),
    ],
)
@pytest.mark.parametrize("status", [403, 404, 410])
async def test_a_closed_address_says_which_other_way_there_is(
    way: Way, ask: str, path: str, words: str, status: int
) -> None:
    error = await failure(way, json_answer({}, status), ask, path)
    found = classify_error(error)
    assert not found.retryable
    assert words in found.action
    subject = ask.replace("=", " ") or "organizations of the token"
    assert f"Eventbrite answered {status}: {subject}: no reason given" in str(error)


@pytest.mark.parametrize(
    ("status", "code"),
    [(405, "METHOD_NOT_ALLOWED"), (409, "CONFLICT"), (400, "ARGUMENTS_ERROR"), (403, "NOT_AUTHORIZED")],
)
async def test_other_refusals_are_permanent(way: Way, status: int, code: str) -> None:
    error = await failure(way, refused(status, code, "Because."))
    assert not error.retryable
    assert f"organizer 7: {code}: Because." in str(error)
    assert len(way.server.requests) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(500, "INTERNAL_ERROR"), (503, ""), (502, "BAD_GATEWAY"), (500, "EXPANSION_FAILED")],
)
async def test_a_failure_of_the_server_may_be_tried_again(way: Way, status: int, code: str) -> None:
    error = await failure(way, refused(status, code, Retry_After="17"))
    assert isinstance(error, ExternalAPIError)
    assert (error.retryable, error.retry_after, error.status_code) == (True, 17.0, status)


async def test_an_expansion_that_fails_twice_is_tried_without_and_no_more(way: Way) -> None:
    way.server.routes[ORGANIZER] = in_turn(
        refused(500, "EXPANSION_FAILED"),
        refused(500, "EXPANSION_FAILED"),
        refused(503, "INTERNAL_ERROR"),
        json_answer(page([happening(1)])),
    )
    walk = way.open()
    with pytest.raises(ExternalAPIError):
        await walk.next_page()
    # The retry of the same page does not ask for what failed already.
    assert await walk.next_page() is not None
    assert ["expand" in one.query for one in way.server.requests] == [True, True, False, False]
    await walk.aclose()


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "12"}, 12.0),
        ({"X_Rate_Limit": f"token:{CANARY} 2000/2000 reset=800s"}, 800.0),
        ({"Retry_After": "3", "X_Rate_Limit": f"token:{CANARY} 2000/2000 reset=800s"}, 3.0),
        # With requests left, its reset is not what has to be waited for.
        ({"X_Rate_Limit": f"token:{CANARY} 100/2000 reset=800s"}, None),
        ({"X_Rate_Limit": "nonsense"}, None),
    ],
)
async def test_a_limit_says_how_long_to_wait(way: Way, headers: dict[str, str], wait: float | None) -> None:
    error = await failure(way, refused(429, "HIT_RATE_LIMIT", **headers))
    assert isinstance(error, RateLimitError)
    assert error.retryable
    assert (error.retry_after is None) == (wait is None)
    assert error.retry_after == pytest.approx(wait, abs=1.0) if wait is not None else True
    assert str(error).startswith("organizer 7: Eventbrite limits requests")


async def test_a_date_to_wait_for_is_read_too(way: Way) -> None:
    error = await failure(way, Answer(429, b"", {"Retry-After": formatdate(2_000_000_000, usegmt=True)}))
    assert isinstance(error, RateLimitError)
    assert error.retry_after is not None
    assert error.retry_after > 0


async def test_the_code_of_a_limit_counts_more_than_its_status(way: Way) -> None:
    assert isinstance(await failure(way, refused(403, "HIT_RATE_LIMIT")), RateLimitError)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "cut off"),
        (b'{"events": [{"id"', "cut off"),
        (b"<html><body>Sorry</body></html>", "a web page, not JSON"),
        (b"never mind", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b'{"events": [NaN]}', "not JSON"),
        (b"[]", "no page of events"),
        (b"{}", "no page of events"),
        (b'{"events": null}', "no page of events"),
        (b'{"events": {"1": {}}}', "no page of events"),
        (b'{"organizations": []}', "no page of events"),
        (b'{"events": [' + b"[" * 100_000, "not JSON"),
    ],
)
async def test_a_good_answer_that_is_no_page_may_be_tried_again(way: Way, body: bytes, words: str) -> None:
    error = await failure(way, Answer(body=body))
    assert words in str(error)
    assert "organizer 7" in str(error)
    assert (error.code, error.retryable) == ("EXTERNAL_API_ERROR", True)
    assert "Sorry" not in str(error)


async def test_an_answer_of_more_values_than_are_good_for_us_is_refused(way: Way) -> None:
    error = await failure(way, Answer(body=b'{"events": [' + b"1," * 300_000 + b"1]}"))
    assert "more than 200,000 values" in str(error)
    assert not error.retryable


async def test_a_byte_order_mark_is_let_pass(way: Way) -> None:
    way.server.routes[ORGANIZER] = always(Answer(body=b'\xef\xbb\xbf{"events": [{"id": "1"}]}'))
    assert (await way.walk()).ids == [1]


async def test_a_long_error_answer_is_not_read(way: Way) -> None:
    error = await failure(way, Answer(404, b'{"error": "X", "more": "' + b"x" * 200_000 + b'"}'))
    assert str(error) == "Eventbrite answered 404: organizer 7: no reason given"


async def test_a_connection_that_drops_may_be_tried_again(way: Way) -> None:
    way.server.routes[ORGANIZER] = in_turn(Answer(dropped=True), json_answer(page([happening(1)])))
    walk = way.open()
    with pytest.raises(Exception) as dropped:  # noqa: PT011 – the client's own
        await walk.next_page()
    assert classify_error(dropped.value).retryable
    assert await walk.next_page() is not None
    await walk.aclose()


async def test_a_gate_that_lets_nothing_through_is_heard(way: Way) -> None:
    way.gate.shut = RateLimitError("Eventbrite", 900.0)
    with pytest.raises(RateLimitError) as shut:
        await way.walk()
    assert shut.value.retry_after == 900.0
    assert way.server.requests == []


async def test_the_token_shows_up_nowhere(way: Way, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, logger="scenescout_tui")
    echo = f"The token {CANARY} is bad; Authorization: Bearer {CANARY}; ?token={CANARY}"
    errors = [
        await failure(way, refused(status, code, echo, X_Echo=echo))
        for status, code in [(400, "INVALID_AUTH"), (404, CANARY), (500, "INTERNAL_ERROR"), (429, CANARY)]
    ]
    way.server.routes[ORGANIZER] = in_turn(
        refused(500, "EXPANSION_FAILED", echo),
        json_answer(page([happening(1)], 1, 2, 2)),
        refused(400, "BAD_PAGE", echo),
        json_answer(page([happening(1), happening(2)])),
    )
    way.server.routes["/events/1/description/"] = always(refused(401, "INVALID_AUTH", echo))
    walked = await way.walk(descriptions=True)
    assert walked.ids == [1, 2]
    shown = [str(error) + repr(error) + str(error.metadata) for error in errors]
    shown += [repr(walked.pages), repr(way.access), repr(way.keeper.pages), caplog.text]
    shown += [str(record.__dict__) for record in caplog.records]
    assert all(CANARY not in text for text in shown)
