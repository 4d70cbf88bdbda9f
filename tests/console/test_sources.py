"""The lines of the sources: what each waits for and until when, in words of a person, at any width."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from scenescout_tui.console.source_words import as_it_stands, remarks, short_reason, why_it_waits
from scenescout_tui.imports.snapshot import (
    EngineSnapshot,
    NewestEvent,
    RunRow,
    SourceRow,
    WaitingRow,
    WorkerRow,
)
from tests.console import scripted
from tests.console.opened import opened, text_of

pytestmark = pytest.mark.anyio

NOW, MIDNIGHT = scripted.NOW, scripted.MIDNIGHT
_RESET = "Eventbrite gave no answer: the connection was reset"
_NEXT = "1 task waits for a retry, the next in 12 s"


def _with(source: SourceRow, *runs: RunRow) -> EngineSnapshot:
    others = tuple(row for row in scripted.IDLE_SOURCES if row.name != source.name)
    return replace(scripted.idle(), sources=(source, *others), runs=runs)


@pytest.mark.parametrize(
    ("waits", "until", "said"),
    [
        (
            "circuit open (5 failures in a row)",
            NOW + 243,
            "circuit open until 12:45:10 (5 failures in a row)",
        ),
        ("rate limit", NOW + 4, "rate limit until 12:41:11"),
        ("the daily limit is used", MIDNIGHT, "the daily limit is used until 2026-11-24 00:00"),
        ("circuit half-open: one probe", None, "circuit half-open: one probe"),
        # What is over is no promise any more.
        ("rate limit", NOW - 1, "rate limit"),
        ("", None, ""),
    ],
)
def test_the_reason_is_said_with_its_end(waits: str, until: float | None, said: str) -> None:
    source = SourceRow("eventbrite", "Eventbrite", "waiting", "page 2", waits=waits, until=until)
    assert why_it_waits(source, _with(source)) == said


def test_a_parked_run_says_when_it_goes_on() -> None:
    run = next(run for run in scripted.waiting().runs if run.state == "parked")
    for waits in ("", "Yelp: the daily limit is used"):
        source = SourceRow("yelp", "Yelp", "waiting", "", run.run_id, waits=waits)
        said = why_it_waits(source, _with(source, run))
        assert said == "parked until 2026-11-24 00:00: the daily limit is used"


def test_a_breaker_that_is_open_is_said_although_nothing_runs() -> None:
    source = SourceRow("eventbrite", "Eventbrite", "idle", "last run 12:00", breaker="open")
    assert why_it_waits(source, _with(source)) == "circuit open"


async def test_a_source_whose_only_page_waits_for_its_next_attempt_waits_itself() -> None:
    busy = scripted.busy()
    page = WaitingRow("eventbrite p15", 2, 6, NOW + 6, _RESET)
    batch = WorkerRow(1, "eventbrite p14 b1", 0.2, 1, 3)
    for workers, shown in (((), True), ((batch,), False)):
        picture = replace(busy, waiting=(page,), workers=workers)
        async with opened(scripted.ScriptedHandle(picture)) as (app, _):
            line = text_of(app).split("\n")[4]
        assert ("retry 2 of 6 in 6 s: no answer: the connection was reset" in line) is shown
        assert ("page 14 of 22" in line) is not shown


def test_a_page_that_is_asked_for_again_says_when_before_it_says_why() -> None:
    run = replace(scripted.busy().runs[0], run_id="r1")
    source = SourceRow("eventbrite", "Eventbrite", "waiting", "page 15", "r1", waits=_RESET, until=NOW + 12)
    page = WaitingRow("eventbrite p15", 3, 6, NOW + 12, _RESET)
    said = why_it_waits(source, replace(_with(source, run), waiting=(page,)))
    assert said == "retry 3 of 6 in 12 s: no answer: the connection was reset"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (_RESET, "no answer: the connection was reset"),
        ("Eventbrite gave no answer", "no answer"),
        ("Eventbrite answered 500: Internal Error", "answered 500: Internal Error"),
        ("Eventbrite answered 200: this is no JSON", "broken answer: this is no JSON"),
        (
            "example.org answered 200: this is no calendar",
            "example.org sent a broken answer: this is no calendar",
        ),
        ("Eventbrite: the daily limit is used", "the daily limit is used"),
        ("Eventbrite knows no such venue", "Eventbrite knows no such venue"),
    ],
)
def test_a_reason_leaves_out_the_name_that_stands_beside_it(reason: str, said: str) -> None:
    assert short_reason(reason, "eventbrite") == said


@pytest.mark.parametrize("name", ["eventbrite", "auto"])
def test_a_source_that_reads_on_with_all_it_expected_is_at_no_percentage(name: str) -> None:
    source = SourceRow(name, "", "running", "page 7", "r1", 1_000, 1_000, 1.0, 5.0, 0.0)
    shown = as_it_stands(source, _with(source))
    assert (shown.fraction, shown.eta) == (None, None)
    assert shown.detail == ("page 7, reading again" if name == "eventbrite" else "page 7")


@pytest.mark.parametrize(
    ("limit", "resets", "said"),
    [
        (2_000, NOW + 1_024, "69 of 2,000 left, resets 12:58"),
        (300, MIDNIGHT, "69 of 300 left, resets 2026-11-24 00:00"),
        (None, None, "69 left"),
    ],
)
def test_the_budget_is_said_with_its_reset(limit: int | None, resets: float | None, said: str) -> None:
    source = SourceRow(
        "eventbrite",
        "Eventbrite",
        "idle",
        "",
        budget_left=69,
        budget_limit=limit,
        budget_resets_at=resets,
    )
    assert remarks(source, _with(source)) == [said]


def test_a_feed_stands_on_the_line_of_the_files() -> None:
    feed = RunRow("r1", "ics", "interrupted", NOW, NOW, scripted.idle().counts, resumable=True)
    snapshot = replace(scripted.idle(), runs=(feed,))
    lines = {row.name: remarks(row, snapshot) for row in snapshot.sources}
    assert lines == {"eventbrite": [], "yelp": [], "manual": [], "auto": ["R goes on"]}


def _lines(shown: str) -> Iterator[str]:
    yield from shown.split("\n")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_every_wait_can_be_read_at_every_size(size: tuple[int, int]) -> None:
    async with opened(scripted.ScriptedHandle(scripted.waiting()), size=size) as (app, _):
        shown = text_of(app)
    assert "circuit open until 12:45:10 (5 failures in a row)" in shown
    assert "until 2026-11-24 00:00: the daily limit is used" in shown
    assert shown.count("◐") >= 2
    assert all(len(line) <= size[0] for line in _lines(shown))


async def test_where_there_is_room_budget_old_copies_and_what_has_expired_are_said() -> None:
    async with opened(scripted.ScriptedHandle(scripted.waiting()), size=(200, 60)) as (app, _):
        shown = text_of(app)
    assert "old copy · 69 of 2,000 left, resets 12:58" in shown
    assert "12 expired (F) · Event data from Yelp" in shown


async def test_beside_events_of_yelp_stands_where_they_are_from() -> None:
    event = NewestEvent("e1", "Poetry Slam", "2026-12-01T20:00:00", "Lisboa", "yelp", "created")
    snapshot = scripted.waiting()
    for newest, shown in ((snapshot.newest, False), ((event, *snapshot.newest), True)):
        handle = scripted.ScriptedHandle(replace(snapshot, newest=newest))
        async with opened(handle, size=(200, 60)) as (app, _):
            # The column of the newest events is the right third.
            column = [line[134:] for line in _lines(text_of(app))]
        assert any("Event data from Yelp" in line for line in column) is shown


async def test_the_runs_say_which_can_go_on() -> None:
    async with opened(scripted.ScriptedHandle(scripted.waiting()), size=(120, 40)) as (app, _):
        shown = text_of(app)
    assert "runs: R goes on with 2 of them" in shown
    assert "parked" in next(line for line in _lines(shown) if "771d90" in line)
    assert "cut short" in next(line for line in _lines(shown) if "c0ffee" in line)


async def test_the_reason_of_a_retry_is_read_whole_at_80_columns() -> None:
    page = WaitingRow("eventbrite p15", 3, 6, NOW + 12, _RESET)
    picture = replace(scripted.busy(), waiting=(page,), workers=(), waiting_reasons=(_NEXT,), number=7)
    async with opened(scripted.ScriptedHandle(picture)) as (app, _):
        lines = text_of(app).split("\n")
    assert _NEXT in lines[0]
    retry = next(line for line in lines if "eventbrite p15" in line)
    assert "no answer: the connection was reset" in retry
    assert "3/6 in 12 s" in retry
