"""Yelp's records: an offset but no zone, a cost but no currency."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.events import quality
from scenescout_tui.events.enrich import enrich
from scenescout_tui.events.identity import content_hash
from scenescout_tui.events.model import Event
from scenescout_tui.events.requirements import require
from scenescout_tui.sources.adapters import ADAPTERS
from tests.sources.samples import encoded, eventbrite, yelp


def parse(**changes: object) -> Event:
    return ADAPTERS["yelp"].parse(encoded(yelp(**changes)))


def test_a_record_becomes_an_event_with_all_that_it_says() -> None:
    event = parse()
    assert (event.external_id, event.title) == ("manchester-songs-and-stories", "Songs & Stories")
    assert event.starts_at == datetime(2026, 6, 10, 18, 30, tzinfo=UTC)
    assert (event.start_local, event.timezone, event.tz_source) == (
        "2026-06-10T19:30:00",
        None,
        "offset_only",
    )
    assert (event.is_free, event.price_min, event.price_max, event.currency) == (False, 1250, 2000, "GBP")
    assert event.venue is not None
    assert (event.venue.address1, event.venue.city, event.venue.postal) == (
        "27 Canal Street",
        "Manchester",
        "M4 5AJ",
    )
    assert event.tickets_url is None
    assert event.popularity == {"attending": 12, "interested": 40}
    assert set(event.quality) == {quality.CURRENCY_ASSUMED, quality.DESC_TRUNCATED}
    assert event.description_text == "An evening by the canal,\nwith friends..."
    require(event)


@pytest.mark.parametrize("given", ["2018-02-21 17:00", "2018-02-21T17:00", "2018-02-21T17:00:00"])
def test_a_time_without_zone_is_accepted_and_marked_for_review(given: str) -> None:
    event = parse(time_start=given, time_end=None)
    assert (event.start_local, event.tz_source) == ("2018-02-21T17:00:00", "assumed")
    assert quality.TZ_ASSUMED in event.quality


@pytest.mark.parametrize(
    "given", ["2017-08-19T04:00:00+00:00", "2017-08-18T20:00:00-08:00", "2017-08-18T20:00:00-0800"]
)
def test_offsets_of_all_forms_are_the_same_instant(given: str) -> None:
    assert parse(time_start=given, time_end=None).starts_at == datetime(2017, 8, 19, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "starts_at", "zone"),
    [
        ("2018-02-21 17:00", "2018-02-21T17:00:00+00:00", "Europe/London"),
        ("2017-08-19T01:00", "2017-08-19T00:00:00+00:00", "Europe/London"),
        ("2017-08-19T05:00:00+01:00", "2017-08-19T04:00:00+00:00", "Europe/London"),
        # Manchester keeps neither in summer.
        ("2017-08-19T04:00:00+00:00", "2017-08-19T04:00:00+00:00", None),
        ("2017-08-18T20:00:00-08:00", "2017-08-19T04:00:00+00:00", None),
    ],
)
def test_times_of_every_age_get_the_zone_of_their_place_or_a_flag(
    given: str, starts_at: str, zone: str | None
) -> None:
    event = enrich(parse(time_start=given, time_end=None))
    assert (event.starts_at, event.timezone) == (datetime.fromisoformat(starts_at), zone)
    assert (quality.TZ_ASSUMED in event.quality) == (len(given) <= 16)
    assert (quality.ZONE_MISMATCH in event.quality) == (zone is None)


def test_a_midnight_start_without_zone_is_suspected_to_be_all_day_too() -> None:
    event = enrich(parse(time_start="2026-06-10 00:00", time_end="2026-06-10 23:30"))
    assert event.all_day is False
    assert event.starts_at == datetime(2026, 6, 9, 23, 0, tzinfo=UTC)
    assert {quality.ALL_DAY_SUSPECTED, quality.TZ_ASSUMED} <= set(event.quality)


def test_an_open_end_is_no_end() -> None:
    assert parse(time_end=None).ends_at is None


def test_free_with_a_cost_of_nothing_is_free() -> None:
    event = parse(is_free=True, cost=0.0, cost_max=None)
    assert (event.is_free, event.price_min, event.price_max) == (True, 0, 0)


def test_not_free_without_a_cost_is_unknown() -> None:
    event = parse(is_free=False, cost=None, cost_max=None)
    assert (event.is_free, event.price_min, event.currency) == (False, None, None)
    assert quality.PRICE_UNKNOWN in event.quality


def test_costs_in_a_currency_without_decimals_are_not_multiplied() -> None:
    event = parse(location={**yelp()["location"], "country": "JP"}, cost=3500.0, cost_max=None)
    assert (event.price_min, event.currency) == (3500, "JPY")


def test_a_country_without_a_known_currency_leaves_the_price_unnamed() -> None:
    event = parse(location={"city": "Nowhere", "address1": "1 Street"})
    assert event.currency is None
    assert quality.CURRENCY_UNKNOWN in event.quality


def test_cancelled_is_cancelled() -> None:
    assert parse(is_canceled=True).status == "cancelled"


def test_an_empty_address_falls_back_to_what_is_shown() -> None:
    location = {**yelp()["location"], "address1": "", "cross_streets": "Canal St & 3rd St"}
    event = parse(location=location)
    assert event.venue is not None
    assert event.venue.address1 == "Canal St & 3rd St"
    bare = parse(location={"address1": "", "city": "Manchester", "display_address": ["Manchester M4"]})
    assert bare.venue is not None
    assert bare.venue.display == "Manchester M4"
    require(bare)


def test_tracking_is_kept_in_the_link_and_left_out_of_the_hash() -> None:
    tracked, plain = parse(), parse(event_site_url="https://www.yelp.com/events/manchester-songs")
    assert tracked.url is not None
    assert "adjust_creative=k" in tracked.url
    assert content_hash(tracked) == content_hash(plain)


def test_a_midnight_start_for_a_whole_day_is_suspected_to_be_all_day() -> None:
    event = parse(time_start="2026-06-10T00:00:00+01:00", time_end="2026-06-11T00:00:00+01:00")
    assert quality.ALL_DAY_SUSPECTED in event.quality
    assert event.all_day is False


def test_long_events_are_kept_and_flagged() -> None:
    assert quality.MULTI_DAY in parse(time_end="2026-06-13T22:00:00+01:00").quality
    assert quality.LONG_RUNNING in parse(time_end="2026-08-07T22:00:00+01:00").quality


def test_a_record_of_eventbrite_is_told_so() -> None:
    with pytest.raises(ValidationError, match="record of eventbrite"):
        ADAPTERS["yelp"].parse(encoded(eventbrite()))


def test_every_missing_field_is_named() -> None:
    with pytest.raises(ValidationError) as refused:
        ADAPTERS["yelp"].parse(
            encoded(yelp(name="", time_start=..., location=..., latitude=None, longitude=None))
        )
    assert refused.value.field == "title,start,venue,city"
