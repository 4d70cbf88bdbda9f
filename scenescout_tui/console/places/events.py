"""The keys of the events."""

from __future__ import annotations

from scenescout_tui.console.places.place import Key, Place

KEYS: dict[str, Key] = {
    "open_events": Key("4", "4"),
    # s alone would stop the imports.
    "events_sort": Key("S,s", "S", "events", footer="sort"),
    "event_part": Key("tab", "tab", "events", footer="part"),
    "event_edit": Key("e", "e", "events", footer="edit"),
    "event_revert": Key("z", "z", "events", footer="give back"),
    "event_link": Key("l", "l", "events", footer="link"),
    "event_undo": Key("u", "u", "events", footer="undo"),
    "event_open_url": Key("o", "o", "events", footer="page"),
}

PLACE = Place("events", "open_events", "scenescout_tui.console.events.screen:Events")
