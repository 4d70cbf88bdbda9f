"""What can be done with errors and dead letters."""

from __future__ import annotations

from scenescout_tui.imports.action_rows.action import Action

ROWS: tuple[Action, ...] = (
    Action(
        "open_errors", "Errors", "Show what failed, in groups and one by one, and the dead letters.", "view"
    ),
    Action("errors_list", "Next list of errors", "Groups, single errors, dead letters.", "view"),
    Action(
        "errors_retry",
        "Try again",
        "Import the records of the marked rows again, or of the one under the cursor.",
        "data",
        verb="retry",
    ),
    Action(
        "errors_retry_shown",
        "Try all shown again",
        "Import the records of all that passes the filter again.",
        "data",
        verb="retry",
    ),
    Action(
        "errors_clear",
        "Clear",
        "Acknowledge the marked errors or groups, or those under the cursor.",
        "data",
        verb="errors clear",
    ),
    Action(
        "errors_clear_shown",
        "Clear all shown",
        "Acknowledge all errors that pass the filter.",
        "data",
        verb="errors clear",
    ),
    Action(
        "errors_undo",
        "Undo the clear",
        "Bring back the errors that were cleared last.",
        "data",
        verb="errors undo",
    ),
    Action(
        "errors_discard",
        "Discard",
        "Give up the marked dead letters, or the one under the cursor, with a reason.",
        "data",
        destructive=True,
        verb="errors discard",
    ),
    Action(
        "errors_discard_shown",
        "Discard all shown",
        "Give up all dead letters that pass the filter, with a reason.",
        "data",
        destructive=True,
        verb="errors discard",
    ),
    Action(
        "errors_edit",
        "Edit the record",
        "Correct the record under the cursor in $EDITOR, and import it in its place.",
        "data",
        verb="errors resubmit",
    ),
)
