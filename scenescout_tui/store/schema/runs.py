"""Runs, their batches, and the account of every record."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    column,
    false,
    table,
    true,
)

from scenescout_tui.store.schema.columns import OUTCOMES, Text, count_column, metadata, required

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    required("source"),
    required("state"),
    required("who"),
    required("inputs"),
    required("options"),
    Column("note", Text),
    required("started_at"),
    Column("ended_at", Text),
    #: When a parked run may go on.
    Column("resume_at", Text),
    #: The list that it walks, by name; None where what it does not see means nothing.
    Column("scope", Text),
    #: Whether it can be gone on with: its input is there for a second look.
    Column("resumable", Boolean, nullable=False, server_default=true()),
    #: Records that its source turned out to list no longer.
    count_column("missing"),
    #: Whether any of its pages was an older copy.
    Column("stale", Boolean, nullable=False, server_default=false()),
    CheckConstraint(
        "state IN ('running', 'completed', 'failed', 'cancelled', 'interrupted', 'parked')", name="state"
    ),
    Index(None, "state"),
)

# The truth of a run. A committed batch has an outcome for each of its records, any other has none: with that
# the accounting identity is the sum of rows that each keep it. A batch whose place was taken by other records
# (the input changed before a resume) keeps its counts under a negative seq.
run_batches = Table(
    "run_batches",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), nullable=False),
    Column("seq", BigInteger, nullable=False, autoincrement=False),
    count_column("size"),
    required("state"),
    Column("cursor_after", Text),
    #: Digest over the digests of the records, by which a replay is told from other records in the same place.
    Column("fingerprint", LargeBinary),
    *(count_column(outcome) for outcome in OUTCOMES),
    required("accepted_at"),
    Column("committed_at", Text),
    PrimaryKeyConstraint("run_id", "seq"),
    CheckConstraint("state IN ('accepted', 'committed', 'withdrawn')", name="state"),
    CheckConstraint(
        f"{' + '.join(OUTCOMES)} = CASE state WHEN 'committed' THEN size ELSE 0 END", name="identity"
    ),
)

# Apart from run_batches, whose rows stay small enough to be summed at every look.
batch_outcomes = Table(
    "batch_outcomes",
    metadata,
    Column("run_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False, autoincrement=False),
    Column("outcomes", LargeBinary, nullable=False),
    PrimaryKeyConstraint("run_id", "seq"),
    ForeignKeyConstraint(
        ["run_id", "seq"], ["run_batches.run_id", "run_batches.seq"], onupdate="CASCADE", ondelete="CASCADE"
    ),
)

_SUMS = ",\n       ".join(f"COALESCE(SUM(b.{outcome}), 0) AS {outcome}" for outcome in OUTCOMES)
RUN_ACCOUNTING_VIEW = f"""
CREATE VIEW run_accounting AS
SELECT runs.id AS run_id,
       COALESCE(SUM(CASE WHEN b.state <> 'withdrawn' THEN b.size ELSE 0 END), 0) AS total,
       {_SUMS},
       COALESCE(SUM(CASE WHEN b.state = 'accepted' THEN b.size ELSE 0 END), 0) AS in_flight
FROM runs LEFT JOIN run_batches AS b ON b.run_id = runs.id
GROUP BY runs.id
"""  # noqa: S608 – our own names

run_accounting = table(
    "run_accounting",
    column("run_id"),
    column("total"),
    *(column(name) for name in OUTCOMES),
    column("in_flight"),
)
