"""Answers that are kept, numbers that every screen shows, and who did what."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, Table

from scenescout_tui.store.schema.columns import Text, count_column, expiring_index, metadata, required

# Good answers of sources: for when a source does not answer, and to ask it for news only.
kept_pages = Table(
    "kept_pages",
    metadata,
    required("source"),
    #: Names the request, without secrets.
    required("page_key"),
    #: The run that kept it; its end says whether all of the answer was imported.
    Column("run_id", Text, ForeignKey("runs.id"), nullable=False),
    #: Stands for the options with which it was imported.
    required("salt"),
    #: Compressed.
    Column("body", LargeBinary),
    Column("etag", Text),
    Column("last_modified", Text),
    required("fetched_at"),
    Column("retention_until", Text),
    PrimaryKeyConstraint("source", "page_key"),
    expiring_index("kept_pages"),
)


# Numbers that every screen shows, kept in the same transactions as the rows they count.
totals = Table(
    "totals",
    metadata,
    required("name"),
    required("source"),
    count_column("value"),
    PrimaryKeyConstraint("name", "source"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Text, primary_key=True),
    required("at"),
    required("who"),
    Column("tty", Text),
    required("action"),
    required("target"),
    count_column("count"),
    Column("detail", Text),
    Index(None, "at"),
)
