"""Payloads recorded by others: each imports with the right count, or fails with a reason named here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import anyio
import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.events.enrich import enrich
from scenescout_tui.events.model import Event
from scenescout_tui.events.requirements import require
from scenescout_tui.sources.adapters import ADAPTERS, SkipRecord
from scenescout_tui.sources.files import open_walk
from scenescout_tui.sources.pages import RawRecord

PAYLOADS = Path(__file__).parents[3] / "shared" / "payloads"

pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the recorded payloads are not here")

#: Imported events, then reasons to skip, then words of the failures.
EXPECTED: dict[str, tuple[int, dict[str, int], list[str]]] = {
    "eventbrite/placecal/organizer_events_expand_venue_0925_page1.json": (50, {}, []),
    "eventbrite/placecal/organizer_events_expand_venue_0925_page2.json": (22, {}, []),
    "eventbrite/placecal/description_1255730276059.json": (0, {}, ["title is missing; start is missing"]),
    "eventbrite/placecal/description_1353247763489.json": (0, {}, ["title is missing; start is missing"]),
    "eventbrite/placecal/description_1355321706709.json": (0, {}, ["title is missing; start is missing"]),
    "eventbrite/placecal/organizer_0925.json": (0, {}, ["start is missing"]),
    "eventbrite/sdk-ruby/categories.json": (0, {}, ["title is missing"]),
    "eventbrite/sdk-ruby/event_created.json": (0, {"draft": 1}, []),
    "eventbrite/sdk-ruby/event_not_found.json": (0, {}, ["error answer of Eventbrite (NOT_FOUND)"]),
    "eventbrite/sdk-ruby/event_orders_empty.json": (0, {}, ["a page of orders"]),
    "eventbrite/sdk-ruby/event_read.json": (0, {"draft": 1}, []),
    "eventbrite/sdk-ruby/event_ticket_classes.json": (0, {}, ["a page of ticket_classes"]),
    "eventbrite/sdk-ruby/events.json": (0, {"draft": 1}, []),
    "eventbrite/sdk-ruby/no_token.json": (0, {}, ["error answer of Eventbrite (NO_AUTH)"]),
    "eventbrite/sdk-ruby/subcategories.json": (0, {}, ["a page of subcategories"]),
    "eventbrite/sdk-ruby/ticket_read.json": (0, {}, ["start is missing"]),
    "eventbrite/sdk-ruby/webhook_retrieve.json": (0, {}, ["title is missing"]),
    "eventbrite/sdk-ruby/webhooks.json": (0, {}, ["a page of webhooks"]),
    "yelp/documentation_event.json": (1, {}, []),
}


def walked(name: str) -> list[RawRecord]:
    async def main() -> list[RawRecord]:
        walk = open_walk([PAYLOADS / name])
        records: list[RawRecord] = []
        while (page := await walk.next_page()) is not None:
            records.extend(page.records)
        return records

    return anyio.run(main)


def read(name: str) -> tuple[list[Event], Counter[str], list[str]]:
    adapter = ADAPTERS[name.partition("/")[0]]
    events, skipped, failed = [], Counter[str](), []
    for record in walked(name):
        assert record.error is None
        try:
            event = adapter.parse(record.data)
            require(event)
            events.append(event)
        except SkipRecord as skip:
            skipped[skip.reason] += 1
        except ValidationError as error:
            failed.append(str(error))
    return events, skipped, failed


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_recorded_payload_gives_what_is_expected_of_it(name: str) -> None:
    count, skips, words = EXPECTED[name]
    events, skipped, failed = read(name)
    assert (len(events), skipped, len(failed)) == (count, skips, len(words))
    for message, expected in zip(failed, words, strict=True):
        assert expected in message


def test_no_recorded_payload_of_these_sources_is_forgotten() -> None:
    there = {
        str(path.relative_to(PAYLOADS))
        for source in ("eventbrite", "yelp")
        for path in (PAYLOADS / source).rglob("*.json")
    }
    assert there == set(EXPECTED)


def test_both_pages_of_a_recorded_walk_hold_the_72_events_it_announced() -> None:
    events = [
        event
        for page in (1, 2)
        for event in read(f"eventbrite/placecal/organizer_events_expand_venue_0925_page{page}.json")[0]
    ]
    assert len({event.external_id for event in events}) == 72
    assert sum(event.series_id is not None for event in events) == 49
    assert {(event.timezone, event.tz_source) for event in events} == {("Europe/London", "explicit")}
    assert not any("TZ_MISMATCH" in event.quality for event in events)
    assert all(event.venue is not None and event.venue.latitude is not None for event in events)


def test_the_documented_yelp_event_reads_as_documented() -> None:
    (event,), _, _ = read("yelp/documentation_event.json")
    assert event.title == "Peace, Love & Yelp: Our 3rd Annual Holiday Party!"
    assert (event.start_local, event.tz_source) == ("2007-12-05T20:30:00", "offset_only")
    assert event.starts_at.isoformat() == "2007-12-06T04:30:00+00:00"
    placed = enrich(event)
    assert (placed.timezone, placed.tz_source) == ("America/Los_Angeles", "geo")
    assert (placed.starts_at, placed.start_local) == (event.starts_at, event.start_local)
    assert (event.is_free, event.price_min, event.tickets_url) == (True, 0, None)
