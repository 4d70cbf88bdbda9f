"""Coordinates, venues and links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenescout_tui.events import quality
from scenescout_tui.events.places import coordinates, is_online_name, venue
from scenescout_tui.events.urls import link, page_identity, typed_link


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        ("53.48422", "-2.2314114", (53.48422, -2.2314114, ())),
        (53.5, -2, (53.5, -2.0, ())),
        (None, None, (None, None, ())),
        ("", "", (None, None, ())),
        (0, 0.0, (None, None, (quality.COORDINATES_ZERO,))),
        ("0.0", "0.0", (None, None, (quality.COORDINATES_ZERO,))),
        (0, 12.5, (0.0, 12.5, ())),
        (53.5, None, (None, None, (quality.COORDINATES_INVALID,))),
        (95, 190, (None, None, (quality.COORDINATES_INVALID,))),
        ("north", "west", (None, None, (quality.COORDINATES_INVALID,))),
        ("nan", "1", (None, None, (quality.COORDINATES_INVALID,))),
        (True, 1, (None, None, (quality.COORDINATES_INVALID,))),
        (-122.4, 37.78, (37.78, -122.4, (quality.COORDINATES_SWAPPED,))),
    ],
)
def test_coordinates_are_checked(latitude: object, longitude: object, expected: object) -> None:
    assert coordinates(latitude, longitude) == expected  # type: ignore[arg-type]


@given(st.floats() | st.text(max_size=8) | st.none(), st.floats() | st.text(max_size=8) | st.none())
def test_coordinates_are_in_range_or_not_there(
    latitude: float | str | None, longitude: float | str | None
) -> None:
    north, east, _ = coordinates(latitude, longitude)
    assert (north is None) == (east is None)
    assert north is None or east is None or (abs(north) <= 90 and abs(east) <= 180)


def test_empty_parts_of_a_venue_are_nothing_and_an_empty_venue_is_none() -> None:
    made, codes = venue(name=" ", address1="", city="Manchester", country="United Kingdom")
    assert made is not None
    assert (made.name, made.address1, made.city, made.country) == (None, None, "Manchester", "GB")
    assert codes == ()
    assert venue("", None, " ") == (None, ())


def test_an_unknown_country_is_dropped_and_flagged() -> None:
    made, codes = venue(name="Hall", country="Atlantis")
    assert made is not None
    assert (made.country, codes) == (None, (quality.COUNTRY_UNKNOWN,))


def test_names_that_only_say_online_are_known() -> None:
    assert all(map(is_online_name, ("Online", "ONLINE EVENT", "Zoom", "(virtual)", "Livestream")))
    assert not any(map(is_online_name, ("Online Café", "The Zoom Room", None, "")))


@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)",
        "ftp://a.b/c",
        "https://",
        "https:///x",
        "//a.b",
        "a b",
        "",
        None,
        5,
        "https://a.b/" + "x" * 3000,
        "https://a.b/\x1b]8;;x",
    ],
)
def test_only_web_addresses_are_links(bad: object) -> None:
    found = link(bad)
    assert found is None or "\x1b" not in found


def test_links_stay_as_given_and_typed_ones_get_their_scheme() -> None:
    assert link("https://example.org/a?utm_source=x#y") == "https://example.org/a?utm_source=x#y"
    assert typed_link("example.org/night") == "https://example.org/night"
    assert typed_link("just words") is None


@pytest.mark.parametrize(
    ("url", "identity"),
    [
        ("https://Example.org/A/?utm_source=x&id=5&fbclid=1#top", "https://example.org/A?id=5"),
        ("https://www.yelp.com/e?adjust_creative=k&utm_medium=m", "https://www.yelp.com/e"),
        ("https://www.eventbrite.co.uk/e/5?aff=ebapi", "https://www.eventbrite.co.uk/e/5"),
        ("HTTPS://example.org", "https://example.org"),
        ("https://example.org/?q=a=b&&", "https://example.org?q=a=b"),
    ],
)
def test_tracking_is_no_part_of_a_page_identity(url: str, identity: str) -> None:
    assert page_identity(url) == identity
    assert page_identity(identity) == identity
