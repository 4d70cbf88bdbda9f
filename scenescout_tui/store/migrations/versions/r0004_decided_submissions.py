"""What was said of submissions is a decision like the others: it names the record, and can be taken back.

The narrow `decisions` alone is made anew, because SQLite changes no constraint of a table that is there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_BEFORE = (
    *("id", "act_id", "kind", "pair_id", "event_id", "other_event_id", "link_id", "who", "reason"),
    *("created_at", "undone_at"),
)
_NAMED = "ck_decisions_kind"
_KINDS = "kind IN ('same', 'different', 'later', 'merge', 'split', 'move', 'approve', 'refuse')"
_STANDING = "undone_at IS NULL"
#: Name, column, and which rows.
_PARTIAL = (
    ("ix_decisions_pair", "pair_id", "pair_id IS NOT NULL"),
    ("ix_decisions_standing", "id", _STANDING),
    ("ix_decisions_gone", "other_event_id", _STANDING),
)


def upgrade() -> None:
    """Add kinds and a column."""
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("decisions", sa.Column("record_id", _TEXT, nullable=True))
        op.drop_constraint(op.f(_NAMED), "decisions", type_="check")
        op.create_check_constraint(op.f(_NAMED), "decisions", _KINDS)
        return
    op.drop_index("ix_decisions_act_id", "decisions")
    for name, _, _ in _PARTIAL:
        op.drop_index(name, "decisions")
    op.rename_table("decisions", "decisions_before")
    _create_table()
    names = ", ".join(_BEFORE)
    op.execute(f"INSERT INTO decisions ({names}) SELECT {names} FROM decisions_before")  # noqa: S608 – our own names
    op.drop_table("decisions_before")
    op.create_index("ix_decisions_act_id", "decisions", ["act_id"], unique=False)
    for name, column, rows in _PARTIAL:
        op.create_index(name, "decisions", [column], unique=False, sqlite_where=sa.text(rows))


def _create_table() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("act_id", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("pair_id", _TEXT, nullable=True),
        sa.Column("event_id", _TEXT, nullable=False),
        sa.Column("other_event_id", _TEXT, nullable=True),
        sa.Column("link_id", _TEXT, nullable=True),
        sa.Column("record_id", _TEXT, nullable=True),
        sa.Column("who", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=True),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("undone_at", _TEXT, nullable=True),
        sa.CheckConstraint(_KINDS, name=op.f(_NAMED)),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
