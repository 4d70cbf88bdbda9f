"""Whether two events are described in the same words; short descriptions say nothing."""

from __future__ import annotations

from functools import lru_cache

from scenescout_tui.events.folding import fold
from scenescout_tui.events.title_words import FUNCTION_WORDS

# So many different words make a description that is compared.
_FEWEST = 10
# Shares of the shorter one's words that the other has too.
_ALIKE = 0.8
_OTHERWISE = 0.1


def is_told_alike(one: str | None, two: str | None) -> bool:
    """Tell whether two descriptions, of which either may be cut, are clearly the same."""
    return _overlap(one, two) >= _ALIKE


def is_told_otherwise(one: str | None, two: str | None) -> bool:
    """Tell whether two descriptions are clearly of different things, or in two languages."""
    return 0 <= _overlap(one, two) <= _OTHERWISE


def _overlap(one: str | None, two: str | None) -> float:
    """The share of the shorter one's words that both have; -1 where one of them says too little."""
    if not one or not two:
        return -1.0
    ours, theirs = _words(one), _words(two)
    fewest = min(len(ours), len(theirs))
    return len(ours & theirs) / fewest if fewest >= _FEWEST else -1.0


@lru_cache(maxsize=256)
def _words(description: str) -> frozenset[str]:
    return frozenset(fold(description).split()) - FUNCTION_WORDS
