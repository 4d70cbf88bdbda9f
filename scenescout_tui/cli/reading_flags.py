"""How `scenescout import` is told what files and feeds do not say themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.errors import ValidationError
from scenescout_tui.sources.read_options import DATE_ORDERS, ReadOptions

#: Option → how its value is called, and its help.
_OPTIONS = {
    "map": ("FIELD=COLUMN", "Tables: the column that holds a field, such as title=Name; may be repeated."),
    "place": ("TEXT", "Where events take place that name no place."),
    "timezone": ("ZONE", "Zone of times that name none, such as Europe/London."),
    "dates": ("ORDER", f"How 03/04/2026 is meant: {', '.join(DATE_ORDERS)}."),
    "series-from": ("DATE", "Follow repeating events from this day on; else from today."),
    "series-until": ("DATE", "Follow repeating events to this day; else for a year."),
}
#: Option → the sources whose inputs say it themselves, or have nothing of the kind.
_MEANINGLESS = {
    "place": ("eventbrite", "yelp"),
    "series-from": ("eventbrite", "yelp", "csv"),
    "series-until": ("eventbrite", "yelp", "csv"),
}


def reading_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options; `read_options` takes them out of what click has parsed."""
    for name, (value, words) in reversed(_OPTIONS.items()):
        function = click.option(f"--{name}", metavar=value, help=words, multiple=name == "map")(function)
    return function


def read_options(source: str, inputs: tuple[str, ...], given: dict[str, Any]) -> ReadOptions:
    """Take how inputs of a source are to be read out of what click has parsed.

    :raises SpawnerError: USAGE_ERROR for a value that cannot be read, one that means nothing for the source,
        or where there is no input.
    """
    own = {name.replace("-", "_"): given.pop(name.replace("-", "_")) for name in _OPTIONS}
    said = [name for name in _OPTIONS if own[name.replace("-", "_")] not in (None, ())]
    if said and not inputs:
        raise usage_error(
            f"--{said[0]} says how an INPUT is read, and there is none",
            f"Name a file or a URL, or leave out --{said[0]}.",
        )
    for name in said:
        if source in _MEANINGLESS.get(name, ()):
            raise usage_error(f"--{name} means nothing for {source}", f"Leave out --{name}.")
    try:
        return ReadOptions.of(**own)
    except ValidationError as error:
        raise usage_error(error.message, "See scenescout import --help.") from error
