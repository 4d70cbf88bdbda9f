"""Every action of the console as data: the doors draw keys, help, palette entries and verbs from this one
table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["data", "engine", "view"]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do.

    ``scope`` says who else offers it: ``data`` is also a verb of the command line, ``engine`` needs a
    running engine,
    ``view`` concerns the screen alone. ``verb`` is the command line's way to do the same, empty outside
    ``data``.
    """

    id: str
    title: str
    help: str
    scope: Scope
    destructive: bool = False
    verb: str = ""


ACTIONS: tuple[Action, ...] = (
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
    Action(
        "change_theme",
        "Next theme",
        "Switch between the dark, the light and the colour-blind safe theme.",
        "view",
    ),
    Action("help", "Help", "Show every key and what it does.", "view"),
    Action("palette", "Command palette", "Find an action by its name.", "view"),
    Action("quit", "Quit", "Leave; during a run you choose to finish it first or to stop now.", "view"),
    Action(
        "review_same",
        "Same event",
        "In the review: the two events are one; their records come together.",
        "data",
        verb="review same",
    ),
    Action(
        "review_different",
        "Different events",
        "In the review: the two events stay two; the pair is never asked about again.",
        "data",
        verb="review different",
    ),
    Action(
        "review_later",
        "Decide later",
        "In the review: put the pair off; it waits in a list of its own.",
        "data",
        verb="review later",
    ),
    Action(
        "review_approve",
        "Approve the submission",
        "In the review: its fields count from then on.",
        "data",
        verb="review approve",
    ),
    Action(
        "review_refuse",
        "Refuse the submission",
        "In the review: it is kept with your reason, and exported no more.",
        "data",
        verb="review refuse",
    ),
    Action(
        "review_undo",
        "Undo the last decision",
        "In the review: take back what was decided of pairs last, even in an earlier session.",
        "data",
        verb="review undo",
    ),
    Action(
        "review_by_rule",
        "Decide by a rule",
        "In the review: decide all pairs of a score, a source or a city at once; first it is said how many.",
        "data",
        verb="review same",
    ),
    Action("review_text", "Show both sides whole", "In the review: every field and the whole texts.", "view"),
    Action(
        "review_next_list",
        "Next list",
        "In the review: all that waits, the pairs, the submissions, what was put off.",
        "view",
    ),
)

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}
