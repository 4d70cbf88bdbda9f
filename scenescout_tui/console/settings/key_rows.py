"""Every key as a row, with what to write in order to have another one."""

from __future__ import annotations

import json
from dataclasses import dataclass

from scenescout_tui.console.keys import DEFAULTS, KEYS
from scenescout_tui.imports.actions import ACTIONS


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One action of the console with its key."""

    #: The action's id.
    key: str
    #: The sign of its key, or of its keys.
    shown: str
    title: str
    help: str
    place: str
    #: "default" or "config.toml".
    origin: str
    #: The line below [keys] of config.toml that makes it what it is.
    line: str


def key_rows() -> list[KeyRow]:
    """Give all actions in the order of their table, with the keys in force."""
    return [
        KeyRow(
            action.id,
            KEYS[action.id].shown,
            action.title,
            action.help,
            KEYS[action.id].place,
            "default" if KEYS[action.id].keys == DEFAULTS[action.id].keys else "config.toml",
            f"{action.id} = {json.dumps(KEYS[action.id].keys)}",
        )
        for action in ACTIONS
    ]
