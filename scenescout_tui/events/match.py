"""Whether an event is one we already have: link, review or new, with the evidence in words.

A false merge is worse than a missed one: whatever speaks against a pair takes the link away, and only pairs
that agree in time, place and title keep it. Comparing is symmetric; it looks at nothing but the two events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import msgspec

from scenescout_tui.events.blocks import MAX_MINUTES, block_keys, lookup_keys, metres
from scenescout_tui.events.folding import fold, name_key, similarity
from scenescout_tui.events.model import Event
from scenescout_tui.events.titles import Title, replaces_a_word, rooms, take_apart

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

# Metres within which two coordinates are the same house, the same block, and the same venue by name alone.
_SAME_HOUSE = 150
_SAME_BLOCK = 500
_SAME_NAME = 3000
# Similarities of names (0..100) from which on they are the same, or may be.
_NAMES_SAME = 88.0
_NAMES_MAYBE = 72.0
_NAMES_DIFFER = 60.0
# Two links whose scores are closer than this cannot both be right.
_TIE = 3.0
# What a word against a word takes off: "history of rome" and "history of greece" are alike only in letters.
_OTHER_WORD = 6.0
# Below this score two records of one source are not even a question; people who submit know nothing of each
# other.
_SAME_SOURCE = 95.0
_PEOPLE = "manual"
# From this length on the start of a title that was cut says enough.
_LONG_ENOUGH = 10


class Candidate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A canonical event found under one of the block keys; `sources` names all sources linked to it."""

    event_id: str
    title: str
    starts_at: datetime
    start_local: str
    sources: tuple[str, ...]
    all_day: bool = False
    attendance: str = "unknown"
    venue_name: str | None = None
    address: str | None = None
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    organizer: str | None = None


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


class _Finding(NamedTuple):
    """One part of a comparison: what it takes off the score (None: two different events), in words."""

    penalty: float | None
    words: str
    doubt: bool = False


def candidate(event_id: str, event: Event, sources: tuple[str, ...]) -> Candidate:
    """Return an event as it is compared."""
    venue = event.venue
    return Candidate(
        event_id=event_id,
        title=event.title,
        starts_at=event.starts_at,
        start_local=event.start_local,
        sources=sources,
        all_day=event.all_day,
        attendance=event.attendance,
        venue_name=venue.name if venue is not None else None,
        address=venue.address1 if venue is not None else None,
        city=venue.city if venue is not None else None,
        latitude=venue.latitude if venue is not None else None,
        longitude=venue.longitude if venue is not None else None,
        organizer=event.organizer.name if event.organizer is not None else None,
    )


def decide(event: Event, candidates: Sequence[Candidate], thresholds: Thresholds | None = None) -> Decision:
    """Decide which of the candidates an event is, if any.

    The best one is linked, or shown for review when its score is lower or something raises doubt; two that
    fit equally well are for review too. Deterministic, whatever the order of the candidates.
    """
    limits = thresholds or Thresholds()
    new = candidate("", event, (event.source,))
    scored = [(compare(new, known), known.event_id) for known in candidates]
    scored.sort(key=lambda pair: (pair[0].doubt, -pair[0].score, pair[1]))
    if not scored:
        return Decision("new", None, 0.0, "no candidates")
    best, event_id = scored[0]
    links = [pair for pair in scored if pair[0].score >= limits.link and not pair[0].doubt]
    if links:
        rivals = [known for found, known in links[1:] if best.score - found.score < _TIE]
        if not rivals:
            return Decision("link", event_id, best.score, best.evidence)
        return Decision(
            "review", event_id, best.score, f"{best.evidence}; {len(rivals) + 1} events fit equally well"
        )
    best, event_id = min(scored, key=lambda pair: (-pair[0].score, pair[1]))
    if best.score >= limits.review:
        return Decision("review", event_id, best.score, best.evidence)
    return Decision("new", None, best.score, best.evidence)


def compare(first: Candidate, second: Candidate) -> Comparison:
    """Compare two events by time, place and title; the first that tells them apart makes the score 0."""
    score, words, doubt = 100.0, [], False
    online = "online" in (first.attendance, second.attendance)
    shared = ", ".join(sorted(set(first.sources) & set(second.sources)))
    # One source has two ids because it holds them for two events; only people may say otherwise.
    if shared and shared != _PEOPLE and _minutes(first, second, online) > 0:
        return Comparison(0.0, f"two events of {shared}")
    for penalty, said, doubtful in _findings(first, second, online):
        if penalty is None:
            return Comparison(0.0, said)
        score -= penalty
        doubt = doubt or doubtful
        words.append(said)
    if shared:
        if shared != _PEOPLE and score < _SAME_SOURCE:
            return Comparison(0.0, f"two events of {shared}")
        words.append(f"both from {shared}")
    return Comparison(round(max(0.0, score), 1), ", ".join(words), doubt or bool(shared))


def _findings(first: Candidate, second: Candidate, online: bool) -> Iterator[_Finding]:
    """Yield the parts of a comparison, cheapest first: titles are read where time and place agree."""
    yield _time(first, second, online)
    yield _online(first, second) if online else _place(first, second)
    yield _title(first, second)


def _minutes(first: Candidate, second: Candidate, online: bool) -> float:
    apart = abs((first.starts_at.astimezone(UTC) - second.starts_at.astimezone(UTC)).total_seconds()) / 60
    if online:
        return apart
    # One place has one wall clock: where the clocks agree and UTC does not, a source has its zone wrong.
    walls = [datetime.fromisoformat(one.start_local) for one in (first, second)]
    return min(apart, abs((walls[0] - walls[1]).total_seconds()) / 60)


def _time(first: Candidate, second: Candidate, online: bool) -> _Finding:
    if first.all_day or second.all_day:
        if first.start_local[:10] != second.start_local[:10]:
            return _Finding(None, "other days")
        both = first.all_day and second.all_day
        return _Finding(0.0 if both else 4.0, "same day" if both else "same day, one of them all day")
    apart = _minutes(first, second, online)
    if apart > MAX_MINUTES:
        return _Finding(None, f"starts {_span(apart)} apart")
    if apart == 0:
        return _Finding(0.0, "same start")
    # Doors and show are often half an hour apart; beyond that it may be the next performance.
    return _Finding(apart / 10, f"starts {_span(apart)} apart", doubt=apart > (15 if online else 45))


def _span(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"


def _online(first: Candidate, second: Candidate) -> _Finding:
    if {first.attendance, second.attendance} & {"in_person"}:
        return _Finding(8.0, "one online, one at a place", doubt=True)
    if first.organizer is None or second.organizer is None:
        return _Finding(2.0, "both online, organiser unknown", doubt=True)
    alike = similarity(name_key(first.organizer), name_key(second.organizer))
    if alike >= _NAMES_SAME:
        return _Finding(0.0, "both online, same organiser")
    return _Finding(8.0, "both online, other organiser", doubt=True)


def _place(first: Candidate, second: Candidate) -> _Finding:
    apart = _metres(first, second)
    if apart is not None and apart > max(_SAME_NAME, 2 * _SAME_BLOCK):
        return _Finding(None, _distance(apart))
    names = _alike(first.venue_name, second.venue_name)
    addresses = _alike(first.address, second.address)
    if apart is None:
        return _named_place(first, second, names, addresses)
    said = _distance(apart)
    if apart <= _SAME_BLOCK:
        if names is not None and names < _NAMES_DIFFER:
            return _Finding(6.0, f"{said}, other venue name", doubt=True)
        near = apart <= _SAME_HOUSE or (names or 0) >= _NAMES_SAME or (addresses or 0) >= _NAMES_SAME
        return _Finding(0.0 if apart <= _SAME_HOUSE else 2.0, said, doubt=not near)
    if apart <= _SAME_NAME and names is not None and names >= _NAMES_SAME:
        return _Finding(4.0, f"{said}, same venue name", doubt=apart > 2 * _SAME_BLOCK and names < 95)
    if apart <= 2 * _SAME_BLOCK and names is None:
        return _Finding(8.0, said, doubt=True)
    return _Finding(None, said)


def _distance(apart: float) -> str:
    if apart < 10:
        return "same spot"
    return f"{apart:.0f} m apart" if apart < 1000 else f"{apart / 1000:.1f} km apart"


def _named_place(
    first: Candidate, second: Candidate, names: float | None, addresses: float | None
) -> _Finding:
    cities = _alike(first.city, second.city)
    other_city = cities is not None and cities < _NAMES_MAYBE
    if addresses is not None and addresses >= 95 and not other_city:
        return _Finding(0.0, "same address", doubt=names is not None and names < _NAMES_DIFFER)
    if names is None:
        if addresses is not None:
            return (
                _Finding(None, "other address")
                if addresses < _NAMES_MAYBE
                else _Finding(5.0, "similar address", True)
            )
        return _Finding(8.0, "place not comparable", doubt=True)
    if names >= _NAMES_SAME:
        # Cities have names in several languages; a venue's name in two of them may still be two venues.
        if other_city:
            return _Finding(6.0, "same venue name, other city name", doubt=True)
        return _Finding(0.0 if names >= 95 else 2.0, "same venue", doubt=cities is None)
    if names >= _NAMES_MAYBE and not other_city:
        return _Finding(6.0, "similar venue name", doubt=True)
    return _Finding(None, "other venue")


def _alike(first: str | None, second: str | None) -> float | None:
    if not first or not second:
        return None
    return similarity(name_key(first), name_key(second))


def _metres(first: Candidate, second: Candidate) -> float | None:
    if (
        first.latitude is None
        or first.longitude is None
        or second.latitude is None
        or second.longitude is None
    ):
        return None
    return metres(first.latitude, first.longitude, second.latitude, second.longitude)


def _title(first: Candidate, second: Candidate) -> _Finding:
    places = tuple(
        sorted({fold(name) for one in (first, second) for name in (one.venue_name, one.city) if name} - {""})
    )
    one = take_apart(first.title, first.start_local, places)
    two = take_apart(second.title, second.start_local, places)
    alike = _alike_titles(one, two)
    said = f"titles {alike:.0f}"
    against = _against(one, two, first, second)
    if against is not None:
        return against
    doubts = _doubts(one, two, first, second, alike)
    if replaces_a_word(one, two):
        doubts.append("each has a word of its own")
        alike -= _OTHER_WORD
    return _Finding(100.0 - alike, ", ".join([said, *doubts]), bool(doubts))


def _alike_titles(one: Title, two: Title) -> float:
    for cut, whole in ((one, two), (two, one)):
        if cut.cut and len(cut.core) >= _LONG_ENOUGH and whole.core.startswith(cut.core):
            return 95.0
    return similarity(one.core, two.core)


def _against(one: Title, two: Title, first: Candidate, second: Candidate) -> _Finding | None:
    """What tells two titles apart for good."""
    for kind, ours, theirs in (
        ("numbers", one.numbers, two.numbers),
        ("sessions", one.sessions, two.sessions),
        ("weekdays", one.weekdays, two.weekdays),
        ("rooms", one.rooms | _venue_rooms(first), two.rooms | _venue_rooms(second)),
    ):
        if ours and theirs and ours != theirs:
            return _Finding(None, f"{kind} differ ({_listed(ours, theirs)})")
    if one.sessions != two.sessions and _minutes(first, second, online=False) > 15:
        return _Finding(None, f"only one is {', '.join(sorted(one.sessions ^ two.sessions))}")
    things = one.things ^ two.things
    if things:
        return _Finding(None, f"only one is marked {', '.join(sorted(things))}")
    return None


def _doubts(one: Title, two: Title, first: Candidate, second: Candidate, alike: float) -> list[str]:
    """What may tell two titles apart: said on one side only."""
    doubts = []
    if one.numbers != two.numbers:
        doubts.append(f"only one has the number {', '.join(sorted(one.numbers ^ two.numbers))}")
    if one.rooms | _venue_rooms(first) != two.rooms | _venue_rooms(second) and alike < 95:
        doubts.append("only one names a room")
    if one.support and two.support and similarity(one.support, two.support) < _NAMES_DIFFER and alike < 95:
        doubts.append("other support")
    if min(len(one.core), len(two.core)) < 4 and one.core != two.core:
        doubts.append("short titles")
    return doubts


def _venue_rooms(one: Candidate) -> frozenset[str]:
    return rooms(fold(one.venue_name)) if one.venue_name else frozenset()


def _listed(ours: frozenset[str], theirs: frozenset[str]) -> str:
    return " / ".join(sorted(", ".join(sorted(one)) for one in (ours, theirs)))
