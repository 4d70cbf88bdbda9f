"""What has gone wrong in other importers of feeds, pages and tables, and does not here; and noise of any
kind.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenescout_tui.events.blocks import block_keys, lookup_keys
from scenescout_tui.events.identity import content_hash
from scenescout_tui.events.model import Event
from scenescout_tui.sources.formats import Format
from scenescout_tui.sources.inputs import InputError
from tests.sources.reading import calendar, events, linked, outcome, page, records, vevent

ZONE = {"timezone": "America/New_York"}


def row(**cells: str) -> str:
    given = {"Name": "Songs", "Date": "2026-06-10", "Time": "19:30", "Venue": "Hall", "City": "Leeds"} | cells
    return f"{','.join(given)}\n{','.join(given.values())}\n"


def one(kind: Format, body: object, **options: Any) -> Event:
    (event,) = events(kind, body if isinstance(body, str) else json.dumps(body), **options)
    return event


def test_wall_time_is_never_read_as_utc() -> None:
    found = [
        one("ics", calendar(vevent(DTSTART="20260610T193000", DTEND=None)), **ZONE),
        one("ics", calendar(vevent(DTSTART=";TZID=America/New_York:20260610T193000", DTEND=None))),
        one("jsonld", linked(startDate="2026-06-10T19:30", endDate=...), **ZONE),
        one("jsonld", linked(startDate="2026-06-10T19:30-04:00", endDate=...)),
        one("csv", row(), **ZONE),
    ]
    assert {event.starts_at.isoformat() for event in found} == {"2026-06-10T23:30:00+00:00"}
    assert {event.start_local for event in found} == {"2026-06-10T19:30:00"}


def test_utc_is_never_read_as_wall_time() -> None:
    found = [
        one("ics", calendar(vevent(DTSTART="20260610T233000Z", DTEND=None)), **ZONE),
        one("jsonld", linked(startDate="2026-06-10T23:30:00Z", endDate=...), **ZONE),
        one("csv", row(Date="2026-06-10T23:30:00Z", Time=""), **ZONE),
    ]
    assert {event.starts_at.isoformat() for event in found} == {"2026-06-10T23:30:00+00:00"}
    assert {event.start_local for event in found} == {"2026-06-10T19:30:00"}


def test_a_weekly_wall_time_stays_the_same_over_the_change_of_clocks() -> None:
    for zone, change in (("Europe/London", "2027-03-28"), ("America/New_York", "2027-03-14")):
        body = calendar(vevent(DTSTART=f";TZID={zone}:20260101T190000", DTEND=None, RRULE="FREQ=DAILY"))
        found = events("ics", body, series_from="2027-03-01", series_until="2027-04-01")
        assert {event.start_local[11:] for event in found} == {"19:00:00"}
        before = {event.starts_at.hour for event in found if event.start_local[:10] < change}
        after = {event.starts_at.hour for event in found if event.start_local[:10] >= change}
        assert (len(before), len(after)) == (1, 1)
        assert before != after


def test_the_last_of_several_zones_does_not_win_for_all() -> None:
    zones = "".join(
        f"BEGIN:VTIMEZONE\nTZID:{zone}\nEND:VTIMEZONE\n" for zone in ("Europe/London", "Europe/Berlin")
    )
    body = calendar(
        zones,
        vevent(UID="a", DTSTART=";TZID=Europe/London:20261201T200000", DTEND=None),
        vevent(UID="b", DTSTART=";TZID=Europe/Berlin:20261201T200000", DTEND=None),
    )
    assert [event.starts_at.hour for event in events("ics", body)] == [20, 19]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Europe/London", None])
def test_a_day_stays_that_day_in_every_zone(zone: str | None) -> None:
    found = [
        one(
            "ics",
            calendar(vevent(DTSTART=";VALUE=DATE:20260610", DTEND=";VALUE=DATE:20260611")),
            timezone=zone,
        ),
        one("jsonld", linked(startDate="2026-06-10", endDate="2026-06-10"), timezone=zone),
        one("csv", row(Time="", Enddate="2026-06-10"), timezone=zone),
    ]
    for event in found:
        assert (event.all_day, event.start_local, event.end_local) == (True, "2026-06-10", "2026-06-10")


def test_a_repeating_event_imported_twice_is_the_same_events() -> None:
    """Ids come from UID and planned start, whichever day the import runs and whoever moved a member."""
    series = vevent(RRULE="FREQ=WEEKLY;COUNT=6")
    moved = vevent(
        RECURRENCE_ID="20261208T200000Z", DTSTART=";TZID=Europe/London:20261209T180000", DTEND=None
    )
    first = {event.external_id for event in events("ics", calendar(series))}
    again = {event.external_id for event in events("ics", calendar(series, moved))}
    later = {event.external_id for event in events("ics", calendar(series), series_from="2026-12-10")}
    assert first == again
    assert len(first) == 6
    assert later < first


def test_a_key_does_not_depend_on_how_a_time_is_written() -> None:
    spellings = (
        ";TZID=Europe/London:20261208T200000",
        "20261208T200000Z",
        ";TZID=GMT Standard Time:20261208T200000",
    )
    ids = {one("ics", calendar(vevent(RECURRENCE_ID=text))).external_id for text in spellings}
    assert len(ids) == 1


def test_a_renamed_event_keeps_its_identity_and_entities_make_no_difference() -> None:
    assert (
        one("ics", calendar(vevent(SUMMARY="A"))).external_id
        == one("ics", calendar(vevent(SUMMARY="B"))).external_id
    )
    assert one("jsonld", linked(name="A")).external_id == one("jsonld", linked(name="B")).external_id
    for forms in (("A & B", "A &amp; B", "A &#038; B", "A  &amp;amp; B "),):
        assert len({content_hash(one("ics", calendar(vevent(SUMMARY=form)))) for form in forms}) == 1
        assert len({content_hash(one("jsonld", linked(name=form))) for form in forms}) == 1


def test_the_early_and_the_late_show_stay_two_events() -> None:
    body = calendar(
        vevent(UID="early", SUMMARY="Songs (early show)", DTSTART="20261201T180000Z", DTEND=None),
        vevent(UID="late", SUMMARY="Songs (late show)", DTSTART="20261201T210000Z", DTEND=None),
    )
    assert len({event.external_id for event in events("ics", body)}) == 2


def test_the_same_event_of_two_sources_meets_in_a_block() -> None:
    feed = one("ics", calendar(vevent(GEO="53.48422;-2.2314114")))
    geo = {**linked()["location"], "geo": {"latitude": 53.4843, "longitude": -2.2315}}
    site = one("jsonld", linked(location=geo, startDate="2026-12-01T20:00:00+00:00"))
    assert set(block_keys(feed)) & set(lookup_keys(site))


def test_one_bad_event_never_ends_the_walk() -> None:
    feed = calendar(vevent(UID="a"), vevent(UID="b", DTSTART="x"), vevent(UID="c"))
    site = page(linked(url="https://x.example.org/a"), "{broken", linked(url="https://x.example.org/c"))
    table = row() + "short\n" + "Tales,2026-06-11,19:30,Hall,Leeds\n"
    bodies: tuple[tuple[Format, str], ...] = (("ics", feed), ("jsonld", site), ("csv", table))
    for kind, body in bodies:
        found = outcome(kind, body)
        assert (len(found.events), len(found.failed)) == (2, 1)


def test_an_absent_price_is_not_free() -> None:
    found = [one("ics", calendar(vevent())), one("jsonld", linked()), one("csv", row(Price=""))]
    assert {(event.is_free, event.price_min) for event in found} == {(None, None)}


def test_an_event_without_organiser_or_end_is_kept() -> None:
    found = [
        one("ics", calendar(vevent(ORGANIZER=None, DTEND=None))),
        one("jsonld", linked(organizer=..., endDate=...)),
        one("csv", row()),
    ]
    assert {(event.organizer, event.ends_at) for event in found} == {(None, None)}


def test_an_exhibition_of_many_weeks_is_kept() -> None:
    event = one("ics", calendar(vevent(DTSTART=";VALUE=DATE:20260601", DTEND=";VALUE=DATE:20270115")))
    assert (event.end_local, event.quality) == ("2027-01-14", ("TZ_ASSUMED", "LONG_RUNNING"))


def test_an_end_before_the_start_is_dropped_and_said() -> None:
    found = [
        one("ics", calendar(vevent(DTEND="20261130T200000Z"))),
        one("jsonld", linked(endDate="2026-11-30T20:00:00Z")),
        one("csv", row(Enddate="2026-06-09"), **ZONE),
    ]
    assert all(event.ends_at is None and "END_BEFORE_START" in event.quality for event in found)


# --- Noise

_WORDS = st.sampled_from(
    [
        *(
            "BEGIN:VCALENDAR",
            "END:VCALENDAR",
            "BEGIN:VEVENT",
            "END:VEVENT",
            "BEGIN:VTIMEZONE",
            "END:VTIMEZONE",
        ),
        *(
            "BEGIN:STANDARD",
            "END:STANDARD",
            "TZID:X",
            "TZOFFSETTO:+9999",
            "TZOFFSETFROM:-0030",
            "UID:1",
            "UID:",
        ),
        *("DTSTART:20261201T200000", "DTSTART;TZID=X:20261201T200000", "DTSTART;VALUE=DATE:20261201"),
        *("DTEND:00010101", "DTEND:20261201T240000", "DTEND;TZID=X:99991231T235959", "DURATION:P99999999W"),
        *("RRULE:FREQ=DAILY", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "RRULE:;;;", "RDATE:20270101"),
        *("EXDATE:20261201", "RECURRENCE-ID:20261201T200000", "SUMMARY:a", "LOCATION:b", "GEO:x;y", 'X;A="b'),
        *(
            "SEQUENCE:99999999999999999999",
            "X-WR-TIMEZONE:Mars",
            "CATEGORIES:,,",
            "ORGANIZER;CN=:",
            " folded",
        ),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS | st.text(max_size=20), max_size=40))
def test_no_calendar_however_mixed_up_raises(lines: list[str]) -> None:
    outcome("ics", "\r\n".join(["BEGIN:VCALENDAR", *lines]).encode("utf-8", "surrogatepass"))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_FIELDS = (
    "name url startDate endDate duration location offers organizer performer image keywords eventStatus "
    "eventAttendanceMode description superEvent subEvent identifier @id isAccessibleForFree"
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(_FIELDS.split()), _JSON, max_size=8))
def test_no_linked_event_whatever_its_fields_hold_raises(fields: dict[str, Any]) -> None:
    body = json.dumps(linked(**fields))
    outcome("jsonld", body)
    outcome("jsonld", page(body))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.text(max_size=15), min_size=1, max_size=8), max_size=8), st.sampled_from(",;\t|"))
def test_no_table_whatever_its_cells_hold_raises(rows: list[list[str]], delimiter: str) -> None:
    text = "\n".join(delimiter.join(cells) for cells in rows)
    outcome(
        "csv", f"Name{delimiter}Date{delimiter}Price{delimiter}Venue\n{text}".encode(errors="surrogatepass")
    )


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["ics", "jsonld", "csv"]))
def test_no_bytes_raise_more_than_that_a_table_has_not_the_columns(body: bytes, kind: Format) -> None:
    with suppress(InputError):
        records(kind, body)
