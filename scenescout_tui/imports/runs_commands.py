"""What a door may ask of the runs, and do with one."""

from __future__ import annotations

from dataclasses import dataclass

from scenescout_tui.imports.asking import Deed, StoreQuery
from scenescout_tui.imports.snapshot import Counts, RunState
from scenescout_tui.paging import Window

#: What a run's `state` may be in the list.
STATES = ("running", "completed", "failed", "cancelled", "interrupted", "parked")


@dataclass(frozen=True, slots=True)
class RunFilters:
    """Which runs: of this source, in this state, with this text in their inputs, their note or who began
    them; empty: all.
    """

    source: str = ""
    state: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ListRuns(StoreQuery):
    """Answered by a `Page` of `RunLine`, the newest first."""

    filters: RunFilters
    window: Window


@dataclass(frozen=True, slots=True)
class CountRuns(StoreQuery):
    """Answered by a `Count`."""

    filters: RunFilters


@dataclass(frozen=True, slots=True)
class GetRun(StoreQuery):
    """Answered by `RunDetail`; NOT_FOUND where no run, or more than one, has an id that ends so."""

    run_id: str


@dataclass(frozen=True, slots=True)
class CompareRuns(StoreQuery):
    """Answered by `Comparison`; NOT_FOUND as `GetRun`."""

    first: str
    second: str


@dataclass(frozen=True, slots=True)
class RunAgain(Deed):
    """Start a run over the same inputs with the same options, from the beginning. The result's ``data`` holds
    ``run_id``.
    """

    run_id: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run of the list. Times are seconds since the epoch; what an address may hide is left out."""

    key: str
    source: str
    state: RunState
    who: str
    started_at: float
    #: None while it runs, and where its engine was killed.
    ended_at: float | None
    counts: Counts
    inputs: str
    note: str = ""
    #: When a parked run goes on by itself.
    resume_at: float | None = None
    #: `ResumeRuns` can go on with it.
    goes_on: bool = False
    #: Its inputs can be read a second time: `RunAgain` can do it over.
    repeatable: bool = True
    #: Records that its source no longer lists.
    missing: int = 0
    #: Some of its pages were older copies.
    stale: bool = False


@dataclass(frozen=True, slots=True)
class RunGroup:
    """Errors that one run made and that are the same to an operator, cleared ones too."""

    key: str
    source: str
    code: str
    message: str
    action: str
    count: int


@dataclass(frozen=True, slots=True)
class RunStep:
    """What a run committed from ``at`` on, for ``seconds``."""

    at: float
    seconds: float
    records: int
    failed: int


@dataclass(frozen=True, slots=True)
class RunDetail:
    """All that is known of one run."""

    run: RunLine
    #: Name and value, as a person reads them.
    options: tuple[tuple[str, str], ...]
    #: The most frequent first.
    groups: tuple[RunGroup, ...]
    #: Steps of one length, from its first commit to its last; empty where it was too short for a course.
    course: tuple[RunStep, ...]
    #: Records that failed as they had in an earlier run, which has them in its groups.
    known: int = 0


@dataclass(frozen=True, slots=True)
class GroupChange:
    """How often one group failed in the earlier run and in the later one; 0: not at all."""

    group: RunGroup
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side, the earlier one first."""

    before: RunLine
    after: RunLine
    #: The options that differ: name, before, after; "" where one run does not have it.
    options: tuple[tuple[str, str, str], ...]
    #: What came, then what went, then what is in both; the largest first.
    groups: tuple[GroupChange, ...]
    #: As `RunDetail.known`, of the earlier and the later run: what fails again has not gone.
    known: tuple[int, int] = (0, 0)
