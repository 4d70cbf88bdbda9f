"""What the engine answers and does for the screen of runs."""

from __future__ import annotations

from typing import Any

from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.doing.desk import Answers, Deeds, Desk, Shelf
from scenescout_tui.imports.request import RunRequest
from scenescout_tui.imports.run_history import as_they_are, compare_runs, run_detail, run_line, start_again
from scenescout_tui.imports.runs_commands import (
    CompareRuns,
    Comparison,
    CountRuns,
    GetRun,
    ListRuns,
    RunAgain,
    RunDetail,
    RunFilters,
    RunLine,
)
from scenescout_tui.paging import Count, Page
from scenescout_tui.store import RunFilters as StoredFilters


def _list(shelf: Shelf, query: ListRuns) -> Page[RunLine]:
    page = shelf.store.runs_page(_stored(query.filters), query.window)
    rows = as_they_are(shelf.store, page.rows)
    wanted = query.filters.state
    return Page(tuple(run_line(row) for row in rows if wanted in ("", row.state)), page.more)


def _count(shelf: Shelf, query: CountRuns) -> Count:
    return shelf.store.count_runs(_stored(query.filters))


def _get(shelf: Shelf, query: GetRun) -> RunDetail:
    return run_detail(shelf.store, query.run_id)


def _compare(shelf: Shelf, query: CompareRuns) -> Comparison:
    return compare_runs(shelf.store, query.first, query.second)


async def _again(desk: Desk, deed: RunAgain) -> CommandResult:
    store = desk.core.store
    row = await desk.threads.read(store.run, deed.run_id)
    wanted = start_again(row)
    run = await desk.core.start(
        RunRequest(
            source=wanted.source,
            inputs=wanted.inputs,
            ask=wanted.ask,
            options=wanted.options,
            who=desk.who,
            label=str(row.options.get("label", "")),
            on_results=desk.on_results,
        )
    )
    detail = f"{row.source} as run {row.id}"
    await desk.threads.write(store.note, "run.again", run.run_id, 1, detail, who=desk.who, tty=desk.tty)
    desk.store_changed()
    return CommandResult(True, f"{row.source} import started again", data={"run_id": run.run_id})


def _stored(filters: RunFilters) -> StoredFilters:
    state: Any = filters.state or None
    return StoredFilters(source=filters.source or None, state=state, text=filters.text or None)


ANSWERS: Answers = {ListRuns: _list, CountRuns: _count, GetRun: _get, CompareRuns: _compare}
DEEDS: Deeds = {RunAgain: _again}
