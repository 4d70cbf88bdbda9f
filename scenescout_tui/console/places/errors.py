"""The keys of the errors' screen."""

from __future__ import annotations

from scenescout_tui.console.places.place import Key, Place

KEYS: dict[str, Key] = {
    "open_errors": Key("2", "2"),
    "errors_list": Key("tab", "tab", "errors", footer="list"),
    "errors_retry": Key("r", "r", "errors", footer="retry"),
    "errors_retry_shown": Key("ctrl+r", "ctrl+r", "errors", footer="retry"),
    "errors_clear": Key("c", "c", "errors", footer="clear"),
    "errors_clear_shown": Key("C", "C", "errors", footer="clear"),
    "errors_undo": Key("u", "u", "errors", footer="undo"),
    "errors_discard": Key("d", "d", "errors", footer="discard"),
    "errors_discard_shown": Key("D", "D", "errors", footer="discard"),
    "errors_edit": Key("e", "e", "errors", footer="edit"),
}

PLACE = Place("errors", "open_errors", "scenescout_tui.console.errors.screen:Errors")
