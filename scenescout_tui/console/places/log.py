"""The keys of the log."""

from __future__ import annotations

from scenescout_tui.console.places.place import Key, Place

KEYS: dict[str, Key] = {
    "open_log": Key("7", "7"),
    "log_level": Key("L", "L", "log", footer="level"),
    "log_follow": Key("w", "w", "log", footer="follow"),
}

PLACE = Place("log", "open_log", "scenescout_tui.console.log.screen:Log")
