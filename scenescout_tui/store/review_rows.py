"""What a person is asked about, what they said, and what they wrote over a field: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from scenescout_tui.store.rows import EventRow, SourceRecordRow

#: What may be said of a pair.
PairDecision = Literal["same", "different", "later"]
ReviewKind = Literal["pair", "submission"]
ReviewState = Literal["open", "later", "all"]
DecisionKind = Literal["same", "different", "later", "merge", "split", "move", "approve", "refuse", "matcher"]


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A submission that waits for a person; `linked` when its event has other records too."""

    record_id: str
    event_id: str
    source: str
    title: str
    starts_at: datetime
    city: str | None
    submitted_at: datetime
    linked: bool


@dataclass(frozen=True, slots=True)
class ReviewPair:
    """Two events that may be one, with the matcher's evidence in words."""

    id: str
    event_id: str
    other_event_id: str
    record_id: str
    score: float | None
    evidence: str
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewFilters:
    """Which items to list; None lets all pass. With a bound of the score, pairs alone are listed."""

    kind: ReviewKind | None = None
    #: "all": those that wait, then those put off.
    state: ReviewState = "open"
    #: A source, or a city, of either side.
    source: str | None = None
    city: str | None = None
    #: 0 to 100, both included.
    least_score: float | None = None
    most_score: float | None = None


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A pair of events that may be one, or a submission that waits for approval.

    Of a pair `event` and `other` are the two events. Of a submission `event` says what was submitted (its
    `id` is that of the event it hangs on), and `other` is that event where other records make it, else None.
    """

    #: Of a pair its own; of a submission its source record's.
    id: str
    kind: ReviewKind
    #: "open", "later", and of a pair that is decided "same" or "different".
    state: str
    #: 0 to 100; None of a submission.
    score: float | None
    #: In words; empty once it may not be kept.
    evidence: str
    at: datetime
    event: EventRow
    other: EventRow | None

    @property
    def key(self) -> str:
        """Where it stands in the list, for `after`."""
        return f"{1 if self.state == 'later' else 0}{self.id}"


class Difference(NamedTuple):
    """One field of two events as people read it; texts are empty where nothing is known."""

    #: In words: "title", "start", …
    field: str
    first: str
    second: str
    #: Whether both sides say something, and not the same.
    differs: bool


@dataclass(frozen=True, slots=True)
class ReviewDetail:
    """An item with all that is known of both sides; `decided_by` and `decided_at` once it is decided."""

    item: ReviewItem
    differences: tuple[Difference, ...]
    records: tuple[SourceRecordRow, ...]
    other_records: tuple[SourceRecordRow, ...]
    decided_by: str | None = None
    decided_at: datetime | None = None


class Skipped(NamedTuple):
    """Something that was not decided, and why, in words."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decided:
    """How many were decided; `undo_id` takes all of them back at once, each of `decision_ids` its own."""

    count: int
    decision_ids: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()
    undo_id: str | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """How many decisions were taken back, what they had been in words, and what could not be taken back."""

    count: int
    words: str
    event_ids: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """Something that can be taken back: all that was decided at once, or one link of the matcher."""

    #: For `undo_decision`.
    id: str
    kind: DecisionKind
    #: How many decisions it stands for.
    count: int
    #: What it says, of which events.
    words: str
    who: str
    at: datetime
    reason: str | None
    #: The event that is left, and the one that went into it or was kept apart, of the first decision.
    event_id: str
    other_event_id: str | None
