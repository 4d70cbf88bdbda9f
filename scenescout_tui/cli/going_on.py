"""How to go on with a run that did not finish."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from scenescout_tui.cli.asking import option_words
from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.cli.flags import Flags
from scenescout_tui.cli.streams import tell
from scenescout_tui.imports.services import SERVICES
from scenescout_tui.safe_text import for_screen
from scenescout_tui.sources.inputs import origin_of
from scenescout_tui.sources.url_inputs import is_url

if TYPE_CHECKING:
    from scenescout_tui.store.rows import RunRow


#: The states of runs that somebody, or the limit of a service, stopped before their end.
STOPPED = ("interrupted", "cancelled", "parked")
_AT_WORK = frozenset({"running", "draining"})
_SHOWN = 3


def resume_command(
    flags: Flags, source: str, inputs: Sequence[str], ask: Sequence[tuple[str, str]] = ()
) -> str | None:
    """Return the command that goes on with an import of these inputs, or with what a source was asked for;
    None where an input cannot be read twice.
    """
    if ask or (source in SERVICES and not inputs):
        words = option_words(tuple(ask))
    elif inputs and all(is_url(one) or os.path.isfile(one) for one in inputs):
        words = list(inputs)
    else:
        return None
    sandbox = ("--sandbox",) if flags.sandbox else ()
    return flags.command_line("import", source, *words, *sandbox, "--resume")


def resume_stored(flags: Flags, run: RunRow) -> str | None:
    """Return the command that goes on with a run of the store; None where none can."""
    ask = [(str(key), str(value)) for key, value in run.options.get("ask", ())]
    return resume_command(flags, run.source, run.inputs, ask)


def check_resumable(
    flags: Flags, source: str, inputs: tuple[str, ...], ask: tuple[tuple[str, str], ...]
) -> None:
    """Say where an import that is to go on has nothing to go on with; `ask` is what the source is asked for
    where there are no inputs, with what the settings add.

    :raises SpawnerError: USAGE_ERROR where another import of the source could be meant, so that what is meant
        to end an import does not start a larger one.
    """
    from scenescout_tui.cli.data import reading
    from scenescout_tui.imports.core import RESUMABLE, RUNS_SEARCHED
    from scenescout_tui.imports.request import RunRequest

    words = RunRequest(source, inputs=inputs, ask=ask).words
    newest: dict[tuple[str, ...], RunRow] = {}
    offered: set[str] = set()
    if not flags.sandbox or flags.database is not None:
        with reading(flags) as store:
            for run in store.runs(limit=RUNS_SEARCHED):
                if run.source == source:
                    newest.setdefault(run.inputs, run)
            offered = {run.id for run in store.resumable_runs(RUNS_SEARCHED)}
    # A run that was killed is called interrupted only once an engine has looked at it.
    same = newest.get(words)
    if same is not None and same.state in RESUMABLE | _AT_WORK:
        return
    others = [
        run for run in newest.values() if run.id in offered or (run.resumable and run.state in _AT_WORK)
    ]
    if others and not inputs:
        shown = ", ".join(for_screen(" ".join(map(origin_of, run.inputs)), 60) for run in others[:_SHOWN])
        raise usage_error(
            f"there is no unfinished import of {source} {' '.join(words)}; unfinished: {source} {shown}",
            f"Go on with all: {flags.command_line('import', '--resume')}; or leave out --resume.",
        )
    tell("There is nothing to go on with; starting anew.")


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
            word = "Parked" if run.state == "parked" else "Interrupted"
            yield f"{word}: run {run.id[-6:]} of {for_screen(run.source)}; what was written stays."
            yield how_to_go_on(resume_stored(flags, run))
