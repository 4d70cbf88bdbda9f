"""schema.org events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec

from scenescout_tui.events import quality
from scenescout_tui.events.model import Attendance, Event, Organizer, Status
from scenescout_tui.events.places import is_online_name
from scenescout_tui.events.text import cut_description, cut_title, from_html, line
from scenescout_tui.events.times import When, parse, resolve, span, time_fields
from scenescout_tui.events.urls import link, page_identity
from scenescout_tui.sources.adapter import SkipRecord
from scenescout_tui.sources.decoding import decode
from scenescout_tui.sources.essentials import Essentials
from scenescout_tui.sources.linked.nodes import types_of
from scenescout_tui.sources.linked.offers import price_of, ticket_link
from scenescout_tui.sources.linked.places import Where, where
from scenescout_tui.sources.linked.reading import ADDED

NAME = "jsonld"

_STATUS: Mapping[str, Status] = {
    "eventscheduled": "scheduled",
    "eventmovedonline": "scheduled",
    "eventcancelled": "cancelled",
    "eventcanceled": "cancelled",
    "cancelled": "cancelled",
    "eventpostponed": "postponed",
    "eventrescheduled": "rescheduled",
}
_MODES: Mapping[str, Attendance] = {
    "onlineeventattendancemode": "online",
    "offlineeventattendancemode": "in_person",
    "mixedeventattendancemode": "hybrid",
    "online": "online",
    "offline": "in_person",
    "mixed": "hybrid",
}
_PLAIN_TYPES = ("Event", "EventSeries", "Thing")
_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,5})S)?)?")

_decoder = msgspec.json.Decoder(dict[str, Any])


class JsonLdAdapter:
    """Reads events as web pages mark them up; nearly every field comes in several forms."""

    name = NAME
    title = "schema.org (JSON-LD)"
    retention: float | None = None
    attribution = ""

    def parse(self, data: bytes, validate_location: bool = True) -> Event:
        """Read one event; see `Adapter.parse`."""
        record = decode(_decoder, data)
        added = record.get(ADDED)
        added = added if isinstance(added, Mapping) else {}
        if added.get("skip") == "series parent":
            raise SkipRecord("series parent", line(record.get("@id")))
        title = line(first(record.get("name"))) or line(first(record.get("headline")))
        given = first(record.get("startDate"))
        start = resolve(given, added.get("timezone"))
        url = address(record.get("url"), added) or address(record.get("mainEntityOfPage"), added)
        place = where(record.get("location", added.get("location")), line(added.get("place")))
        attendance = _attendance(record, place)
        external_id = _external_id(record, added, url, title, start)
        if title is None or start is None:
            found = Essentials(title, start, external_id, given is not None)
            raise found.complaint(NAME, data, place.venue, attendance, validate_location)
        title, title_codes = cut_title(title)
        end, end_given = _end(record, added, start)
        length = span(start, end, end_given)
        price = price_of(record)
        text, html, text_codes = cut_description(*from_html(first(record.get("description"))))
        status, status_codes = _status(record)
        url_codes = (quality.URL_INVALID,) if url is None and record.get("url") else ()
        return Event(
            source=NAME,
            external_id=external_id,
            series_id=_series(record, added),
            title=title,
            **time_fields(start, length, given, first(record.get("endDate"))),
            summary=line(text),
            description_text=text,
            description_html=html,
            status=status,
            attendance=attendance,
            venue=place.venue,
            organizer=_organizer(record.get("organizer", added.get("organizer")), added),
            category_raw=tuple(kind for kind in types_of(record) if kind not in _PLAIN_TYPES),
            tags=_tags(record),
            **price.fields(),
            url=url,
            tickets_url=address(ticket_link(record), added),
            image_url=_image(record.get("image"), added),
            capacity=_count(record.get("maximumAttendeeCapacity")),
            quality=(
                *title_codes,
                *place.codes,
                *start.codes,
                *length.codes,
                *price.codes,
                *text_codes,
                *status_codes,
                *url_codes,
            ),
        )


def first(value: Any) -> Any:
    """Return a value, the first of a list, or what `{"@value": …}` holds."""
    if isinstance(value, list):
        value = next((one for one in value if one not in (None, "")), None)
    return value.get("@value") if isinstance(value, Mapping) and "@value" in value else value


def address(value: Any, added: Mapping[str, Any]) -> str | None:
    """Return a link, a relative one against the page it stands on; objects by their `url` or `@id`."""
    for one in value if isinstance(value, list) else [value]:
        given = one.get("url", one.get("@id")) if isinstance(one, Mapping) else one
        text = line(given) if isinstance(given, str) else None
        if text is None:
            continue
        page = added.get("page")
        try:
            found = link(urljoin(page, text) if isinstance(page, str) else text)
        except ValueError:
            found = None
        if found is not None:
            return found
    return None


def _external_id(
    record: Mapping[str, Any],
    added: Mapping[str, Any],
    url: str | None,
    title: str | None,
    start: When | None,
) -> str:
    """An id of its own, else the page and the start: repeats of an event share their page."""
    begins = _begins(first(record.get("startDate")), start)
    page = page_identity(url) if url is not None else None
    own = _own_id(record, added)
    if own is not None and own != page:
        return f"{own} {begins}" if added.get("repeats") is True else own
    identifier = _identifier(first(record.get("identifier")))
    if identifier is not None and (page is not None or isinstance(added.get("page"), str)):
        return f"{urlsplit(page or str(added.get('page'))).netloc}#{identifier}"
    if page is not None:
        return f"{page} {begins}"
    content = [title, begins, record.get("location")]
    return sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:32]


def _begins(given: Any, start: When | None) -> str:
    """The start in one form, whatever zone it is written in or shown in."""
    moment = parse(given)
    if start is None or moment is None or start.all_day:
        return start.local if start is not None else ""
    return moment.isoformat() if moment.tzinfo is None else f"{start.utc:%Y-%m-%dT%H:%M:%SZ}"


def _own_id(record: Mapping[str, Any], added: Mapping[str, Any]) -> str | None:
    """The `@id`, unless it is only a name inside of its document."""
    given = line(record.get("@id"))
    if given is None or given.startswith(("#", "_:")):
        return None
    whole = address(given, added) or given
    # "…/page#event" is what some sites call every event of theirs; their query parameters may follow people.
    if link(whole) is not None and re.search(r"#(?:event|this|main|primary)?$", whole, re.IGNORECASE):
        return page_identity(whole)
    return page_identity(whole) + _fragment(whole) if link(whole) is not None else whole


def _fragment(url: str) -> str:
    _, mark, fragment = url.partition("#")
    return mark + fragment


def _identifier(value: Any) -> str | None:
    return line(value.get("value")) if isinstance(value, Mapping) else line(value)


def _end(record: Mapping[str, Any], added: Mapping[str, Any], start: When) -> tuple[When | None, bool]:
    given = first(record.get("endDate"))
    if given:
        end = resolve(given, added.get("timezone"))
        # "Ends today" says nothing about an evening.
        if end is not None and end.all_day and not start.all_day and end.local == start.local[:10]:
            return None, False
        return end, True
    lasts = first(record.get("duration"))
    found = _DURATION.fullmatch(lasts.strip().upper()) if isinstance(lasts, str) else None
    if found is None or start.all_day or not any(found.groups()):
        return None, False
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    end_utc = start.utc + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return resolve(end_utc.isoformat(), start.zone), True


def _status(record: Mapping[str, Any]) -> tuple[Status, tuple[str, ...]]:
    given = first(record.get("eventStatus"))
    name = _last_part(given.get("@id") if isinstance(given, Mapping) else given)
    if name is None:
        return "scheduled", ()
    known = _STATUS.get(name)
    return ("scheduled", (quality.STATUS_UNKNOWN,)) if known is None else (known, ())


def _attendance(record: Mapping[str, Any], place: Where) -> Attendance:
    modes = record.get("eventAttendanceMode")
    named = {_MODES.get(_last_part(one) or "") for one in (modes if isinstance(modes, list) else [modes])}
    named.discard(None)
    if len(named) > 1:
        return "hybrid"
    moved = _last_part(first(record.get("eventStatus"))) == "eventmovedonline"
    placed = place.venue is not None and bool(place.venue.name or place.venue.address1 or place.venue.city)
    if place.venue is not None and is_online_name(place.venue.name) and not place.venue.address1:
        return "online"
    stated = next(iter(named), None)
    if stated is not None and not (stated == "in_person" and place.online and not placed):
        return stated
    if place.online or moved:
        return "hybrid" if placed and not moved else "online"
    return "in_person" if place.venue is not None else "unknown"


def _last_part(value: Any) -> str | None:
    """The last part of "https://schema.org/EventCancelled", in small letters."""
    text = line(value) if isinstance(value, str) else None
    return re.split(r"[/:#]", text.rstrip("/"))[-1].lower() if text is not None else None


def _series(record: Mapping[str, Any], added: Mapping[str, Any]) -> str | None:
    parent = first(record.get("superEvent"))
    if isinstance(parent, Mapping):
        return line(parent.get("@id") or parent.get("url") or parent.get("name"))
    return line(parent) or line(added.get("parent"))


def _organizer(value: Any, added: Mapping[str, Any]) -> Organizer | None:
    who = first(value)
    if isinstance(who, Mapping):
        name, url = line(first(who.get("name"))), address(who.get("url") or who.get("sameAs"), added)
        return Organizer(name=name, url=url) if name is not None or url is not None else None
    name = line(who) if isinstance(who, str) else None
    return Organizer(name=name) if name is not None else None


def _tags(record: Mapping[str, Any]) -> tuple[str, ...]:
    given = record.get("keywords")
    words: Iterable[Any] = (
        given.split(",") if isinstance(given, str) else given if isinstance(given, list) else []
    )
    people = (
        one.get("name") if isinstance(one, Mapping) else one for one in _several(record.get("performer"))
    )
    named = (word.get("name") if isinstance(word, Mapping) else word for word in words)
    found = (line(word) for word in (*named, *people) if isinstance(word, str))
    return tuple(dict.fromkeys(word for word in found if word is not None))[:50]


def _several(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list) else [value]


def _image(value: Any, added: Mapping[str, Any]) -> str | None:
    for one in _several(value):
        given = (one.get("contentUrl") or one.get("url")) if isinstance(one, Mapping) else one
        found = address(given, added)
        if found is not None:
            return found
    return None


def _count(value: Any) -> int | None:
    number = first(value)
    if isinstance(number, str) and number.strip().isdecimal() and len(number) < 10:
        number = int(number)
    return (
        number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**31 else None
    )
