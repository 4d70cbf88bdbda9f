"""What a schema.org event costs: Offer, AggregateOffer, lists of them, and prices as texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scenescout_tui.events import quality
from scenescout_tui.events.money import Price, from_text, known_currency, minor_units, settle
from scenescout_tui.events.text import line

_MOST = 100
_AMOUNTS = ("price", "lowPrice", "minPrice", "highPrice", "maxPrice")


def price_of(record: Mapping[str, Any]) -> Price:
    """Read the price of an event; a missing one does not mean free."""
    free = _flag(record.get("isAccessibleForFree"))
    offers = list(_offers(record))
    named = (known_currency(line(one.get("priceCurrency"))) for one in offers)
    currency = next((code for code in named if code is not None), None)
    amounts: list[int] = []
    codes: list[str] = []
    for given in (one.get(name) for one in offers for name in _AMOUNTS):
        if given in (None, "") or isinstance(given, bool | list | Mapping):
            continue
        read, own = _amount(given, currency)
        if read is None:
            codes.append(quality.PRICE_INVALID)
        else:
            amounts += read
            currency = currency or own
    low, high = (min(amounts), max(amounts)) if amounts else (None, None)
    if high == 0 and free is None:
        free = True
    price = settle(free, low, high, currency)
    return price._replace(codes=(*price.codes, *dict.fromkeys(codes)))


def ticket_link(record: Mapping[str, Any]) -> Any:
    """Return where tickets are sold, as the record has it."""
    return next((one["url"] for one in _offers(record) if one.get("url")), None)


def _offers(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    given = record.get("offers")
    for one in (given if isinstance(given, list) else [given])[:_MOST]:
        if not isinstance(one, Mapping):
            continue
        yield one
        for key in ("priceSpecification", "offers"):
            inner = one.get(key)
            for part in (inner if isinstance(inner, list) else [inner])[:_MOST]:
                if isinstance(part, Mapping):
                    yield part


def _amount(given: object, currency: str | None) -> tuple[list[int] | None, str | None]:
    """Return an amount in minor units, or both ends of "10 - 15", and the currency that a text names."""
    if isinstance(given, int | float):
        minor = minor_units(given, currency)
        return (None if minor is None else [minor]), None
    text = line(given)
    if text is None:
        return None, None
    minor = minor_units(text, currency)
    if minor is not None:
        return [minor], None
    read = from_text(text, currency)
    if read is None or read.low is None or read.high is None:
        return None, None
    return [read.low, read.high], read.currency


def _flag(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    text = (line(value) or "") if isinstance(value, str) else ""
    return {"true": True, "false": False}.get(text.rpartition("/")[2].lower())
