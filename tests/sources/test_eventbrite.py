"""Eventbrite's records, in every shape they come in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.events import quality
from scenescout_tui.events.model import Event, Venue
from scenescout_tui.events.requirements import is_reference, require
from scenescout_tui.sources.adapters import ADAPTERS, SkipRecord
from tests.sources.samples import destination, encoded, eventbrite, form, yelp


def parse(**changes: object) -> Event:
    return ADAPTERS["eventbrite"].parse(encoded(eventbrite(**changes)))


def parse_destination(**changes: object) -> Event:
    return ADAPTERS["eventbrite"].parse(encoded(destination(**changes)))


def test_an_api_record_becomes_an_event_with_all_that_it_says() -> None:
    event = parse()
    assert (event.source, event.external_id, event.title) == ("eventbrite", "700100200300", "Songs & Stories")
    assert event.starts_at == datetime(2026, 6, 10, 18, 30, tzinfo=UTC)
    assert event.ends_at == datetime(2026, 6, 10, 21, 0, tzinfo=UTC)
    assert (event.start_local, event.end_local) == ("2026-06-10T19:30:00", "2026-06-10T22:00:00")
    assert (event.timezone, event.tz_source, event.all_day) == ("Europe/London", "explicit", False)
    assert (event.status, event.attendance) == ("scheduled", "in_person")
    assert event.venue is not None
    assert (event.venue.name, event.venue.city, event.venue.country) == ("Canal Hall", "Manchester", "GB")
    assert (event.venue.latitude, event.venue.longitude) == (53.48422, -2.2314114)
    assert (event.is_free, event.price_min, event.price_max, event.currency) == (False, 1250, 2000, "GBP")
    assert event.category_raw == ("Music",)
    assert event.image_url == "https://img.example.org/a.jpg?s=1"
    assert event.source_updated_at == datetime(2026, 5, 21, 11, 24, 28, tzinfo=UTC)
    assert event.description_text == "An evening by the canal."
    assert event.quality == ()


def test_a_destination_record_is_told_apart_by_itself() -> None:
    event = parse_destination()
    assert event.title == "Songs by the Canal"
    assert event.starts_at == datetime(2026, 6, 10, 18, 30, tzinfo=UTC)
    assert (event.start_local, event.timezone, event.tz_source) == (
        "2026-06-10T19:30:00",
        "Europe/London",
        "explicit",
    )
    assert (event.series_id, event.is_free, event.price_min) == ("55", True, 0)
    assert (event.category_raw, event.tags) == (("Music",), ("folk",))
    assert event.venue is not None
    assert (event.venue.name, event.venue.city) == ("Canal Hall", "Manchester")
    assert event.organizer is not None
    assert event.organizer.name == "Canal Arts"


def test_the_flat_shape_has_a_time_without_zone_and_a_price_for_people() -> None:
    flat = {
        "id": 5,
        "name": "Flat",
        "url": "https://www.eventbrite.co.uk/e/5",
        "start_date": "2026-06-10T19:30:00",
        "venue_name": "Canal Hall",
        "city": "Manchester",
        "price_range": "£1,234.50 - £2",
    }
    event = ADAPTERS["eventbrite"].parse(encoded(flat))
    assert (event.external_id, event.tz_source, event.timezone) == ("5", "assumed", None)
    assert (event.price_min, event.price_max, event.currency) == (200, 123450, "GBP")
    assert set(event.quality) == {quality.TZ_ASSUMED, quality.PRICE_FROM_TEXT}


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "canceled"},
        {"status": "completed", "event_sales_status": {"message_code": "event_cancelled"}},
        {"status": "live", "event_sales_status": {"message_code": "event_cancelled"}},
    ],
    ids=["canceled", "completed", "live"],
)
def test_a_cancelled_event_is_seen_in_each_disguise(changes: dict[str, object]) -> None:
    assert parse(**changes).status == "cancelled"


@pytest.mark.parametrize(
    ("given", "status"),
    [("live", "scheduled"), ("started", "scheduled"), ("ended", "ended"), ("completed", "ended")],
)
def test_other_statuses_keep_their_meaning(given: str, status: str) -> None:
    assert parse(status=given).status == status


def test_an_unknown_status_is_scheduled_and_flagged() -> None:
    event = parse(status="somewhen")
    assert event.status == "scheduled"
    assert quality.STATUS_UNKNOWN in event.quality


@pytest.mark.parametrize(
    ("changes", "reason"), [({"status": "draft"}, "draft"), ({"is_series_parent": True}, "series parent")]
)
def test_drafts_and_series_parents_are_skipped_with_the_reason(
    changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(SkipRecord) as skipped:
        parse(**changes)
    assert skipped.value.reason == reason


def test_a_series_child_keeps_its_series() -> None:
    assert parse(is_series=True, series_id="900").series_id == "900"
    assert parse().series_id is None


def test_minor_units_follow_the_currency() -> None:
    price = {"currency": "JPY", "value": 3500, "major_value": "3500"}
    event = parse(
        currency="JPY", ticket_availability={"minimum_ticket_price": price, "maximum_ticket_price": price}
    )
    assert (event.price_min, event.price_max, event.currency) == (3500, 3500, "JPY")


def test_a_price_is_read_from_its_major_value_where_the_minor_one_is_missing() -> None:
    price = {"currency": "KWD", "major_value": "1.250", "display": "1,25 د.ك"}
    event = parse(currency="KWD", ticket_availability={"minimum_ticket_price": price})
    assert (event.price_min, event.price_max) == (1250, 1250)


def test_a_missing_price_is_unknown_and_never_free() -> None:
    event = parse(ticket_availability=...)
    assert (event.is_free, event.price_min) == (False, None)
    assert quality.PRICE_UNKNOWN in event.quality
    unsaid = parse(ticket_availability=..., is_free=...)
    assert (unsaid.is_free, unsaid.price_min) == (None, None)


def test_donations_beside_tickets_are_not_free() -> None:
    low, high = {"currency": "GBP", "value": 0}, {"currency": "GBP", "value": 500}
    event = parse(ticket_availability={"minimum_ticket_price": low, "maximum_ticket_price": high})
    assert (event.is_free, event.price_min, event.price_max) == (False, 0, 500)


def test_a_null_venue_name_and_empty_texts_are_nothing() -> None:
    venue = {
        "name": None,
        "address": {"address_1": "27 Canal Street", "address_2": "", "city": "Manchester", "region": ""},
    }
    event = parse(venue=venue)
    assert event.venue is not None
    assert (event.venue.name, event.venue.address2, event.venue.region) == (None, None, None)
    require(event)


def test_a_venue_that_is_only_an_id_is_left_to_be_looked_up() -> None:
    event = parse(venue=...)
    assert event.venue == Venue(external_id="2457")
    assert is_reference(event.venue)
    with pytest.raises(ValidationError) as refused:
        require(event)
    assert refused.value.field == "venue,city"


def test_an_online_event_needs_no_place() -> None:
    event = parse(online_event=True, venue=None, venue_id=None)
    assert (event.attendance, event.venue) == ("online", None)
    require(event)


def test_a_description_of_empty_markup_is_nothing() -> None:
    event = parse(description={"text": None, "html": "<P><BR></P>"}, summary=None)
    assert (event.summary, event.description_text, event.description_html) == (None, None, None)


def test_the_long_description_wins_over_the_one_that_repeats_the_summary() -> None:
    event = parse(full_description="<div>An evening by the canal.</div><p>With <b>six</b> bands.</p>")
    assert event.summary == "An evening by the canal."
    assert event.description_text == "An evening by the canal.\nWith six bands."
    assert event.description_html is not None
    assert "<b>six</b>" in event.description_html


def test_a_long_description_without_a_word_takes_nothing_away() -> None:
    assert parse(full_description="<p><br></p>").description_text == "An evening by the canal."


def test_the_title_is_read_from_html_where_its_text_is_null() -> None:
    assert parse(name={"text": None, "html": "Songs &amp; <b>Stories</b>"}).title == "Songs & Stories"


def test_times_that_contradict_each_other_are_flagged_and_utc_is_kept() -> None:
    event = parse(
        start={"timezone": "Europe/London", "local": "2026-06-10T18:30:00", "utc": "2026-06-10T18:30:00Z"}
    )
    assert event.starts_at == datetime(2026, 6, 10, 18, 30, tzinfo=UTC)
    assert quality.TZ_MISMATCH in event.quality


def test_hidden_times_are_kept_and_flagged() -> None:
    event = parse(hide_start_date=True, hide_end_date=True)
    assert {quality.START_HIDDEN, quality.END_HIDDEN} <= set(event.quality)


def test_wrong_types_in_optional_fields_never_cost_the_event() -> None:
    event = parse(
        logo="x",
        venue={"name": ["a"], "address": 5, "id": {}},
        organizer=[],
        capacity="many",
        tags="a",
        category=3,
    )
    assert event.title == "Songs & Stories"
    assert (event.capacity, event.image_url) == (None, None)


def test_every_missing_field_is_named_at_once() -> None:
    with pytest.raises(ValidationError) as refused:
        ADAPTERS["eventbrite"].parse(b"{}")
    assert refused.value.field == "title,start,venue,city,id"
    assert "title is missing" in str(refused.value)


def test_an_unreadable_start_is_not_called_missing() -> None:
    with pytest.raises(ValidationError, match="start is not a date and time"):
        parse(start={"timezone": "Europe/London", "local": "soon", "utc": None})


def test_without_location_checks_only_the_venue_is_asked_for() -> None:
    with pytest.raises(ValidationError) as refused:
        ADAPTERS["eventbrite"].parse(b'{"name": {"text": "A"}, "id": "1"}', validate_location=False)
    assert refused.value.field == "start,venue"


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (yelp(), "record of yelp"),
        (form(), "record of manual"),
        ({"status_code": 404, "error": "NOT_FOUND", "error_description": "x"}, "error answer of Eventbrite"),
        ({"pagination": {}, "categories": []}, "page of categories"),
        ({"@context": "https://schema.org", "@type": "Event"}, "JSON-LD"),
    ],
)
def test_a_record_of_another_kind_is_told_what_it_looks_like(record: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ADAPTERS["eventbrite"].parse(encoded(record))


def test_no_value_of_a_record_enters_its_error() -> None:
    with pytest.raises(ValidationError) as refused:
        parse(name=None, start={"local": "hunter2"})
    assert "hunter2" not in str(refused.value)
