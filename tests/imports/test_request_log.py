"""Limits outlive the engine that kept them: what was asked lately is noted beside the database."""

from __future__ import annotations

import time
from pathlib import Path

import anyio
import pytest

from scenescout_tui.imports.gates import Gates
from scenescout_tui.imports.request_log import LARGEST, RequestLog
from scenescout_tui.presets import RATE_LIMITS

pytestmark = pytest.mark.anyio

PER_MINUTE = RATE_LIMITS.EVENTBRITE_API.requests_per_minute


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


def noted(database: Path, *ages: float, service: str = "eventbrite") -> None:
    now = time.time()
    lines = [f"{now - age - 0.5} sent {service}\n{now - age} answered {service}\n" for age in ages]
    RequestLog(database).path.write_text("".join(lines))


async def test_a_new_engine_counts_what_the_last_one_asked(database: Path) -> None:
    noted(database, *(20.0,) * PER_MINUTE)
    gates = Gates(database)
    assert 35 < gates.main("eventbrite").delay() < 41
    assert gates.main("yelp").delay() == 0
    assert gates.side("eventbrite").delay() > 35, "both gates of a service share its limit"


async def test_every_request_is_noted_when_it_is_sent(database: Path) -> None:
    """Fault: a kill -9 right after; nothing is closed here before the next engine looks."""
    killed = Gates(database)
    with anyio.fail_after(10):
        for _ in range(3):
            await killed.main("eventbrite").wait()
        killed.main("eventbrite").record(True)
        await killed.side("eventbrite").wait()
    first, *unanswered = RequestLog(database).ages("eventbrite")
    assert 0 < first < 10
    assert unanswered == [0.0] * 3, "they may arrive as late as this"
    killed.close()


@pytest.mark.parametrize("age", [61.0, -5.0, float("nan")])
async def test_what_is_over_and_what_no_clock_can_say_does_not_count(database: Path, age: float) -> None:
    noted(database, *(age,) * PER_MINUTE)
    assert Gates(database).main("eventbrite").delay() == 0


async def test_a_damaged_file_costs_no_more_than_what_it_said(database: Path) -> None:
    noted(database, 1.0)
    with RequestLog(database).path.open("ab") as file:
        file.write(b"17949600")  # cut off by the end of its process
    assert len(RequestLog(database).ages("eventbrite")) == 1
    RequestLog(database).path.write_bytes(b"\xff\xfe\x00")
    assert RequestLog(database).ages("eventbrite") == []


async def test_a_folder_that_cannot_be_written_stops_no_request(tmp_path: Path) -> None:
    gates = Gates(tmp_path / "nowhere" / "events.db")
    with anyio.fail_after(10):
        await gates.main("eventbrite").wait()
    assert gates.main("eventbrite").delay() == 0


async def test_the_file_stays_small(database: Path) -> None:
    noted(database, *(3_600.0,) * 20_000, 2.0)
    one = RequestLog(database)
    assert one.path.stat().st_size > LARGEST
    one.sent("eventbrite")
    assert one.path.stat().st_size < 300
    assert len(RequestLog(database).ages("eventbrite")) == 2
    one.close()
