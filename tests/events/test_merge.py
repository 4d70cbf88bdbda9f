"""Merging: per field one winner, and it is known which."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scenescout_tui.events.merge import Contribution, merge
from scenescout_tui.events.model import Event, Venue
from tests.events.samples import HALL, event


def one(record_id: str, at: str = "1", pending: bool = False, **changes: Any) -> Contribution:
    return Contribution(record_id, event(**changes), at, pending)


def test_a_single_record_is_its_own_event() -> None:
    merged = merge([one("r1", tags=("folk",))])
    assert merged.event == event(tags=("folk",))
    assert set(merged.field_sources.values()) == {"r1"}


def test_the_order_of_sources_decides_and_the_fresher_record_within_one() -> None:
    merged = merge(
        [
            one("y", source="yelp", title="Yelp's", at="9"),
            one("e1", title="Old", at="1"),
            one("e2", title="New", at="2"),
        ]
    )
    assert (merged.event.title, merged.field_sources["title"]) == ("New", "e2")


def test_what_the_first_does_not_say_comes_from_the_next() -> None:
    merged = merge([one("e"), one("y", source="yelp", image_url="https://example.org/a.jpg")])
    assert merged.event.image_url == "https://example.org/a.jpg"
    assert (merged.field_sources["image_url"], merged.field_sources["title"]) == ("y", "e")


def test_a_price_and_its_currency_have_one_winner() -> None:
    merged = merge(
        [
            one("e", is_free=False, currency="GBP"),
            one("y", source="yelp", is_free=False, price_min=5, price_max=9, currency="EUR"),
        ]
    )
    assert (merged.event.price_min, merged.event.price_max, merged.event.currency) == (5, 9, "EUR")
    assert {merged.field_sources[field] for field in ("is_free", "price_min", "price_max", "currency")} == {
        "y"
    }


def test_a_known_zone_beats_an_assumed_one() -> None:
    form = one("m", source="manual", timezone=None, tz_source="assumed", start="2026-11-23T19:00:00")
    merged = merge([form, one("e")])
    assert (merged.event.timezone, merged.event.start_local) == ("Europe/London", "2026-11-23T20:00:00")
    assert merged.field_sources["starts_at"] == "e"


def test_an_end_that_lies_before_the_start_of_another_record_is_dropped() -> None:
    early_end = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
    form = one(
        "m",
        source="manual",
        timezone=None,
        tz_source="assumed",
        start="2026-11-23T19:00:00",
        ends_at=early_end,
    )
    assert merge([form, one("e")]).event.ends_at is None


def test_the_venue_that_says_most_wins() -> None:
    merged = merge(
        [
            one("e", venue=Venue(address1="27 Canal Street", city="Manchester")),
            one("y", source="yelp", venue=HALL),
        ]
    )
    assert merged.event.venue == HALL


def test_the_freshest_record_that_cancels_is_believed() -> None:
    assert (
        merge([one("e", at="1"), one("y", source="yelp", at="2", status="cancelled")]).event.status
        == "cancelled"
    )
    assert (
        merge([one("e", at="2"), one("y", source="yelp", at="1", status="cancelled")]).event.status
        == "scheduled"
    )


def test_a_pending_submission_wins_nothing_until_it_is_alone() -> None:
    form = one("m", source="manual", title="Form", pending=True)
    assert merge([form, one("y", source="yelp", title="Yelp's")]).event.title == "Yelp's"
    assert merge([form]).event.title == "Form"


def test_the_outcome_does_not_depend_on_the_order() -> None:
    records = [
        one("a", tags=("x",)),
        one("b", source="yelp", capacity=5),
        one("c", source="manual", title="T"),
    ]
    assert merge(records) == merge(records[::-1])


def test_nothing_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="at least one"):
        merge([])


def test_the_codes_of_all_records_stay_with_the_event() -> None:
    merged = merge([one("e", quality=("A", "B")), one("y", source="yelp", quality=("B", "C"))])
    assert merged.event.quality == ("A", "B", "C")
    assert isinstance(merged.event, Event)


def test_an_end_that_could_not_be_read_does_not_win() -> None:
    unread = event(source="eventbrite", end_text="late")
    ends = event(
        source="yelp", ends_at=datetime(2026, 11, 23, 23, tzinfo=UTC), end_local="2026-11-23T23:00:00"
    )
    merged = merge([Contribution("a", unread, "1"), Contribution("b", ends, "1")]).event
    assert (merged.ends_at, merged.end_text) == (ends.ends_at, None)


def test_a_slug_comes_with_its_title() -> None:
    one = event(source="eventbrite", title="Night", slug="night-2026-11-23")
    two = event(source="yelp", title="The Night", slug="the-night-2026-11-23")
    merged = merge([Contribution("a", two, "1"), Contribution("b", one, "1")]).event
    assert (merged.title, merged.slug) == ("Night", "night-2026-11-23")
