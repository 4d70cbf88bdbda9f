"""Two events side by side: what differs is what a person would see as different."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scenescout_tui.store import Difference, EventRow, Store
from scenescout_tui.store.differences import differences
from tests.store.samples import event, prepared, run


@pytest.fixture(scope="module")
def row() -> EventRow:
    with Store("sqlite://") as store:
        run(store, [prepared(event(1, price_min=1250, price_max=2000, currency="EUR", is_free=False))])
        return store.events()[0]


def compared(first: EventRow, second: EventRow | None) -> dict[str, Difference]:
    return {one.field: one for one in differences(first, second)}


def test_an_event_differs_in_nothing_from_itself(row: EventRow) -> None:
    assert not any(one.differs for one in differences(row, row))


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("title", {"title": "Kammerorchester Programm 2"}),
        ("start", {"start_local": "2027-03-02T20:30:00"}),
        ("venue", {"venue_name": "Neue Kantine"}),
        ("address", {"address1": "Knaackstraße 96"}),
        ("city", {"city": "Potsdam"}),
        ("coordinates", {"latitude": 52.6}),
        ("organiser", {"organizer_name": "Kulturverein Süd"}),
        ("price", {"price_max": 2500}),
        ("url", {"url": "https://tickets.example/other"}),
        ("description", {"description_text": "Ein anderer Abend."}),
    ],
)
def test_what_is_not_the_same_is_marked_and_nothing_else(
    row: EventRow, field: str, change: dict[str, Any]
) -> None:
    found = compared(row, replace(row, **change))
    assert [one.field for one in found.values() if one.differs] == [field]
    assert found[field].first != found[field].second


@pytest.mark.parametrize(
    "change",
    [
        {"title": "KAMMERORCHESTER – Programm 1"},
        {"venue_name": "alte kantine"},
        {"city": "Berlin", "region": "BE"},
        {"url": "https://tickets.example/eventbrite/1?utm_source=news"},
        {"sources": ("yelp",)},
        {"organizer_name": None},
    ],
)
def test_spelling_tracking_and_silence_make_no_difference(row: EventRow, change: dict[str, Any]) -> None:
    assert not any(one.differs for one in differences(row, replace(row, **change)))


def test_prices_are_written_in_the_major_unit_and_unknown_fields_are_left_out(row: EventRow) -> None:
    found = compared(row, None)
    assert found["price"] == ("price", "12.50–20.00 EUR", "", False)
    assert "capacity" not in found
    free = replace(row, price_min=None, price_max=None, is_free=True, currency=None)
    assert compared(free, None)["price"].first == "free"
    yen = replace(row, price_min=1200, price_max=1200, currency="JPY")
    assert compared(yen, None)["price"].first == "1200 JPY"


def test_only_the_beginning_of_a_description_is_compared(row: EventRow) -> None:
    long = replace(row, description_text="Wort " * 200)
    assert len(compared(long, long)["description"].first) == 300
    assert not compared(long, replace(long, description_text="Wort " * 200 + "Ende"))["description"].differs
