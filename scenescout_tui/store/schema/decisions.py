"""Why records hang where they do, what people are asked, and what they decided and wrote."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from scenescout_tui.store.schema.columns import Text, metadata, partial_index, required

# Why a record was attached to an event that it did not create: the matcher's evidence, or a person's
# decision.
record_links = Table(
    "record_links",
    metadata,
    Column("id", Text, primary_key=True),
    Column("record_id", Text, ForeignKey("source_records.id"), nullable=False),
    Column("event_id", Text, ForeignKey("events.id"), nullable=False),
    Column("previous_event_id", Text),
    required("decided_by"),
    Column("score", Float),
    required("evidence"),
    Column("run_id", Text),
    #: What it was part of: one id for all links of a merge, by which they are undone together.
    Column("decision_id", Text),
    #: When a person took it back.
    Column("undone_at", Text),
    required("created_at"),
    Index(None, "record_id"),
    Index(None, "event_id"),
    partial_index("ix_record_links_decision", "decision_id", where="decision_id IS NOT NULL"),
)

# What was said of the two events of each, however many others have gone into them since.
review_pairs = Table(
    "review_pairs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("event_id", Text, ForeignKey("events.id"), nullable=False),
    Column("other_event_id", Text, ForeignKey("events.id"), nullable=False),
    Column("record_id", Text, ForeignKey("source_records.id"), nullable=False),
    Column("run_id", Text),
    Column("score", Float),
    required("evidence"),
    required("state"),
    Column("decided_by", Text),
    Column("decided_at", Text),
    #: The events it was asked about, where it is now about those that they went into.
    Column("asked_event_id", Text),
    Column("asked_other_event_id", Text),
    #: The pair that asks the same since events went into each other; while it does, nobody sees this one.
    Column("duplicate_of", Text),
    required("created_at"),
    CheckConstraint("state IN ('open', 'same', 'different', 'later')", name="state"),
    UniqueConstraint("event_id", "other_event_id"),
    Index(None, "state", "id"),
    Index(None, "other_event_id"),
)

# What people decided about which events are one, and of submissions. Of a merge, `record_links` names the
# records that moved.
decisions = Table(
    "decisions",
    metadata,
    Column("id", Text, primary_key=True),
    #: One id for all that was decided at once.
    required("act_id"),
    required("kind"),
    #: The pair that it was said of.
    Column("pair_id", Text),
    #: The event that was left, and the one that went into it or was kept apart; that of the submission.
    required("event_id"),
    Column("other_event_id", Text),
    #: The link that it took back.
    Column("link_id", Text),
    #: The submission that was approved or refused.
    Column("record_id", Text),
    required("who"),
    Column("reason", Text),
    required("created_at"),
    Column("undone_at", Text),
    CheckConstraint(
        "kind IN ('same', 'different', 'later', 'merge', 'split', 'move', 'approve', 'refuse')", name="kind"
    ),
    Index(None, "act_id"),
    partial_index("ix_decisions_pair", "pair_id", where="pair_id IS NOT NULL"),
    partial_index("ix_decisions_standing", "id", where="undone_at IS NULL"),
    partial_index("ix_decisions_gone", "other_event_id", where="undone_at IS NULL"),
)

# What a person wrote over a field of an event; it wins over all imports until it is taken back.
event_edits = Table(
    "event_edits",
    metadata,
    Column("event_id", Text, ForeignKey("events.id"), nullable=False),
    required("field"),
    #: JSON; null where the field was emptied.
    required("value"),
    required("who"),
    required("edited_at"),
    #: The event it was made on, where a merge brought it here.
    Column("made_on", Text),
    PrimaryKeyConstraint("event_id", "field"),
)
