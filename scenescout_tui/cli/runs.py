"""`scenescout runs`: what was imported, when, and what came of it."""

from __future__ import annotations

import click

from scenescout_tui.cli.data import reading
from scenescout_tui.cli.flags import HELP, Flags, ShowsByDefault, data_options
from scenescout_tui.cli.going_on import STOPPED, how_to_go_on, resume_stored
from scenescout_tui.cli.output import local_time, say, say_json
from scenescout_tui.cli.tables import Column, say_table
from scenescout_tui.cli.words import run_json
from scenescout_tui.imports.report import OUTCOMES
from scenescout_tui.imports.run_history import as_they_are, compare_runs, start_again
from scenescout_tui.imports.runs_commands import Comparison, GroupChange
from scenescout_tui.safe_text import for_screen
from scenescout_tui.sources.inputs import origin_of
from scenescout_tui.store.rows import RunRow
from scenescout_tui.store.runs import CUT_OFF

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
_COMPARED = (
    Column("", "whole"),
    Column("earlier", "whole"),
    Column("later", "whole"),
    Column("change", "number"),
)
_CHANGES = (
    Column("earlier", "number"),
    Column("later", "number"),
    Column("code", "whole", leave=2),
    Column("source", leave=1),
    Column("what", "main"),
)
#: Options of a run that say again what stands among its inputs.
_TOLD_ELSEWHERE = frozenset({"ask", "label"})


@click.group(
    "runs",
    cls=ShowsByDefault,
    invoke_without_command=True,
    context_settings=HELP,
    subcommand_metavar="[RUN | COMMAND [ARGS]...]",
)
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="How many, newest first."
)
@data_options
def command(flags: Flags, limit: int) -> int:
    """List the runs, newest first; with RUN, an id or the end of one, show that one."""
    if click.get_current_context().invoked_subcommand is not None:
        return 0
    with reading(flags) as store:
        rows = as_they_are(store, store.runs(limit=limit))
    if flags.as_json:
        say_json({"runs": [run_json(row) for row in rows]})
    elif rows:
        say_table(_COLUMNS, [_row(row) for row in rows])
        if any(row.note == CUT_OFF and row.resumable and row.ended_at is None for row in rows):
            say(f"An engine ended in mid-run. Go on with: {flags.command_line('import', '--resume')}")
    else:
        say("No runs yet. Start one with: scenescout import eventbrite FILE")
    return 0


@command.command("show")
@click.argument("run")
@data_options
def show(flags: Flags, run: str) -> int:
    """Show one run with its accounting; `runs RUN` as well."""
    with reading(flags) as store:
        (found,) = as_they_are(store, [store.run(run)])
    say_json({"run": run_json(found)}) if flags.as_json else _say_run(flags, found)
    return 0


@command.command("compare")
@click.argument("first")
@click.argument("second")
@data_options
def compare(flags: Flags, first: str, second: str) -> int:
    """Put two runs side by side, the earlier one first: accounting, options, errors that came and went."""
    with reading(flags) as store:
        found = compare_runs(store, first, second)
        pair = as_they_are(store, [store.run(found.before.key), store.run(found.after.key)])
    if flags.as_json:
        say_json(
            {
                "before": run_json(pair[0]),
                "after": run_json(pair[1]),
                "options": [
                    {"name": name, "before": was or None, "after": now or None}
                    for name, was, now in found.options
                ],
                "groups": [_change_json(one) for one in found.groups],
                "failedAsInEarlierRuns": {"before": found.known[0], "after": found.known[1]},
            }
        )
    else:
        _say_comparison(found)
    return 0


@command.command("again")
@click.argument("run")
@data_options
def again(flags: Flags, run: str) -> int:
    """Import what a run read once more, with the same options, from the beginning."""
    from scenescout_tui.cli.follow import run_to_end
    from scenescout_tui.cli.going_on import resume_command
    from scenescout_tui.cli.summary import Hints, answer, status_of_ending

    with reading(flags) as store:
        job = start_again(store.run(run))
    resume = resume_command(flags, job.source, job.inputs, job.ask)
    ending = run_to_end(flags.settings(), job, resume)
    answer(flags, ending, Hints(flags.command_line, resume, job.inputs))
    return status_of_ending(ending)


def _change_json(change: GroupChange) -> dict[str, object]:
    group = change.group
    return {
        "group": group.key,
        "source": group.source,
        "code": group.code,
        "message": group.message,
        "before": change.before,
        "after": change.after,
    }


def _say_comparison(found: Comparison) -> None:
    pair = (found.before, found.after)
    rows: list[tuple[object, ...]] = [("run", *(run.key for run in pair), "")]
    rows.append(("began", *(local_time(run.started_at) for run in pair), ""))
    rows += [(name, *(getattr(run, name) for run in pair), "") for name in ("source", "state")]
    for name in ("total", *OUTCOMES):
        was, now = (getattr(run.counts, name) for run in pair)
        rows.append((name, f"{was:,}", f"{now:,}", f"{now - was:+,}" if was != now else "="))
    say_table(_COMPARED, rows)
    was, now = found.known
    if was or now:
        say(f"  failed as in an earlier run: {was:,} -> {now:,}; those errors are counted there")
    for name, before, after in found.options:
        say(f"  {name}: {for_screen(before) or '-'} -> {for_screen(after) or '-'}")
    if found.groups:
        say_table(
            _CHANGES,
            [
                (one.before, one.after, one.group.code, one.group.source, one.group.message)
                for one in found.groups
            ],
        )


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
        ("ended", _ended(run)),
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


def _ended(run: RunRow) -> str:
    if run.ended_at is not None:
        return local_time(run.ended_at.timestamp())
    return "not yet" if run.state == "running" else "nobody knows when"


def _told(run: RunRow) -> list[tuple[str, object]]:
    return [
        (name, value)
        for name, value in run.options.items()
        if name not in _TOLD_ELSEWHERE and value is not None
    ]
