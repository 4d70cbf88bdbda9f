"""`scenescout sources`: what can be imported, by what, and what a token can see."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from scenescout_tui.cli.flags import Flags, data_options, with_sandbox
from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.output import say, say_json
from scenescout_tui.cli.tables import Column, say_table
from scenescout_tui.settings import Settings
from scenescout_tui.sources.adapters import ADAPTERS

if TYPE_CHECKING:
    from scenescout_tui.sources.eventbrite_api import Organization

#: The key of the console that imports each source, and what it reads.
_READS = {
    "eventbrite": (
        "e",
        "Eventbrite's API v3: organisers, organisations, venues, series, events; its payloads in files",
    ),
    "yelp": ("y", "Yelp's API v3: events around a place; its payloads in files"),
    "manual": ("m", "submission forms: one, a list, NDJSON; they wait for review"),
    "ics": ("f", "iCalendar: files, or feeds at http, https and webcal addresses"),
    "jsonld": ("f", "schema.org events: JSON-LD in files, or in web pages"),
    "csv": ("f", "tables with a header, in files or at an address; columns can be named"),
}
_COLUMNS = (
    Column("source", "whole"),
    Column("name", leave=1),
    Column("key", "whole"),
    Column("reads", "main"),
    Column("token"),
)
_AUTO = ("auto", "Files", "f", "any of these; the source of each record is recognised", "")
_ORGANIZATIONS = (Column("organization", "whole"), Column("name", "main"))


@verb("sources")
@click.option("--organizations", is_flag=True, help="Ask Eventbrite which organisations the token can see.")
@click.option(
    "--test", "tested", metavar="NAME", help="Send a source one cheap request; say how it answered."
)
@data_options
@with_sandbox
def command(flags: Flags, organizations: bool, tested: str | None) -> int:
    """List the sources, the console's key for each, what they read, and whether a token is set."""
    with ExitStack() as stack:
        if flags.sandbox:
            from scenescout_tui.cli.sandbox import sandbox

            settings = stack.enter_context(sandbox(flags)).settings
        else:
            settings = flags.settings()
        if tested is not None:
            _say_test(flags, tested, _test(settings, tested))
        elif organizations:
            _say_organizations(flags, _organizations(settings))
        else:
            _say_sources(flags, settings)
    return 0


def _say_sources(flags: Flags, settings: Settings) -> None:
    rows = [
        (name, adapter.title, *_READS.get(name, ("", "")), _token(name, settings))
        for name, adapter in ADAPTERS.items()
    ]
    rows.append(_AUTO)
    if flags.as_json:
        keys = ("name", "title", "key", "reads", "token")
        terms = {name: adapter.attribution for name, adapter in ADAPTERS.items()}
        named: list[dict[str, Any]] = [dict(zip(keys, row, strict=True)) for row in rows]
        say_json({"sources": [row | {"attribution": terms.get(row["name"], "")} for row in named]})
        return
    say_table(_COLUMNS, rows)
    say("Import with: scenescout import SOURCE [INPUT], or the key in the console.")
    say("What your Eventbrite token can see: scenescout sources --organizations")


def _say_test(flags: Flags, name: str, words: str) -> None:
    if flags.as_json:
        say_json({"source": name, "ok": True, "message": words})
    else:
        say(words)


def _test(settings: Settings, name: str) -> str:
    """Ask a source once.

    :raises SpawnerError: where it has no API, its token is missing, or it refuses.
    """
    import anyio

    from scenescout_tui.imports.gates import Gates
    from scenescout_tui.imports.trying import try_source
    from scenescout_tui.store import database_file

    # What an engine asked a moment ago is noted beside the database, and counts here too.
    gates = Gates(database_file(settings.database_url) or settings.log_file)
    try:
        return anyio.run(try_source, settings, gates, name)
    finally:
        gates.close()


def _say_organizations(flags: Flags, found: tuple[Organization, ...]) -> None:
    if flags.as_json:
        say_json({"organizations": [{"id": one.id, "name": one.name} for one in found]})
    elif found:
        say_table(_ORGANIZATIONS, [(one.id, one.name) for one in found])
        say(f"Import one with: {flags.command_line('import', 'eventbrite', '--organization', found[0].id)}")
    else:
        say("The token sees no organisation; ask for an organiser: --organizer ID.")


def _organizations(settings: Settings) -> tuple[Organization, ...]:
    """Ask Eventbrite.

    :raises SpawnerError: where no token is set, or Eventbrite gives no answer.
    """
    import anyio

    from scenescout_tui.imports.services import service_access
    from scenescout_tui.sources.eventbrite_api import list_organizations

    return anyio.run(list_organizations, service_access(settings, "eventbrite"))


def _token(name: str, settings: Settings) -> str:
    key = f"{name}_token"
    if not hasattr(settings, key):
        return ""
    return "not set" if getattr(settings, key) is None else f"set ({settings.origin(key)})"
