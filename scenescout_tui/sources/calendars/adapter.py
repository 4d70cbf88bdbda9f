"""Records of iCalendar feeds."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import msgspec

from scenescout_tui.events import quality
from scenescout_tui.events.model import Attendance, Event, Organizer, Status, Venue
from scenescout_tui.events.places import is_online_name, scalar
from scenescout_tui.events.places import venue as make_venue
from scenescout_tui.events.text import cut_description, cut_title, from_html, line
from scenescout_tui.events.times import When, resolve, span, time_fields
from scenescout_tui.events.urls import link
from scenescout_tui.sources.adapter import SkipRecord
from scenescout_tui.sources.decoding import decode
from scenescout_tui.sources.essentials import Essentials
from scenescout_tui.sources.place import Place

NAME = "ics"

_STATUS: dict[str, Status] = {
    "CONFIRMED": "scheduled",
    "TENTATIVE": "scheduled",
    "CANCELLED": "cancelled",
    "CANCELED": "cancelled",
}


class _Record(msgspec.Struct, gc=False):
    """One occurrence as `read_calendar` writes it."""

    account: Any = None
    page: Any = None
    uid: Any = None
    occurrence: Any = None
    series: Any = None
    skip: Any = None
    start: Any = None
    zone: Any = None
    floating: Any = None
    end: Any = None
    end_zone: Any = None
    summary: Any = None
    description: Any = None
    html: Any = None
    location: Any = None
    conference: Any = None
    geo: Any = None
    url: Any = None
    image: Any = None
    categories: Any = None
    organizer: Any = None
    status: Any = None
    place: Any = None
    notes: Any = None


_decoder = msgspec.json.Decoder(_Record)


class IcsAdapter:
    """Reads occurrences of calendar events. Their place is one text, so a city is not asked for."""

    name = NAME
    title = "iCalendar"
    retention: float | None = None
    attribution = ""

    def parse(self, data: bytes, validate_location: bool = True) -> Event:
        """Read one occurrence; see `Adapter.parse`."""
        record = decode(_decoder, data)
        uid, occurrence = line(record.uid), line(record.occurrence)
        external_id = f"{uid}/{occurrence}" if uid and occurrence else uid
        if isinstance(record.skip, str):
            raise SkipRecord(record.skip, external_id)
        title, start = line(record.summary), _start(record)
        venue, codes = _venue(record)
        attendance = _attendance(record, venue)
        if title is None or start is None or external_id is None:
            found = Essentials(title, start, external_id, record.start is not None)
            raise found.complaint(NAME, data, venue, attendance, validate_location=False)
        title, title_codes = cut_title(title)
        length = span(start, resolve(record.end, record.end_zone), end_given=bool(record.end))
        text, html, text_codes = cut_description(*_description(record))
        url, url_codes = _url(record)
        status, status_codes = _status(record)
        categories = _categories(record)
        return Event(
            source=NAME,
            source_account=line(record.account) or "",
            external_id=external_id,
            series_id=uid if record.series is True else None,
            title=title,
            **time_fields(start, length, record.start, record.end),
            summary=line(text),
            description_text=text,
            description_html=html,
            status=status,
            attendance=attendance,
            venue=venue,
            organizer=_organizer(record),
            category_raw=categories,
            tags=categories,
            url=url,
            image_url=link(record.image),
            quality=(
                *title_codes,
                *codes,
                *_notes(record, start),
                *length.codes,
                *text_codes,
                *url_codes,
                *status_codes,
            ),
        )


def _start(record: _Record) -> When | None:
    start = resolve(record.start, record.zone)
    if start is not None and record.floating is True and start.zone is not None:
        return start._replace(tz_source="assumed")
    return start


def _notes(record: _Record, start: When) -> tuple[str, ...]:
    """The codes of the start, and those of reading the feed."""
    notes = record.notes if isinstance(record.notes, list) else []
    known = [note for note in notes if isinstance(note, str) and note in quality.MEANINGS]
    return tuple(dict.fromkeys((*start.codes, *known)))


def _venue(record: _Record) -> tuple[Venue | None, tuple[str, ...]]:
    """The place is one text; the words before its first comma name it, or are its street."""
    geo = record.geo if isinstance(record.geo, list) and len(record.geo) == 2 else [None, None]
    place = line(record.location)
    if place is not None and link(place) is not None:
        place = None
    given = Place.of(place) if place is not None else None
    if given is None and not _online(record):
        given = Place.of(line(record.place))
    if given is None:
        return make_venue(latitude=scalar(geo[0]), longitude=scalar(geo[1]))
    # Only a preset's last part is sure to be a city.
    city = given.city if place is None else None
    return make_venue(
        given.name,
        given.street,
        city=city,
        latitude=scalar(geo[0]),
        longitude=scalar(geo[1]),
        display=given.text,
    )


def _online(record: _Record) -> bool:
    return link(line(record.location)) is not None or link(line(record.conference)) is not None


def _attendance(record: _Record, venue: Venue | None) -> Attendance:
    placed = venue is not None and bool(venue.name or venue.address1)
    if venue is not None and is_online_name(venue.display):
        return "online"
    if _online(record):
        return "hybrid" if placed else "online"
    return "in_person" if venue is not None else "unknown"


def _description(record: _Record) -> tuple[str | None, str | None]:
    text, html = from_html(record.html)
    if text is not None:
        return text, html
    return from_html(record.description)


def _url(record: _Record) -> tuple[str | None, tuple[str, ...]]:
    given = line(record.url)
    if given is None:
        return link(line(record.location)) or link(line(record.conference)), ()
    whole = urljoin(record.page, given) if isinstance(record.page, str) and "://" not in given else given
    url = link(whole)
    return url, (quality.URL_INVALID,) if url is None else ()


def _status(record: _Record) -> tuple[Status, tuple[str, ...]]:
    given = line(record.status)
    if given is None:
        return "scheduled", ()
    known = _STATUS.get(given.upper())
    return ("scheduled", (quality.STATUS_UNKNOWN,)) if known is None else (known, ())


def _organizer(record: _Record) -> Organizer | None:
    name = line(record.organizer)
    return Organizer(name=name) if name is not None else None


def _categories(record: _Record) -> tuple[str, ...]:
    given = record.categories if isinstance(record.categories, list) else []
    return tuple(dict.fromkeys(word for word in map(line, given[:50]) if word is not None))
