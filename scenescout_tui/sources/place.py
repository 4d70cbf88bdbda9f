"""A place that comes as one text: "Canal Hall, 27 Canal Street, Manchester"."""

from __future__ import annotations

import re
from typing import NamedTuple

# What parts a name from an address: a comma, a line break, "@", or a bracket.
_PARTS = re.compile(r"\s*(?:,|\n|;| @ | - |\()\s*")
_NUMBERED = re.compile(r"\d+\w?[ ,]|\d+\w?$")


class Place(NamedTuple):
    """The parts of such a text as far as they can be told: what comes first is the name, or the street where
    it starts with a number; `city` is the last part.
    """

    text: str
    name: str | None
    street: str | None
    city: str

    @classmethod
    def of(cls, text: str | None) -> Place | None:
        """Take a text apart; None where there is none."""
        if text is None:
            return None
        parts = [part.strip(" )") for part in _PARTS.split(text) if part.strip(" )")]
        if not parts:
            return None
        first, last = parts[0], parts[-1]
        if _NUMBERED.match(first):
            return cls(text, None, first, last)
        return cls(text, first, None, last)
