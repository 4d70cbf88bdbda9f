"""`scenescout runs`: what was imported, when, and what came of it."""

from __future__ import annotations

import click

from scenescout_tui.cli.data import reading
from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.going_on import STOPPED, how_to_go_on, resume_stored
from scenescout_tui.cli.output import local_time, say, say_json
from scenescout_tui.cli.tables import Column, say_table
from scenescout_tui.cli.words import run_json
from scenescout_tui.safe_text import for_screen
from scenescout_tui.sources.inputs import origin_of
from scenescout_tui.store.rows import RunRow

_COLUMNS = (
    Column("run", "id"),
    Column("started", "whole"),
    Column("source", "whole"),
    Column("state", "whole"),
    Column("total", "number"),
    Column("new", "number", leave=6, sparse=True),
    Column("updated", "number", leave=5, sparse=True),
    Column("same", "number", leave=3, sparse=True),
    Column("duplicate", "number", leave=1, sparse=True),
    Column("review", "number", leave=4, sparse=True),
    Column("skipped", "number", leave=2, sparse=True),
    Column("failed", "number", sparse=True),
    Column("missing", "number", leave=7, sparse=True),
    Column("note", "text", leave=8, sparse=True),
)
#: Options of a run that say again what stands among its inputs.
_TOLD_ELSEWHERE = frozenset({"ask", "label"})


@verb("runs")
@click.argument("run", required=False)
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="How many, newest first."
)
@data_options
def command(flags: Flags, run: str | None, limit: int) -> int:
    """List the runs, newest first, or show the one whose id is RUN or ends in it."""
    with reading(flags) as store:
        if run is not None:
            found = store.run(run)
            say_json({"run": run_json(found)}) if flags.as_json else _say_run(flags, found)
            return 0
        rows = store.runs(limit=limit)
    if flags.as_json:
        say_json({"runs": [run_json(row) for row in rows]})
    elif rows:
        say_table(_COLUMNS, [_row(row) for row in rows])
    else:
        say("No runs yet. Start one with: scenescout import eventbrite FILE")
    return 0


def _row(run: RunRow) -> tuple[object, ...]:
    found = run.accounting
    return (
        run.id,
        local_time(run.started_at.timestamp()),
        run.source,
        run.state,
        found.total,
        found.created,
        found.updated,
        found.unchanged,
        found.duplicate,
        found.review,
        found.skipped,
        found.failed,
        run.missing,
        _remark(run),
    )


def _remark(run: RunRow) -> str:
    """Say what a state does not: until when, and how old."""
    parts = []
    if run.state == "parked" and run.resume_at is not None:
        parts.append(f"until {local_time(run.resume_at.timestamp())}")
    if run.stale:
        parts.append("older copies")
    return ", ".join(parts)


def _say_run(flags: Flags, run: RunRow) -> None:
    say(f"run {run.id}")
    lines = [
        ("source", run.source),
        # The query of an address may be what keeps a feed private.
        ("inputs", ", ".join(map(origin_of, run.inputs))),
        ("state", run.state + (f": {run.note}" if run.note else "")),
        ("started", f"{local_time(run.started_at.timestamp())} by {run.who}"),
        ("ended", local_time(run.ended_at.timestamp()) if run.ended_at else "not yet"),
        ("options", ", ".join(f"{name} {value}" for name, value in _told(run))),
    ]
    if run.state == "parked" and run.resume_at is not None:
        lines.append(("goes on", f"{local_time(run.resume_at.timestamp())}, in an open console"))
    if run.stale:
        lines.append(("pages", "some were older copies: the source did not answer"))
    found = run.accounting
    for name in (
        "total",
        "created",
        "updated",
        "unchanged",
        "duplicate",
        "review",
        "skipped",
        "failed",
        "in_flight",
    ):
        lines.append((name.replace("_", " "), f"{getattr(found, name):,}"))
    if run.missing:
        lines.append(("missing", f"{run.missing:,} that the source no longer lists"))
    for label, value in lines:
        say(f"  {label:<10} {for_screen(value)}")
    if run.state in STOPPED:
        say(how_to_go_on(resume_stored(flags, run)))


def _told(run: RunRow) -> list[tuple[str, object]]:
    return [
        (name, value)
        for name, value in run.options.items()
        if name not in _TOLD_ELSEWHERE and value is not None
    ]
