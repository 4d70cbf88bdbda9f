"""`scenescout events`: the clean table of events, where each comes from, and what people wrote over it."""

from __future__ import annotations

from typing import Any

import click

from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.cli.data import reading, signed, writing
from scenescout_tui.cli.filters import filter_options, filters_of
from scenescout_tui.cli.flags import HELP, Flags, data_options
from scenescout_tui.cli.output import local_time, say, say_json
from scenescout_tui.cli.tables import Column, say_table
from scenescout_tui.cli.words import EXPIRED, attribution, edit_json, event_json, link_json, record_json
from scenescout_tui.events.edits import FIELDS
from scenescout_tui.safe_text import for_screen
from scenescout_tui.store.rows import EventDetail, EventFilters, EventRow, SourceRecordRow

_COLUMNS = (
    Column("id", "id"),
    Column("starts", "whole"),
    Column("title", "main"),
    Column("venue", leave=3),
    Column("city", leave=4),
    Column("status", "whole", leave=2),
    Column("sources", leave=1),
)
_LONG = 2_000
#: What stands in for a venue that an event does not need.
_ONLINE = ("online", "hybrid")


class _ByEvent(click.Group):
    """Verbs about one event; a first word that is none of them is the event to show."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb that the words mean, and what is left of them."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            return "show", self.commands["show"], args
        return super().resolve_command(ctx, args)


@click.group(
    "events",
    cls=_ByEvent,
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
    say_json(_detail_json(detail)) if flags.as_json else _say_detail(detail)
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
        edited = store.edit_event(store.event(event).event.id, values, **signed())
    if flags.as_json:
        say_json({"success": True, "event": event_json(edited)})
    else:
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


def _say_detail(detail: EventDetail) -> None:
    for name, value in event_json(detail.event).items():
        if value not in (None, [], {}, "", "[]"):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            say(f"  {name:<18} {for_screen(text, _LONG)}")
    say("source records:")
    for record in detail.records:
        seen = local_time(record.last_seen_at.timestamp())
        name = f"{for_screen(record.source)} {for_screen(record.external_id)}"
        say(f"  {record.id[-6:]} {name}  seen {seen}{_lost(record)}")
    for link in detail.links:
        score = f" ({link.score:.0f} of 100)" if link.score is not None else ""
        what = "link taken back, made" if link.undone_at is not None else "linked"
        say(f"  {what} by {for_screen(link.decided_by)}{score}: {for_screen(link.evidence)}")
    for edit in detail.edits:
        value = "emptied" if edit.value is None else for_screen(str(edit.value))
        at = local_time(edit.edited_at.timestamp())
        say(f"  edited by {for_screen(edit.who)} {at}: {for_screen(edit.field)} {value}")


def _lost(record: SourceRecordRow) -> str:
    """Say what a record has lost: its place in its source's list, or its content."""
    lost = ""
    if record.missing_since is not None:
        lost += f", not listed any more since {local_time(record.missing_since.timestamp())}"
    if record.blanked_at is not None:
        lost += f", expired {local_time(record.blanked_at.timestamp())}: scenescout refresh"
    return lost
