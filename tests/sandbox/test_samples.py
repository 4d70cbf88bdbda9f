"""What the sandbox promises: the same samples every time, in the documented shapes, with everything that goes
wrong.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from scenescout_tui.sandbox import (
    SOURCES,
    eventbrite_events,
    manual_forms,
    sample_records,
    yelp_events,
)
from scenescout_tui.sandbox.broken import Source, broken_records
from scenescout_tui.sandbox.venues import VENUES

TODAY = date(2026, 11, 23)
PAYLOADS = Path(__file__).parents[2].parent / "shared" / "payloads"
MANUAL_FIELDS = {
    "title",
    "description",
    "venue_name",
    "address",
    "city",
    "state",
    "country",
    "latitude",
    "longitude",
    "start_time",
    "end_time",
    "timezone",
    "price",
    "currency",
    "capacity",
    "url",
    "image_url",
    "tags",
    "contact_email",
    "contact_phone",
}


def good(source: Source) -> list[dict[str, Any]]:
    """Every record that is a JSON object at all."""
    found = []
    for record in sample_records(source, TODAY):
        try:
            payload = json.loads(record)
        except (ValueError, RecursionError):
            continue
        if isinstance(payload, dict):
            found.append(payload)
    return found


@pytest.mark.parametrize("source", SOURCES)
def test_the_same_day_and_seed_give_the_same_bytes(source: Source) -> None:
    assert sample_records(source, TODAY) == sample_records(source, TODAY)
    assert sample_records(source, TODAY) != sample_records(source, TODAY, seed=7)


@pytest.mark.parametrize(("source", "least"), [("eventbrite", 300), ("yelp", 300), ("manual", 20)])
def test_there_are_enough_samples_to_watch(source: Source, least: int) -> None:
    assert len(good(source)) >= least


def test_a_longer_list_begins_with_the_same_happenings() -> None:
    few = {event["id"]: event for event in eventbrite_events(100, 1, TODAY)}
    many = {event["id"]: event for event in eventbrite_events(2_000, 1, TODAY)}
    assert len(few) == 100
    assert len(many) == 2_000
    assert all(many[identifier] == event for identifier, event in few.items())


def test_the_days_are_counted_from_today() -> None:
    later = date(2031, 3, 1)
    starts = [event["start"]["local"] for event in eventbrite_events(200, 1, later) if "start" in event]
    days = [datetime.fromisoformat(start).date() for start in starts]
    assert all(-40 <= (day - later).days <= 160 for day in days)
    assert sum(day >= later for day in days) > 150


def test_eventbrites_first_shape_has_the_keys_of_recorded_answers() -> None:
    page = PAYLOADS / "eventbrite" / "placecal" / "organizer_events_expand_venue_0925_page1.json"
    if not page.exists():
        pytest.skip("the recorded payloads are not here")
    recorded = json.loads(page.read_text())["events"]
    always = set.intersection(*(set(event) for event in recorded))
    venue_keys = set.intersection(*(set(event["venue"]) for event in recorded))
    address_keys = set.intersection(*(set(event["venue"]["address"]) for event in recorded))
    for event in eventbrite_events(200, 1, TODAY):
        if "start" not in event:
            continue
        assert always <= set(event), always - set(event)
        assert ("series_id" in event) <= event["is_series"]
        assert all(isinstance(event[key], str) for key in ("id", "organizer_id", "category_id"))
        if event["venue"] is not None:
            assert set(event["venue"]) == venue_keys
            assert set(event["venue"]["address"]) == address_keys
            assert isinstance(event["venue"]["latitude"], str)


def test_yelp_events_have_the_keys_of_its_documentation() -> None:
    document = PAYLOADS / "yelp" / "documentation_event.json"
    if not document.exists():
        pytest.skip("the recorded payloads are not here")
    documented = json.loads(document.read_text())["events"][0]
    # The documentation's sample is older than the 21st key.
    expected = set(documented) | {"business_id"}
    for event in yelp_events(200, 1, TODAY):
        assert set(event) == expected
        assert set(event["location"]) == set(documented["location"])
        assert len(event["description"]) <= 160
        assert datetime.fromisoformat(event["time_start"]).utcoffset() is not None


def test_manual_forms_use_the_fields_a_form_has() -> None:
    forms = manual_forms(60, 1, TODAY)
    assert all({"title", "start_time"} <= set(form) <= MANUAL_FIELDS for form in forms)


def test_wall_time_zone_and_utc_of_an_event_agree() -> None:
    for event in eventbrite_events(300, 1, TODAY):
        if "start" not in event:
            continue
        start = event["start"]
        wall = datetime.fromisoformat(start["local"]).replace(tzinfo=ZoneInfo(start["timezone"]))
        assert wall.astimezone(UTC) == datetime.fromisoformat(start["utc"])


def test_eventbrite_has_both_shapes_and_every_disguise_of_cancelled() -> None:
    events = eventbrite_events(320, 2026, TODAY)
    assert {"start" in event for event in events} == {True, False}
    statuses = {event.get("status") for event in events}
    assert {"live", "completed", "canceled", "draft"} <= statuses
    disguised = {event["status"] for event in events if "event_sales_status" in event}
    assert disguised == {"live", "completed"}
    assert any(event.get("is_series_parent") for event in events)
    assert any(event.get("online_event") for event in events)
    assert any("end" in event and event["end"] is None for event in events)
    assert any("start" in event and event["name"]["text"] is None for event in events)
    assert any("start" in event and "&amp;" in event["name"]["html"] for event in events)


def test_prices_are_free_known_or_unknown() -> None:
    events = [event for event in eventbrite_events(320, 2026, TODAY) if "start" in event]
    assert any(event["is_free"] for event in events)
    priced = [event for event in events if not event["is_free"] and "ticket_availability" in event]
    assert any(event["ticket_availability"]["minimum_ticket_price"]["value"] == 0 for event in priced)
    assert any(event["currency"] == "JPY" for event in priced)
    assert any(not event["is_free"] and "ticket_availability" not in event for event in events)


def test_the_same_concerts_stand_in_all_three_sources_written_differently() -> None:
    listed = {_place_and_minute(event): event["name"] for event in yelp_events(310, 2026, TODAY)}
    both = {}
    for event in eventbrite_events(320, 2026, TODAY):
        if "start" in event and event["venue"] is not None:
            key = (event["venue"]["address"]["address_1"], event["start"]["utc"][:16])
            if key in listed:
                both[key] = (event["name"]["html"], listed[key])
    assert len(both) >= 30
    assert any(ours != theirs for ours, theirs in both.values())
    forms = {(form.get("address"), form["start_time"]) for form in manual_forms(24, 2026, TODAY)}
    walls = {
        (event["venue"]["address"]["address_1"], event["start"]["local"][:16])
        for event in eventbrite_events(320, 2026, TODAY)
        if "start" in event and event["venue"] is not None
    }
    assert forms & walls


def _place_and_minute(event: dict[str, Any]) -> tuple[str, str]:
    start = datetime.fromisoformat(event["time_start"]).astimezone(UTC)
    return event["location"]["address1"], start.strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize("source", ["eventbrite", "yelp"])
def test_some_records_come_twice(source: Source) -> None:
    identifiers = [payload["id"] for payload in good(source) if isinstance(payload.get("id"), str)]
    assert len(identifiers) - len(set(identifiers)) >= 10


@pytest.mark.parametrize("source", SOURCES)
def test_every_kind_of_broken_record_is_among_the_samples(source: Source) -> None:
    records = set(sample_records(source, TODAY))
    broken = broken_records(source, 2026, TODAY)
    assert set(broken.values()) <= records
    assert len(set(broken.values())) == len(broken) >= 20
    with pytest.raises(UnicodeDecodeError):
        broken["not UTF-8"].decode()
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken["cut short"])
    assert b"NaN" in broken["not a number"]
    assert all(b"\n" not in record for record in records)


def test_the_end_of_the_record_that_ends_too_early_is_before_its_start() -> None:
    event = json.loads(broken_records("eventbrite", 2026, TODAY)["end before start"])
    assert event["end"]["utc"] < event["start"]["utc"]
    event = json.loads(broken_records("yelp", 2026, TODAY)["end before start"])
    assert event["time_end"] < event["time_start"]


def test_the_venues_lie_in_their_cities_and_zones() -> None:
    assert len(VENUES) >= 40
    assert len({venue.name for venue in VENUES}) == len(VENUES)
    for venue in VENUES:
        assert abs(venue.latitude - venue.city.latitude) < 0.2
        assert abs(venue.longitude - venue.city.longitude) < 0.2
        assert ZoneInfo(venue.city.zone).key == venue.city.zone


def test_every_source_of_the_type_has_samples() -> None:
    assert set(SOURCES) == set(get_args(Source))
