"""The keys of every screen, and those of the dashboard."""

from __future__ import annotations

from scenescout_tui.console.places.place import Key

KEYS: dict[str, Key] = {
    "import_eventbrite": Key("e", "e", footer="import"),
    "import_eventbrite_other": Key("E", "E"),
    "import_yelp": Key("y", "y", footer="import"),
    "import_yelp_other": Key("Y", "Y"),
    "import_manual": Key("m", "m", footer="import"),
    "import_file": Key("f", "f", footer="import"),
    "resume_runs": Key("R", "R", footer="resume"),
    "refresh": Key("F", "F", footer="refresh"),
    "pause": Key("p", "p", footer="pause"),
    "workers_up": Key("plus,equals_sign", "+", footer="workers"),
    "workers_down": Key("minus", "-", footer="workers"),
    "cancel_run": Key("s", "s", footer="stop"),
    "clear_errors": Key("c", "c", footer="clear errors"),
    "undo_clear": Key("u", "u", footer="undo"),
    "retry_group": Key("r", "r", "dashboard", footer="retry"),
    "open_error": Key("enter", "enter", "dashboard"),
    "open_review": Key("v,5", "v", footer="review"),
    "open_dashboard": Key("1", "1"),
    "change_theme": Key("t", "t"),
    "go_to": Key("colon", ":", footer="go to"),
    "palette": Key("ctrl+p", "ctrl+p"),
    "jobs": Key("0", "0"),
    "suspend": Key("ctrl+z", "ctrl+z"),
    "redraw": Key("ctrl+l", "ctrl+l"),
    "help": Key("question_mark", "?", footer="keys"),
    "quit": Key("q", "q", footer="quit"),
}
