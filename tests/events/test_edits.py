"""What a person may write over an event, and the event that comes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.events import edits, quality
from scenescout_tui.events.model import Event
from tests.store.samples import event


def edited(one: Event, **given: object) -> Event:
    """Read edits as they come from a person, and lay them over an event."""
    values = {field: edits.checked(field, value) for field, value in given.items()}
    edits.check_together(one, values)
    return edits.apply(one, values)


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("title", "  Late&nbsp;Show ", "Late Show"),
        ("summary", "One\n\n\n\nTwo", "One\n\nTwo"),
        ("summary", "", None),
        ("start_local", "2027-03-02 8:00 PM", "2027-03-02T20:00:00"),
        ("start_local", "2027-03-02", "2027-03-02"),
        ("timezone", "europe/lisbon", "Europe/Lisbon"),
        ("status", "Cancelled", "cancelled"),
        ("country", "Germany", "DE"),
        ("latitude", "52.5", 52.5),
        ("longitude", -180, -180.0),
        ("category", "music", "music"),
        ("tags", "jazz, late , jazz,", ("jazz", "late")),
        ("is_free", "yes", True),
        ("price_min", "1250", 1250),
        ("currency", "eur", "EUR"),
        ("url", "example.org/night", "https://example.org/night"),
        ("capacity", 80, 80),
        ("capacity", None, None),
    ],
)
def test_values_are_read_as_people_type_them(field: str, typed: object, kept: object) -> None:
    assert edits.checked(field, typed) == kept


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("nonsense", "1"),
        ("title", ""),
        ("title", "x" * 301),
        ("start_local", None),
        ("start_local", "tomorrow"),
        ("start_local", "2027-03-02T20:00+01:00"),
        ("timezone", "Mars/Olympus"),
        ("status", "pending"),
        ("country", "Atlantis"),
        ("latitude", "91"),
        ("latitude", "nan"),
        ("longitude", True),
        ("category", "noise"),
        ("tags", 7),
        ("is_free", "perhaps"),
        ("price_min", "12.50"),
        ("price_max", -1),
        ("currency", "XXX"),
        ("url", "javascript:alert(1)"),
        ("capacity", "many"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_the_field_and_the_way_out(field: str, typed: object) -> None:
    with pytest.raises(ValidationError) as refused:
        edits.checked(field, typed)
    assert refused.value.field == field
    assert refused.value.metadata["action"]


def test_a_start_is_read_anew_so_that_local_time_and_zone_give_the_utc_time() -> None:
    moved = edited(event(1), start_local="2027-07-02T20:00", timezone="Europe/Lisbon")
    assert moved.starts_at == datetime(2027, 7, 2, 19, tzinfo=UTC)
    assert (moved.start_local, moved.timezone, moved.tz_source) == (
        "2027-07-02T20:00:00",
        "Europe/Lisbon",
        "explicit",
    )


def test_another_zone_alone_keeps_the_wall_time() -> None:
    moved = edited(event(1), timezone="Europe/London")
    assert (moved.start_local, moved.starts_at) == (
        event(1).start_local,
        datetime(2027, 3, 2, 20, tzinfo=UTC),
    )


def test_a_date_alone_makes_it_last_all_day() -> None:
    moved = edited(event(1), start_local="2027-03-05")
    assert (moved.all_day, moved.start_local) == (True, "2027-03-05")
    assert moved.starts_at == datetime(2027, 3, 4, 23, tzinfo=UTC)


def test_a_wall_time_that_does_not_exist_is_moved_on_and_flagged() -> None:
    moved = edited(event(1), start_local="2027-03-28T02:30")
    assert (moved.start_local, moved.quality) == ("2027-03-28T03:30:00", (quality.DST_GAP,))


def test_an_end_goes_with_a_start_that_leaves_it_behind() -> None:
    with_end = edited(event(1), end_local="2027-03-02T22:00")
    assert with_end.ends_at == datetime(2027, 3, 2, 21, tzinfo=UTC)
    later = edited(with_end, start_local="2027-03-09T20:00")
    assert (later.ends_at, later.end_local) == (None, None)
    assert edited(with_end, end_local="").ends_at is None
    with pytest.raises(ValidationError, match="before the start"):
        edited(event(1), end_local="2027-03-02T19:00")


def test_a_time_without_any_zone_is_refused_but_a_zone_can_be_taken_away() -> None:
    unzoned = event(1, timezone=None, tz_source="offset_only")
    with pytest.raises(ValidationError, match="timezone"):
        edited(unzoned, start_local="2027-03-02T21:00")
    assert edited(event(1), timezone="").starts_at == event(1).starts_at


def test_codes_go_with_what_they_said() -> None:
    odd = event(1, quality=(quality.TZ_ASSUMED, quality.PRICE_UNKNOWN, quality.TITLE_TRUNCATED))
    assert edited(odd, title="Whole").quality == (quality.TZ_ASSUMED, quality.PRICE_UNKNOWN)
    assert edited(odd, timezone="Europe/Berlin").quality == (quality.PRICE_UNKNOWN, quality.TITLE_TRUNCATED)
    assert edited(odd, is_free="yes").quality == (quality.TZ_ASSUMED, quality.TITLE_TRUNCATED)


@pytest.mark.parametrize(
    ("given", "is_free", "low", "high"),
    [
        ({"is_free": "yes"}, True, 0, 0),
        ({"price_min": 500}, False, 500, 2000),
        ({"price_min": 3000}, False, 3000, 3000),
        ({"price_max": 900}, False, 900, 900),
        ({"is_free": "no"}, False, 1000, 2000),
        ({"price_min": "", "price_max": ""}, False, None, None),
    ],
)
def test_prices_and_free_agree(given: dict[str, Any], is_free: bool, low: int | None, high: int) -> None:
    paid = event(1, is_free=False, price_min=1000, price_max=2000, currency="EUR")
    after = edited(paid, **given)
    assert (after.is_free, after.price_min, after.price_max) == (is_free, low, high)


def test_a_price_makes_a_free_event_cost_something() -> None:
    free = event(1, is_free=True, price_min=0, price_max=0)
    assert edited(free, price_max=1500).is_free is False
    assert edited(free, is_free="no").price_max is None
    with pytest.raises(ValidationError, match="is_free"):
        edited(free, is_free="yes", price_min=100)
    with pytest.raises(ValidationError, match="price_min"):
        edited(free, price_min=200, price_max=100)


def test_a_place_is_edited_part_by_part_and_coordinates_together() -> None:
    moved = edited(event(1), venue_name="Neue Kantine", city="Potsdam")
    assert moved.venue is not None
    assert (moved.venue.name, moved.venue.city, moved.venue.address1) == (
        "Neue Kantine",
        "Potsdam",
        "Knaackstraße 97",
    )
    with pytest.raises(ValidationError, match="longitude"):
        edited(event(1), latitude="")
    nowhere = edited(event(1), latitude="", longitude="")
    assert nowhere.venue is not None
    assert nowhere.venue.latitude is None


def test_the_organiser_s_name_is_edited_and_emptied() -> None:
    assert edited(event(1), organizer_name="Kulturverein Süd").organizer.name == "Kulturverein Süd"  # type: ignore[union-attr]
    assert edited(event(1, organizer=None), organizer_name="Süd").organizer.name == "Süd"  # type: ignore[union-attr]
    assert edited(event(1), organizer_name="").organizer.name is None  # type: ignore[union-attr]
