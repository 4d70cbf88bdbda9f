"""Runs an engine for one job, shows how it goes, and waits for its end or for a signal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from scenescout_tui.cli.brake import GOODBYE, Brake
from scenescout_tui.cli.going_on import how_to_go_on
from scenescout_tui.cli.log import logged
from scenescout_tui.cli.output import count
from scenescout_tui.cli.progress import Progress
from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.asking import Deed
from scenescout_tui.imports.commands import (
    CommandResult,
    GetRunReport,
    RefreshExpired,
    ResumeRuns,
    RetryDeadLetters,
    StartImport,
)
from scenescout_tui.imports.report import RunReport
from scenescout_tui.imports.signals import SignalWatch, take_signals

if TYPE_CHECKING:
    from scenescout_tui.imports.local import LocalEngineHandle
    from scenescout_tui.settings import Settings

T = TypeVar("T")

#: Seconds between two looks at the engine.
_LOOK = 0.1


Job = StartImport | ResumeRuns | RefreshExpired | RetryDeadLetters | Deed


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended: a report for each of its runs, the number of the signal that ended it, if one did, and
    what the engine said when it took the job on.
    """

    reports: tuple[RunReport, ...]
    signal: int | None = None
    accepted: CommandResult | None = None


def run_to_end(
    settings: Settings,
    job: Job,
    resume: str | None = None,
) -> Ending:
    """Start an engine, give it the job, and return when the job has ended; a signal makes it drain first.

    `resume` is the command that goes on with the job, told where there is no time to drain.

    :raises SpawnerError: when the engine could not start (ENGINE_LOCKED …), refused the job, or died.
    """
    from scenescout_tui.imports.local import start_engine

    with logged(settings):
        brake = Brake()
        watch = take_signals(brake.pull, settings.drain_deadline, brake.expired)
        handle = start_engine(settings, wakes_parked=False, spreads=True)
        brake.attach(handle)
        try:
            accepted = _accepted(handle, job, watch)
            runs = _runs_of(accepted)
            if runs:
                brake.remember(partial(_cut, runs, resume))
            reports = tuple(_reports(handle, runs))
        finally:
            handle.stop(drain=True)
            handle.join(settings.drain_deadline + GOODBYE)
    return Ending(reports, watch.received, accepted)


def _accepted(handle: LocalEngineHandle, job: Job, watch: SignalWatch) -> CommandResult | None:
    """Give the engine its job and return what it said; None where a signal was quicker."""
    said: CommandResult = _await(handle, handle.send(job), lambda: None)
    if said.ok:
        return said
    if watch.received is not None:
        return None
    raise SpawnerError(said.message, said.code or "REFUSED", metadata={"action": said.action or ""})


def _runs_of(accepted: CommandResult | None) -> tuple[str, ...]:
    """Return the runs that a job has started: of some jobs there are several, or none."""
    if accepted is None:
        return ()
    if "run_ids" in accepted.data:
        return tuple(accepted.data["run_ids"])
    return (accepted.data["run_id"],)


def _reports(handle: LocalEngineHandle, runs: Sequence[str]) -> Iterator[RunReport]:
    # Asked for before the first one is waited for: an engine that stops answers what was asked.
    answers = [(run_id, handle.query(GetRunReport(run_id, wait=True))) for run_id in runs]
    with Progress(sys.stderr) as progress:
        for run_id, answer in answers:
            yield _await(handle, answer, partial(_look, progress, handle, run_id))


def _look(progress: Progress, handle: LocalEngineHandle, run_id: str) -> None:
    progress.show(handle.snapshot(), run_id)


def _await(handle: LocalEngineHandle, answer: Future[T], look: Callable[[], None]) -> T:
    """Wait for an answer with a look at the engine now and then; an engine that dies is an error, not a long
    wait.
    """
    while True:
        try:
            return answer.result(timeout=_LOOK)
        except NotYet:
            if answer.done():
                return answer.result()  # it came in this moment, or is itself a timeout
        look()
        if handle.ended.done() and not answer.done():
            return _last_words(handle, answer)


def _last_words(handle: LocalEngineHandle, answer: Future[T]) -> T:
    """The engine has ended: its answer may still be on the way, else what ended it is the answer."""
    try:
        return answer.result(timeout=1.0)
    except NotYet:
        handle.ended.result()
        raise SpawnerError(
            "the engine ended before it could answer",
            "ENGINE_STOPPED",
            metadata={"action": "Start it again; what was committed stays."},
        ) from None


def _cut(runs: Sequence[str], resume: str | None) -> tuple[str, ...]:
    """Say which runs were cut short, and how to go on with them."""
    ends = ", ".join(run_id[-6:] for run_id in runs)
    return (f"Interrupted: run {ends}; what was written stays.", how_to_go_on(resume))


def in_words(records: int, seconds: float) -> str:
    """Return "353 records in 2.1 s" (or minutes)."""
    spent = f"{seconds:.1f} s" if seconds < 90 else f"{seconds / 60:.1f} min"
    return f"{count(records, 'record')} in {spent}"
