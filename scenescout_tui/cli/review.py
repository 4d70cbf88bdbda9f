"""`scenescout review`: what waits for a person's word."""

from __future__ import annotations

import click

from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.cli.data import reading, signed, writing
from scenescout_tui.cli.flags import Flags, data_options, group
from scenescout_tui.cli.output import count, local_time, say, say_json
from scenescout_tui.cli.tables import Column, say_table
from scenescout_tui.cli.words import pending_json
from scenescout_tui.store import Store
from scenescout_tui.store.rows import PendingRow

_COLUMNS = (
    Column("event", "id"),
    Column("starts", "whole"),
    Column("title", "main"),
    Column("city", leave=3),
    Column("source", leave=2),
    Column("submitted", "whole", leave=1),
    Column("note", sparse=True),
)

_LIMIT = click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many."
)


@group("review")
@_LIMIT
@data_options
def command(flags: Flags, limit: int) -> int:
    """List, approve or refuse the submissions that wait for review."""
    return _list(flags, limit) if click.get_current_context().invoked_subcommand is None else 0


@command.command("list")
@_LIMIT
@data_options
def list_pending(flags: Flags, limit: int) -> int:
    """List the submissions that wait, oldest first."""
    return _list(flags, limit)


@command.command("approve")
@click.argument("events", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every submission that waits.")
@data_options
def approve(flags: Flags, events: tuple[str, ...], everything: bool) -> int:
    """Approve submissions by the ids of their events; from then on their fields count."""
    if bool(events) == everything:
        raise usage_error("say which: one or more event ids, or --all", "List them with: scenescout review")
    with writing(flags) as store:
        number = 0
        chosen = _waiting(store) if everything else tuple(store.event(one).event.id for one in events)
        while chosen:
            number += store.approve(chosen, **signed())
            chosen = _waiting(store) if everything else ()
    return _done(flags, "Approved", number)


@command.command("refuse")
@click.argument("events", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why; kept in the audit log.")
@data_options
def refuse(flags: Flags, events: tuple[str, ...], reason: str) -> int:
    """Refuse submissions by the ids of their events, for a reason."""
    with writing(flags) as store:
        number = store.refuse(tuple(store.event(one).event.id for one in events), reason, **signed())
    return _done(flags, "Refused", number)


def _list(flags: Flags, limit: int) -> int:
    with reading(flags) as store:
        rows = store.pending(limit=limit)
    if flags.as_json:
        say_json({"pending": [pending_json(row) for row in rows]})
    elif rows:
        say_table(_COLUMNS, [_row(row) for row in rows])
        say("Decide with: scenescout review approve EVENT… or refuse EVENT… --reason TEXT")
    else:
        say("Nothing waits for review.")
    return 0


def _waiting(store: Store) -> tuple[str, ...]:
    """Return the events of the submissions that wait, a page of them."""
    return tuple(dict.fromkeys(row.event_id for row in store.pending()))


def _row(row: PendingRow) -> tuple[object, ...]:
    return (
        row.event_id,
        local_time(row.starts_at.timestamp()),
        row.title,
        row.city,
        row.source,
        local_time(row.submitted_at.timestamp()),
        "known from another source" if row.linked else "",
    )


def _done(flags: Flags, what: str, number: int) -> int:
    if flags.as_json:
        say_json({"success": True, "count": number})
    else:
        say(f"{what} {count(number, 'submission')}.")
    return 0
