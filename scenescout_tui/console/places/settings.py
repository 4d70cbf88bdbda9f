"""The keys of the settings."""

from __future__ import annotations

from scenescout_tui.console.places.place import Key, Place

KEYS: dict[str, Key] = {
    "open_settings": Key("8", "8"),
    "settings_list": Key("tab", "tab", "settings", footer="list"),
}

PLACE = Place("settings", "open_settings", "scenescout_tui.console.settings.screen:SettingsScreen")
