"""The words that an event is found by, the same on every database: folded here, never by the database.

A word counts up to its 40th letter. Chinese and Japanese signs are words of their own, since nothing parts
the words of such a text. Marks stand beside the words for what no index answers: they begin with a sign that
no folded word has, and name a value by its digest, so that only the very same value is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

from scenescout_tui.events.folding import fold

LONGEST = 40
#: Words of a question that count.
MOST = 12
_SUMMARY = 200
_APOSTROPHES = str.maketrans("'’", "  ")
_SIGNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(f"[{_SIGNS}]|[^\\s{_SIGNS}]+")

Mark = Literal["source", "status", "city", "category", "quality", "published"]


def words(text: str) -> list[str]:
    """Return the words of a text, each once, in their order."""
    return list(dict.fromkeys(word[:LONGEST] for word in _WORD.findall(fold(text))))


def wanted(text: str) -> list[str]:
    """Return what a person looks for: the beginnings of words, all of which must be there."""
    return words(text)[:MOST]


@lru_cache(maxsize=4_096)
def mark(kind: Mark, value: str = "") -> str:
    """Return the mark of a value."""
    return (
        f"¤{kind[0]}{blake2b(f'{kind} {value}'.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"
    )


@lru_cache(maxsize=4_096)
def said(title: str, summary: str | None, venue: str | None, organizer: str | None, city: str | None) -> str:
    """Return the words that these texts hold, each between blanks."""
    text = " ".join((title, (summary or "")[:_SUMMARY], venue or "", organizer or "", city or ""))
    # "l'orchestre" is found by either.
    parted = text.translate(_APOSTROPHES)
    found = words(text) if parted == text else [*words(text), *words(parted)]
    return f" {' '.join(dict.fromkeys(found))} "


def marks(
    sources: Iterable[str], status: str, city: str | None, category: str | None, quality: Iterable[str]
) -> str:
    """Return the marks of an event, with a blank behind each."""
    found = [mark("source", one) for one in sources]
    found.append(mark("status", status))
    if status not in ("pending", "refused"):
        found.append(mark("published"))
    if city is not None:
        found.append(mark("city", city))
    if category is not None:
        found.append(mark("category", category))
    found += [mark("quality", one) for one in quality]
    return "".join([f"{one} " for one in found])


def holds(text: str, sought: Iterable[str]) -> bool:
    """Tell whether each of these beginnings begins a word of a stored text."""
    return all(f" {one}" in text for one in sought)
