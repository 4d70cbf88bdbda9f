"""Content that may be kept for a limited time only: blanked everywhere, counted, named for a refresh.

What stays are ids, hashes, links, addresses and the decisions of people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, func, select, union_all

from scenescout_tui.store.database import Database
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.rows import WITHHELD, Blanked
from scenescout_tui.store.schema import dead_letters, kept_pages, source_records, source_venues, totals
from scenescout_tui.store.searching.docs import forget_words
from scenescout_tui.store.stamps import to_moment, to_text, utc_now
from scenescout_tui.store.statements import Row, run_in, run_text, select_in
from scenescout_tui.store.totals import add_totals
from scenescout_tui.store.writer.canonical import split_keys
from scenescout_tui.store.writer.recompute import blank_emptied_events, recompute_events
from scenescout_tui.store.writer.venues import forget_venues

_LIMITED = (source_records, dead_letters, source_venues, kept_pages)

_DUE_RECORDS = (
    "SELECT id, event_id, source FROM source_records WHERE retention_until IS NOT NULL "
    "AND retention_until <= ? ORDER BY retention_until LIMIT ?"
)
# Events that show, or have shown, what a record says: a record that was moved leaves its event as it was.
_EVENTS_OF_LINKS = "SELECT event_id, previous_event_id FROM record_links WHERE record_id IN (:keys)"
# Without its digest the same bytes are read anew when they come again.
_BLANK_RECORDS = (
    "UPDATE source_records SET digest = ?, retention_until = NULL, blanked_at = ?, was_over = "
    "(SELECT COALESCE(e.ends_at, e.starts_at) < ? FROM events e WHERE e.id = source_records.event_id) "
    "WHERE id IN (:keys)"
)
_KEYS = "SELECT record_id, block_keys FROM record_contents WHERE record_id IN (:keys)"
_BLANK_CONTENTS = "UPDATE record_contents SET normalised = NULL, block_keys = '' WHERE record_id IN (:keys)"
# The matcher quotes the titles of both sides. What people wrote is theirs.
_BLANK_EVIDENCE = (
    "UPDATE record_links SET evidence = '' WHERE decided_by = 'matcher' AND event_id IN (:keys)",
    "UPDATE review_pairs SET evidence = '' WHERE event_id IN (:keys)",
    "UPDATE review_pairs SET evidence = '' WHERE other_event_id IN (:keys)",
)

_DUE_LETTERS = (
    "SELECT id FROM dead_letters WHERE retention_until IS NOT NULL AND retention_until <= ? "
    "ORDER BY retention_until LIMIT ?"
)
_BLANK_LETTERS = (
    "UPDATE dead_letters SET payload = NULL, message = ?, field = NULL, retention_until = NULL "
    "WHERE id IN (:keys)"
)
_ERRORS_OF_LETTERS = "SELECT id, group_key FROM errors WHERE dead_letter_id IN (:keys)"
_BLANK_ERRORS = "UPDATE errors SET message = ?, field = NULL WHERE id IN (:keys)"
_NEWEST_OF_GROUPS = "SELECT group_key, sample_error_id FROM error_groups WHERE group_key IN (:keys)"
_BLANK_GROUPS = "UPDATE error_groups SET message = ?, sample = '' WHERE group_key IN (:keys)"

# The source is no way to the few rows that are wanted: it has an index, which names all of its records.
_EXPIRING = (
    "SELECT r.source_account, r.external_id FROM source_records r JOIN events e ON e.id = r.event_id "
    "WHERE r.retention_until IS NOT NULL AND r.retention_until <= ? AND r.source || '' = ? "
    "AND r.state = 'active' AND r.missing_since IS NULL AND COALESCE(e.ends_at, e.starts_at) >= ? "
    "ORDER BY r.retention_until LIMIT ?"
)
_BLANKED = (
    "SELECT source_account, external_id FROM source_records WHERE source = ? AND blanked_at IS NOT NULL "
    "AND state = 'active' AND missing_since IS NULL AND NOT was_over ORDER BY blanked_at DESC LIMIT ?"
)


class Retention(StorePart):
    """What may not be kept for long is found by its `retention_until`, which the writer of it sets."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(database, clock)
        #: Since when the write-ahead log may hold what was blanked, because a reader kept it from being
        #: emptied.
        self._log_holds_since: datetime | None = None

    def next_expiry(self) -> datetime | None:
        """Return when `blank_expired` has something to do next, perhaps in the past; None for never.

        Raises: DatabaseError.
        """
        ends = [select(func.min(one.c.retention_until)).where(_is_limited(one)) for one in _LIMITED]
        with self._database.reading("next_expiry") as connection:
            found = [to_moment(end) for end in connection.scalars(union_all(*ends)) if end is not None]
        if self._log_holds_since is not None:
            found.append(self._log_holds_since)
        return min(found, default=None)

    def blank_expired(self, now: datetime | None = None, *, limit: int = 500) -> Blanked:
        """Blank what may not be kept at `now` any longer, at most `limit` records and as many dead letters.

        A blanked record keeps its ids, hash and links, and its event is made anew from the others; an event
        that has none left gets the status "expired". A blanked dead letter stays what it is, without its
        bytes. Venues and kept pages go. Nothing of the content stays in the file: what is freed there is
        overwritten, and the write-ahead log is emptied once nothing more is due (where a reader prevents
        that, at the next call, for which `next_expiry` then asks).

        Raises: DatabaseError; the call may be repeated.
        """
        moment = self._clock() if now is None else now
        due, stamp = to_text(moment), self._now()
        with self._database.writing("blank_expired") as connection:
            records = run_text(connection, _DUE_RECORDS, (due, limit + 1))
            letters = run_text(connection, _DUE_LETTERS, (due, limit + 1))
            _blank_records(connection, records[:limit], stamp)
            _blank_letters(connection, [letter_id for (letter_id,) in letters[:limit]])
            venues = forget_venues(connection, due, stamp)
            pages = _delete_due(connection, kept_pages, due)
        more = max(len(records), len(letters)) > limit
        if records or letters or venues or pages:
            self._log_holds_since = moment
        if self._log_holds_since is not None and not more and self._database.empty_log():
            self._log_holds_since = None
        return Blanked(min(len(records), limit), min(len(letters), limit), pages, more)

    def expired_ids(
        self, source: str, limit: int = 1_000, *, within: timedelta = timedelta(0)
    ) -> tuple[tuple[str, str], ...]:
        """Name records to fetch again, as (source account, external id): content that expires `within`, the
        most urgent first, then what was blanked, the newest first.

        Not those that their source lists no longer, nor those whose event is over, or was when it was
        blanked.

        Raises: DatabaseError.
        """
        moment = self._clock()
        with self._database.reading("expired_ids") as connection:
            values = (to_text(moment + within), source, to_text(moment), limit)
            found = run_text(connection, _EXPIRING, values)
            found += run_text(connection, _BLANKED, (source, limit - len(found)))
        return tuple((account, external_id) for account, external_id in found)

    def expired_counts(self) -> Mapping[str, int]:
        """Return how many records of each source are blanked; costs the same at any size.

        Raises: DatabaseError.
        """
        t = totals.c
        with self._database.reading("expired_counts") as connection:
            rows = connection.execute(select(t.source, t.value).where(t.name == "expired", t.value > 0))
            return {row.source: row.value for row in rows}


def _is_limited(table: Table) -> ColumnElement[bool]:
    return table.c.retention_until.is_not(None)


def _delete_due(connection: Connection, table: Table, due: str) -> int:
    return connection.execute(
        table.delete().where(_is_limited(table), table.c.retention_until <= due)
    ).rowcount


def _blank_records(connection: Connection, records: Sequence[Row], now: str) -> None:
    if not records:
        return
    events = {record_id: event_id for record_id, event_id, _ in records}
    ids = tuple(events)
    keys: dict[str, list[str]] = {event_id: [] for event_id in events.values()}
    for record_id, block_keys in select_in(connection, _KEYS, (), ids):
        keys[events[record_id]].extend(split_keys(block_keys))
    linked = select_in(connection, _EVENTS_OF_LINKS, (), ids)
    past = dict.fromkeys(event_id for row in linked for event_id in row if event_id is not None)
    run_in(connection, _BLANK_RECORDS, (b"", now, now), ids)
    run_in(connection, _BLANK_CONTENTS, (), ids)
    for statement in _BLANK_EVIDENCE:
        run_in(connection, statement, (), keys.keys() | past.keys())
    forget_words(connection, keys.keys() | past.keys())
    recompute_events(connection, keys, now, keys_left=keys)
    blank_emptied_events(connection, past, now)
    blanked = Counter(source for _, _, source in records)
    add_totals(connection, {("expired", source): count for source, count in blanked.items()})


def _blank_letters(connection: Connection, ids: Sequence[str]) -> None:
    run_in(connection, _BLANK_LETTERS, (WITHHELD,), ids)
    found = list(select_in(connection, _ERRORS_OF_LETTERS, (), ids))
    blanked = {error_id for error_id, _ in found}
    run_in(connection, _BLANK_ERRORS, (WITHHELD,), blanked)
    # A group whose newest error is not among them says what may be said still.
    newest = select_in(connection, _NEWEST_OF_GROUPS, (), {group for _, group in found})
    run_in(connection, _BLANK_GROUPS, (WITHHELD,), [group for group, error in newest if error in blanked])
