"""Repeating events of calendars: which occurrences there are, what they are called, and what never changes
them.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from scenescout_tui.events.identity import content_hash
from scenescout_tui.events.model import Event
from scenescout_tui.events.record import digest
from tests.sources.reading import calendar, events, outcome, records, vevent


def one(*parts: str, header: str = "", **options: Any) -> Event:
    (event,) = events("ics", calendar(*parts, header=header), **options)
    return event


def starts(*parts: str, header: str = "", **options: Any) -> list[str]:
    return [event.start_local for event in events("ics", calendar(*parts, header=header), **options)]


def test_a_weekly_event_keeps_its_wall_time_when_clocks_change() -> None:
    found = events(
        "ics",
        calendar(vevent(DTSTART=";TZID=Europe/London:20260901T200000", RRULE="FREQ=WEEKLY")),
        series_from="2027-03-01",
        series_until="2027-04-30",
    )
    assert {event.start_local[11:] for event in found} == {"20:00:00"}
    assert {event.end_local[11:] for event in found if event.end_local} == {"22:30:00"}
    assert [f"{event.starts_at:%d.%m. %H}" for event in found] == [
        "02.03. 20",
        "09.03. 20",
        "16.03. 20",
        "23.03. 20",
        "30.03. 19",
        "06.04. 19",
        "13.04. 19",
        "20.04. 19",
        "27.04. 19",
    ]


def test_members_of_a_series_have_names_of_their_own_and_the_uid_in_common() -> None:
    body = calendar(vevent(DTSTART=";TZID=Europe/London:20260610T200000", RRULE="FREQ=DAILY;COUNT=3"))
    found = events("ics", body, series_from="2026-01-01")
    assert [event.external_id for event in found] == [
        "evening@example.org/20260610T190000Z",
        "evening@example.org/20260611T190000Z",
        "evening@example.org/20260612T190000Z",
    ]
    assert {event.series_id for event in found} == {"evening@example.org"}


def test_an_endless_series_is_followed_for_a_year_from_the_day_of_the_run() -> None:
    found = starts(vevent(RRULE="FREQ=WEEKLY", DTSTART=";TZID=Europe/London:20200107T200000"))
    # Tuesdays from 24 November 2026 to 23 November 2027.
    assert (found[0], found[-1], len(found)) == ("2026-11-24T20:00:00", "2027-11-23T20:00:00", 53)


def test_an_event_that_does_not_repeat_is_never_outside_the_window() -> None:
    assert starts(vevent(DTSTART="20010101T200000Z", DTEND=None), series_from="2026-01-01") == [
        "2001-01-01T20:00:00"
    ]


def test_a_series_without_occurrences_in_the_window_is_skipped_and_counted() -> None:
    over = vevent(RRULE="FREQ=DAILY;UNTIL=20260101T000000Z", DTSTART=";TZID=Europe/London:20250101T200000")
    assert outcome("ics", calendar(over)).skipped == {"outside the window": 1}


def test_dates_left_out_are_left_out_in_every_notation() -> None:
    found = starts(
        vevent(
            DTSTART=";TZID=Europe/London:20270325T200000",
            RRULE="FREQ=DAILY;COUNT=6",
            EXDATE=";TZID=Europe/London:20270326T200000,20270327T200000\n"
            # 20:00 in London is 19:00 in UTC from 28 March on, and a date leaves out the whole day.
            "EXDATE:20270328T190000Z\nEXDATE;VALUE=DATE:20270329\nEXDATE:nonsense",
        )
    )
    assert found == ["2027-03-25T20:00:00", "2027-03-30T20:00:00"]


def test_dates_are_added_and_named_once() -> None:
    found = starts(
        vevent(
            RRULE="FREQ=WEEKLY;COUNT=2",
            RDATE=";TZID=Europe/London:20261203T180000,20261208T200000\n"
            "RDATE;VALUE=PERIOD:20261210T170000Z/PT1H",
        )
    )
    assert found == [
        "2026-12-01T20:00:00",
        "2026-12-03T18:00:00",
        "2026-12-08T20:00:00",
        "2026-12-10T17:00:00",
    ]


def test_a_moved_and_a_cancelled_member_take_the_place_of_the_planned_one() -> None:
    series = vevent(RRULE="FREQ=WEEKLY;COUNT=4")
    moved = vevent(
        SUMMARY="Later",
        DTSTART=";TZID=Europe/London:20261209T210000",
        DTEND=None,
        # The same instant in another notation.
        RECURRENCE_ID="20261208T200000Z",
    )
    cancelled = vevent(
        STATUS="CANCELLED",
        DTSTART=";TZID=Europe/London:20261215T200000",
        RECURRENCE_ID=";TZID=Europe/London:20261215T200000",
    )
    found = events("ics", calendar(moved, series, cancelled))
    assert [
        (event.external_id[-16:], event.title, event.start_local[5:16], event.status) for event in found
    ] == [
        ("20261201T200000Z", "Songs & Stories", "12-01T20:00", "scheduled"),
        ("20261208T200000Z", "Later", "12-09T21:00", "scheduled"),
        ("20261215T200000Z", "Songs & Stories", "12-15T20:00", "cancelled"),
        ("20261222T200000Z", "Songs & Stories", "12-22T20:00", "scheduled"),
    ]


def test_a_member_without_its_series_is_an_event() -> None:
    event = one(vevent(RECURRENCE_ID=";TZID=Europe/London:20261201T190000"))
    assert (event.external_id, event.start_local) == (
        "evening@example.org/20261201T190000Z",
        "2026-12-01T20:00:00",
    )


def test_of_two_versions_of_a_member_the_newer_counts() -> None:
    series = vevent(RRULE="FREQ=WEEKLY;COUNT=2")
    old = vevent(SUMMARY="Old", RECURRENCE_ID="20261208T200000Z", SEQUENCE="1")
    new = vevent(SUMMARY="New", RECURRENCE_ID="20261208T200000Z", SEQUENCE="2")
    for parts in ((series, old, new), (new, old, series)):
        assert [event.title for event in events("ics", calendar(*parts))] == ["Songs & Stories", "New"]


@pytest.mark.parametrize("until", ["20261215T200000Z", "20261215T200000", "20261215"])
def test_the_end_of_a_series_may_be_written_in_three_ways(until: str) -> None:
    assert len(starts(vevent(RRULE=f"FREQ=WEEKLY;UNTIL={until}"))) == 3


def test_whole_days_repeat_too() -> None:
    found = events(
        "ics",
        calendar(
            vevent(
                DTSTART=";VALUE=DATE:20261201",
                DTEND=";VALUE=DATE:20261203",
                RRULE="FREQ=MONTHLY;COUNT=3;UNTIL=20270201",
                EXDATE=";VALUE=DATE:20270101",
            )
        ),
    )
    assert [(event.start_local, event.end_local, event.all_day) for event in found] == [
        ("2026-12-01", "2026-12-02", True),
        ("2027-02-01", "2027-02-02", True),
    ]


def test_a_rule_that_cannot_be_followed_leaves_the_first_time_and_says_so() -> None:
    for rule in ("FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=5", "FREQ=NEVER", "FREQ=DAILY;INTERVAL=0", "?"):
        event = one(vevent(RRULE=rule))
        assert (event.start_local, event.quality) == ("2026-12-01T20:00:00", ("SERIES_UNREAD",))


def test_a_series_is_cut_after_a_thousand_and_says_so() -> None:
    found = events("ics", calendar(vevent(RRULE="FREQ=HOURLY;COUNT=1000000000", DTEND=None)))
    assert len(found) == 1_000
    assert [event.quality for event in found[-2:]] == [(), ("SERIES_CUT",)]


def test_many_rules_that_never_match_end_with_the_work_there_is() -> None:
    """Each of these takes dateutil seconds alone; the document's share ends it for all of them."""
    rule = "FREQ=YEARLY;BYWEEKNO=53;BYYEARDAY=100"
    bombs = [vevent(UID=str(n), DTSTART="20200101T200000Z", DTEND=None, RRULE=rule) for n in range(200)]
    found = outcome("ics", calendar(*bombs, vevent(UID="good")), series_from="2026-11-23")
    assert [event.external_id for event in found.events][-1] == "good"
    assert len(found.events) + found.skipped.total() == 201


# --- Identity and digests


def test_an_event_without_uid_is_known_by_what_it_is() -> None:
    first, again, other = (
        one(vevent(UID=None, DESCRIPTION=text, SUMMARY=title)).external_id
        for text, title in (("a", "Songs"), ("b", "Songs"), ("a", "Stories"))
    )
    assert first == again != other


def test_a_repeated_uid_with_other_starts_is_several_events() -> None:
    body = calendar(vevent(), vevent(DTSTART=";TZID=Europe/London:20261202T200000", DTEND=None))
    assert sorted(event.external_id for event in events("ics", body)) == [
        "evening@example.org/20261201T200000Z",
        "evening@example.org/20261202T200000Z",
    ]


def test_the_same_event_twice_comes_with_the_newer_version_first() -> None:
    body = calendar(vevent(SUMMARY="Old", SEQUENCE="1"), vevent(SUMMARY="New", SEQUENCE="2"))
    found = events("ics", body)
    assert [event.title for event in found] == ["New", "Old"]
    assert {event.external_id for event in found} == {"evening@example.org"}


def test_a_feed_of_another_address_has_other_ids() -> None:
    (event,) = events("ics", calendar(vevent()), account="canal.example.org/feed.ics")
    assert event.source_account == "canal.example.org/feed.ics"


def test_stamps_that_change_at_every_look_change_nothing() -> None:
    """Pitfall 22: feeds whose DTSTAMP is now."""
    quiet = calendar(vevent(DTSTAMP="20261101T000000Z", SEQUENCE="1", LAST_MODIFIED="20261101T000000Z"))
    noisy = calendar(vevent(DTSTAMP="20261123T000000Z", SEQUENCE="7", LAST_MODIFIED="20261123T000000Z"))
    changed = calendar(vevent(DTSTAMP="20261101T000000Z", SUMMARY="Songs"))
    digests = [
        [digest(piece.data, b"") for piece in records("ics", body)] for body in (quiet, noisy, changed)
    ]
    assert digests[0] == digests[1] != digests[2]
    hashes = [content_hash(event) for body in (quiet, noisy, changed) for event in events("ics", body)]
    assert hashes[0] == hashes[1] != hashes[2]


def test_an_occurrence_is_the_same_bytes_whatever_the_window() -> None:
    body = calendar(vevent(RRULE="FREQ=WEEKLY;COUNT=9"))
    today = {piece.data for piece in records("ics", body)}
    later = {
        piece.data for piece in records("ics", body, series_from="2026-12-10", series_until="2026-12-31")
    }
    assert later < today
    assert len(later) == 3


def test_the_starts_of_a_series_come_in_order() -> None:
    found = starts(vevent(RRULE="FREQ=MONTHLY;BYDAY=MO,TH"), series_until=date(2027, 6, 1).isoformat())
    assert all(first < second for first, second in pairwise(found))
