"""Tables: delimiters, columns, dates, prices, and rows that are broken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scenescout_tui.events.model import Event
from scenescout_tui.sources.inputs import InputError
from scenescout_tui.sources.tables.fields import FIELDS, columns_of
from scenescout_tui.sources.tables.times import AmbiguousDateError, moment
from tests.sources.reading import events, outcome, records

HEADER = "Name,Date,Time,Venue,City,Price"
ROW = "Songs & Stories,2026-12-01,8:00 PM,Canal Hall,Manchester,£12.50"


def one(row: str = ROW, header: str = HEADER, **options: Any) -> Event:
    (event,) = events("csv", f"{header}\n{row}\n", **{"timezone": "Europe/London"} | options)
    return event


# --- Text, delimiters, columns


def test_a_row_is_read_with_all_it_says() -> None:
    event = one(
        ",".join(
            (
                "7,Songs & Stories,An evening,2026-12-01 20:00,2026-12-01 22:30,Canal Hall,27 Canal Street",
                "Manchester,England,M4 5AJ,GB,53.48422,-2.2314,£10 - £12.50,Music,folk;stories,Canal Arts",
                "canal.example.org/songs,https://img.example.org/a.jpg,120,hello@example.org,postponed",
            )
        ),
        header="ID,Event Name,Description,Start,End,Venue,Address,City,State,Postcode,Country,Lat,Lng,Price,"
        "Category,Tags,Organiser,Website,Image,Capacity,E-Mail,Status",
    )
    assert (event.source, event.source_account, event.external_id) == ("csv", "", "7")
    assert (event.title, event.description_text) == ("Songs & Stories", "An evening")
    assert event.starts_at.isoformat() == "2026-12-01T20:00:00+00:00"
    assert (event.end_local, event.timezone) == ("2026-12-01T22:30:00", "Europe/London")
    venue = event.venue
    assert venue is not None
    assert (venue.name, venue.address1, venue.city, venue.region) == (
        "Canal Hall",
        "27 Canal Street",
        "Manchester",
        "England",
    )
    assert (venue.postal, venue.country, venue.latitude, venue.longitude) == (
        "M4 5AJ",
        "GB",
        53.48422,
        -2.2314,
    )
    assert (event.price_min, event.price_max, event.currency, event.is_free) == (1000, 1250, "GBP", False)
    assert (event.category_raw, event.tags) == (("Music",), ("folk", "stories"))
    assert event.organizer is not None
    assert (event.organizer.name, event.capacity) == ("Canal Arts", 120)
    assert (event.url, event.image_url) == (
        "https://canal.example.org/songs",
        "https://img.example.org/a.jpg",
    )
    assert (event.contact_email, event.status, event.attendance) == (
        "hello@example.org",
        "postponed",
        "in_person",
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found(delimiter: str, ending: str) -> None:
    rows = [HEADER, ROW, ROW.replace("Songs & Stories", '"Songs%% Tales"')]
    body = ending.join(row.replace(",", delimiter) for row in rows).replace("%%", ",")
    found = events("csv", body, timezone="Europe/London")
    assert [event.title for event in found] == ["Songs & Stories", "Songs, Tales"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le"])
def test_the_encodings_of_spreadsheets_are_read(encoding: str) -> None:
    body = f"{HEADER}\n{ROW.replace('Songs', 'Café')}\n".encode(encoding)
    (event,) = events("csv", body, timezone="Europe/London")
    assert (event.title, event.currency) == ("Café & Stories", "GBP")


def test_quotes_hold_delimiters_quotes_and_line_breaks() -> None:
    event = one('"A ""B"", live\nand loud",2026-12-01,20:00,"Hall, upstairs",Leeds,')
    assert (event.title, event.venue and event.venue.name) == ('A "B", live and loud', "Hall, upstairs")


def test_titles_and_empty_lines_above_the_column_names_are_passed_over() -> None:
    body = f"Agenda of the city\n\nas of,23 November\n{HEADER}\n\n{ROW}\n,,,,,\n"
    assert len(events("csv", body, timezone="Europe/London")) == 1


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Titulo,Fecha,Hora,Lugar,Ciudad", {"title", "start", "start_time", "venue_name", "city"}),
        ("Veranstaltung;Datum;Uhrzeit;Ort;Stadt", {"title", "start", "start_time", "venue_name", "city"}),
        ("EVENT_NAME,start-date,Start Time,Location", {"title", "start", "start_time", "venue_name"}),
        ("Título,Precio,Dirección", {"title", "price", "address"}),
        ("foo,bar", set()),
    ],
)
def test_columns_are_known_by_their_usual_names(header: str, expected: set[str]) -> None:
    assert set(columns_of(header.replace(";", ",").split(","), ())) == expected


def test_a_mapping_says_which_column_is_what() -> None:
    body = "What,On,At,Where,Town\nSongs,2026-12-01,8 pm,Hall,Leeds\n"
    mapping = "title=What,start=On,start_time=at,place=Where,city=Town"
    (event,) = events("csv", body, map=mapping, timezone="Europe/London")
    assert (event.title, event.start_local) == ("Songs", "2026-12-01T20:00:00")
    assert event.venue is not None
    assert (event.venue.name, event.venue.city) == ("Hall", "Leeds")


def test_a_mapping_may_serve_two_fields_with_a_column_and_leave_one_out() -> None:
    event = one(map=["venue=City", "price=-"])
    assert event.venue is not None
    assert (event.venue.name, event.venue.city, event.price_min) == ("Manchester", "Manchester", None)


@pytest.mark.parametrize(
    ("body", "options", "words"),
    [
        (
            "What,On\nSongs,2026-12-01\n",
            {},
            "no column for title and start was found; its columns are What, On",
        ),
        (f"{HEADER}\n{ROW}\n", {"map": "title=Nom"}, "has no column 'Nom'; its columns are Name, Date"),
        (f"{HEADER}\n{ROW}\n", {"map": "start=-"}, "no column for start was found"),
    ],
)
def test_columns_that_are_not_there_stop_the_import_with_the_columns_that_are(
    body: str, options: dict[str, str], words: str
) -> None:
    with pytest.raises(InputError, match=words) as stopped:
        records("csv", body, **options)
    assert "--map" in str(stopped.value.metadata["action"])


def test_every_field_can_be_read_from_a_column_of_its_own_name() -> None:
    assert set(columns_of(FIELDS, ())) == set(FIELDS)


# --- Dates and times


@pytest.mark.parametrize(
    ("text", "clock", "order", "expected"),
    [
        ("2026-12-01", None, None, "2026-12-01"),
        ("2026/12/1", None, None, "2026-12-01"),
        ("2026-12-01T20:00:00Z", None, None, "2026-12-01T20:00:00Z"),
        ("2026-12-01 20:00:00+01:00", None, None, "2026-12-01T20:00:00+01:00"),
        ("2018-05-05 18:00:00.0", None, None, "2018-05-05T18:00:00"),
        ("2026-12-01", "8:00 PM", None, "2026-12-01T20:00:00"),
        ("2026-12-01", "8pm", None, "2026-12-01T20:00:00"),
        ("2026-12-01", "20.30 Uhr", None, "2026-12-01T20:30:00"),
        ("2026-12-01", "20h", None, "2026-12-01T20:00:00"),
        ("2026-12-01", "12:30 a.m.", None, "2026-12-01T00:30:00"),
        ("2026-12-01", "19:00 - 21:00", None, "2026-12-01T19:00:00"),
        ("2026-12-01", "All day", None, "2026-12-01"),
        ("2026-12-01", "", None, "2026-12-01"),
        ("2026-12-01", "TBA", None, "2026-12-01"),
        ("2026-12-01", "later", None, None),
        ("2026-12-01", "25:00", None, None),
        ("2026-12-01", "20", None, None),
        ("23/11/2026", None, None, "2026-11-23"),
        ("11/23/2026", None, None, "2026-11-23"),
        ("11/11/2026", None, None, "2026-11-11"),
        ("03/04/2026", None, "dmy", "2026-04-03"),
        ("03/04/2026", None, "mdy", "2026-03-04"),
        ("03/04/26 20:00", None, "dmy", "2026-04-03T20:00:00"),
        ("03.04.2026", None, None, "2026-04-03"),
        ("11/23/2026", None, "dmy", None),
        ("03/04/2026", None, "iso", None),
        ("23 Nov 2026", None, None, "2026-11-23"),
        ("Monday, 23rd November 2026 at 8 pm", None, None, "2026-11-23T20:00:00"),
        ("Nov 23, 2026", "20:00", None, "2026-11-23T20:00:00"),
        ("23 de noviembre de 2026", None, None, "2026-11-23"),
        ("23. November 2026", None, None, "2026-11-23"),
        ("30 Feb 2026", None, None, None),
        ("2026-02-30", None, None, None),
        ("tomorrow", None, None, None),
        ("46349", None, None, None),
    ],
)
def test_a_date_is_read_in_every_notation(
    text: str, clock: str | None, order: str | None, expected: str | None
) -> None:
    assert moment(text, clock, order) == expected


@pytest.mark.parametrize("text", ["03/04/2026", "3-4-2026", "03/04/26", "23/11/26", "3.4.26"])
def test_a_date_that_could_be_two_is_refused_until_somebody_says_which(text: str) -> None:
    with pytest.raises(AmbiguousDateError):
        moment(text, None, None)


def test_an_ambiguous_date_fails_its_row_and_names_the_option() -> None:
    row = ROW.replace("2026-12-01", "03/04/2026")
    found = outcome("csv", f"{HEADER}\n{row}\n{ROW}\n", timezone="Europe/London")
    assert (len(found.events), found.failed) == (1, ["start: day and month cannot be told apart"])
    assert one(row, dates="dmy").start_local == "2026-04-03T20:00:00"
    assert one(row, dates="mdy").start_local == "2026-03-04T20:00:00"


@pytest.mark.parametrize(
    ("row", "start", "end"),
    [
        ("2026-12-01,20:00,,22:30", "2026-12-01T20:00:00", "2026-12-01T22:30:00"),
        # The night goes on after midnight.
        ("2026-12-01,22:00,,02:00", "2026-12-01T22:00:00", "2026-12-02T02:00:00"),
        ("2026-12-01,20:00,2026-12-03,", "2026-12-01T20:00:00", "2026-12-03"),
        ("2026-12-01,20:00,2026-12-01,", "2026-12-01T20:00:00", None),
        ("2026-12-01,,2026-12-03,", "2026-12-01", "2026-12-03"),
        ("2026-12-01,20:00,22:30,", "2026-12-01T20:00:00", "2026-12-01T22:30:00"),
        (",2026-12-01 20:00,,2026-12-01 22:00", "2026-12-01T20:00:00", "2026-12-01T22:00:00"),
    ],
)
def test_dates_and_times_of_two_columns_are_put_together(row: str, start: str, end: str | None) -> None:
    event = one(f"Songs,{row},Hall,Leeds", "Name,Start date,Start time,End date,End time,Venue,City")
    assert (event.start_local, event.end_local) == (start, end)


def test_a_zone_of_the_row_comes_before_the_operators_and_without_any_it_is_said() -> None:
    header, row = f"{HEADER},Timezone", f"{ROW},America/New_York"
    assert one(row, header).timezone == "America/New_York"
    assert one().timezone == "Europe/London"
    assert one(timezone=None).quality == ("TZ_ASSUMED",)


# --- Prices, places, identity


@pytest.mark.parametrize(
    ("price", "free", "low", "high", "currency"),
    [
        ('"£1,234.50"', False, 123450, 123450, "GBP"),
        ("free", True, 0, 0, None),
        ("0", True, 0, 0, None),
        ("", None, None, None, None),
        ('"12,50 EUR"', False, 1250, 1250, "EUR"),
        ("£10 – £12.50", False, 1000, 1250, "GBP"),
    ],
)
def test_a_price_is_read_as_people_write_it(
    price: str, free: bool | None, low: int | None, high: int | None, currency: str | None
) -> None:
    event = one(ROW.replace("£12.50", price))
    assert (event.is_free, event.price_min, event.price_max, event.currency) == (free, low, high, currency)


def test_a_price_that_says_nothing_is_flagged() -> None:
    assert one(ROW.replace("£12.50", "ask us")).quality == ("PRICE_INVALID",)


def test_a_place_of_the_operators_fills_what_is_missing() -> None:
    row = ROW.replace("Canal Hall,Manchester", ",")
    assert outcome("csv", f"{HEADER}\n{row}\n").failed[0].startswith("venue (name, address or online)")
    event = one(row, place="Canal Hall, 27 Canal Street, Manchester")
    assert event.venue is not None
    assert (event.venue.name, event.venue.city) == ("Canal Hall", "Manchester")


@pytest.mark.parametrize("flag", ["yes", "TRUE", "1", "x"])
def test_online_needs_no_place(flag: str) -> None:
    event = one(f"Songs,2026-12-01,{flag}", "Name,Date,Online")
    assert (event.attendance, event.venue) == ("online", None)


def test_a_row_is_known_by_its_id_else_by_title_start_and_place() -> None:
    assert one(f"{ROW},7", f"{HEADER},ID").external_id == "7"
    same = {one(ROW).external_id, one(ROW.replace("£12.50", "free")).external_id}
    other = {one(ROW.replace(old, new)).external_id for old, new in (("20", "21"), ("Canal", "Town"))}
    assert len(same) == 1
    assert not same & other


# --- Broken rows


def test_ragged_rows_fail_alone_and_are_kept_as_they_came() -> None:
    body = f"{HEADER}\n{ROW}\nshort,2026-12-01\n{ROW.replace('Songs', 'Tales')},one,two\n{ROW},,\n"
    found = outcome("csv", body, timezone="Europe/London")
    assert [event.title for event in found.events] == ["Songs & Stories", "Songs & Stories"]
    assert found.failed == [
        "the row has 2 cells, the table has 6 columns",
        "the row has 8 cells, the table has 6 columns",
    ]
    assert next(piece.data for piece in records("csv", body) if piece.error) == b"short,2026-12-01\n"


def test_a_quote_that_never_closes_takes_the_rest_of_the_table_and_no_more() -> None:
    found = outcome("csv", f'{HEADER}\n{ROW}\n"open,2026-12-01\n{ROW}\n', timezone="Europe/London")
    assert len(found.events) == 1
    assert found.failed == ["the row has 1 cells, the table has 6 columns"]


def test_missing_fields_are_named() -> None:
    found = outcome("csv", f"{HEADER}\n,,,Hall,Leeds,\nSongs,someday,,Hall,Leeds,\n")
    assert found.failed == ["title is missing; start is missing", "start is not a date and time"]


def test_a_table_without_rows_is_valid() -> None:
    assert records("csv", f"{HEADER}\n") == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!doctype html><html>", "no table; it looks like HTML"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "no table; it looks like iCalendar"),
        (b"[1, 2", "neither CSV nor a JSON list"),
        (b"%PDF-1.7 \x00\x01\x02\x03\x04\x05\x06\x07\x08\xff\xfe", "this is no text: byte 18 (0xff)"),
    ],
)
def test_what_is_no_table_is_said(body: bytes, words: str) -> None:
    (message,) = outcome("csv", body).failed
    assert words in message


@pytest.mark.parametrize(
    "body",
    [
        f"{HEADER}\n" + '"' * 300_000,
        f"{HEADER}\n" + '"' + "x\n" * 700_000,
        HEADER + ",a" * 50_000 + "\n" + ROW,
        f"{HEADER}\n" + "\x00" * 100_000 + ROW,
        f"{HEADER}\n{ROW}" + " " * 100_000 + "\n",
        "Name,Date\n" + "\n" * 300_000,
        "Name,Date\nSongs," + "1" * 100_000,
        "Name,Date\nSongs," + "1/" * 50_000,
    ],
    ids=["quotes", "open quote", "columns", "NUL", "blanks", "empty lines", "digits", "slashes"],
)
def test_a_table_made_to_hurt_ends(body: str) -> None:
    outcome("csv", body)


# --- JSON lists


def test_a_json_list_is_read_through_the_same_mapping_by_dotted_paths() -> None:
    agenda = {
        "@context": {"c": "http://www.w3.org/2002/12/cal#"},
        "@graph": [
            {
                "id": "1",
                "titel": "Songs",
                "von": "2026-12-01 20:00:00.0",
                "wo": "Hall",
                "pos": {"lat": 53.8, "lon": -1.55},
                "tags": ["a", "b"],
            },
            7,
        ],
    }
    mapping = "title=titel,start=von,place=wo,latitude=pos.lat,longitude=pos.lon"
    found = outcome("csv", json.dumps(agenda), map=mapping, timezone="Europe/London")
    (event,) = found.events
    assert (event.external_id, event.start_local, event.tags) == ("1", "2026-12-01T20:00:00", ("a", "b"))
    assert event.venue is not None
    assert (event.venue.latitude, event.venue.longitude) == (53.8, -1.55)
    assert len(found.failed) == 1


@pytest.mark.parametrize("layout", ["list", "object", "lines", "one"])
def test_json_may_be_a_list_an_object_around_one_lines_or_one_object(layout: str) -> None:
    row = {"name": "Songs", "date": "2026-12-01", "venue": "Hall", "city": "Leeds"}
    body = {
        "list": json.dumps([row, row]),
        "object": json.dumps({"total": 2, "results": [row, row]}),
        "lines": f"{json.dumps(row)}\n{json.dumps(row)}\n",
        "one": json.dumps(row),
    }[layout]
    assert len(events("csv", body, timezone="Europe/London")) == (1 if layout == "one" else 2)
