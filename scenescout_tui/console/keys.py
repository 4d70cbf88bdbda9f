"""Which key does what: the console's half of the table of actions. Each place has its keys in a file of
`places`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.binding import Binding

from scenescout_tui.console.places import (
    errors,
    events,
    everywhere,
    lists,
    log,
    review,
    runs,
    settings,
    sources,
)
from scenescout_tui.console.places.place import Key, Place
from scenescout_tui.imports.actions import ACTIONS, BY_ID, Action

_PARTS = (everywhere, errors, runs, events, review, sources, log, settings, lists)

#: Terminals, tmux and screen take ctrl+a, b, h, i, j, m, q, s and z: no default uses them, but for the
#: shell's own ctrl+z.
DEFAULTS: Mapping[str, Key] = {name: key for part in _PARTS for name, key in part.KEYS.items()}

_NEVER = {"escape", *(f"ctrl+{letter}" for letter in "abchijmqsz")}

#: What is in force: the defaults, or what the person's settings made of them; see `remap`.
KEYS: dict[str, Key] = dict(DEFAULTS)

#: The screens that are opened by name; the dashboard is always there, the review brings its own queue.
PLACES: dict[str, Place] = {
    part.PLACE.name: part.PLACE for part in _PARTS if isinstance(getattr(part, "PLACE", None), Place)
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


def remap(changes: Mapping[str, str]) -> None:
    """Put other keys on some actions, by their ids; every other action has its default.

    A key is written as Textual names it (``f5``, ``ctrl+r``, ``K``), several separated by commas.

    Raises: SettingsError naming the action, for an unknown id, a key that no action can have, or one that
        does something else in the same place.
    """
    found = dict(DEFAULTS)
    for name, wanted in changes.items():
        if name not in found:
            raise _wrong(name, "there is no such action", _did_you_mean(name))
        keys = [key.strip() for key in wanted.split(",") if key.strip()]
        if not keys:
            raise _wrong(name, "no key is named", "Name one, such as f5 or ctrl+r.")
        old = found[name]
        if bad := next((key for key in keys if key in _NEVER and key not in old.keys.split(",")), None):
            reason = f"{bad} is taken by terminals, or is the same everywhere"
            raise _wrong(name, reason, "Choose another key, such as f5 or ctrl+r.")
        found[name] = Key(",".join(keys), _shown(keys[0]), old.place, old.footer)
    taken: dict[tuple[str, str], str] = {
        (place, key): binding.id or ""
        for place in {"dashboard", "lists", *PLACES}
        for binding in MOVEMENT
        for key in binding.key.split(",")
    }
    for name, key in found.items():
        for one in key.keys.split(","):
            other = taken.setdefault((key.place, one), name)
            if other != name:
                blamed, kept = (name, other) if name in changes else (other, name)
                raise _wrong(blamed, f"{one} does {kept} already", "Choose another key, or change both.")
    KEYS.clear()
    KEYS.update(found)


def is_offered(action: Action, *, read_only: bool) -> bool:
    """Say whether the console has the action at all: a read-only one has nothing that changes anything."""
    return not read_only or action.scope == "view" or not action.changes


def bindings(place: str, *, read_only: bool) -> list[Binding]:
    """Build the bindings of one place from the two tables."""
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


def of_places(places: Sequence[str], *, read_only: bool) -> list[Action]:
    """Give the actions that have a key in some places, those of the first place first."""
    return [
        action
        for place in places
        for action in ACTIONS
        if KEYS[action.id].place == place and is_offered(action, read_only=read_only)
    ]


def footer_groups(offered: set[str]) -> list[tuple[str, str]]:
    """Give (keys, word) for the key line, in the order of the table, for the actions named."""
    groups: list[tuple[str, str]] = []
    for action_id in order():
        key = KEYS[action_id]
        if not key.footer or action_id not in offered or action_id not in BY_ID:
            continue
        if groups and groups[-1][1] == key.footer:
            groups[-1] = (f"{groups[-1][0]} {key.shown}", key.footer)
        else:
            groups.append((key.shown, key.footer))
    return groups


def order() -> list[str]:
    """Give the ids as the key line has them: what is done here first, how to leave at the end."""
    ends = ("go_to", "help", "quit")
    return [*(name for name in KEYS if name not in ends), *ends]


def _shown(key: str) -> str:
    from textual.keys import format_key

    head, _, last = key.rpartition("+")
    return f"{head}+{format_key(last)}" if head else format_key(key)


def _wrong(name: str, reason: str, action: str) -> Exception:
    from scenescout_tui.safe_text import for_log
    from scenescout_tui.settings import SettingsError

    return SettingsError(f"keys.{for_log(name)}", "config.toml", reason, action)


def _did_you_mean(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, DEFAULTS, n=1)
    return f"Did you mean {near[0]}?" if near else "The settings screen and ? list them."
