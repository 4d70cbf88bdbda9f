"""The console's one state: what it takes over from the engine, and whom it calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from scenescout_tui.console.processor_state import ProcessorState
from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import Command, CommandResult, StartImport
from scenescout_tui.imports.report import RecordResult, RunReport
from scenescout_tui.imports.snapshot import Counts, MetricsRow
from tests.console import scripted
from tests.console.opened import opened, text_of, until

pytestmark = pytest.mark.anyio


class _Bare(App[None]):
    """Nothing but the state: it needs no screen of ours."""

    def __init__(self, state: ProcessorState) -> None:
        super().__init__()
        self.state = state

    def compose(self) -> ComposeResult:
        yield self.state


@asynccontextmanager
async def _attached(state: ProcessorState, handle: scripted.ScriptedHandle) -> AsyncIterator[Pilot[None]]:
    async with _Bare(state).run_test() as pilot:
        state.attach(handle)
        yield pilot


def _starts(command: Command) -> CommandResult:
    return CommandResult(True, "started", data={"run_id": "run1"})


def _report(state: Any) -> RunReport:
    done = RecordResult(0, "eventbrite", "created", event_id="e1")
    return RunReport("run1", "eventbrite", state, Counts(created=1), 0.1, 5, MetricsRow(), successful=(done,))


async def test_the_snapshot_becomes_stats_errors_and_is_processing() -> None:
    state = ProcessorState(auto_refresh=None)
    async with _attached(state, scripted.ScriptedHandle(scripted.busy())):
        assert state.is_processing
        assert (state.stats.workers, state.stats.max_workers, state.stats.queue_depth) == (7, 8, 142)
        assert state.stats.metrics.p95 == pytest.approx(0.041)
        assert [group.count for group in state.errors] == [19, 4, 1]


async def test_a_snapshot_with_the_number_of_the_last_one_is_not_published_again() -> None:
    state = ProcessorState(auto_refresh=None)
    handle = scripted.ScriptedHandle(scripted.idle())
    async with _attached(state, handle):
        seen: list[int] = []
        state.watch(state, "snapshot", lambda snapshot: seen.append(snapshot.queue_depth), init=False)
        handle.picture = replace(handle.picture, queue_depth=5)
        state.refresh_stats()
        assert seen == []
        handle.picture = replace(handle.picture, queue_depth=6, number=2)
        state.refresh_stats()
        assert seen == [6]


async def test_auto_refresh_looks_by_itself() -> None:
    state = ProcessorState(auto_refresh=0.01)
    handle = scripted.ScriptedHandle(scripted.idle())
    async with _attached(state, handle) as pilot:
        handle.picture = scripted.busy()
        await until(pilot, lambda: state.is_processing)


async def test_a_terminal_that_falls_behind_is_given_fewer_pictures() -> None:
    backlog = 9
    state = ProcessorState(auto_refresh=None, backlog=lambda: backlog)
    handle = scripted.ScriptedHandle(scripted.idle())
    async with _attached(state, handle):
        looks: list[bool] = []
        for number in range(2, 14):
            handle.picture = replace(handle.picture, number=number)
            before = state.snapshot.number
            state._look()
            looks.append(state.snapshot.number != before)
    assert sum(looks) == 3


@pytest.mark.parametrize("source", ["eventbrite", "yelp"])
async def test_the_results_of_a_run_reach_on_success(source: str) -> None:
    results: list[Any] = []
    state = ProcessorState(auto_refresh=None, on_success=results.append)
    handle = scripted.ScriptedHandle(scripted.idle(), answers=_starts)
    async with _attached(state, handle) as pilot:
        process = getattr(state, f"process_{source}_events")
        process([{"id": "1"}])
        await until(pilot, lambda: "run1" in handle.reports)
        handle.reports["run1"].set_result(_report("completed"))
        await until(pilot, lambda: bool(results))
    assert handle.sent == [StartImport(source, (), ({"id": "1"},))]
    assert [result.event_id for result in results[0]] == ["e1"]


async def test_a_manual_event_is_one_payload() -> None:
    state = ProcessorState(auto_refresh=None)
    handle = scripted.ScriptedHandle(scripted.idle())
    async with _attached(state, handle):
        state.process_manual_event({"title": "Jazz"})
    assert handle.sent == [StartImport("manual", (), ({"title": "Jazz"},))]


@pytest.mark.parametrize("state_of_run", ["failed", "cancelled", "interrupted"])
async def test_a_run_that_did_not_complete_reaches_on_error(state_of_run: str) -> None:
    errors: list[Exception] = []
    state = ProcessorState(auto_refresh=None, on_error=errors.append)
    handle = scripted.ScriptedHandle(scripted.idle(), answers=_starts)
    async with _attached(state, handle) as pilot:
        state.process_yelp_events(inputs=["a.json"])
        await until(pilot, lambda: "run1" in handle.reports)
        handle.reports["run1"].set_result(_report(state_of_run))
        await until(pilot, lambda: bool(errors))
    assert state_of_run in str(errors[0])


async def test_a_refused_import_and_a_report_that_fails_reach_on_error() -> None:
    errors: list[Exception] = []
    state = ProcessorState(auto_refresh=None, on_error=errors.append)
    refused = CommandResult(False, "another engine runs", "LOCKED")
    handle = scripted.ScriptedHandle(scripted.idle(), answers=lambda _: refused)
    async with _attached(state, handle) as pilot:
        state.process_eventbrite_events()
        await until(pilot, lambda: len(errors) == 1)
        handle._answers = _starts
        state.process_eventbrite_events()
        await until(pilot, lambda: "run1" in handle.reports)
        handle.reports["run1"].set_exception(SpawnerError("the store is gone"))
        await until(pilot, lambda: len(errors) == 2)
    assert [str(error) for error in errors] == ["another engine runs", "the store is gone"]


async def test_a_dead_engine_is_said_and_nothing_seems_to_run_any_more() -> None:
    handle = scripted.ScriptedHandle(scripted.busy())
    async with opened(handle, size=(120, 40)) as (app, pilot):
        handle.ended.set_exception(RuntimeError("disk \x1b[31mfull"))
        await until(pilot, lambda: app.state.snapshot.state == "failed")
        await pilot.pause()
        shown = text_of(app)
        assert "the engine died: disk full" in shown
        assert "0/8" in shown
        assert not app.state.is_processing
        await pilot.press("q")
        await until(pilot, lambda: app._exit)


async def test_an_engine_that_cannot_start_is_said_and_gives_exit_3() -> None:
    def connect() -> Any:
        raise SpawnerError("the database is newer than this program")

    from scenescout_tui.console.app import SceneScoutApp

    app = SceneScoutApp(connect, refresh_every=None)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.state.snapshot.state == "failed")
        await pilot.pause()
        assert "the database is newer than this program" in text_of(app)
        await pilot.press("q")
        await until(pilot, lambda: app._exit)
    assert app.return_code == 3
