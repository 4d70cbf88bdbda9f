"""Matching: the same evening is linked, another one never, and doubt goes to people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenescout_tui.events.match import Candidate, Thresholds, candidate, compare, decide, joined
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
    "of a tour": ("Nubya Garcia", "Nubya Garcia: Odyssey Tour"),
    "in brackets": ("Nubya Garcia", "Nubya Garcia (nearly gone)"),
    "a list of acts": ("Nubya Garcia", "Nubya Garcia, Moses Boyd & friends"),
    "other support": ("Nubya Garcia + Moses Boyd", "Nubya Garcia feat. Emma-Jean Thackray"),
    "other hours": ("Nubya Garcia", "Nubya Garcia (doors 7pm, show 8pm)"),
    "an edition": ("Winter Ball", "14th Annual Winter Ball"),
    "its own year": ("Winter Ball", "Winter Ball '26"),
    "another language": ("Noche de Jazz", "Jazz Night"),
    "a compound": ("Weihnachtskonzert", "Christmas Concert"),
    "the city's own name": ("Jazzfest in München", "Jazzfest Munich"),
    "another alphabet's letters": ("Søren Łukasz", "Soren Lukasz"),
    "cut without dots": (
        "An Evening of Songs and Stories by the Canal",
        "An Evening of Songs and Stories by the Ca",
    ),
    "what kind it is": ("The Snow Goose", "Children's Theatre: The Snow Goose"),
    "for whom": ("The Snow Goose", "The Snow Goose (4+)"),
    "how to get in": ("Nubya Garcia", "Nubya Garcia [Tickets verfügbar]"),
    "a note in small letters": ("Nubya Garcia", "Nubya Garcia - hurry!"),
    "a shout": ("Nubya Garcia", "LOPPUUNMYYTY: Nubya Garcia"),
    "two languages in one": ("Museum Night", "Museum Night / Nuit des musées"),
    "the date it was moved from": ("Nubya Garcia", "Nubya Garcia (was 12 October)"),
    "its own day and month": ("Nubya Garcia", "23/11 Nubya Garcia"),
    "two sides in any order": ("Otters vs. Badgers", "Badgers v Otters"),
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
    "by others": ("Queen", "The Music of Queen"),
    "parallel": ("Wine Tasting: Rioja", "Wine Tasting: Burgundy"),
    "another edition": ("13th Annual Ball", "14th Annual Ball"),
    "sittings": ("Comedy Club First House", "Comedy Club 2nd House"),
    "women and men": ("Women's Circle", "Men's Circle"),
    "for beginners": ("Yoga", "Yoga for Beginners"),
    "beside the show": ("Nubya Garcia", "Nubya Garcia VIP Upgrade"),
    "another side": ("Otters vs. Badgers", "Otters vs. Weasels"),
    "other ages": ("Splash Club (4+)", "Splash Club (8+)"),
    "other dates": ("Nubya Garcia (was 12 October)", "Nubya Garcia (was 13 October)"),
    "parts of a course": ("Bookbinding: 2-part course (part 1)", "Bookbinding: 2-part course (part 2)"),
    "another band": ("Nubya Garcia", "Moses Boyd"),
    "another composer": ("Candlelight: Queen", "Candlelight: Coldplay"),
}

DOUBTFUL = {
    "number on one side": ("Open Mic", "Open Mic Vol. 4"),
    "edition": ("Pub Quiz", "Pub Quiz 2025"),
    "a word for a word": ("Nubya Garcia Winter Supper", "Nubya Garcia Winter Lunch"),
    "one of the same list": ("Feast of St Cayetano. Poster Contest", "Feast of St Cayetano. Costume Contest"),
    "an unknown subtitle": ("Nubya Garcia", "Nubya Garcia - Terrace Drinks"),
    "more on one side": ("Nubya Garcia", "Nubya Garcia Revisited"),
    "a room on one side": ("Nubya Garcia", "Nubya Garcia (Main Room)"),
    "the opening of it": ("Nubya Garcia: Drawings", "Opening: Nubya Garcia: Drawings"),
    "a sort on one side": ("Nubya Garcia", "Nubya Garcia Masterclass"),
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


TELLING, GENERIC = "Nubya Garcia", "Comedy Night"


@pytest.mark.parametrize(
    ("changes", "telling", "generic"),
    [
        ({"start": "2026-11-23T19:30:00"}, "link", "link"),
        ({"start": "2026-11-23T18:45:00"}, "review", "review"),
        ({"start": "2026-11-23T22:00:00"}, "new", "new"),
        ({"venue": Venue(name="Canal Hall", city="Manchester")}, "link", "link"),
        ({"venue": Venue(name="Canal Hall")}, "link", "review"),
        ({"venue": Venue(name="Canal Hall", display="Canal Hall, Manchester M1")}, "link", "link"),
        ({"venue": Venue(name="Canal Hall", city="Leeds")}, "review", "new"),
        ({"venue": Venue(city="Manchester", address1="5 Elsewhere Road")}, "link", "new"),
        ({"venue": Venue(name="Other Place", city="Manchester")}, "new", "new"),
        ({"venue": Venue(name="Canal Hall", latitude=53.4850, longitude=-2.2310)}, "link", "link"),
        ({"venue": Venue(latitude=53.4843, longitude=-2.2315, address1="27 Canal Street")}, "link", "link"),
        ({"venue": Venue(latitude=53.4862, longitude=-2.2315)}, "link", "review"),
        ({"venue": Venue(name="Canal Hall", latitude=53.4892, longitude=-2.2314)}, "link", "link"),
        ({"venue": Venue(name="Canal Hall", latitude=-2.2314, longitude=53.4842)}, "link", "link"),
        ({"venue": Venue(name="The Next House", latitude=53.4844, longitude=-2.2316)}, "review", "new"),
        ({"venue": Venue(name="Canal Hall", latitude=53.6, longitude=-2.2314)}, "new", "new"),
        ({"venue": Venue(name="Canal Hall, Attic", latitude=53.4842, longitude=-2.2314)}, "link", "link"),
        ({"venue": Venue(name="Canal Hall, Studio 2", city="Manchester")}, "review", "review"),
        ({"attendance": "online", "venue": None}, "review", "new"),
    ],
)
def test_time_and_place_decide_too(changes: dict[str, Any], telling: str, generic: str) -> None:
    for title, expected in ((TELLING, telling), (GENERIC, generic)):
        assert kind(event(title=title), known(title=title, **changes)) == expected


def test_two_rooms_of_a_house_are_two_events() -> None:
    def room(name: str) -> Venue:
        return Venue(name=f"Canal Hall, {name}", city="Manchester")

    assert kind(event(venue=room("Main Room")), known(venue=room("Studio 2"))) == "new"
    # Names of rooms that are not known as such.
    assert kind(event(title=GENERIC, venue=room("Attic")), known(title=GENERIC, venue=room("Crypt"))) == "new"
    assert (
        kind(event(title=TELLING, venue=room("Attic")), known(title=TELLING, venue=room("Crypt"))) == "review"
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("München", "Munich", "link"),
        ("Lisboa", "Lisbon", "link"),
        ("New York", "New York City", "link"),
        ("Den Haag", "The Hague", "link"),
        ("Leeds", "Manchester", "review"),
    ],
)
def test_cities_go_by_several_names(ours: str, theirs: str, expected: str) -> None:
    one, two = Venue(name="Canal Hall", city=ours), Venue(name="The Canal Hall", city=theirs)
    assert kind(event(title=TELLING, venue=one), known(title=TELLING, venue=two)) == expected


def test_branches_of_a_chain_are_two_places() -> None:
    here = Venue(name="Odyssey Cinema", city="Leeds", address1="5 Mill Road")
    there = Venue(name="Odyssey Cinema", city="Leeds", address1="80 Station Street")
    assert kind(event(title=TELLING, venue=here), known(title=TELLING, venue=there)) == "review"
    assert kind(event(title=GENERIC, venue=here), known(title=GENERIC, venue=there)) == "new"


def test_a_day_of_a_festival_is_not_the_festival() -> None:
    whole = {"all_day": True, "start_local": "2026-11-23"}
    festival = msgspec.structs.replace(event(title="Riverside Jazz Festival"), **whole)
    for title in ("Riverside Jazz Festival - Saturday", "Riverside Jazz Festival: Opening Concert"):
        assert kind(festival, known(title=title)) != "link"
    # The festival itself, in a source that knows its hour.
    assert kind(festival, known(title="Riverside Jazz Festival")) == "link"
    ends = datetime(2026, 11, 26, tzinfo=UTC)
    long = msgspec.structs.replace(event(title="Riverside Jazz Festival"), ends_at=ends)
    short = known(
        title="Riverside Jazz Festival: Closing Gala", ends_at=datetime(2026, 11, 23, 22, tzinfo=UTC)
    )
    assert kind(long, short) == "review"


def test_a_venue_may_be_called_like_something_beside_the_show() -> None:
    lounge = Venue(name="Pavilion Lounge", city="Leeds")
    assert (
        kind(event(title="Nubya Garcia @ Pavilion Lounge", venue=lounge), known(title=TELLING, venue=lounge))
        == "link"
    )


def test_a_source_with_the_wrong_zone_is_known_by_the_wall_clock() -> None:
    shifted = known(starts_at=datetime(2026, 11, 23, 20, tzinfo=UTC) + timedelta(hours=5))
    assert kind(event(), shifted) == "link"


def test_online_events_need_the_same_organiser_and_instant() -> None:
    def kinds(**changes: Any) -> list[str]:
        return [
            kind(
                online(title=title),
                candidate("k", online(**{"source": "yelp", "title": title, **changes}), ("yelp",)),
            )
            for title in (TELLING, GENERIC)
        ]

    assert kinds() == ["link", "link"]
    assert kinds(organizer=None) == ["link", "review"]
    assert kinds(organizer=Organizer(name="Somebody Else")) == ["review", "new"]
    assert kinds(start="2026-11-23T22:00:00") == ["new", "new"]


def test_two_records_of_one_source_are_never_linked() -> None:
    assert kind(event(), known(sources=("eventbrite",))) == "review"
    assert kind(event(), known(sources=("yelp", "eventbrite"))) == "review"
    assert kind(event(), known(sources=("eventbrite",), start="2026-11-23T20:30:00")) == "new"


SIX, HALF_PAST_SIX = "2026-11-23T18:00:00", "2026-11-23T18:30:00"


def test_doors_open_in_the_evening_and_guided_tours_follow_each_other_by_day() -> None:
    assert kind(event(start=SIX), known(start=HALF_PAST_SIX)) == "link"
    assert kind(event(start="2026-11-23T11:00:00"), known(start="2026-11-23T11:30:00")) == "review"
    # What ends together began together, for one of them with the doors.
    ends = datetime(2026, 11, 23, 14, tzinfo=UTC)
    both = event(start="2026-11-23T11:00:00", ends_at=ends), known(start="2026-11-23T11:30:00", ends_at=ends)
    assert kind(*both) == "link"


def test_what_is_over_when_the_other_begins_is_another() -> None:
    over = event(start=SIX, ends_at=datetime(2026, 11, 23, 18, 30, tzinfo=UTC))
    assert kind(over, known(start=HALF_PAST_SIX)) == "new"


def test_of_several_times_none_but_the_same_is_linked() -> None:
    slots = [known("a", start="2026-11-23T19:00:00"), known("b", start="2026-11-23T20:00:00")]
    assert decide(event(start="2026-11-23T19:30:00"), slots).kind == "review"
    same = decide(event(start="2026-11-23T20:00:00"), slots)
    assert (same.kind, same.event_id) == ("link", "b")


TOLD = "Ten songs about rain, rivers, bridges and the people who repair them, played by a band from Leeds."
TOLD_OTHERWISE = (
    "Learn to bind books with linen thread, wooden boards, wheat paste and leather in one afternoon."
)


@pytest.mark.parametrize(
    ("title", "other", "changes", "unsaid", "alike", "otherwise"),
    [
        # One title says more.
        (TELLING, "Nubya Garcia Revisited", {}, "review", "link", "review"),
        # The place is not sure.
        (GENERIC, GENERIC, {"venue": Venue(name="Canal Hall")}, "review", "link", "review"),
        # All agrees.
        (TELLING, TELLING, {}, "link", "link", "link"),
        # Nothing but words that many use, and not the same ones.
        (GENERIC, "Comedy Night Live Special", {}, "link", "link", "link"),
        # What is told alike is told of all evenings of a series.
        ("Open Mic Vol. 3", "Open Mic Vol. 4", {}, "new", "new", "new"),
        (TELLING, "Nubya Garcia Masterclass", {}, "review", "review", "review"),
    ],
)
def test_descriptions_are_careful_evidence(
    title: str, other: str, changes: dict[str, Any], unsaid: str, alike: str, otherwise: str
) -> None:
    for description, expected in ((None, unsaid), (TOLD[:90], alike), (TOLD_OTHERWISE, otherwise)):
        ours = event(title=title, summary=TOLD)
        assert kind(ours, known(title=other, summary=description, **changes)) == expected


def test_short_descriptions_say_nothing() -> None:
    ours, theirs = event(title=TELLING, summary="Doors at seven."), "Nubya Garcia Revisited"
    assert kind(ours, known(title=theirs, summary="Doors at seven.")) == "review"


def test_an_event_with_as_many_records_as_may_be_is_asked_about() -> None:
    full = msgspec.structs.replace(known(), record_count=50)
    decision = decide(event(), [full])
    assert (decision.kind, decision.event_id) == ("review", "k")
    assert "has 50 records already" in decision.evidence
    assert decide(event(), [full], Thresholds(most_records=51)).kind == "link"


def feed(account: str, number: str = "1", **changes: Any) -> Event:
    return event(source="ics", source_account=account, external_id=number, **changes)


def test_two_feeds_are_two_sources_and_one_feed_is_one() -> None:
    first = candidate("k", feed("https://a.example/feed"), ("ics",))
    assert kind(feed("https://b.example/feed"), first) == "link"
    assert kind(feed("https://a.example/feed", "2"), first) == "review"
    # Eventbrite is one publisher, whoever the organiser.
    one = candidate("k", event(source_account="1"), ("eventbrite",))
    assert kind(event(source_account="2"), one) == "review"


def test_a_list_that_names_one_page_under_two_ids_has_it_twice() -> None:
    page = "https://example.org/e/1?utm_source=list"
    first = candidate("k", feed("", url="https://example.org/e/1"), ("ics",))
    assert kind(feed("", "2", url=page), first) == "link"
    assert kind(feed("", "2", url=f"{page}#x", title="Nubya Garcia Revisited"), first) == "new"
    assert kind(feed("", "2", url="https://example.org/e/2"), first) == "review"


def test_a_linked_record_fills_in_what_its_event_did_not_say() -> None:
    bare = candidate("k", feed("https://a.example/feed", venue=Venue(name="Canal Hall")), ("ics",))
    whole = joined(bare, event())
    assert (whole.sources, whole.record_count) == (("eventbrite", "ics"), 2)
    assert (whole.city, whole.latitude, whole.longitude) == (HALL.city, HALL.latitude, HALL.longitude)
    assert whole.accounts == ("ics https://a.example/feed",)
    assert whole.title == bare.title


def test_two_that_could_not_be_compared_do_not_keep_a_third_away() -> None:
    by_address = known("a", title=GENERIC, venue=Venue(address1="27 Canal Street", city="Manchester"))
    by_name = known("b", title=GENERIC, sources=("csv",), venue=Venue(name="Canal Hall", city="Manchester"))
    whole = event(
        title=GENERIC, venue=Venue(name="Canal Hall", address1="27 Canal Street", city="Manchester")
    )
    assert decide(whole, [by_address, by_name]).kind == "link"
    assert compare(by_address, by_name).score == 0


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
