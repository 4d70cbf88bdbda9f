"""Numbers that every screen shows, kept in the transactions of what they count."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from scenescout_tui.store.schema import totals
from scenescout_tui.store.statements import insert_rows


def add_totals(connection: Connection, changes: Mapping[tuple[str, str], int]) -> None:
    """Let totals grow or shrink; the key is (name, source), the source empty where a total has none."""
    rows = [(name, source, change) for (name, source), change in sorted(changes.items()) if change]
    insert_rows(connection, totals, ("name", "source", "value"), rows, add=("value",))
