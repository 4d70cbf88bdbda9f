"""Two events side by side: each field as people read it, and where they do not say the same."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from scenescout_tui.events.folding import fold
from scenescout_tui.events.money import exponent
from scenescout_tui.events.urls import page_identity
from scenescout_tui.store.review_rows import Difference
from scenescout_tui.store.rows import EventRow

#: Characters of a description that are compared and shown.
_BEGINNING = 300


def differences(first: EventRow, second: EventRow | None) -> tuple[Difference, ...]:
    """Return every field in which one of two events says something, in the order in which people judge them.

    Case, accents and punctuation, tracking parameters of links and the like make no difference. With one
    event alone, its fields.
    """
    rows = []
    for field, text, compared in _FIELDS:
        one, two = text(first), "" if second is None else text(second)
        if one or two:
            rows.append(Difference(field, one, two, bool(one and two) and compared(one) != compared(two)))
    return tuple(rows)


def _start(one: EventRow) -> str:
    return _time(one.start_local, one.timezone)


def _end(one: EventRow) -> str:
    return _time(one.end_local, one.timezone) if one.end_local else ""


def _time(local: str, zone: str | None) -> str:
    shown = local.replace("T", " ").removesuffix(":00")
    return f"{shown} {zone}" if zone else shown


def _address(one: EventRow) -> str:
    return ", ".join(part for part in (one.address1, one.address2, one.postal) if part)


def _city(one: EventRow) -> str:
    return ", ".join(part for part in (one.city, one.region, one.country) if part)


def _coordinates(one: EventRow) -> str:
    if one.latitude is None or one.longitude is None:
        return ""
    return f"{one.latitude:.5f}, {one.longitude:.5f}"


def _price(one: EventRow) -> str:
    if one.price_max is None and one.price_min is None:
        return {True: "free", False: "not free", None: ""}[one.is_free]
    ends = [one.price_min if one.price_min is not None else one.price_max, one.price_max]
    digits = exponent(one.currency)
    shown = dict.fromkeys(str(Decimal(end).scaleb(-digits)) for end in ends if end is not None)
    return " ".join(filter(None, ("–".join(shown), one.currency)))


def _described(one: EventRow) -> str:
    text = " ".join((one.description_text or one.summary or "").split())
    return text if len(text) <= _BEGINNING else f"{text[: _BEGINNING - 1]}…"


def _as_is(text: str) -> str:
    return text


def _first_part(text: str) -> str:
    return fold(text.partition(",")[0])


def _never(_: str) -> str:
    """Two events of two sources have two sources; that says nothing about them."""
    return ""


_FIELDS: tuple[tuple[str, Callable[[EventRow], str], Callable[[str], str]], ...] = (
    ("title", lambda one: one.title, fold),
    ("start", _start, _as_is),
    ("end", _end, _as_is),
    ("venue", lambda one: one.venue_name or "", fold),
    ("address", _address, fold),
    ("city", _city, _first_part),
    ("coordinates", _coordinates, _as_is),
    ("organiser", lambda one: one.organizer_name or "", fold),
    ("category", lambda one: one.category or "", _as_is),
    ("price", _price, _as_is),
    ("capacity", lambda one: "" if one.capacity is None else str(one.capacity), _as_is),
    ("status", lambda one: one.status, _as_is),
    ("url", lambda one: one.url or "", page_identity),
    ("tags", lambda one: ", ".join(one.tags), fold),
    ("description", _described, fold),
    ("sources", lambda one: ", ".join(one.sources), _never),
)
