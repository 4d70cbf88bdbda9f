"""schema.org events: where they stand in a document, and the many forms of each field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scenescout_tui.events.model import Event
from scenescout_tui.sources.linked.scripts import unwrapped
from tests.sources.reading import events, linked, outcome, page, records

ADDRESS = "https://canal.example.org/agenda/today"


def one(**changes: Any) -> Event:
    (event,) = events("jsonld", json.dumps(linked(**changes)), url=ADDRESS)
    return event


def titles(document: object, **options: Any) -> list[str]:
    body = document if isinstance(document, str) else json.dumps(document)
    return [event.title for event in events("jsonld", body, **options)]


# --- Where events stand


def test_an_event_is_read_with_all_it_says() -> None:
    event = one(
        description="<p>An <b>evening</b> &amp; more</p>",
        eventStatus="https://schema.org/EventScheduled",
        eventAttendanceMode="https://schema.org/OfflineEventAttendanceMode",
        image=[{"@type": "ImageObject", "url": "/img/a.jpg"}],
        organizer={"@type": "Organization", "name": "Canal Arts", "url": "https://canal.example.org"},
        performer=[{"@type": "Person", "name": "A Singer"}, "A Teller"],
        keywords="folk, stories",
        offers={"@type": "Offer", "price": "12.50", "priceCurrency": "GBP", "url": "/tickets"},
    )
    assert event.external_id == "https://canal.example.org/songs 2026-12-01T20:00:00Z"
    assert (event.source, event.title, event.category_raw) == ("jsonld", "Songs & Stories", ("MusicEvent",))
    assert event.starts_at.isoformat() == "2026-12-01T20:00:00+00:00"
    assert (event.end_local, event.tz_source) == ("2026-12-01T22:30:00", "offset_only")
    assert event.description_text == "An evening & more"
    assert event.venue is not None
    assert (event.venue.name, event.venue.city, event.venue.country) == ("Canal Hall", "Manchester", "GB")
    assert (event.price_min, event.price_max, event.currency, event.is_free) == (1250, 1250, "GBP", False)
    assert event.image_url == "https://canal.example.org/img/a.jpg"
    assert event.tickets_url == "https://canal.example.org/tickets"
    assert event.organizer is not None
    assert event.organizer.name == "Canal Arts"
    assert event.tags == ("folk", "stories", "A Singer", "A Teller")
    assert (event.attendance, event.status) == ("in_person", "scheduled")


@pytest.mark.parametrize(
    "document",
    [
        linked(),
        [linked()],
        {"@context": "http://schema.org", "@graph": [{"@type": "WebPage"}, linked()]},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "item": linked()}]},
        {"@type": "WebPage", "mainEntity": {"@type": "Thing", "event": linked()}},
        {"items": [[linked()]]},
        linked(**{"@type": ["Thing", "https://schema.org/Event"]}),
        linked(**{"@type": "schema:Festival"}),
        {f"https://schema.org/{key}" if key[0] != "@" else key: value for key, value in linked().items()},
        {f"schema:{key}" if key[0] != "@" else key: value for key, value in linked().items()},
    ],
)
def test_an_event_is_found_wherever_it_stands(document: object) -> None:
    assert titles(document) == ["Songs & Stories"]


@pytest.mark.parametrize(
    "kind", ["DeliveryEvent", "BroadcastEvent", "Person", "https://x.org/Event", "", None, 7]
)
def test_what_is_nothing_to_go_to_is_no_event(kind: object) -> None:
    assert outcome("jsonld", json.dumps(linked(**{"@type": kind}))).failed == ["there are no events in it"]


def test_a_value_in_each_line_is_read_too() -> None:
    lines = [json.dumps(linked(url=f"https://x.example.org/{n}")) for n in range(3)]
    assert len(events("jsonld", "\n".join(lines))) == 3
    found = outcome("jsonld", "\n".join([lines[0], '{"broken', lines[1]]))
    assert len(found.events) == 2
    assert len(found.failed) == 1


def test_parts_of_an_event_come_behind_it_and_take_what_they_lack_from_it() -> None:
    part = linked(name="Stories", url="https://canal.example.org/stories", location=..., organizer=...)
    body = json.dumps(linked(name="Festival", subEvent=[part], organizer={"name": "Canal Arts"}))
    festival, stories = events("jsonld", body)
    assert (festival.title, stories.title) == ("Festival", "Stories")
    assert stories.venue == festival.venue
    assert stories.organizer == festival.organizer
    assert stories.series_id == "https://canal.example.org/songs?utm_source=x"


def test_the_parent_of_a_series_without_a_time_is_skipped() -> None:
    series = linked(
        **{"@type": "EventSeries"}, startDate=..., subEvent=[linked(url="https://x.example.org/1")]
    )
    found = outcome("jsonld", json.dumps(series))
    assert (len(found.events), found.skipped) == (1, {"series parent": 1})


def test_references_inside_the_document_are_filled_in() -> None:
    place = {**linked()["location"], "@id": "#hall"}
    graph = {"@graph": [linked(location={"@id": "#hall"}), place]}
    (event,) = events("jsonld", json.dumps(graph))
    assert event.venue is not None
    assert event.venue.city == "Manchester"


def test_objects_that_contain_each_other_do_no_harm() -> None:
    graph = {
        "@graph": [
            linked(**{"@id": "#a"}, superEvent={"@id": "#b"}, location={"@id": "#p"}),
            linked(**{"@id": "#b"}, name="B", url="https://x.example.org/b", superEvent={"@id": "#a"}),
            {"@id": "#p", "@type": "Place", "name": "Hall", "address": {"@id": "#p"}, "geo": {"@id": "#p"}},
        ]
    }
    found = outcome("jsonld", json.dumps(graph))
    assert len(found.events) + len(found.failed) == 2


@pytest.mark.parametrize(
    "body",
    ["[" * 100_000, '{"@graph":' * 5_000 + "1" + "}" * 5_000, json.dumps(linked(location=[[["x"]] * 9] * 9))],
)
def test_depth_ends_without_harm(body: str) -> None:
    assert len(records("jsonld", body)) == 1


# --- Pages


def test_the_scripts_of_a_page_are_read_and_a_broken_one_costs_no_other() -> None:
    body = page(
        linked(url="/one"),
        '{"@type": "Event", broken',
        {"@type": "Organization", "name": "Canal Arts"},
        linked(url="/two"),
    )
    found = outcome("jsonld", body, url=ADDRESS)
    assert [event.url for event in found.events] == [
        "https://canal.example.org/one",
        "https://canal.example.org/two",
    ]
    assert found.failed == ["it is no JSON (line 1, column 20)"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("<!--\n", "\n-->"),
        ("//<![CDATA[\n", "\n//]]>"),
        ("/*<![CDATA[*/", "/*]]>*/"),
        ("<![CDATA[", "]]>"),
        ("<!--//<![CDATA[", "//]]>-->"),
        ("", ";"),
    ],
)
def test_what_old_pages_put_around_a_script_is_taken_off(before: str, after: str) -> None:
    assert titles(page(f"{before}{json.dumps(linked())}{after}")) == ["Songs & Stories"]


@pytest.mark.parametrize(
    "tag",
    [
        '<script type="application/ld+json">',
        "<script type='application/ld+json'>",
        "<script type=application/ld+json>",
        '<SCRIPT data-a="x>y" TYPE="application/LD+JSON" id=1>',
        '<script type = "application/ld+json; charset=utf-8">',
    ],
)
def test_a_script_is_known_however_its_tag_is_written(tag: str) -> None:
    assert titles(f"<html>{tag}{json.dumps(linked())}</script></html>") == ["Songs & Stories"]


def test_scripts_in_comments_and_other_elements_are_none() -> None:
    script = f'<script type="application/ld+json">{json.dumps(linked(name="Old"))}</script>'
    hidden = f"<!-- {script} --><textarea>{script}</textarea><script>var a = '<!--';</script>"
    assert titles(f"<html>{hidden}{page(linked())}") == ["Songs & Stories"]


def test_entities_and_raw_line_breaks_in_a_script_are_read() -> None:
    quoted = json.dumps(linked(name="A &#038; B")).replace('"', "&quot;")
    assert titles(page(quoted)) == ["A & B"]
    assert titles(page(json.dumps(linked(description="@@")).replace("@@", "two\nlines"))) == [
        "Songs & Stories"
    ]


def test_links_are_relative_to_the_page_or_to_what_it_says() -> None:
    body = page(linked(url="songs"), head='<base href="https://www.example.org/de/">')
    (event,) = events("jsonld", body, url=ADDRESS)
    assert event.url == "https://www.example.org/de/songs"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<!doctype html><p>Nothing here</p>", "the page holds no JSON-LD"),
        (page({"@type": "Organization"}), "there are no events in it"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "this is no JSON-LD; it looks like iCalendar"),
        ('{"@type": "Event", "a": NaN}', "a number is out of range"),
        ('{"@type": "Event", "a": ' + "9" * 5_000 + "}", "a number is out of range"),
        ("[" * 100_000, "it is nested too deeply"),
        ('"text"', "it is no JSON object"),
    ],
)
def test_a_document_without_events_says_what_it_is(body: str, words: str) -> None:
    assert outcome("jsonld", body).failed == [words]


def test_a_script_too_large_fails_alone_and_a_value_in_each_line_may_be_any_number() -> None:
    large = json.dumps([linked(description="x" * 5_000_000)])
    found = outcome("jsonld", page(large, linked()))
    assert (len(found.events), found.failed) == (1, ["it is larger than 4 MiB; write one event per line"])
    lines = "\n".join(json.dumps(linked(url=f"/{n}", description="x" * 100_000)) for n in range(200))
    assert len(records("jsonld", lines)) == 200


def test_an_old_page_in_windows_1252_is_read() -> None:
    body = page(linked(name="@@")).encode().replace(b"@@", b"Caf\xe9")
    assert [event.title for event in events("jsonld", body)] == ["Café"]


@pytest.mark.parametrize(
    "body",
    [
        "<html>" + "<!--" * 200_000,
        "<html>" + "<script " * 100_000,
        "<html>" + '<script type="application/ld+json">' * 20_000,
        "<html>" + "<title><style>" * 50_000,
        '<html><script type="application/ld+json">' + "<!--" * 100_000,
        '<html><script type="application/ld+json">{}' + " " * 300_000 + "x</script>",
        "<!-- x -->" * 300 + "<" * 100_000,
    ],
)
def test_a_page_made_to_hurt_ends(body: str) -> None:
    """Each of these takes a parser or a pattern that goes back minutes; here none goes back."""
    assert len(records("jsonld", body)) >= 1


def test_marks_around_a_script_are_taken_off_a_few_times_only() -> None:
    assert unwrapped("<!--" * 10 + "x").startswith("<!--")


# --- Fields


@pytest.mark.parametrize(
    ("start", "options", "utc", "local", "zone", "codes"),
    [
        ("2026-06-10T19:30:00+0100", {}, "06-10T18:30", "2026-06-10T19:30:00", None, ()),
        ("2026-06-10T18:30:00Z", {}, "06-10T18:30", "2026-06-10T18:30:00", None, ()),
        ("2026-06-10T19:30", {}, "06-10T19:30", "2026-06-10T19:30:00", None, ("TZ_ASSUMED",)),
        (
            "2026-06-10T19:30",
            {"timezone": "Europe/London"},
            "06-10T18:30",
            "2026-06-10T19:30:00",
            "Europe/London",
            (),
        ),
        (["2026-06-10T19:30:00+01:00"], {}, "06-10T18:30", "2026-06-10T19:30:00", None, ()),
        ({"@value": "2026-06-10T19:30:00+01:00"}, {}, "06-10T18:30", "2026-06-10T19:30:00", None, ()),
    ],
)
def test_the_start_is_read_in_every_notation(
    start: object, options: dict[str, str], utc: str, local: str, zone: str | None, codes: tuple[str, ...]
) -> None:
    (event,) = events("jsonld", json.dumps(linked(startDate=start, endDate=...)), **options)
    assert f"{event.starts_at:%m-%dT%H:%M}" == utc
    assert (event.start_local, event.timezone, event.quality) == (local, zone, codes)


def test_a_date_alone_is_all_day() -> None:
    event = one(startDate="2026-06-10", endDate="2026-06-12")
    assert (event.all_day, event.start_local, event.end_local) == (True, "2026-06-10", "2026-06-12")


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"endDate": ...}, None),
        ({"endDate": "2026-12-01"}, None),
        ({"endDate": "2026-12-03"}, "2026-12-03"),
        ({"endDate": ..., "duration": "PT2H30M"}, "2026-12-01T22:30:00"),
        ({"endDate": ..., "duration": "two hours"}, None),
        ({"endDate": ""}, None),
    ],
)
def test_the_end_may_be_missing_a_day_or_a_duration(changes: dict[str, Any], end: str | None) -> None:
    assert one(**changes).end_local == end


@pytest.mark.parametrize(
    ("location", "attendance", "name", "city"),
    [
        ({"@type": "VirtualLocation", "url": "https://meet.example.org"}, "online", None, None),
        ("https://meet.example.org", "online", None, None),
        ([{"@type": "VirtualLocation"}, linked()["location"]], "hybrid", "Canal Hall", "Manchester"),
        (
            {"@type": "PostalAddress", "name": "Hall", "addressLocality": "Leeds"},
            "in_person",
            "Hall",
            "Leeds",
        ),
        (
            {"@type": "Place", "name": "Hall", "geo": {"latitude": "53.8", "longitude": "-1.55"}},
            "in_person",
            "Hall",
            None,
        ),
        (
            {"@type": "Place", "name": ["Hall"], "address": [{"addressLocality": "Leeds"}]},
            "in_person",
            "Hall",
            "Leeds",
        ),
        (
            {"@type": "MusicVenue", "name": "Hall", "address": {"addressLocality": "Leeds"}},
            "in_person",
            "Hall",
            "Leeds",
        ),
    ],
)
def test_a_place_is_read_in_every_form(
    location: object, attendance: str, name: str | None, city: str | None
) -> None:
    event = one(location=location)
    assert event.attendance == attendance
    assert (event.venue.name, event.venue.city) == (name, city) if event.venue else name is None


def test_a_place_in_words_lacks_its_city_until_the_operator_says_it() -> None:
    for place in ("Canal Hall, 27 Canal Street", {"@type": "Place", "name": "Canal Hall"}):
        body = json.dumps(linked(location=place))
        assert outcome("jsonld", body).failed == ["city (or coordinates) is missing"]
        (event,) = events("jsonld", body, place="Somewhere, Manchester")
        assert event.venue is not None
        assert (event.venue.name, event.venue.city) == ("Canal Hall", "Manchester")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("https://schema.org/EventCancelled", "cancelled"),
        ("http://schema.org/EventPostponed", "postponed"),
        ("EventRescheduled", "rescheduled"),
        ("EventMovedOnline", "scheduled"),
        ({"@id": "https://schema.org/EventCancelled"}, "cancelled"),
        (["https://schema.org/EventCancelled"], "cancelled"),
    ],
)
def test_the_status_is_an_address_or_a_word(status: object, expected: str) -> None:
    assert one(eventStatus=status).status == expected


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("https://schema.org/OnlineEventAttendanceMode", "online"),
        ("MixedEventAttendanceMode", "hybrid"),
        (["OnlineEventAttendanceMode", "OfflineEventAttendanceMode"], "hybrid"),
        (None, "in_person"),
    ],
)
def test_the_mode_of_attendance_is_believed(mode: object, expected: str) -> None:
    assert one(eventAttendanceMode=mode).attendance == expected


@pytest.mark.parametrize(
    ("changes", "free", "low", "high", "currency"),
    [
        ({}, None, None, None, None),
        ({"offers": None}, None, None, None, None),
        ({"offers": {"price": 0, "priceCurrency": "GBP"}}, True, 0, 0, "GBP"),
        ({"offers": {"price": "Free"}}, True, 0, 0, None),
        ({"offers": {"lowPrice": "10", "highPrice": 25.5, "priceCurrency": "EUR"}}, False, 1000, 2550, "EUR"),
        (
            {"offers": [{"price": 20, "priceCurrency": "USD"}, {"price": "8", "priceCurrency": "USD"}]},
            False,
            800,
            2000,
            "USD",
        ),
        ({"offers": {"price": "£12.50"}}, False, 1250, 1250, "GBP"),
        ({"offers": {"price": 1500, "priceCurrency": "JPY"}}, False, 1500, 1500, "JPY"),
        ({"offers": {"priceSpecification": {"price": 5, "priceCurrency": "GBP"}}}, False, 500, 500, "GBP"),
        ({"isAccessibleForFree": True}, True, 0, 0, None),
        ({"isAccessibleForFree": "https://schema.org/False"}, False, None, None, None),
    ],
)
def test_a_price_is_free_known_or_unknown(
    changes: dict[str, Any], free: bool | None, low: int | None, high: int | None, currency: str | None
) -> None:
    event = one(**changes)
    assert (event.is_free, event.price_min, event.price_max, event.currency) == (free, low, high, currency)


@pytest.mark.parametrize("missing", ["name", "startDate", "location"])
def test_a_missing_field_is_named(missing: str) -> None:
    field = {"name": "title", "startDate": "start", "location": "venue"}[missing]
    (message,) = outcome("jsonld", json.dumps(linked(**{missing: ...}))).failed
    assert message.startswith(f"{field} ")


# --- Identity


def test_repeats_that_share_a_page_are_events_of_their_own() -> None:
    """Pitfall 21."""
    repeats = [linked(startDate=f"2026-12-0{n}T20:00:00Z", endDate=...) for n in (1, 2)]
    same = [
        linked(**{"@id": "https://canal.example.org/event/7"}, startDate=one["startDate"]) for one in repeats
    ]
    for document in (repeats, same):
        assert len({event.external_id for event in events("jsonld", json.dumps(document))}) == 2


def test_the_same_start_in_another_notation_is_the_same_event() -> None:
    ids = {one(startDate=start).external_id for start in ("2026-12-01T20:00:00Z", "2026-12-01T21:00:00+0100")}
    assert len(ids) == 1


def test_tracking_parameters_and_fragments_are_no_part_of_an_id() -> None:
    ids = {
        one(url=url).external_id
        for url in (
            "https://canal.example.org/songs",
            "https://canal.example.org/songs/?utm_source=y#tickets",
            "/songs",
        )
    }
    assert len(ids) == 1


def test_an_id_of_its_own_outlives_a_new_date() -> None:
    ids = {
        one(**{"@id": "https://canal.example.org/event/7"}, startDate=f"2026-12-0{n}T20:00:00Z").external_id
        for n in (1, 2)
    }
    assert ids == {"https://canal.example.org/event/7"}


@pytest.mark.parametrize("name", ["#event", "_:b0", "https://canal.example.org/songs#event"])
def test_an_id_that_is_only_a_name_in_its_document_is_none(name: str) -> None:
    assert one(**{"@id": name}).external_id == "https://canal.example.org/songs 2026-12-01T20:00:00Z"


def test_an_identifier_counts_within_its_site() -> None:
    assert one(identifier=42).external_id == "canal.example.org#42"
    assert one(identifier={"@type": "PropertyValue", "value": "42"}).external_id == "canal.example.org#42"


def test_without_any_id_an_event_is_known_by_what_it_is() -> None:
    bare = json.dumps(linked(url=...))
    first, second = events("jsonld", bare)[0], events("jsonld", bare)[0]
    assert first.external_id == second.external_id
    assert len(first.external_id) == 32
