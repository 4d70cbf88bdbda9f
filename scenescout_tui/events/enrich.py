"""What can be added to an event from itself, without asking anyone."""

from __future__ import annotations

import msgspec

from scenescout_tui.events import quality
from scenescout_tui.events.countries import currency_of
from scenescout_tui.events.model import Event
from scenescout_tui.events.money import exponent
from scenescout_tui.events.taxonomy import category


class EnrichOptions(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Which steps are taken; each may be switched off."""

    category: bool = True
    currency: bool = True


def enrich(event: Event, options: EnrichOptions | None = None) -> Event:
    """Return the event with what can be derived from it: our own category, the currency of its country.

    A derived currency is flagged CURRENCY_ASSUMED. Fields the source filled are never touched.
    """
    options = options or EnrichOptions()
    changes: dict[str, object] = {}
    for wanted, step in ((options.category, _category), (options.currency, _currency)):
        if wanted:
            changes.update(step(event))
    return msgspec.structs.replace(event, **changes) if changes else event


def _category(event: Event) -> dict[str, object]:
    if event.category is not None or not event.category_raw:
        return {}
    found = category(event.category_raw)
    return {} if found is None else {"category": found}


def _currency(event: Event) -> dict[str, object]:
    if event.currency is not None or not event.price_max or event.venue is None:
        return {}
    currency = currency_of(event.venue.country)
    # Without a currency the minor units were counted in hundredths.
    if currency is None or exponent(currency) != exponent(None):
        return {}
    kept = tuple(code for code in event.quality if code != quality.CURRENCY_UNKNOWN)
    return {"currency": currency, "quality": (*kept, quality.CURRENCY_ASSUMED)}
