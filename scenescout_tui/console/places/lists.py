"""The keys of every list that fills a screen."""

from __future__ import annotations

from scenescout_tui.console.places.place import Key

KEYS: dict[str, Key] = {
    "filter": Key("slash", "/", "lists", footer="filter"),
    "open_row": Key("enter", "enter", "lists", footer="open"),
    "mark": Key("space", "space", "lists", footer="mark"),
    "copy_row": Key("y", "y", "lists", footer="copy"),
}
