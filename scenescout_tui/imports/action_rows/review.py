"""What can be done in the review."""

from __future__ import annotations

from scenescout_tui.imports.action_rows.action import Action

ROWS: tuple[Action, ...] = (
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
