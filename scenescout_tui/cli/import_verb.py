"""`scenescout import`: the main job without a screen."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import click

from scenescout_tui.cli.asking import Pairs, ask_options, asked, check_asked
from scenescout_tui.cli.brake import deaf_threads
from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.cli.flags import Flags, data_options, with_sandbox
from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.follow import Ending, run_to_end
from scenescout_tui.cli.going_on import check_resumable, resume_command
from scenescout_tui.cli.reading_flags import read_options, reading_options
from scenescout_tui.cli.summary import Hints, answer, answer_several, status_of_ending
from scenescout_tui.imports.commands import ImportOptions, ResumeRuns, StartImport
from scenescout_tui.imports.services import SERVICES
from scenescout_tui.sources.adapters import get_adapter
from scenescout_tui.sources.files import check_inputs
from scenescout_tui.sources.read_options import ReadOptions

#: What can be imported, for the completion of the shell.
_SOURCES = (*SERVICES, "manual", "ics", "jsonld", "csv", "auto")
#: The source that the sandbox has a file for: filled-in submission forms.
_FORMS = "manual"


@verb("import")
@click.argument("source", required=False, shell_complete=lambda context, parameter, start: [*_SOURCES])
@click.argument("inputs", nargs=-1, metavar="[INPUT]...", type=click.Path(allow_dash=True))
@ask_options
@reading_options
@click.option("--dry-run", is_flag=True, help="Compute everything, write nothing.")
@click.option(
    "--batch-size", type=click.IntRange(1, 10_000), help="Records per batch; 25 to 100 suit most machines."
)
@click.option("--workers", type=click.IntRange(1, 64), help="Batches at work at once.")
@click.option(
    "--processes",
    type=click.IntRange(0, 64),
    help="Worker processes that read records; else, from record 5,000 on, one per further core, at most 4.",
)
@click.option("--no-dedupe", is_flag=True, help="Do not link events of several sources.")
@click.option("--no-enrich", is_flag=True, help="Do not fill in what can be derived.")
@click.option(
    "--all-results", is_flag=True, help="List every record in the answer, not only the first 1,000."
)
@click.option(
    "--accept-missing", is_flag=True, help="Mark as missing all that is no longer listed, however much."
)
@click.option(
    "--resume", is_flag=True, help="Go on with the last run like this that did not finish; alone, with all."
)
@data_options
@with_sandbox
def command(flags: Flags, source: str | None, inputs: tuple[str, ...], **given: Any) -> int:
    """Import events of SOURCE from files, URLs, stdin (-), or from its API.

    SOURCE is eventbrite, yelp, manual, ics, jsonld, csv, or auto (told from each record). Several inputs are
    one run. Without INPUT eventbrite and yelp are asked for what the options name, else the settings.

    \b
    scenescout import eventbrite --organizer 18012345678
    scenescout import yelp --location Lisboa --free
    scenescout import ics https://example.org/events.ics
    scenescout import auto a.ndjson b.json --json
    """
    resume = bool(given["resume"])
    if resume and given["dry_run"]:
        raise usage_error(
            "a dry run writes nothing, so there is nothing it could go on with",
            "Leave out --resume or --dry-run.",
        )
    if source is None:
        return _resume_all(flags, _engine_settings(given)) if resume else _nothing_named()
    pairs = asked(source, inputs, given)
    options = _options(given, read_options(source, inputs, given))
    _check(source, inputs, flags, resume=resume)
    job = StartImport(source, inputs=inputs, ask=pairs, options=options, resume=resume)
    hints = _hints(flags, source, inputs, pairs)
    ending = _run(flags, job, hints.resume, **_engine_settings(given))
    answer(flags, ending, hints)
    return status_of_ending(ending)


def _run(flags: Flags, job: StartImport | ResumeRuns, resume: str | None, **more: object) -> Ending:
    """Run a job to its end, in the sandbox where it is asked for."""
    with ExitStack() as stack:
        if flags.sandbox:
            from scenescout_tui.cli.sandbox import sandbox

            with deaf_threads():
                here = stack.enter_context(sandbox(flags, **more))
            settings = here.settings
            if isinstance(job, StartImport) and job.source == _FORMS and not job.inputs:
                job = replace(job, inputs=(here.forms,))
        else:
            settings = flags.settings(**more)
        ask: Pairs = ()
        if isinstance(job, StartImport) and job.source in SERVICES and not job.inputs:
            ask = check_asked(job.source, job.ask, settings)
        if isinstance(job, StartImport) and job.resume:
            check_resumable(flags, job.source, job.inputs, ask)
        return run_to_end(settings, job, resume)


def _nothing_named() -> int:
    raise usage_error("import needs a SOURCE", "For example: scenescout import eventbrite events.json")


def _engine_settings(given: dict[str, Any]) -> dict[str, object]:
    """Return the settings that the flags of this verb override."""
    named = {name: given[name] for name in ("batch_size", "processes")}
    return {**named, "max_workers": given["workers"]}


def _resume_all(flags: Flags, more: dict[str, object]) -> int:
    """Go on with every run that did not finish."""
    ending = _run(flags, ResumeRuns(), flags.command_line("import", "--resume"), **more)
    answer_several(flags, ending, "There is no import to go on with.")
    return status_of_ending(ending)


def _check(source: str, inputs: tuple[str, ...], flags: Flags, *, resume: bool) -> None:
    """Refuse, before anything is started, what cannot work.

    :raises SpawnerError: UNKNOWN_SOURCE, INPUT_ERROR or USAGE_ERROR.
    """
    if source != "auto":
        get_adapter(source)
    if inputs:
        check_inputs(inputs, source)
    elif source not in SERVICES and not (flags.sandbox and source == _FORMS):
        raise usage_error(
            f"import {source} needs an INPUT: a file, a URL, or - for standard input",
            f"For example: scenescout import {source} FILE.",
        )
    if resume and "-" in inputs:
        raise usage_error("standard input cannot be resumed", "Send it again without --resume.")


def _options(given: dict[str, Any], read: ReadOptions) -> ImportOptions:
    size = given["batch_size"]
    return ImportOptions(
        batch_size=size if isinstance(size, int) else None,
        # A switch that is not given leaves the setting in force.
        deduplicate=False if given["no_dedupe"] else None,
        enrich=False if given["no_enrich"] else None,
        dry_run=bool(given["dry_run"]),
        all_results=bool(given["all_results"]),
        descriptions=given["descriptions"],
        accept_missing=bool(given["accept_missing"]),
        read=read,
    )


def _hints(flags: Flags, source: str, inputs: tuple[str, ...], ask: Pairs) -> Hints:
    if flags.sandbox and flags.database is None:
        return Hints()
    return Hints(flags.command_line, resume_command(flags, source, inputs, ask), inputs)
