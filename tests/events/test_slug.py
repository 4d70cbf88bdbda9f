"""Slugs for the addresses of pages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenescout_tui.events.slug import MAX_TITLE, slug

DAY = "2026-11-23T20:00:00"


@pytest.mark.parametrize(
    ("title", "city", "expected"),
    [
        ("Jazz Night", "Leeds", "jazz-night-leeds-2026-11-23"),
        ("Jazz Night", None, "jazz-night-2026-11-23"),
        ("  Songs & Stories!  ", "Manchester", "songs-stories-manchester-2026-11-23"),
        ("Rock'n'Roll – Vol. 3", "São Paulo", "rocknroll-vol-3-sao-paulo-2026-11-23"),
        ("Größe zählt: Smørrebrød", "Köln", "grosse-zahlt-smorrebrod-koln-2026-11-23"),
        ("Ｊａｚｚ", None, "jazz-2026-11-23"),
        ("Party 🎉", None, "party-2026-11-23"),
    ],
)
def test_title_city_and_date_in_ascii(title: str, city: str | None, expected: str) -> None:
    assert slug(title, city, DAY) == expected


def test_a_whole_day_has_its_date() -> None:
    assert slug("Fair", "Leeds", "2026-11-23") == "fair-leeds-2026-11-23"


def test_titles_in_other_scripts_are_told_apart() -> None:
    one, two = slug("夜のジャズ", "Osaka", DAY), slug("夜の映画", "Osaka", DAY)
    assert re.fullmatch(r"event-[0-9a-f]{8}-osaka-2026-11-23", one)
    assert one != two == slug("夜の映画", "Osaka", DAY)
    assert re.fullmatch(r"jazz-[0-9a-f]{8}-osaka-2026-11-23", slug("夜の Jazz", "Osaka", DAY))


def test_signs_alone_are_an_event() -> None:
    assert re.fullmatch(r"event-[0-9a-f]{8}-2026-11-23", slug("!!!", None, DAY))


def test_a_long_title_is_cut_at_a_word() -> None:
    assert slug("word " * 30, None, DAY) == f"{'-'.join(['word'] * 12)}-2026-11-23"
    assert slug("x" * 100, None, DAY) == f"{'x' * MAX_TITLE}-2026-11-23"


@given(st.text(max_size=200), st.none() | st.text(max_size=50))
def test_any_text_gives_a_slug(title: str, city: str | None) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(title, city, DAY))
