"""Eventbrite-shaped events of about 1.8 kB, as many as a benchmark wants, the same for the same numbers."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

CITIES = (
    ("Lisbon", "PT", "Europe/Lisbon", 38.72, -9.14, "EUR"),
    ("Leeds", "GB", "Europe/London", 53.80, -1.55, "GBP"),
    ("Austin", "US", "America/Chicago", 30.27, -97.74, "USD"),
    ("Berlin", "DE", "Europe/Berlin", 52.52, 13.40, "EUR"),
    ("Melbourne", "AU", "Australia/Melbourne", -37.81, 144.96, "AUD"),
    ("Osaka", "JP", "Asia/Tokyo", 34.69, 135.50, "JPY"),
)
WORDS = [
    "night",
    "open",
    "river",
    "market",
    "jazz",
    "walk",
    "story",
    "garden",
    "quiet",
    "brass",
    "winter",
    "paper",
    "salt",
    "lantern",
    "harbour",
    "choir",
    "maker",
    "print",
    "ceramic",
    "dance",
    "film",
    "talk",
    "supper",
    "poetry",
    "cycle",
    "chess",
    "synth",
    "folk",
    "string",
    "board",
    "orchard",
    "ember",
]
#: Each city stands for so many towns, 28 km apart, so that a day in a town stays of a size seen in life.
DISTRICTS = 8
FIRST_DAY = datetime(2027, 1, 4, 18, 0)


def event(number: int) -> dict[str, object]:
    """Return one event; numbers far apart share nothing but the city."""
    rng = random.Random(number)
    city, country, zone, latitude, longitude, currency = CITIES[number % len(CITIES)]
    district = number // len(CITIES) % DISTRICTS
    city, latitude = f"{city} {district + 1}", latitude - district / 4
    local = FIRST_DAY + timedelta(days=number % 300, hours=rng.randrange(5))
    start, end = _moment(local, zone), _moment(local + timedelta(hours=2), zone)
    title = f"{' '.join(rng.sample(WORDS, 4)).title()} No. {number}"
    summary = " ".join(rng.choices(WORDS, k=24)).capitalize() + "."
    venue_number = number % 4_848
    address = {
        "address_1": f"{venue_number % 190 + 1} {WORDS[venue_number % 32].title()} Street",
        "address_2": None,
        "city": city,
        "region": None,
        "postal_code": f"{10_000 + venue_number}",
        "country": country,
        "latitude": f"{latitude + (venue_number % 97) / 900:.6f}",
        "longitude": f"{longitude + (venue_number % 89) / 900:.6f}",
    }
    venue = {
        "id": str(700_000 + venue_number),
        "name": f"The {WORDS[venue_number % 31].title()} Room {venue_number}",
        "address": address,
    }
    return {
        "id": str(10_000_000_000 + number),
        "name": {"text": title, "html": title},
        "description": {"text": summary, "html": f"<p>{summary}</p>"},
        "summary": summary,
        "url": f"https://www.eventbrite.com/e/tickets-{10_000_000_000 + number}",
        "start": start,
        "end": end,
        "created": "2026-09-01T08:00:00Z",
        "changed": "2026-10-01T08:00:00Z",
        "published": "2026-09-02T08:00:00Z",
        "status": "live",
        "currency": currency,
        "listed": True,
        "shareable": True,
        "online_event": False,
        "hide_start_date": False,
        "hide_end_date": False,
        "locale": "en_US",
        "is_series": False,
        "is_series_parent": False,
        "is_free": number % 3 == 0,
        "capacity": None,
        "venue_id": venue["id"],
        "organizer_id": str(20_000 + number % 900),
        "category_id": str(100 + number % 20),
        "subcategory_id": None,
        "format_id": "6",
        "inventory_type": "limited",
        "resource_uri": f"https://www.eventbriteapi.com/v3/events/{10_000_000_000 + number}/",
        "logo": {
            "id": str(number),
            "original": {"url": f"https://img.example/{number}.jpg", "width": 2160, "height": 1080},
        },
        "venue": venue,
    }


def _moment(local: datetime, zone: str) -> dict[str, str]:
    utc = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return {"timezone": zone, "local": local.isoformat(), "utc": utc.strftime("%Y-%m-%dT%H:%M:%SZ")}


def lines(count: int, first: int = 0) -> Iterator[bytes]:
    """Yield so many events as NDJSON lines of about 1.8 kB."""
    for number in range(first, first + count):
        yield json.dumps(event(number), ensure_ascii=False).encode() + b"\n"


def write(path: Path, count: int) -> float:
    """Write an NDJSON file; return the mean size of a line in bytes."""
    with path.open("wb") as file:
        for line in lines(count):
            file.write(line)
    return path.stat().st_size / count
