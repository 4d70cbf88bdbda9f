"""What the engine answers and does for the screens: each has a file here with two tables, ``ANSWERS`` and
``DEEDS``.
"""

from __future__ import annotations

from typing import Any

from scenescout_tui.imports.asking import Deed, StoreQuery
from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.doing import errors, events, log, runs, settings, sources
from scenescout_tui.imports.doing.desk import Answers, Deeds, Desk, Shelf

_PARTS = (errors, runs, events, sources, log, settings)
ANSWERS: Answers = {query: answer for part in _PARTS for query, answer in part.ANSWERS.items()}
DEEDS: Deeds = {deed: do for part in _PARTS for deed, do in part.DEEDS.items()}


def answer(shelf: Shelf, query: StoreQuery) -> Any:
    """Answer a question of a screen; see its docstring for the type.

    Raises: SpawnerError; LookupError where nobody answers this kind.
    """
    return ANSWERS[type(query)](shelf, query)


async def do(desk: Desk, deed: Deed) -> CommandResult:
    """Do what a screen asks for.

    Raises: SpawnerError; LookupError where nobody does this kind.
    """
    return await DEEDS[type(deed)](desk, deed)
