"""Settings for the tests, and an engine that is asked for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from scenescout_tui.imports.doing.desk import Shelf
from scenescout_tui.imports.doing.settings import ANSWERS
from scenescout_tui.imports.settings_commands import ListSettings
from scenescout_tui.settings import load_settings
from scenescout_tui.store import Store
from tests.console import scripted

TOKEN = "CANARY-TOKEN-1234"
ENVIRON = {
    "HOME": "/home/anna",
    "SCENESCOUT_TIMEOUT": "60",
    "SCENESCOUT_YELP_TOKEN": TOKEN,
    "SCENESCOUT_TIMEUOT": "30",
    "SCENESCOUT_YELP_IMPORT": "location=Lisboa",
}


def handle(environ: Mapping[str, str] = ENVIRON) -> scripted.ScriptedHandle:
    """Give an engine at work with the settings of this environment, its answers those of the real one."""
    settings = load_settings({"max_workers": 6}, environ)
    shelf = Shelf(cast("Store", None), settings)
    return scripted.ScriptedHandle(
        scripted.busy(), lists={ListSettings: lambda query: ANSWERS[ListSettings](shelf, query)}
    )
