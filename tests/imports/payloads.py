"""Small payloads in the documented shapes, made for these tests."""

from __future__ import annotations

from typing import Any


def eventbrite(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return an Eventbrite event (API v3) of its own hour, place and name per number."""
    day, hour = number % 27 + 1, number % 12 + 8
    payload: dict[str, Any] = {
        "id": str(900_000 + number),
        "name": {"text": f"Evening {_word(number)}", "html": f"Evening {_word(number)}"},
        "description": {"text": "Doors at seven.", "html": "<p>Doors at seven.</p>"},
        "summary": "Doors at seven.",
        "url": f"https://www.eventbrite.com/e/evening-{number}",
        "start": {
            "timezone": "Europe/Lisbon",
            "local": f"2027-02-{day:02}T{hour:02}:00:00",
            "utc": f"2027-02-{day:02}T{hour:02}:00:00Z",
        },
        "end": {
            "timezone": "Europe/Lisbon",
            "local": f"2027-02-{day:02}T{hour + 2:02}:00:00",
            "utc": f"2027-02-{day:02}T{hour + 2:02}:00:00Z",
        },
        "status": "live",
        "currency": "EUR",
        "online_event": False,
        "is_free": True,
        "venue_id": f"v{number}",
        "venue": {
            "id": f"v{number}",
            "name": f"Casa {_word(number)}",
            "address": {
                "address_1": f"Rua {number}",
                "city": "Lisboa",
                "country": "PT",
                "latitude": f"{38.70 + (number % 50) / 500:.5f}",
                "longitude": f"{-9.10 - (number % 40) / 500:.5f}",
            },
        },
    }
    return payload | changes


def yelp(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a Yelp event; far from every `eventbrite` one."""
    day = number % 27 + 1
    payload: dict[str, Any] = {
        "id": f"porto-matinee-{number}",
        "name": f"Matinee {_word(number)}",
        "category": "music",
        "description": "A short afternoon...",
        "time_start": f"2027-03-{day:02}T15:00:00+00:00",
        "time_end": None,
        "cost": None,
        "cost_max": None,
        "is_free": False,
        "is_canceled": False,
        "is_official": False,
        "tickets_url": "",
        "event_site_url": f"https://www.yelp.com/events/matinee-{number}?utm_source=abc",
        "image_url": "https://img.example/1.jpg",
        "attending_count": 3,
        "interested_count": 4,
        "business_id": None,
        "latitude": 41.15 + (number % 50) / 500,
        "longitude": -8.61,
        "location": {
            "address1": f"Rua do Porto {number}",
            "city": "Porto",
            "country": "PT",
            "state": "",
            "zip_code": "4000",
            "display_address": ["Rua do Porto", "Porto"],
        },
    }
    return payload | changes


def manual(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a filled-in form."""
    payload: dict[str, Any] = {
        "title": f"Village fair {_word(number)}",
        "venue_name": "Town square",
        "city": "Evora",
        "country": "PT",
        "start_time": "2027-05-09T10:00",
        "timezone": "Europe/Lisbon",
    }
    return payload | changes


def _word(number: int) -> str:
    """Return a name that shares nothing with that of another number."""
    letters = "bdfgklmnprstvz"
    vowels = "aeiou"
    word = ""
    rest = number * 7919 + 104_729
    for _ in range(4):
        rest, letter = divmod(rest, len(letters))
        rest, vowel = divmod(rest + 31 * number, len(vowels))
        word += letters[letter] + vowels[vowel]
    return word.title()
