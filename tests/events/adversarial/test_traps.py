"""Listings that try to fool the matcher: no trap makes it merge two shows, and it finds most that are one."""

from __future__ import annotations

import re

import pytest

from scenescout_tui.events.folding import fold
from scenescout_tui.events.title_words import NEUTRAL_WORDS, SUBTITLE_WORDS, TICKET_WORDS
from scenescout_tui.events.titles import THINGS
from tests.events.adversarial.held_out_words import HELD_OUT
from tests.events.adversarial.other_words import OTHER
from tests.events.adversarial.replay import Score, count, replay, total
from tests.events.adversarial.traps import TRAPS, generate
from tests.events.adversarial.usual_words import USUAL
from tests.events.adversarial.words import Vocabulary

#: Vocabulary, seed, and the least recall and most reviews over all traps.
RUNS: dict[str, tuple[Vocabulary, int, float, float]] = {
    "usual words": (USUAL, 1, 0.95, 0.05),
    "usual words again": (USUAL, 7, 0.95, 0.05),
    "other words": (OTHER, 11, 0.95, 0.05),
    # None of its wordings is in the matcher's lists: what it does not know waits for people.
    "held out": (HELD_OUT, 21, 0.95, 0.05),
}


def scores_of(name: str) -> dict[str, Score]:
    words, seed, _, _ = RUNS[name]
    listings = generate(seed, words, rounds=5)
    return count(listings, replay([one.event for one in listings]))


@pytest.mark.parametrize("name", sorted(RUNS))
def test_what_is_linked_is_one_show(name: str) -> None:
    scores = scores_of(name)
    assert set(scores) == set(TRAPS)
    wrong = {trap: score.wrong for trap, score in scores.items() if score.precision < 0.95}
    assert not wrong
    whole = total(scores.values())
    assert whole.precision >= 0.995
    _, _, recall, review = RUNS[name]
    assert whole.recall >= recall
    assert whole.review <= review


def test_one_seed_makes_one_set_of_listings() -> None:
    assert generate(3, USUAL, 1) == generate(3, USUAL, 1)
    assert generate(3, USUAL, 1) != generate(4, USUAL, 1)


def test_the_held_out_wordings_are_not_in_the_matchers_lists() -> None:
    known = NEUTRAL_WORDS | TICKET_WORDS | SUBTITLE_WORDS | THINGS
    small = {"", "at", "the", "a", "an", "in", "for", "from", "one", "get", "new", "was", "on", "up", "plus"}
    kinds = ("tickets", "subtitles", "beside", "tribute", "called_off")
    wordings = [wording for kind in kinds for wording in getattr(HELD_OUT, kind) if wording != "{}"]
    unknown = [
        wording
        for wording in wordings
        if known.isdisjoint(set(fold(re.sub(r"\{\d?\}", " ", wording)).split()) - small)
    ]
    assert len(unknown) >= 0.85 * len(wordings)


@pytest.mark.parametrize("batch", [1, 1000])
def test_the_size_of_a_batch_makes_no_two_shows_one(batch: int) -> None:
    listings = generate(5, USUAL, 2)
    scores = count(listings, replay([one.event for one in listings], batch=batch))
    assert total(scores.values()).precision >= 0.995
