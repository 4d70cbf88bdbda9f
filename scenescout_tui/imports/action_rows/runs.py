"""What can be done with runs."""

from __future__ import annotations

from scenescout_tui.imports.action_rows.action import Action

ROWS: tuple[Action, ...] = (
    Action("open_runs", "Runs", "Show what was imported, when, by whom, and what came of it.", "view"),
    Action(
        "run_compare",
        "Compare two runs",
        "Among the runs: what two marked ones did differently, and which errors came and went.",
        "data",
        verb="runs compare",
        changes=False,
    ),
    Action(
        "run_again",
        "Run it again",
        "Among the runs: import the same with the same options, from the beginning.",
        "data",
        verb="runs again",
    ),
    Action(
        "run_resume",
        "Go on with this run",
        "Among the runs: go on with one that did not finish, behind what it has written.",
        "data",
        verb="import --resume",
    ),
    Action(
        "run_stop",
        "Stop this run",
        "Among the runs: stop the one under the cursor; what is written stays.",
        "engine",
        destructive=True,
    ),
)
