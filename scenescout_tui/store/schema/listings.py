"""Events, the source records that they are made from, and the keys that they are found by."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from scenescout_tui.store.schema.columns import (
    Text,
    expiring_index,
    metadata,
    partial_index,
    place_columns,
    required,
)

# Canonical events. Descriptions are not copied here: `description_record_id` names the source record that
# gives them, which keeps rows small enough to scan and leaves one place to blank.
events = Table(
    "events",
    metadata,
    Column("id", Text, primary_key=True),
    required("title"),
    Column("slug", Text),
    Column("summary", Text),
    #: That of its source; pending, refused: see `source_records`; missing: no source lists it any more;
    #: expired: its content may not be kept, and only its id, its address and its records are left.
    required("status"),
    required("attendance"),
    #: Of an expired event `stamps.NO_START`, which keeps it out of lists by the index alone.
    required("starts_at"),
    Column("ends_at", Text),
    required("start_local"),
    Column("end_local", Text),
    Column("timezone", Text),
    Column("tz_source", Text),
    Column("all_day", Boolean, nullable=False),
    Column("venue_id", Text),
    Column("venue_name", Text),
    Column("venue_display", Text),
    *place_columns(),
    Column("organizer_name", Text),
    Column("organizer_url", Text),
    Column("series_id", Text),
    Column("category", Text),
    Column("category_raw", Text),
    Column("tags", Text),
    Column("is_free", Boolean),
    Column("price_min", BigInteger),
    Column("price_max", BigInteger),
    Column("currency", Text),
    Column("url", Text),
    Column("tickets_url", Text),
    Column("image_url", Text),
    Column("capacity", BigInteger),
    Column("contact_email", Text),
    Column("contact_phone", Text),
    Column("popularity", Text),
    Column("quality", Text),
    Column("source_updated_at", Text),
    #: Names of the sources of its records, sorted, separated by commas.
    required("sources"),
    Column("record_count", Integer, nullable=False),
    #: JSON object: field → id of the record that gives it; "*" stands for all fields not named.
    required("field_sources"),
    Column("description_record_id", Text),
    #: The event that took over the last record of this one.
    Column("merged_into", Text),
    required("created_at"),
    required("updated_at"),
    # With `merged_into`, a page of a list is found in its index alone.
    Index("ix_events_start", "starts_at", "id", "merged_into"),
    Index("ix_events_city", "city", "starts_at", "id", "merged_into"),
    # By last change: what the index of words has not seen yet is at its end.
    Index("ix_events_updated", "updated_at", "id", "merged_into"),
    # Few events are anything but scheduled; those that are get asked for by status.
    partial_index(
        "ix_events_unusual_status", "status", "starts_at", "id", "merged_into", where="status <> 'scheduled'"
    ),
    partial_index("ix_events_merged", "merged_into", where="merged_into IS NOT NULL"),
)

source_records = Table(
    "source_records",
    metadata,
    Column("id", Text, primary_key=True),
    required("source"),
    required("source_account"),
    required("external_id"),
    Column("event_id", Text, ForeignKey("events.id"), nullable=False),
    #: The run that saw it last.
    Column("run_id", Text, ForeignKey("runs.id"), nullable=False),
    #: active; pending and refused: a submission before and after a person refused it.
    required("state"),
    required("content_hash"),
    Column("digest", LargeBinary, nullable=False),
    required("first_seen_at"),
    required("last_seen_at"),
    required("changed_at"),
    #: When its content has to be blanked; None where it may be kept, and once it is blanked.
    Column("retention_until", Text),
    # Not states: what a person decided stays true of a record that is missing, or blanked, or both.
    #: Since when its source no longer lists it.
    Column("missing_since", Text),
    Column("blanked_at", Text),
    #: Whether its event was over when it was blanked, so that nobody fetches it again.
    Column("was_over", Boolean),
    CheckConstraint("state IN ('active', 'pending', 'refused')", name="state"),
    UniqueConstraint("source", "source_account", "external_id"),
    Index(None, "event_id"),
    Index(None, "digest"),
    partial_index("ix_source_records_waiting", "state", "first_seen_at", "id", where="state <> 'active'"),
    expiring_index("source_records"),
    partial_index("ix_source_records_blanked", "source", "blanked_at", where="blanked_at IS NOT NULL"),
)

# Apart from source_records, so that noting "seen again" rewrites a small row.
record_contents = Table(
    "record_contents",
    metadata,
    Column("record_id", Text, ForeignKey("source_records.id"), primary_key=True),
    #: The normalised event as JSON; None once its source's retention has expired.
    Column("normalised", Text),
    #: Its block keys, separated by line feeds.
    required("block_keys"),
)

# Under which keys an event is found as a candidate. A number stands for the key, which holds names: index
# pages that are split leave traces of what stood in them, and content that may not be kept must leave none.
event_blocks = Table(
    "event_blocks",
    metadata,
    Column("block_key", BigInteger, nullable=False, autoincrement=False),
    Column("event_id", Text, nullable=False),
    PrimaryKeyConstraint("block_key", "event_id"),
    sqlite_with_rowid=False,
)
