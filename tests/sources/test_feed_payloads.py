"""Feeds, pages and dumps recorded by others: each imports with the right count, or fails with a reason named
here.
"""

from __future__ import annotations

import json
import re
import warnings
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from scenescout_tui.sources.files import open_walk
from scenescout_tui.sources.pages import RawRecord
from scenescout_tui.sources.read_options import ReadOptions
from tests.sources.reading import TODAY, Outcome, judged, outcome

PAYLOADS = Path(__file__).parents[3] / "shared" / "payloads"

pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the recorded payloads are not here")

WINDOW = {"series_from": "2000-01-01", "series_until": "2026-12-31"}
NO_PLACE = "venue (name, address or online) is missing"
NO_CITY = "city (or coordinates) is missing"

#: Events in all, how many of them name a place of their own, and the failures that a place does not mend.
CALENDARS: dict[str, tuple[int, int, list[str]]] = {
    "calagator/ical_apple_v3.ics": (1, 0, []),
    "calagator/ical_basic_with_duration.ics": (0, 0, ["title is missing"]),
    "calagator/ical_gmt.ics": (1, 0, []),
    # 47 VEVENTs, among them weekly and monthly meetings without an end: one has no place.
    "calagator/ical_google.ics": (5018, 5017, []),
    # 20 VEVENTs, one of which repeats three times.
    "calagator/ical_upcoming_many.ics": (22, 22, []),
    "calagator/ical_z.ics": (1, 0, []),
    # It takes place in the year 3011.
    "calagator/meetup.ics": (0, 0, ["start is not a date and time"]),
    # Ten days, two left out, one moved to "The other island".
    "node-ical/daily-count-exdate-recurrence-id.ics": (8, 1, []),
    "node-ical/dst-transition-rules.ics": (1, 0, []),
    "node-ical/floating-dtstart-custom-vtimezone.ics": (1, 0, []),
    "node-ical/google-calendar-kiev-tz.ics": (4, 0, []),
    "node-ical/meetup-timed-tz.ics": (1, 1, []),
    "node-ical/mixed-timezone-handling.ics": (5, 0, []),
    # One start is hidden behind a quote that closes too late; only one of the four names a place, an address.
    "node-ical/ms_timezones.ics": (372, 135, []),
    "openacalendar/BasicICALDeleted.ical": (1, 0, []),
    "openacalendar/Eventbrite1.ical": (1, 1, []),
    "openacalendar/Lanyrd1.ical": (1, 1, []),
    "openacalendar/Meetup1.ics": (1, 1, []),
    "openacalendar/TimeZone1.ics": (1, 1, []),
    "placecal/family-action-org-uk.ics": (63, 0, []),
    "placecal/icloud_yellowbird.ics": (556, 0, []),
    "placecal/import_test.ics": (11, 11, []),
    "placecal/teamup.ics": (26, 24, []),
    "recurring-ical-events/Germany_Holidays.ics": (34, 34, []),
    "recurring-ical-events/daylight_saving_time.ics": (2767, 2320, []),
    "recurring-ical-events/discourse_no_dtend.ics": (4, 0, []),
    "recurring-ical-events/duration_edited.ics": (3, 1, []),
    # Its repetition ended before it began: skipped.
    "recurring-ical-events/issue_117_until_before_dtstart.ics": (0, 0, []),
}
# What the library reads otherwise than we do, and why.
OTHERWISE = {
    "calagator/ical_basic_with_duration.ics": "we want a title",
    "calagator/meetup.ics": "we believe in no event of the year 3011",
    "node-ical/ms_timezones.ics": "it does not get past the quote",
    "node-ical/daily-count-exdate-recurrence-id.ics": "it exchanges an end that lies before its start",
    "node-ical/dst-transition-rules.ics": "we take the only zone the calendar tells of",
    "node-ical/floating-dtstart-custom-vtimezone.ics": "we take the only zone the calendar tells of",
}


def body_of(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def walked(name: str, source: str, **options: Any) -> list[RawRecord]:
    async def main() -> list[RawRecord]:
        read = ReadOptions.of(**options).starting(TODAY)
        walk = open_walk([PAYLOADS / name], source=source, read=read)
        records: list[RawRecord] = []
        while (page := await walk.next_page()) is not None:
            records.extend(page.records)
        return records

    return anyio.run(main)


def imported(name: str, source: str, **options: Any) -> Outcome:
    return judged(source, walked(name, source, **options))


@pytest.mark.parametrize("name", sorted(CALENDARS))
def test_a_recorded_calendar_gives_what_is_expected_of_it(name: str) -> None:
    count, placed, words = CALENDARS[name]
    found = imported(f"ics/{name}", "ics", place="Somewhere, Town", **WINDOW)
    assert (len(found.events), found.failed) == (count, words)
    assert len({event.external_id for event in found.events}) == count
    bare = imported(f"ics/{name}", "ics", **WINDOW)
    assert len(bare.events) == placed
    missing = Counter(NO_PLACE in message for message in bare.failed)
    assert missing[True] + missing[False] == count - placed + len(words)


@pytest.mark.parametrize("name", sorted(CALENDARS))
def test_every_event_of_a_recorded_calendar_is_counted(name: str) -> None:
    """Counted by their lines, apart from those that repeat."""
    body = body_of(f"ics/{name}")
    blocks = re.findall(rb"BEGIN:VEVENT.*?END:VEVENT", body, re.DOTALL)
    single = [one for one in blocks if not re.search(rb"^(RRULE:\S|RDATE|RECURRENCE-ID)", one, re.MULTILINE)]
    found = outcome("ics", body, place="Somewhere, Town", **WINDOW)
    alone = [event for event in found.events if event.series_id is None]
    assert len(alone) + len(found.failed) == len(single)


@pytest.mark.parametrize("name", sorted(set(CALENDARS) - set(OTHERWISE)))
def test_a_recorded_calendar_takes_place_when_the_library_says_so(name: str) -> None:
    icalendar = pytest.importorskip("icalendar")
    recurring = pytest.importorskip("recurring_ical_events")
    zones = pytest.importorskip("x_wr_timezone")
    body = body_of(f"ics/{name}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = zones.to_standard(icalendar.Calendar.from_ical(body))
        theirs = Counter(
            (" ".join(str(one["SUMMARY"]).split())[:20], _when(one["DTSTART"].dt))
            for one in recurring.of(whole).between(datetime(2000, 1, 1), datetime(2027, 1, 1))
        )
    ours = Counter(
        (" ".join(event.title.split())[:20], event.start_local if event.all_day else _when(event.starts_at))
        for event in outcome("ics", body, place="Somewhere, Town", **WINDOW).events
    )
    assert ours == theirs


def _when(moment: Any) -> str:
    if not isinstance(moment, datetime):
        return str(moment)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def test_recorded_oddities_of_calendars_are_read_as_they_are_meant() -> None:
    cancelled, *_ = imported("ics/openacalendar/BasicICALDeleted.ical", "ics", place="X, Y").events
    assert (cancelled.status, cancelled.url) == (
        "cancelled",
        "http://opentechcalendar.co.uk/index.php/event/166",
    )
    custom, *_ = imported("ics/node-ical/floating-dtstart-custom-vtimezone.ics", "ics", place="X, Y").events
    # 14:00 by rules of the feed's own, four hours behind UTC in June.
    assert custom.starts_at.isoformat() == "2025-06-10T18:00:00+00:00"
    days, *_ = imported("ics/openacalendar/Lanyrd1.ical", "ics").events
    assert (days.all_day, days.start_local, days.end_local) == (True, "2013-10-11", "2013-10-13")
    outlook = imported("ics/node-ical/ms_timezones.ics", "ics", place="X, Y", **WINDOW).events
    assert {event.timezone for event in outlook} == {"Europe/Berlin", "America/Los_Angeles"}
    assert {event.start_local[11:] for event in outlook if "Jira" in event.title} == {"09:00:00"}
    online = [event for event in outlook if event.attendance == "online"]
    assert {event.url for event in online} == {"https://bluejeans.com/7999979999"}
    mixed = imported("ics/node-ical/mixed-timezone-handling.ics", "ics", place="X, Y").events
    assert [(event.title, event.timezone, event.all_day) for event in mixed] == [
        ("No Timezone", "US/Pacific", False),
        ("UTC Timezone", "US/Pacific", False),
        ("Inline Timezone", "America/New_York", False),
        ("Date Only (Explicit)", "US/Pacific", True),
        ("Date Only (Implicit)", "US/Pacific", True),
    ]


def test_a_recorded_weekly_event_keeps_its_wall_time_over_years() -> None:
    """Pitfall 2, on a feed of PlaceCal that repeats for ever."""
    events = imported("ics/placecal/icloud_yellowbird.ics", "ics", place="X, Y", **WINDOW).events
    dropin = [event for event in events if event.title == "YellowBird Age Friendly Drop-in"]
    assert {event.start_local[11:] for event in dropin} == {"11:30:00"}
    assert {event.starts_at.hour for event in dropin} == {10, 11}


@pytest.mark.parametrize(
    ("start", "count", "skipped"),
    [("Elysian", 1, 0), ("Years", 13, 0), ("elysianfields", 4, 0)],
)
def test_recorded_linked_data_gives_what_is_expected_of_it(start: str, count: int, skipped: int) -> None:
    (path,) = (one for one in (PAYLOADS / "jsonld" / "extruct").iterdir() if one.name.startswith(start))
    # Counted in the text: each event has one type, and the fifth object of the page is a group.
    assert len(re.findall(rb'"@type": ?"MusicEvent"', path.read_bytes())) == count
    found = imported(str(path.relative_to(PAYLOADS)), "jsonld")
    assert (len(found.events), found.skipped.total(), found.failed) == (count, skipped, [])
    assert len({event.external_id for event in found.events}) == count
    assert all(event.venue is not None and event.venue.latitude is not None for event in found.events)


def test_a_recorded_day_without_a_time_is_all_day_among_times_with_offsets() -> None:
    path = next((PAYLOADS / "jsonld" / "extruct").glob("Years*"))
    found = imported(str(path.relative_to(PAYLOADS)), "jsonld").events
    assert [event.start_local for event in found if event.all_day] == ["2015-10-31"]
    paris = next(event for event in found if event.venue and event.venue.city == "Paris")
    assert (paris.start_local, f"{paris.starts_at:%H:%M}") == ("2015-11-16T19:30:00", "18:30")


MADRID = {
    "map": "title=title,start=dtstart,end=dtend,place=event-location,id=id,url=link,price=-,"
    "latitude=location.latitude,longitude=location.longitude",
    "timezone": "Europe/Madrid",
}


@pytest.mark.parametrize(
    ("name", "count", "unplaced"),
    [
        # 39 without coordinates (INDEX), one of which names its place.
        ("206974-0-agenda-eventos-culturales-100.json", 1000, 39),
        ("aux-206974-0-agenda-eventos-culturales-100.json", 990, 45),
    ],
)
def test_the_agenda_of_madrid_is_read_through_a_mapping(name: str, count: int, unplaced: int) -> None:
    graph = json.loads(body_of(f"dumps/madrid-agenda/{name}"))["@graph"]
    assert (len(graph), sum("location" not in one for one in graph)) == (count, unplaced)
    found = imported(f"dumps/madrid-agenda/{name}", "csv", **MADRID)
    assert (len(found.events), len(found.failed)) == (count - unplaced, unplaced)
    assert all(NO_CITY in message for message in found.failed)
    mended = imported(f"dumps/madrid-agenda/{name}", "csv", place="Madrid", **MADRID)
    assert (len({event.external_id for event in mended.events}), mended.failed) == (count, [])
    first = (
        next(event for event in mended.events if event.external_id == "10656955") if count == 1000 else None
    )
    if first is not None:
        # 18:00 in Madrid in May.
        assert first.starts_at.isoformat() == "2018-05-05T16:00:00+00:00"
        assert first.price_min is None


def test_conferences_need_a_place_but_for_those_online() -> None:
    total = placed = online = 0
    for path in sorted((PAYLOADS / "dumps" / "tech-conferences" / "2025").glob("*.json")):
        name = str(path.relative_to(PAYLOADS))
        rows = json.loads(path.read_bytes())
        bare = imported(name, "csv")
        assert len(bare.events) == sum(row.get("online") is True for row in rows)
        assert {message.partition(";")[0] for message in bare.failed} <= {NO_PLACE}
        mapped = imported(name, "csv", map="venue=city")
        # What neither is online nor has a city has no place at all.
        nowhere = [row for row in rows if not row.get("online") and not row.get("city")]
        assert len(mapped.failed) == len(nowhere)
        assert all(event.all_day for event in mapped.events)
        total, placed, online = total + len(rows), placed + len(mapped.events), online + len(bare.events)
    assert (total, placed) == (628, 628)
    assert online == 79 + sum_of_hybrid()


def sum_of_hybrid() -> int:
    """Conferences that are online and also name a city, counted in the files."""
    rows = [
        row
        for path in (PAYLOADS / "dumps" / "tech-conferences" / "2025").glob("*.json")
        for row in json.loads(path.read_bytes())
    ]
    assert sum(not row.get("city") for row in rows) == 79
    return sum(row.get("online") is True and bool(row.get("city")) for row in rows)


def test_no_recorded_payload_of_these_kinds_is_forgotten() -> None:
    calendars = {
        str(one.relative_to(PAYLOADS / "ics")) for one in (PAYLOADS / "ics").rglob("*") if one.is_file()
    }
    assert calendars == set(CALENDARS)
    assert len([one for one in (PAYLOADS / "jsonld").rglob("*") if one.is_file()]) == 3
    dumps = {one.parent.name for one in (PAYLOADS / "dumps").rglob("*.json")}
    assert dumps == {"madrid-agenda", "2025"}


@pytest.mark.parametrize("folder", ["ics", "jsonld"])
def test_auto_knows_every_recorded_feed_and_page(folder: str) -> None:
    for path in sorted(one for one in (PAYLOADS / folder).rglob("*") if one.is_file()):
        for record in walked(str(path.relative_to(PAYLOADS)), "auto"):
            assert record.error is None
            content = json.loads(record.data)
            assert ("component" in content) is (folder == "ics")
