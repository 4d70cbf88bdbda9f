"""What all tables share: text that sorts alike on every database, names of constraints, usual columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Float, Index, MetaData, text
from sqlalchemy import Text as AnyText

#: SQLite's `PRAGMA application_id` of our files ("Scou"), by which another program's database is told apart.
APPLICATION_ID = 0x53636F75
#: Where the migrations note how far they have come; not alembic's own name, which a shared database may hold.
VERSION_TABLE = "scenescout_version"

#: Texts sort by their bytes on every server, as they do on SQLite, and `lower` knows ASCII alone on both.
Text = AnyText().with_variant(AnyText(collation="C"), "postgresql")

OUTCOMES = ("created", "updated", "unchanged", "duplicate", "review", "skipped", "failed")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def required(name: str, default: str | None = None) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def count_column(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def place_columns() -> tuple[Column[Any], ...]:
    """Where something is, in an event and in a venue alike: an address, and degrees of WGS 84."""
    names = ("address1", "address2", "city", "region", "postal", "country")
    degrees = (Column("latitude", Float), Column("longitude", Float))
    return (*(Column(name, Text) for name in names), *degrees)


def partial_index(name: str, *columns: str, where: str) -> Index:
    """An index of the few rows that it is asked for; nothing is paid for the others."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def expiring_index(table_name: str) -> Index:
    """The index by which what may not be kept any longer is found."""
    return partial_index(f"ix_{table_name}_retention", "retention_until", where="retention_until IS NOT NULL")
