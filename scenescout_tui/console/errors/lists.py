"""The columns of the three lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scenescout_tui.console.formats import count, day_or_clock
from scenescout_tui.console.widgets.error_groups import code_words
from scenescout_tui.console.widgets.table import Column
from scenescout_tui.imports.errors_commands import ErrorLine, GroupLine, Kind, LetterLine


def _place(where: str) -> str:
    """Give the record's number and its file; the whole path stands below the list."""
    place, _, number = where.rpartition(" record ")
    file = (place or number).rpartition("/")[2]
    return f"record {number} of {file}" if place else file


_GROUPS: Sequence[Column[GroupLine]] = (
    Column("count", lambda one, now: (count(one.count), "strong"), 9, right=True),
    Column("what", lambda one, now: (code_words(one.code), ""), 10),
    Column("source", lambda one, now: (one.source, "muted"), 10, leave=1),
    Column("stage", lambda one, now: (one.stage, "muted"), 9, leave=4),
    Column("message", lambda one, now: (one.message, ""), 18, grows=2),
    Column("where the newest stood", lambda one, now: (_place(one.sample), "muted"), 24, grows=1, leave=3),
    Column("first", lambda one, now: (day_or_clock(one.first_seen, now), "muted"), 8, right=True, leave=2),
    Column("last", lambda one, now: (day_or_clock(one.last_seen, now), "muted"), 8, right=True),
)
_ERRORS: Sequence[Column[ErrorLine]] = (
    Column("time", lambda one, now: (day_or_clock(one.at, now), "muted"), 8, right=True),
    Column("what", lambda one, now: (code_words(one.code), ""), 10),
    Column("source", lambda one, now: (one.source, "muted"), 10, leave=2),
    Column("stage", lambda one, now: (one.stage, "muted"), 9, leave=4),
    Column("message", lambda one, now: (one.message, ""), 18, grows=2),
    Column("where", lambda one, now: (_place(one.where), "muted"), 22, grows=1, leave=1),
    Column("run", lambda one, now: (one.run[-6:], "muted"), 6, leave=3),
)
_LETTERS: Sequence[Column[LetterLine]] = (
    Column("time", lambda one, now: (day_or_clock(one.at, now), "muted"), 8, right=True),
    Column("what", lambda one, now: (code_words(one.code), ""), 10),
    Column("source", lambda one, now: (one.source, "muted"), 10, leave=2),
    Column("its id", lambda one, now: (one.external_id, "muted"), 14, leave=4),
    Column("message", lambda one, now: (one.message, "muted" if one.blanked else ""), 18, grows=2),
    Column("where", lambda one, now: (_place(one.where), "muted"), 22, grows=1, leave=1),
    Column("run", lambda one, now: (one.run[-6:], "muted"), 6, leave=3),
)

COLUMNS: dict[Kind, Sequence[Column[Any]]] = {"groups": _GROUPS, "errors": _ERRORS, "letters": _LETTERS}
#: What a list is called on its rule, and one of its rows.
NOUNS: dict[Kind, str] = {"groups": "errors in groups", "errors": "errors", "letters": "dead letters"}
EMPTY: dict[Kind, str] = {
    "groups": "No errors. What an import cannot read, write or reach is listed here.",
    "errors": "No errors. What an import cannot read, write or reach is listed here.",
    "letters": "No dead letters. Records that cannot be imported are kept here as they came, to be looked "
    "at, corrected and tried again.",
}
