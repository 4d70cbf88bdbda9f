"""Which events a verb means: the same options for `events` and `export`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Any

import click

from scenescout_tui.events.quality import MEANINGS
from scenescout_tui.store.rows import EventFilters


class _Renamed(click.Option):
    """An option whose help knows only the first of its names; the older ones go on working."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """Return the first name with its value, and the help."""
        return f"{self.opts[0]} {self.metavar}", self.help or ""


_STATUSES = (
    "scheduled",
    "cancelled",
    "postponed",
    "rescheduled",
    "ended",
    "pending",
    "refused",
    "missing",
    "expired",
)


def _moment(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """Read a day (its midnight in this machine's zone) or a moment in ISO 8601; return an aware moment."""
    if value is None:
        return None
    if value == "today":
        return datetime.combine(date.today(), time()).astimezone()
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is no date: write 2026-11-23, 2026-11-23T20:00 or today", context, parameter
        ) from None
    return moment.astimezone() if moment.tzinfo is None else moment


def _code(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Read a quality code in any capitalisation."""
    if value is None:
        return None
    code = value.strip().upper()
    if code not in MEANINGS:
        alike = get_close_matches(code, MEANINGS, cutoff=0.4) or ("TZ_ASSUMED", "PRICE_UNKNOWN", "MULTI_DAY")
        words = f"{value!r} is none of the codes, which are like {', '.join(alike)}"
        raise click.BadParameter(words, context, parameter)
    return code


def filter_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the filter options; `filters_of` makes `EventFilters` of what they give."""
    for option in reversed(
        (
            click.option("--source", metavar="NAME", help="Only events with a record of this source."),
            click.option("--status", type=click.Choice(_STATUSES), help="Only events in this state."),
            click.option("--city", metavar="NAME", help="Only events in this city."),
            click.option(
                "--since",
                "--from",
                "since",
                cls=_Renamed,
                callback=_moment,
                metavar="DATE",
                help="Only events that start on or after it.",
            ),
            click.option(
                "--until",
                "--to",
                "until",
                cls=_Renamed,
                callback=_moment,
                metavar="DATE",
                help="Only events that start before it.",
            ),
            click.option(
                "--quality",
                callback=_code,
                metavar="CODE",
                help="Only events whose record was odd in this way: TZ_ASSUMED, PRICE_UNKNOWN, …",
            ),
            click.option("--search", "text", metavar="TEXT", help="Only events with this text in them."),
        )
    ):
        function = option(function)
    return function


def filters_of(given: dict[str, Any]) -> EventFilters:
    """Take the filters out of what click has parsed; the rest stays in `given`."""
    names = ("source", "status", "city", "since", "until", "text", "quality")
    return EventFilters(**{name: given.pop(name) for name in names})
