"""The index of words kept up: behind the imports, while none goes on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, select, tuple_

from scenescout_tui.store.part import StorePart
from scenescout_tui.store.schema import bookmarks, events
from scenescout_tui.store.searching.words import marks, said
from scenescout_tui.store.stamps import to_text
from scenescout_tui.store.statements import run_in, run_text, select_in

_E = events.c
#: What an event is found by, and whether it is in the lists at all.
DOC_COLUMNS = (
    *(_E.id, _E.title, _E.summary, _E.venue_name, _E.organizer_name, _E.city, _E.sources, _E.status),
    *(_E.category, _E.quality, _E.merged_into, _E.starts_at, _E.updated_at),
)
_SETTLED = timedelta(seconds=10)
_INDEXED = "words"
_DIRTY = "words_dirty"
_LIMITED = "SELECT event_id FROM source_records WHERE retention_until IS NOT NULL AND event_id IN (:keys)"
_THERE = "SELECT event_id, doc, words FROM event_docs WHERE event_id IN (:keys)"
_KEEP = (
    "INSERT INTO bookmarks (name, value) VALUES (?, ?) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_FORGET_WORDS = "INSERT INTO event_words (event_words, rowid, words) VALUES ('delete', ?, ?)"
_FORGET = "DELETE FROM event_docs WHERE event_id IN (:keys)"
_ADD = "INSERT INTO event_docs (event_id, starts_at, updated_at, words) VALUES (?, ?, ?, ?) RETURNING doc"
_ADD_WORDS = "INSERT INTO event_words (rowid, words) VALUES (?, ?)"
_ADD_LEXEMES = (
    "INSERT INTO event_docs (event_id, starts_at, updated_at, words, lexemes) "
    "VALUES (?, ?, ?, ?, array_to_tsvector(string_to_array(btrim(?), ' ')))"
)
_OPTIMIZE = "INSERT INTO event_words (event_words) VALUES ('optimize')"


class EventDocs(StorePart):
    """The words by which `events_page` finds events."""

    def index_events(self, limit: int = 500) -> int:
        """Take the words of events that were changed since the last call; return how many were looked at.

        To be called again while it returns `limit`, and only while no import goes on: each call takes the
        writer for some milliseconds. What was changed in the last ten seconds waits for a later call, so that
        the clocks of several engines need not agree; until then it is searched row by row. Events with
        content that may be kept for a limited time only are never indexed: their words would outlive them in
        the pages of the index.

        Raises: DatabaseError.
        """
        until = to_text(self._clock() - _SETTLED)
        with self._database.reading("index_events") as connection:
            dirty = bookmark(connection, _DIRTY) is not None
            if not dirty and not _changed(connection, until, 1):
                return 0
        with self._database.writing("index_events") as connection:
            rows = _changed(connection, until, limit)
            _index(connection, rows)
            if rows:
                run_text(connection, _KEEP, (_INDEXED, f"{rows[-1].updated_at} {rows[-1].id}"))
            elif dirty:
                if connection.dialect.name == "sqlite":
                    run_text(connection, _OPTIMIZE)
                run_text(connection, "DELETE FROM bookmarks WHERE name = ?", (_DIRTY,))
        return len(rows)


def bookmark(connection: Connection, name: str = _INDEXED) -> str | None:
    """Return a bookmark; that of the words is the change and the id of the last event that was indexed."""
    return connection.scalar(select(bookmarks.c.value).where(bookmarks.c.name == name))


def unindexed(connection: Connection) -> list[Any]:
    """Return the conditions of what was changed behind the bookmark."""
    place = bookmark(connection)
    return [] if place is None else [tuple_(_E.updated_at, _E.id) > tuple(place.split(" "))]


def forget_words(connection: Connection, event_ids: Collection[str]) -> None:
    """Take events out of the index whose content is to be blanked; usually none of them is in it."""
    if _forget(connection, event_ids):
        run_text(connection, _KEEP, (_DIRTY, "1"))


def words_of(row: Any) -> str:
    """Return the words and marks of a row of `DOC_COLUMNS`, each between blanks."""
    codes = msgspec.json.decode(row.quality) if row.quality else ()
    found = marks(row.sources.split(","), row.status, row.city, row.category, codes)
    return said(row.title, row.summary, row.venue_name, row.organizer_name, row.city) + found


def _changed(connection: Connection, until: str, limit: int) -> Sequence[Any]:
    query = select(*DOC_COLUMNS).where(*unindexed(connection), _E.updated_at <= until)
    return connection.execute(query.order_by(_E.updated_at, _E.id).limit(limit)).all()


def _index(connection: Connection, rows: Sequence[Any]) -> None:
    ids = [row.id for row in rows]
    limited = {event_id for (event_id,) in select_in(connection, _LIMITED, (), ids)}
    _forget(connection, ids)
    for row in rows:
        if row.merged_into is not None or row.status == "expired" or row.id in limited:
            continue
        words = words_of(row)
        values = (row.id, row.starts_at, row.updated_at, words)
        if connection.dialect.name == "postgresql":
            run_text(connection, _ADD_LEXEMES, (*values, words))
        else:
            ((doc,),) = run_text(connection, _ADD, values)
            run_text(connection, _ADD_WORDS, (doc, words))


def _forget(connection: Connection, event_ids: Collection[str]) -> bool:
    if connection.dialect.name == "postgresql":
        there = list(select_in(connection, _THERE.replace("doc, ", "").replace(", words", ""), (), event_ids))
    else:
        there = list(select_in(connection, _THERE, (), event_ids))
        for _, doc, words in there:
            run_text(connection, _FORGET_WORDS, (doc, words))
    run_in(connection, _FORGET, (), [row[0] for row in there])
    return bool(there)
