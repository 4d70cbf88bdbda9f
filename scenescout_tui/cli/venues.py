"""`scenescout venues`: the houses where events take place, each once, and what every source says of them."""

from __future__ import annotations

import click

from scenescout_tui.cli.data import reading
from scenescout_tui.cli.flags import Flags, data_options, group
from scenescout_tui.cli.output import local_time, say, say_json
from scenescout_tui.cli.tables import Column, say_table
from scenescout_tui.cli.words import attribution, venue_form_json, venue_json
from scenescout_tui.safe_text import for_screen
from scenescout_tui.store.venue_rows import VenueDetail, VenueForm, VenueRow

_COLUMNS = (
    Column("id", "id"),
    Column("name", "main"),
    Column("address", leave=3),
    Column("city", leave=4),
    Column("ids", "number", leave=2),
    Column("sources", leave=1),
)
_LONG = 500


@group("venues")
@click.option("--city", metavar="NAME", help="Only venues in this city.")
@click.option("--search", "--text", "text", metavar="TEXT", help="Only venues with this in name or address.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many.")
@data_options
def command(flags: Flags, city: str | None, text: str | None, limit: int) -> int:
    """List the venues by name: each once, however many sources and ids it has.

    Fields in JSON are named like the columns of the table `venues`.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return 0
    with reading(flags) as store:
        rows = store.venues(text, city, limit)
        some = bool(rows) or bool(store.venues(limit=1))
    if flags.as_json:
        say_json({"venues": [venue_json(row) for row in rows], "limit": limit})
    elif rows:
        say_table(_COLUMNS, [_row(row) for row in rows])
        if terms := attribution(source for row in rows for source in row.sources):
            say(terms)
        if len(rows) == limit:
            say(f"There may be more: --limit {10 * limit}, or --search and --city.")
    else:
        say("No venues match." if some else "No venues yet; they come with imported events.")
    return 0


@command.command("show")
@click.argument("venue")
@data_options
def show(flags: Flags, venue: str) -> int:
    """Show the venue whose id is VENUE or ends in it, and what each source says of it."""
    with reading(flags) as store:
        detail = store.venue(venue)
    if flags.as_json:
        forms = [venue_form_json(form) for form in detail.forms]
        say_json({"venue": venue_json(detail.venue), "sources": forms})
    else:
        _say_detail(detail)
    return 0


def _row(venue: VenueRow) -> tuple[object, ...]:
    return (
        venue.id,
        venue.name or venue.address1 or "",
        venue.address1 or "",
        venue.city or "",
        venue.source_count,
        ", ".join(venue.sources),
    )


def _say_detail(detail: VenueDetail) -> None:
    for name, value in venue_json(detail.venue).items():
        if value not in (None, []):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            say(f"  {name:<12} {for_screen(text, _LONG)}")
    say("sources:")
    for form in detail.forms:
        said = (form.venue.name, form.venue.address1, form.venue.city)
        what = for_screen(", ".join(part for part in said if part), _LONG)
        say(f"  {_named(form)}  {what}  since {local_time(form.updated_at.timestamp())}")


def _named(form: VenueForm) -> str:
    """Return source, account and id of a form; a source may have neither of the last two."""
    named = (form.source, form.source_account, form.external_id or "without an id")
    return " ".join(for_screen(part) for part in named if part)
