"""The keys of the sources."""

from __future__ import annotations

from scenescout_tui.console.places.place import Key, Place

KEYS: dict[str, Key] = {
    "open_sources": Key("6", "6"),
    "test_source": Key("T", "T", "sources", footer="test"),
}

PLACE = Place("sources", "open_sources", "scenescout_tui.console.sources.screen:SourcesScreen")
