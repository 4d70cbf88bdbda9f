"""What can be done from every screen, and on the dashboard."""

from __future__ import annotations

from scenescout_tui.imports.action_rows.action import Action

ROWS: tuple[Action, ...] = (
    Action(
        "import_eventbrite",
        "Import Eventbrite",
        "Ask Eventbrite for what the settings name, else for all organisations of the token; without a token "
        "name a file.",
        "data",
        verb="import eventbrite",
    ),
    Action(
        "import_eventbrite_other",
        "Name an Eventbrite import",
        "Type what to ask Eventbrite for (organizer=123), a file or an address.",
        "data",
        verb="import eventbrite",
    ),
    Action(
        "import_yelp",
        "Import Yelp",
        "Ask Yelp for what the settings name; without a token or a setting name it, or a file.",
        "data",
        verb="import yelp",
    ),
    Action(
        "import_yelp_other",
        "Name a Yelp import",
        "Type what to ask Yelp for (location=Lisboa), a file or an address.",
        "data",
        verb="import yelp",
    ),
    Action(
        "import_manual",
        "Add a manual submission",
        "Fill in one event by hand, or import a file of submissions; they wait for review.",
        "data",
        verb="import manual",
    ),
    Action(
        "import_file",
        "Import a file or a feed",
        "Import any file or address: iCalendar, JSON-LD, CSV, JSON; each record's source is recognised.",
        "data",
        verb="import auto",
    ),
    Action(
        "resume_runs",
        "Go on with imports",
        "Go on with imports that were interrupted or are parked, behind what they have written.",
        "data",
        verb="import --resume",
    ),
    Action(
        "refresh",
        "Fetch expired events again",
        "Fetch again what a source lets us keep for a limited time only (Yelp: 24 hours).",
        "data",
        verb="refresh",
    ),
    Action("pause", "Pause or go on", "Start no new work, or go on; running work is never cut.", "engine"),
    Action("workers_up", "One worker more", "Let one more batch run at the same time.", "engine"),
    Action(
        "workers_down",
        "One worker less",
        "Let one batch less run at the same time; running ones finish.",
        "engine",
    ),
    Action(
        "cancel_run",
        "Stop the running imports",
        "Stop every running import; what is written stays.",
        "engine",
        destructive=True,
    ),
    Action(
        "clear_errors",
        "Clear the errors",
        "Acknowledge all errors of the list; their payloads stay as dead letters.",
        "data",
        verb="errors clear",
    ),
    Action(
        "undo_clear",
        "Undo the last clear",
        "Bring back the errors that were cleared last.",
        "data",
        verb="errors undo",
    ),
    Action(
        "retry_group",
        "Retry the selected errors",
        "Import the dead letters of the selected group again.",
        "data",
        verb="retry",
    ),
    Action(
        "open_error", "Show the selected errors", "Show the errors of the selected group one by one.", "view"
    ),
    Action(
        "open_review",
        "Review what waits",
        "Show the doubtful pairs and the manual submissions that wait for your word.",
        "view",
    ),
    Action("open_dashboard", "Dashboard", "Show what runs, what waits and why, what wants you.", "view"),
    Action(
        "change_theme",
        "Next theme",
        "Switch between the dark, the light and the colour-blind safe theme.",
        "view",
    ),
    Action("help", "Help", "Show every key and what it does.", "view"),
    Action("go_to", "Go to", "Type the name of a screen, with a filter behind it, or of an action.", "view"),
    Action("palette", "Command palette", "Find an action by its name.", "view"),
    Action("jobs", "Long work", "Show what works in the background, how far it is, and stop it.", "view"),
    Action(
        "suspend",
        "Suspend",
        "Back to the shell; fg goes on. The whole process stands still, imports too.",
        "view",
    ),
    Action(
        "redraw", "Redraw", "Draw the whole screen anew, after something else has written over it.", "view"
    ),
    Action("quit", "Quit", "Leave; during a run you choose to finish it first or to stop now.", "view"),
)
