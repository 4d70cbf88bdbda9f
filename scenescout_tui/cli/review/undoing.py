"""`review decisions` and `review undo`: what was decided, and the way back."""

from __future__ import annotations

import click

from scenescout_tui.cli.data import reading, signed, writing
from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.output import count, local_time, say, say_json
from scenescout_tui.cli.review.listing import command
from scenescout_tui.cli.tables import Column, say_table
from scenescout_tui.cli.words import decision_json
from scenescout_tui.safe_text import for_screen
from scenescout_tui.store import NotFoundError
from scenescout_tui.store.review_rows import Undone

_COLUMNS = (
    Column("id", "id"),
    Column("at", "whole", leave=2),
    Column("who", leave=1),
    Column("decided", "main"),
    Column("reason", leave=3, sparse=True),
)
_LONG = 500


@command.command("decisions")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many.")
@click.option("--automatic", is_flag=True, help="The links that were made without asking.")
@data_options
def decisions(flags: Flags, limit: int, automatic: bool) -> int:
    """List what can be taken back, newest first: decisions of people, or what was linked by itself."""
    with reading(flags) as store:
        rows = store.recent_decisions(limit, automatic=automatic)
    if flags.as_json:
        say_json({"decisions": [decision_json(row) for row in rows]})
    elif rows:
        table = [(row.id, local_time(row.at.timestamp()), row.who, row.words, row.reason) for row in rows]
        say_table(_COLUMNS, table)
        say("Take one back with: scenescout review undo ID")
    else:
        say("There is nothing to take back.")
    return 0


@command.command("undo")
@click.argument("decision", required=False, metavar="[ID]")
@data_options
def undo(flags: Flags, decision: str | None) -> int:
    """Take back the last decision, or the one with this id: of a decision, of a pair, or of an automatic
    link.
    """
    with writing(flags) as store:
        try:
            undone = store.undo_decision(decision, **signed())
        except NotFoundError:
            if decision is not None:
                raise
            undone = Undone(0, "", ())
    if flags.as_json:
        skipped = [one._asdict() for one in undone.skipped]
        events = list(undone.event_ids)
        say_json(
            {
                "success": True,
                "count": undone.count,
                "words": undone.words,
                "eventIds": events,
                "skipped": skipped,
            }
        )
        return 0
    for one in undone.skipped:
        say(f"  {one.id[-6:]}: {for_screen(one.reason)}")
    if undone.count:
        say(f"Taken back {count(undone.count, 'decision')}: {for_screen(undone.words, _LONG)}")
    else:
        say("There is nothing to take back.")
    return 0
