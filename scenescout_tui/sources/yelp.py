"""Yelp's events (Places API, /v3/events)."""

from __future__ import annotations

from typing import Any

import msgspec

from scenescout_tui.events import quality
from scenescout_tui.events.countries import currency_of
from scenescout_tui.events.model import Event, Venue
from scenescout_tui.events.money import Price, minor_units, settle
from scenescout_tui.events.places import scalar
from scenescout_tui.events.places import venue as make_venue
from scenescout_tui.events.text import cut_description, cut_title, line, paragraphs
from scenescout_tui.events.times import resolve, span, time_fields
from scenescout_tui.events.urls import link
from scenescout_tui.sources.decoding import decode
from scenescout_tui.sources.essentials import Essentials

NAME = "yelp"
#: Seconds. "not … store any portion of the Yelp Content for longer than twenty-four (24) hours" (its API
#: terms).
RETENTION = 24 * 3600.0


class _Location(msgspec.Struct, gc=False):
    address1: Any = None
    address2: Any = None
    address3: Any = None
    city: Any = None
    zip_code: Any = None
    country: Any = None
    state: Any = None
    display_address: Any = None
    cross_streets: Any = None


class _Record(msgspec.Struct, gc=False):
    id: Any = None
    name: Any = None
    category: Any = None
    description: Any = None
    time_start: Any = None
    time_end: Any = None
    cost: Any = None
    cost_max: Any = None
    is_free: Any = None
    is_canceled: Any = None
    tickets_url: Any = None
    event_site_url: Any = None
    image_url: Any = None
    business_id: Any = None
    latitude: Any = None
    longitude: Any = None
    attending_count: Any = None
    interested_count: Any = None
    location: _Location | str | int | float | bool | list[Any] | None = None


_decoder = msgspec.json.Decoder(_Record)
_NO_LOCATION = _Location()


class YelpAdapter:
    """Reads Yelp's events. They have an offset but no zone, and a cost without a currency."""

    name = NAME
    title = "Yelp"
    retention: float | None = RETENTION
    attribution = "Event data from Yelp"

    def parse(self, data: bytes, validate_location: bool = True) -> Event:
        """Read one event; see `Adapter.parse`."""
        record = decode(_decoder, data)
        title, start, external_id = line(record.name), resolve(record.time_start), line(record.id)
        venue, codes = _venue(record)
        if title is None or start is None or external_id is None:
            found = Essentials(title, start, external_id, record.time_start is not None)
            raise found.complaint(NAME, data, venue, "in_person", validate_location)
        title, title_codes = cut_title(title)
        length = span(start, resolve(record.time_end), end_given=bool(record.time_end))
        price = _price(record, venue)
        text, text_codes = _description(record)
        category = line(record.category)
        return Event(
            source=NAME,
            external_id=external_id,
            title=title,
            **time_fields(start, length, record.time_start, record.time_end),
            summary=line(text),
            description_text=text,
            status="cancelled" if record.is_canceled is True else "scheduled",
            attendance="in_person",
            venue=venue,
            category_raw=(category,) if category is not None else (),
            **price.fields(),
            url=link(record.event_site_url),
            tickets_url=link(record.tickets_url),
            image_url=link(record.image_url),
            popularity=_popularity(record),
            quality=(
                *title_codes,
                *codes,
                *start.codes,
                *length.codes,
                *price.codes,
                *text_codes,
                *_link_codes(record),
            ),
        )


def _venue(record: _Record) -> tuple[Venue | None, tuple[str, ...]]:
    place = record.location if isinstance(record.location, _Location) else _NO_LOCATION
    parts = [line(scalar(part)) for part in (place.address1, place.address2, place.address3)]
    lines = [part for part in parts if part is not None]
    shown = place.display_address
    display = ", ".join(filter(None, map(line, shown[:10]))) if isinstance(shown, list) else line(shown)
    return make_venue(
        None,
        lines[0] if lines else scalar(place.cross_streets),
        ", ".join(lines[1:]),
        scalar(place.city),
        scalar(place.state),
        scalar(place.zip_code),
        scalar(place.country),
        scalar(record.latitude),
        scalar(record.longitude),
        scalar(record.business_id),
        display,
    )


def _price(record: _Record, venue: Venue | None) -> Price:
    """Costs come without a currency, so the country's own is taken and flagged."""
    currency = currency_of(venue.country) if venue is not None else None
    low, high = (_minor(cost, currency) for cost in (record.cost, record.cost_max))
    codes: list[str] = []
    if (record.cost is not None and low is None) or (record.cost_max is not None and high is None):
        codes.append(quality.PRICE_INVALID)
    free = record.is_free if isinstance(record.is_free, bool) else None
    # A cost of 0.0 beside "not free" says as little as null.
    if free is not True and not low and not high:
        low = high = None
    price = settle(free, low, high, currency)
    if currency is not None and price.high:
        codes.append(quality.CURRENCY_ASSUMED)
    return price._replace(currency=currency if price.low is not None else None, codes=(*price.codes, *codes))


def _minor(cost: object, currency: str | None) -> int | None:
    if isinstance(cost, bool) or not isinstance(cost, str | int | float):
        return None
    return minor_units(cost, currency)


def _description(record: _Record) -> tuple[str | None, tuple[str, ...]]:
    text, _, codes = cut_description(paragraphs(record.description))
    if text is not None and text.endswith(("...", "…")):
        codes = (quality.DESC_TRUNCATED,)
    return text, codes


def _popularity(record: _Record) -> dict[str, int] | None:
    counts = {"attending": record.attending_count, "interested": record.interested_count}
    known = {
        name: n
        for name, n in counts.items()
        if isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 2**31
    }
    return known or None


def _link_codes(record: _Record) -> tuple[str, ...]:
    given = (record.event_site_url, record.tickets_url, record.image_url)
    return (quality.URL_INVALID,) if any(one and link(one) is None for one in given) else ()
