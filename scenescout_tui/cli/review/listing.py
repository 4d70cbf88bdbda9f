"""`scenescout review`, `review list` and `review show`: what waits, and both sides of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from scenescout_tui.cli.data import reading
from scenescout_tui.cli.flags import Flags, data_options, group
from scenescout_tui.cli.output import count, local_time, say, say_json
from scenescout_tui.cli.review.side_by_side import say_item
from scenescout_tui.cli.tables import Column, say_table
from scenescout_tui.cli.words import pair_json, pending_json, review_json
from scenescout_tui.store.review_rows import ReviewFilters, ReviewItem

COLUMNS = (
    Column("id", "id"),
    Column("what", "whole", leave=4),
    Column("score", "number", sparse=True),
    Column("starts", "whole", leave=3),
    Column("title", "main"),
    Column("other title"),
    Column("sources", leave=2),
    Column("why", leave=1),
)
_LIMIT = click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many."
)
_SCORE = click.FloatRange(0, 100)


def rule_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options that say which pairs are meant; `rule_of` makes `ReviewFilters` of them."""
    for option in reversed(
        (
            click.option("--source", metavar="NAME", help="Only with an event of this source."),
            click.option("--city", metavar="NAME", help="Only with an event in this city."),
            click.option(
                "--least-score", type=_SCORE, metavar="0..100", help="Only pairs at least so alike."
            ),
            click.option("--most-score", type=_SCORE, metavar="0..100", help="Only pairs at most so alike."),
        )
    ):
        function = option(function)
    return function


def _filter_options(function: Callable[..., int]) -> Callable[..., int]:
    function = rule_options(function)
    for option in (
        click.option(
            "--state",
            type=click.Choice(("open", "later", "all")),
            default="open",
            help="Those that wait (default), those put off, or both.",
        ),
        click.option("--kind", type=click.Choice(("pair", "submission")), help="Only these."),
        _LIMIT,
    ):
        function = option(function)
    return function


def rule_of(given: dict[str, Any]) -> ReviewFilters:
    """Take the filters out of what click has parsed; the rest stays in `given`."""
    names = ("kind", "state", "source", "city", "least_score", "most_score")
    return ReviewFilters(**{name: given.pop(name) for name in names if name in given})


@group("review")
@_filter_options
@data_options
def command(flags: Flags, limit: int, **given: Any) -> int:
    """List what waits for a person: pairs of events that may be one, and submissions.

    Decide pairs with same, different or later, submissions with approve or refuse; undo takes either back.
    """
    return (
        _list(flags, limit, rule_of(given)) if click.get_current_context().invoked_subcommand is None else 0
    )


@command.command("list")
@_filter_options
@data_options
def list_items(flags: Flags, limit: int, **given: Any) -> int:
    """List what waits, oldest first."""
    return _list(flags, limit, rule_of(given))


@command.command("show")
@click.argument("item", metavar="ID")
@data_options
def show(flags: Flags, item: str) -> int:
    """Show both sides of a pair, or a submission beside what is known; ≠ marks what differs."""
    with reading(flags) as store:
        detail = store.review_item(item)
    if flags.as_json:
        say_json({"item": review_json(detail)})
    else:
        say_item(detail)
    return 0


def say_items(items: tuple[ReviewItem, ...]) -> None:
    """Write pairs and submissions as a table."""
    say_table(COLUMNS, [_row(item) for item in items])


def _list(flags: Flags, limit: int, filters: ReviewFilters) -> int:
    with reading(flags) as store:
        items = store.review_items(filters, limit)
        whole = store.count_review_items(filters) if len(items) == limit else len(items)
        put_off = store.count_review_items(ReviewFilters(state="later")) if filters.state == "open" else 0
        waits = bool(items) or store.count_review_items() > 0
    if flags.as_json:
        pending = [pending_json(item) for item in items if item.kind == "submission"]
        pairs = [pair_json(item) for item in items if item.kind == "pair"]
        say_json({"count": whole, "pairs": pairs, "pending": pending})
        return 0
    if items:
        say_items(items)
        _say_ways(items, whole)
    else:
        say("Nothing matches these filters." if waits else "Nothing waits for review.")
    if put_off:
        say(f"{count(put_off, 'pair')} put off: scenescout review --state later")
    return 0


def _say_ways(items: tuple[ReviewItem, ...], whole: int) -> None:
    if whole > len(items):
        say(f"These are the first {len(items):,} of {whole:,}; more with --limit.")
    kinds = {item.kind for item in items}
    if "pair" in kinds:
        say("One event or two? scenescout review show ID, then same, different or later ID…")
    if "submission" in kinds:
        say("Submissions: scenescout review approve ID… or refuse ID… --reason TEXT")


def _row(item: ReviewItem) -> tuple[object, ...]:
    sides = [item.event] if item.other is None else [item.event, item.other]
    return (
        item.id,
        item.kind if item.state != "later" else "put off",
        None if item.score is None else f"{item.score:.0f}",
        local_time(item.event.starts_at.timestamp()),
        item.event.title,
        None if item.other is None else item.other.title,
        " | ".join(", ".join(side.sources) for side in sides),
        item.evidence,
    )
