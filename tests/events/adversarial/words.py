"""What a vocabulary of made-up listings consists of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    """A city under its own name and those that other sources use."""

    name: str
    others: tuple[str, ...]
    country: str
    zone: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All wordings of one configuration; in a wording, `{}` is the title, `{1}` and `{2}` are its parts."""

    cities: tuple[City, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    band_adjectives: tuple[str, ...]
    band_nouns: tuple[str, ...]
    #: Titles of talks, plays, films and exhibitions.
    works: tuple[str, ...]
    #: Long titles in which a prefix is shared: (prefix, one ending, another ending).
    forked: tuple[tuple[str, str, str], ...]
    #: Titles that every other house uses too.
    generic: tuple[str, ...]
    #: Two classes of one house that share words.
    neighbours: tuple[tuple[str, str], ...]
    #: The same title in two languages.
    bilingual: tuple[tuple[str, str], ...]
    venue_names: tuple[str, ...]
    venue_types: tuple[str, ...]
    chains: tuple[str, ...]
    #: Pairs of rooms of one house.
    rooms: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    street_types: tuple[tuple[str, str], ...]
    organizers: tuple[str, ...]
    tickets: tuple[str, ...]
    support: tuple[str, ...]
    at_venue: tuple[str, ...]
    tribute: tuple[str, ...]
    numbered: tuple[str, ...]
    numerals: tuple[tuple[str, ...], ...]
    editions: tuple[str, ...]
    early_late: tuple[tuple[str, str], ...]
    matinee: tuple[tuple[str, str], ...]
    subtitles: tuple[str, ...]
    festivals: tuple[str, ...]
    festival_days: tuple[str, ...]
    online: tuple[str, ...]
    called_off: tuple[str, ...]
    moved: tuple[str, ...]
    beside: tuple[str, ...]
    in_city: tuple[str, ...]


def fill(wording: str, title: str, *parts: object, **named: object) -> str:
    """Return a wording with its title and parts in their places."""
    return wording.replace("{}", "{0}").format(title, *parts, **named)
