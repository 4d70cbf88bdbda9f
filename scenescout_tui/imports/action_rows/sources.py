"""What can be done with sources."""

from __future__ import annotations

from scenescout_tui.imports.action_rows.action import Action

ROWS: tuple[Action, ...] = (
    Action(
        "open_sources",
        "Sources",
        "Show how each source is, why it waits and until when, what it may still ask, and its last runs.",
        "view",
    ),
    Action(
        "test_source",
        "Test the connection",
        "In the sources: send one cheap request through the source's limit, and say how it was answered.",
        "data",
        verb="sources --test",
    ),
)
