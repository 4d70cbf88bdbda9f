"""What can be done on every list that fills a screen."""

from __future__ import annotations

from scenescout_tui.imports.action_rows.action import Action

ROWS: tuple[Action, ...] = (
    Action(
        "filter",
        "Filter the list",
        "Type what the rows must have; enter keeps it, esc takes it away.",
        "view",
    ),
    Action("open_row", "Open the row", "Show what is under the cursor in full.", "view"),
    Action("mark", "Mark the row", "Mark what is under the cursor, or take the mark away.", "view"),
    Action(
        "copy_row", "Copy the row", "Copy what is under the cursor, over SSH and inside tmux too.", "view"
    ),
)
