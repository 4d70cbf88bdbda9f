"""Rows of tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from scenescout_tui.errors import ValidationError
from scenescout_tui.events import quality
from scenescout_tui.events.model import Attendance, Event, Organizer, Status, Venue
from scenescout_tui.events.money import Price, from_text, known_currency, minor_units, settle
from scenescout_tui.events.places import is_online_name, scalar
from scenescout_tui.events.places import venue as make_venue
from scenescout_tui.events.text import cut_description, cut_title, from_html, line
from scenescout_tui.events.times import When, as_written, resolve, span, time_fields
from scenescout_tui.events.urls import link, typed_link
from scenescout_tui.sources.decoding import decode
from scenescout_tui.sources.essentials import Essentials
from scenescout_tui.sources.place import Place
from scenescout_tui.sources.tables.times import AmbiguousDateError, has_date, moment

NAME = "csv"

_YES = frozenset(("true", "yes", "y", "1", "x", "si", "sí", "ja", "oui"))
_NO = frozenset(("false", "no", "n", "0", "nein", "non"))
_STATUS: Mapping[str, Status] = {
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "cancelado": "cancelled",
    "abgesagt": "cancelled",
    "postponed": "postponed",
    "rescheduled": "rescheduled",
    "scheduled": "scheduled",
    "confirmed": "scheduled",
    "active": "scheduled",
    "live": "scheduled",
    "published": "scheduled",
    "sold out": "scheduled",
}
_SAY_ORDER = (
    "Say in which order the table writes dates: --dates dmy (23/11/2026) or --dates mdy (11/23/2026)."
)


class _Record(msgspec.Struct, gc=False):
    """A row by our fields, as `read_table` writes it; numbers come from JSON only."""

    table: Any = None
    id: Any = None
    title: Any = None
    description: Any = None
    start: Any = None
    start_time: Any = None
    end: Any = None
    end_time: Any = None
    timezone: Any = None
    all_day: Any = None
    venue_name: Any = None
    address: Any = None
    city: Any = None
    state: Any = None
    postal: Any = None
    country: Any = None
    latitude: Any = None
    longitude: Any = None
    online: Any = None
    price: Any = None
    price_min: Any = None
    price_max: Any = None
    free: Any = None
    currency: Any = None
    status: Any = None
    category: Any = None
    tags: Any = None
    organizer: Any = None
    url: Any = None
    tickets_url: Any = None
    image_url: Any = None
    capacity: Any = None
    contact_email: Any = None
    contact_phone: Any = None


_decoder = msgspec.json.Decoder(_Record)


class _Times(NamedTuple):
    start: When | None
    end: When | None
    start_given: bool
    end_given: bool


class TableAdapter:
    """Reads rows of tables; a row's id is its id column, else its title, start and place."""

    name = NAME
    title = "Tables (CSV)"
    retention: float | None = None
    attribution = ""

    def parse(self, data: bytes, validate_location: bool = True) -> Event:
        """Read one row; see `Adapter.parse`.

        :raises ValidationError: also for a date whose day and month could be each other.
        """
        record = decode(_decoder, data)
        added = record.table if isinstance(record.table, Mapping) else {}
        title = line(record.title)
        times = _times(record, added)
        start = times.start
        venue, codes = _venue(record, added)
        attendance = _attendance(record, venue)
        external_id = line(record.id) or _content_id(record, title, start, venue)
        if title is None or start is None:
            found = Essentials(title, start, external_id, times.start_given)
            raise found.complaint(NAME, data, venue, attendance, validate_location)
        title, title_codes = cut_title(title)
        length = span(start, times.end, times.end_given)
        price = _price(record)
        text, html, text_codes = cut_description(*from_html(record.description))
        status, status_codes = _status(record)
        links, link_codes = _links(record)
        return Event(
            source=NAME,
            source_account=line(added.get("account")) or "",
            external_id=external_id,
            title=title,
            **time_fields(
                start,
                length,
                as_written(record.start, record.start_time),
                as_written(record.end, record.end_time),
            ),
            summary=line(text),
            description_text=text,
            description_html=html,
            status=status,
            attendance=attendance,
            venue=venue,
            organizer=_organizer(record),
            category_raw=_words(record.category),
            tags=_words(record.tags),
            **price.fields(),
            url=links[0],
            tickets_url=links[1],
            image_url=links[2],
            capacity=_count(record.capacity),
            contact_email=_email(record.contact_email),
            contact_phone=line(record.contact_phone),
            quality=(
                *title_codes,
                *codes,
                *start.codes,
                *length.codes,
                *price.codes,
                *text_codes,
                *status_codes,
                *link_codes,
            ),
        )


def _times(record: _Record, added: Mapping[str, Any]) -> _Times:
    zone = line(record.timezone) or added.get("timezone")
    start_text, start_clock = _day_and_clock(record.start, record.start_time, None)
    start = _when("start", start_text, start_clock, added, zone)
    whole = _flag(record.all_day) is True
    end_text, end_clock = _day_and_clock(record.end, record.end_time, start_text)
    end = _when("end", end_text, end_clock, added, zone)
    if whole:
        start, end = (resolve(one.local[:10], zone) if one is not None else None for one in (start, end))
    if start is not None and end is not None and end.all_day and not start.all_day:
        # An evening that "ends" on its own day; a later day ends with the evening of that day.
        end = None if end.local == start.local[:10] else end
    if start is not None and end is not None and line(record.end) is None and end.utc < start.utc:
        # 22:00 to 02:00: after midnight.
        end = _next_day(end, zone)
    return _Times(start, end, bool(start_text), bool(line(record.end)))


def _day_and_clock(day: Any, clock: Any, default_day: str | None) -> tuple[str | None, str | None]:
    """Return the text of the date and that of the time; either column may hold both."""
    day_text, clock_text = line(day), line(clock)
    if clock_text is not None and has_date(clock_text):
        return clock_text, None
    if day_text is not None and default_day is not None and not has_date(day_text):
        # An "end" that is only a time.
        return default_day, day_text
    if day_text is None and clock_text is not None:
        return default_day, clock_text
    return day_text, clock_text


def _when(
    field: str, text: str | None, clock: str | None, added: Mapping[str, Any], zone: str | None
) -> When | None:
    if text is None:
        return None
    order = added.get("dates")
    try:
        found = moment(text, clock, order if isinstance(order, str) else None)
    except AmbiguousDateError:
        if field == "end":
            return None
        message = f"{field}: day and month cannot be told apart"
        refused = ValidationError(field, None, message)
        refused.metadata["action"] = _SAY_ORDER
        raise refused from None
    return resolve(found, zone) if found is not None else None


def _next_day(end: When, zone: str | None) -> When | None:
    return resolve((datetime.fromisoformat(end.local) + timedelta(days=1)).isoformat(), zone)


def _venue(record: _Record, added: Mapping[str, Any]) -> tuple[Venue | None, tuple[str, ...]]:
    name, street, city = line(record.venue_name), line(record.address), line(record.city)
    preset = Place.of(line(added.get("place")))
    online = _flag(record.online) is True or link(name) is not None
    if link(name) is not None:
        name = None
    if preset is not None and not online:
        if name is None and street is None:
            name, street = preset.name, preset.street
        if city is None and record.latitude in (None, ""):
            city = preset.city
    return make_venue(
        name,
        street,
        None,
        city,
        scalar(record.state),
        scalar(record.postal),
        scalar(record.country),
        scalar(record.latitude),
        scalar(record.longitude),
    )


def _attendance(record: _Record, venue: Venue | None) -> Attendance:
    name = line(record.venue_name)
    placed = venue is not None and bool(venue.name or venue.address1)
    if is_online_name(name) and not line(record.address):
        return "online"
    if _flag(record.online) is True or is_online_name(line(record.online)) or link(name) is not None:
        return "hybrid" if placed else "online"
    return "in_person" if venue is not None else "unknown"


def _price(record: _Record) -> Price:
    currency, free = known_currency(line(record.currency)), _flag(record.free)
    codes: tuple[str, ...] = ()
    text = line(record.price)
    low, high = (_minor(one, currency) for one in (record.price_min, record.price_max))
    if low is None and high is None and text is not None:
        read = from_text(text, currency)
        if read is None:
            codes = (quality.PRICE_INVALID,)
        else:
            low, high, currency = read.low, read.high, read.currency
            free = read.is_free if free is None else free
    price = settle(free, low, high, currency)
    return price._replace(codes=(*price.codes, *codes))


def _minor(value: Any, currency: str | None) -> int | None:
    text = line(value)
    if text is None:
        return None
    read = from_text(text, currency)
    return read.low if read is not None else minor_units(text, currency)


def _status(record: _Record) -> tuple[Status, tuple[str, ...]]:
    given = line(record.status)
    if given is None:
        return "scheduled", ()
    known = _STATUS.get(given.lower())
    return ("scheduled", (quality.STATUS_UNKNOWN,)) if known is None else (known, ())


def _links(record: _Record) -> tuple[list[str | None], tuple[str, ...]]:
    given = [line(one) for one in (record.url, record.tickets_url, record.image_url)]
    found = [typed_link(one) if one is not None else None for one in given]
    bad = any(one is not None and read is None for one, read in zip(given, found, strict=True))
    return found, (quality.URL_INVALID,) if bad else ()


def _organizer(record: _Record) -> Organizer | None:
    name = line(record.organizer)
    return Organizer(name=name) if name is not None else None


def _words(value: Any) -> tuple[str, ...]:
    text = line(value)
    parts = text.replace(";", ",").replace("|", ",").split(",") if text is not None else []
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))[:50]


def _flag(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    text = (line(value) or "").lower()
    return True if text in _YES else False if text in _NO else None


def _count(value: Any) -> int | None:
    text = (line(value) or "").replace(",", "").removesuffix(".0")
    return (
        int(text)
        if text.isdecimal() and text.isascii() and int(text[:10]) < 2**31 and len(text) < 11
        else None
    )


def _email(value: Any) -> str | None:
    text = line(value)
    return text if text is not None and text.count("@") == 1 and " " not in text else None


def _content_id(record: _Record, title: str | None, start: When | None, venue: Venue | None) -> str:
    place = (venue.name, venue.address1, venue.city) if venue is not None else ()
    begins = start.local if start is not None else line(record.start)
    return sha256(msgspec.json.encode([title, begins, place])).hexdigest()[:32]
