"""Matching: precision, recall and reviews per trap on made-up listings, venues, and time per decision."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import mean, quantiles

from scenescout_tui.events.blocks import lookup_keys
from scenescout_tui.events.match import candidate, decide
from scenescout_tui.events.model import Event
from tests.events.adversarial.guides import FOLDER, entries, gold, linked
from tests.events.adversarial.held_out_words import HELD_OUT
from tests.events.adversarial.listings import SOURCES, write_down
from tests.events.adversarial.other_words import OTHER
from tests.events.adversarial.replay import Score, count, replay, total
from tests.events.adversarial.traps import generate
from tests.events.adversarial.usual_words import USUAL
from tests.events.adversarial.words import Vocabulary
from tests.events.adversarial.world import World

CONFIGURATIONS: Mapping[str, tuple[Vocabulary, tuple[int, ...]]] = {
    "developed against, usual words": (USUAL, (1, 2, 3)),
    "developed against, other words": (OTHER, (11, 12, 13)),
    "held out: wordings the matcher's lists do not have": (HELD_OUT, (21, 22, 23)),
}
ROUNDS = 12
CANDIDATES = 160
DECISIONS = 1_000


def main() -> None:
    """Print all figures."""
    for name, (words, seeds) in CONFIGURATIONS.items():
        _quality(name, words, seeds)
    _venues()
    _speed()


def _quality(name: str, words: Vocabulary, seeds: Sequence[int]) -> None:
    print(f"\n{name}; pairs of listings, only automatic links count as positives")
    print(f"{'':18}{'precision':>10}{'recall':>8}{'review':>8}{'pairs':>7}{'wrong':>7}{'missed':>8}")
    traps: dict[str, Score] = {}
    for seed in seeds:
        listings = generate(seed, words, ROUNDS)
        scores = count(listings, replay([one.event for one in listings]))
        _line(f"seed {seed}", total(scores.values()))
        traps = {trap: total([score, traps.get(trap, Score())]) for trap, score in sorted(scores.items())}
    for trap, score in traps.items():
        _line(trap, score)
    _line("all", total(traps.values()))


def _line(name: str, score: Score) -> None:
    print(
        f"{name:18}{score.precision:10.4f}{score.recall:8.3f}{score.review:8.1%}"
        f"{score.right + score.missed:7}{score.wrong:7}{score.missed:8}"
    )


def _venues() -> None:
    if not FOLDER.is_dir():
        print("\nvenues: skipped, the restaurants of Fodor's and Zagat's are not here")
        return
    one, two, same = entries("fodors.csv"), entries("zagats.csv"), gold()
    found, compared = linked(one, two)
    right = len(found & same)
    precision, recall = right / len(found), right / len(same)
    f1 = 2 * precision * recall / (precision + recall)
    print(
        f"\nvenues: {len(one)} of Fodor's x {len(two)} of Zagat's, {compared} compared: "
        f"precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}"
    )


def _speed() -> None:
    """One busy block: a day within 500 m, starts on the half hour from 10:00 to 22:30."""
    rng = random.Random(5)
    world = World(rng, USUAL)
    known = [_busy(world) for _ in range(CANDIDATES)]
    candidates = [candidate(f"e{number}", one, (one.source,)) for number, one in enumerate(known)]
    taken = []
    for event in [_busy(world) for _ in range(DECISIONS)]:
        began = time.perf_counter()
        lookup_keys(event)
        decide(event, candidates)
        taken.append((time.perf_counter() - began) * 1e6)
    print(
        f"\nkeys and decision with {CANDIDATES} candidates: mean {mean(taken):.0f} µs, "
        f"median {quantiles(taken, n=2)[0]:.0f} µs, p99 {quantiles(taken, n=100)[98]:.0f} µs"
    )


def _busy(world: World) -> Event:
    rng, house = world.rng, world.houses[0]
    place = world.elsewhere(house, 0, 500) if rng.random() < 0.7 else house
    start = datetime(2027, 1, 11, rng.randrange(10, 23), rng.choice((0, 30)))
    show = world.show(f"{world.title()} {rng.choice(USUAL.band_nouns)}", place, start)
    return write_down(rng, show, rng.choice(SOURCES))
