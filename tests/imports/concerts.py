"""The same concerts as four sources know them, each in its own documented shape."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

_FIRST = datetime(2027, 4, 5, 16, 0, tzinfo=UTC)
_SYLLABLES = tuple(f"{letter}{vowel}" for letter in "bdfgklmnprstvz" for vowel in "aeiou")


class Concert(NamedTuple):
    """What all sources agree on; Lisbon is an hour ahead of UTC then."""

    number: int
    title: str
    house: str
    address: str
    latitude: float
    longitude: float
    start: datetime

    @property
    def wall(self) -> str:
        """Its start on the clock of the house."""
        return (self.start + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")


def concert(number: int) -> Concert:
    """Return a concert; each has its own band in its own house, two kilometres from the next."""
    return Concert(
        number,
        title=f"{_name(number)} {_name(number + 4_001)} Quartet",
        house=f"Casa {_name(number + 8_111)}",
        address=f"Rua {_name(number + 12_007)} {number % 90 + 1}",
        latitude=38.5 + number // 40 * 0.05,
        longitude=-9.0 + number % 40 * 0.025,
        start=_FIRST + timedelta(days=number % 90, hours=number % 5),
    )


def write_listings(folder: Path, concerts: Sequence[Concert]) -> dict[str, Path]:
    """Write one file for each source, every one in an order of its own; return them by source."""
    texts = {
        "eventbrite": [json.dumps(_eventbrite(one)) for one in _shuffled(concerts, 1)],
        "yelp": [json.dumps(_yelp(one)) for one in _shuffled(concerts, 2)],
        "manual": [json.dumps(_manual(one)) for one in _shuffled(concerts, 3)],
        "ics": [
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//concerts//EN",
            *(_calendar_entry(one) for one in _shuffled(concerts, 4)),
            "END:VCALENDAR",
        ],
    }
    files = {}
    for source, lines in texts.items():
        files[source] = folder / f"{source}.{'ics' if source == 'ics' else 'ndjson'}"
        files[source].write_text(("\r\n" if source == "ics" else "\n").join([*lines, ""]), newline="")
    return files


def _name(number: int) -> str:
    """Return a name of its own for every number below 343,000."""
    rest, word = number * 7_919 % 342_989, ""
    for _ in range(3):
        rest, syllable = divmod(rest, len(_SYLLABLES))
        word += _SYLLABLES[syllable]
    return word.title()


def _shuffled(concerts: Sequence[Concert], seed: int) -> list[Concert]:
    return random.Random(seed).sample(concerts, len(concerts))


def _eventbrite(one: Concert) -> dict[str, Any]:
    utc = one.start.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": str(700_000 + one.number),
        "name": {"text": one.title, "html": one.title},
        "url": f"https://www.eventbrite.com/e/{700_000 + one.number}",
        "start": {"timezone": "Europe/Lisbon", "local": one.wall, "utc": utc},
        "end": {"timezone": "Europe/Lisbon", "local": one.wall, "utc": utc},
        "status": "live",
        "currency": "EUR",
        "online_event": False,
        "is_free": False,
        "venue": {
            "id": f"v{one.number}",
            "name": one.house,
            "address": {
                "address_1": one.address,
                "city": "Lisboa",
                "country": "PT",
                "latitude": f"{one.latitude:.5f}",
                "longitude": f"{one.longitude:.5f}",
            },
        },
    }


def _yelp(one: Concert) -> dict[str, Any]:
    return {
        "id": f"lisboa-concert-{one.number}",
        "name": one.title,
        "category": "music",
        "description": "A concert...",
        "time_start": one.start.isoformat(),
        "time_end": None,
        "cost": None,
        "cost_max": None,
        "is_free": False,
        "is_canceled": False,
        "is_official": False,
        "tickets_url": "",
        "event_site_url": f"https://www.yelp.com/events/lisboa-concert-{one.number}",
        "image_url": "",
        "attending_count": 1,
        "interested_count": 2,
        "business_id": None,
        "latitude": one.latitude,
        "longitude": one.longitude,
        "location": {
            "address1": one.address,
            "city": "Lisboa",
            "country": "PT",
            "state": "",
            "zip_code": "1000",
            "display_address": [one.address, "Lisboa"],
        },
    }


def _manual(one: Concert) -> dict[str, Any]:
    return {
        "title": one.title,
        "venue_name": one.house,
        "address": one.address,
        "city": "Lisboa",
        "country": "PT",
        "start_time": one.wall[:16],
        "timezone": "Europe/Lisbon",
    }


def _calendar_entry(one: Concert) -> str:
    lines = (
        "BEGIN:VEVENT",
        f"UID:{one.number}@concerts.example",
        "DTSTAMP:20270101T000000Z",
        f"DTSTART;TZID=Europe/Lisbon:{one.wall.replace('-', '').replace(':', '')}",
        f"SUMMARY:{one.title}",
        f"LOCATION:{one.house}\\, {one.address}\\, Lisboa",
        f"GEO:{one.latitude:.5f};{one.longitude:.5f}",
        "END:VEVENT",
    )
    return "\r\n".join(lines)
