"""What live sources need: lists by name, records that are no longer listed, content kept for a time, pages.

Columns, indexes and a table are added, so that no table with a million wide rows is copied; only the narrow
`event_blocks` is made anew, with numbers in place of keys that hold names.
"""

from __future__ import annotations

from typing import Any
from zlib import crc32

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_LIMITED = "retention_until IS NOT NULL"


def upgrade() -> None:
    """Add them."""
    _extend_runs()
    _extend_source_records()
    op.add_column("source_venues", sa.Column("retention_until", _TEXT, nullable=True))
    _create_retention_index("source_venues")
    _create_retention_index("dead_letters")
    _create_kept_pages()
    _number_blocks()


def _extend_runs() -> None:
    op.add_column("runs", sa.Column("scope", _TEXT, nullable=True))
    op.add_column("runs", sa.Column("resumable", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("runs", sa.Column("missing", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("runs", sa.Column("stale", sa.Boolean(), server_default=sa.false(), nullable=False))
    # Standard input, forms, payloads and dead letters are not there for a second look.
    runs = sa.table("runs", sa.column("inputs", _TEXT), sa.column("resumable", sa.Boolean()))
    gone = sa.or_(
        runs.c.inputs.in_(['["payloads"]', '["form"]', '["sandbox"]']),
        runs.c.inputs.like('["% dead letters"]'),
        runs.c.inputs.like('%"-"%'),
    )
    op.execute(runs.update().where(gone).values(resumable=sa.false()))


def _extend_source_records() -> None:
    op.add_column("source_records", sa.Column("missing_since", _TEXT, nullable=True))
    op.add_column("source_records", sa.Column("blanked_at", _TEXT, nullable=True))
    op.add_column("source_records", sa.Column("was_over", sa.Boolean(), nullable=True))
    op.create_index(
        "ix_source_records_blanked",
        "source_records",
        ["source", "blanked_at"],
        unique=False,
        sqlite_where=sa.text("blanked_at IS NOT NULL"),
        postgresql_where=sa.text("blanked_at IS NOT NULL"),
    )


def _create_retention_index(table: str) -> None:
    op.create_index(
        f"ix_{table}_retention",
        table,
        ["retention_until"],
        unique=False,
        sqlite_where=sa.text(_LIMITED),
        postgresql_where=sa.text(_LIMITED),
    )


def _create_kept_pages() -> None:
    op.create_table(
        "kept_pages",
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("page_key", _TEXT, nullable=False),
        sa.Column("run_id", _TEXT, nullable=False),
        sa.Column("salt", _TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("etag", _TEXT, nullable=True),
        sa.Column("last_modified", _TEXT, nullable=True),
        sa.Column("fetched_at", _TEXT, nullable=False),
        sa.Column("retention_until", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_kept_pages_run_id"),
        sa.PrimaryKeyConstraint("source", "page_key", name="pk_kept_pages"),
    )
    _create_retention_index("kept_pages")


def _number_blocks() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        # Sorted by the database: rows that come in order are appended, others are searched for a place.
        driver: Any = bind.connection.driver_connection
        driver.create_function("block_number", 1, _block_number, deterministic=True)
        op.rename_table("event_blocks", "event_keys")
        _create_event_blocks()
        op.execute(
            "INSERT INTO event_blocks SELECT DISTINCT block_number(block_key), event_id "
            "FROM event_keys ORDER BY 1, 2"
        )
        op.drop_table("event_keys")
        return
    keys = bind.execute(sa.text("SELECT block_key, event_id FROM event_blocks")).all()
    op.drop_table("event_blocks")
    numbered = {(_block_number(key), event_id) for key, event_id in keys}
    rows = [{"block_key": number, "event_id": event_id} for number, event_id in numbered]
    op.bulk_insert(_create_event_blocks(), rows)


def _create_event_blocks() -> sa.Table:
    return op.create_table(
        "event_blocks",
        sa.Column("block_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("block_key", "event_id", name="pk_event_blocks"),
        sqlite_with_rowid=False,
    )


def _block_number(key: str) -> int:
    return crc32(key.encode("utf-8", "surrogatepass"))
