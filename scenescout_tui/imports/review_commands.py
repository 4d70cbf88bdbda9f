"""What a door may ask and say about what waits for a person: frozen wire types, nothing that acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ReviewKind = Literal["pair", "submission"]
#: Those that wait, those put off, or first the one and then the other.
ReviewState = Literal["open", "later", "all"]
PairDecision = Literal["same", "different", "later"]


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """Which items are meant; None lets all pass. With a bound of the score, pairs alone are meant."""

    kind: ReviewKind | None = None
    state: ReviewState = "open"
    #: A source, or a city, of either side.
    source: str | None = None
    city: str | None = None
    #: 0 to 100, both included.
    least_score: float | None = None
    most_score: float | None = None


@dataclass(frozen=True, slots=True)
class ListReview:
    """Answered by a tuple of `ReviewRow`, oldest first; ``after`` (a row's ``key``) goes on behind it."""

    rule: ReviewRule = ReviewRule()
    limit: int = 100
    after: str | None = None


@dataclass(frozen=True, slots=True)
class CountReview:
    """Answered by the number of items that the rule lets pass."""

    rule: ReviewRule = ReviewRule()


@dataclass(frozen=True, slots=True)
class GetReviewItem:
    """Answered by a `ReviewCase`."""

    item_id: str


@dataclass(frozen=True, slots=True)
class DecideReview:
    """Say of pairs that their events are one, are two, or are to be asked about later.

    The result's ``data`` holds ``count`` and, for `UndoDecision`, ``undo_ids``.
    """

    item_ids: tuple[str, ...]
    decision: PairDecision


@dataclass(frozen=True, slots=True)
class DecideReviewByRule:
    """Decide the pairs that the rule lets pass, the oldest first, at most ``most`` of them.

    ``most`` is what `CountReview` has shown: what comes in meanwhile is not decided unseen. The result is
    that of `DecideReview`.
    """

    rule: ReviewRule
    decision: PairDecision
    most: int


@dataclass(frozen=True, slots=True)
class UndoDecision:
    """Take decisions back: those of ``undo_ids``, else the newest, even one of an earlier session.

    The result's ``data`` holds ``count``.
    """

    undo_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApproveSubmissions:
    """Let submissions count, or all of an event by its id. The result is that of `DecideReview`."""

    item_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefuseSubmissions:
    """Refuse submissions, or all of an event by its id. The result is that of `DecideReview`."""

    item_ids: tuple[str, ...]
    reason: str


ReviewCommand = DecideReview | DecideReviewByRule | UndoDecision | ApproveSubmissions | RefuseSubmissions
ReviewQuery = ListReview | CountReview | GetReviewItem


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One item of the list: a pair of events that may be one, or a submission that waits for approval."""

    item_id: str
    kind: ReviewKind
    #: "open" or "later".
    state: str
    #: 0 to 100; None of a submission.
    score: float | None
    #: Why they may be one, in words.
    evidence: str
    #: Since when it waits, seconds since the epoch.
    at: float
    #: Where it stands in the list, for `ListReview`.
    key: str
    #: The first event of a pair; the event that a submission hangs on.
    event_id: str
    title: str
    #: The second event of a pair; what other records say of a submission's event, "" where there are none.
    other_title: str
    #: Local time of the place, "2026-12-24T20:00:00".
    starts: str
    city: str
    #: Of both sides.
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewField:
    """One field of both sides as people read it; a text is empty where nothing is known."""

    name: str
    first: str
    second: str
    #: Both sides say something, and not the same.
    differs: bool


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """One source record of a side. ``seen`` is when its source listed it last, seconds since the epoch."""

    source: str
    external_id: str
    seen: float


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """An item with all that is known of both sides; ``second`` is empty where there is but one."""

    row: ReviewRow
    fields: tuple[ReviewField, ...]
    first: tuple[ReviewRecord, ...]
    second: tuple[ReviewRecord, ...]
    #: The whole descriptions; `fields` has their beginnings.
    first_text: str
    second_text: str
