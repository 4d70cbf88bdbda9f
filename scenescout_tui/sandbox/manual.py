"""Happenings as people type them into a submission form."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from scenescout_tui.sandbox.happenings import Happening, happening

_FIRST_OWN = 2_000_000


def manual_forms(count: int, seed: int, today: date) -> list[dict[str, Any]]:
    """Return `count` filled-in forms; one in five is a concert that Eventbrite and Yelp list too."""
    shared = count // 5
    numbers = [*range(shared), *range(_FIRST_OWN, _FIRST_OWN + count - shared)]
    return [manual_form(happening(number, seed, today), seed) for number in numbers]


def manual_form(item: Happening, seed: int) -> dict[str, Any]:
    """Return one happening as a form: wall times with their zone, a price in units, hardly ever every
    field.
    """
    rng = Random(f"{seed}/manual/{item.number}")
    form: dict[str, Any] = {
        "title": item.title if rng.random() < 0.6 else f"{item.title} ",
        "description": item.blurb,
        "start_time": item.start.isoformat(timespec="minutes"),
        "timezone": item.zone,
        "contact_email": f"hello@{item.organiser.name.split()[0].lower()}.example",
        "tags": [item.kind],
    }
    if item.end is not None:
        form["end_time"] = item.end.isoformat(timespec="minutes")
    if item.venue is None:
        form["url"] = f"https://stream.example.org/{item.slug}"
        form["venue_name"] = "Online"
    else:
        city = item.venue.city
        form |= {
            "venue_name": item.venue.name,
            "address": item.venue.address,
            "city": city.name,
            "state": city.region,
            "country": city.country,
        }
        if rng.random() < 0.5:
            form |= {"latitude": round(item.venue.latitude, 4), "longitude": round(item.venue.longitude, 4)}
    if item.price.low is not None:
        form |= {"price": item.price.low / (1 if item.currency == "JPY" else 100), "currency": item.currency}
    if rng.random() < 0.4:
        form["capacity"] = item.capacity
    return form
