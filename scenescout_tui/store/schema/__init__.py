"""The tables, one schema for SQLite and PostgreSQL.

Other programs may read `events`, `source_records`, `runs`, `run_batches`, `dead_letters`, `audit_log` and the
view `run_accounting`. Moments are UTC text (see `stamps`), ids are ULIDs, lists and objects are JSON text. A
change here needs a new migration beside it; a test compares both.
"""

from __future__ import annotations

from scenescout_tui.store.schema.columns import APPLICATION_ID, OUTCOMES, VERSION_TABLE, Text, metadata
from scenescout_tui.store.schema.decisions import decisions, event_edits, record_links, review_pairs
from scenescout_tui.store.schema.failures import (
    clears,
    dead_letters,
    error_groups,
    errors,
    run_errors,
)
from scenescout_tui.store.schema.listings import event_blocks, events, record_contents, source_records
from scenescout_tui.store.schema.runs import (
    RUN_ACCOUNTING_VIEW,
    batch_outcomes,
    run_accounting,
    run_batches,
    runs,
)
from scenescout_tui.store.schema.searching import SEARCHING, SEARCHING_TABLES, bookmarks, event_docs
from scenescout_tui.store.schema.upkeep import audit_log, kept_pages, totals
from scenescout_tui.store.schema.venues import source_venues, venue_blocks, venues

__all__ = [
    "APPLICATION_ID",
    "OUTCOMES",
    "RUN_ACCOUNTING_VIEW",
    "SEARCHING",
    "SEARCHING_TABLES",
    "Text",
    "VERSION_TABLE",
    "audit_log",
    "batch_outcomes",
    "bookmarks",
    "clears",
    "dead_letters",
    "decisions",
    "error_groups",
    "errors",
    "event_blocks",
    "event_docs",
    "event_edits",
    "events",
    "kept_pages",
    "metadata",
    "record_contents",
    "record_links",
    "review_pairs",
    "run_accounting",
    "run_batches",
    "run_errors",
    "runs",
    "source_records",
    "source_venues",
    "totals",
    "venue_blocks",
    "venues",
]
