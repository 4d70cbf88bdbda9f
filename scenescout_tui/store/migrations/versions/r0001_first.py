"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


_RUN_ACCOUNTING = """
CREATE VIEW run_accounting AS
SELECT runs.id AS run_id,
       COALESCE(SUM(CASE WHEN b.state <> 'withdrawn' THEN b.size ELSE 0 END), 0) AS total,
       COALESCE(SUM(b.created), 0) AS created,
       COALESCE(SUM(b.updated), 0) AS updated,
       COALESCE(SUM(b.unchanged), 0) AS unchanged,
       COALESCE(SUM(b.duplicate), 0) AS duplicate,
       COALESCE(SUM(b.review), 0) AS review,
       COALESCE(SUM(b.skipped), 0) AS skipped,
       COALESCE(SUM(b.failed), 0) AS failed,
       COALESCE(SUM(CASE WHEN b.state = 'accepted' THEN b.size ELSE 0 END), 0) AS in_flight
FROM runs LEFT JOIN run_batches AS b ON b.run_id = runs.id
GROUP BY runs.id
"""


_IDENTITY = (
    "created + updated + unchanged + duplicate + review + skipped + failed = "
    "CASE state WHEN 'committed' THEN size ELSE 0 END"
)


def upgrade() -> None:
    """Make all tables and the view."""
    _create_runs()
    _create_run_batches()
    _create_batch_outcomes()
    _create_events()
    _create_events_indexes()
    _create_source_records()
    _create_record_contents()
    _create_event_blocks()
    _create_record_links()
    _create_review_pairs()
    _create_source_venues()
    _create_dead_letters()
    _create_errors()
    _create_error_groups()
    _create_clears()
    _create_totals()
    _create_audit_log()
    op.execute(_RUN_ACCOUNTING)


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("who", _TEXT, nullable=False),
        sa.Column("inputs", _TEXT, nullable=False),
        sa.Column("options", _TEXT, nullable=False),
        sa.Column("note", _TEXT, nullable=True),
        sa.Column("started_at", _TEXT, nullable=False),
        sa.Column("ended_at", _TEXT, nullable=True),
        sa.Column("resume_at", _TEXT, nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'completed', 'failed', 'cancelled', 'interrupted', 'parked')",
            name=op.f("ck_runs_state"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_state", "runs", ["state"], unique=False)


def _create_run_batches() -> None:
    op.create_table(
        "run_batches",
        sa.Column("run_id", _TEXT, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("cursor_after", _TEXT, nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("created", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("unchanged", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("duplicate", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("review", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("skipped", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("accepted_at", _TEXT, nullable=False),
        sa.Column("committed_at", _TEXT, nullable=True),
        sa.CheckConstraint(_IDENTITY, name=op.f("ck_run_batches_identity")),
        sa.CheckConstraint(
            "state IN ('accepted', 'committed', 'withdrawn')", name=op.f("ck_run_batches_state")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_batches_run_id"),
        sa.PrimaryKeyConstraint("run_id", "seq", name="pk_run_batches"),
    )


def _create_batch_outcomes() -> None:
    op.create_table(
        "batch_outcomes",
        sa.Column("run_id", _TEXT, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outcomes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id", "seq"],
            ["run_batches.run_id", "run_batches.seq"],
            name="fk_batch_outcomes_run_id_seq",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "seq", name="pk_batch_outcomes"),
    )


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("title", _TEXT, nullable=False),
        sa.Column("summary", _TEXT, nullable=True),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("attendance", _TEXT, nullable=False),
        sa.Column("starts_at", _TEXT, nullable=False),
        sa.Column("ends_at", _TEXT, nullable=True),
        sa.Column("start_local", _TEXT, nullable=False),
        sa.Column("end_local", _TEXT, nullable=True),
        sa.Column("timezone", _TEXT, nullable=True),
        sa.Column("tz_source", _TEXT, nullable=True),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("venue_name", _TEXT, nullable=True),
        sa.Column("venue_display", _TEXT, nullable=True),
        sa.Column("address1", _TEXT, nullable=True),
        sa.Column("address2", _TEXT, nullable=True),
        sa.Column("city", _TEXT, nullable=True),
        sa.Column("region", _TEXT, nullable=True),
        sa.Column("postal", _TEXT, nullable=True),
        sa.Column("country", _TEXT, nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("organizer_name", _TEXT, nullable=True),
        sa.Column("organizer_url", _TEXT, nullable=True),
        sa.Column("series_id", _TEXT, nullable=True),
        sa.Column("category", _TEXT, nullable=True),
        sa.Column("category_raw", _TEXT, nullable=True),
        sa.Column("tags", _TEXT, nullable=True),
        sa.Column("is_free", sa.Boolean(), nullable=True),
        sa.Column("price_min", sa.BigInteger(), nullable=True),
        sa.Column("price_max", sa.BigInteger(), nullable=True),
        sa.Column("currency", _TEXT, nullable=True),
        sa.Column("url", _TEXT, nullable=True),
        sa.Column("tickets_url", _TEXT, nullable=True),
        sa.Column("image_url", _TEXT, nullable=True),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("contact_email", _TEXT, nullable=True),
        sa.Column("contact_phone", _TEXT, nullable=True),
        sa.Column("popularity", _TEXT, nullable=True),
        sa.Column("quality", _TEXT, nullable=True),
        sa.Column("source_updated_at", _TEXT, nullable=True),
        sa.Column("sources", _TEXT, nullable=False),
        sa.Column("record_count", sa.Integer(), nullable=False),
        sa.Column("field_sources", _TEXT, nullable=False),
        sa.Column("description_record_id", _TEXT, nullable=True),
        sa.Column("merged_into", _TEXT, nullable=True),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("updated_at", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )


def _create_events_indexes() -> None:
    op.create_index("ix_events_city", "events", ["city", "starts_at", "id", "merged_into"], unique=False)
    op.create_index("ix_events_start", "events", ["starts_at", "id", "merged_into"], unique=False)
    op.create_index(
        "ix_events_unusual_status",
        "events",
        ["status", "starts_at", "id", "merged_into"],
        unique=False,
        sqlite_where=sa.text("status <> 'scheduled'"),
        postgresql_where=sa.text("status <> 'scheduled'"),
    )


def _create_source_records() -> None:
    op.create_table(
        "source_records",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("source_account", _TEXT, nullable=False),
        sa.Column("external_id", _TEXT, nullable=False),
        sa.Column("event_id", _TEXT, nullable=False),
        sa.Column("run_id", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("content_hash", _TEXT, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("first_seen_at", _TEXT, nullable=False),
        sa.Column("last_seen_at", _TEXT, nullable=False),
        sa.Column("changed_at", _TEXT, nullable=False),
        sa.Column("retention_until", _TEXT, nullable=True),
        sa.CheckConstraint("state IN ('active', 'pending', 'refused')", name=op.f("ck_source_records_state")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_source_records_event_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_source_records_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_source_records"),
        sa.UniqueConstraint(
            "source",
            "source_account",
            "external_id",
            name="uq_source_records_source_source_account_external_id",
        ),
    )
    op.create_index("ix_source_records_digest", "source_records", ["digest"], unique=False)
    op.create_index("ix_source_records_event_id", "source_records", ["event_id"], unique=False)
    op.create_index(
        "ix_source_records_retention",
        "source_records",
        ["retention_until"],
        unique=False,
        sqlite_where=sa.text("retention_until IS NOT NULL"),
        postgresql_where=sa.text("retention_until IS NOT NULL"),
    )
    op.create_index(
        "ix_source_records_waiting",
        "source_records",
        ["state", "first_seen_at", "id"],
        unique=False,
        sqlite_where=sa.text("state <> 'active'"),
        postgresql_where=sa.text("state <> 'active'"),
    )


def _create_record_contents() -> None:
    op.create_table(
        "record_contents",
        sa.Column("record_id", _TEXT, nullable=False),
        sa.Column("normalised", _TEXT, nullable=True),
        sa.Column("block_keys", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["source_records.id"], name="fk_record_contents_record_id"),
        sa.PrimaryKeyConstraint("record_id", name="pk_record_contents"),
    )


def _create_event_blocks() -> None:
    op.create_table(
        "event_blocks",
        sa.Column("block_key", _TEXT, nullable=False),
        sa.Column("event_id", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("block_key", "event_id", name="pk_event_blocks"),
        sqlite_with_rowid=False,
    )


def _create_record_links() -> None:
    op.create_table(
        "record_links",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("record_id", _TEXT, nullable=False),
        sa.Column("event_id", _TEXT, nullable=False),
        sa.Column("previous_event_id", _TEXT, nullable=True),
        sa.Column("decided_by", _TEXT, nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("evidence", _TEXT, nullable=False),
        sa.Column("run_id", _TEXT, nullable=True),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_record_links_event_id"),
        sa.ForeignKeyConstraint(["record_id"], ["source_records.id"], name="fk_record_links_record_id"),
        sa.PrimaryKeyConstraint("id", name="pk_record_links"),
    )
    op.create_index("ix_record_links_event_id", "record_links", ["event_id"], unique=False)
    op.create_index("ix_record_links_record_id", "record_links", ["record_id"], unique=False)


def _create_review_pairs() -> None:
    op.create_table(
        "review_pairs",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("event_id", _TEXT, nullable=False),
        sa.Column("other_event_id", _TEXT, nullable=False),
        sa.Column("record_id", _TEXT, nullable=False),
        sa.Column("run_id", _TEXT, nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("evidence", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("decided_by", _TEXT, nullable=True),
        sa.Column("decided_at", _TEXT, nullable=True),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'same', 'different', 'later')", name=op.f("ck_review_pairs_state")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_review_pairs_event_id"),
        sa.ForeignKeyConstraint(["other_event_id"], ["events.id"], name="fk_review_pairs_other_event_id"),
        sa.ForeignKeyConstraint(["record_id"], ["source_records.id"], name="fk_review_pairs_record_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_pairs"),
        sa.UniqueConstraint("event_id", "other_event_id", name="uq_review_pairs_event_id_other_event_id"),
    )
    op.create_index("ix_review_pairs_other_event_id", "review_pairs", ["other_event_id"], unique=False)
    op.create_index("ix_review_pairs_state_id", "review_pairs", ["state", "id"], unique=False)


def _create_source_venues() -> None:
    op.create_table(
        "source_venues",
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("source_account", _TEXT, nullable=False),
        sa.Column("external_id", _TEXT, nullable=False),
        sa.Column("venue", _TEXT, nullable=False),
        sa.Column("updated_at", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("source", "source_account", "external_id", name="pk_source_venues"),
    )


def _create_dead_letters() -> None:
    op.create_table(
        "dead_letters",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("run_id", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("source_account", _TEXT, nullable=False),
        sa.Column("external_id", _TEXT, nullable=True),
        sa.Column("code", _TEXT, nullable=False),
        sa.Column("message", _TEXT, nullable=False),
        sa.Column("field", _TEXT, nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("origin", _TEXT, nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=True),
        sa.Column("retry_run_id", _TEXT, nullable=True),
        sa.Column("decided_by", _TEXT, nullable=True),
        sa.Column("decided_at", _TEXT, nullable=True),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("retention_until", _TEXT, nullable=True),
        sa.CheckConstraint("state IN ('open', 'retried', 'discarded')", name=op.f("ck_dead_letters_state")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_dead_letters_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letters"),
    )
    op.create_index("ix_dead_letters_run_id_id", "dead_letters", ["run_id", "id"], unique=False)
    op.create_index("ix_dead_letters_state_id", "dead_letters", ["state", "id"], unique=False)
    for name, columns in (
        ("ix_dead_letters_open_digest", ["digest"]),
        ("ix_dead_letters_open_identity", ["source", "external_id"]),
    ):
        op.create_index(
            name,
            "dead_letters",
            columns,
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )


def _create_errors() -> None:
    op.create_table(
        "errors",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("run_id", _TEXT, nullable=True),
        sa.Column("group_key", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("stage", _TEXT, nullable=False),
        sa.Column("code", _TEXT, nullable=False),
        sa.Column("message", _TEXT, nullable=False),
        sa.Column("action", _TEXT, nullable=False),
        sa.Column("field", _TEXT, nullable=True),
        sa.Column("external_id", _TEXT, nullable=True),
        sa.Column("origin", _TEXT, nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("dead_letter_id", _TEXT, nullable=True),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("cleared_at", _TEXT, nullable=True),
        sa.Column("clear_id", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["dead_letter_id"], ["dead_letters.id"], name="fk_errors_dead_letter_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_errors_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_errors"),
    )
    op.create_index(
        "ix_errors_clear",
        "errors",
        ["clear_id"],
        unique=False,
        sqlite_where=sa.text("clear_id IS NOT NULL"),
        postgresql_where=sa.text("clear_id IS NOT NULL"),
    )
    op.create_index("ix_errors_cleared_at_id", "errors", ["cleared_at", "id"], unique=False)
    op.create_index(
        "ix_errors_dead_letter",
        "errors",
        ["dead_letter_id"],
        unique=False,
        sqlite_where=sa.text("dead_letter_id IS NOT NULL"),
        postgresql_where=sa.text("dead_letter_id IS NOT NULL"),
    )
    op.create_index(
        "ix_errors_group_key_cleared_at_id", "errors", ["group_key", "cleared_at", "id"], unique=False
    )
    op.create_index("ix_errors_group_key_id", "errors", ["group_key", "id"], unique=False)
    op.create_index("ix_errors_run_id_id", "errors", ["run_id", "id"], unique=False)


def _create_error_groups() -> None:
    op.create_table(
        "error_groups",
        sa.Column("group_key", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("stage", _TEXT, nullable=False),
        sa.Column("code", _TEXT, nullable=False),
        sa.Column("message", _TEXT, nullable=False),
        sa.Column("action", _TEXT, nullable=False),
        sa.Column("sample", _TEXT, nullable=False),
        sa.Column("sample_error_id", _TEXT, nullable=False),
        sa.Column("total", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("open", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("first_seen_at", _TEXT, nullable=False),
        sa.Column("last_seen_at", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("group_key", name="pk_error_groups"),
    )
    op.create_index("ix_error_groups_last_seen_at", "error_groups", ["last_seen_at"], unique=False)


def _create_clears() -> None:
    op.create_table(
        "clears",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("who", _TEXT, nullable=False),
        sa.Column("count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("undone_at", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_clears"),
    )


def _create_totals() -> None:
    op.create_table(
        "totals",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("value", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("name", "source", name="pk_totals"),
    )


def _create_audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("at", _TEXT, nullable=False),
        sa.Column("who", _TEXT, nullable=False),
        sa.Column("tty", _TEXT, nullable=True),
        sa.Column("action", _TEXT, nullable=False),
        sa.Column("target", _TEXT, nullable=False),
        sa.Column("count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("detail", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_at", "audit_log", ["at"], unique=False)
