"""Listings go through blocks, candidates and decisions as the store does it; counted pair by pair."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import msgspec

from scenescout_tui.events.blocks import block_keys, lookup_keys
from scenescout_tui.events.match import (
    Candidate,
    Decision,
    Thresholds,
    accounts_of,
    candidate,
    decide,
    joined,
)
from scenescout_tui.events.merge import Contribution, merge
from scenescout_tui.events.model import Event
from tests.events.adversarial.listings import Listing

#: Records of one transaction: its events are merged when it ends, as the store does.
BATCH = 50


@dataclass(slots=True)
class Matched:
    """What became of the listings: the event of each, and the decision."""

    events: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)


@dataclass(slots=True)
class Score:
    """Pairs of listings of one trap that are rightly linked, wrongly linked and missed; and its reviews."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    reviews: int = 0
    listings: int = 0

    @property
    def precision(self) -> float:
        """Share of the linked pairs that are one show."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of the pairs of one show that are linked."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def review(self) -> float:
        """Share of the listings that wait for a person."""
        return self.reviews / self.listings if self.listings else 0.0


def replay(events: Sequence[Event], thresholds: Thresholds | None = None, batch: int = BATCH) -> Matched:
    """Match every event against those before it."""
    done = Matched()
    known: dict[str, Candidate] = {}
    blocks: dict[str, dict[str, None]] = defaultdict(dict)
    members: dict[str, list[Event]] = defaultdict(list)
    touched: set[str] = set()
    for number, event in enumerate(events):
        found = dict.fromkeys(one for key in lookup_keys(event) for one in blocks.get(key, ()))
        decision = decide(event, [known[one] for one in found], thresholds)
        if decision.kind == "link" and decision.event_id is not None:
            event_id = decision.event_id
            known[event_id] = joined(known[event_id], event)
        else:
            event_id = f"e{number}"
            known[event_id] = candidate(event_id, event, (event.source,))
        for key in block_keys(event):
            blocks[key][event_id] = None
        members[event_id].append(event)
        touched.add(event_id)
        done.events.append(event_id)
        done.decisions.append(decision)
        if (number + 1) % batch == 0:
            for one in touched:
                known[one] = _merged(one, members[one])
            touched.clear()
    return done


def _merged(event_id: str, members: Sequence[Event]) -> Candidate:
    contributions = [Contribution(f"{n:06}", event, "2027") for n, event in enumerate(members)]
    sources = tuple(sorted({event.source for event in members}))
    return msgspec.structs.replace(
        candidate(event_id, merge(contributions).event, sources),
        accounts=accounts_of((event.source, event.source_account) for event in members),
        record_count=len(members),
    )


def count(listings: Sequence[Listing], matched: Matched) -> dict[str, Score]:
    """Return the score of each trap; a pair across two traps counts for both."""
    scores: dict[str, Score] = defaultdict(Score)
    for listing, decision in zip(listings, matched.decisions, strict=True):
        scores[listing.trap].listings += 1
        scores[listing.trap].reviews += decision.kind == "review"
    for group in _groups(listing.truth for listing in listings):
        for one, two in combinations(group, 2):
            score = scores[listings[one].trap]
            if matched.events[one] == matched.events[two]:
                score.right += 1
            else:
                score.missed += 1
    for group in _groups(matched.events):
        for one, two in combinations(group, 2):
            if listings[one].truth != listings[two].truth:
                for trap in {listings[one].trap, listings[two].trap}:
                    scores[trap].wrong += 1
    return dict(scores)


def total(scores: Iterable[Score]) -> Score:
    """Return the sum of some scores."""
    counts: Counter[str] = Counter()
    for score in scores:
        for name in Score.__slots__:
            counts[name] += getattr(score, name)
    return Score(**counts)


def _groups(labels: Iterable[object]) -> list[list[int]]:
    groups: dict[object, list[int]] = defaultdict(list)
    for index, label in enumerate(labels):
        groups[label].append(index)
    return list(groups.values())
