"""What an operator sees of a source that lets nothing through, and what becomes of runs that wait for it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from scenescout_tui.imports.commands import ResumeRuns, StartImport
from scenescout_tui.imports.local import LocalEngineHandle, start_engine
from scenescout_tui.imports.snapshot import SourceRow
from scenescout_tui.setting_values import Secret
from scenescout_tui.settings import load_settings
from tests.imports.engines import PATIENCE, report, rows, tell, until
from tests.sources.eventbrite_api.server import (
    Answer,
    EventList,
    Request,
    Route,
    Server,
    always,
    number_of,
    refused,
)

FAR = "2030-01-01T00:00:00.000000Z"
PAST = "2020-01-01T00:00:00.000000Z"
#: The limit is used for a quarter of an hour.
SPENT = {"X-Rate-Limit": "token:abc 2000/2000 reset=900s"}


@contextmanager
def organisers(**routes: Route) -> Iterator[Server]:
    """Serve the events of organisers by their ids (``o1``, ``o2``), in a thread."""
    server, started, loop = Server(), threading.Event(), asyncio.new_event_loop()
    server.routes = {f"/organizers/{name[1:]}/events/": route for name, route in routes.items()}
    stop = asyncio.Event()

    async def serve() -> None:
        async with server:
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert started.wait(PATIENCE)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
        loop.close()


@contextmanager
def asking(server: Server, database: str, **flags: Any) -> Iterator[LocalEngineHandle]:
    with_token = flags.pop("with_token", True)
    given = {"database_url": database, "eventbrite_url": server.url, "retry_delay": 0.05}
    settings = replace(load_settings(given | flags), eventbrite_token=None)
    if with_token:
        settings = replace(settings, eventbrite_token=Secret("canary-" + "x" * 13))
    handle = start_engine(settings)
    try:
        yield handle
    finally:
        handle.stop(drain=False)
        assert handle.join(PATIENCE), "the engine did not end"


def begin(handle: LocalEngineHandle, organizer: int = 1) -> str:
    answer = tell(handle, StartImport("eventbrite", ask=(("organizer", str(organizer)),)))
    assert answer.ok, answer
    return str(answer.data["run_id"])


def eventbrite(handle: LocalEngineHandle) -> SourceRow:
    return next(row for row in handle.snapshot().sources if row.name == "eventbrite")


def failing_at_page_2(answer: Answer, times: int) -> Route:
    listing, left = EventList(range(1, 7)), [times]

    def route(request: Request) -> Answer:
        if number_of(request) == 2 and left[0] > 0:
            left[0] -= 1
            return answer
        return listing(request)

    return route


def spent_after(requests: int) -> Route:
    """List two events a page, and say after so many requests each time that the limit is used."""
    listing = EventList(range(1, 21))

    def route(request: Request) -> Answer:
        answer = listing(request)
        return Answer(200, answer.body, SPENT) if len(listing.numbers) % requests == 0 else answer

    return route


def set_resume_at(database: str, moment: str) -> None:
    rows(database, "UPDATE runs SET resume_at = ? WHERE state = 'parked'", moment)


def test_a_page_that_waits_for_its_next_attempt_says_why_and_until_when(database: str) -> None:
    broken = failing_at_page_2(refused(503, "INTERNAL_ERROR", Retry_After="2"), 1)
    with organisers(o1=broken) as server, asking(server, database) as handle:
        run_id = begin(handle)
        until(lambda: eventbrite(handle).state == "waiting")
        row = eventbrite(handle)
        assert "answered 503" in row.waits
        assert row.until is not None
        assert row.until == pytest.approx(time.time() + 2, abs=3)
        assert [one.task for one in handle.snapshot().waiting] == ["eventbrite p2"]
        assert report(handle, run_id).state == "completed"


def test_a_service_that_says_wait_is_left_alone_by_all_its_walks(database: str) -> None:
    asked: list[float] = []
    listing = EventList([101, 102])

    def noting(request: Request) -> Answer:
        asked.append(time.monotonic())
        return listing(request)

    limited = failing_at_page_2(refused(429, "HIT_RATE_LIMIT", Retry_After="3"), 1)
    with organisers(o1=limited, o2=noting) as server, asking(server, database) as handle:
        first = begin(handle)
        until(lambda: eventbrite(handle).waits == "the service asks to wait")
        told = time.monotonic()
        second = begin(handle, organizer=2)
        assert report(handle, first).state == report(handle, second).state == "completed"
    assert asked[0] - told > 2, "the other walk did not wait"


def test_a_service_that_refuses_every_attempt_is_asked_again_after_a_minute_at_least(database: str) -> None:
    always_full = always(refused(429, "HIT_RATE_LIMIT", Retry_After="0"))
    with organisers(o1=always_full) as server, asking(server, database, retry_attempts=1) as handle:
        done = report(handle, begin(handle))
    assert done.state == "parked"
    assert done.resume_at is not None
    assert done.resume_at - time.time() > 30


def test_a_run_that_is_parked_again_and_again_stays_one_run_and_gets_on(database: str) -> None:
    with organisers(o1=spent_after(2)) as server:
        with asking(server, database) as handle:
            run_id = begin(handle)
            assert report(handle, run_id).state == "parked"
        for records in (6, 8, 10):
            set_resume_at(database, PAST)
            with asking(server, database) as handle:
                until(lambda: (handle.snapshot().runs[0].resume_at or 0) > time.time())
                until(lambda: handle.snapshot().runs[0].resumable)
                (row,) = handle.snapshot().runs
                assert (row.run_id, row.state) == (run_id, "parked")
            # Two requests each time, of which the first looks at the page before once more.
            assert rows(database, "SELECT count(*) FROM source_records") == [(records,)]


def test_a_parked_run_whose_token_is_gone_says_so_and_what_to_do(database: str) -> None:
    with organisers(o1=spent_after(2)) as server:
        with asking(server, database) as handle:
            run_id = begin(handle)
            assert report(handle, run_id).state == "parked"
        set_resume_at(database, PAST)
        with asking(server, database, with_token=False) as handle:
            until(lambda: handle.snapshot().errors_open == 1)
            (group,) = handle.snapshot().error_groups
            assert group.code == "SETTINGS_ERROR"
            assert "SCENESCOUT_EVENTBRITE_TOKEN" in group.action
            until(lambda: eventbrite(handle).waits.startswith("cannot go on: "))
            assert eventbrite(handle).until is None, "it waits for no time any more"
            (row,) = handle.snapshot().runs
            assert row.note == "cannot go on: eventbrite wants a token, and none is set"
            assert (row.resumable, row.resume_at) == (True, None)
        with asking(server, database) as handle:
            answer = tell(handle, ResumeRuns(run_id))
            assert answer.data.get("run_ids") == [run_id] or answer.code == "ALREADY_RUNNING"
            until(lambda: handle.snapshot().runs[0].note.endswith("the service's limit is used"))


def test_a_run_parked_by_a_clock_that_was_wrong_goes_on(database: str) -> None:
    """Fault: the clock was years ahead when the run was parked, and has been set since."""
    with organisers(o1=spent_after(2)) as server:
        with asking(server, database) as handle:
            assert report(handle, begin(handle)).state == "parked"
        set_resume_at(database, FAR)
        with asking(server, database) as handle:
            until(lambda: 0 < (handle.snapshot().runs[0].resume_at or 0) - time.time() < 3_600)
