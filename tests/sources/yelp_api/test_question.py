"""What Yelp can be asked for, and how a wrong ask is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.sources.ask import Ask
from scenescout_tui.sources.yelp_api import check_ask
from scenescout_tui.sources.yelp_api.question import CATEGORIES, read_ask

LISBON = "latitude=38.7223 longitude=-9.1393"


@pytest.mark.parametrize(
    "text",
    [
        "location=Lisboa",
        "location=New York free=true max-pages=2",
        LISBON,
        f"{LISBON} radius=40000 category=music,film start=2026-12-01 end=2026-12-24",
        "location=Lisboa start=2026-12-01T18:00+00:00 end=2026-12-01T23:00",
        "location=Lisboa free=false",
        "event=a-b-c,d-e-f",
        "event=são-paulo-festa max-pages=1",
    ],
)
def test_what_yelp_can_be_asked_is_accepted(text: str) -> None:
    check_ask(Ask.from_text(text))


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("", "location"),
        ("free=true", "location"),
        (f"location={'x' * 251}", "location"),
        ("latitude=38.7", "longitude"),
        ("longitude=38.7", "latitude"),
        ("latitude=91 longitude=0", "latitude"),
        ("latitude=1 longitude=181", "longitude"),
        ("latitude=nan longitude=0", "latitude"),
        ("latitude=38,7 longitude=0", "latitude"),
        (f"location=Lisboa {LISBON}", "latitude"),
        (f"{LISBON} radius=40001", "radius"),
        (f"{LISBON} radius=0", "radius"),
        (f"{LISBON} radius=5km", "radius"),
        ("location=Lisboa start=tomorrow", "start"),
        ("location=Lisboa end=24.12.2026", "end"),
        ("location=Lisboa start=2026-12-24 end=2026-11-24", "end"),
        ("location=Lisboa category=music,concerts", "category"),
        ("location=Lisboa category=,", "category"),
        ("location=Lisboa free=maybe", "free"),
        ("location=Lisboa max-pages=0", "max-pages"),
        ("location=Lisboa max-pages=-1", "max-pages"),
        ("location=Lisboa organizer=5", "organizer"),
        ("event=a location=Lisboa", "location"),
        ("event=,", "event"),
        ("event=..", "event"),
    ],
)
def test_a_wrong_ask_names_its_option(text: str, option: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        check_ask(Ask.from_text(text))
    assert wrong.value.field == option
    assert f"--{option}" in wrong.value.metadata["action"]


def test_an_unknown_category_is_answered_with_the_list() -> None:
    with pytest.raises(ValidationError) as wrong:
        check_ask(Ask.from_text("location=Lisboa category=concerts"))
    assert len(CATEGORIES) == 13
    assert all(name in wrong.value.message for name in CATEGORIES)


def test_a_date_covers_its_day_in_every_zone() -> None:
    question = read_ask(Ask.from_text("location=Lisboa start=2026-12-01 end=2026-12-01"))
    assert question.start is not None
    assert question.end is not None
    # The first of December begins at 10:00 UTC of the day before in Kiritimati, and ends at 12:00 UTC of the
    # day after on Baker Island.
    assert question.start <= datetime(2026, 11, 30, 10, tzinfo=UTC).timestamp()
    assert question.end >= datetime(2026, 12, 2, 12, tzinfo=UTC).timestamp()


def test_times_are_taken_as_they_are() -> None:
    question = read_ask(Ask.from_text("location=Lisboa start=2026-12-01T18:00+01:00 end=2026-12-01T23:00"))
    assert question.start == datetime(2026, 12, 1, 17, tzinfo=UTC).timestamp()
    assert question.end == datetime(2026, 12, 1, 23, tzinfo=UTC).timestamp()
