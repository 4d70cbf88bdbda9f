"""What can be done with the log."""

from __future__ import annotations

from scenescout_tui.imports.action_rows.action import Action

ROWS: tuple[Action, ...] = (
    Action("open_log", "Log", "Show what this program has written down, the newest last.", "view"),
    Action(
        "log_level", "Next level", "In the log: all lines, from info, from warning, errors alone.", "view"
    ),
    Action("log_follow", "Follow or stay", "In the log: go along with what comes in, or stay.", "view"),
)
