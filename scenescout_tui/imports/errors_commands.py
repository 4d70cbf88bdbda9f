"""What a door may ask of the errors and dead letters, and have done with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scenescout_tui.imports.asking import Deed, StoreQuery
from scenescout_tui.paging import Chosen, Window

#: The three lists: errors that are the same to an operator together, one by one, and records that failed.
Kind = Literal["groups", "errors", "letters"]
KINDS: tuple[Kind, ...] = ("groups", "errors", "letters")


@dataclass(frozen=True, slots=True)
class FailureFilters:
    """Which errors, groups or dead letters; empty lets all pass. ``run`` is a run's id or its end, ``text`` a
    part of the message. Dead letters have no ``stage``.
    """

    group: str = ""
    source: str = ""
    stage: str = ""
    code: str = ""
    run: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ListFailures(StoreQuery):
    """Answered by a `Page` of `GroupLine`, `ErrorLine` or `LetterLine`: open ones, the newest first."""

    kind: Kind
    filters: FailureFilters
    window: Window


@dataclass(frozen=True, slots=True)
class CountFailures(StoreQuery):
    """Answered by the `Count` of a list."""

    kind: Kind
    filters: FailureFilters


@dataclass(frozen=True, slots=True)
class FreezeFailures(StoreQuery):
    """Answered by a `Frozen`: how many errors, or dead letters (``letters``), a set is."""

    kind: Kind
    chosen: Chosen[FailureFilters]
    letters: bool


@dataclass(frozen=True, slots=True)
class GetFailure(StoreQuery):
    """Answered by the `Failed` behind an error or a dead letter."""

    kind: Kind
    key: str


@dataclass(frozen=True, slots=True)
class ClearErrorSet(Deed):
    """Acknowledge a set of errors, as a job: ``data`` holds ``job_id``, which `UndoClearing` takes."""

    kind: Kind
    chosen: Chosen[FailureFilters]


@dataclass(frozen=True, slots=True)
class UndoClearing(Deed):
    """Take back what a job of this session has cleared, as a job."""

    job_id: str


@dataclass(frozen=True, slots=True)
class RetrySet(Deed):
    """Import the dead letters of a set again, as a job (``data``: ``job_id``)."""

    kind: Kind
    chosen: Chosen[FailureFilters]


@dataclass(frozen=True, slots=True)
class DiscardLetters(Deed):
    """Give up a set of dead letters, as a job (``data``: ``job_id``)."""

    chosen: Chosen[FailureFilters]
    reason: str


@dataclass(frozen=True, slots=True)
class ResubmitLetter(Deed):
    """Import other bytes in the place of a dead letter's; it is settled if they can be imported. ``data``
    holds ``run_id``.
    """

    letter_id: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class GroupLine:
    """Errors that are the same to an operator; times are seconds since the epoch."""

    key: str
    source: str
    stage: str
    code: str
    message: str
    action: str
    #: Where the newest of them stood.
    sample: str
    #: Those that are not cleared; with a run in the filter those that it made.
    count: int
    first_seen: float
    last_seen: float


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One error."""

    key: str
    source: str
    stage: str
    code: str
    message: str
    action: str
    #: Where the record stood: "events.ndjson record 12".
    where: str
    field: str
    run: str
    #: The id of its dead letter, where it has one.
    letter: str
    at: float


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One record that could not be imported; ``at`` is when it came first."""

    key: str
    source: str
    code: str
    message: str
    where: str
    field: str
    external_id: str
    run: str
    state: str
    #: Its content may not be kept any longer: there is nothing to retry.
    blanked: bool
    at: float


@dataclass(frozen=True, slots=True)
class Failed:
    """One failure in full; ``payload`` is the record as it came."""

    error: ErrorLine | None
    letter: LetterLine | None
    payload: bytes | None
