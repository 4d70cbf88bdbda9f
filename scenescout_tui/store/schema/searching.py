"""The index of words, which is made from events and may be made anew from them at any time.

It has no place among the other tables: a copy of a store gets its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import BigInteger, Column, MetaData, Table

from scenescout_tui.store.schema.columns import Text, required

#: What the tables of `SEARCHING` are called, and what SQLite calls its own ones behind them.
SEARCHING_TABLES = ("event_docs", "event_words", "bookmarks")

# `words` stands between blanks. Of the row of an event, as it was when it was indexed: `starts_at`,
# `updated_at`.
_SQLITE = (
    (
        "CREATE TABLE event_docs (doc INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, "
        "starts_at TEXT NOT NULL, updated_at TEXT NOT NULL, words TEXT NOT NULL)"
    ),
    # Words come folded, with blanks between them: this tokenizer changes nothing else.
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
    # Without a list of pending entries, which every question would read through.
    "CREATE INDEX ix_event_docs_lexemes ON event_docs USING gin (lexemes) WITH (fastupdate = off)",
    'CREATE TABLE bookmarks (name TEXT COLLATE "C" PRIMARY KEY, value TEXT COLLATE "C" NOT NULL)',
)
#: Statements that make it, by dialect.
SEARCHING: Mapping[str, tuple[str, ...]] = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}

_searching = MetaData()
event_docs = Table(
    "event_docs",
    _searching,
    #: Only on SQLite.
    Column("doc", BigInteger),
    required("event_id"),
    required("starts_at"),
    required("updated_at"),
    required("words"),
)
bookmarks = Table("bookmarks", _searching, Column("name", Text, primary_key=True), required("value"))
