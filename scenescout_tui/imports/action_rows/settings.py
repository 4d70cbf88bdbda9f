"""What can be done with settings."""

from __future__ import annotations

from scenescout_tui.imports.action_rows.action import Action

ROWS: tuple[Action, ...] = (
    Action(
        "open_settings",
        "Settings",
        "Show what is in force and where each value comes from; and all keys, with how to change them.",
        "view",
    ),
    Action(
        "settings_list", "Settings or keys", "In the settings: the settings in force, or all keys.", "view"
    ),
)
