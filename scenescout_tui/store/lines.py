"""What is asked of long lists, and their rows: narrow, to be read fifty at a time.

Every row has a `key` (see `scenescout_tui.paging`), which only its own list and sort understand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from scenescout_tui.store.rows import DeadLetterState, RunState

#: By start, the earliest first, or by last change, the oldest first; or the other way round.
EventSort = Literal["start", "start_desc", "updated", "updated_desc"]


@dataclass(frozen=True, slots=True)
class ErrorFilters:
    """Which errors, newest first; None lets all pass. `text` is a part of the message, in any case."""

    group: str | None = None
    source: str | None = None
    stage: str | None = None
    code: str | None = None
    run_id: str | None = None
    text: str | None = None
    include_cleared: bool = False


@dataclass(frozen=True, slots=True)
class LetterFilters:
    """Which dead letters, newest first; `state` None: whatever became of them. `text`: see `ErrorFilters`."""

    state: DeadLetterState | None = "open"
    group: str | None = None
    source: str | None = None
    code: str | None = None
    run_id: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class RunFilters:
    """Which runs, newest first; `since` and `until` bound their begin (until not included).

    `text` is a part of the inputs, of who began it or of its note.
    """

    source: str | None = None
    state: RunState | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventLine:
    """What a list shows of an event; fields as in `EventRow`."""

    key: str
    id: str
    title: str
    starts_at: datetime
    start_local: str
    timezone: str | None
    venue_name: str | None
    city: str | None
    country: str | None
    status: str
    category: str | None
    is_free: bool | None
    price_min: int | None
    price_max: int | None
    currency: str | None
    url: str | None
    quality: tuple[str, ...]
    sources: tuple[str, ...]
    record_count: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class RunErrors:
    """Errors of one run that are the same to an operator; texts as in `ErrorGroup`."""

    group_key: str
    source: str
    stage: str
    code: str
    message: str
    action: str
    #: How many the run made, cleared ones too.
    count: int

    @property
    def key(self) -> str:
        """The group's."""
        return self.group_key


@dataclass(frozen=True, slots=True)
class RunStep:
    """What a run committed from `at` on, until the next step begins; `seconds` is the length of each."""

    at: datetime
    seconds: float
    created: int
    updated: int
    unchanged: int
    duplicate: int
    review: int
    skipped: int
    failed: int

    @property
    def records(self) -> int:
        """All of them."""
        return sum((self.created, self.updated, self.unchanged, self.duplicate, self.review)) + (
            self.skipped + self.failed
        )


class Chunk(NamedTuple):
    """Some ids of a set, and where to go on (`at` of the next question); None: that was all."""

    ids: tuple[str, ...]
    next: str | None


class LetterPayload(NamedTuple):
    """The bytes of a dead letter as they came; None once they had to be blanked."""

    id: str
    source: str
    source_account: str
    external_id: str | None
    origin: str
    line: int
    payload: bytes | None
