"""What a place says of its keys and of its screen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """The keys of one action, in Textual's names, comma separated; the first is the one that is shown."""

    keys: str
    #: The sign on the screen.
    shown: str
    #: Where it works: ``everywhere``, or the name of a place, whose own keys go before those.
    place: str = "everywhere"
    #: Its word on the key line; neighbours with one word share it. Empty: not on the key line.
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A screen that is opened by its name: ``:log``, a digit, the palette."""

    name: str
    #: The action that opens it.
    opened_by: str
    #: "module:Class", loaded when it is opened.
    screen: str
