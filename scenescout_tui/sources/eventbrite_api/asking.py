"""What Eventbrite's API is asked for: which kind of listing, of which ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

from scenescout_tui.errors import ValidationError
from scenescout_tui.safe_text import for_screen
from scenescout_tui.setting_values import shown
from scenescout_tui.sources.ask import Ask

Kind = Literal["organizer", "organization", "venue", "series", "event"]

KINDS: tuple[Kind, ...] = get_args(Kind)
#: What stands in the place of organisation ids for "all that the token belongs to".
MINE = "mine"
#: No walk takes in more pages than this, whatever a server says of further ones.
MAX_PAGES = 10_000

_MAX_PAGES_KEY = "max-pages"
_KEYS = (*KINDS, _MAX_PAGES_KEY)
_ID = re.compile(r"[0-9]{1,20}")
_ID_AT_END = re.compile(r"(?:^|[-/])([0-9]{1,20})$")
# The part of an address that says what its id stands for: pages of the site, then those of the API.
_ADDRESS_KINDS: Mapping[str, tuple[Kind, ...]] = {
    "o": ("organizer",),
    "e": ("event", "series"),
    "organizers": ("organizer",),
    "organizations": ("organization",),
    "venues": ("venue",),
    "series": ("series",),
    "events": ("event", "series"),
}
_SEARCH_IS_SHUT = (
    "Eventbrite shut its search in December 2019: name whose events you want, most easily --organizer with "
    "the digits at the end of an organiser's page (/o/name-123)."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An ask as it was understood; without `ids` all organisations of the token are meant."""

    kind: Kind
    ids: tuple[str, ...]
    max_pages: int


def read_ask(ask: Ask) -> Asked:
    """Read an ask.

    :raises ValidationError: naming the option that is unknown, missing, one too many or not an id.
    """
    unknown = [key for key, _ in ask.pairs if key not in _KEYS]
    if unknown:
        known = ", ".join(f"--{key}" for key in _KEYS)
        option = f"--{for_screen(unknown[0], 40)}"
        message = f"Eventbrite cannot be asked by {option}; it can by {known}"
        raise _refused(option, unknown[0], message, _SEARCH_IS_SHUT)
    kinds = [kind for kind in KINDS if ask.get(kind) is not None]
    if len(kinds) > 1:
        names = " and ".join(f"--{kind}" for kind in kinds)
        raise _refused(f"--{kinds[1]}", None, f"{names} do not go together", "Name one of them.")
    max_pages = _max_pages(ask.get(_MAX_PAGES_KEY))
    if not kinds or (ask.get("organization") or "").strip().lower() == MINE:
        return Asked("organization", (), max_pages)
    (kind,) = kinds
    given = ask.get(kind) or ""
    ids = tuple(dict.fromkeys(_id(kind, part.strip()) for part in given.split(",") if part.strip()))
    if not ids:
        raise _no_id(kind, given)
    return Asked(kind, ids, max_pages)


def _max_pages(given: str | None) -> int:
    if given is None:
        return MAX_PAGES
    if not re.fullmatch(r"[0-9]{1,9}", given.strip()) or int(given) < 1:
        message = f"--{_MAX_PAGES_KEY}: {shown(given)} is not a number of pages"
        raise _refused(f"--{_MAX_PAGES_KEY}", given, message, "Give a whole number from 1.")
    return min(int(given), MAX_PAGES)


def _id(kind: Kind, given: str) -> str:
    """Take the id out of what people paste: the digits, a slug, the address of a page."""
    if _ID.fullmatch(given):
        return given
    try:
        parts = urlsplit(given)
        host, path = parts.hostname or "", parts.path.rstrip("/")
    except ValueError:
        host, path = "?", ""
    found = _ID_AT_END.search(path)
    if found is None or not (host == "" or any(label.startswith("eventbrite") for label in host.split("."))):
        raise _no_id(kind, given)
    means = next((_ADDRESS_KINDS[part] for part in path.split("/") if part in _ADDRESS_KINDS), None)
    if means is not None and kind not in means:
        message = f"--{kind}: {shown(given)} is the address of something else ({means[0]})"
        raise _refused(f"--{kind}", given, message, f"Use --{means[0]} for it.")
    return found[1]


def _no_id(kind: Kind, given: str) -> ValidationError:
    action = f"Give its digits, or the address of its page; several with commas (--{kind} 123,456)."
    return _refused(f"--{kind}", given, f"--{kind}: {shown(given)} is not an id", action)


def _refused(field: str, value: object, message: str, action: str) -> ValidationError:
    refused = ValidationError(field, value, message)
    refused.metadata["action"] = action
    return refused
