"""`scenescout events`: the clean table of events, and where each of them comes from."""

from __future__ import annotations

from typing import Any

import click

from scenescout_tui.cli.data import reading
from scenescout_tui.cli.filters import filter_options, filters_of
from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.output import local_time, say, say_json
from scenescout_tui.cli.tables import Column, say_table
from scenescout_tui.cli.words import EXPIRED, attribution, event_json, link_json, record_json
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


@verb("events")
@click.argument("event", required=False)
@filter_options
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
@click.option("--offset", type=click.IntRange(0), default=0, help="How many to pass over first.")
@data_options
def command(flags: Flags, event: str | None, limit: int, offset: int, **given: Any) -> int:
    """List the events by start, or show the one whose id is EVENT or ends in it, with its source
    records.

    Fields in JSON are named like the columns of the table `events`; for all events use export.
    """
    filters = filters_of(given)
    with reading(flags) as store:
        if event is not None:
            detail = store.event(event)
            say_json(_detail_json(detail)) if flags.as_json else _say_detail(detail)
            return 0
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
    }


def _say_detail(detail: EventDetail) -> None:
    for name, value in event_json(detail.event).items():
        if value not in (None, [], {}, "", "[]"):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            say(f"  {name:<18} {for_screen(text, _LONG)}")
    say("source records:")
    for record in detail.records:
        seen = local_time(record.last_seen_at.timestamp())
        say(f"  {for_screen(record.source)} {for_screen(record.external_id)}  seen {seen}{_lost(record)}")
    for link in detail.links:
        score = f" ({link.score:.2f})" if link.score is not None else ""
        say(f"  linked by {for_screen(link.decided_by)}{score}: {for_screen(link.evidence)}")


def _lost(record: SourceRecordRow) -> str:
    """Say what a record has lost: its place in its source's list, or its content."""
    lost = ""
    if record.missing_since is not None:
        lost += f", not listed any more since {local_time(record.missing_since.timestamp())}"
    if record.blanked_at is not None:
        lost += f", expired {local_time(record.blanked_at.timestamp())}: scenescout refresh"
    return lost
