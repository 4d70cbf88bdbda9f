"""What is to be said of a source beside how far it is: why it waits, and what a person should know."""

from __future__ import annotations

from dataclasses import replace

from scenescout_tui.console.formats import clock, count
from scenescout_tui.imports.snapshot import EngineSnapshot, RunRow, SourceRow, WaitingRow

#: The line of files, which also stands for every feed.
_FILES = "auto"
#: States of runs that are under way.
_LIVE = {"running", "draining"}


def last_run(source: SourceRow, snapshot: EngineSnapshot) -> RunRow | None:
    """Give the newest run that a source's line is about."""
    named = {row.name for row in snapshot.sources}
    for run in snapshot.runs:
        if source.run_id is not None:
            if run.run_id == source.run_id:
                return run
        elif (run.source if run.source in named else _FILES) == source.name:
            return run
    return None


def as_it_stands(source: SourceRow, snapshot: EngineSnapshot) -> SourceRow:
    """Give the source as a person sees it: one whose only task waits for its next attempt waits itself."""
    waits = source.state == "running" and not source.waits and _retry(source, snapshot) is not None
    return replace(source, state="waiting", rate=0.0, eta=None) if waits else source


def _retry(source: SourceRow, snapshot: EngineSnapshot) -> WaitingRow | None:
    """Give the page that waits to be fetched again, where nothing else of the run is at work."""
    run = last_run(source, snapshot)
    if run is None or run.state not in _LIVE:
        return None
    mine = f"{run.source} p"
    if any(row.task.startswith(mine) for row in snapshot.workers):
        return None
    return next((row for row in snapshot.waiting if row.task.startswith(mine)), None)


def why_it_waits(source: SourceRow, snapshot: EngineSnapshot) -> str:
    """Give the reason with its end: ``circuit open until 12:45:10 (5 failures in a row)``; "" for none."""
    run = last_run(source, snapshot)
    until = source.until if source.until is not None else run.resume_at if run is not None else None
    when = f"until {clock(until, snapshot.at)}" if until is not None and until > snapshot.at else ""
    if run is not None and run.state == "parked":
        reason = source.waits or run.note
        if reason.lower().startswith(f"{source.name}: "):
            reason = reason[len(source.name) + 2 :]
        return ": ".join(part for part in (f"parked {when}".strip(), reason) if part)
    retry = _retry(source, snapshot) if source.state == "waiting" and not source.waits else None
    if retry is not None:
        attempt = f"try {retry.attempt} of {retry.max_attempts}"
        return f"{retry.reason}, {attempt} at {clock(retry.until, snapshot.at)}"
    if not source.waits:
        return "circuit open" if source.breaker == "open" else ""
    head, bracket, tail = source.waits.partition(" (")
    return f"{head} {when}".strip() + bracket + tail


def remarks(source: SourceRow, snapshot: EngineSnapshot) -> list[str]:
    """Give short remarks, the most useful first; each may be left out where there is no room."""
    run = last_run(source, snapshot)
    said: list[str] = []
    if run is not None and run.resumable and run.state not in _LIVE:
        said.append("R goes on")
    if run is not None and run.stale:
        said.append("old copy")
    if run is not None and run.missing:
        said.append(f"{count(run.missing)} missing")
    if source.expired:
        said.append(f"{count(source.expired)} expired (F)")
    if source.budget_left is not None:
        said.append(_budget(source, snapshot.at))
    if source.attribution and run is not None:
        said.append(source.attribution)
    return said


def _budget(source: SourceRow, now: float) -> str:
    """Give ``69 of 2,000 left, resets 12:58``, with the date where that is not today."""
    of = "" if source.budget_limit is None else f" of {count(source.budget_limit)}"
    left = f"{count(source.budget_left or 0)}{of} left"
    if source.budget_resets_at is None or source.budget_resets_at <= now:
        return left
    when = clock(source.budget_resets_at, now)
    return f"{left}, resets {when if '-' in when else when[:5]}"
