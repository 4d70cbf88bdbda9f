"""What is to be said of a source beside how far it is: why it waits, and what a person should know."""

from __future__ import annotations

import re
from dataclasses import replace

from scenescout_tui.console.formats import clock, count, countdown
from scenescout_tui.imports.snapshot import EngineSnapshot, RunRow, SourceRow, WaitingRow

#: The line of files, which also stands for every feed.
_FILES = "auto"
#: Sources whose list is read a second time where it shifted while it was read.
_READ_TWICE = {"eventbrite"}
#: How an error says that a service answered well, but with something that is no answer to the question.
_BROKEN = re.compile(r"\banswered 200\b")
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


def short_reason(reason: str, source: str) -> str:
    """Give a reason without the name of its source, which stands on the line already:
    ``no answer: the connection was reset``.
    """
    start = re.match(rf"{re.escape(source)}(?:: | (?=gave no answer\b|answered \d))", reason, re.IGNORECASE)
    if start is None:
        return _BROKEN.sub("sent a broken answer", reason)
    said = reason[start.end() :].removeprefix("gave ")
    return _BROKEN.sub("broken answer", said)


def as_it_stands(source: SourceRow, snapshot: EngineSnapshot) -> SourceRow:
    """Give the source as a person sees it: one whose only task waits for its next attempt waits itself, and
    one that has all it expected but reads on is at no percentage.
    """
    if source.state == "running" and _has_all(source):
        again = ", reading again" if source.name in _READ_TWICE else ""
        source = replace(source, fraction=None, eta=None, detail=f"{source.detail}{again}")
    waits = source.state == "running" and not source.waits and _retry(source, snapshot) is not None
    return replace(source, state="waiting", rate=0.0, eta=None) if waits else source


def _has_all(source: SourceRow) -> bool:
    expected = source.total is not None and source.done >= source.total > 0
    return expected or (source.fraction is not None and source.fraction >= 1.0)


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
    """Give the reason with its end, ``circuit open until 12:45:10 (5 failures in a row)``; "" for none."""
    run = last_run(source, snapshot)
    until = source.until if source.until is not None else run.resume_at if run is not None else None
    when = f"until {clock(until, snapshot.at)}" if until is not None and until > snapshot.at else ""
    if run is not None and run.state == "parked":
        reason = source.waits or run.note
        reason = short_reason(reason, source.name)
        return ": ".join(part for part in (f"parked {when}".strip(), reason) if part)
    retry = _retry(source, snapshot) if source.state == "waiting" else None
    if retry is not None and source.waits in {"", retry.reason}:
        # What is cut where there is no room is the reason's end, not when it goes on.
        attempt = f"retry {retry.attempt} of {retry.max_attempts}"
        left = countdown(retry.until - snapshot.at)
        return f"{attempt} in {left}: {short_reason(retry.reason, source.name)}"
    if not source.waits:
        return "circuit open" if source.breaker == "open" else ""
    head, bracket, tail = short_reason(source.waits, source.name).partition(" (")
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
