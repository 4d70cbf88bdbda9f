"""Lists keep still: the row under the cursor stays, a worker keeps its line, what is hidden is counted."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from scenescout_tui.console import processor_state
from scenescout_tui.console.widgets.status_line import StatusLine
from scenescout_tui.imports.snapshot import Counts, EngineSnapshot, ErrorGroupRow, WaitingRow, WorkerRow
from tests.console import scripted
from tests.console.opened import opened, text_of

pytestmark = pytest.mark.anyio


def _group(name: str, count: int = 1) -> ErrorGroupRow:
    return replace(scripted.GROUPS[0], key=name, message=f"message {name}", count=count)


def _with_groups(number: int, *groups: ErrorGroupRow) -> EngineSnapshot:
    total = sum(group.count for group in groups)
    return replace(scripted.finished(), number=number, error_groups=groups, errors_open=total)


def _line_of(screen: str, text: str) -> int:
    return next(number for number, line in enumerate(screen.split("\n")) if text in line)


async def test_new_error_groups_never_move_the_row_under_the_cursor() -> None:
    handle = scripted.ScriptedHandle(_with_groups(1, _group("a"), _group("b")))
    async with opened(handle) as (app, pilot):
        await pilot.press("down")
        before = _line_of(text_of(app), "message b")
        handle.picture = _with_groups(2, _group("new", 99), _group("b", 5), _group("a"))
        app.state.refresh_stats()
        await pilot.pause()
        shown = text_of(app)
        assert _line_of(shown, "message b") == before
        assert "›" in shown.split("\n")[before]


async def test_the_cursor_goes_to_the_neighbour_when_its_group_is_gone() -> None:
    handle = scripted.ScriptedHandle(_with_groups(1, _group("a"), _group("b"), _group("c")))
    async with opened(handle) as (app, pilot):
        await pilot.press("down")
        handle.picture = _with_groups(2, _group("a"), _group("c"))
        app.state.refresh_stats()
        await pilot.pause()
        shown = text_of(app)
        assert "›" in shown.split("\n")[_line_of(shown, "message c")]


async def test_a_long_list_scrolls_with_the_cursor_and_counts_what_is_below() -> None:
    handle = scripted.ScriptedHandle(_with_groups(1, *(_group(f"<{number}>") for number in range(40))))
    async with opened(handle) as (app, pilot):
        assert "40 in 40 groups, 33 more below" in text_of(app).replace("errors: ", "")
        await pilot.press("G")
        await pilot.pause()
        assert "message <39>" in text_of(app)
        assert "more below" not in text_of(app)
        await pilot.press("pageup", "g")
        await pilot.pause()
        assert "message <0>" in text_of(app)


async def test_a_list_scrolls_only_when_the_cursor_leaves_it() -> None:
    handle = scripted.ScriptedHandle(_with_groups(1, *(_group(f"<{number}>") for number in range(12))))
    async with opened(handle) as (app, pilot):
        await pilot.press(*["down"] * 6)
        await pilot.pause()
        assert "message <0>" in text_of(app)
        await pilot.press("down")
        await pilot.pause()
        assert "message <0>" not in text_of(app)


@pytest.mark.parametrize("columns", [80, 120, 200])
async def test_the_accounting_does_not_move_while_its_numbers_grow(columns: int) -> None:
    def words(number: int) -> EngineSnapshot:
        counts = Counts(*[0] * 8) if number == 1 else replace(scripted.busy().counts, in_flight=0)
        return replace(scripted.busy(), number=number, counts=counts)

    handle = scripted.ScriptedHandle(words(1))
    async with opened(handle, size=(columns, 40)) as (app, pilot):
        before = text_of(app).split("\n")[2]
        handle.picture = words(2)
        app.state.refresh_stats()
        await pilot.pause()
        after = text_of(app).split("\n")[2]
    assert "9,120" in after
    places = [[found.start() for found in re.finditer(r"[a-z]+", line)] for line in (before, after)]
    assert places[0] == places[1]


async def test_a_worker_keeps_its_line_when_another_becomes_free() -> None:
    busy = replace(
        scripted.busy(),
        waiting=(),
        max_workers=3,
        workers_busy=3,
        workers=tuple(WorkerRow(number, f"task {number}", 1.0, 1, 3) for number in (1, 2, 3)),
    )
    handle = scripted.ScriptedHandle(busy)
    async with opened(handle) as (app, pilot):
        before = _line_of(text_of(app), "task 3")
        handle.picture = replace(busy, number=busy.number + 1, workers=busy.workers[2:], workers_busy=1)
        app.state.refresh_stats()
        await pilot.pause()
        assert _line_of(text_of(app), "task 3") == before
        assert text_of(app).count("free") == 2


async def test_workers_and_retries_that_find_no_line_are_counted() -> None:
    waiting = tuple(
        WaitingRow(f"yelp p{number}", 2, 5, scripted.NOW + number, "no answer") for number in range(30)
    )
    snapshot = replace(scripted.busy(), waiting=waiting)
    async with opened(scripted.ScriptedHandle(snapshot)) as (app, _):
        shown = text_of(app)
    assert "7 of 8 busy, 30 waiting to retry" in shown
    assert "more at work" in shown
    assert "yelp p0" in shown


async def test_a_timed_out_worker_is_said_to_be_stopping() -> None:
    snapshot = scripted.busy()
    workers = (replace(snapshot.workers[0], cancelling=True), *snapshot.workers[1:])
    async with opened(scripted.ScriptedHandle(replace(snapshot, workers=workers))) as (app, _):
        assert "being stopped" in text_of(app)


async def test_a_run_without_a_known_end_shows_count_rate_and_time_but_no_percentage() -> None:
    snapshot = scripted.busy()
    source = replace(snapshot.sources[0], fraction=None, total=None, eta=None)
    snapshot = replace(snapshot, sources=(source, *snapshot.sources[1:]))
    async with opened(scripted.ScriptedHandle(snapshot)) as (app, _):
        line = text_of(app).split("\n")[4]
    assert "12,492 ev" in line
    assert "812 ev/s" in line
    assert "%" not in line


async def test_a_size_that_nothing_fits_into_breaks_nothing() -> None:
    async with opened(scripted.ScriptedHandle(scripted.busy()), size=(120, 40)) as (app, pilot):
        for size in ((1, 1), (10, 3), (40, 8), (300, 100), (79, 23)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert app.is_running


@pytest.mark.parametrize("columns", [40, 60, 70, 79])
async def test_on_a_narrow_screen_what_is_new_and_what_failed_stays(columns: int) -> None:
    async with opened(scripted.ScriptedHandle(scripted.busy()), size=(columns, 20)) as (app, _):
        lines = text_of(app).split("\n")
    for words in ("new 9120", "upd  310", "fail   24"):
        assert words in lines[2]
    assert "…" not in lines[2]
    assert lines[-1].split()[-4:] == ["?", "keys", "q", "quit"]
    assert len(lines[-1]) == columns


async def test_the_groups_found_at_the_start_stand_by_their_size_then_by_their_age() -> None:
    old = replace(_group("old", 2), last_seen=scripted.NOW - 60)
    handle = scripted.ScriptedHandle(_with_groups(1, _group("one"), old, _group("two", 2)))
    async with opened(handle) as (app, _):
        shown = text_of(app)
    assert _line_of(shown, "message two") < _line_of(shown, "message old") < _line_of(shown, "message one")


@pytest.mark.parametrize(("picture", "shown"), [(scripted.idle(), "12:41"), (scripted.busy(), "12:41:07")])
async def test_seconds_are_shown_only_while_they_go_on(picture: EngineSnapshot, shown: str) -> None:
    async with opened(scripted.ScriptedHandle(picture)) as (app, _):
        line = text_of(app).split("\n")[0]
    assert line.endswith(f"  {shown} ")


async def test_the_minute_goes_on_although_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(scripted.ScriptedHandle(scripted.idle())) as (app, pilot):
        later = time.time() + 60
        monkeypatch.setattr(processor_state, "time", SimpleNamespace(time=lambda: later))
        app.screen.query_one(StatusLine)._tick()
        await pilot.pause()
        line = text_of(app).split("\n")[0]
    assert line.endswith("  12:42 ")
