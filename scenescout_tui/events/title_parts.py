"""The parts of titles, and what can be told of titles from their words alone, at little cost."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from scenescout_tui.events.city_names import KNOWN_WORDS
from scenescout_tui.events.folding import fold
from scenescout_tui.events.title_words import (
    FUNCTION_WORDS,
    MEANINGS,
    NEUTRAL_WORDS,
    PHRASES,
    TICKET_WORDS,
)

# What parts a title: support acts, a place, and the marks between a name and its subtitle.
_PARTS = re.compile(
    r"(?P<support>(?<=[\s(\[])(?:\+(?=\s)|(?:w/|with (?:special guests?|guests?|support)(?: from)?|"
    r"plus (?:special guests?|guests?|support)|special guests?|support(?: from|:)|[a-z]+ed by|"
    r"(?:(?<=[(\[])|(?<=\S\s))opening(?: act| from|:)|opener|feat(?:uring|\.)?|ft\.?)(?=[\s:.])))"
    r"|(?P<versus>\s(?:vs?\.?|versus)(?=\s\w))"
    r"|(?P<beside>\s(?:&|and|und|y|et|e|con|mit|avec|with|plus|alongside|joined by|x|meets)(?=\s))"
    r"|(?P<at>\s(?:live )?(?:@|at\s)\s*)"
    r"|(?P<stroke>\s/{1,2}\s)"
    r"|(?P<list>\s[•·]\s|[•·,;]\s)"
    r"|(?P<bracket>\s?[(\[{])"
    r"|(?P<pipe>\s?\|\s)"
    r"|(?P<mark>\s[-–—‒~›»:]+\s|[:–—]\s|[)\]}])"
)
# Without such a character and such a word a title has one part.
_MARKS = re.compile(r"[^\w\s.!?'’\"#]|(?<!\w)w/")
_PARTING = """
and und y et e con mit avec with plus alongside joined x vs vs. v v. versus meets at live by special support
opening opener feat feat. featuring ft ft.
"""
_PARTING_WORDS = frozenset(_PARTING.split())
ELISION = re.compile(r"\b(?:l|d|qu|dell|nell|dall|all|sull|un)['’](?=\w)")
_PHRASE = re.compile(rf"\b(?:{'|'.join(sorted(PHRASES, key=len, reverse=True))})\b")
# Without such a word there is no phrase.
_PHRASE_STARTS = frozenset(phrase.split()[0] for phrase in PHRASES)
# Titles that are less alike than this, letter by letter, are two.
_HOPELESS = 60


class Gist(NamedTuple):
    """A title folded, its words as they are compared, whether it has but one part, and whether it was cut."""

    folded: str
    words: frozenset[str]
    undivided: bool
    cut: bool


@lru_cache(maxsize=1024)
def gist(title: str) -> Gist:
    """Return what can be told of a title at little cost."""
    folded = fold(title)
    return Gist(
        folded, meanings_of(folded), _is_undivided(title.lower()), title.rstrip().endswith(("...", "…"))
    )


def hopeless(one: Gist, two: Gist) -> bool:
    """Tell titles that are surely different: of one part each, or without a common word, and unlike letter by
    letter."""
    if one.cut or two.cut:
        return False
    if one.words.isdisjoint(two.words):
        return fuzz.ratio(one.folded, two.folded, score_cutoff=_HOPELESS) == 0
    if not (one.undivided and two.undivided) or one.words <= two.words or two.words <= one.words:
        return False
    return fuzz.token_sort_ratio(one.folded, two.folded, score_cutoff=_HOPELESS) == 0


def pieces_of(text: str) -> list[tuple[str, str]]:
    """Cut a title at its marks; what opens it has none."""
    if _is_undivided(text):
        return [("", text)] if text.strip() else []
    pieces, mark, at = [], "", 0
    for found in _PARTS.finditer(text):
        pieces.append((mark, text[at : found.start()]))
        mark, at = found.lastgroup or "", found.end()
    pieces.append((mark, text[at:]))
    return [(mark, piece) for mark, piece in pieces if piece.strip()]


def _is_undivided(text: str) -> bool:
    return _MARKS.search(text) is None and _PARTING_WORDS.isdisjoint(text.split())


def meanings_of(folded: str) -> frozenset[str]:
    """Return the words of a folded text as they are compared, without those that only hold others."""
    written = folded.split()
    if not _PHRASE_STARTS.isdisjoint(written):
        written = _PHRASE.sub(_meaning, folded).split()
    words = [word for word in written if not word.isdecimal()]
    kept = [word for word in words if word not in FUNCTION_WORDS] or words
    return frozenset([meaning for word in kept for meaning in _meanings(word)])


@lru_cache(maxsize=4096)
def _meanings(word: str) -> tuple[str, ...]:
    return tuple(MEANINGS.get(word) or (KNOWN_WORDS.get(word, word),))


def _meaning(found: re.Match[str]) -> str:
    return PHRASES[found[0]]


@lru_cache(maxsize=512)
def title_key(title: str) -> str:
    """Return the two longest words of a title's name, so that a word more or less seldom changes it."""
    text = f" {title.lower()} "
    if "'" in text or "’" in text:
        text = ELISION.sub(" ", text)
    first = next((words for _, piece in pieces_of(text) if (words := _telling_words(piece))), None)
    words = first or set(fold(title).split()) or {title.casefold()}
    return " ".join(sorted(sorted(sorted(words), key=len, reverse=True)[:2]))


def _telling_words(piece: str) -> set[str]:
    words: set[str] = set()
    for written in fold(piece).split():
        known = _TELLING.get(written)
        if known is not None:
            words.update(known)
        elif not written.isdecimal():
            words.add(written)
    return words


def _telling() -> dict[str, tuple[str, ...]]:
    """Return what the words that are in some list say of a title: nothing, themselves, or others."""
    silent = FUNCTION_WORDS | TICKET_WORDS
    found = {
        written: tuple(
            word
            for word in MEANINGS.get(written, (KNOWN_WORDS.get(written, written),))
            if word not in NEUTRAL_WORDS
        )
        for written in {*MEANINGS, *KNOWN_WORDS, *NEUTRAL_WORDS}
    }
    return found | dict.fromkeys(silent, ())


_TELLING = _telling()
