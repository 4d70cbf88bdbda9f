"""The floor: typed decode of the same NDJSON and upsert of the same tables and indexes, and nothing else."""

from __future__ import annotations

import itertools
import json
import sqlite3
import sys
import time

import msgspec

from scenescout_tui.store import Store
from tests.bench.measure import peak_mb

BATCH = 500
ROWS_PER_STATEMENT = 50


class Text(msgspec.Struct):
    text: str
    html: str


class Moment(msgspec.Struct):
    timezone: str
    local: str
    utc: str


class Address(msgspec.Struct):
    address_1: str | None
    city: str | None
    postal_code: str | None
    country: str | None
    latitude: str | None
    longitude: str | None


class Venue(msgspec.Struct):
    id: str
    name: str | None
    address: Address


class Listing(msgspec.Struct):
    id: str
    name: Text
    summary: str | None
    url: str
    start: Moment
    end: Moment
    status: str
    currency: str
    is_free: bool
    venue: Venue


TABLES = {
    "events": (
        "id, title, summary, status, attendance, starts_at, ends_at, start_local, end_local, timezone, "
        "all_day, venue_name, address1, city, postal, country, latitude, longitude, currency, is_free, url, "
        "sources, record_count, field_sources, created_at, updated_at"
    ),
    "source_records": (
        "id, source, source_account, external_id, event_id, run_id, state, content_hash, digest, "
        "first_seen_at, last_seen_at, changed_at"
    ),
    "record_contents": "record_id, normalised, block_keys",
    "event_blocks": "block_key, event_id",
}
NOW = "2026-11-23T12:00:00.000000Z"


def upsert(table: str, rows: int) -> str:
    """Return a multi-row upsert for so many rows."""
    columns = TABLES[table].split(", ")
    values = ",".join([f"({','.join('?' * len(columns))})"] * rows)
    updates = ",".join(f"{name}=excluded.{name}" for name in columns[1:])
    key = "block_key, event_id" if table == "event_blocks" else columns[0]
    return f"INSERT INTO {table} ({TABLES[table]}) VALUES {values} ON CONFLICT({key}) DO UPDATE SET {updates}"


def rows_of(one: Listing, line: bytes, run: str) -> dict[str, tuple[object, ...]]:
    """Return the row of each table."""
    address, latitude = one.venue.address, float(one.venue.address.latitude or 0)
    longitude = float(one.venue.address.longitude or 0)
    block = f"{one.start.local[:10]}|{latitude:.2f}|{longitude:.2f}"
    event = (one.id, one.name.text, one.summary, "scheduled", "in_person", one.start.utc, one.end.utc)
    place = (one.venue.name, address.address_1, address.city, address.postal_code, address.country)
    rest = (latitude, longitude, one.currency, one.is_free, one.url, "eventbrite", 1, "{}", NOW, NOW)
    return {
        "events": (*event, one.start.local, one.end.local, one.start.timezone, 0, *place, *rest),
        "source_records": (
            (one.id, "eventbrite", "", one.id, one.id, run, "active", one.id * 5, one.id.encode())
            + (NOW, NOW, NOW)
        ),
        "record_contents": (one.id, line.decode(), block),
        "event_blocks": (block, one.id),
    }


def main(source: str, database: str) -> None:
    """Load the file; prints seconds and peak memory as JSON."""
    store = Store(f"sqlite:///{database}")
    store.open()
    run = store.begin_run("eventbrite", inputs=[source], who="floor")
    store.close()
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    decode = msgspec.json.Decoder(Listing).decode
    count, began = 0, time.perf_counter()
    with open(source, "rb") as file:
        while batch := list(itertools.islice(file, BATCH)):
            rows = [rows_of(decode(line), line, run) for line in batch]
            connection.execute("BEGIN IMMEDIATE")
            for at in range(0, len(rows), ROWS_PER_STATEMENT):
                some = rows[at : at + ROWS_PER_STATEMENT]
                for table in TABLES:
                    values = list(itertools.chain.from_iterable(row[table] for row in some))
                    connection.execute(upsert(table, len(some)), values)
            connection.execute("COMMIT")
            count += len(batch)
    json.dump({"seconds": time.perf_counter() - began, "events": count, "peak_mb": peak_mb()}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
