"""Decisions that can be taken back, edits that win over imports, and venues of their own.

Only columns, indexes and tables are added; nothing that is there is copied.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add them."""
    _extend_links()
    _extend_pairs()
    _create_decisions()
    _create_edits()
    _create_venues()
    op.add_column("events", sa.Column("slug", _TEXT, nullable=True))
    op.add_column("events", sa.Column("venue_id", _TEXT, nullable=True))
    op.add_column("source_venues", sa.Column("venue_id", _TEXT, nullable=True))
    _create_partial_index("ix_source_venues_venue", "source_venues", "venue_id")


def _extend_links() -> None:
    op.add_column("record_links", sa.Column("decision_id", _TEXT, nullable=True))
    op.add_column("record_links", sa.Column("undone_at", _TEXT, nullable=True))
    _create_partial_index("ix_record_links_decision", "record_links", "decision_id")


def _extend_pairs() -> None:
    for name in ("asked_event_id", "asked_other_event_id", "duplicate_of"):
        op.add_column("review_pairs", sa.Column(name, _TEXT, nullable=True))
    _create_partial_index("ix_events_merged", "events", "merged_into")


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("act_id", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("pair_id", _TEXT, nullable=True),
        sa.Column("event_id", _TEXT, nullable=False),
        sa.Column("other_event_id", _TEXT, nullable=True),
        sa.Column("link_id", _TEXT, nullable=True),
        sa.Column("who", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=True),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("undone_at", _TEXT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('same', 'different', 'later', 'merge', 'split', 'move')", name=op.f("ck_decisions_kind")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_act_id", "decisions", ["act_id"], unique=False)
    _create_partial_index("ix_decisions_pair", "decisions", "pair_id")
    _create_partial_index("ix_decisions_standing", "decisions", "id", where="undone_at IS NULL")
    _create_partial_index("ix_decisions_gone", "decisions", "other_event_id", where="undone_at IS NULL")


def _create_edits() -> None:
    op.create_table(
        "event_edits",
        sa.Column("event_id", _TEXT, nullable=False),
        sa.Column("field", _TEXT, nullable=False),
        sa.Column("value", _TEXT, nullable=False),
        sa.Column("who", _TEXT, nullable=False),
        sa.Column("edited_at", _TEXT, nullable=False),
        sa.Column("made_on", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_event_edits_event_id"),
        sa.PrimaryKeyConstraint("event_id", "field", name="pk_event_edits"),
    )


def _create_venues() -> None:
    op.create_table(
        "venues",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=True),
        sa.Column("address1", _TEXT, nullable=True),
        sa.Column("address2", _TEXT, nullable=True),
        sa.Column("city", _TEXT, nullable=True),
        sa.Column("region", _TEXT, nullable=True),
        sa.Column("postal", _TEXT, nullable=True),
        sa.Column("country", _TEXT, nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("source_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("was_left", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("updated_at", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_venues"),
    )
    op.create_table(
        "venue_blocks",
        sa.Column("block_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("venue_id", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("block_key", "venue_id", name="pk_venue_blocks"),
        sqlite_with_rowid=False,
    )


def _create_partial_index(name: str, table: str, column: str, where: str = "") -> None:
    rows = sa.text(where or f"{column} IS NOT NULL")
    op.create_index(name, table, [column], unique=False, sqlite_where=rows, postgresql_where=rows)
