"""What failed: dead letters, errors, their groups, and what was cleared of them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
)

from scenescout_tui.store.schema.columns import (
    Text,
    count_column,
    expiring_index,
    metadata,
    partial_index,
    required,
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("runs.id"), nullable=False),
    required("source"),
    required("source_account"),
    Column("external_id", Text),
    required("code"),
    required("message"),
    Column("field", Text),
    #: The record's bytes as they came; None once its source's retention has expired.
    Column("payload", LargeBinary),
    #: That of the record, by which the same bytes are known when they come again.
    Column("digest", LargeBinary),
    required("origin"),
    Column("line", BigInteger, nullable=False),
    required("state"),
    Column("reason", Text),
    Column("retry_run_id", Text),
    Column("decided_by", Text),
    Column("decided_at", Text),
    required("created_at"),
    #: When its payload has to be blanked; None where it may be kept, and once it is blanked.
    Column("retention_until", Text),
    CheckConstraint("state IN ('open', 'retried', 'discarded')", name="state"),
    Index(None, "state", "id"),
    Index(None, "run_id", "id"),
    partial_index("ix_dead_letters_open_digest", "digest", where="state = 'open'"),
    partial_index("ix_dead_letters_open_identity", "source", "external_id", where="state = 'open'"),
    expiring_index("dead_letters"),
)

errors = Table(
    "errors",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("runs.id")),
    required("group_key"),
    required("source"),
    required("stage"),
    required("code"),
    required("message"),
    required("action"),
    Column("field", Text),
    Column("external_id", Text),
    required("origin"),
    Column("line", BigInteger, nullable=False),
    Column("dead_letter_id", Text, ForeignKey("dead_letters.id")),
    required("created_at"),
    Column("cleared_at", Text),
    Column("clear_id", Text),
    Index(None, "group_key", "id"),
    Index(None, "run_id", "id"),
    Index(None, "cleared_at", "id"),
    Index(None, "group_key", "cleared_at", "id"),
    partial_index("ix_errors_clear", "clear_id", where="clear_id IS NOT NULL"),
    partial_index("ix_errors_dead_letter", "dead_letter_id", where="dead_letter_id IS NOT NULL"),
)

# Kept in the same transactions as `errors`: grouping a million rows at every look would take over a second.
error_groups = Table(
    "error_groups",
    metadata,
    Column("group_key", Text, primary_key=True),
    required("source"),
    required("stage"),
    required("code"),
    #: The message without its numbers, ids and quoted values.
    required("message"),
    required("action"),
    required("sample"),
    required("sample_error_id"),
    count_column("total"),
    count_column("open"),
    required("first_seen_at"),
    required("last_seen_at"),
    Index(None, "last_seen_at"),
)

# How many errors of each group a run made, kept in the same transactions as well.
run_errors = Table(
    "run_errors",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), nullable=False),
    required("group_key"),
    count_column("count"),
    PrimaryKeyConstraint("run_id", "group_key"),
)

clears = Table(
    "clears",
    metadata,
    Column("id", Text, primary_key=True),
    required("who"),
    count_column("count"),
    required("created_at"),
    Column("undone_at", Text),
)
