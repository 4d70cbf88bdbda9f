"""What a person may write over an event: which fields, in which form, and the event that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from scenescout_tui.errors import ValidationError
from scenescout_tui.events import quality
from scenescout_tui.events.countries import country_code
from scenescout_tui.events.model import Event, Organizer, Venue
from scenescout_tui.events.money import known_currency
from scenescout_tui.events.slug import slug
from scenescout_tui.events.taxonomy import CATEGORIES
from scenescout_tui.events.text import MAX_TITLE, line, paragraphs
from scenescout_tui.events.times import When, parse, resolve, span, zone
from scenescout_tui.events.urls import typed_link

#: What stands for a person in `field_sources`, where else the id of a source record stands.
EDIT = "edit"
STATUSES = ("scheduled", "cancelled", "postponed", "rescheduled", "ended")
_REQUIRED = ("title", "start_local", "status")
_MAX_NUMBER = 10**12
_MAX_TEXT = 2_000
_NO_TAGS: tuple[str, ...] = ()

# What is said of a field by the quality codes, which is true no longer once a person has written over it.
_CODES_OF: Mapping[str, frozenset[str]] = {
    "title": frozenset({quality.TITLE_TRUNCATED}),
    "start_local": frozenset(
        {quality.TZ_MISMATCH, quality.TZ_UNKNOWN, quality.TZ_ASSUMED, quality.ZONE_MISMATCH}
        | {quality.DST_GAP, quality.DST_FOLD, quality.START_HIDDEN}
    ),
    "end_local": frozenset(
        {quality.END_BEFORE_START, quality.END_INVALID, quality.END_HIDDEN, quality.ALL_DAY_SUSPECTED}
        | {quality.MULTI_DAY, quality.LONG_RUNNING}
    ),
    "price_max": frozenset(
        {quality.PRICE_UNKNOWN, quality.PRICE_INVALID, quality.PRICE_CONFLICT, quality.PRICE_FROM_TEXT}
    ),
    "currency": frozenset({quality.CURRENCY_ASSUMED, quality.CURRENCY_UNKNOWN}),
    "latitude": frozenset(
        {quality.COORDINATES_INVALID, quality.COORDINATES_SWAPPED, quality.COORDINATES_ZERO}
    ),
    "country": frozenset({quality.COUNTRY_UNKNOWN}),
    "status": frozenset({quality.STATUS_UNKNOWN}),
    "url": frozenset({quality.URL_INVALID}),
}
# The fields by which the codes of an edited one are found, where that is not its own name.
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "start_local": ("start_local", "end_local"),
    "timezone": ("start_local", "end_local"),
    "longitude": ("latitude",),
    "price_min": ("price_max",),
    "is_free": ("price_max",),
}
_VENUE_FIELDS: Mapping[str, str] = {
    "venue_name": "name",
    **{name: name for name in ("address1", "address2", "city", "region", "postal", "country")},
    **{name: name for name in ("latitude", "longitude")},
}
_PRICE_FIELDS = ("is_free", "price_min", "price_max", "currency")
_PLAIN_FIELDS = ("title", "summary", "status", "category", "tags", "url", "image_url", "capacity")


def checked(field: str, value: object) -> Any:
    """Return a value as it is kept: a text, number, truth value, tuple of texts, or None for emptied.

    Texts are read as people type them ("52.5", "yes", "de"), tags also as one text with commas. Prices are in
    minor units, times are wall times in ISO 8601, a date alone for all day.

    Raises: ValidationError for a field that cannot be edited and for a value that it cannot have.
    """
    if field not in FIELDS:
        raise _refused(field, value, "is no field that can be edited", f"Name one of: {', '.join(FIELDS)}.")
    empty = value is None or (isinstance(value, str) and not value.strip()) or value in ((), [])
    if empty and field in _REQUIRED:
        raise _refused(field, value, "cannot be empty", f"Write a value behind {field}=.")
    return None if empty else FIELDS[field](field, value)


def check_together(event: Event, edits: Mapping[str, Any]) -> None:
    """See that edits make sense with each other and with the event that they are laid over.

    Raises: ValidationError.
    """
    if edits.keys() & {"start_local", "end_local"} and not edits.get("timezone", event.timezone):
        raise _refused("timezone", None, "is not known, so no time can be read", "Give the timezone as well.")
    venue = apply(event, edits).venue
    if venue is not None and (venue.latitude is None) != (venue.longitude is None):
        raise _refused("latitude", None, "and longitude go together", "Give both, or empty both.")
    prices = [edits[name] for name in ("price_min", "price_max") if edits.get(name) is not None]
    if edits.get("is_free") and any(prices):
        raise _refused("is_free", True, "does not go with a price", "Leave the price out, or is_free.")
    if len(prices) == 2 and prices[0] > prices[1]:
        raise _refused("price_min", prices[0], "is above price_max", "Exchange them.")
    if edits.get("end_local") is not None and apply(event, edits).ends_at is None:
        raise _refused("end_local", edits["end_local"], "lies before the start", "Give a later end.")


def apply(event: Event, edits: Mapping[str, Any]) -> Event:
    """Return the event with values of `checked` over its own.

    Start and end are read anew, so that local time and zone give the UTC time; the slug follows. A price that
    was edited makes an event that costs something, "free" makes its price 0.
    """
    changes: dict[str, Any] = {
        name: (edits[name] or _NO_TAGS) if name == "tags" else edits[name]
        for name in _PLAIN_FIELDS
        if name in edits
    }
    outdated = _outdated(edits)
    kept = tuple(code for code in event.quality if code not in outdated)
    if "organizer_name" in edits:
        changes["organizer"] = msgspec.structs.replace(
            event.organizer or Organizer(), name=edits["organizer_name"]
        )
    if edits.keys() & _VENUE_FIELDS.keys():
        changes["venue"] = _venue(event.venue or Venue(), edits)
    if edits.keys() & set(_PRICE_FIELDS):
        changes |= _price(event, edits)
    if edits.keys() & {"start_local", "end_local", "timezone"}:
        times, more = _times(event, edits)
        changes |= times
        kept += tuple(code for code in more if code not in kept)
    edited = msgspec.structs.replace(event, **changes, quality=kept)
    if event.slug is None:
        return edited
    city = edited.venue.city if edited.venue is not None else None
    return msgspec.structs.replace(edited, slug=slug(edited.title, city, edited.start_local))


def edited_fields(edits: Mapping[str, Any]) -> dict[str, str]:
    """Return what `field_sources` says of edits: their fields, and those that follow from them."""
    found = dict.fromkeys(edits, EDIT)
    if edits.keys() & {"start_local", "timezone"}:
        found |= dict.fromkeys(("starts_at", "start_local", "timezone", "tz_source", "all_day"), EDIT)
    if "end_local" in edits:
        found["ends_at"] = EDIT
    if edits.keys() & {"is_free", "price_min", "price_max"}:
        found |= dict.fromkeys(("is_free", "price_min", "price_max"), EDIT)
    return found


def _outdated(edits: Mapping[str, Any]) -> frozenset[str]:
    """Return the codes that say something of what a person has written over."""
    return frozenset(code for name in edits for group in _GROUPS.get(name, (name,)) for code in _codes(group))


def _codes(field: str) -> frozenset[str]:
    return _CODES_OF.get(field, frozenset())


def _venue(venue: Venue, edits: Mapping[str, Any]) -> Venue:
    changes = {attribute: edits[name] for name, attribute in _VENUE_FIELDS.items() if name in edits}
    if changes.keys() & {"name", "address1", "city"}:
        changes["display"] = None  # it says the same in one line, as the source has it
    return msgspec.structs.replace(venue, **changes)


def _price(event: Event, edits: Mapping[str, Any]) -> dict[str, Any]:
    is_free, low, high = event.is_free, event.price_min, event.price_max
    if edits.get("is_free") is True:
        is_free, low, high = True, 0, 0
    elif "is_free" in edits:
        is_free = edits["is_free"]
        low, high = (None, None) if event.is_free else (low, high)
    if "price_min" in edits:
        low = edits["price_min"]
        high = low if low is not None and (high is None or high < low) else high
    if "price_max" in edits:
        high = edits["price_max"]
        low = high if high is not None and (low is None or low > high) else low
    if high and "is_free" not in edits:
        is_free = False
    currency = edits.get("currency", event.currency)
    return {"is_free": is_free, "price_min": low, "price_max": high, "currency": currency}


def _times(event: Event, edits: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    zone_name = edits.get("timezone", event.timezone)
    start = _when(event, edits.get("start_local", event.start_local), zone_name)
    end_local = edits.get("end_local", event.end_local)
    end = None if end_local is None else _when(event, end_local, zone_name)
    length = span(start, end)
    values = {
        "starts_at": start.utc,
        "start_local": start.local,
        "timezone": start.zone,
        "tz_source": start.tz_source,
        "all_day": start.all_day,
        "ends_at": length.ends_at,
        "end_local": length.end_local,
    }
    return values, (*start.codes, *length.codes)


def _when(event: Event, local: str, zone_name: str | None) -> When:
    found = resolve(local, zone_name)
    assert found is not None  # it was checked, or read from a source
    if zone_name is not None:
        return found
    # Without a zone the offset of the event's own start is all that is known.
    own = resolve(event.start_local)
    shift = event.starts_at - own.utc if own is not None else timedelta(0)
    return found._replace(utc=found.utc + shift, tz_source=event.tz_source, codes=())


# One field each


def _refused(field: str, value: object, why: str, action: str) -> ValidationError:
    error = ValidationError(field, value, f"{field} {why}")
    error.metadata["action"] = action
    return error


def _text(field: str, value: object) -> str:
    found = line(value)
    limit = MAX_TITLE if field == "title" else _MAX_TEXT
    if found is None or len(found) > limit:
        raise _refused(field, value, "is no text", f"Write a text of at most {limit} characters.")
    return found


def _long_text(field: str, value: object) -> str:
    found = paragraphs(value)
    if found is None or len(found) > _MAX_TEXT:
        raise _refused(field, value, "is no text", f"Write a text of at most {_MAX_TEXT} characters.")
    return found


def _local_time(field: str, value: object) -> str:
    moment = parse(value)
    if moment is None or moment.tzinfo is not None or not isinstance(value, str):
        raise _refused(
            field,
            value,
            "is no wall time",
            "Write it as 2026-11-23T20:00, or 2026-11-23 for all day; the zone is the field timezone.",
        )
    found = resolve(value)
    assert found is not None
    return found.local


def _zone(field: str, value: object) -> str:
    found = zone(value) if isinstance(value, str) else None
    if found is None:
        raise _refused(field, value, "is no time zone", "Write an IANA name such as Europe/Berlin.")
    return found.key


def _choice(*allowed: str) -> Callable[[str, object], str]:
    def one_of(field: str, value: object) -> str:
        found = value.strip().lower() if isinstance(value, str) else None
        if found not in allowed:
            raise _refused(field, value, "is none of ours", f"Write one of: {', '.join(allowed)}.")
        assert found is not None
        return found

    return one_of


def _country(field: str, value: object) -> str:
    found = country_code(value) if isinstance(value, str) else None
    if found is None:
        raise _refused(field, value, "is no country", "Write a code or an English name: DE, Germany.")
    return found


def _currency(field: str, value: object) -> str:
    found = known_currency(value)
    if found is None:
        raise _refused(field, value, "is no currency in use", "Write its code, such as EUR.")
    return found


def _degrees(most: float) -> Callable[[str, object], float]:
    def degrees(field: str, value: object) -> float:
        try:
            found = float(value) if isinstance(value, str | int | float) else None
        except ValueError:
            found = None
        if found is None or isinstance(value, bool) or not -most <= found <= most:
            raise _refused(
                field, value, "is no such number of degrees", f"Write -{most:.0f} to {most:.0f}: 52.5200."
            )
        return found

    return degrees


def _whole_number(field: str, value: object) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or int(text) > _MAX_NUMBER:
        cents = " in minor units: 12.50 is 1250" if field.startswith("price") else ""
        raise _refused(field, value, "is no whole number", f"Write it in digits alone{cents}.")
    return int(text)


def _truth(field: str, value: object) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    found = words.get(str(value).strip().lower())
    if found is None:
        raise _refused(field, value, "is neither yes nor no", "Write yes or no, or nothing for unknown.")
    return found


def _tags(field: str, value: object) -> tuple[str, ...]:
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, list | tuple):
        raise _refused(field, value, "is no list of words", "Write them with commas between.")
    found = dict.fromkeys(text for text in map(line, given) if text)
    return tuple(found)


def _link(field: str, value: object) -> str:
    found = typed_link(value) if isinstance(value, str) else None
    if found is None:
        raise _refused(field, value, "is no address of a page", "Write it as https://example.org/night.")
    return found


#: The fields that can be edited, and how each is read.
FIELDS: Mapping[str, Callable[[str, object], Any]] = {
    "title": _text,
    "summary": _long_text,
    "start_local": _local_time,
    "end_local": _local_time,
    "timezone": _zone,
    "status": _choice(*STATUSES),
    **dict.fromkeys(("venue_name", "address1", "address2", "city", "region", "postal"), _text),
    "country": _country,
    "latitude": _degrees(90),
    "longitude": _degrees(180),
    "organizer_name": _text,
    "category": _choice(*CATEGORIES),
    "tags": _tags,
    "is_free": _truth,
    "price_min": _whole_number,
    "price_max": _whole_number,
    "currency": _currency,
    "url": _link,
    "image_url": _link,
    "capacity": _whole_number,
}
