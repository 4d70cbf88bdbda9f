"""Whether an event is one we already have: link, review or new, with the evidence in words.

A false merge is worse than a missed one: whatever speaks against a pair takes the link away, and only pairs
that agree in time, place and title keep it. Comparing is symmetric; it looks at nothing but the two events.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from scenescout_tui.events import place_match
from scenescout_tui.events.blocks import MAX_MINUTES, block_keys, lookup_keys
from scenescout_tui.events.candidate import Candidate, Finding, candidate
from scenescout_tui.events.folding import fold
from scenescout_tui.events.model import Event
from scenescout_tui.events.place_match import distance
from scenescout_tui.events.title_match import TELLING, Likeness, hopeless, likeness
from scenescout_tui.events.titles import Title, compared_words, rooms, take_apart
from scenescout_tui.events.venue_names import city_words

__all__ = [
    "Candidate",
    "Decision",
    "Thresholds",
    "block_keys",
    "candidate",
    "compare",
    "decide",
    "lookup_keys",
]

# Two links whose scores are closer than this cannot both be right.
_TIE = 3.0
# Below this score two records of one source are not even a question; people who submit know nothing of each
# other.
_SAME_SOURCE = 95.0
_PEOPLE = "manual"
# Minutes: doors and show are often half an hour apart; beyond that it may be the next performance.
_DOORS = 45
_DOORS_ONLINE = 15
_SLOT = 15
# Titles this much alike are a question even where the place is not sure.
_ASKED = 95.0
# Titles less alike than this are not asked about any further.
_HOPELESS = 40.0
# Metres beyond which not even wrong coordinates can be those of one house, unless they are exchanged.
_NO_VENUE = 100_000
_SAME_START = Finding(0.0, "same start")
_OTHER_DAYS = Finding(None, "other days")
_LONG_EVENT = 20 * 3600


class Decision(msgspec.Struct, frozen=True, gc=False):
    """What to do with an event; `score` is 0..100, `evidence` is for people."""

    kind: Literal["link", "review", "new"]
    event_id: str | None
    score: float
    evidence: str


class Thresholds(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """From which score on a pair is linked or shown for review."""

    link: float = 90.0
    review: float = 76.0


class Comparison(NamedTuple):
    """How alike two events are; `doubt` says that they may not be linked whatever the score."""

    score: float
    evidence: str
    doubt: bool = False


_OTHER_TITLES = Comparison(0.0, "other titles")


def decide(event: Event, candidates: Sequence[Candidate], thresholds: Thresholds | None = None) -> Decision:
    """Decide which of the candidates an event is, if any.

    The best one is linked, or shown for review when its score is lower or something raises doubt; two that
    fit equally well are for review too. Deterministic, whatever the order of the candidates.
    """
    if not candidates:
        return Decision("new", None, 0.0, "no candidates")
    limits = thresholds or Thresholds()
    new = candidate("", event, (event.source,))
    near, nearest = _near(new, candidates)
    if not near:
        return Decision("new", None, 0.0, _far(round(nearest)))
    scored = [(_compare(new, known, apart), known.event_id) for known, apart in near]
    best, event_id = min(scored, key=lambda pair: (-pair[0].score, pair[1]))
    links = [pair for pair in scored if pair[0].score >= limits.link and not pair[0].doubt]
    if links:
        best, event_id = min(links, key=lambda pair: (-pair[0].score, pair[1]))
        rivals = sum(best.score - found.score < _TIE for found, _ in links) - 1
        if not rivals:
            return Decision("link", event_id, best.score, best.evidence)
        return Decision(
            "review", event_id, best.score, f"{best.evidence}; {rivals + 1} events fit equally well"
        )
    if best.score >= limits.review:
        return Decision("review", event_id, best.score, best.evidence)
    return Decision("new", None, best.score, best.evidence)


def _near(new: Candidate, candidates: Sequence[Candidate]) -> tuple[list[tuple[Candidate, float]], float]:
    """Return the candidates that start near enough to be compared, with the minutes between, and by how many
    minutes the nearest of the others misses; of a busy day that is most of them."""
    near, nearest = [], float("inf")
    utc, wall, online = new.starts_at.timestamp() / 60, _wall(new.start_local), new.attendance == "online"
    for known in candidates:
        apart = abs(known.starts_at.timestamp() / 60 - utc)
        # One place has one wall clock: where the clocks agree and UTC does not, a source has its zone wrong.
        if apart and not online and known.attendance != "online":
            apart = min(apart, abs(_wall(known.start_local) - wall))
        if apart <= MAX_MINUTES or known.all_day or new.all_day:
            near.append((known, apart))
        elif apart < nearest:
            nearest = apart
    return near, nearest


def compare(first: Candidate, second: Candidate) -> Comparison:
    """Compare two events by time, place and title; the first that tells them apart makes the score 0."""
    near, apart = _near(first, [second])
    return _compare(first, second, near[0][1]) if near else Comparison(0.0, _far(round(apart)))


def _compare(first: Candidate, second: Candidate, apart: float) -> Comparison:
    """Compare two events that start `apart` minutes from each other.

    Cheapest first: most that start together have titles without a common word, or are far from each other.
    """
    one, two = take_apart(first.title, first.start_local), take_apart(second.title, second.start_local)
    if hopeless(one, two):
        return _OTHER_TITLES
    online = first.attendance == "online" or second.attendance == "online"
    time = _time(first, second, apart, online)
    if time.penalty is None:
        return Comparison(0.0, time.words)
    shared = ", ".join(sorted(source for source in first.sources if source in second.sources))
    # One source has two ids because it holds them for two events; only people may say otherwise.
    if shared and shared != _PEOPLE and apart > 0:
        return Comparison(0.0, f"two events of {shared}")
    metres, exchanged = (None, False) if online else distance(first, second)
    if metres is not None and metres > _NO_VENUE:
        return Comparison(0.0, f"{metres / 1000:.0f} km apart")
    title = likeness(one, two, aside := _aside(first, second))
    if title.score < _HOPELESS:
        return Comparison(title.score, f"{time.words}, titles {title.score:.0f}")
    place = (
        place_match.online(first, second) if online else place_match.place(first, second, metres, exchanged)
    )
    if place.penalty is None:
        return Comparison(0.0, place.words)
    said = _title(first, second, title, aside, apart, place.needs)
    if said.penalty is None:
        return Comparison(0.0, said.words)
    score = 100.0 - time.penalty - place.penalty - said.penalty
    words = [time.words, place.words, said.words]
    if shared:
        if shared != _PEOPLE and score < _SAME_SOURCE:
            return Comparison(0.0, f"two events of {shared}")
        words.append(f"both from {shared}")
    doubt = time.doubt or place.doubt or said.doubt or bool(shared)
    return Comparison(round(max(0.0, score), 1), ", ".join(words), doubt)


@lru_cache(maxsize=4096)
def _wall(start_local: str) -> float:
    """The wall time as a number of minutes."""
    return datetime.fromisoformat(start_local).replace(tzinfo=UTC).timestamp() / 60


def _time(first: Candidate, second: Candidate, apart: float, online: bool) -> Finding:
    if first.all_day or second.all_day:
        if first.start_local[:10] != second.start_local[:10]:
            return _OTHER_DAYS
        both = first.all_day and second.all_day
        return Finding(0.0 if both else 3.0, "same day" if both else "same day, one of them all day")
    if apart == 0:
        return _SAME_START
    return Finding(
        apart / 10, f"starts {_span(apart)} apart", doubt=apart > (_DOORS_ONLINE if online else _DOORS)
    )


@lru_cache(maxsize=4096)
def _far(minutes: int) -> str:
    return f"starts {_span(minutes)} apart"


def _span(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"


def _title(
    first: Candidate, second: Candidate, found: Likeness, aside: frozenset[str], apart: float, needs: int
) -> Finding:
    """Say how alike the titles are and what speaks against them; `needs` is what they have to make up for."""
    one, two = take_apart(first.title, first.start_local), take_apart(second.title, second.start_local)
    against = _against(one, two, first, second, apart) or _other_thing(one, two, aside)
    if against is not None:
        return Finding(None, against)
    whole_day = first.all_day or second.all_day
    doubts = _doubts(one, two, first, second)
    if (first.all_day != second.all_day or _is_part(first, second)) and not found.exact:
        doubts.append("one may be part of the other")
    if found.subtitle and (whole_day or apart > 0):
        doubts.append("only one has a subtitle")
    telling = found.telling >= TELLING
    if needs == 2 and not (telling and found.score >= _ASKED and not doubts):
        return Finding(None, f"titles {found.score:.0f}, place not sure")
    if needs == 2 or (needs == 1 and not (telling and found.exact)):
        doubts.append("place not sure")
    said = ", ".join([f"titles {found.score:.0f}", *found.differences, *doubts])
    return Finding(100.0 - found.score, said, bool(doubts))


@lru_cache(maxsize=2048)
def _aside_words(venue: str | None, city: str | None, organizer: str | None) -> frozenset[str]:
    written = [fold(name) for name in (venue, organizer) if name]
    words = frozenset(word for name in written for word in name.split())
    return words.union(city_words(city or ""), *map(compared_words, written))


def _aside(first: Candidate, second: Candidate) -> frozenset[str]:
    """The words of place and organiser, which titles carry or leave out."""
    return _aside_words(first.venue_name, first.city, first.organizer) | _aside_words(
        second.venue_name, second.city, second.organizer
    )


def _is_part(first: Candidate, second: Candidate) -> bool:
    """Tell whether one goes on for days and the other for hours."""
    if first.ends_at is None or second.ends_at is None:
        return False
    lengths = sorted((one.ends_at - one.starts_at).total_seconds() for one in (first, second) if one.ends_at)
    return lengths[0] < _LONG_EVENT < lengths[1] and lengths[1] - lengths[0] > _LONG_EVENT


def _against(one: Title, two: Title, first: Candidate, second: Candidate, apart: float) -> str | None:
    """What tells two titles apart for good."""
    for kind, ours, theirs in (
        ("numbers", one.numbers, two.numbers),
        ("editions", one.editions, two.editions),
        ("sessions", one.sessions, two.sessions),
        ("weekdays", one.weekdays, two.weekdays),
    ):
        if ours - theirs and theirs - ours:
            return f"{kind} differ ({_listed(ours, theirs)})"
    ours, theirs = one.rooms | _venue_rooms(first), two.rooms | _venue_rooms(second)
    if ours and theirs and not ours & theirs:
        return f"rooms differ ({_listed(ours, theirs)})"
    if one.sessions != two.sessions and apart > _SLOT and not (first.all_day or second.all_day):
        return f"only one is {', '.join(sorted(one.sessions ^ two.sessions))}"
    return None


def _other_thing(one: Title, two: Title, aside: frozenset[str]) -> str | None:
    """A copy of the band, or something beside the show; the name of a venue may say "lounge"."""
    things = [thing for thing in one.things ^ two.things if not aside.issuperset(thing.split())]
    return f"only one is marked {', '.join(sorted(things))}" if things else None


def _doubts(one: Title, two: Title, first: Candidate, second: Candidate) -> list[str]:
    """What may tell two titles apart: said on one side only."""
    doubts = []
    if one.numbers != two.numbers:
        doubts.append(f"only one has the number {', '.join(sorted(one.numbers ^ two.numbers))}")
    if one.sorts != two.sorts:
        doubts.append(f"only one is marked {', '.join(sorted(one.sorts ^ two.sorts))}")
    whole_day = first.all_day or second.all_day
    if one.weekdays != two.weekdays and whole_day:
        doubts.append("only one names a weekday")
    if one.sessions != two.sessions and whole_day:
        doubts.append(f"only one is {', '.join(sorted(one.sessions ^ two.sessions))}")
    ours, theirs = _venue_rooms(first), _venue_rooms(second)
    # A house without a name cannot name its room.
    named = bool(first.venue_name and second.venue_name)
    if one.rooms - ours - theirs != two.rooms - ours - theirs or (named and ours != theirs):
        doubts.append("only one names a room")
    return doubts


@lru_cache(maxsize=2048)
def _rooms_of(venue_name: str) -> frozenset[str]:
    return rooms(fold(venue_name))


def _venue_rooms(one: Candidate) -> frozenset[str]:
    return _rooms_of(one.venue_name) if one.venue_name else frozenset()


def _listed(ours: frozenset[str], theirs: frozenset[str]) -> str:
    return " / ".join(sorted(", ".join(sorted(one)) for one in (ours, theirs)))
