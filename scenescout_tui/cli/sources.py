"""`scenescout sources`: what can be imported, and by what."""

from __future__ import annotations

from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.output import say, say_json
from scenescout_tui.cli.tables import Column, say_table
from scenescout_tui.settings import Settings
from scenescout_tui.sources.adapters import ADAPTERS

#: What each source reads, and the key of the console that imports it.
_READS = {
    "eventbrite": (
        "e",
        "events of Eventbrite's API v3, in both of its shapes: one, a list, an API page, NDJSON",
    ),
    "yelp": ("y", "events of Yelp's API v3: one, a list, an API page, NDJSON"),
    "manual": ("m", "submission forms: one, a list, NDJSON; they wait for review"),
}
_COLUMNS = (
    Column("source", "whole"),
    Column("name", leave=1),
    Column("key", "whole"),
    Column("reads", "main"),
    Column("token"),
)
_AUTO = ("auto", "Files", "f", "any of these; the source of each record is recognised", "")


@verb("sources")
@data_options
def command(flags: Flags) -> int:
    """List the sources, the console's key for each, what they read, and whether a token is set."""
    settings = flags.settings()
    rows = [
        (name, adapter.title, *_READS.get(name, ("", "")), _token(name, settings))
        for name, adapter in ADAPTERS.items()
    ]
    rows.append(_AUTO)
    if flags.as_json:
        keys = ("name", "title", "key", "reads", "token")
        say_json({"sources": [dict(zip(keys, row, strict=True)) for row in rows]})
    else:
        say_table(_COLUMNS, rows)
        say("Import with: scenescout import SOURCE FILE, or the key in the console.")
    return 0


def _token(name: str, settings: Settings) -> str:
    key = f"{name}_token"
    if not hasattr(settings, key):
        return ""
    return "not set" if getattr(settings, key) is None else f"set ({settings.origin(key)})"
