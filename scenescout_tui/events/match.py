"""Whether an event is one we already have: link, review or new, with the evidence in words.

A false merge is worse than a missed one: whatever speaks against a pair takes the link away, and only pairs
that agree in time, place and title keep it. Comparing is symmetric; it looks at nothing but the two events.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from scenescout_tui.events import place_match, time_match
from scenescout_tui.events.blocks import block_keys, lookup_keys
from scenescout_tui.events.candidate import FEEDS, Candidate, Finding, accounts_of, candidate, joined
from scenescout_tui.events.description_match import is_told_alike, is_told_otherwise
from scenescout_tui.events.folding import fold
from scenescout_tui.events.model import Event
from scenescout_tui.events.place_match import IN_CITY, NOT_COMPARABLE, distance
from scenescout_tui.events.title_match import TELLING, Likeness, is_misspelt, likeness
from scenescout_tui.events.title_parts import gist, hopeless
from scenescout_tui.events.title_words import SLOT_WORDS
from scenescout_tui.events.titles import Title, compared_words, rooms, take_apart
from scenescout_tui.events.urls import page_identity
from scenescout_tui.events.venue_names import city_words, part_of

__all__ = [
    "Candidate",
    "Decision",
    "Thresholds",
    "accounts_of",
    "block_keys",
    "candidate",
    "compare",
    "decide",
    "joined",
    "lookup_keys",
]

# Two links whose scores are closer than this cannot both be right.
_TIE = 3.0
# Below this score two records of one source are not even a question; people who submit know nothing of each
# other.
_SAME_SOURCE = 95.0
_PEOPLE = "manual"
# Minutes within which what only one says of the session makes no difference.
_SLOT = 15
# The likeness of titles of which one says more, where both are described in the same words.
_TOLD = 93.0
# What it takes off that nobody names an organiser of what is online.
_ONLINE = 2.0
# Titles this much alike are a question even where the place is not sure.
_ASKED = 95.0
# Titles less alike than this are not asked about any further.
_HOPELESS = 40.0
# Metres beyond which not even wrong coordinates can be those of one house, unless they are exchanged.
_NO_VENUE = 100_000
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONG_EVENT = 20 * 3600


class Question(NamedTuple):
    """An event that another may be the same as, to be asked about."""

    event_id: str
    score: float
    evidence: str


class Decision(msgspec.Struct, frozen=True, gc=False):
    """What to do with an event; `score` is 0..100, `evidence` is for people.

    `others` are to be asked about as well, the likeliest first, where `kind` is "review".
    """

    kind: Literal["link", "review", "new"]
    event_id: str | None
    score: float
    evidence: str
    others: tuple[Question, ...] = ()


class Thresholds(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """From which score on a pair is linked or shown for review.

    Beside the likeliest event `also_asked` more are asked about. An event with `most_records` records is
    linked to no more without being asked.
    """

    link: float = 90.0
    review: float = 76.0
    most_records: int = 50
    also_asked: int = 3


class Comparison(NamedTuple):
    """How alike two events are.

    `doubt` says that they may not be linked whatever the score, `open` that nothing but an unknown place
    speaks against them, `elsewhere` that nothing but the place does, `by_city` that they have no more of the
    place in common. They start `apart` minutes from each other.
    """

    score: float
    evidence: str
    doubt: bool = False
    open: bool = False
    elsewhere: bool = False
    by_city: bool = False
    apart: float = 0.0


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
    near, nearest = time_match.near(new, candidates)
    if not near:
        return Decision("new", None, 0.0, time_match.far(round(nearest)))
    ours = gist(new.title)
    scored = [
        (_compare(new, known, apart), known)
        for known, apart in near
        if known.title == new.title or not hopeless(ours, gist(known.title))
    ]
    if not scored:
        return Decision("new", None, 0.0, _OTHER_TITLES.evidence)
    links = [pair for pair in scored if pair[0].score >= limits.link and not pair[0].doubt]
    best, known = min(links or scored, key=_rank)
    if links:
        against = _against_link(best, known, links, scored, limits)
        if against is None:
            return Decision("link", known.event_id, best.score, best.evidence)
        return _review(best, known, f"{best.evidence}; {against}", scored, limits)
    if best.score >= limits.review and not _is_one_more_time(best, scored, limits):
        return _review(best, known, best.evidence, scored, limits)
    return Decision("new", None, best.score, best.evidence)


_Scored = tuple[Comparison, Candidate]


def _review(
    best: Comparison, known: Candidate, evidence: str, scored: list[_Scored], limits: Thresholds
) -> Decision:
    """Ask about the best candidate and, lest one is lost when that turns out another event, some more."""
    others = sorted(
        [pair for pair in scored if pair[0].score >= limits.review and pair[1] is not known], key=_rank
    )
    also = tuple(
        [Question(one.event_id, found.score, found.evidence) for found, one in others[: limits.also_asked]]
    )
    return Decision("review", known.event_id, best.score, evidence, also)


def _rank(pair: _Scored) -> tuple[float, str]:
    return -pair[0].score, pair[1].event_id


def _against_link(
    best: Comparison, known: Candidate, links: list[_Scored], scored: list[_Scored], limits: Thresholds
) -> str | None:
    """Say what the other candidates and the number of its records have against the best link."""
    rivals = [
        rival
        for found, rival in links
        if rival is not known and best.score - found.score < _TIE and not _may_be_one(known, rival)
    ]
    if rivals:
        return f"{len(rivals) + 1} events fit equally well"
    if best.apart and any(
        found.score >= limits.review and other.starts_at != known.starts_at for found, other in scored
    ):
        return "one of several times"
    if best.by_city and any(found.elsewhere for found, _ in scored):
        return "given at another house as well"
    if known.record_count >= limits.most_records:
        return f"has {known.record_count} records already"
    return None


def _is_one_more_time(best: Comparison, scored: list[_Scored], limits: Thresholds) -> bool:
    """Tell whether several others start at other times: it is one more of them."""
    times = {other.starts_at for found, other in scored if found.score >= limits.review and found.apart}
    return bool(best.apart) and len(times) > 1


def _may_be_one(known: Candidate, rival: Candidate) -> bool:
    """Tell whether two that are kept apart may be one event all the same, for want of a place in common."""
    if _shared(known, rival):
        return False
    found = compare(known, rival)
    return found.open or found.score > 0


def compare(first: Candidate, second: Candidate) -> Comparison:
    """Compare two events by time, place and title; the first that tells them apart makes the score 0."""
    near, apart = time_match.near(first, [second])
    if not near:
        return Comparison(0.0, time_match.far(round(apart)))
    if first.title != second.title and hopeless(gist(first.title), gist(second.title)):
        return _OTHER_TITLES
    return _compare(first, second, near[0][1])


def _compare(first: Candidate, second: Candidate, apart: float) -> Comparison:
    """Compare two events that start `apart` minutes from each other.

    Cheapest first: most that start together have titles without a common word, or are far from each other.
    """
    online = first.attendance == "online" or second.attendance == "online"
    time = time_match.time(first, second, apart, online)
    if time.penalty is None:
        return Comparison(0.0, time.words)
    shared = _shared(first, second)
    # One source has two ids because it holds them for two events; only people may say otherwise.
    if shared and shared != _PEOPLE and apart > 0:
        return Comparison(0.0, f"two events of {shared}")
    metres, exchanged = (None, False) if online else distance(first, second)
    if metres is not None and metres > _NO_VENUE:
        return Comparison(0.0, f"{metres / 1000:.0f} km apart")
    one, two = take_apart(first.title, first.start_local), take_apart(second.title, second.start_local)
    title = likeness(one, two, aside := _aside(first, second))
    if title.score < _HOPELESS:
        return Comparison(title.score, f"{time.words}, titles {title.score:.0f}")
    place = (
        place_match.online(first, second) if online else place_match.place(first, second, metres, exchanged)
    )
    if place.penalty is None:
        return Comparison(0.0, place.words, elsewhere=title.score >= _ASKED and apart == 0)
    said = _title(first, second, title, aside, apart, place)
    if said.penalty is None:
        return Comparison(0.0, said.words, open=said.needs == 2)
    score = 100.0 - time.penalty - place.penalty - said.penalty
    words = [time.words, place.words, said.words]
    doubt = time.doubt or place.doubt or said.doubt
    if shared:
        if shared != _PEOPLE and score < _SAME_SOURCE:
            return Comparison(0.0, f"two events of {shared}")
        here = place.penalty <= (_ONLINE if online else 0.0)
        twice = not doubt and title.exact and here and _is_listed_twice(first, second, shared)
        words.append(f"listed twice by {shared}" if twice else f"both from {shared}")
        doubt = doubt or not twice
    return Comparison(
        round(max(0.0, score), 1), ", ".join(words), doubt, by_city=place is IN_CITY, apart=apart
    )


def _shared(first: Candidate, second: Candidate) -> str:
    """Name the sources that both have records of; two publishers of one kind are two sources."""
    shared = [source for source in first.sources if source in second.sources]
    if shared and first.accounts and second.accounts and not set(first.accounts) & set(second.accounts):
        shared = [source for source in shared if source not in FEEDS]
    return ", ".join(sorted(shared))


def _is_listed_twice(first: Candidate, second: Candidate, shared: str) -> bool:
    """Tell whether a feed or a file names one page, and one end, under two ids: lists are put together from
    others."""
    if not FEEDS.issuperset(shared.split(", ")) or not _is_same_page(first, second):
        return False
    return first.ends_at is None or second.ends_at is None or first.ends_at == second.ends_at


def _is_same_page(first: Candidate, second: Candidate, deep: bool = False) -> bool:
    """Tell whether both name one page; a `deep` one has a number, as pages of many events seldom have."""
    if not first.url or not second.url:
        return False
    page = page_identity(first.url)
    return page == page_identity(second.url) and (
        not deep or any(map(str.isdecimal, page.partition("://")[2]))
    )


def _title(
    first: Candidate, second: Candidate, found: Likeness, aside: frozenset[str], apart: float, place: Finding
) -> Finding:
    """Say how alike the titles are and what speaks against them, and what they make up for in the place."""
    one, two = take_apart(first.title, first.start_local), take_apart(second.title, second.start_local)
    against = _against(one, two, first, second, apart, aside) or _other_thing(one, two, aside)
    if against is not None:
        return Finding(None, against)
    whole_day, needs = first.all_day or second.all_day, place.needs
    doubts = _doubts(one, two, first, second, aside, found)
    if (first.all_day != second.all_day or _is_part(first, second)) and not found.exact:
        doubts.append("one may be part of the other")
    telling = found.telling >= TELLING
    score, differences = found.score, found.differences
    if needs == 1 and found.exact and _is_same_page(first, second):
        needs = 0
    if place is IN_CITY and found.exact and telling and apart == 0 and not doubts:
        # Nobody plays at two houses at once; what others give there as well, `decide` looks for.
        needs = 0
    lacking = score < _ASKED or needs > 0 or found.subtitle
    alike = is_told_alike(first.description, second.description)
    if lacking and not doubts and (alike or (apart == 0 and _is_same_page(first, second, deep=True))):
        # What the place lacks; and of two titles of one thing the longer one may say more.
        differences = (*differences, "described alike" if alike else "one page")
        needs = 0 if needs == 1 or (place in (IN_CITY, NOT_COMPARABLE) and telling) else needs
        score = _TOLD if found.fuller and found.telling else score
    elif found.subtitle and (whole_day or apart > 0):
        doubts.append("only one has a subtitle")
    elif (
        lacking
        and not telling
        and not found.exact
        and is_told_otherwise(first.description, second.description)
    ):
        doubts.append("described otherwise")
    if needs == 2 and not (telling and score >= _ASKED and not doubts):
        return Finding(None, f"titles {score:.0f}, place not sure", needs=2)
    if needs == 2 or (needs == 1 and not (telling and found.exact)):
        doubts.append("place not sure")
    said = ", ".join([f"titles {score:.0f}", *differences, *doubts])
    return Finding(100.0 - score, said, bool(doubts))


@lru_cache(maxsize=512)
def _aside_words(venue: str | None, city: str | None, organizer: str | None) -> frozenset[str]:
    written = [fold(name) for name in (venue, organizer) if name]
    words = frozenset(word for name in written for word in name.split())
    return words.union(city_words(city or ""), *map(compared_words, written))


def _aside(first: Candidate, second: Candidate) -> frozenset[str]:
    """The words of place and organiser, which titles carry or leave out; and the event's own weekday."""
    words = _aside_words(first.venue_name, first.city, first.organizer) | _aside_words(
        second.venue_name, second.city, second.organizer
    )
    return words if first.all_day or second.all_day else words | _weekday(first.start_local[:10])


@lru_cache(maxsize=512)
def _weekday(day: str) -> frozenset[str]:
    return frozenset([_WEEKDAYS[date.fromisoformat(day).weekday()]])


def _is_part(first: Candidate, second: Candidate) -> bool:
    """Tell whether one goes on for days and the other for hours."""
    if first.ends_at is None or second.ends_at is None:
        return False
    lengths = sorted((one.ends_at - one.starts_at).total_seconds() for one in (first, second) if one.ends_at)
    return lengths[0] < _LONG_EVENT < lengths[1] and lengths[1] - lengths[0] > _LONG_EVENT


def _against(
    one: Title, two: Title, first: Candidate, second: Candidate, apart: float, aside: frozenset[str]
) -> str | None:
    """What tells two titles apart for good."""
    for kind, ours, theirs in (
        ("numbers", one.numbers - aside, two.numbers - aside),
        ("ages", one.ages, two.ages),
        ("dates", one.dates, two.dates),
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
    things = [
        thing for thing in _said_once(one.things, two.things, one, two) if not aside >= set(thing.split())
    ]
    return f"only one is marked {', '.join(sorted(things))}" if things else None


def _said_once(ours: frozenset[str], theirs: frozenset[str], one: Title, two: Title) -> frozenset[str]:
    """What only one of two titles says, and the other does not say misspelt either."""
    once, said = ours ^ theirs, one.words ^ two.words
    if not once or len(said) < 2:
        return once
    return frozenset(
        word for word in once if not any(word != other and is_misspelt(word, other) for other in said)
    )


def _doubts(
    one: Title, two: Title, first: Candidate, second: Candidate, aside: frozenset[str], found: Likeness
) -> list[str]:
    """What may tell two titles apart: said on one side only."""
    doubts = []
    if numbers := (one.numbers ^ two.numbers) - aside:
        doubts.append(f"only one has the number {', '.join(sorted(numbers))}")
    if not found.cut and (sorts := _said_once(one.sorts, two.sorts, one, two) - aside):
        doubts.append(f"only one is marked {', '.join(sorted(sorts))}")
    whole_day = first.all_day or second.all_day
    if first.starts_at != second.starts_at and not (one.words | two.words).isdisjoint(SLOT_WORDS):
        doubts.append("may be one of several times")
    if one.weekdays != two.weekdays and whole_day:
        doubts.append("only one names a weekday")
    if one.sessions != two.sessions and whole_day:
        doubts.append(f"only one is {', '.join(sorted(one.sessions ^ two.sessions))}")
    ours, theirs = _venue_rooms(first), _venue_rooms(second)
    # A house without a name cannot name its room; but what many rooms are used for may be in another one.
    named = bool(first.venue_name and second.venue_name)
    apart = (
        ours != theirs if named else found.telling < TELLING and (_is_in_part(first) or _is_in_part(second))
    )
    if apart or one.rooms - ours - theirs != two.rooms - ours - theirs:
        doubts.append("only one names a room")
    return doubts


@lru_cache(maxsize=1024)
def _rooms_of(venue_name: str) -> frozenset[str]:
    return rooms(fold(venue_name))


def _venue_rooms(one: Candidate) -> frozenset[str]:
    return _rooms_of(one.venue_name) if one.venue_name else frozenset()


def _is_in_part(one: Candidate) -> bool:
    """Tell whether an event takes place in a part of a house that has a name of its own."""
    return one.venue_name is not None and not part_of(one.venue_name) <= city_words(one.city or "")


def _listed(ours: frozenset[str], theirs: frozenset[str]) -> str:
    return " / ".join(sorted(", ".join(sorted(one)) for one in (ours, theirs)))
