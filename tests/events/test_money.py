"""Prices in minor units, in three states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenescout_tui.events import quality
from scenescout_tui.events.countries import CURRENCIES, country_code, currency_of
from scenescout_tui.events.money import exponent, from_text, known_currency, minor_units, settle


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (19.99, "GBP", 1999),
        ("19.99", "GBP", 1999),
        (0.29, "USD", 29),
        (1.005, "USD", 101),
        (3500, "JPY", 3500),
        ("1.250", "KWD", 1250),
        (5, None, 500),
        (-1, "GBP", None),
        ("x", "GBP", None),
        ("NaN", "GBP", None),
        ("Infinity", "GBP", None),
        (1e300, "GBP", None),
        ("9" * 5000, "GBP", None),
        (float("nan"), "GBP", None),
    ],
)
def test_amounts_follow_the_decimals_of_their_currency(
    amount: str | int | float, currency: str | None, minor: int | None
) -> None:
    assert minor_units(amount, currency) == minor


@given(st.integers(min_value=0, max_value=10**9), st.sampled_from(sorted(CURRENCIES)))
def test_minor_units_come_back_from_their_own_text(minor: int, currency: str) -> None:
    digits = exponent(currency)
    text = f"{minor // 10**digits}.{minor % 10**digits:0{digits}d}" if digits else str(minor)
    assert minor_units(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("£1,234.50 - £2", (False, 200, 123450, "GBP")),
        ("€ 1.234,50", (False, 123450, 123450, "EUR")),
        ("10 EUR", (False, 1000, 1000, "EUR")),
        ("19,99", (False, 1999, 1999, None)),
        ("1,234", (False, 123400, 123400, None)),
        ("CHF 1'234.50", (False, 123450, 123450, "CHF")),
        ("¥3500", (False, 3500, 3500, "JPY")),
        ("US$ 20", (False, 2000, 2000, "USD")),
        ("$20", (False, 2000, 2000, None)),
        ("20 zł", (False, 2000, 2000, "PLN")),
        ("Free", (True, 0, 0, None)),
        ("free entry!", (True, 0, 0, None)),
        ("0", (True, 0, 0, None)),
        ("£0 - £5", (False, 0, 500, "GBP")),
        ("Free - £5", (False, 0, 500, "GBP")),
    ],
)
def test_prices_for_people_are_read(text: str, expected: tuple[bool, int, int, str | None]) -> None:
    price = from_text(text)
    assert price is not None
    assert price[:4] == expected


@pytest.mark.parametrize("text", ["", "ask us", "-5", "$ -5", "1 / 2 / 3", "10 or 12 or 14", "NaN", "🎟"])
def test_what_says_no_price_is_none(text: str) -> None:
    assert from_text(text) is None


@given(st.text(max_size=40))
def test_reading_a_price_never_raises(text: str) -> None:
    from_text(text)


def test_free_known_and_unknown_stay_three_states() -> None:
    assert settle(True, None, None, "GBP")[:3] == (True, 0, 0)
    assert settle(False, 500, 900, "GBP")[:3] == (False, 500, 900)
    assert settle(False, None, None, "GBP").codes == (quality.PRICE_UNKNOWN,)
    assert settle(None, None, None, None)[:3] == (None, None, None)
    assert settle(None, 500, None, "GBP")[:3] == (False, 500, 500)


def test_free_with_a_price_keeps_the_price_and_is_flagged() -> None:
    price = settle(True, 500, 900, "GBP")
    assert price[:3] == (False, 500, 900)
    assert price.codes == (quality.PRICE_CONFLICT,)


def test_a_highest_price_below_the_lowest_is_no_range() -> None:
    assert settle(False, 900, 0, "GBP")[1:3] == (900, 900)


def test_countries_are_found_by_code_and_name() -> None:
    assert [
        country_code(name) for name in ("gb", "GBR", "UK", "United  Kingdom", "Deutschland", "Atlantis", "")
    ] == [
        "GB",
        "GB",
        "GB",
        "GB",
        "DE",
        None,
        None,
    ]
    assert (currency_of("JP"), currency_of("AQ"), currency_of(None)) == ("JPY", None, None)


def test_currencies_are_known_in_any_capitalisation() -> None:
    assert [known_currency(value) for value in ("GBP", " gbp ", "QQQ", None, 5)] == [
        "GBP",
        "GBP",
        None,
        None,
        None,
    ]
