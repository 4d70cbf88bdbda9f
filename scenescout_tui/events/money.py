"""Prices: integers in minor units, and what a text for people says about them (ISO 4217)."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple, TypedDict

from scenescout_tui.events import quality
from scenescout_tui.events.countries import CURRENCIES

# ISO 4217: currencies whose minor unit is not a hundredth.
_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
# Above this a price is a mistake, and far below what a database integer holds.
_MAX_MINOR = 10**13

_SYMBOLS = {"£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "₩": "KRW", "₺": "TRY", "₫": "VND", "₪": "ILS"}
_SYMBOLS |= {"zł": "PLN", "Kč": "CZK", "₴": "UAH"}
# A plain dollar names no currency.
_DOLLARS = {"A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "R$": "BRL"}
_DOLLARS |= {"US$": "USD"}
_SIGN = re.compile(
    "(" + "|".join(map(re.escape, [*sorted(_DOLLARS, key=len, reverse=True), *_SYMBOLS])) + ")"
)
_CODE = re.compile(r"\b[A-Z]{3}\b")
_AMOUNT = re.compile(r"\d[\d.,'’\u00a0\u202f ]*")
_FREE = re.compile(
    r"\W*(?:free(?: (?:entry|admission|of charge|event))?|no charge|complimentary|gratis|kostenlos|"
    r"gratuito?)\W*",
    re.IGNORECASE,
)


class Price(NamedTuple):
    """What an event costs: `is_free` None = not said; `low` and `high` in minor units of `currency`."""

    is_free: bool | None
    low: int | None = None
    high: int | None = None
    currency: str | None = None
    codes: tuple[str, ...] = ()

    def fields(self) -> PriceFields:
        """Return it as the fields of an `Event`."""
        return PriceFields(
            is_free=self.is_free, price_min=self.low, price_max=self.high, currency=self.currency
        )


class PriceFields(TypedDict):
    """The fields of an `Event` that say what it costs."""

    is_free: bool | None
    price_min: int | None
    price_max: int | None
    currency: str | None


def exponent(currency: str | None) -> int:
    """Return how many decimals a currency has: 0 (JPY), 3 (KWD), else 2."""
    return _EXPONENTS.get(currency, 2) if currency is not None else 2


def known_currency(value: object) -> str | None:
    """Return a currency code in capitals if it is in use, else None."""
    if isinstance(value, str) and value in CURRENCIES:
        return value
    if not isinstance(value, str):
        return None
    code = value.strip().upper()
    return code if code in CURRENCIES else None


@lru_cache(maxsize=4096, typed=True)
def minor_units(amount: str | int | float, currency: str | None) -> int | None:
    """Return an amount in the minor unit (19.99 GBP → 1999); None if negative, huge or no number."""
    try:
        value = Decimal(str(amount))
        if not value.is_finite() or value < 0 or value > _MAX_MINOR:
            return None
        minor = int((value * 10 ** exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    except (InvalidOperation, ValueError):
        return None
    return minor if minor <= _MAX_MINOR else None


def settle(is_free: bool | None, low: int | None, high: int | None, currency: str | None) -> Price:
    """Bring a free mark and prices together, in three states: free, known, unknown.

    A missing price never means free. "Free" with a price keeps the price and is flagged, since an event that
    costs nothing after all harms nobody.
    """
    codes: list[str] = []
    if high is not None and (low is None or high < low):
        low, high = (high, high) if low is None else (low, low)
    if low is not None and high is None:
        high = low
    if is_free and high:
        codes.append(quality.PRICE_CONFLICT)
        is_free = False
    if is_free:
        return Price(True, 0, 0, currency, tuple(codes))
    if low is None and is_free is False:
        codes.append(quality.PRICE_UNKNOWN)
    if high and currency is None:
        codes.append(quality.CURRENCY_UNKNOWN)
    if is_free is None and high:
        is_free = False
    return Price(is_free, low, high, currency, tuple(codes))


def from_text(text: str, currency: str | None = None) -> Price | None:
    """Read "19.99", "free", "£10 – £12.50", "€ 1.234,50" or "10 EUR"; None if it says nothing we understand.

    `currency` is used where the text names none. A zero is free.
    """
    if _FREE.fullmatch(text):
        return Price(True, 0, 0, currency)
    sign = _SIGN.search(text)
    named = next((code for code in _CODE.findall(text) if code in CURRENCIES), None)
    if sign is not None:
        named = _DOLLARS.get(sign[1]) or _SYMBOLS.get(sign[1])
    currency = named or currency
    if "-" in text and re.match(r"\s*\W?\s*-\s*\W?\s*\d", text):
        return None
    amounts = [minor_units(_plain_number(found), currency) for found in _AMOUNT.findall(text)]
    if not 1 <= len(amounts) <= 2 or None in amounts:
        return None
    prices = sorted(amount for amount in amounts if amount is not None)
    if _FREE.match(text.split("-")[0].split("–")[0] + " "):
        prices = [0, *prices]
    free = prices[-1] == 0
    return Price(free, prices[0], prices[-1], currency)


def _plain_number(text: str) -> str:
    """Turn "1,234.50", "1.234,50", "1 234" or "19,99" into a plain decimal.

    The last separator is the decimal one unless exactly three digits follow it, as in "1,234".
    """
    digits = re.sub(r"['’\s]", "", text).rstrip(".,")
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits
    whole, fraction = re.sub(r"[.,]", "", digits[:last]), digits[last + 1 :]
    repeated = digits.count(digits[last]) > 1
    if len(fraction) == 3 and (repeated or whole not in ("", "0")):
        return whole + fraction
    return f"{whole or '0'}.{fraction}"
