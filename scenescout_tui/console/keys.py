"""Which key does what: the console's half of the table of actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding

from scenescout_tui.imports.actions import ACTIONS, BY_ID, Action

#: Where a key works: on every screen, where a list of error groups has the cursor, or in the review, whose
#: own keys go before those of every screen.
Place = Literal["everywhere", "dashboard", "review"]


@dataclass(frozen=True, slots=True)
class Key:
    """The keys of one action, in Textual's names, comma separated; the first is the one that is shown."""

    keys: str
    #: The sign on the screen.
    shown: str
    place: Place = "everywhere"
    #: Its word on the key line; neighbours with one word share it. Empty: not on the key line.
    footer: str = ""


#: Terminals, tmux and screen take ctrl+a, b, h, i, j, m, q, s and z: no default uses them.
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
    "open_review": Key("v", "v", footer="review"),
    "review_same": Key("s", "s", "review", footer="same"),
    "review_different": Key("d", "d", "review", footer="different"),
    "review_later": Key("l", "l", "review", footer="later"),
    "review_approve": Key("a", "a", "review", footer="approve"),
    "review_refuse": Key("x", "x", "review", footer="refuse"),
    "review_undo": Key("u", "u", "review", footer="undo"),
    "review_by_rule": Key("b", "b", "review", footer="by rule"),
    "review_text": Key("enter", "enter", "review", footer="whole"),
    "review_next_list": Key("tab", "tab", "review", footer="list"),
    "change_theme": Key("t", "t"),
    "palette": Key("colon,ctrl+p", ":", footer="go to"),
    "help": Key("question_mark", "?", footer="keys"),
    "quit": Key("q", "q", footer="quit"),
}

#: Movement, the same on every list; shown in the help, no actions of their own.
MOVES: tuple[tuple[str, str], ...] = (
    ("↑ ↓  j k", "Move the cursor by one"),
    ("PgUp PgDn", "Move by a page"),
    ("g G  Home End", "Go to the first, to the last"),
    ("esc", "Go back, close"),
    ("ctrl+c", "Copy what the mouse has marked"),
)

#: The bindings behind `MOVES`; a screen with a list has the actions ``move(by)`` and ``move_page(by)``.
MOVEMENT = (
    Binding("down,j", "move(1)", "Down", show=False, id="move_down"),
    Binding("up,k", "move(-1)", "Up", show=False, id="move_up"),
    Binding("pagedown", "move_page(1)", "Page down", show=False, id="page_down"),
    Binding("pageup", "move_page(-1)", "Page up", show=False, id="page_up"),
    Binding("home,g", "move(-1000000)", "First", show=False, id="first"),
    Binding("end,G", "move(1000000)", "Last", show=False, id="last"),
)


def is_offered(action: Action, *, read_only: bool) -> bool:
    """Say whether the console has the action at all: a read-only one has nothing that changes anything."""
    return not read_only or action.scope == "view"


def bindings(place: Place, *, read_only: bool) -> list[Binding]:
    """Build the bindings of one place from the two tables; `App.set_keymap` remaps them by id."""
    return [
        Binding(
            KEYS[action.id].keys,
            f"app.act('{action.id}')",
            action.title,
            show=False,
            key_display=KEYS[action.id].shown,
            id=action.id,
            tooltip=action.help,
        )
        for action in ACTIONS
        if KEYS[action.id].place == place and is_offered(action, read_only=read_only)
    ]


def footer_groups(offered: set[str]) -> list[tuple[str, str]]:
    """Give (keys, word) for the key line, in the order of the table, for the actions named."""
    groups: list[tuple[str, str]] = []
    for action_id, key in KEYS.items():
        if not key.footer or action_id not in offered or action_id not in BY_ID:
            continue
        if groups and groups[-1][1] == key.footer:
            groups[-1] = (f"{groups[-1][0]} {key.shown}", key.footer)
        else:
            groups.append((key.shown, key.footer))
    return groups
