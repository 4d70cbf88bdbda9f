"""The edits of events as the writer needs them: all of some events at once, and where a merge takes them."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection

from scenescout_tui.store.schema import event_edits
from scenescout_tui.store.statements import Row, insert_rows, run_in, select_in
from scenescout_tui.store.writer.canonical import Edits

_decode = msgspec.json.Decoder().decode

_COLUMNS = ("event_id", "field", "value", "who", "edited_at", "made_on")
_EDITS = "SELECT event_id, field, value FROM event_edits WHERE event_id IN (:keys)"
_WHOLE = (
    "SELECT event_id, field, value, who, edited_at, made_on FROM event_edits WHERE event_id IN (:keys) "
    "ORDER BY edited_at DESC, event_id"
)
_BROUGHT = "SELECT event_id, field FROM event_edits WHERE made_on IN (:keys)"
_TAKE_BACK = "DELETE FROM event_edits WHERE event_id = ? AND field IN (:keys)"


def load_edits(connection: Connection, event_ids: Collection[str]) -> dict[str, Edits]:
    """Return the edits of those events that have any."""
    found: dict[str, dict[str, object]] = {}
    for event_id, field, value in select_in(connection, _EDITS, (), event_ids):
        read = _decode(value)
        found.setdefault(event_id, {})[field] = tuple(read) if isinstance(read, list) else read
    return dict(found)


def bring_edits(
    connection: Connection, event_ids: Collection[str], target: str, fields: Collection[str] | None = None
) -> None:
    """Copy the edits of events to the one they went into, where it has none of the field; the newest win.

    `fields` names those that are wanted; None: all.
    """
    rows: dict[str, Row] = {}
    for event_id, field, value, who, edited_at, made_on in select_in(connection, _WHOLE, (), event_ids):
        if fields is None or field in fields:
            rows.setdefault(field, (target, field, value, who, edited_at, made_on or event_id))
    insert_rows(connection, event_edits, _COLUMNS, list(rows.values()), ignore=True)


def take_edits_back(connection: Connection, event_ids: Collection[str]) -> dict[str, list[str]]:
    """Take away what these events brought to others, and return the fields that each of those lost.

    What they brought to each other stays.
    """
    brought: dict[str, list[str]] = {}
    for event_id, field in select_in(connection, _BROUGHT, (), event_ids):
        if event_id not in event_ids:
            brought.setdefault(event_id, []).append(field)
    for event_id, fields in brought.items():
        run_in(connection, _TAKE_BACK, (event_id,), fields)
    return brought
