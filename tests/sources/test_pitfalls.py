"""What has gone wrong in other importers, and does not here."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import anyio

from scenescout_tui.events.identity import content_hash
from scenescout_tui.events.match import block_keys, lookup_keys
from scenescout_tui.events.model import Event
from scenescout_tui.events.requirements import require
from scenescout_tui.sources.adapters import ADAPTERS
from scenescout_tui.sources.files import open_walk
from tests.sources.samples import destination, encoded, eventbrite, form, yelp


def read(source: str, record: object) -> Event:
    return ADAPTERS[source].parse(encoded(record))


def test_wall_time_is_never_read_as_utc() -> None:
    new_york = {"timezone": "America/New_York", "local": "2026-06-10T19:30:00", "utc": "2026-06-10T23:30:00Z"}
    assert read("eventbrite", eventbrite(start=new_york)).starts_at == datetime(
        2026, 6, 10, 23, 30, tzinfo=UTC
    )
    wall_only = destination(timezone="America/New_York")
    assert read("eventbrite", wall_only).starts_at == datetime(2026, 6, 10, 23, 30, tzinfo=UTC)


def test_a_weekly_wall_time_stays_the_same_over_the_change_of_clocks() -> None:
    for day, hour in (("2026-10-18", 18), ("2026-10-25", 19)):
        event = read("manual", form(start_time=f"{day}T19:00", end_time=...))
        assert (event.start_local, event.starts_at.hour) == (f"{day}T19:00:00", hour)


def test_a_day_without_time_stays_that_day_in_every_zone() -> None:
    for zone in ("Pacific/Auckland", "America/Los_Angeles", "Europe/London"):
        event = read("manual", form(start_time="2026-06-10", end_time="2026-06-10", timezone=zone))
        assert (event.all_day, event.start_local, event.end_local) == (True, "2026-06-10", "2026-06-10")


def test_a_re_import_in_another_spelling_of_the_same_instant_is_the_same_content() -> None:
    first = read("yelp", yelp(time_start="2026-06-10T19:30:00+01:00"))
    again = read("yelp", yelp(time_start="2026-06-10T19:30:00.000000+01:00"))
    assert content_hash(first) == content_hash(again)


def test_entities_in_a_title_do_not_make_it_another_one() -> None:
    titles = ("A & B", "A &amp; B", "A &#038; B", "A  &amp;amp; B ")
    events = [read("yelp", yelp(name=title)) for title in titles]
    assert {event.title for event in events} == {"A & B"}
    assert len({content_hash(event) for event in events}) == 1


def test_a_renamed_event_keeps_its_identity() -> None:
    old, new = read("eventbrite", eventbrite()), read("eventbrite", eventbrite(name={"text": "New name"}))
    assert (old.source, old.source_account, old.external_id) == (
        new.source,
        new.source_account,
        new.external_id,
    )
    assert content_hash(old) != content_hash(new)


def test_one_bad_event_never_ends_the_walk(tmp_path: Path) -> None:
    records = [json.dumps(eventbrite(id=str(n))) for n in range(5)]
    records[2] = records[2][:-20]
    path = tmp_path / "events.json"
    path.write_text("[" + ",".join(records) + "]")

    async def main() -> list[bool]:
        walk = open_walk([path])
        good: list[bool] = []
        while (page := await walk.next_page()) is not None:
            good.extend(record.error is None for record in page.records)
        return good

    assert anyio.run(main) == [True, True, False, True, True]


def test_an_absent_price_is_not_free() -> None:
    for event in (
        read("eventbrite", eventbrite(is_free=..., ticket_availability=...)),
        read("yelp", yelp(is_free=..., cost=None, cost_max=None)),
        read("manual", form(price=...)),
    ):
        assert (event.is_free, event.price_min, event.price_max) == (None, None, None)


def test_an_event_without_venue_name_and_organiser_is_kept() -> None:
    event = read("eventbrite", eventbrite(organizer_id=..., venue={**eventbrite()["venue"], "name": None}))
    require(event)
    assert event.organizer is None


def test_an_event_without_end_is_kept() -> None:
    assert read("eventbrite", eventbrite(end=...)).ends_at is None
    assert read("yelp", yelp(time_end=None)).ends_at is None
    assert read("manual", form(end_time="")).ends_at is None


def test_what_changes_at_every_fetch_does_not_count_as_a_change() -> None:
    first = read("yelp", yelp())
    assert content_hash(first) == content_hash(read("yelp", yelp(attending_count=99, interested_count=0)))
    one = read("eventbrite", eventbrite(changed="2026-06-01T00:00:00Z"))
    picture = {"original": {"url": "https://img.example.org/a.jpg?s=2"}}
    assert content_hash(one) == content_hash(read("eventbrite", eventbrite(logo=picture)))


def test_an_exhibition_of_many_weeks_is_kept() -> None:
    event = read("yelp", yelp(time_end="2026-12-10T22:00:00+00:00"))
    assert event.ends_at == datetime(2026, 12, 10, 22, 0, tzinfo=UTC)


def test_the_same_event_of_two_sources_meets_in_a_block() -> None:
    ours, theirs = read("eventbrite", eventbrite()), read("yelp", yelp())
    assert set(lookup_keys(ours)) & set(block_keys(theirs))
    assert set(lookup_keys(theirs)) & set(block_keys(ours))
