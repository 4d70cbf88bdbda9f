"""The row that the other programs make of a listing; imports nothing but the standard library."""

from __future__ import annotations

from typing import Any

# fmt: off
COLUMNS = (
    "id", "title", "summary", "url", "status", "starts_at", "ends_at", "start_local", "end_local",
    "timezone", "currency", "is_free", "venue_id", "venue_name", "address1", "city", "postal", "country",
    "latitude", "longitude",
)
# fmt: on
TABLE = (
    f"CREATE TABLE IF NOT EXISTS events ({', '.join(COLUMNS)}, PRIMARY KEY (id));"
    "CREATE INDEX IF NOT EXISTS by_start ON events (starts_at);"
    "CREATE INDEX IF NOT EXISTS by_city ON events (city, starts_at);"
    "CREATE INDEX IF NOT EXISTS by_venue ON events (venue_id)"
)


def row_of(listing: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of one listing as they stand in it."""
    venue = listing["venue"]
    address = venue["address"]
    return {
        "id": listing["id"],
        "title": listing["name"]["text"],
        "summary": listing["summary"],
        "url": listing["url"],
        "status": listing["status"],
        "starts_at": listing["start"]["utc"],
        "ends_at": listing["end"]["utc"],
        "start_local": listing["start"]["local"],
        "end_local": listing["end"]["local"],
        "timezone": listing["start"]["timezone"],
        "currency": listing["currency"],
        "is_free": listing["is_free"],
        "venue_id": venue["id"],
        "venue_name": venue["name"],
        "address1": address["address_1"],
        "city": address["city"],
        "postal": address["postal_code"],
        "country": address["country"],
        "latitude": float(address["latitude"]),
        "longitude": float(address["longitude"]),
    }
