"""Countries and cities of coordinates and names, from the tables that other packages carry."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenescout_tui.events import quality
from scenescout_tui.events.gazetteer import (
    city_at,
    country_at,
    country_of_city,
    country_of_zone,
    exchanged,
    zone_of,
)
from scenescout_tui.events.places import coordinates, venue


@pytest.mark.parametrize(
    ("latitude", "longitude", "country", "city"),
    [
        (51.5074, -0.1278, "GB", "London"),
        # A district's own entry, a few hundred metres away, does not hide its city.
        (51.5390, -0.1426, "GB", "London"),
        (53.4842, -2.2314, "GB", "Manchester"),
        (40.7580, -73.9855, "US", "New York City"),
        (-33.8568, 151.2153, "AU", "Sydney"),
        (34.6937, 135.5023, "JP", "Osaka"),
        # A town of its own beside a large one.
        (52.3906, 13.0645, "DE", "Potsdam"),
        # The Rhine between two countries: the nearest city is the other country's.
        (47.5880, 7.6080, "DE", "Weil am Rhein"),
        # A moor, and the sea.
        (56.9, -5.0, "GB", None),
        (40.0, -30.0, None, None),
    ],
)
def test_coordinates_lie_in_a_country_and_in_the_city_people_would_say(
    latitude: float, longitude: float, country: str | None, city: str | None
) -> None:
    assert country_at(latitude, longitude) == country
    assert city_at(latitude, longitude, country) == city


def test_cities_of_another_country_do_not_count() -> None:
    # The middle of Copenhagen, as if it were said to be in Sweden.
    assert city_at(55.6761, 12.5683) == "Copenhagen"
    assert city_at(55.6761, 12.5683, "SE") is None


def test_a_city_on_the_other_side_of_the_date_line_is_found() -> None:
    # Suva, Fiji: 178.44 degrees east.
    assert city_at(-18.14, 178.44, "FJ") == "Suva"
    assert city_at(-18.14, 178.44 - 360, "FJ") == "Suva"


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_city_is_never_further_away_than_it_reaches(latitude: float, longitude: float) -> None:
    name = city_at(latitude, longitude)
    assert name is None or isinstance(name, str)
    if name is not None:
        # The largest city has some 25 million inhabitants: 53 km, under half a degree of latitude.
        assert city_at(max(-90.0, latitude - 1.0), longitude) != name or math.isclose(
            abs(latitude), 90, abs_tol=1
        )


@pytest.mark.parametrize(
    ("name", "zone", "country"),
    [
        ("Osaka", None, "JP"),
        ("osaka", None, "JP"),
        ("Leeds", None, "GB"),
        # Two and more of that name; the clock tells.
        ("London", None, None),
        ("London", "Europe/London", "GB"),
        ("London", "America/Toronto", "CA"),
        ("Paris", "America/Chicago", "US"),
        # Not there by that clock, or nowhere.
        ("Osaka", "Europe/London", None),
        ("Nowhere at all", None, None),
        # Small, so that villages may share its name.
        ("Hexham", None, None),
    ],
)
def test_the_country_of_a_city_is_told_where_its_name_leaves_no_doubt(
    name: str, zone: str | None, country: str | None
) -> None:
    assert country_of_city(name, zone) == country


def test_zones_name_their_country() -> None:
    assert country_of_zone("Europe/Lisbon") == "PT"
    assert country_of_zone("America/Argentina/Salta") == "AR"
    assert country_of_zone("UTC") is None


def test_a_zone_follows_from_country_and_city() -> None:
    assert zone_of("GB", None) == "Europe/London"
    assert zone_of("DE", "Munich") == "Europe/Berlin"
    assert zone_of("US", "Portland") is None
    assert zone_of("US", None) is None
    assert zone_of("XX", "London") is None


@pytest.mark.parametrize(
    ("country", "latitude", "longitude"),
    [
        ("DE", 52.52, 13.405),
        ("GB", 53.4842, -2.2314),
        ("AU", -12.4634, 130.8456),
        # Where latitudes and longitudes are alike.
        ("TR", 39.9334, 32.8597),
        ("KE", -1.2921, 36.8219),
        ("IN", 19.0760, 72.8777),
        ("BR", -8.0476, -34.8770),
    ],
)
def test_exchanged_coordinates_are_told_by_the_country(
    country: str, latitude: float, longitude: float
) -> None:
    assert coordinates(latitude, longitude, country) == (latitude, longitude, ())
    assert coordinates(longitude, latitude, country) == (latitude, longitude, (quality.COORDINATES_SWAPPED,))


def test_without_a_country_nobody_can_tell() -> None:
    assert coordinates(13.405, 52.52) == (13.405, 52.52, ())
    found, codes = venue("Hall", city="Berlin", country="Germany", latitude="13.405", longitude="52.52")
    assert found is not None
    assert (found.latitude, found.longitude) == (52.52, 13.405)
    assert codes == (quality.COORDINATES_SWAPPED,)


def test_coordinates_outside_of_the_country_either_way_stay() -> None:
    # Paris, said to be in Germany: wrong, but not exchanged.
    assert not exchanged(48.8566, 2.3522, "DE")
    assert coordinates(48.8566, 2.3522, "DE") == (48.8566, 2.3522, ())
    assert not exchanged(48.8566, 2.3522, "XX")
