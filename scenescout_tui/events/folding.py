"""Texts folded for comparison: lower case, no accents, words only."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

_WORD = re.compile(r"[^\W_]+")
# Letters of ASCII in lower case, digits, and a space for all else.
_ASCII = bytes(
    ord(char.lower()) if char.isascii() and char.isalnum() else ord(" ") for char in map(chr, range(256))
)
_NAME_NOISE = frozenset(["the", "a", "at", "of", "and", "in", "le", "la", "el", "der", "die", "das"])
#: Letters that are no letter with an accent, and how they are written without it.
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})


@lru_cache(maxsize=2048)
def fold(text: str) -> str:
    """Return a text in lower case without accents and punctuation, its words separated by one space."""
    text = text.replace("&", " and ")
    if text.isascii():
        return " ".join(ascii_words(text))
    text = text.casefold().replace("'", "").replace("’", "")
    decomposed = unicodedata.normalize("NFKD", text.translate(LETTERS))
    return " ".join(_WORD.findall("".join(char for char in decomposed if not unicodedata.combining(char))))


def ascii_words(text: str) -> list[str]:
    """Return the words of a text of ASCII in lower case, without apostrophes.

    :raises UnicodeEncodeError: for any other text.
    """
    return text.encode("ascii").translate(_ASCII, b"'").decode().split()


@lru_cache(maxsize=2048)
def name_key(name: str) -> str:
    """Return a name's words that tell it from others ("The Jazz Café" → "jazz cafe")."""
    folded = fold(name)
    words = [word for word in folded.split() if word not in _NAME_NOISE]
    return " ".join(words) or folded or name.strip().casefold()


def similarity(first: str, second: str) -> float:
    """Return how alike two folded texts are, 0..100: the mean of the set ratio and the sort ratio of their
    words.

    The set ratio alone is 100 for "queen" and "queen tribute band"; the sort ratio alone drops with every
    added word.
    """
    if first == second:
        return 100.0
    return (fuzz.token_set_ratio(first, second) + fuzz.token_sort_ratio(first, second)) / 2
