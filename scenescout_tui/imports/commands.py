"""What a door may tell the engine, and what it may ask: frozen wire types, nothing that acts.

A command is answered by a `CommandResult` as soon as it is accepted or refused; the work follows and shows
in the snapshot.
A query is answered by its own result type, named in its docstring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scenescout_tui.imports.asking import Deed, StoreQuery
from scenescout_tui.imports.review_commands import ReviewCommand, ReviewQuery
from scenescout_tui.sources.read_options import ReadOptions


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a run treats its records; None takes the setting in force."""

    batch_size: int | None = None
    deduplicate: bool | None = None
    enrich: bool | None = None
    validate_location: bool | None = None
    dry_run: bool = False
    #: Keep every record's result, not only the first 1,000 of each list.
    all_results: bool = False
    #: Fetch the long descriptions too (Eventbrite).
    descriptions: bool | None = None
    #: Mark as missing whatever a complete walk did not see, however much that is.
    accept_missing: bool = False
    #: How files and feeds are read where they do not say it themselves.
    read: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True, slots=True)
class StartImport:
    """Start a run of ``source`` (or ``auto``) over files, over ``-`` (stdin), or over payloads: decoded JSON
    values, or bytes that hold one JSON value each.

    An input may also be the URL of a feed. Without inputs and payloads the source's API is asked for ``ask``,
    key and value pairs as the command line has them (``("organizer", "123")``, see `sources.ask`); empty
    stands for what the settings name. The result's ``data`` holds ``run_id``.
    """

    source: str
    inputs: tuple[str, ...] = ()
    payloads: tuple[Any, ...] | None = None
    ask: tuple[tuple[str, str], ...] = ()
    options: ImportOptions = ImportOptions()
    resume: bool = False
    #: What the runs table calls the payloads.
    label: str = "form"


@dataclass(frozen=True, slots=True)
class ResumeRuns:
    """Go on with interrupted, failed, cancelled or parked runs behind what they have committed: the run given
    (its id), else every one that the snapshot offers. The result's ``data`` holds ``run_ids``.
    """

    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class RefreshExpired:
    """Fetch again what a source lets us keep for a limited time only and whose time is over, or nearly so.

    The result's ``data`` holds ``count`` and ``run_ids``.
    """


@dataclass(frozen=True, slots=True)
class RetryDeadLetters:
    """Import dead letters again as a run of their own: the ids given, else all of ``run_id`` or ``group``,
    else every one.

    The result's ``data`` holds ``run_id`` and ``count``.
    """

    ids: tuple[str, ...] = ()
    run_id: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Start nothing more until `Resume`; running tasks go on."""

    reason: str = "operator"


@dataclass(frozen=True, slots=True)
class Resume:
    """Take back a `Pause`."""


@dataclass(frozen=True, slots=True)
class Resize:
    """Set the number of workers, 1 to 1,000."""

    workers: int


@dataclass(frozen=True, slots=True)
class CancelRun:
    """Stop a run: what is committed stays, the run is marked cancelled. None cancels every running one."""

    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class ClearErrors:
    """Acknowledge errors: those of one group, else all. The result's ``data`` holds ``count`` and
    ``clear_id``.
    """

    group: str | None = None


@dataclass(frozen=True, slots=True)
class UndoClear:
    """Take back the last `ClearErrors`, even one of an earlier session. The result's ``data`` holds
    ``count``.
    """


@dataclass(frozen=True, slots=True)
class CancelJob:
    """Let a job end after the chunk it is at; what it has done stays done."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Stop:
    """End the engine: ``drain`` lets running batches finish (up to the drain deadline), otherwise they are
    cut.
    """

    drain: bool = True


Command = (
    StartImport
    | ResumeRuns
    | RefreshExpired
    | RetryDeadLetters
    | Pause
    | Resume
    | Resize
    | CancelRun
    | ClearErrors
    | UndoClear
    | ReviewCommand
    | CancelJob
    | Deed
    | Stop
)


@dataclass(frozen=True, slots=True)
class CommandResult:
    """Accepted (``ok``) or refused, in words for the status line; ``code`` and ``action`` where refused."""

    ok: bool
    message: str
    code: str | None = None
    action: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GetRunReport:
    """Answered by `RunReport`; with ``wait`` the answer comes when the run has ended."""

    run_id: str
    wait: bool = False


@dataclass(frozen=True, slots=True)
class ListErrors:
    """Answered by a tuple of `ErrorItem`, newest first."""

    group: str | None = None
    limit: int = 100
    offset: int = 0


Query = GetRunReport | ListErrors | ReviewQuery | StoreQuery


@dataclass(frozen=True, slots=True)
class ErrorItem:
    """One error of the list. ``at`` is seconds since the epoch."""

    error_id: str
    run_id: str | None
    source: str
    stage: str
    code: str
    message: str
    action: str
    #: Where the record stood: "events.ndjson record 12".
    where: str
    dead_letter_id: str | None
    at: float
