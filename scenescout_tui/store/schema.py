"""The tables, one schema for SQLite and PostgreSQL.

Other programs may read `events`, `source_records`, `runs`, `run_batches`, `dead_letters`, `audit_log` and the
view `run_accounting`. Moments are UTC text (see `stamps`), ids are ULIDs, lists and objects are JSON text. A
change here needs a new migration beside it; a test compares both.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    column,
    false,
    table,
    text,
    true,
)
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


def _required(name: str, default: str | None = None) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def _partial(name: str, *columns: str, where: str) -> Index:
    """An index of the few rows that it is asked for; nothing is paid for the others."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def _expiring(table_name: str) -> Index:
    """The index by which what may not be kept any longer is found."""
    return _partial(f"ix_{table_name}_retention", "retention_until", where="retention_until IS NOT NULL")


runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    _required("source"),
    _required("state"),
    _required("who"),
    _required("inputs"),
    _required("options"),
    Column("note", Text),
    _required("started_at"),
    Column("ended_at", Text),
    #: When a parked run may go on.
    Column("resume_at", Text),
    #: The list that it walks, by name; None where what it does not see means nothing.
    Column("scope", Text),
    #: Whether it can be gone on with: its input is there for a second look.
    Column("resumable", Boolean, nullable=False, server_default=true()),
    #: Records that its source turned out to list no longer.
    _count("missing"),
    #: Whether any of its pages was an older copy.
    Column("stale", Boolean, nullable=False, server_default=false()),
    CheckConstraint(
        "state IN ('running', 'completed', 'failed', 'cancelled', 'interrupted', 'parked')", name="state"
    ),
    Index(None, "state"),
)

# The truth of a run. A committed batch has an outcome for each of its records, any other has none: with that
# the accounting identity is the sum of rows that each keep it. A batch whose place was taken by other records
# (the input changed before a resume) keeps its counts under a negative seq.
run_batches = Table(
    "run_batches",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), nullable=False),
    Column("seq", BigInteger, nullable=False, autoincrement=False),
    _count("size"),
    _required("state"),
    Column("cursor_after", Text),
    #: Digest over the digests of the records, by which a replay is told from other records in the same place.
    Column("fingerprint", LargeBinary),
    *(_count(outcome) for outcome in OUTCOMES),
    _required("accepted_at"),
    Column("committed_at", Text),
    PrimaryKeyConstraint("run_id", "seq"),
    CheckConstraint("state IN ('accepted', 'committed', 'withdrawn')", name="state"),
    CheckConstraint(
        f"{' + '.join(OUTCOMES)} = CASE state WHEN 'committed' THEN size ELSE 0 END", name="identity"
    ),
)

# Apart from run_batches, whose rows stay small enough to be summed at every look.
batch_outcomes = Table(
    "batch_outcomes",
    metadata,
    Column("run_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False, autoincrement=False),
    Column("outcomes", LargeBinary, nullable=False),
    PrimaryKeyConstraint("run_id", "seq"),
    ForeignKeyConstraint(
        ["run_id", "seq"], ["run_batches.run_id", "run_batches.seq"], onupdate="CASCADE", ondelete="CASCADE"
    ),
)

_SUMS = ",\n       ".join(f"COALESCE(SUM(b.{outcome}), 0) AS {outcome}" for outcome in OUTCOMES)
RUN_ACCOUNTING_VIEW = f"""
CREATE VIEW run_accounting AS
SELECT runs.id AS run_id,
       COALESCE(SUM(CASE WHEN b.state <> 'withdrawn' THEN b.size ELSE 0 END), 0) AS total,
       {_SUMS},
       COALESCE(SUM(CASE WHEN b.state = 'accepted' THEN b.size ELSE 0 END), 0) AS in_flight
FROM runs LEFT JOIN run_batches AS b ON b.run_id = runs.id
GROUP BY runs.id
"""  # noqa: S608 – our own names

run_accounting = table(
    "run_accounting",
    column("run_id"),
    column("total"),
    *(column(name) for name in OUTCOMES),
    column("in_flight"),
)

# Canonical events. Descriptions are not copied here: `description_record_id` names the source record that
# gives them, which keeps rows small enough to scan and leaves one place to blank.
events = Table(
    "events",
    metadata,
    Column("id", Text, primary_key=True),
    _required("title"),
    Column("summary", Text),
    #: That of its source; pending, refused: see `source_records`; missing: no source lists it any more;
    #: expired: its content may not be kept, and only its id, its address and its records are left.
    _required("status"),
    _required("attendance"),
    #: Of an expired event `stamps.NO_START`, which keeps it out of lists by the index alone.
    _required("starts_at"),
    Column("ends_at", Text),
    _required("start_local"),
    Column("end_local", Text),
    Column("timezone", Text),
    Column("tz_source", Text),
    Column("all_day", Boolean, nullable=False),
    Column("venue_id", Text),
    Column("venue_name", Text),
    Column("venue_display", Text),
    Column("address1", Text),
    Column("address2", Text),
    Column("city", Text),
    Column("region", Text),
    Column("postal", Text),
    Column("country", Text),
    Column("latitude", Float),
    Column("longitude", Float),
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
    _required("sources"),
    Column("record_count", Integer, nullable=False),
    #: JSON object: field → id of the record that gives it; "*" stands for all fields not named.
    _required("field_sources"),
    Column("description_record_id", Text),
    #: The event that took over the last record of this one.
    Column("merged_into", Text),
    _required("created_at"),
    _required("updated_at"),
    # With `merged_into`, a page of a list is found in its index alone.
    Index("ix_events_start", "starts_at", "id", "merged_into"),
    Index("ix_events_city", "city", "starts_at", "id", "merged_into"),
    # Few events are anything but scheduled; those that are get asked for by status.
    _partial(
        "ix_events_unusual_status", "status", "starts_at", "id", "merged_into", where="status <> 'scheduled'"
    ),
)

source_records = Table(
    "source_records",
    metadata,
    Column("id", Text, primary_key=True),
    _required("source"),
    _required("source_account"),
    _required("external_id"),
    Column("event_id", Text, ForeignKey("events.id"), nullable=False),
    #: The run that saw it last.
    Column("run_id", Text, ForeignKey("runs.id"), nullable=False),
    #: active; pending and refused: a submission before and after a person refused it.
    _required("state"),
    _required("content_hash"),
    Column("digest", LargeBinary, nullable=False),
    _required("first_seen_at"),
    _required("last_seen_at"),
    _required("changed_at"),
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
    _partial("ix_source_records_waiting", "state", "first_seen_at", "id", where="state <> 'active'"),
    _expiring("source_records"),
    _partial("ix_source_records_blanked", "source", "blanked_at", where="blanked_at IS NOT NULL"),
)

# Apart from source_records, so that noting "seen again" rewrites a small row.
record_contents = Table(
    "record_contents",
    metadata,
    Column("record_id", Text, ForeignKey("source_records.id"), primary_key=True),
    #: The normalised event as JSON; None once its source's retention has expired.
    Column("normalised", Text),
    #: Its block keys, separated by line feeds.
    _required("block_keys"),
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

# Why a record was attached to an event that it did not create: the matcher's evidence, or a person's
# decision.
record_links = Table(
    "record_links",
    metadata,
    Column("id", Text, primary_key=True),
    Column("record_id", Text, ForeignKey("source_records.id"), nullable=False),
    Column("event_id", Text, ForeignKey("events.id"), nullable=False),
    Column("previous_event_id", Text),
    _required("decided_by"),
    Column("score", Float),
    _required("evidence"),
    Column("run_id", Text),
    #: What it was part of: one id for all links of a merge, by which they are undone together.
    Column("decision_id", Text),
    #: When a person took it back.
    Column("undone_at", Text),
    _required("created_at"),
    Index(None, "record_id"),
    Index(None, "event_id"),
    _partial("ix_record_links_decision", "decision_id", where="decision_id IS NOT NULL"),
)

review_pairs = Table(
    "review_pairs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("event_id", Text, ForeignKey("events.id"), nullable=False),
    Column("other_event_id", Text, ForeignKey("events.id"), nullable=False),
    Column("record_id", Text, ForeignKey("source_records.id"), nullable=False),
    Column("run_id", Text),
    Column("score", Float),
    _required("evidence"),
    _required("state"),
    Column("decided_by", Text),
    Column("decided_at", Text),
    _required("created_at"),
    CheckConstraint("state IN ('open', 'same', 'different', 'later')", name="state"),
    UniqueConstraint("event_id", "other_event_id"),
    Index(None, "state", "id"),
    Index(None, "other_event_id"),
)

# What a person wrote over a field of an event; it wins over all imports until it is taken back.
event_edits = Table(
    "event_edits",
    metadata,
    Column("event_id", Text, ForeignKey("events.id"), nullable=False),
    _required("field"),
    #: JSON; null where the field was emptied.
    _required("value"),
    _required("who"),
    _required("edited_at"),
    #: The event it was made on, where a merge brought it here.
    Column("made_on", Text),
    PrimaryKeyConstraint("event_id", "field"),
)

# Houses, each once, made from what the sources say of them.
venues = Table(
    "venues",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text),
    Column("address1", Text),
    Column("address2", Text),
    Column("city", Text),
    Column("region", Text),
    Column("postal", Text),
    Column("country", Text),
    Column("latitude", Float),
    Column("longitude", Float),
    #: How many rows of `source_venues` it is made from.
    _count("source_count"),
    _required("created_at"),
    _required("updated_at"),
    Index("ix_venues_name", "name", "id"),
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
    _required("source"),
    _required("source_account"),
    #: The source's own id; where it has none, "#" and a digest of name, address, city and coordinates.
    _required("external_id"),
    _required("venue"),
    #: None in rows of earlier versions that have not been read again.
    Column("venue_id", Text),
    _required("updated_at"),
    Column("retention_until", Text),
    PrimaryKeyConstraint("source", "source_account", "external_id"),
    _partial("ix_source_venues_venue", "venue_id", where="venue_id IS NOT NULL"),
    _expiring("source_venues"),
)

# Good answers of sources: for when a source does not answer, and to ask it for news only.
kept_pages = Table(
    "kept_pages",
    metadata,
    _required("source"),
    #: Names the request, without secrets.
    _required("page_key"),
    #: The run that kept it; its end says whether all of the answer was imported.
    Column("run_id", Text, ForeignKey("runs.id"), nullable=False),
    #: Stands for the options with which it was imported.
    _required("salt"),
    #: Compressed.
    Column("body", LargeBinary),
    Column("etag", Text),
    Column("last_modified", Text),
    _required("fetched_at"),
    Column("retention_until", Text),
    PrimaryKeyConstraint("source", "page_key"),
    _expiring("kept_pages"),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("runs.id"), nullable=False),
    _required("source"),
    _required("source_account"),
    Column("external_id", Text),
    _required("code"),
    _required("message"),
    Column("field", Text),
    #: The record's bytes as they came; None once its source's retention has expired.
    Column("payload", LargeBinary),
    #: That of the record, by which the same bytes are known when they come again.
    Column("digest", LargeBinary),
    _required("origin"),
    Column("line", BigInteger, nullable=False),
    _required("state"),
    Column("reason", Text),
    Column("retry_run_id", Text),
    Column("decided_by", Text),
    Column("decided_at", Text),
    _required("created_at"),
    #: When its payload has to be blanked; None where it may be kept, and once it is blanked.
    Column("retention_until", Text),
    CheckConstraint("state IN ('open', 'retried', 'discarded')", name="state"),
    Index(None, "state", "id"),
    Index(None, "run_id", "id"),
    _partial("ix_dead_letters_open_digest", "digest", where="state = 'open'"),
    _partial("ix_dead_letters_open_identity", "source", "external_id", where="state = 'open'"),
    _expiring("dead_letters"),
)

errors = Table(
    "errors",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("runs.id")),
    _required("group_key"),
    _required("source"),
    _required("stage"),
    _required("code"),
    _required("message"),
    _required("action"),
    Column("field", Text),
    Column("external_id", Text),
    _required("origin"),
    Column("line", BigInteger, nullable=False),
    Column("dead_letter_id", Text, ForeignKey("dead_letters.id")),
    _required("created_at"),
    Column("cleared_at", Text),
    Column("clear_id", Text),
    Index(None, "group_key", "id"),
    Index(None, "run_id", "id"),
    Index(None, "cleared_at", "id"),
    Index(None, "group_key", "cleared_at", "id"),
    _partial("ix_errors_clear", "clear_id", where="clear_id IS NOT NULL"),
    _partial("ix_errors_dead_letter", "dead_letter_id", where="dead_letter_id IS NOT NULL"),
)

# Kept in the same transactions as `errors`: grouping a million rows at every look would take over a second.
error_groups = Table(
    "error_groups",
    metadata,
    Column("group_key", Text, primary_key=True),
    _required("source"),
    _required("stage"),
    _required("code"),
    #: The message without its numbers, ids and quoted values.
    _required("message"),
    _required("action"),
    _required("sample"),
    _required("sample_error_id"),
    _count("total"),
    _count("open"),
    _required("first_seen_at"),
    _required("last_seen_at"),
    Index(None, "last_seen_at"),
)

clears = Table(
    "clears",
    metadata,
    Column("id", Text, primary_key=True),
    _required("who"),
    _count("count"),
    _required("created_at"),
    Column("undone_at", Text),
)

# Numbers that every screen shows, kept in the same transactions as the rows they count.
totals = Table(
    "totals",
    metadata,
    _required("name"),
    _required("source"),
    _count("value"),
    PrimaryKeyConstraint("name", "source"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Text, primary_key=True),
    _required("at"),
    _required("who"),
    Column("tty", Text),
    _required("action"),
    _required("target"),
    _count("count"),
    Column("detail", Text),
    Index(None, "at"),
)
