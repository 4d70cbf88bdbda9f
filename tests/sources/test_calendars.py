"""iCalendar feeds: times, zones, series, places and texts, and feeds that are broken."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from scenescout_tui.events.model import Event
from tests.sources.reading import calendar, events, outcome, records, vevent


def one(*parts: str, header: str = "", **options: Any) -> Event:
    (event,) = events("ics", calendar(*parts, header=header), **options)
    return event


# --- One event


def test_an_event_is_read_with_all_it_says() -> None:
    event = one(
        vevent(
            DESCRIPTION="An evening\\nby the canal\\, with friends\\; and more",
            URL="https://canal.example.org/songs",
            CATEGORIES="Music,Folk\\, acoustic",
            ORGANIZER=';CN="Canal Arts":mailto:someone@example.org',
            GEO="53.48422;-2.2314114",
            ATTACH=";FMTTYPE=image/jpeg:https://img.example.org/a.jpg",
            STATUS="CONFIRMED",
            SEQUENCE="3",
        )
    )
    assert (event.source, event.source_account, event.external_id) == ("ics", "", "evening@example.org")
    assert (event.title, event.series_id) == ("Songs & Stories", None)
    assert event.starts_at.isoformat() == "2026-12-01T20:00:00+00:00"
    assert (event.start_local, event.end_local) == ("2026-12-01T20:00:00", "2026-12-01T22:30:00")
    assert (event.timezone, event.tz_source, event.all_day) == ("Europe/London", "explicit", False)
    assert event.description_text == "An evening\nby the canal, with friends; and more"
    assert (event.url, event.image_url) == (
        "https://canal.example.org/songs",
        "https://img.example.org/a.jpg",
    )
    assert event.category_raw == ("Music", "Folk, acoustic")
    assert event.organizer is not None
    assert (event.organizer.name, event.contact_email) == ("Canal Arts", None)
    assert event.venue is not None
    assert (event.venue.name, event.venue.display) == (
        "Canal Hall",
        "Canal Hall, 27 Canal Street, Manchester",
    )
    assert (event.venue.latitude, event.venue.longitude, event.venue.city) == (53.48422, -2.2314114, None)
    assert (event.attendance, event.status, event.is_free) == ("in_person", "scheduled", None)
    assert event.quality == ()


def test_an_organiser_without_a_name_stays_unknown() -> None:
    assert one(vevent(ORGANIZER="mailto:someone@example.org")).organizer is None
    assert one(vevent(ORGANIZER=";CN=someone@example.org:mailto:someone@example.org")).organizer is None


def test_a_folded_line_and_a_parameter_belong_to_the_value() -> None:
    event = one(vevent(SUMMARY=";LANGUAGE=en:Songs\n  and\n\tStories", LOCATION=";LANGUAGE=en:Canal Hall"))
    assert event.title == "Songs andStories"
    assert event.venue is not None
    assert event.venue.name == "Canal Hall"


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_any_line_end_will_do(ending: str) -> None:
    body = calendar(vevent()).replace("\r\n", ending)
    assert [event.title for event in events("ics", body)] == ["Songs & Stories"]


def test_html_beside_the_description_is_taken_and_made_safe() -> None:
    event = one(
        vevent(
            DESCRIPTION="plain",
            X_ALT_DESC=";FMTTYPE=text/html:<p>An <b>evening</b></p><script>x()</script>",
        )
    )
    assert event.description_text == "An evening"
    assert event.description_html == "<p>An <b>evening</b></p>"


@pytest.mark.parametrize(
    ("location", "attendance", "url"),
    [
        ("https://meet.example.org/42", "online", "https://meet.example.org/42"),
        ("Online", "online", None),
        ("Zoom meeting", "online", None),
        ("Canal Hall", "in_person", None),
    ],
)
def test_a_location_that_is_an_address_is_online(location: str, attendance: str, url: str | None) -> None:
    event = one(vevent(LOCATION=location))
    assert (event.attendance, event.url) == (attendance, url)


def test_a_street_is_no_name() -> None:
    event = one(vevent(LOCATION="1945 NW Quimby\\, Portland\\, Oregon"))
    assert event.venue is not None
    assert (event.venue.name, event.venue.address1) == (None, "1945 NW Quimby")


def test_a_missing_location_fails_unless_the_operator_names_a_place() -> None:
    body = calendar(vevent(LOCATION=None))
    assert outcome("ics", body).failed == ["venue (name, address or online) is missing"]
    (event,) = events("ics", body, place="Canal Hall, Manchester")
    assert event.venue is not None
    assert (event.venue.name, event.venue.city) == ("Canal Hall", "Manchester")


def test_a_relative_link_is_read_against_the_feed_and_dropped_without_one() -> None:
    body = calendar(vevent(URL="/calendar/42"))
    (event,) = events("ics", body, url="https://canal.example.org/feed.ics")
    assert event.url == "https://canal.example.org/calendar/42"
    (event,) = events("ics", body)
    assert (event.url, event.quality) == (None, ("URL_INVALID",))


@pytest.mark.parametrize(
    ("status", "header", "expected"),
    [
        ("CANCELLED", "", "cancelled"),
        ("TENTATIVE", "", "scheduled"),
        ("CONFIRMED", "METHOD:CANCEL", "cancelled"),
        (None, "METHOD:PUBLISH", "scheduled"),
    ],
)
def test_cancelled_is_said_by_the_event_or_by_the_calendar(
    status: str | None, header: str, expected: str
) -> None:
    assert one(vevent(STATUS=status), header=header).status == expected


# --- Times


@pytest.mark.parametrize(
    ("dtstart", "dtend", "local", "end_local", "ends_at"),
    [
        # The day after the last is what iCalendar writes.
        (";VALUE=DATE:20261201", ";VALUE=DATE:20261202", "2026-12-01", "2026-12-01", "2026-12-02T00:00"),
        (";VALUE=DATE:20261201", ";VALUE=DATE:20261204", "2026-12-01", "2026-12-03", "2026-12-04T00:00"),
        ("20261201", "20261202", "2026-12-01", "2026-12-01", "2026-12-02T00:00"),
        (";VALUE=DATE:20261201", None, "2026-12-01", "2026-12-01", "2026-12-02T00:00"),
        (";VALUE=DATE:20261201", ";VALUE=DATE:20261201", "2026-12-01", "2026-12-01", "2026-12-02T00:00"),
    ],
)
def test_all_day_is_days_and_never_hours(
    dtstart: str, dtend: str | None, local: str, end_local: str, ends_at: str
) -> None:
    event = one(vevent(DTSTART=dtstart, DTEND=dtend), timezone="Europe/London")
    assert event.all_day
    assert (event.start_local, event.end_local) == (local, end_local)
    assert event.ends_at is not None
    assert event.ends_at.isoformat().startswith(ends_at)


def test_outlooks_mark_makes_midnight_to_midnight_all_day() -> None:
    event = one(
        vevent(
            DTSTART=";TZID=GMT Standard Time:20261201T000000",
            DTEND=";TZID=GMT Standard Time:20261203T000000",
            X_MICROSOFT_CDO_ALLDAYEVENT="TRUE",
        )
    )
    assert (event.all_day, event.start_local, event.end_local) == (True, "2026-12-01", "2026-12-02")


@pytest.mark.parametrize(
    ("duration", "end_local"),
    [
        ("PT2H30M", "2026-12-01T22:30:00"),
        ("P1D", "2026-12-02T20:00:00"),
        ("P1W", "2026-12-08T20:00:00"),
        ("PT0S", "2026-12-01T20:00:00"),
        ("-PT1H", None),
        ("nonsense", None),
        (None, None),
    ],
)
def test_a_duration_stands_for_the_end_and_both_may_be_missing(
    duration: str | None, end_local: str | None
) -> None:
    assert one(vevent(DTEND=None, DURATION=duration)).end_local == end_local


def test_a_day_of_duration_is_a_day_of_the_wall_and_24_hours_are_hours() -> None:
    # On 28 March 2027 clocks in London go forward.
    nominal = one(vevent(DTSTART=";TZID=Europe/London:20270327T200000", DTEND=None, DURATION="P1D"))
    exact = one(vevent(DTSTART=";TZID=Europe/London:20270327T200000", DTEND=None, DURATION="PT24H"))
    assert (nominal.end_local, exact.end_local) == ("2027-03-28T20:00:00", "2027-03-28T21:00:00")


def test_each_property_has_its_own_zone() -> None:
    event = one(
        vevent(DTSTART=";TZID=Europe/London:20261201T200000", DTEND=";TZID=America/New_York:20261201T200000")
    )
    assert event.starts_at.isoformat() == "2026-12-01T20:00:00+00:00"
    assert event.ends_at is not None
    assert event.ends_at.isoformat() == "2026-12-02T01:00:00+00:00"


@pytest.mark.parametrize(
    ("tzid", "zone", "utc"),
    [
        ("Europe/Berlin", "Europe/Berlin", "19:00"),
        ("europe/berlin", "Europe/Berlin", "19:00"),
        ("W. Europe Standard Time", "Europe/Berlin", "19:00"),
        ("w. europe standard time", "Europe/Berlin", "19:00"),
        ('"Pacific Standard Time"', "America/Los_Angeles", "04:00"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "Europe/Berlin", "19:00"),
        ("/example.org/20210210_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires", "23:00"),
        ("UTC", "UTC", "20:00"),
    ],
)
def test_a_zone_is_known_by_any_of_its_names(tzid: str, zone: str, utc: str) -> None:
    event = one(vevent(DTSTART=f";TZID={tzid}:20261201T200000", DTEND=None))
    assert (event.timezone, event.tz_source, f"{event.starts_at:%H:%M}") == (zone, "explicit", utc)


US_RULES = """\
BEGIN:VTIMEZONE
TZID:Our own
BEGIN:STANDARD
DTSTART:16011104T020000
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010311T020000
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
END:VTIMEZONE
"""


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("20260610T140000", "2026-06-10T18:00"),
        ("20261210T140000", "2026-12-10T19:00"),
        # The second Sunday of March 2027 is the 14th.
        ("20270313T140000", "2027-03-13T19:00"),
        ("20270314T140000", "2027-03-14T18:00"),
    ],
)
def test_a_zone_that_only_the_feed_knows_is_read_from_its_rules(wall: str, utc: str) -> None:
    event = one(US_RULES, vevent(DTSTART=f";TZID=Our own:{wall}", DTEND=None))
    assert event.starts_at.isoformat().startswith(utc)
    assert (event.timezone, event.tz_source, event.quality) == (None, "offset_only", ("TZ_UNKNOWN",))


def test_the_rules_of_one_calendar_mean_nothing_to_the_next() -> None:
    second = calendar(vevent(UID="2", DTSTART=";TZID=Our own:20260610T140000", DTEND=None))
    first = calendar(US_RULES, vevent(DTSTART=";TZID=Our own:20260610T140000", DTEND=None))
    one_, two = events("ics", first + second)
    assert f"{one_.starts_at:%H:%M}" == "18:00"
    assert (f"{two.starts_at:%H:%M}", two.quality) == ("14:00", ("TZ_ASSUMED", "TZ_UNKNOWN"))


def test_a_vtimezone_after_the_event_and_named_by_its_location_is_found() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:Custom\nX-LIC-LOCATION:Europe/Berlin\nEND:VTIMEZONE\n"
    event = one(vevent(DTSTART=";TZID=Custom:20261201T200000", DTEND=None), zone)
    assert event.timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("header", "parts", "options", "utc", "source", "codes"),
    [
        ("X-WR-TIMEZONE:Europe/Berlin", (), {"timezone": "Asia/Tokyo"}, "19:00", "assumed", ()),
        ("X-WR-TIMEZONE;VALUE=TEXT:US/Pacific", (), {}, "04:00", "assumed", ()),
        ("", (), {"timezone": "Asia/Tokyo"}, "11:00", "assumed", ()),
        ("", (US_RULES,), {}, "01:00", "offset_only", ("TZ_ASSUMED",)),
        ("", (), {}, "20:00", "assumed", ("TZ_ASSUMED",)),
    ],
)
def test_a_time_without_a_zone_takes_the_calendars_then_the_operators(
    header: str,
    parts: tuple[str, ...],
    options: dict[str, str],
    utc: str,
    source: str,
    codes: tuple[str, ...],
) -> None:
    event = one(*parts, vevent(DTSTART="20261201T200000", DTEND=None), header=header, **options)
    assert (f"{event.starts_at:%H:%M}", event.tz_source, event.quality) == (utc, source, codes)
    assert event.start_local == "2026-12-01T20:00:00"


def test_utc_is_shown_in_the_calendars_zone() -> None:
    event = one(vevent(DTSTART="20260610T180000Z", DTEND=None), header="X-WR-TIMEZONE:Europe/London")
    assert (event.start_local, event.timezone) == ("2026-06-10T19:00:00", "Europe/London")


# --- Broken feeds


def test_an_empty_calendar_is_valid() -> None:
    assert records("ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n") == []


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (vevent(DTSTART="tomorrow"), "start: DTSTART is no date and time"),
        (vevent(DTEND="20269999"), "end: DTEND is no date and time"),
        (vevent(DTSTART=None), "start is missing"),
        (vevent(SUMMARY=None), "title is missing"),
        (vevent(DTSTART=";VALUE=DATE:30110811", DTEND=None), "start is not a date and time"),
        (vevent().replace("END:VEVENT\n", ""), "the event is cut off: END:VEVENT is missing"),
        (vevent(SUMMARY="a\x00b"), "NUL character"),
        (vevent(RECURRENCE_ID="soon"), "recurrence-id: RECURRENCE-ID is no date and time"),
    ],
)
def test_one_bad_event_never_ends_the_feed(bad: str, words: str) -> None:
    good = [vevent(UID=f"good-{n}") for n in range(3)]
    found = outcome("ics", calendar(good[0], bad, *good[1:]))
    assert [event.external_id for event in found.events] == ["good-0", "good-1", "good-2"]
    (message,) = found.failed
    assert words in message


def test_what_cannot_be_read_is_kept_as_it_came() -> None:
    body = calendar(vevent(), vevent(UID="bad", SUMMARY="@@")).encode().replace(b"@@", b"Caf\xe9")
    _, piece = records("ics", body)
    assert piece.error is not None
    assert "0xe9" in piece.error.message
    assert piece.data.startswith(b"BEGIN:VEVENT")
    assert piece.data.strip().endswith(b"END:VEVENT")
    assert b"Caf\xe9" in piece.data


def test_lines_that_are_no_properties_are_passed_over() -> None:
    event = one(vevent(DESCRIPTION="one\n      two\nthree without a colon", X_ODD=";;;=:1", CLASS=""))
    assert event.title == "Songs & Stories"
    assert event.description_text == "one two"


def test_a_quote_too_many_does_not_hide_the_start() -> None:
    event = one(vevent(DTSTART=';TZID="W. Europe Standard Time:20261201T200000"', DTEND=None))
    assert (event.start_local, event.timezone) == ("2026-12-01T20:00:00", "Europe/Berlin")


def test_a_file_inside_of_an_event_is_left_out_and_an_event_too_long_fails_alone() -> None:
    photo = "\n ".join(["QUJD" * 18] * 40_000)
    inline = vevent(ATTACH=f";FMTTYPE=image/jpeg;ENCODING=BASE64;VALUE=BINARY:{photo}")
    endless = vevent(UID="endless", DESCRIPTION="x" * 2_000_000)
    found = outcome("ics", calendar(inline, endless, vevent(UID="good")))
    assert [event.external_id for event in found.events] == ["evening@example.org", "good"]
    assert found.failed == ["the event is longer than 1 MiB; only its start was kept"]


@pytest.mark.parametrize("cut", [0.2, 0.4, 0.5, 0.6, 0.8, 0.95])
def test_a_calendar_that_is_cut_off_gives_what_is_whole_and_says_so(cut: float) -> None:
    body = calendar(*(vevent(UID=f"e{n}") for n in range(10)))
    found = outcome("ics", body[: int(len(body) * cut)])
    assert [event.external_id for event in found.events] == [f"e{n}" for n in range(len(found.events))]
    assert found.failed[-1] in (
        "the calendar is cut off: END:VCALENDAR is missing",
        "the event is cut off: END:VEVENT is missing",
    )


def test_alarms_tasks_and_journals_are_no_events() -> None:
    alarm = "BEGIN:VALARM\nTRIGGER:-PT10M\nDESCRIPTION:Wake up\nSUMMARY:Alarm\nEND:VALARM\n"
    event = one(
        "BEGIN:VTODO\nUID:t\nSUMMARY:Buy\nDTSTART:20261201\nX-WR-TIMEZONE:Asia/Tokyo\nEND:VTODO\n",
        vevent().replace("END:VEVENT\n", f"{alarm}END:VEVENT\n"),
        "BEGIN:VJOURNAL\nUID:j\nSUMMARY:Dear\nDTSTART:20261201\nEND:VJOURNAL\n",
    )
    assert (event.title, event.description_text) == ("Songs & Stories", None)


def test_several_calendars_in_one_document_keep_their_zones() -> None:
    floating = {"DTSTART": "20261201T200000", "DTEND": None}
    body = calendar(vevent(UID="a", **floating), header="X-WR-TIMEZONE:Europe/London") + calendar(
        vevent(UID="b", **floating), header="X-WR-TIMEZONE:Europe/Berlin"
    )
    assert [event.timezone for event in events("ics", body)] == ["Europe/London", "Europe/Berlin"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<!DOCTYPE html><html>Please log in</html>", "no iCalendar; it looks like HTML"),
        ('{"error": "no"}', "no iCalendar"),
        ("Title,Start\nSongs,2026-12-01\n", "no iCalendar; it looks like CSV"),
    ],
)
def test_what_is_no_calendar_is_said(body: str, words: str) -> None:
    (message,) = outcome("ics", body).failed
    assert words in message


@pytest.mark.parametrize(
    "body",
    [
        "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 20_000,
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + "BEGIN:VALARM\n" * 20_000,
        calendar(vevent(SUMMARY="x" * 1_000_000)),
        calendar(vevent(SUMMARY="x" * 20_000_000)),
        calendar(vevent(SUMMARY="x\n " * 100_000)),
        calendar(vevent(X_PARAMS=";A=B" * 50_000 + ":x")),
        calendar(vevent(RRULE="FREQ=DAILY", EXDATE=",".join(["20261201T200000Z"] * 20_000))),
        calendar(*(vevent(UID="same") for _ in range(5_000))),
    ],
    ids=["begins", "alarms", "long line", "endless line", "folds", "parameters", "dates left out", "one uid"],
)
def test_a_feed_made_to_hurt_ends(body: str) -> None:
    assert len(records("ics", body)) > 0


def test_thirteen_hundred_events_cost_no_more_per_event_than_a_hundred_do() -> None:
    """Pitfall 23: an import whose time grows with the square of the feed."""
    import time

    def seconds(count: int) -> float:
        body = calendar(*(vevent(UID=f"{n}@example.org", DESCRIPTION="y" * 500) for n in range(count)))
        began = time.process_time()
        assert len(records("ics", body)) == count
        return time.process_time() - began

    seconds(50)
    # Ten times the price per event would be the square's; the processor's own time knows no neighbours.
    assert seconds(1_300) / 1_300 < 5 * max(min(seconds(130) for _ in range(3)) / 130, 0.0001)


def test_records_are_plain_json_and_hold_no_address_of_people() -> None:
    body = calendar(vevent(ORGANIZER=";CN=Canal Arts:mailto:someone@example.org"))
    (piece,) = records("ics", body)
    content = json.loads(piece.data)
    assert content["component"] == "VEVENT"
    assert not re.search(rb"someone@|mailto", piece.data)
