"""What people write over the fields of an event; it wins over all imports until it is taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select

from scenescout_tui.errors import ValidationError
from scenescout_tui.events.blocks import block_keys, block_number
from scenescout_tui.events.edits import FIELDS, apply, check_together, checked
from scenescout_tui.events.model import Event
from scenescout_tui.safe_text import clean
from scenescout_tui.store.audit import note_action
from scenescout_tui.store.event_rows import load_events
from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.rows import EventRow
from scenescout_tui.store.schema import event_blocks, event_edits, events
from scenescout_tui.store.statements import insert_rows
from scenescout_tui.store.writer.canonical import load_members, made_of
from scenescout_tui.store.writer.edits import load_edits
from scenescout_tui.store.writer.recompute import recompute_events

_COLUMNS = ("event_id", "field", "value", "who", "edited_at", "made_on")
_JSON = msgspec.json.Encoder().encode


class Edits(StorePart):
    """Edits of events; each is in the audit log."""

    def edit_event(
        self, event_id: str, changes: Mapping[str, object], *, who: str, tty: str | None = None
    ) -> EventRow:
        """Write over fields of an event and return what it is then; see `events.edits.checked` for values.

        Imports go on, and change nothing of these fields. An emptied field (None, "") is an edit too.

        Raises: NotFoundError, ValidationError naming the field and what to do (nothing is changed then),
            DatabaseError.
        """
        values = {field: checked(field, value) for field, value in changes.items()}
        if not values:
            raise _refused("field", None, "nothing to edit", f"Name a field: {', '.join(FIELDS)}.")
        with self._database.writing("edit_event") as connection:
            now = self._now()
            edited = _edited(connection, event_id, values)
            rows = [
                (event_id, field, _JSON(value).decode(), clean(who), now, None)
                for field, value in values.items()
            ]
            insert_rows(connection, event_edits, _COLUMNS, rows, update=_COLUMNS[2:])
            # Whoever comes with what it says now finds it too.
            keys = [(block_number(key), event_id) for key in block_keys(edited)]
            insert_rows(connection, event_blocks, ("block_key", "event_id"), keys, ignore=True)
            recompute_events(connection, [event_id], now)
            note_action(connection, now, who, tty, "event.edit", event_id, len(rows), ", ".join(values))
            return load_events(connection, [event_id])[0]

    def revert_edits(
        self, event_id: str, fields: Sequence[str] | None = None, *, who: str, tty: str | None = None
    ) -> EventRow:
        """Give fields (None: all of them) back to the imports and return what the event is then.

        Raises: NotFoundError where there is no such event, or no edit of a field (nothing is changed then),
            DatabaseError.
        """
        with self._database.writing("revert_edits") as connection:
            now = self._now()
            _check_there(connection, event_id)
            edited = load_edits(connection, [event_id]).get(event_id, {})
            wanted = tuple(edited) if fields is None else tuple(dict.fromkeys(fields))
            for field in wanted:
                if field not in edited:
                    raise NotFoundError("edit of the field", field)
            if wanted:
                d = event_edits.c
                connection.execute(delete(event_edits).where(d.event_id == event_id, d.field.in_(wanted)))
                recompute_events(connection, [event_id], now)
                note_action(
                    connection, now, who, tty, "event.revert", event_id, len(wanted), ", ".join(wanted)
                )
            return load_events(connection, [event_id])[0]


def _check_there(connection: Connection, event_id: str) -> None:
    e = events.c
    row = connection.execute(select(e.merged_into).where(e.id == event_id)).one_or_none()
    if row is None:
        raise NotFoundError("event", event_id)
    if row.merged_into is not None:
        raise _refused("event", event_id, "that event went into another", f"Edit {row.merged_into}.")


def _edited(connection: Connection, event_id: str, values: Mapping[str, Any]) -> Event:
    """Return an event with new edits beside those that it has.

    Raises: NotFoundError, ValidationError.
    """
    _check_there(connection, event_id)
    made = made_of(load_members(connection, [event_id])[event_id])
    if made is None:
        raise _refused(
            "event", event_id, "its content has expired", "Fetch it again first: scenescout refresh."
        )
    edits = {**load_edits(connection, [event_id]).get(event_id, {}), **values}
    check_together(made.event, edits)
    return apply(made.event, edits)


def _refused(field: str, value: object, message: str, action: str) -> ValidationError:
    error = ValidationError(field, value, message)
    error.metadata["action"] = action
    return error
