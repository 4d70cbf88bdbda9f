"""What goes into the store and comes out of it: frozen values, without any tie to a connection.

Moments are aware and in UTC. Everything here can be sent to another process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec

from scenescout_tui.events.match import Thresholds
from scenescout_tui.events.model import Event

Outcome = Literal["created", "updated", "unchanged", "duplicate", "review", "skipped", "failed"]
RunState = Literal["running", "completed", "failed", "cancelled", "interrupted", "parked"]
RecordState = Literal["active", "missing", "pending", "refused"]
DeadLetterState = Literal["open", "retried", "discarded"]

SEEN_BEFORE = "seen before in this run"
#: In place of a message that may quote content which may not be kept.
WITHHELD = "not kept any longer: its source's terms"


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """A batch that a page was cut into; `cursor_after` only where the source can go on behind this batch."""

    seq: int
    size: int
    cursor_after: str | None = None


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a batch is written; `dry_run` decides everything and writes nothing."""

    deduplicate: bool = True
    dry_run: bool = False
    thresholds: Thresholds = field(default_factory=Thresholds)
    #: Seconds from now for which a source's content may be kept, by source; for good where it is not named.
    retention: Mapping[str, float] = field(default_factory=dict)


class KnownRecord(msgspec.Struct, frozen=True, gc=False):
    """A stored record whose raw bytes came again; `number` is its place in the run."""

    number: int
    source: str
    digest: bytes
    record_id: str
    event_id: str
    external_id: str

    def at(self, number: int) -> KnownRecord:
        """Return the same record in another place of the run."""
        return KnownRecord(number, self.source, self.digest, self.record_id, self.event_id, self.external_id)


class RecordOutcome(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What became of one record; `event_id` is the canonical event's, None where there is none (yet)."""

    number: int
    outcome: Outcome
    source: str
    event_id: str | None = None
    external_id: str | None = None
    reason: str | None = None
    code: str | None = None
    message: str | None = None
    field: str | None = None
    dead_letter_id: str | None = None
    #: "pending" or "refused" for a submission that a person has not approved.
    status: str | None = None


class BatchOutcome(msgspec.Struct, frozen=True):
    """What became of a batch, in the order of its records; `replayed` when it had been committed before."""

    seq: int
    outcomes: tuple[RecordOutcome, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Accounting:
    """The counts of a run; `total` is the sum of all others at every moment."""

    total: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    review: int = 0
    skipped: int = 0
    failed: int = 0
    in_flight: int = 0


class ResumePoint(NamedTuple):
    """Where a run goes on: the position after its longest unbroken row of committed batches, the next seq.

    `cursor` None means from the beginning.
    """

    cursor: str | None
    next_seq: int


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run with its accounting; `inputs` and `options` as they were given."""

    id: str
    source: str
    state: RunState
    who: str
    inputs: tuple[str, ...]
    options: Mapping[str, Any]
    note: str | None
    started_at: datetime
    ended_at: datetime | None
    resume_at: datetime | None
    #: The list that it walks, by name; None where what it does not see means nothing.
    scope: str | None
    #: Whether it can be gone on with at all; see `RunLedger.resumable_runs`.
    resumable: bool
    #: Records that its source turned out to list no longer.
    missing: int
    #: Whether any of its pages was an older copy.
    stale: bool
    accounting: Accounting

    @property
    def key(self) -> str:
        """Where it stands in pages of runs."""
        return self.id


@dataclass(frozen=True, slots=True)
class EventFilters:
    """Which events to list; None lets all pass. `since` and `until` bound the start (until not included)."""

    source: str | None = None
    status: str | None = None
    city: str | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    #: A code of `events.quality`.
    quality: str | None = None
    #: Not those that wait for a person's word, nor those that were refused, unless `status` asks for them.
    published: bool = False
    #: One of our categories, whole.
    category: str | None = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One canonical event; fields as in `events.model.Event`, prices in minor units of `currency`."""

    id: str
    title: str
    #: For addresses of pages; two events may share one.
    slug: str | None
    summary: str | None
    status: str
    attendance: str
    starts_at: datetime
    ends_at: datetime | None
    start_local: str
    end_local: str | None
    timezone: str | None
    tz_source: str | None
    all_day: bool
    #: Its house in `venues`.
    venue_id: str | None
    venue_name: str | None
    venue_display: str | None
    address1: str | None
    address2: str | None
    city: str | None
    region: str | None
    postal: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    organizer_name: str | None
    organizer_url: str | None
    series_id: str | None
    category: str | None
    category_raw: tuple[str, ...]
    tags: tuple[str, ...]
    is_free: bool | None
    price_min: int | None
    price_max: int | None
    currency: str | None
    url: str | None
    tickets_url: str | None
    image_url: str | None
    capacity: int | None
    contact_email: str | None
    contact_phone: str | None
    popularity: Mapping[str, int] | None
    quality: tuple[str, ...]
    source_updated_at: datetime | None
    #: The sources of its records, sorted.
    sources: tuple[str, ...]
    record_count: int
    #: Field → id of the record that gives it; "*" stands for all fields not named.
    field_sources: Mapping[str, str]
    #: The event that took over the last record of this one.
    merged_into: str | None
    created_at: datetime
    updated_at: datetime
    description_text: str | None
    description_html: str | None


@dataclass(frozen=True, slots=True)
class SourceRecordRow:
    """One source record; `event` is None once its content had to be blanked.

    `state` is "missing" while its source no longer lists it.
    """

    id: str
    source: str
    source_account: str
    external_id: str
    event_id: str
    run_id: str
    state: RecordState
    content_hash: str
    first_seen_at: datetime
    last_seen_at: datetime
    changed_at: datetime
    #: When its content has to be blanked; None where it may be kept, and once it is blanked.
    retention_until: datetime | None
    missing_since: datetime | None
    blanked_at: datetime | None
    event: Event | None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """Why a record hangs on an event that it did not create, in words."""

    #: For `undo_decision`, of links of the matcher.
    id: str
    record_id: str
    event_id: str
    previous_event_id: str | None
    decided_by: str
    score: float | None
    evidence: str
    created_at: datetime
    #: When a person took it back.
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class EditRow:
    """What a person wrote over a field of an event; `value` None: they emptied it."""

    field: str
    value: Any
    who: str
    edited_at: datetime
    #: The event it was made on, where a merge brought it here.
    made_on: str | None


@dataclass(frozen=True, slots=True)
class EventDetail:
    """A canonical event with its source records (oldest first), the links among them and its edits."""

    event: EventRow
    records: tuple[SourceRecordRow, ...]
    links: tuple[LinkRow, ...]
    edits: tuple[EditRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """Errors that are the same to an operator; `open` of `total` are not cleared."""

    key: str
    source: str
    stage: str
    code: str
    #: The message without its numbers, ids and quoted values.
    message: str
    #: What the operator can do next, in one sentence.
    action: str
    #: Where the newest of them stood ("events.ndjson record 12"), or its message where it stood nowhere.
    sample: str
    sample_error_id: str
    total: int
    open: int
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One error; `origin` and `line` say where its record stood (empty and 0 where it had none)."""

    id: str
    run_id: str | None
    group_key: str
    source: str
    stage: str
    code: str
    message: str
    action: str
    field: str | None
    external_id: str | None
    origin: str
    line: int
    dead_letter_id: str | None
    created_at: datetime
    cleared_at: datetime | None

    @property
    def key(self) -> str:
        """Where it stands in pages of errors."""
        return self.id


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not be imported; `payload`, its raw bytes, is None in lists and once blanked.

    `blanked`: its bytes may not be kept any longer, so there is nothing to retry.
    """

    id: str
    run_id: str
    source: str
    source_account: str
    external_id: str | None
    code: str
    message: str
    field: str | None
    origin: str
    line: int
    state: DeadLetterState
    reason: str | None
    retry_run_id: str | None
    created_at: datetime
    blanked: bool = False
    payload: bytes | None = None

    @property
    def key(self) -> str:
        """Where it stands in pages of dead letters."""
        return self.id


@dataclass(frozen=True, slots=True)
class KeptPageRow:
    """A good answer of a source, and what became of the run that kept it; `body` where bodies are kept."""

    body: bytes | None
    etag: str | None
    last_modified: str | None
    fetched_at: datetime
    #: Stands for the options with which it was imported.
    salt: str
    #: Whether that run has imported all that it read, and how many records it could not import.
    run_completed: bool
    run_failed: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a complete walk says of the future events of its list.

    `missing` of them it did not see, `listed` it did. `refused`: nothing was marked, because too many are
    missing, or because `unread` records of the run could not even be told apart and may be among them.
    """

    missing: int = 0
    listed: int = 0
    refused: bool = False
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Blanked:
    """How much content was blanked; `more`: there is more whose time is over."""

    records: int = 0
    dead_letters: int = 0
    pages: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class ClearResult:
    """How many errors were cleared, and the id to undo it with (None where there was nothing to clear)."""

    count: int
    clear_id: str | None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, when, to what and to how many."""

    id: str
    at: datetime
    who: str
    tty: str | None
    action: str
    target: str
    count: int
    detail: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of the whole store; `undoable` errors could be brought back by an undo."""

    events: int
    records: Mapping[str, int]
    errors_open: int
    dead_letters: int
    pending: int
    review: int
    undoable: int
