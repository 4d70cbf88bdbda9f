"""Forms: forgiving in what they accept, exact in what they complain about."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.events import quality
from scenescout_tui.events.model import Event
from scenescout_tui.events.requirements import require
from scenescout_tui.sources.adapters import ADAPTERS
from tests.sources.samples import encoded, eventbrite, form


def parse(**changes: object) -> Event:
    return ADAPTERS["manual"].parse(encoded(form(**changes)))


def refusal(**changes: object) -> ValidationError:
    with pytest.raises(ValidationError) as refused:
        parse(**changes)
    return refused.value


def test_a_form_becomes_an_event_with_all_that_it_says() -> None:
    event = parse(
        tags="folk, live ; folk", capacity="200", url="example.org/night", contact_email="a@example.org"
    )
    assert (event.source, event.title) == ("manual", "Songs & Stories")
    assert event.starts_at == datetime(2026, 6, 10, 18, 30, tzinfo=UTC)
    assert (event.start_local, event.timezone, event.tz_source) == (
        "2026-06-10T19:30:00",
        "Europe/London",
        "explicit",
    )
    assert (event.is_free, event.price_min, event.price_max, event.currency) == (False, 1250, 1250, "GBP")
    assert (event.tags, event.capacity) == (("folk", "live"), 200)
    assert (event.url, event.contact_email) == ("https://example.org/night", "a@example.org")
    assert event.quality == ()
    require(event)


@pytest.mark.parametrize(
    ("price", "free", "low", "high"),
    [
        ("19.99", False, 1999, 1999),
        (19.99, False, 1999, 1999),
        (20, False, 2000, 2000),
        ("£10 - £12.50", False, 1000, 1250),
        ("1,234.50", False, 123450, 123450),
        ("free", True, 0, 0),
        ("Free entry", True, 0, 0),
        (0, True, 0, 0),
        ("", None, None, None),
        (None, None, None, None),
    ],
)
def test_prices_are_read_as_people_write_them(
    price: object, free: bool | None, low: int | None, high: int | None
) -> None:
    event = parse(price=price)
    assert (event.is_free, event.price_min, event.price_max) == (free, low, high)


def test_the_currency_of_the_country_is_assumed_and_flagged() -> None:
    event = parse(currency=...)
    assert event.currency == "GBP"
    assert quality.CURRENCY_ASSUMED in event.quality
    named = parse(currency=..., price="12.50 EUR")
    assert (named.currency, quality.CURRENCY_ASSUMED in named.quality) == ("EUR", False)


@pytest.mark.parametrize(
    "given", ["2026-06-10 19:30", "2026-06-10T19:30:00", "2026-06-10 7:30 PM", "2026-06-10T18:30:00Z"]
)
def test_times_are_read_as_people_write_them(given: str) -> None:
    assert parse(start_time=given).starts_at == datetime(2026, 6, 10, 18, 30, tzinfo=UTC)


def test_a_date_alone_is_all_day_and_its_end_is_the_last_day() -> None:
    event = parse(start_time="2026-06-10", end_time="2026-06-11")
    assert event.all_day is True
    assert (event.start_local, event.end_local) == ("2026-06-10", "2026-06-11")
    assert event.starts_at == datetime(2026, 6, 9, 23, 0, tzinfo=UTC)
    assert event.ends_at == datetime(2026, 6, 11, 23, 0, tzinfo=UTC)


def test_a_local_time_in_the_gap_of_the_clocks_is_moved_and_flagged() -> None:
    event = parse(start_time="2026-03-29T01:30", end_time=...)
    assert event.starts_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert (event.start_local, event.quality) == ("2026-03-29T02:30:00", (quality.DST_GAP,))


def test_a_local_time_that_comes_twice_is_the_first_and_flagged() -> None:
    event = parse(start_time="2026-10-25T01:30", end_time=...)
    assert event.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert event.quality == (quality.DST_FOLD,)


def test_an_end_before_the_start_is_dropped_and_flagged() -> None:
    event = parse(end_time="2026-06-10T18:00")
    assert event.ends_at is None
    assert quality.END_BEFORE_START in event.quality


def test_without_a_zone_the_time_is_assumed_and_flagged() -> None:
    event = parse(timezone=...)
    assert (event.tz_source, event.timezone) == ("assumed", None)
    assert quality.TZ_ASSUMED in event.quality


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("latitude", "north"),
        ("latitude", 91),
        ("longitude", "181"),
        ("price", "a lot"),
        ("price", -5),
        ("currency", "QQQ"),
        ("timezone", "Mars/Base"),
        ("capacity", "many"),
        ("capacity", 2.5),
        ("capacity", "nan"),
        ("url", "javascript:alert(1)"),
        ("image_url", "ftp://example.org/a.jpg"),
        ("tags", [["a"]]),
        ("contact_email", "nobody"),
        ("contact_phone", "call me"),
        ("start_time", "next friday"),
        ("end_time", "late"),
        ("title", ["a"]),
    ],
)
def test_every_error_names_its_field_and_never_what_was_written(field: str, value: object) -> None:
    error = refusal(**{field: value})
    assert field in error.field.split(",")
    assert field in str(error)
    for written in ("a lot", "Mars", "alert", "nobody", "call me", "next friday", "north"):
        assert written not in str(error)


def test_all_wrong_and_missing_fields_are_named_at_once() -> None:
    error = refusal(
        title="", start_time=..., venue_name=..., address="", city="", capacity="many", currency="QQQ"
    )
    assert set(error.field.split(",")) == {
        "title",
        "start_time",
        "venue_name",
        "city",
        "currency",
        "capacity",
    }


def test_a_venue_called_online_is_an_online_event() -> None:
    event = parse(venue_name="Online", address=..., city=..., country=...)
    assert event.attendance == "online"
    require(event)


def test_the_same_form_sent_twice_has_the_same_id() -> None:
    assert (
        parse().external_id
        == parse(price=12.50).external_id
        == parse(title=" Songs &amp; Stories ").external_id
    )
    assert parse().external_id != parse(title="Songs").external_id


def test_a_record_of_eventbrite_is_told_so() -> None:
    with pytest.raises(ValidationError, match="record of eventbrite"):
        ADAPTERS["manual"].parse(encoded(eventbrite()))


def test_a_price_in_two_currencies_is_refused() -> None:
    assert refusal(price="10 EUR", currency="GBP").field == "price"
