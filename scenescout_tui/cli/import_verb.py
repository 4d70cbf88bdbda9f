"""`scenescout import`: the main job without a screen."""

from __future__ import annotations

from contextlib import ExitStack

import click

from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.cli.exits import PipeClosed
from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.follow import Ending, run_to_end
from scenescout_tui.cli.going_on import resume_command
from scenescout_tui.cli.output import failure, say_json
from scenescout_tui.cli.streams import drop_stdout
from scenescout_tui.cli.summary import Hints, say_report, status_of_ending
from scenescout_tui.imports.commands import ImportOptions, StartImport
from scenescout_tui.sources.adapters import get_adapter
from scenescout_tui.sources.files import check_inputs

_SAMPLED = ("eventbrite", "yelp", "manual")


@verb("import")
@click.argument("source", shell_complete=lambda context, parameter, start: [*_SAMPLED, "auto"])
@click.argument("inputs", nargs=-1, metavar="[INPUT]...", type=click.Path(allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Compute everything, write nothing.")
@click.option(
    "--batch-size", type=click.IntRange(1, 10_000), help="Records per batch; 25 to 100 suit most machines."
)
@click.option("--workers", type=click.IntRange(1, 64), help="Batches at work at once.")
@click.option("--no-dedupe", is_flag=True, help="Do not link events of several sources.")
@click.option("--no-enrich", is_flag=True, help="Do not fill in what can be derived.")
@click.option(
    "--all-results", is_flag=True, help="List every record in the answer, not only the first 1,000."
)
@click.option("--resume", is_flag=True, help="Go on with the last interrupted run over the same inputs.")
@click.option("--sandbox", is_flag=True, help="Bundled samples, a throw-away database.")
@data_options
def command(flags: Flags, source: str, inputs: tuple[str, ...], sandbox: bool, **given: object) -> int:
    """Import events of SOURCE from files, or from stdin with -.

    SOURCE is eventbrite, yelp, manual, or auto (told from each record). Several inputs are one run.

    \b
    scenescout import eventbrite events.json
    scenescout import auto a.ndjson b.json --json
    curl … | scenescout import yelp -
    """
    _check(source, inputs, sandbox or flags.sandbox, resume=bool(given["resume"]))
    job = StartImport(source, inputs=inputs, options=_options(given), resume=bool(given["resume"]))
    more = {"max_workers": given["workers"], "batch_size": given["batch_size"]}
    hints = _hints(flags, source, inputs, sandbox=sandbox or flags.sandbox)
    with ExitStack() as stack:
        if sandbox or flags.sandbox:
            from scenescout_tui.cli.sandbox import sample_walks, sandbox_settings

            settings = stack.enter_context(sandbox_settings(flags, **more))
            ending = run_to_end(settings, job, sample_walks())
        else:
            ending = run_to_end(flags.settings(**more), job, resume=hints.resume)
    try:
        _answer(flags, ending, hints)
    except PipeClosed:
        # The work is done whether anybody reads about it or not.
        drop_stdout()
    return status_of_ending(ending)


def _check(source: str, inputs: tuple[str, ...], sandbox: bool, *, resume: bool) -> None:
    """Refuse, before anything is started, what cannot work.

    :raises SpawnerError: UNKNOWN_SOURCE, INPUT_ERROR or USAGE_ERROR.
    """
    if source != "auto":
        get_adapter(source)
    if inputs:
        check_inputs(inputs)
    elif not sandbox:
        raise usage_error(
            f"import {source} needs an INPUT: a file, or - for standard input",
            f"For example: scenescout import {source} events.json; to try it out add --sandbox.",
        )
    elif source not in _SAMPLED:
        raise usage_error(
            f"the sandbox has no samples for {source}",
            f"Import one of {', '.join(_SAMPLED)}, or name an INPUT.",
        )
    if resume and "-" in inputs:
        raise usage_error("standard input cannot be resumed", "Send it again without --resume.")


def _options(given: dict[str, object]) -> ImportOptions:
    size = given["batch_size"]
    return ImportOptions(
        batch_size=size if isinstance(size, int) else None,
        # A switch that is not given leaves the setting in force.
        deduplicate=False if given["no_dedupe"] else None,
        enrich=False if given["no_enrich"] else None,
        dry_run=bool(given["dry_run"]),
        all_results=bool(given["all_results"]),
    )


def _answer(flags: Flags, ending: Ending, hints: Hints) -> None:
    if not ending.reports and flags.as_json:
        say_json(failure("INTERRUPTED", "a signal came before the import had begun", "Start it again."))
    for report in ending.reports:
        if flags.as_json:
            say_json(report.to_json())
        else:
            say_report(report, ending, hints)


def _hints(flags: Flags, source: str, inputs: tuple[str, ...], *, sandbox: bool) -> Hints:
    if sandbox and flags.database is None:
        return Hints()
    resume = None if sandbox else resume_command(flags, source, inputs)
    return Hints(flags.command_line, resume, inputs)
