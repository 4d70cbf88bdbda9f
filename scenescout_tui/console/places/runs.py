"""The keys of the run screen."""

from __future__ import annotations

from scenescout_tui.console.places.place import Key, Place

KEYS: dict[str, Key] = {
    "open_runs": Key("3", "3"),
    "run_compare": Key("d", "d", "runs", footer="compare"),
    "run_again": Key("r", "r", "runs", footer="again"),
    "run_resume": Key("R", "R", "runs", footer="go on"),
    "run_stop": Key("s", "s", "runs", footer="stop"),
}

PLACE = Place("runs", "open_runs", "scenescout_tui.console.runs.screen:RunHistory")
