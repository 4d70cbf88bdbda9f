"""`scenescout locate`: where everything is looked for."""

from __future__ import annotations

import os
from pathlib import Path

from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.output import say_json
from scenescout_tui.cli.tables import Column, say_table
from scenescout_tui.imports.lock import EngineLock
from scenescout_tui.safe_text import redact
from scenescout_tui.settings import Settings, config_dir, data_dir, state_dir
from scenescout_tui.store import database_file

_COLUMNS = (Column("what", "whole"), Column("where", "whole"), Column("", leave=2), Column("from", leave=1))


@verb("locate")
@data_options
def command(flags: Flags) -> int:
    """Say where database, settings, log, state and tokens are looked for, and whether they are there."""
    settings = flags.settings()
    rows = [(what, place, _state(place), origin) for what, place, origin in _places(settings)]
    if flags.as_json:
        say_json(
            {what: {"path": place, "state": state, "from": origin} for what, place, state, origin in rows}
        )
    else:
        say_table(_COLUMNS, rows)
    return 0


def _places(settings: Settings) -> list[tuple[str, str, str]]:
    """Name each thing with its place and where that place comes from."""
    file = database_file(settings.database_url)
    origin = settings.origin("database_url")
    places = [("database", str(file) if file is not None else redact(settings.database_url), origin)]
    if file is not None:
        places.append(("lock", str(EngineLock(file).path), "beside the database"))
    places += [
        ("settings", str(config_dir() / "config.toml"), _xdg("CONFIG")),
        ("log", str(settings.log_file), settings.origin("log_file")),
        ("data", str(data_dir()), _xdg("DATA")),
        ("state", str(state_dir()), _xdg("STATE")),
    ]
    for name in ("eventbrite", "yelp"):
        found = getattr(settings, f"{name}_token")
        variable = f"SCENESCOUT_{name.upper()}_TOKEN"
        place = f"{variable}, or the file named by {variable}_FILE (mode 0600)"
        places.append(
            (f"{name} token", place, settings.origin(f"{name}_token") if found is not None else "not set")
        )
    variable, found = "SCENESCOUT_API_TOKEN", settings.api_token
    kept = config_dir() / "api-token"
    places.append(
        (
            "API token",
            f"{variable}, or the file named by {variable}_FILE, else {kept} (made by serve)",
            settings.origin("api_token") if found is not None else "there" if kept.exists() else "not set",
        )
    )
    return places


def _xdg(kind: str) -> str:
    """Say whether a folder comes from its variable of the XDG Base Directory Specification."""
    variable = f"XDG_{kind}_HOME"
    return f"environment {variable}" if os.environ.get(variable) else "default"


def _state(place: str) -> str:
    if not place.startswith("/"):
        return ""
    path = Path(place)
    try:
        if path.is_dir():
            return "there"
        return f"{path.stat().st_size:,} B" if path.exists() else "not there"
    except OSError as error:
        return error.strerror or "cannot be read"
