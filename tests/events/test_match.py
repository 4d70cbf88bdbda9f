"""Matching: the same evening is linked, another one never, and doubt goes to people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenescout_tui.events.match import Candidate, Thresholds, candidate, compare, decide
from scenescout_tui.events.model import Event, Organizer, Venue
from tests.events.samples import HALL, event, online


def known(event_id: str = "k", sources: tuple[str, ...] = ("yelp",), **changes: Any) -> Candidate:
    return candidate(event_id, event(**{"source": "yelp", **changes}), sources)


def kind(first: Event, second: Candidate) -> str:
    return decide(first, [second]).kind


SAME = {
    "word for word": ("Nubya Garcia", "Nubya Garcia"),
    "case and accents": ("Über Jam", "UBER JAM"),
    "ampersand": ("Peace, Love & Yelp!", "Peace Love and Yelp"),
    "tickets": ("Nubya Garcia", "Nubya Garcia - Buy Tickets"),
    "sold out": ("Nubya Garcia", "SOLD OUT: Nubya Garcia"),
    "at the venue": ("Nubya Garcia", "Nubya Garcia @ Canal Hall"),
    "at the venue in the city": ("Nubya Garcia", "Nubya Garcia at Canal Hall, Manchester"),
    "support": ("Nubya Garcia", "Nubya Garcia + special guests"),
    "promoter": ("Nubya Garcia", "Canal Arts presents Nubya Garcia"),
    "its own date": ("Nubya Garcia", "Nubya Garcia - 23 November 2026, 8pm"),
    "a misspelling": ("Nubya Garcia", "Nubya Garcai"),
    "roman numbers": ("Open Mic Vol. 3", "Open Mic Volume III"),
    "cut off": ("An Evening of Songs and Stories by the Canal", "An Evening of Songs and Stories by..."),
}

OTHER = {
    "volume": ("Open Mic Vol. 3", "Open Mic Vol. 4"),
    "part": ("Dune: Part One", "Dune: Part Two"),
    "ordinal": ("1st Annual Ball", "2nd Annual Ball"),
    "session letter": ("Beer Festival - Session A", "Beer Festival - Session B"),
    "early and late": ("Comedy Club Early Show", "Comedy Club Late Show"),
    "rooms": ("Comedy: Main Room", "Comedy: Studio 2"),
    "weekdays": ("Friday Night Jazz", "Saturday Night Jazz"),
    "tribute": ("Queen", "Queen Tribute Band"),
    "for beginners": ("Yoga", "Yoga for Beginners"),
    "beside the show": ("Nubya Garcia", "Nubya Garcia VIP Upgrade"),
    "another band": ("Nubya Garcia", "Moses Boyd"),
    "another composer": ("Candlelight: Queen", "Candlelight: Coldplay"),
}

DOUBTFUL = {
    "number on one side": ("Open Mic", "Open Mic Vol. 4"),
    "edition": ("Pub Quiz", "Pub Quiz 2025"),
    "a word for a word": ("Women's Circle", "Men's Circle"),
}


@pytest.mark.parametrize("trap", sorted(SAME))
def test_the_same_title_in_other_words_is_linked(trap: str) -> None:
    one, two = SAME[trap]
    assert kind(event(title=one), known(title=two)) == "link"


@pytest.mark.parametrize("trap", sorted(OTHER))
def test_another_event_at_the_same_place_and_time_is_new(trap: str) -> None:
    one, two = OTHER[trap]
    assert kind(event(title=one), known(title=two)) == "new"


@pytest.mark.parametrize("trap", sorted(DOUBTFUL))
def test_doubtful_titles_are_for_review(trap: str) -> None:
    one, two = DOUBTFUL[trap]
    assert kind(event(title=one), known(title=two)) == "review"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"start": "2026-11-23T19:30:00"}, "link"),
        ({"start": "2026-11-23T18:45:00"}, "review"),
        ({"start": "2026-11-23T22:00:00"}, "new"),
        ({"venue": Venue(name="Canal Hall", city="Manchester")}, "link"),
        ({"venue": Venue(name="Canal Hall", city="Leeds")}, "review"),
        ({"venue": Venue(city="Manchester", address1="5 Elsewhere Road")}, "review"),
        ({"venue": Venue(name="Other Place", city="Manchester")}, "new"),
        ({"venue": Venue(name="Canal Hall", latitude=53.4850, longitude=-2.2310)}, "link"),
        ({"venue": Venue(latitude=53.4843, longitude=-2.2315, address1="27 Canal Street")}, "link"),
        ({"venue": Venue(name="Canal Hall", latitude=53.4892, longitude=-2.2314)}, "link"),
        ({"venue": Venue(name="The Next House", latitude=53.4844, longitude=-2.2316)}, "review"),
        ({"venue": Venue(name="Canal Hall", latitude=53.6, longitude=-2.2314)}, "new"),
        ({"attendance": "online", "venue": None}, "review"),
    ],
)
def test_time_and_place_decide_too(changes: dict[str, Any], expected: str) -> None:
    assert kind(event(), known(**changes)) == expected


def test_a_source_with_the_wrong_zone_is_known_by_the_wall_clock() -> None:
    shifted = known(starts_at=datetime(2026, 11, 23, 20, tzinfo=UTC) + timedelta(hours=5))
    assert kind(event(), shifted) == "link"


def test_online_events_need_the_same_organiser_and_instant() -> None:
    def other(**changes: Any) -> Candidate:
        return candidate("k", online(source="yelp", **changes), ("yelp",))

    assert kind(online(), other()) == "link"
    assert kind(online(), other(organizer=None)) == "review"
    assert kind(online(), other(organizer=Organizer(name="Somebody Else"))) == "review"
    assert kind(online(), other(start="2026-11-23T22:00:00")) == "new"


def test_two_records_of_one_source_are_never_linked() -> None:
    assert kind(event(), known(sources=("eventbrite",))) == "review"
    assert kind(event(), known(sources=("yelp", "eventbrite"))) == "review"
    assert kind(event(), known(sources=("eventbrite",), start="2026-11-23T20:30:00")) == "new"


def test_two_events_that_fit_equally_well_are_for_review() -> None:
    decision = decide(event(), [known("b"), known("a")])
    assert (decision.kind, decision.event_id) == ("review", "a")
    assert "2 events fit equally well" in decision.evidence


def test_the_best_of_several_is_taken_in_any_order() -> None:
    candidates = [
        known("far", start="2026-11-23T19:20:00"),
        known("near"),
        known("other", title="Moses Boyd"),
    ]
    decisions = {decide(event(), order) for order in (candidates, candidates[::-1])}
    assert {(one.kind, one.event_id) for one in decisions} == {("link", "near")}


def test_a_decision_explains_itself() -> None:
    decision = decide(event(), [known(venue=Venue(latitude=53.4845, longitude=-2.2314))])
    assert decision.evidence == "same start, 33 m apart, titles 100"
    assert decide(event(title="Vol. 3"), [known(title="Vol. 4")]).evidence == "numbers differ (3 / 4)"
    assert decide(event(), []).kind == "new"


def test_thresholds_are_settings() -> None:
    near = known(title="Songs & Stories of Winter")
    assert decide(event(), [near], Thresholds(link=60, review=50)).kind == "link"
    assert decide(event(), [near], Thresholds(link=100, review=99)).kind == "new"


WORD_LIST = "open mic queen tribute vol 3 4 late early show @ canal hall + support room 2 jazz … über the"
WORDS = st.sampled_from(WORD_LIST.split(" "))
TITLES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
VENUES = st.sampled_from(
    [
        None,
        HALL,
        Venue(name="Hall", city="Leeds"),
        Venue(address1="1 Road"),
        Venue(latitude=53.485, longitude=-2.23),
    ]
)


@settings(max_examples=200, deadline=None)
@given(TITLES, TITLES, VENUES, VENUES, st.integers(-100, 100), st.booleans(), st.booleans())
def test_comparing_is_symmetric_and_in_range(
    one: str, two: str, here: Venue | None, there: Venue | None, minutes: int, on_screen: bool, all_day: bool
) -> None:
    start = (datetime(2026, 11, 23, 20) + timedelta(minutes=minutes)).isoformat()
    first = known("a", ("eventbrite",), title=one, venue=here, all_day=all_day)
    second = known(
        "b", ("yelp",), title=two, venue=there, start=start, attendance="online" if on_screen else "in_person"
    )
    forth, back = compare(first, second), compare(second, first)
    assert forth == back
    assert 0 <= forth.score <= 100
    assert forth.evidence


@given(st.text(min_size=1, max_size=30))
def test_any_title_is_the_same_as_itself(title: str) -> None:
    assert compare(known("a", ("x",), title=title), known("b", ("y",), title=title)).score == 100
