"""Whatever a server does, a request ends: with the right answer, or with words, in time."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from scenescout_tui.errors import ExternalAPIError, classify_error
from scenescout_tui.sources.web.client import WebClient, WebLimits
from tests.sources.web.gates import CountingGate
from tests.sources.web.hostile import BODY, CASES, HostileServer, serving

pytestmark = pytest.mark.anyio

#: Seconds; far more than any case but the endless ones takes.
DEADLINE = 0.4
#: Seconds a busy machine may add.
SLACK = 10.0


@pytest.fixture
async def server() -> AsyncIterator[HostileServer]:
    async with serving({name: case.serve for name, case in CASES.items()}) as running:
        yield running


@pytest.mark.parametrize("name", CASES)
async def test_a_request_ends_whatever_the_server_does(name: str, server: HostileServer) -> None:
    case = CASES[name]
    deadline = DEADLINE if case.by_deadline else SLACK
    gate = CountingGate()
    client = WebClient("hostile", gate, base_url=server.url, limits=WebLimits(deadline, 2_000_000))
    started = time.monotonic()
    try:
        if case.status is not None:
            answer = await client.get(f"/{name}")
            assert (answer.status, answer.body) == (case.status, case.body)
            assert gate.records[-1] is (case.status < 500)
        else:
            with pytest.raises(ExternalAPIError) as caught:
                await client.get(f"/{name}")
            assert case.words in str(caught.value)
            assert caught.value.retryable is case.retryable
            assert caught.value.status_code is None
            assert classify_error(caught.value).action
        assert time.monotonic() - started < deadline + SLACK
        assert len(gate.records) == gate.waits == len(server.seen)
        # It harms nobody after it.
        assert (await client.get("/right")).body == BODY
    finally:
        await client.aclose()


async def test_an_answer_nobody_asked_for_is_not_taken_for_the_next_one(server: HostileServer) -> None:
    client = WebClient("hostile", CountingGate(), base_url=server.url)
    for name in ("extra-answer", "too-long", "204-with-body"):
        await client.get(f"/{name}")
        assert (await client.get("/right")).body == BODY
    await client.aclose()
