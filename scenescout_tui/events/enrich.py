"""What can be added to an event from itself, without asking anyone: in steps that can be left out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from time import perf_counter

import msgspec

from scenescout_tui.events import quality
from scenescout_tui.events.countries import currency_of
from scenescout_tui.events.gazetteer import city_at, country_at, country_of_city, zone_of
from scenescout_tui.events.model import Event, Venue
from scenescout_tui.events.money import exponent
from scenescout_tui.events.slug import slug
from scenescout_tui.events.taxonomy import category
from scenescout_tui.events.times import When, resolve, span
from scenescout_tui.events.zones import plausible, zone_at
from scenescout_tui.presets import ENRICH_STEPS

log = logging.getLogger(__name__)

Changes = Mapping[str, object]

_LENGTH_CODES = frozenset(
    [quality.END_BEFORE_START, quality.MULTI_DAY, quality.LONG_RUNNING, quality.ALL_DAY_SUSPECTED]
)
_ONE_DAY = timedelta(days=1)
_NOTHING: Changes = {}


class StepTime(msgspec.Struct):
    """How often a step was taken, how often it failed, and the seconds of all its calls."""

    calls: int = 0
    failed: int = 0
    seconds: float = 0.0


class StepTimes(msgspec.Struct):
    """The time of each step of `enrich`, summed up; can be sent to another process."""

    steps: dict[str, StepTime] = msgspec.field(default_factory=dict)

    def __str__(self) -> str:
        told = (
            f"{name} {1e6 * spent.seconds / max(1, spent.calls):.1f} µs × {spent.calls:,}"
            + (f" ({spent.failed:,} failed)" if spent.failed else "")
            for name, spent in self.steps.items()
        )
        return ", ".join(told) or "no time"

    def add(self, other: StepTimes) -> None:
        """Add what another one has counted."""
        for name, spent in other.steps.items():
            sum_ = self.of(name)
            sum_.calls += spent.calls
            sum_.failed += spent.failed
            sum_.seconds += spent.seconds

    def of(self, name: str) -> StepTime:
        """Return the time of a step, to be added to."""
        found = self.steps.get(name)
        if found is None:
            found = self.steps[name] = StepTime()
        return found


def enrich(event: Event, steps: Sequence[str] = ENRICH_STEPS, times: StepTimes | None = None) -> Event:
    """Return the event with what can be derived from it by the `steps` named, of `ENRICH_STEPS`, in that
    order.

    A derived zone has the `tz_source` "geo"; a derived currency, city or country is flagged. What the source
    itself says is never changed, except that a wall time without any zone is read in that of its place. A
    step that fails leaves the event as it was, with the code ENRICH_FAILED. What each took is added to
    `times`.
    """
    times = StepTimes() if times is None else times
    began = perf_counter()
    for name in steps:
        spent = times.of(name)
        try:
            changes = _STEPS[name](event)
            if changes:
                event = msgspec.structs.replace(event, **changes)
        except Exception:
            spent.failed += 1
            log.debug("enriching: the step %s failed", name, exc_info=True)
            if quality.ENRICH_FAILED not in event.quality:
                event = msgspec.structs.replace(event, quality=(*event.quality, quality.ENRICH_FAILED))
        ended = perf_counter()
        spent.calls += 1
        spent.seconds += ended - began
        began = ended
    return event


def _category(event: Event) -> Changes:
    if event.category is not None or not event.category_raw:
        return _NOTHING
    found = category(event.category_raw)
    return _NOTHING if found is None else {"category": found}


def _place(event: Event) -> Changes:
    """City and country of the coordinates, or the country of the city; never coordinates, since the middle
    of a city is no place of an event."""
    venue = event.venue
    if venue is None or (venue.city and venue.country) or event.attendance == "online":
        return _NOTHING
    city, country = venue.city, venue.country
    codes = list(event.quality)
    if venue.latitude is not None and venue.longitude is not None:
        country = country or country_at(venue.latitude, venue.longitude)
        city = city or city_at(venue.latitude, venue.longitude, country)
    elif venue.city is not None:
        country = country_of_city(venue.city, event.timezone if event.tz_source == "explicit" else None)
    if country != venue.country:
        codes.append(quality.COUNTRY_DERIVED)
    if city != venue.city:
        codes.append(quality.CITY_DERIVED)
    if len(codes) == len(event.quality):
        return _NOTHING
    return {
        "venue": msgspec.structs.replace(venue, city=city, country=country),
        "quality": tuple(dict.fromkeys(codes)),
    }


def _zone(event: Event) -> Changes:
    """The zone of the place, where the source names none; one with another offset than the source states is
    not believed."""
    if event.timezone is not None or event.attendance == "online" or event.venue is None:
        return _NOTHING
    name = _zone_of_place(event.venue)
    if name is None:
        return _NOTHING
    if event.tz_source == "assumed":
        start = resolve(event.start_local, name)
        return _NOTHING if start is None else _read_in_zone(event, start, name)
    offset = datetime.fromisoformat(event.start_local) - event.starts_at.replace(tzinfo=None)
    if not plausible(name, event.starts_at, offset):
        known = quality.ZONE_MISMATCH in event.quality
        return _NOTHING if known else {"quality": (*event.quality, quality.ZONE_MISMATCH)}
    if quality.TZ_ASSUMED in event.quality:  # the end came without a zone
        return _read_in_zone(event, When(event.starts_at, event.start_local, name, "geo"), name)
    return {"timezone": name, "tz_source": "geo"}


def _zone_of_place(venue: Venue) -> str | None:
    if venue.latitude is not None and venue.longitude is not None:
        return zone_at(venue.latitude, venue.longitude)
    return zone_of(venue.country, venue.city) if venue.country is not None else None


def _read_in_zone(event: Event, start: When, name: str) -> Changes:
    """The times of an event whose start is now known; TZ_ASSUMED stays, so that somebody looks at it."""
    times: dict[str, object] = {"starts_at": start.utc, "start_local": start.local}
    if start.local != event.start_local and event.start_text is None:
        times["start_text"] = event.start_local
    codes = (*event.quality, *start.codes)
    end = _end(event, name)
    if end is not None:
        length = span(start, end)
        times.update(ends_at=length.ends_at, end_local=length.end_local)
        if length.end_local != event.end_local and event.end_text is None:
            times["end_text"] = event.end_local
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


def _currency(event: Event) -> Changes:
    if event.currency is not None or not event.price_max or event.venue is None:
        return _NOTHING
    currency = currency_of(event.venue.country)
    # Without a currency the minor units were counted in hundredths.
    if currency is None or exponent(currency) != exponent(None):
        return _NOTHING
    kept = tuple(code for code in event.quality if code != quality.CURRENCY_UNKNOWN)
    return {"currency": currency, "quality": (*kept, quality.CURRENCY_ASSUMED)}


def _slug(event: Event) -> Changes:
    made = slug(event.title, event.venue.city if event.venue is not None else None, event.start_local)
    return {"slug": made} if made != event.slug else _NOTHING


_STEPS: Mapping[str, Callable[[Event], Changes]] = {
    "category": _category,
    "place": _place,
    "zone": _zone,
    "currency": _currency,
    "slug": _slug,
}
