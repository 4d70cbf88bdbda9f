"""`scenescout events`: the clean table of events, where each comes from, and what people wrote over it."""

from __future__ import annotations

from typing import Any

import click

from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.cli.data import reading, signed, writing
from scenescout_tui.cli.event_detail import say_event
from scenescout_tui.cli.filters import filter_options, filters_of
from scenescout_tui.cli.flags import HELP, Flags, ShowsByDefault, data_options
from scenescout_tui.cli.output import local_time, say, say_json
from scenescout_tui.cli.tables import Column, say_table
from scenescout_tui.cli.words import EXPIRED, attribution, edit_json, event_json, link_json, record_json
from scenescout_tui.events.edits import FIELDS
from scenescout_tui.imports.event_words import also_changed
from scenescout_tui.safe_text import for_screen
from scenescout_tui.store.rows import EventDetail, EventFilters, EventRow

_COLUMNS = (
    Column("id", "id"),
    Column("starts", "whole"),
    Column("title", "main"),
    Column("venue", leave=3),
    Column("city", leave=4),
    Column("status", "whole", leave=2),
    Column("sources", leave=1),
)
#: What stands in for a venue that an event does not need.
_ONLINE = ("online", "hybrid")


@click.group(
    "events",
    cls=ShowsByDefault,
    invoke_without_command=True,
    context_settings=HELP,
    subcommand_metavar="[EVENT | COMMAND [ARGS]...]",
)
@filter_options
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
@click.option("--offset", type=click.IntRange(0), default=0, help="How many to pass over first.")
@data_options
def command(flags: Flags, limit: int, offset: int, **given: Any) -> int:
    """List the events by start; with EVENT, an id or the end of one, show that one.

    Fields in JSON are named like the columns of the table `events`; for all events use export.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return 0
    filters = filters_of(given)
    with reading(flags) as store:
        rows = store.events(filters, limit=limit, offset=offset)
        some = bool(rows) or bool(store.events(EventFilters(), limit=1))
    if flags.as_json:
        say_json({"events": [event_json(row) for row in rows], "limit": limit, "offset": offset})
    elif rows:
        say_table(_COLUMNS, [_row(row) for row in rows])
        if terms := attribution(source for row in rows for source in row.sources):
            say(f"{terms}; the way back to each: scenescout events EVENT")
        if len(rows) == limit:
            say(f"More with --offset {offset + limit}, all of them with: scenescout export")
    elif some:
        known = filters == EventFilters() or offset
        say(f"No events behind the first {offset:,}." if known else "No events match these filters.")
    else:
        say("No events. Import some with: scenescout import eventbrite FILE")
    return 0


@command.command("show")
@click.argument("event")
@data_options
def show(flags: Flags, event: str) -> int:
    """Show an event with its source records, the links among them and its edits; `events EVENT` as well."""
    with reading(flags) as store:
        detail = store.event(event)
    say_json(_detail_json(detail)) if flags.as_json else say_event(detail)
    return 0


@command.command(
    "edit",
    help=f"""Write over fields of an event; imports change them no more. FIELD= empties one.

    Times are wall times (start_local=2026-11-23T20:00), prices are in minor units (price_min=1250). The
    fields: {", ".join(FIELDS)}.
    """,
)
@click.argument("event")
@click.argument("changes", nargs=-1, required=True, metavar="FIELD=VALUE...")
@data_options
def edit(flags: Flags, event: str, changes: tuple[str, ...]) -> int:
    values = dict(map(_change, changes))
    with writing(flags) as store:
        before = store.event(event).event
        edited = store.edit_event(before.id, values, **signed())
    also = list(also_changed(before, edited, values))
    if flags.as_json:
        say_json({"success": True, "event": event_json(edited), "alsoChanged": also})
    else:
        for field in also:
            was, now = getattr(before, field), getattr(edited, field)
            words = "was dropped" if now is None else f"is {for_screen(str(now))} now"
            say(f"  {field} {words}, it does not go with that: it was {for_screen(str(was))}")
        names = " ".join(values)
        say(f"Edited. Give it back with: scenescout events revert {edited.id[-6:]} {names}")
    return 0


@command.command("revert")
@click.argument("event")
@click.argument("fields", nargs=-1, metavar="[FIELD]...")
@data_options
def revert(flags: Flags, event: str, fields: tuple[str, ...]) -> int:
    """Give edited fields of an event back to the imports; without FIELD all of them."""
    with writing(flags) as store:
        event_id = store.event(event).event.id
        edited = store.revert_edits(event_id, fields or None, **signed())
    if flags.as_json:
        say_json({"success": True, "event": event_json(edited)})
    else:
        say("The fields are those of the sources again.")
    return 0


def _change(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise usage_error(f"{for_screen(text)!r} is no change", "Write FIELD=VALUE, or FIELD= to empty it.")
    return name.strip(), value


def _row(event: EventRow) -> tuple[object, ...]:
    return (
        event.id,
        "" if event.status == EXPIRED else local_time(event.starts_at.timestamp()),
        event.title,
        event.venue_name or event.address1 or (event.attendance if event.attendance in _ONLINE else ""),
        event.city,
        event.status,
        ", ".join(event.sources),
    )


def _detail_json(detail: EventDetail) -> dict[str, Any]:
    return {
        "event": event_json(detail.event),
        "records": [record_json(record) for record in detail.records],
        "links": [link_json(link) for link in detail.links],
        "edits": [edit_json(edit) for edit in detail.edits],
    }
