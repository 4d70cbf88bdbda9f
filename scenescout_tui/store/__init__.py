"""Where events go: one `Store` over a database, and the frozen rows that go in and come out."""

from scenescout_tui.store.faults import NotFoundError, RunEndedError, StaleDigestsError
from scenescout_tui.store.reads import event_key
from scenescout_tui.store.rows import (
    Accounting,
    AuditEntry,
    BatchOptions,
    BatchOutcome,
    BatchPlan,
    ClearResult,
    Counts,
    DeadLetter,
    ErrorGroup,
    ErrorRow,
    EventDetail,
    EventFilters,
    EventRow,
    KnownRecord,
    LinkRow,
    PendingRow,
    RecordOutcome,
    ResumePoint,
    ReviewPair,
    RunRow,
    SourceRecordRow,
)
from scenescout_tui.store.store import Store
from scenescout_tui.store.writer.batch import BatchRequest

__all__ = [
    "Accounting",
    "AuditEntry",
    "BatchOptions",
    "BatchOutcome",
    "BatchPlan",
    "BatchRequest",
    "ClearResult",
    "Counts",
    "DeadLetter",
    "ErrorGroup",
    "ErrorRow",
    "EventDetail",
    "EventFilters",
    "EventRow",
    "KnownRecord",
    "LinkRow",
    "NotFoundError",
    "PendingRow",
    "RecordOutcome",
    "ResumePoint",
    "ReviewPair",
    "RunEndedError",
    "RunRow",
    "SourceRecordRow",
    "StaleDigestsError",
    "Store",
    "event_key",
]
