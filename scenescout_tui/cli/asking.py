"""What `scenescout import` asks a source's API for: the options, and whether they mean something together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.errors import SpawnerError, ValidationError
from scenescout_tui.imports.services import SERVICES, resolve_ask
from scenescout_tui.settings import Settings

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Option:
    """One option: the sources that know it, how its value is called (empty: it has none), and its help."""

    sources: tuple[str, ...]
    value: str
    help: str


#: The options by the keys of `sources.ask`, in the order of the help.
_OPTIONS: dict[str, _Option] = {
    "organizer": _Option(("eventbrite",), "ID[,ID]", "Eventbrite: events of these organisers."),
    "organization": _Option(
        ("eventbrite",), "ID[,ID]", "Eventbrite: of these organisations; mine: of yours."
    ),
    "venue": _Option(("eventbrite",), "ID[,ID]", "Eventbrite: events at these venues."),
    "series": _Option(("eventbrite",), "ID[,ID]", "Eventbrite: the dates of these series."),
    "event": _Option(("eventbrite", "yelp"), "ID[,ID]", "Exactly these events."),
    "location": _Option(("yelp",), "TEXT", "Yelp: events around a city or an address."),
    "latitude": _Option(("yelp",), "DEGREES", "Yelp: around a point, with --longitude."),
    "longitude": _Option(("yelp",), "DEGREES", "Yelp: around a point, with --latitude."),
    "radius": _Option(("yelp",), "METRES", "Yelp: how far around it, at most 40000."),
    "start": _Option(("yelp",), "DATE", "Yelp: events that start on or after it."),
    "end": _Option(("yelp",), "DATE", "Yelp: events that start before it."),
    "category": _Option(("yelp",), "NAME[,NAME]", "Yelp: only these categories, such as music."),
    "free": _Option(("yelp",), "", "Yelp: only what costs nothing."),
    "max-pages": _Option(("eventbrite", "yelp"), "NUMBER", "Stop after so many pages."),
}
_DESCRIPTIONS = "descriptions"


def ask_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options that name what to ask for; `asked` takes them out of what click has parsed."""
    descriptions = click.option(
        f"--{_DESCRIPTIONS}/--no-{_DESCRIPTIONS}",
        default=None,
        help="Eventbrite: the long descriptions too, one more call per event.",
    )
    function = descriptions(function)
    for key, option in reversed(_OPTIONS.items()):
        if option.value:
            function = click.option(f"--{key}", metavar=option.value, help=option.help)(function)
        else:
            function = click.option(f"--{key}", is_flag=True, help=option.help)(function)
    return function


def asked(source: str, inputs: tuple[str, ...], given: dict[str, Any]) -> Pairs:
    """Take what is to be asked for out of what click has parsed, as pairs of key and value.

    :raises SpawnerError: USAGE_ERROR for an option of another source, one beside an input, or an empty one.
    """
    pairs = []
    for key in _OPTIONS:
        value = given.pop(key.replace("-", "_"))
        if value not in (None, False):
            pairs.append((key, "true" if value is True else str(value)))
    named = [key for key, _ in pairs]
    if given[_DESCRIPTIONS] is not None:
        named.append(_DESCRIPTIONS)
    for key in named:
        _belongs(key, source, inputs)
    _complete(pairs)
    return tuple(pairs)


def check_asked(source: str, pairs: Pairs, settings: Settings) -> Pairs:
    """Refuse what the source cannot be asked, before an engine is started for it; return what it is asked
    for, with what the settings add.

    :raises SpawnerError: USAGE_ERROR, INPUT_ERROR or SETTINGS_ERROR, all of them exit status 2.
    """
    try:
        return resolve_ask(source, pairs, settings).pairs
    except ValidationError as error:
        action = str(error.metadata.get("action", "")) or "See scenescout import --help."
        raise usage_error(error.message, action) from error
    except SpawnerError as error:
        error.metadata["action"] = f"{error.metadata.get('action', '')} To try it out add --sandbox.".strip()
        raise


def option_words(pairs: Pairs) -> list[str]:
    """Return what was asked for as words of the command line."""
    words: list[str] = []
    for key, value in pairs:
        words.append(f"--{key}")
        if key not in _OPTIONS or _OPTIONS[key].value:
            words.append(value)
    return words


def _complete(pairs: Sequence[tuple[str, str]]) -> None:
    for key, value in pairs:
        # As an unset variable of a shell is: left out, it would ask for everything.
        if not value.strip(" \t,"):
            raise usage_error(f"--{key} is empty", f"Give it a value, or leave out --{key}.")
    given = dict(pairs)
    for one, other in (("latitude", "longitude"), ("longitude", "latitude")):
        if one in given and other not in given:
            raise usage_error(
                f"--{other} is missing: a point is named by latitude and longitude",
                f"Add --{other} DEGREES, or name a place with --location.",
            )


def _belongs(key: str, source: str, inputs: tuple[str, ...]) -> None:
    sources = _OPTIONS[key].sources if key in _OPTIONS else ("eventbrite",)
    if source not in sources:
        raise _of_another_source(key, source, sources)
    if inputs:
        raise usage_error(
            f"--{key} asks {source} itself, and an INPUT is read instead of asking",
            f"Leave out --{key} or the INPUT.",
        )


def _of_another_source(key: str, source: str, sources: tuple[str, ...]) -> SpawnerError:
    of = " and ".join(sources)
    if source in SERVICES:
        own = ", ".join(f"--{one}" for one, option in _OPTIONS.items() if source in option.sources)
        return usage_error(f"--{key} is an option of {of}, not of {source}", f"For {source} there are {own}.")
    return usage_error(
        f"--{key} is an option of {of}; {source} has no API to ask",
        f"Name a file or a URL: scenescout import {source} INPUT.",
    )
