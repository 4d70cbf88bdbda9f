"""Happenings as Yelp's /v3/events lists them: all 21 keys, numeric offsets, no zone, no currency, short
descriptions.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from scenescout_tui.sandbox.happenings import SHARED, Happening, happening
from scenescout_tui.sandbox.venues import VENUES

#: Yelp's own happenings start here, far away from those of Eventbrite.
_FIRST_OWN = 1_000_000
_CATEGORY = {
    "concert": "music",
    "comedy": "performing-arts",
    "talk": "lectures-books",
    "workshop": "other",
    "exhibition": "visual-arts",
    "market": "food-and-drink",
    "screening": "film",
    "class": "sports-active-life",
    "festival": "festivals-fairs",
}
_LONGEST_DESCRIPTION = 156


def yelp_events(count: int, seed: int, today: date) -> list[dict[str, Any]]:
    """Return `count` events, not sorted; up to 60 of them, at most one in four, are happenings that
    Eventbrite lists too.

    Those differ as two hands write the same thing down: in title and by some metres.
    """
    shared = min(SHARED, count // 4)
    numbers = [*range(shared), *range(_FIRST_OWN, _FIRST_OWN + count - shared)]
    events = [yelp_event(happening(number, seed, today), seed) for number in numbers]
    Random(f"{seed}/yelp/order").shuffle(events)
    return events


def yelp_event(item: Happening, seed: int) -> dict[str, Any]:
    """Return one happening as Yelp has it; what is online elsewhere stands here at some café."""
    rng = Random(f"{seed}/yelp/{item.number}")
    venue = item.venue or VENUES[item.number % len(VENUES)]
    city = venue.city
    cost, cost_max = _cost(item)
    shared = item.number < SHARED
    identifier = f"{city.name.lower().replace(' ', '-')}-{item.slug}-{item.number}"
    return {
        "attending_count": rng.randint(0, 400),
        "category": _CATEGORY[item.kind],
        "cost": cost,
        "cost_max": cost_max,
        "description": _description(item, rng),
        "event_site_url": f"https://www.yelp.com/events/{identifier}?adjust_creative=sandbox&utm_campaign=yelp_api_v3"
        "&utm_medium=api_v3_event_search&utm_source=sandbox",
        "id": identifier,
        "image_url": f"https://s3-media2.fl.yelpcdn.com/ephoto/sandbox-{item.number}/o.jpg",
        "interested_count": rng.randint(0, 900),
        "is_canceled": item.cancelled,
        "is_free": item.price.free is True,
        "is_official": False,
        "latitude": round(venue.latitude + rng.uniform(-0.0004, 0.0004), 6) if shared else venue.latitude,
        "longitude": round(venue.longitude + rng.uniform(-0.0004, 0.0004), 6) if shared else venue.longitude,
        "name": _retitled(item, rng) if shared else item.title,
        "tickets_url": rng.choice((None, "", f"https://tickets.example.org/{item.number}")),
        "time_end": item.offset(item.end).isoformat() if item.end is not None else None,
        "time_start": item.offset(item.start).isoformat(),
        "business_id": None
        if rng.random() < 0.2
        else f"{venue.name.split()[-1].lower()}-{city.country.lower()}",
        "location": {
            "address1": "" if rng.random() < 0.1 and not shared else venue.address,
            "address2": "",
            "address3": "",
            "city": city.name,
            "zip_code": venue.postal,
            "country": city.country,
            "state": city.region,
            "display_address": [venue.address, f"{city.name}, {city.region} {venue.postal}"],
            "cross_streets": "",
        },
    }


def _cost(item: Happening) -> tuple[float | None, float | None]:
    if item.price.low is None or item.price.high is None:
        return None, None
    unit = 1 if item.currency == "JPY" else 100
    highest = item.price.high / unit if item.price.high != item.price.low else None
    return item.price.low / unit, highest


def _description(item: Happening, rng: Random) -> str:
    text = item.blurb.replace(". ", ".\n", 1) if rng.random() < 0.45 else item.blurb
    return text if len(text) <= _LONGEST_DESCRIPTION else text[:_LONGEST_DESCRIPTION].rstrip() + "..."


def _retitled(item: Happening, rng: Random) -> str:
    artist, _, tour = item.title.partition(": ")
    return rng.choice(
        (
            item.title,
            f"{artist} – {tour}" if tour else item.title,
            f"{artist} {tour}".strip(),
            f"{item.title} at {item.venue.name}" if item.venue is not None else item.title,
            item.title.upper(),
        )
    )
