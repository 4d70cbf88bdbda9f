"""Every action of the console as data: the doors draw keys, help, palette entries and verbs from this one
table.

Each place has its rows in a file of `action_rows`.
"""

from __future__ import annotations

from scenescout_tui.imports.action_rows import (
    errors,
    events,
    everywhere,
    lists,
    log,
    review,
    runs,
    settings,
    sources,
)
from scenescout_tui.imports.action_rows.action import Action, Scope

__all__ = ["ACTIONS", "BY_ID", "Action", "Scope"]

ACTIONS: tuple[Action, ...] = (
    *everywhere.ROWS,
    *errors.ROWS,
    *runs.ROWS,
    *events.ROWS,
    *review.ROWS,
    *sources.ROWS,
    *log.ROWS,
    *settings.ROWS,
    *lists.ROWS,
)

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}
