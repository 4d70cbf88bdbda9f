"""Eventbrite's events: the API v3 shape, and the "destination" and flat shapes of its site and of exports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from scenescout_tui.events import quality
from scenescout_tui.events.model import Attendance, Event, Organizer, Status, Venue
from scenescout_tui.events.money import Price, from_text, known_currency, minor_units, settle
from scenescout_tui.events.places import Scalar, is_online_name, scalar
from scenescout_tui.events.places import venue as make_venue
from scenescout_tui.events.taxonomy import EVENTBRITE_IDS
from scenescout_tui.events.text import cut_description, cut_title, from_html, line, paragraphs
from scenescout_tui.events.times import When, as_written, parse, resolve, span, stated, time_fields
from scenescout_tui.events.urls import link
from scenescout_tui.sources.adapter import SkipRecord
from scenescout_tui.sources.decoding import decode
from scenescout_tui.sources.essentials import Essentials

NAME = "eventbrite"

_STATUS: Mapping[str, Status] = {
    "live": "scheduled",
    "started": "scheduled",
    "scheduled": "scheduled",
    "ended": "ended",
    "completed": "ended",
    "canceled": "cancelled",
    "cancelled": "cancelled",
    "postponed": "postponed",
    "rescheduled": "rescheduled",
}
_DRAFT_CODES = ("draft", "event_draft")
_CANCELLED_CODES = ("event_cancelled", "event_canceled")
_DESTINATION_CATEGORY = re.compile(r"Eventbrite(?:Category|SubCategory|Format)", re.IGNORECASE)


class _Text(msgspec.Struct, gc=False):
    text: Any = None
    html: Any = None


class _Moment(msgspec.Struct, gc=False):
    timezone: Any = None
    local: Any = None
    utc: Any = None


class _Address(msgspec.Struct, gc=False):
    address_1: Any = None
    address_2: Any = None
    city: Any = None
    region: Any = None
    postal_code: Any = None
    country: Any = None
    latitude: Any = None
    longitude: Any = None
    localized_address_display: Any = None


class _Venue(msgspec.Struct, gc=False):
    id: Any = None
    name: Any = None
    address: _Address | str | int | float | bool | list[Any] | None = None
    latitude: Any = None
    longitude: Any = None


class _Amount(msgspec.Struct, gc=False):
    currency: Any = None
    value: Any = None
    major_value: Any = None


class _Tickets(msgspec.Struct, gc=False):
    minimum_ticket_price: _Amount | str | int | float | bool | list[Any] | None = None
    maximum_ticket_price: _Amount | str | int | float | bool | list[Any] | None = None
    is_free: Any = None


class _Named(msgspec.Struct, gc=False):
    id: Any = None
    name: Any = None
    url: Any = None
    original: Any = None


class _SalesStatus(msgspec.Struct, gc=False):
    message_code: Any = None


class _Record(msgspec.Struct, gc=False):
    """All shapes in one, so that a record is decoded once; foreign JSON may hold anything anywhere."""

    id: Any = None
    name: _Text | str | int | float | bool | list[Any] | None = None
    title: Any = None
    description: _Text | str | int | float | bool | list[Any] | None = None
    full_description: Any = None
    expansions_missing: Any = None
    summary: Any = None
    url: Any = None
    start: _Moment | str | int | float | bool | list[Any] | None = None
    end: _Moment | str | int | float | bool | list[Any] | None = None
    start_date: Any = None
    start_time: Any = None
    end_date: Any = None
    end_time: Any = None
    timezone: Any = None
    changed: Any = None
    status: Any = None
    is_cancelled: Any = None
    event_sales_status: _SalesStatus | str | int | float | bool | list[Any] | None = None
    currency: Any = None
    price_range: Any = None
    online_event: Any = None
    is_online_event: Any = None
    hide_start_date: Any = None
    hide_end_date: Any = None
    is_series_parent: Any = None
    series_id: Any = None
    is_free: Any = None
    capacity: Any = None
    ticket_availability: _Tickets | str | int | float | bool | list[Any] | None = None
    venue_id: Any = None
    primary_venue_id: Any = None
    venue: _Venue | str | int | float | bool | list[Any] | None = None
    primary_venue: _Venue | str | int | float | bool | list[Any] | None = None
    venue_name: Any = None
    address: _Address | str | int | float | bool | list[Any] | None = None
    city: Any = None
    region: Any = None
    postal_code: Any = None
    country: Any = None
    latitude: Any = None
    longitude: Any = None
    organizer_id: Any = None
    organizer: _Named | str | int | float | bool | list[Any] | None = None
    primary_organizer: _Named | str | int | float | bool | list[Any] | None = None
    category_id: Any = None
    category: _Named | str | int | float | bool | list[Any] | None = None
    subcategory: _Named | str | int | float | bool | list[Any] | None = None
    format: _Named | str | int | float | bool | list[Any] | None = None
    tags: Any = None
    logo: _Named | str | int | float | bool | list[Any] | None = None
    image: _Named | str | int | float | bool | list[Any] | None = None
    image_url: Any = None


class _Words(NamedTuple):
    summary: str | None
    text: str | None
    html: str | None
    codes: tuple[str, ...]


_decoder = msgspec.json.Decoder(_Record)


class EventbriteAdapter:
    """Reads Eventbrite's events; which of the shapes a record has is told record by record."""

    name = NAME
    title = "Eventbrite"
    retention: float | None = None
    attribution = ""

    def parse(self, data: bytes, validate_location: bool = True) -> Event:
        """Read one event; see `Adapter.parse`."""
        record = decode(_decoder, data)
        _skip(record)
        title = _title(record)
        start, end, end_given = _times(record)
        external_id = line(record.id)
        venue, codes = _venue(record)
        attendance = _attendance(record, venue)
        if title is None or start is None or external_id is None:
            given = record.start is not None or record.start_date is not None
            found = Essentials(title, start, external_id, given)
            raise found.complaint(NAME, data, venue, attendance, validate_location)
        title, title_codes = cut_title(title)
        length = span(start, end, end_given)
        price = _price(record)
        words = _words(record)
        url = link(record.url)
        status, status_codes = _status(record)
        return Event(
            source=NAME,
            external_id=external_id,
            series_id=line(record.series_id),
            title=title,
            **time_fields(start, length, *_times_as_written(record)),
            summary=words.summary,
            description_text=words.text,
            description_html=words.html,
            status=status,
            attendance=attendance,
            venue=venue,
            organizer=_organizer(record),
            category_raw=_categories(record),
            tags=_tags(record),
            **price.fields(),
            url=url,
            image_url=_image(record),
            capacity=_count(record.capacity),
            source_updated_at=_changed(record),
            quality=(
                *title_codes,
                *codes,
                *start.codes,
                *length.codes,
                *price.codes,
                *words.codes,
                *status_codes,
                *_flags(record, url),
            ),
        )


def _skip(record: _Record) -> None:
    if isinstance(record.status, str) and record.status.lower() in _DRAFT_CODES:
        raise SkipRecord("draft", line(record.id))
    if record.is_series_parent is True:
        raise SkipRecord("series parent", line(record.id))


def _title(record: _Record) -> str | None:
    name = record.name
    if isinstance(name, _Text):
        return line(name.text) or line(from_html(name.html)[0])
    return line(name) if isinstance(name, str) else line(record.title)


def _times(record: _Record) -> tuple[When | None, When | None, bool]:
    start, end = record.start, record.end
    if isinstance(start, _Moment):
        first = stated(start.utc, start.local, start.timezone or record.timezone)
        if not isinstance(end, _Moment):
            return first, None, False
        last = stated(end.utc, end.local, end.timezone or start.timezone or record.timezone)
        return first, last, bool(end.utc or end.local)
    first = resolve(_joined(record.start_date or start, record.start_time), record.timezone)
    until = record.end_date or (record.start_date if record.end_time else None) or end
    last = resolve(_joined(until, record.end_time), record.timezone) if until else None
    return first, last, bool(until)


def _times_as_written(record: _Record) -> tuple[object, object]:
    start, end = record.start, record.end
    if isinstance(start, _Moment):
        return start.local or start.utc, (end.local or end.utc) if isinstance(end, _Moment) else None
    begins, ends = record.start_date or start, record.end_date or end
    if record.start_time is None and record.end_time is None:
        return begins, ends
    return as_written(begins, record.start_time), as_written(ends, record.end_time)


def _joined(day: object, clock: object) -> object:
    if isinstance(day, str) and isinstance(clock, str) and clock and len(day.strip()) == 10:
        return f"{day.strip()} {clock.strip()}"
    return day


def _venue(record: _Record) -> tuple[Venue | None, tuple[str, ...]]:
    parts = _venue_parts(record)
    try:
        return make_venue(*parts)
    except TypeError:
        # Something that cannot be a part of a place, a list or an object, cannot be looked up either.
        return make_venue(*map(scalar, parts))


def _venue_parts(record: _Record) -> tuple[Any, ...]:
    place = record.venue if record.venue is not None else record.primary_venue
    if isinstance(place, _Venue):
        there = place.address
        address = there if isinstance(there, _Address) else _Address(address_1=there)
        return (
            place.name,
            address.address_1,
            address.address_2,
            address.city,
            address.region,
            address.postal_code,
            address.country,
            address.latitude or place.latitude,
            address.longitude or place.longitude,
            place.id or record.venue_id,
            address.localized_address_display,
        )
    there = record.address
    address = there if isinstance(there, _Address) else _Address(address_1=there)
    return (
        place or record.venue_name,
        address.address_1,
        address.address_2,
        address.city or record.city,
        address.region or record.region,
        address.postal_code or record.postal_code,
        address.country or record.country,
        address.latitude or record.latitude,
        address.longitude or record.longitude,
        record.venue_id or record.primary_venue_id,
        address.localized_address_display,
    )


def _attendance(record: _Record, venue: Venue | None) -> Attendance:
    online = record.online_event is True or record.is_online_event is True
    placed = venue is not None and bool(venue.name or venue.address1)
    if venue is not None and is_online_name(venue.name) and not venue.address1:
        online, placed = True, False
    if online:
        return "hybrid" if placed else "online"
    return "in_person" if venue is not None else "unknown"


def _status(record: _Record) -> tuple[Status, tuple[str, ...]]:
    sales = record.event_sales_status
    code = sales.message_code if isinstance(sales, _SalesStatus) else None
    # A cancelled event may still be listed as completed or live; the sales status tells.
    if record.is_cancelled is True or (isinstance(code, str) and code.lower() in _CANCELLED_CODES):
        return "cancelled", ()
    if record.status is None:
        return "scheduled", ()
    known = _STATUS.get(record.status.lower()) if isinstance(record.status, str) else None
    return ("scheduled", (quality.STATUS_UNKNOWN,)) if known is None else (known, ())


def _price(record: _Record) -> Price:
    tickets = record.ticket_availability
    free = record.is_free if isinstance(record.is_free, bool) else None
    if isinstance(tickets, _Tickets):
        if free is None and isinstance(tickets.is_free, bool):
            free = tickets.is_free
        low, high = tickets.minimum_ticket_price, tickets.maximum_ticket_price
        return _ticket_price(free, known_currency(record.currency), _amount(low), _amount(high))
    if isinstance(record.price_range, str):
        return _shown_price(free, known_currency(record.currency), record.price_range)
    return settle(free, None, None, known_currency(record.currency))


def _amount(given: object) -> tuple[Scalar, Scalar, Scalar]:
    if not isinstance(given, _Amount):
        return (None, None, None)
    return scalar(given.currency), scalar(given.value), scalar(given.major_value)


@lru_cache(maxsize=2048)
def _ticket_price(
    free: bool | None,
    currency: str | None,
    low: tuple[Scalar, Scalar, Scalar],
    high: tuple[Scalar, Scalar, Scalar],
) -> Price:
    """Settle the two ends of a price; cached, because the events of a source share few prices."""
    currency = known_currency(high[0]) or known_currency(low[0]) or currency
    ends = [_minor(amount[1], amount[2], currency) for amount in (low, high)]
    price = settle(free, ends[0], ends[1], currency)
    unread = ends == [None, None] and (low[1:] != (None, None) or high[1:] != (None, None))
    return price._replace(codes=(*price.codes, quality.PRICE_INVALID)) if unread else price


def _minor(value: Scalar, major: Scalar, currency: str | None) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        # Already minor units; a currency without decimals leaves the number as it is.
        return minor_units(value, "JPY")
    return minor_units(major, currency) if isinstance(major, str | float) else None


def _shown_price(free: bool | None, currency: str | None, shown: str) -> Price:
    """Read a price written for people, where the record has no other."""
    read = from_text(shown, currency)
    if read is None:
        price = settle(free, None, None, currency)
        return price._replace(codes=(*price.codes, quality.PRICE_INVALID))
    price = settle(read.is_free if free is None else free, read.low, read.high, read.currency)
    return price._replace(codes=(*price.codes, quality.PRICE_FROM_TEXT))


def _words(record: _Record) -> _Words:
    about = record.description
    text = html = None
    if isinstance(about, _Text):
        text, html = from_html(about.html)
        text = text or paragraphs(about.text)
    elif isinstance(about, str):
        text, html = from_html(about)
    if isinstance(record.full_description, str):
        full = from_html(record.full_description)
        # Markup without a word in it takes nothing away from what is there.
        text, html = full if full[0] else (text, html)
    summary = line(record.summary) or (line(about.text) if isinstance(about, _Text) else None)
    return _Words(summary, *cut_description(text, html))


def _organizer(record: _Record) -> Organizer | None:
    who = record.organizer if record.organizer is not None else record.primary_organizer
    if isinstance(who, _Named):
        return Organizer(
            name=line(who.name), external_id=line(who.id) or line(record.organizer_id), url=link(who.url)
        )
    if isinstance(who, str):
        return Organizer(name=line(who), external_id=line(record.organizer_id))
    return _organizer_of(record.organizer_id) if isinstance(record.organizer_id, str | int) else None


@lru_cache(maxsize=1024)
def _organizer_of(external_id: str | int) -> Organizer:
    return Organizer(external_id=line(external_id))


def _categories(record: _Record) -> tuple[str, ...]:
    if (
        record.category is None
        and record.subcategory is None
        and record.format is None
        and record.tags is None
    ):
        known = EVENTBRITE_IDS.get(record.category_id) if isinstance(record.category_id, str) else None
        return () if known is None else (known,)
    words: list[str | None] = []
    for one in (record.category, record.subcategory, record.format):
        words.append(
            line(one.name) if isinstance(one, _Named) else line(one) if isinstance(one, str) else None
        )
    if words[0] is None and isinstance(record.category_id, str):
        words[0] = EVENTBRITE_IDS.get(record.category_id)
    words.extend(name for name, prefix in _labels(record) if _DESTINATION_CATEGORY.fullmatch(prefix))
    return tuple(dict.fromkeys(word for word in words if word is not None))


def _tags(record: _Record) -> tuple[str, ...]:
    if record.tags is None:
        return ()
    return tuple(
        dict.fromkeys(name for name, prefix in _labels(record) if not _DESTINATION_CATEGORY.fullmatch(prefix))
    )


def _labels(record: _Record) -> list[tuple[str, str]]:
    """The tags of the destination shape, `{"prefix", "display_name"}` or plain texts, as (name, prefix)."""
    if not isinstance(record.tags, list):
        return []
    labels = []
    for tag in record.tags[:100]:
        name = line(tag.get("display_name") or tag.get("text") if isinstance(tag, dict) else tag)
        prefix = tag.get("prefix") if isinstance(tag, dict) else None
        if name is not None:
            labels.append((name, prefix if isinstance(prefix, str) else ""))
    return labels


def _image(record: _Record) -> str | None:
    picture = record.logo if record.logo is not None else record.image
    if isinstance(picture, _Named):
        original = picture.original
        return link(original.get("url") if isinstance(original, dict) else original) or link(picture.url)
    return link(picture) or link(record.image_url)


def _changed(record: _Record) -> Any:
    changed = parse(record.changed)
    return changed if changed is not None and changed.tzinfo is not None else None


def _flags(record: _Record, url: str | None) -> tuple[str, ...]:
    flags: tuple[str, ...] = ()
    if record.expansions_missing is True:
        flags = (quality.DETAILS_MISSING,)
    if record.hide_start_date is True:
        flags = (*flags, quality.START_HIDDEN)
    if record.hide_end_date is True:
        flags = (*flags, quality.END_HIDDEN)
    if url is None and record.url:
        flags = (*flags, quality.URL_INVALID)
    return flags


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None
