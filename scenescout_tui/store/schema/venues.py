"""Houses, and what each source says of them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, PrimaryKeyConstraint, Table, false

from scenescout_tui.store.schema.columns import (
    Text,
    count_column,
    expiring_index,
    metadata,
    partial_index,
    place_columns,
    required,
)

# Houses, each once, made from what the sources say of them. No index holds their names, see `event_blocks`.
venues = Table(
    "venues",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text),
    *place_columns(),
    #: How many rows of `source_venues` it is made from.
    count_column("source_count"),
    #: Whether one of them has gone to another venue since; events may still say that it is here.
    Column("was_left", Boolean, nullable=False, server_default=false()),
    required("created_at"),
    required("updated_at"),
)

# Under which keys a venue is found as a candidate; numbers, see `event_blocks`.
venue_blocks = Table(
    "venue_blocks",
    metadata,
    Column("block_key", BigInteger, nullable=False, autoincrement=False),
    Column("venue_id", Text, nullable=False),
    PrimaryKeyConstraint("block_key", "venue_id"),
    sqlite_with_rowid=False,
)

# What each source says of a venue; by it, payloads that name a venue only by its id are understood.
source_venues = Table(
    "source_venues",
    metadata,
    required("source"),
    required("source_account"),
    #: The source's own id; where it has none, "#" and a digest of name, address, city and coordinates.
    required("external_id"),
    required("venue"),
    #: None in rows of earlier versions that have not been read again.
    Column("venue_id", Text),
    required("updated_at"),
    Column("retention_until", Text),
    PrimaryKeyConstraint("source", "source_account", "external_id"),
    partial_index("ix_source_venues_venue", "venue_id", where="venue_id IS NOT NULL"),
    expiring_index("source_venues"),
)
