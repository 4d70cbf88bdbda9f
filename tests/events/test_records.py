"""Hashes, digests, requirements and what is derived."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.events import quality
from scenescout_tui.events.identity import content_hash
from scenescout_tui.events.model import Venue
from scenescout_tui.events.record import PreparedRecord, digest
from scenescout_tui.events.requirements import require
from scenescout_tui.events.taxonomy import CATEGORIES, category
from tests.events.samples import HALL, event, online


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"start": "2026-11-23T20:30:00"},
        {"ends_at": datetime(2026, 11, 23, 23, tzinfo=UTC)},
        {"all_day": True},
        {"status": "cancelled"},
        {"attendance": "hybrid"},
        {"venue": msgspec.structs.replace(HALL, name="Other Hall")},
        {"venue": msgspec.structs.replace(HALL, latitude=53.5)},
        {"price_min": 5, "price_max": 5},
        {"url": "https://example.org/other"},
        {"description_text": "Other"},
        {"tags": ("folk",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_an_event_says_is_in_its_hash(change: dict[str, Any]) -> None:
    assert content_hash(event(**change)) != content_hash(event())


@pytest.mark.parametrize(
    "change",
    [
        {"popularity": {"attending": 5}},
        {"source_updated_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"quality": ("PRICE_UNKNOWN",)},
        {"category": "music"},
        {"external_id": "2"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_it_does_not_say_is_not(change: dict[str, Any]) -> None:
    assert content_hash(event(**change)) == content_hash(event())


def test_white_space_of_descriptions_and_queries_of_pictures_do_not_count() -> None:
    one = event(description_text="a b", image_url="https://img.example.org/a.jpg?s=1")
    two = event(description_text="a\n\nb", image_url="https://img.example.org/a.jpg?s=2")
    assert content_hash(one) == content_hash(two)
    assert len(content_hash(one)) == 64


def test_a_digest_depends_on_bytes_and_salt() -> None:
    digests = {
        digest(b"a", b"1"),
        digest(b"b", b"1"),
        digest(b"a", b"2"),
        digest(b"", b"1\x00a"),
        digest(b"a", b"x" * 500),
    }
    assert len(digests) == 5
    assert {len(one) for one in digests} == {16}


def test_records_and_events_survive_the_way_to_another_process() -> None:
    import pickle

    record = PreparedRecord(number=1, digest=b"d" * 16, raw=b"{}", source="eventbrite", event=event())
    assert pickle.loads(pickle.dumps(record)) == record
    assert msgspec.json.decode(msgspec.json.encode(event()), type=type(event())) == event()


@pytest.mark.parametrize(
    ("venue", "checked", "missing"),
    [
        (None, True, "venue,city"),
        (None, False, "venue"),
        (Venue(name="Hall"), True, "city"),
        (Venue(name="Hall"), False, ""),
        (Venue(city="Manchester"), True, "venue"),
        (Venue(address1="1 Street", latitude=1.0, longitude=1.0), True, ""),
        (Venue(display="1 Street, Manchester", city="Manchester"), True, ""),
        (Venue(external_id="5"), True, "venue,city"),
    ],
)
def test_an_event_needs_a_place_that_can_be_found(venue: Venue | None, checked: bool, missing: str) -> None:
    if not missing:
        require(event(venue=venue), checked)
        return
    with pytest.raises(ValidationError) as refused:
        require(event(venue=venue), checked)
    assert refused.value.field == missing
    assert refused.value.code == "VALIDATION_ERROR"


def test_forms_are_told_the_names_of_their_own_fields() -> None:
    with pytest.raises(ValidationError, match="venue_name") as refused:
        require(event(source="manual", venue=None))
    assert refused.value.field == "venue_name,city"


def test_online_events_need_no_place() -> None:
    require(online())


def test_categories_of_all_sources_become_ours() -> None:
    for raw in (("Music",), ("music",), ("Other", "Concert or Performance")):
        assert category(raw) == "music"
    assert category(("food-and-drink",)) == category(("Food & Drink",)) == "food"
    assert category(("other",)) == "other"
    assert category(("unheard of",)) is None
    assert len(set(CATEGORIES)) == len(CATEGORIES)


def test_every_quality_code_has_a_meaning() -> None:
    codes = {value for name, value in vars(quality).items() if name.isupper() and isinstance(value, str)}
    assert codes == set(quality.MEANINGS)
