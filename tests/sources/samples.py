"""Records of our own making in the shapes that sources send."""

from __future__ import annotations

import json
from typing import Any


def eventbrite(**changes: Any) -> dict[str, Any]:
    """An event as API v3 sends it with venue and ticket_availability expanded."""
    record: dict[str, Any] = {
        "id": "700100200300",
        "name": {"text": "Songs & Stories", "html": "Songs &amp; Stories"},
        "description": {"text": "An evening by the canal.", "html": "An evening by the canal."},
        "summary": "An evening by the canal.",
        "url": "https://www.eventbrite.co.uk/e/songs-stories-tickets-700100200300?aff=ebapi",
        "start": {"timezone": "Europe/London", "local": "2026-06-10T19:30:00", "utc": "2026-06-10T18:30:00Z"},
        "end": {"timezone": "Europe/London", "local": "2026-06-10T22:00:00", "utc": "2026-06-10T21:00:00Z"},
        "created": "2026-02-14T11:47:47Z",
        "changed": "2026-05-21T11:24:28Z",
        "status": "live",
        "currency": "GBP",
        "online_event": False,
        "is_series": False,
        "is_series_parent": False,
        "is_free": False,
        "capacity": None,
        "organizer_id": "4806",
        "venue_id": "2457",
        "category_id": "103",
        "logo": {
            "original": {"url": "https://img.example.org/a.jpg?s=1"},
            "url": "https://img.example.org/small.jpg",
        },
        "ticket_availability": {
            "minimum_ticket_price": {
                "currency": "GBP",
                "value": 1250,
                "major_value": "12.50",
                "display": "£12.50",
            },
            "maximum_ticket_price": {
                "currency": "GBP",
                "value": 2000,
                "major_value": "20.00",
                "display": "£20.00",
            },
        },
        "venue": {
            "id": "2457",
            "name": "Canal Hall",
            "address": {
                "address_1": "27 Canal Street",
                "address_2": "",
                "city": "Manchester",
                "region": "England",
                "postal_code": "M4 5AJ",
                "country": "GB",
                "latitude": "53.48422",
                "longitude": "-2.2314114",
            },
        },
    }
    return _changed(record, changes)


def destination(**changes: Any) -> dict[str, Any]:
    """An event in the shape of Eventbrite's own site."""
    record: dict[str, Any] = {
        "id": "700100200301",
        "name": "Songs by the Canal",
        "summary": "An evening by the canal.",
        "url": "https://www.eventbrite.co.uk/e/700100200301",
        "start_date": "2026-06-10",
        "start_time": "19:30",
        "end_date": "2026-06-10",
        "end_time": "22:00",
        "timezone": "Europe/London",
        "is_online_event": False,
        "series_id": "55",
        "tags": [
            {"prefix": "EventbriteCategory", "display_name": "Music"},
            {"prefix": "OrganizerTag", "display_name": "folk"},
        ],
        "ticket_availability": {"is_free": True},
        "primary_organizer": {"id": "9", "name": "Canal Arts"},
        "primary_venue": {
            "id": "2457",
            "name": "Canal Hall",
            "address": {
                "city": "Manchester",
                "country": "GB",
                "latitude": "53.48422",
                "longitude": "-2.2314114",
            },
        },
    }
    return _changed(record, changes)


def yelp(**changes: Any) -> dict[str, Any]:
    """An event as Yelp sends it."""
    record: dict[str, Any] = {
        "id": "manchester-songs-and-stories",
        "name": "Songs & Stories",
        "category": "music",
        "description": "An evening by the canal,\nwith friends...",
        "time_start": "2026-06-10T19:30:00+01:00",
        "time_end": "2026-06-10T22:00:00+01:00",
        "cost": 12.5,
        "cost_max": 20.0,
        "is_free": False,
        "is_canceled": False,
        "is_official": False,
        "tickets_url": "",
        "event_site_url": "https://www.yelp.com/events/manchester-songs?adjust_creative=k&utm_source=k",
        "image_url": "https://img.example.org/o.jpg",
        "business_id": None,
        "latitude": 53.4843,
        "longitude": -2.2315,
        "attending_count": 12,
        "interested_count": 40,
        "location": {
            "address1": "27 Canal Street",
            "address2": "",
            "address3": None,
            "city": "Manchester",
            "zip_code": "M4 5AJ",
            "country": "GB",
            "state": "MAN",
            "display_address": ["27 Canal Street", "Manchester M4 5AJ"],
            "cross_streets": "",
        },
    }
    return _changed(record, changes)


def form(**changes: Any) -> dict[str, Any]:
    """A form that somebody filled in."""
    record: dict[str, Any] = {
        "title": "Songs & Stories",
        "description": "An evening by the canal.",
        "venue_name": "Canal Hall",
        "address": "27 Canal Street",
        "city": "Manchester",
        "country": "GB",
        "start_time": "2026-06-10T19:30",
        "end_time": "2026-06-10T22:00",
        "timezone": "Europe/London",
        "price": "12.50",
        "currency": "GBP",
    }
    return _changed(record, changes)


def encoded(record: object) -> bytes:
    """A record as bytes of JSON."""
    return json.dumps(record).encode()


def _changed(record: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Set fields; `...` takes a field away."""
    merged = {**record, **changes}
    return {key: value for key, value in merged.items() if value is not ...}
