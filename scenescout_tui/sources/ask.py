"""What a source's API is asked for, in the words of the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ask:
    """Key and value pairs, sorted by key: `(("max-pages", "3"), ("organizer", "123"))`.

    Keys are the names of the options of `scenescout import` without their dashes in front.
    """

    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Ask:
        """Make an ask of pairs in any order; empty values are left out."""
        return cls(tuple(sorted((key, value) for key, value in pairs if value)))

    @classmethod
    def from_text(cls, text: str) -> Ask:
        """Read "organizer=123 max-pages=3", as a setting or a prompt has it.

        A part without "=" belongs to the value before it, so that "location=New York" needs no quotes.
        """
        pairs: list[tuple[str, str]] = []
        for part in text.split():
            key, equals, value = part.partition("=")
            if equals:
                pairs.append((key, value))
            elif pairs:
                pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {part}")
            else:
                pairs.append((part, ""))
        return cls.of(pairs)

    def get(self, key: str) -> str | None:
        """Return the value of a key, None where it is not given."""
        return dict(self.pairs).get(key)

    def __str__(self) -> str:
        return " ".join(f"{key}={value}" for key, value in self.pairs)
