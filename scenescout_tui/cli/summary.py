"""The end of a run for people: what came of it, what failed and what to do next."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scenescout_tui.cli.exits import (
    ALL_WELL,
    NOT_FINISHED,
    SIGNALLED,
    SOME_FAILED,
    WRONG_USE,
    PipeClosed,
)
from scenescout_tui.cli.flags import Flags
from scenescout_tui.cli.follow import Ending, in_words
from scenescout_tui.cli.going_on import how_to_go_on
from scenescout_tui.cli.output import count, failure, local_time, say, say_json
from scenescout_tui.cli.streams import drop_stdout
from scenescout_tui.imports.report import RecordResult, RunReport
from scenescout_tui.imports.snapshot import Counts
from scenescout_tui.safe_text import for_screen
from scenescout_tui.sources.url_inputs import is_url

_SHOWN = 10
#: The code of a run that ended because of what it was to read.
WRONG_INPUT = "INPUT_ERROR"
#: What a record is said to be that comes from another source than the one named.
_OTHER_SOURCE = re.compile(r"looks like a record of (\w+)")
_WORDS = (
    ("created", "new"),
    ("updated", "updated"),
    ("unchanged", "unchanged"),
    ("duplicate", "duplicate"),
    ("review", "to review"),
    ("skipped", "skipped"),
    ("failed", "failed"),
)


def status_of_ending(ending: Ending) -> int:
    """Return the exit status of a finished job (DESIGN §7)."""
    if ending.signal is not None:
        return SIGNALLED + ending.signal
    causes = {report.error.code if report.error else "" for report in ending.reports if not report.success}
    if causes:
        return WRONG_USE if causes == {WRONG_INPUT} else NOT_FINISHED
    return SOME_FAILED if any(report.counts.failed for report in ending.reports) else ALL_WELL


@dataclass(frozen=True, slots=True)
class Hints:
    """What can be said about the next step.

    `command_line` writes a command for the same database (None where that is gone by now), `resume` is the
    command that goes on where the run stopped (None where none can), `inputs` are what to import once more.
    """

    command_line: Callable[..., str] | None = None
    resume: str | None = None
    inputs: tuple[str, ...] = ()


def answer(flags: Flags, ending: Ending, hints: Hints) -> None:
    """Answer for a job that is one run; whoever does not read it misses only the answer."""
    try:
        if not ending.reports and flags.as_json:
            say_json(failure("INTERRUPTED", "a signal came before the import had begun", "Start it again."))
        for report in ending.reports:
            say_json(report.to_json()) if flags.as_json else say_report(report, ending, hints)
    except PipeClosed:
        drop_stdout()


def answer_several(flags: Flags, ending: Ending, nothing: str, **more: object) -> None:
    """Answer for a job of any number of runs; `nothing` is said where there was none, `more` stands in the
    JSON too.
    """
    try:
        if flags.as_json:
            success = all(report.success for report in ending.reports)
            say_json({"success": success, **more, "runs": [one.to_json() for one in ending.reports]})
            return
        if not ending.reports:
            say(nothing)
        for report in ending.reports:
            say_report(report, ending, Hints(flags.command_line))
    except PipeClosed:
        drop_stdout()


def say_report(report: RunReport, ending: Ending, hints: Hints) -> None:
    """Write the summary of one run to stdout."""
    short = report.run_id[-6:]
    doing = "Checked" if report.dry_run else "Imported"
    if report.success:
        done = in_words(report.counts.total, report.elapsed)
        say(f"{doing} {for_screen(report.source)}: {done} (run {short}).")
    else:
        say(_unfinished(report, ending, short))
    if report.success and not report.counts.total and hints.inputs and all(map(is_url, hints.inputs)):
        feed = "the feed is" if len(hints.inputs) == 1 else "the feeds are"
        has = "has" if len(hints.inputs) == 1 else "have"
        say(f"  nothing to import: {feed} empty or {has} not changed")
    else:
        say(f"  {words(report.counts)}")
    if report.missing:
        say(f"  {report.missing:,} no longer listed, marked missing")
    if report.note and report.success:
        say(f"  {for_screen(report.note)}")
    if report.dry_run:
        say("  Nothing was written: this was a dry run, and an import would have done this.")
    if report.failed:
        _say_failed(report.failed, report.counts.failed)
    if report.state == "parked":
        _say_parked(report, hints)
    elif not report.success:
        _say_how_to_go_on(report, hints)
    elif report.counts.failed and hints.command_line is not None:
        _say_second_try(report, hints.command_line, hints.inputs)


def words(counts: Counts) -> str:
    """Return the accounting in words, without the zeros: "290 new, 12 updated, 15 failed"."""
    parts = [f"{number:,} {word}" for name, word in _WORDS if (number := getattr(counts, name))]
    if counts.in_flight:
        parts.append(f"{counts.in_flight:,} not finished")
    return ", ".join(parts) or "no records at all"


def _unfinished(report: RunReport, ending: Ending, short: str) -> str:
    by = f" by {signal.Signals(ending.signal).name}" if ending.signal is not None else ""
    why = f": {for_screen(report.error.message).rstrip('.')}" if report.error is not None else ""
    done = in_words(report.counts.finished, report.elapsed)
    if ending.signal is not None:
        return f"Stopped{by} before the end: {done} are done and kept (run {short})."
    source = for_screen(report.source)
    if report.state == "parked":
        note = for_screen(report.note) or "the limit of the service is used"
        if not note.lower().startswith(source):
            note = f"{source}: {note}"
        return f"Parked: {note.rstrip('.')}. {done} done and kept (run {short})."
    return f"The import of {source} did not finish ({report.state}){why}. {done} done (run {short})."


def _say_failed(failed: Sequence[RecordResult], total: int) -> None:
    shown = failed[:_SHOWN]
    say(f"Failed, {count(total, 'record')}" + (f", the first {len(shown)}:" if total > len(shown) else ":"))
    for result in shown:
        where = for_screen(result.where) or f"record {result.index + 1}"
        say(f"  {where}: {for_screen(result.error or result.code or 'no reason given')}")
    for action in dict.fromkeys(result.action for result in shown if result.action):
        say(f"→ {for_screen(action)}")


def _say_second_try(report: RunReport, command_line: Callable[..., str], inputs: tuple[str, ...]) -> None:
    """Say what can be done about records that failed; a retry only reads the same bytes again."""
    others = {found[1] for one in report.failed if (found := _OTHER_SOURCE.search(one.error or ""))}
    if others:
        source = others.pop() if len(others) == 1 else "auto"
        say(f"Records of another source: {command_line('import', source, *(inputs or ('FILE',)))}")
    if report.dry_run:
        return
    say("Wrong records: correct them at the source, then import again.")
    say(f"Failures that were not the records' fault: {command_line('retry', '--run', report.run_id[-6:])}")
    say(f"All errors: {command_line('errors')}")


def _say_parked(report: RunReport, hints: Hints) -> None:
    after = f" after {local_time(report.resume_at)}" if report.resume_at is not None else ""
    if hints.command_line is None:
        say(f"It could go on{after}, but this database is gone now.")
        return
    resume = hints.resume or hints.command_line("import", "--resume")
    say(f"It goes on by itself in an open console{after}, or with: {resume}")


def _say_how_to_go_on(report: RunReport, hints: Hints) -> None:
    error = report.error
    action = str(error.metadata.get("action", "")) if error is not None else ""
    if action:
        say(f"→ {for_screen(action)}")
    # An answer that stays the same is nothing to go on behind.
    refused = error is not None and (error.code == WRONG_INPUT or (action and not error.retryable))
    if not (refused or report.dry_run or hints.command_line is None):
        say(how_to_go_on(hints.resume))
