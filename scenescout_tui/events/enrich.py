"""What can be added to an event from itself, without asking anyone."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from scenescout_tui.events import quality
from scenescout_tui.events.countries import currency_of
from scenescout_tui.events.model import Event
from scenescout_tui.events.money import exponent
from scenescout_tui.events.taxonomy import category
from scenescout_tui.events.times import When, resolve, span
from scenescout_tui.events.zones import plausible, zone_at

_LENGTH_CODES = frozenset(
    [quality.END_BEFORE_START, quality.MULTI_DAY, quality.LONG_RUNNING, quality.ALL_DAY_SUSPECTED]
)
_ONE_DAY = timedelta(days=1)


def enrich(event: Event) -> Event:
    """Return the event with what can be derived from it: our own category, the zone of its place, the
    currency of its country.

    A derived zone has the `tz_source` "geo", a derived currency is flagged CURRENCY_ASSUMED. What the source
    itself says is never changed, except that a wall time without any zone is read in that of its place.
    """
    for step in (_category, _zone, _currency):
        changes = step(event)
        if changes:
            event = msgspec.structs.replace(event, **changes)
    return event


def _category(event: Event) -> dict[str, object]:
    if event.category is not None or not event.category_raw:
        return {}
    found = category(event.category_raw)
    return {} if found is None else {"category": found}


def _zone(event: Event) -> dict[str, object]:
    """The zone of the coordinates, where the source names none; one with another offset than the source
    states is not believed."""
    venue = event.venue
    if event.timezone is not None or event.attendance == "online":
        return {}
    if venue is None or venue.latitude is None or venue.longitude is None:
        return {}
    name = zone_at(venue.latitude, venue.longitude)
    if name is None:
        return {}
    if event.tz_source == "assumed":
        start = resolve(event.start_local, name)
        return {} if start is None else _read_in_zone(event, start, name)
    offset = datetime.fromisoformat(event.start_local) - event.starts_at.replace(tzinfo=None)
    if not plausible(name, event.starts_at, offset):
        known = quality.ZONE_MISMATCH in event.quality
        return {} if known else {"quality": (*event.quality, quality.ZONE_MISMATCH)}
    if quality.TZ_ASSUMED in event.quality:  # the end came without a zone
        return _read_in_zone(event, When(event.starts_at, event.start_local, name, "geo"), name)
    return {"timezone": name, "tz_source": "geo"}


def _read_in_zone(event: Event, start: When, name: str) -> dict[str, object]:
    """The times of an event whose start is now known; TZ_ASSUMED stays, so that somebody looks at it."""
    times: dict[str, object] = {"starts_at": start.utc, "start_local": start.local}
    codes = (*event.quality, *start.codes)
    end = _end(event, name)
    if end is not None:
        length = span(start, end)
        times.update(ends_at=length.ends_at, end_local=length.end_local)
        codes = (*(code for code in codes if code not in _LENGTH_CODES), *length.codes)
    return {**times, "timezone": name, "tz_source": "geo", "quality": tuple(dict.fromkeys(codes))}


def _end(event: Event, name: str) -> When | None:
    """The end; one that came without a zone was taken as UTC, and is wall time of this zone too."""
    if event.ends_at is None or event.end_local is None:
        return None
    bare = resolve(event.end_local)
    if bare is not None and event.ends_at == (bare.utc + _ONE_DAY if bare.all_day else bare.utc):
        return resolve(event.end_local, name)
    return When(event.ends_at, event.end_local, name, "geo")


def _currency(event: Event) -> dict[str, object]:
    if event.currency is not None or not event.price_max or event.venue is None:
        return {}
    currency = currency_of(event.venue.country)
    # Without a currency the minor units were counted in hundredths.
    if currency is None or exponent(currency) != exponent(None):
        return {}
    kept = tuple(code for code in event.quality if code != quality.CURRENCY_UNKNOWN)
    return {"currency": currency, "quality": (*kept, quality.CURRENCY_ASSUMED)}
