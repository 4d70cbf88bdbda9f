"""What can be done with events."""

from __future__ import annotations

from scenescout_tui.imports.action_rows.action import Action

ROWS: tuple[Action, ...] = (
    Action("open_events", "Events", "Search and sort the events; each shows where it comes from.", "view"),
    Action(
        "events_sort",
        "Next sort",
        "In the events: by start or by last change, the first or the last first.",
        "view",
    ),
    Action(
        "event_part",
        "Next part of the event",
        "In an event: its fields, its records side by side, its links with their evidence, its edits.",
        "view",
    ),
    Action(
        "event_edit",
        "Edit the field",
        "In an event: write over the field under the cursor; imports change it no more.",
        "data",
        verb="events edit",
    ),
    Action(
        "event_revert",
        "Give the field back",
        "In an event: take the edit of the field away; it is what the sources say again.",
        "data",
        verb="events revert",
    ),
    Action(
        "event_link",
        "Link the marked events",
        "In the events: make one event of those that are marked; first it is said how many.",
        "data",
        verb="review merge",
    ),
    Action(
        "event_undo",
        "Undo the last edit or link",
        "In the events: take back what was done here last in this session: an edit, one given back, a link.",
        "data",
        verb="review undo",
    ),
    Action(
        "event_open_url",
        "Open the event's page",
        "In the events: open its page in a browser; where there is none, copy its address.",
        "view",
    ),
)
