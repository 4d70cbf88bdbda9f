"""How alike two titles are, and what speaks against their being one."""

from __future__ import annotations

from typing import NamedTuple

from rapidfuzz.distance import OSA

from scenescout_tui.events.folding import similarity
from scenescout_tui.events.title_words import (
    ENSEMBLES,
    FUNCTION_WORDS,
    GENERIC_WORDS,
    MEANINGS,
    NEUTRAL_WORDS,
    SUBTITLE_WORDS,
    TICKET_WORDS,
)
from scenescout_tui.events.titles import THINGS, Title

# From this length on the start of a title that was cut says enough; one without the dots has to be longer.
_LONG_ENOUGH = 10
_LONG_FOR_A_CUT = 24
_LONG_FOR_A_WORD = 36
#: So many words that few other titles have make a title known by them.
TELLING = 2
# Similarities of titles that may be linked, that are for review, and that are not.
_SUBTITLE = 94.0
_CUT = 95.0
_OTHER_WORD = 80.0
_OTHER_WORDS = 70.0
_FULLER = 82.0
_QUIET = NEUTRAL_WORDS | TICKET_WORDS


class Likeness(NamedTuple):
    """How alike two titles are, 0..100, and how they differ, in words.

    `telling`: how many of the words they share are seldom in other titles; `exact`: neither says more.
    """

    score: float
    telling: int
    exact: bool
    differences: tuple[str, ...] = ()
    #: One has a subtitle that the other has not.
    subtitle: bool = False
    #: One was cut, and does not say what the other says behind that.
    cut: bool = False
    #: One says more, and nothing tells whether that is another thing.
    fuller: bool = False


def likeness(one: Title, two: Title, aside: frozenset[str]) -> Likeness:
    """Compare two titles by their words; `aside` are words of place and organiser, which make no difference.

    Which title comes first does not matter.
    """
    if one.plain > two.plain:
        one, two = two, one
    shared = one.words & two.words
    if one.plain == two.plain:
        return Likeness(100.0, _telling(shared, aside), True)
    ours, theirs = set(one.words - two.words), set(two.words - one.words)
    if ours and theirs:
        shared = shared | _misspelt(ours, theirs, _written(one, ours) | _written(two, theirs))
    quiet = _QUIET | aside
    if shared - quiet:
        ours, theirs = ours - quiet, theirs - quiet
        if not ours or not theirs:
            ours, theirs = _without_misspelt(ours, aside), _without_misspelt(theirs, aside)
    telling = _telling(shared, aside)
    if telling >= TELLING:
        ours, theirs = _without_verb(one, two, ours, aside), _without_verb(two, one, theirs, aside)
    if not ours and not theirs:
        # Nothing but quiet words left over; the same words in another order are a little less.
        return Likeness(98.0 if one.words == two.words else 97.0, telling, True)
    if not shared:
        return Likeness(_letters(one, two, _OTHER_WORDS), 0, False)
    if _is_cut(one, two) or _is_cut(two, one):
        return Likeness(_CUT, telling, False, cut=True)
    if ours and theirs:
        return _each_its_own(one, two, ours, theirs, shared, telling, quiet)
    longer, more = (one, ours) if ours else (two, theirs)
    return _one_says_more(longer, more, shared, telling, quiet)


def _telling(words: frozenset[str], aside: frozenset[str]) -> int:
    telling = len(words - GENERIC_WORDS - NEUTRAL_WORDS - aside)
    # "Foxes Orchestra" is a name, "Orchestra" is none.
    return telling + (telling > 0 and not words.isdisjoint(ENSEMBLES))


def _letters(one: Title, two: Title, most: float) -> float:
    return min(most, similarity(one.plain, two.plain))


def _written(title: Title, words: set[str]) -> dict[str, str]:
    """Return how words that stand for others are written in a title."""
    return {
        meaning: word
        for word in title.plain.split()
        for meaning in MEANINGS.get(word, ())
        if meaning in words and meaning != word
    }


def _misspelt(ours: set[str], theirs: set[str], written: dict[str, str]) -> frozenset[str]:
    """Take out of both what is only spelt differently, and return it."""
    found = set()
    for word in sorted(ours):
        mine = written.get(word, word)
        others = [other for other in theirs if is_misspelt(mine, written.get(other, other))]
        others = others or [other for other in theirs if is_misspelt(word, other)]
        if others:
            other = min(others)
            found.add(min(word, other))
            ours.discard(word)
            theirs.discard(other)
    # "post punk" and "postpunk".
    if len(ours) + len(theirs) < 3:
        return frozenset(found)
    for some, others_ in ((ours, theirs), (theirs, ours)):
        for word in sorted(others_):
            pieces = {piece for piece in some if piece in word}
            if len(pieces) > 1 and sum(map(len, pieces)) == len(word):
                found.add(word)
                others_.discard(word)
                some -= pieces
    return frozenset(found)


def _without_misspelt(words: set[str], aside: frozenset[str]) -> set[str]:
    return {word for word in words if not any(is_misspelt(word, other) for other in aside)}


def _without_verb(title: Title, other: Title, own: set[str], aside: frozenset[str]) -> set[str]:
    """Leave out the one small word beside a house that only one title names ("… brings you …")."""
    return own - title.small if len(own) == 1 and (title.words - other.words) & aside else own


def is_misspelt(word: str, other: str) -> bool:
    """Tell whether two different words differ by a letter or two, as those that were mistyped."""
    shorter = min(len(word), len(other))
    limit = 1 if shorter < 9 else 2
    if shorter < 5 or len(word) + len(other) - 2 * shorter > limit or not (word + other).isalpha():
        return False
    return OSA.distance(word, other, score_cutoff=limit) <= limit


def _is_cut(short: Title, whole: Title) -> bool:
    start, said = short.whole, whole.whole
    if not said.startswith(start) or len(start) >= len(said):
        return False
    if short.cut:
        return len(start) >= _LONG_ENOUGH
    # Cut within a word or before one that has to follow, by a source that does not say so.
    within = said[len(start)] != " " or start.rpartition(" ")[2] in FUNCTION_WORDS
    return len(start) >= (_LONG_FOR_A_CUT if within else _LONG_FOR_A_WORD)


def _each_its_own(
    one: Title,
    two: Title,
    ours: set[str],
    theirs: set[str],
    shared: frozenset[str],
    telling: int,
    quiet: frozenset[str],
) -> Likeness:
    """Both have words of their own: a support act each, one word for another, or different things."""
    if _has_sides(one) or _has_sides(two):
        # Who plays against whom.
        return Likeness(_letters(one, two, _OTHER_WORDS), telling, False, ("other sides",))
    if all(_are_acts(title, words, quiet) for title, words in ((one, ours), (two, theirs))):
        if telling >= TELLING:
            return Likeness(_SUBTITLE - 1, telling, False)
        return Likeness(_OTHER_WORDS, telling, False, ("other support",))
    if len(ours) == len(theirs) == 1 and len(shared - quiet) > 1 and not _are_parts(one, ours, quiet):
        return Likeness(_letters(one, two, _OTHER_WORD), telling, False, ("each has a word of its own",))
    return Likeness(_letters(one, two, _OTHER_WORDS), telling, False, ("each has words of its own",))


def _one_says_more(
    longer: Title, more: set[str], shared: frozenset[str], telling: int, quiet: frozenset[str]
) -> Likeness:
    """One title has all words of the other: with a support act, a subtitle, or as another thing."""
    if _in_parts(longer, more, ("support", "at")) and shared - NEUTRAL_WORDS:
        return Likeness(_SUBTITLE + 1 if telling >= 1 else _SUBTITLE - 2, telling, False)
    if (telling >= TELLING and _are_acts(longer, more, quiet)) or _is_said_twice(longer, more):
        return Likeness(_SUBTITLE - 1, telling, False)
    if telling >= 1 and more <= GENERIC_WORDS and _are_parts(longer, more, quiet):
        # "Children's theatre: …"; what else it may mean is for the sorts of titles.
        return Likeness(_SUBTITLE, telling, False)
    known = telling >= TELLING or (telling and telling == len(shared))
    if (known and _is_subtitle(longer, more, quiet)) or (telling >= TELLING and _comes_first(longer, more)):
        return Likeness(_SUBTITLE, telling, False, subtitle=True)
    if telling >= 1 and more <= longer.notes | quiet:
        return Likeness(_SUBTITLE, telling, False, subtitle=True)
    if telling >= TELLING and more <= _tour_words(longer):
        return Likeness(_SUBTITLE, telling, False, subtitle=True)
    share = sum(map(len, shared)) / (sum(map(len, shared)) + sum(map(len, more)))
    if len(more) == 1 and len(shared) >= 4 and telling >= TELLING:
        return Likeness(_SUBTITLE - 2, telling, False)
    score = _FULLER if share >= 0.4 else _OTHER_WORDS
    said = f"only one says {' '.join(sorted(more)[:4])}"
    return Likeness(score, telling, False, (said,), fuller=True)


def _tour_words(title: Title) -> frozenset[str]:
    """The words of a title that ends with its tour, without a mark ("Ann Otter Rainy Days Tour")."""
    return title.words if len(title.parts) == 1 and title.plain.endswith(" tour") else frozenset()


def _is_subtitle(title: Title, words: set[str], quiet: frozenset[str]) -> bool:
    """Tell whether words are whole parts of a title that only say more about it: in brackets, behind a
    stroke, or of a tour.

    What else follows a dash may be another thing beside it ("… - Terrace Drinks").
    """
    if not _are_parts(title, words, quiet) or _names_a_thing(words):
        return False
    return all(
        part.mark in ("bracket", "pipe") or not SUBTITLE_WORDS.isdisjoint(part.words)
        for part in title.parts
        if words & part.words
    )


def _comes_first(title: Title, words: set[str]) -> bool:
    """Tell whether words only open a title, before the name: of a series, or a shout ("Moved: …")."""
    others = title.parts[1:]
    return (
        bool(others) and others[0].mark in ("mark", "pipe") and not any(words & part.words for part in others)
    )


def _has_sides(title: Title) -> bool:
    return any(part.mark == "versus" for part in title.parts)


def _is_said_twice(title: Title, words: set[str]) -> bool:
    """Tell whether a stroke parts words from the whole other title: as a rule a second language's."""
    if len(title.parts) != 2 or title.parts[1].mark != "stroke":
        return False
    one, two = (part.words & words for part in title.parts)
    return not (one and two)


def _names_a_thing(words: set[str]) -> bool:
    """Tell whether words are nearly those that make it another thing."""
    return any(
        is_misspelt(word, thing) for word in words for thing in THINGS if abs(len(word) - len(thing)) < 2
    )


def _in_parts(title: Title, words: set[str], marks: tuple[str, ...]) -> bool:
    """Tell whether words stand only in parts set off by such marks."""
    return not any(words & part.words for part in title.parts if part.mark not in marks)


def _are_acts(title: Title, words: set[str], quiet: frozenset[str]) -> bool:
    """Tell whether words are the further names of a list, after the one that comes first."""
    if not _in_parts(title, words, ("support", "at", "beside", "stroke", "list")):
        return False
    return _in_parts(title, words, ("support", "at")) or _are_parts(title, words, quiet)


def _are_parts(title: Title, words: set[str], quiet: frozenset[str]) -> bool:
    """Tell whether words are whole parts of a title, apart from words that make no difference."""
    touched = [part for part in title.parts if words & part.words]
    return len(touched) < len(title.parts) and all(part.words - quiet <= words for part in touched)
