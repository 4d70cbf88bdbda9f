"""How to go on with a run that did not finish."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime

from scenescout_tui.cli.flags import Flags
from scenescout_tui.safe_text import for_screen

#: The states of runs that somebody stopped before their end.
STOPPED = ("interrupted", "cancelled")


def resume_command(flags: Flags, source: str, inputs: Sequence[str]) -> str | None:
    """Return the command that goes on with an import of these inputs; None where one cannot be read twice."""
    if not inputs or not all(map(os.path.isfile, inputs)):
        return None
    return flags.command_line("import", source, *inputs, "--resume")


def how_to_go_on(resume: str | None) -> str:
    """Return the line about a run that did not finish; `resume` is the command that goes on, if one can."""
    if resume is None:
        return "It cannot be resumed: start it again, what is kept will be recognised."
    return f"Go on with: {resume}"


def stopped_since(flags: Flags, since: datetime) -> Iterator[str]:
    """Yield lines about the runs that were stopped after a moment, and nothing done about them since."""
    from scenescout_tui.cli.data import reading

    with reading(flags) as store:
        runs = store.runs()
    known = set()
    for run in runs:  # newest first: a later run over the same inputs is what counts
        if (run.source, run.inputs) in known:
            continue
        known.add((run.source, run.inputs))
        if run.state in STOPPED and run.ended_at is not None and run.ended_at >= since:
            yield f"Interrupted: run {run.id[-6:]} of {for_screen(run.source)}; what was written stays."
            yield how_to_go_on(resume_command(flags, run.source, run.inputs))
