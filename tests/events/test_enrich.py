"""What is derived from an event, step by step."""

from __future__ import annotations

import logging
import pickle

import msgspec
import pytest

from scenescout_tui.events import enrich as enriching
from scenescout_tui.events import quality
from scenescout_tui.events.enrich import StepTime, StepTimes, enrich
from scenescout_tui.events.model import Event, Venue
from scenescout_tui.presets import ENRICH_STEPS
from tests.events.samples import HALL, event, online

REPLACE = msgspec.structs.replace


def test_every_step_adds_what_is_missing_and_a_second_time_nothing() -> None:
    bare = event(
        venue=Venue(name="Hall", latitude=HALL.latitude, longitude=HALL.longitude),
        category_raw=("Music",),
        price_min=500,
        price_max=500,
        quality=(quality.CURRENCY_UNKNOWN,),
        timezone=None,
        tz_source="offset_only",
    )
    richer = enrich(bare)
    assert richer.category == "music"
    assert richer.venue == REPLACE(HALL, name="Hall")
    assert (richer.timezone, richer.tz_source) == ("Europe/London", "geo")
    assert richer.currency == "GBP"
    assert richer.slug == "songs-stories-manchester-2026-11-23"
    assert set(richer.quality) == {
        quality.CITY_DERIVED,
        quality.COUNTRY_DERIVED,
        quality.CURRENCY_ASSUMED,
    }
    assert enrich(richer) == richer


def test_what_the_source_says_stays() -> None:
    full = event(category="film", category_raw=("Music",), currency="EUR", price_max=5)
    assert enrich(full) == REPLACE(full, slug="songs-stories-manchester-2026-11-23")


@pytest.mark.parametrize("step", ENRICH_STEPS)
def test_each_step_can_be_taken_alone_and_left_out(step: str) -> None:
    bare = event(
        venue=Venue(name="Hall", country="GB", latitude=HALL.latitude, longitude=HALL.longitude),
        category_raw=("Music",),
        price_max=500,
        timezone=None,
        tz_source="offset_only",
    )
    touched = {
        "category": ("category",),
        "place": ("venue", "quality"),
        "zone": ("timezone", "tz_source"),
        "currency": ("currency", "quality"),
        "slug": ("slug",),
    }

    def changed(after: Event) -> set[str]:
        return {name for name in bare.__struct_fields__ if getattr(after, name) != getattr(bare, name)}

    assert changed(enrich(bare, (step,))) == set(touched[step])
    others = tuple(name for name in ENRICH_STEPS if name != step)
    expected = {field for name in others for field in touched[name]}
    assert changed(enrich(bare, others)) == expected
    assert enrich(bare, ()) == bare


def test_the_country_of_a_known_city_is_added_but_never_coordinates() -> None:
    osaka = enrich(event(venue=Venue(name="Hall", city="Osaka"), timezone=None, tz_source="offset_only"))
    assert osaka.venue == Venue(name="Hall", city="Osaka", country="JP")
    assert osaka.quality[0] == quality.COUNTRY_DERIVED
    doubtful = enrich(event(venue=Venue(name="Hall", city="London"), timezone=None, tz_source="offset_only"))
    assert doubtful.venue == Venue(name="Hall", city="London")
    by_clock = enrich(event(venue=Venue(name="Hall", city="London"), timezone="Europe/London"))
    assert by_clock.venue == Venue(name="Hall", city="London", country="GB")


def test_an_online_event_and_one_at_sea_get_no_place() -> None:
    assert enrich(online()).venue is None
    boat = Venue(name="Boat", latitude=40.0, longitude=-30.0)
    assert enrich(event(venue=boat)).venue == boat


def test_a_price_counted_in_hundredths_is_not_given_a_currency_without_them() -> None:
    tokyo = event(venue=Venue(name="Hall", country="JP"), price_max=500)
    assert enrich(tokyo).currency is None


def test_a_step_that_fails_leaves_the_event_and_the_steps_after_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise FileNotFoundError("the tables are gone")

    monkeypatch.setattr(enriching, "city_at", broken)
    before = event(venue=REPLACE(HALL, city=None), category_raw=("Music",))
    times = StepTimes()
    with caplog.at_level(logging.DEBUG, "scenescout_tui.events.enrich"):
        after = enrich(before, times=times)
    assert after.quality == (quality.ENRICH_FAILED,)
    assert (after.venue, after.category, after.slug) == (
        before.venue,
        "music",
        "songs-stories-2026-11-23",
    )
    assert "the step place failed" in caplog.text
    assert (times.of("place").failed, times.of("slug").failed) == (1, 0)
    assert enrich(after).quality == (quality.ENRICH_FAILED,)


def test_the_steps_are_timed_and_the_times_can_be_summed_and_sent() -> None:
    times, others = StepTimes(), StepTimes()
    enrich(event(), times=times)
    enrich(event(), ("slug",), others)
    times.add(pickle.loads(pickle.dumps(others)))
    assert {name: spent.calls for name, spent in times.steps.items()} == {
        "category": 1,
        "place": 1,
        "zone": 1,
        "currency": 1,
        "slug": 2,
    }
    assert all(spent.seconds > 0 for spent in times.steps.values())
    assert str(StepTimes()) == "no time"
    told = StepTimes({"slug": StepTime(calls=2_000, failed=1, seconds=0.003)})
    assert str(told) == "slug 1.5 µs × 2,000 (1 failed)"
