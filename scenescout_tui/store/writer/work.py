"""The rows that one batch writes, gathered while its records are decided and written together."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection

from scenescout_tui.store.error_book import settle_letter
from scenescout_tui.store.failures import FailureRows, SeenLetter, note_seen
from scenescout_tui.store.schema import (
    event_blocks,
    record_contents,
    record_links,
    review_pairs,
    source_records,
)
from scenescout_tui.store.statements import Row, insert_rows, run_in
from scenescout_tui.store.totals import add_totals
from scenescout_tui.store.writer.canonical import write_events
from scenescout_tui.store.writer.venues import VenueRows

RECORD_COLUMNS = (
    "id",
    "source",
    "source_account",
    "external_id",
    "event_id",
    "run_id",
    "state",
    "content_hash",
    "digest",
    "first_seen_at",
    "last_seen_at",
    "changed_at",
    "retention_until",
)
# The last two are given no value: whoever is written is listed, and its content is there.
_RECORD_CHANGES = (
    *("event_id", "run_id", "state", "content_hash", "digest", "last_seen_at", "changed_at"),
    *("retention_until", "missing_since", "blanked_at"),
)
_CONTENT_COLUMNS = ("record_id", "normalised", "block_keys")
_LINK_COLUMNS = ("id", "record_id", "event_id", "decided_by", "score", "evidence", "run_id", "created_at")
_PAIR_COLUMNS = (
    "id",
    "event_id",
    "other_event_id",
    "record_id",
    "run_id",
    "score",
    "evidence",
    "state",
    "created_at",
)
_SEEN = "UPDATE source_records SET run_id = ?, last_seen_at = ?, missing_since = NULL WHERE id IN (:keys)"
_SEEN_AND_KEPT = _SEEN.replace(" WHERE", ", retention_until = ? WHERE")
_UNBLOCK = "DELETE FROM event_blocks WHERE event_id = ? AND block_key IN (:keys)"


@dataclass(slots=True)
class Work:
    """Rows by table, in the order of the column tuples above; `now` is the stamp of all of them."""

    run_id: str
    now: str
    new_events: list[Row] = field(default_factory=list)
    changed_events: list[Row] = field(default_factory=list)
    new_records: list[Row] = field(default_factory=list)
    changed_records: list[Row] = field(default_factory=list)
    new_contents: list[Row] = field(default_factory=list)
    changed_contents: list[Row] = field(default_factory=list)
    #: Records seen again, by the time until which their content may now be kept (None: as long as before).
    seen: dict[str | None, list[str]] = field(default_factory=dict)
    blocks: list[Row] = field(default_factory=list)
    #: Event id → keys under which it is no longer to be found.
    unblocked: dict[str, tuple[int, ...]] = field(default_factory=dict)
    links: list[Row] = field(default_factory=list)
    pairs: list[Row] = field(default_factory=list)
    venues: VenueRows = field(default_factory=VenueRows)
    failures: FailureRows = field(default_factory=FailureRows)
    #: Dead letters whose bytes came again.
    letters_seen: list[SeenLetter] = field(default_factory=list)
    #: Dead letters whose record has arrived whole.
    letters_settled: list[str] = field(default_factory=list)
    totals: dict[tuple[str, str], int] = field(default_factory=dict)

    def count(self, name: str, source: str = "", change: int = 1) -> None:
        """Let a total of the store grow."""
        key = (name, source)
        self.totals[key] = self.totals.get(key, 0) + change

    def write(self, connection: Connection) -> None:
        """Write all rows, referenced ones first."""
        write_events(connection, self.new_events, self.changed_events)
        insert_rows(connection, source_records, RECORD_COLUMNS, self.new_records)
        insert_rows(connection, source_records, RECORD_COLUMNS, self.changed_records, update=_RECORD_CHANGES)
        insert_rows(connection, record_contents, _CONTENT_COLUMNS, self.new_contents)
        insert_rows(
            connection, record_contents, _CONTENT_COLUMNS, self.changed_contents, update=_CONTENT_COLUMNS[1:]
        )
        for until, ids in self.seen.items():
            if until is None:
                run_in(connection, _SEEN, (self.run_id, self.now), ids)
            else:
                run_in(connection, _SEEN_AND_KEPT, (self.run_id, self.now, until), ids)
        for event_id, keys in self.unblocked.items():
            run_in(connection, _UNBLOCK, (event_id,), keys)
        insert_rows(connection, event_blocks, ("block_key", "event_id"), self.blocks, ignore=True)
        insert_rows(connection, record_links, _LINK_COLUMNS, self.links)
        insert_rows(connection, review_pairs, _PAIR_COLUMNS, self.pairs, ignore=True)
        self.venues.write(connection)
        self.failures.write(connection)
        for letter in self.letters_seen:
            note_seen(connection, letter)
        for letter_id in dict.fromkeys(self.letters_settled):
            settle_letter(
                connection, letter_id, self.now, who="import", state="retried", retry_run_id=self.run_id
            )
        add_totals(connection, self.totals)
