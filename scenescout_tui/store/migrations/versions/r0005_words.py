"""Lists of any length: an index of words, events by their last change, errors of a run by group.

The words are empty at first, and are filled while no import goes on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SQLITE = (
    (
        "CREATE TABLE event_docs (doc INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, "
        "starts_at TEXT NOT NULL, updated_at TEXT NOT NULL, words TEXT NOT NULL)"
    ),
    (
        "CREATE VIRTUAL TABLE event_words USING fts5 (words, content='event_docs', content_rowid='doc', "
        "detail=none, prefix='1 2 3', tokenize='ascii')"
    ),
    "CREATE TABLE bookmarks (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
)
_POSTGRESQL = (
    (
        'CREATE TABLE event_docs (event_id TEXT COLLATE "C" PRIMARY KEY, '
        'starts_at TEXT COLLATE "C" NOT NULL, updated_at TEXT COLLATE "C" NOT NULL, '
        'words TEXT COLLATE "C" NOT NULL, lexemes tsvector NOT NULL)'
    ),
    "CREATE INDEX ix_event_docs_lexemes ON event_docs USING gin (lexemes) WITH (fastupdate = off)",
    'CREATE TABLE bookmarks (name TEXT COLLATE "C" PRIMARY KEY, value TEXT COLLATE "C" NOT NULL)',
)


def upgrade() -> None:
    """Add them, and count the errors that are there."""
    op.create_index("ix_events_updated", "events", ["updated_at", "id", "merged_into"], unique=False)
    op.create_table(
        "run_errors",
        sa.Column("run_id", _TEXT, nullable=False),
        sa.Column("group_key", _TEXT, nullable=False),
        sa.Column("count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_errors_run_id"),
        sa.PrimaryKeyConstraint("run_id", "group_key", name="pk_run_errors"),
    )
    op.execute(
        "INSERT INTO run_errors (run_id, group_key, count) SELECT run_id, group_key, count(*) FROM errors "
        "WHERE run_id IS NOT NULL GROUP BY run_id, group_key"
    )
    connection = op.get_bind()
    for statement in _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE:
        connection.exec_driver_sql(statement)
