"""One row of the table of actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["data", "engine", "view"]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do.

    ``scope`` says who else offers it: ``data`` is also a verb of the command line, ``engine`` needs a
    running engine, ``view`` concerns the screen alone. ``verb`` is the command line's way to do the same,
    empty outside ``data``.
    """

    id: str
    title: str
    help: str
    scope: Scope
    destructive: bool = False
    verb: str = ""
    #: False for what a read-only console may do although its scope is ``data``: an export, a comparison.
    changes: bool = True
