"""Matching against a million stored events: time per event in busy blocks, and what they cost an import."""

from __future__ import annotations

import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

import msgspec

from scenescout_tui.events import match
from scenescout_tui.events.blocks import block_keys, block_numbers, lookup_keys
from scenescout_tui.events.model import Event, Venue
from scenescout_tui.events.record import PreparedRecord
from scenescout_tui.store import BatchOptions, Store
from scenescout_tui.store.writer.planner import BatchPlanner
from tests.bench import listings
from tests.bench.measure import child, spread

STORED = 1_000_000
#: Events of one house on one day, in so many houses; one museum's day has far more.
HALL, HALLS = 161, 50
MUSEUM = 3_000
DECISIONS = 1_000
IMPORTED = 20_000
TURNS = 3
_SOURCE = "bench"
_NOW = "2026-11-23T12:00:00.000000Z"
_FIRST_DAY = datetime(2027, 1, 4, tzinfo=UTC)
_ENCODE = msgspec.json.Encoder().encode
_INDEXED = ("events", "source_records")
_STEP = 10_000


def main() -> None:
    """Build the store and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        full = home / "full.db"
        began = time.perf_counter()
        build(full)
        size = full.stat().st_size / 1e9
        print(f"{STORED:,} events stored, {size:.1f} GB, built in {time.perf_counter() - began:.0f} s")
        for name, stored in (("block of", HALL), ("museum's day of", MUSEUM)):
            took = decisions(full, stored)
            cuts = quantiles(took, n=100)
            print(
                f"look-up and decision in a {name} {stored:,}: p50 {cuts[49] * 1e3:.2f} ms, "
                f"p99 {cuts[98] * 1e3:.2f} ms" + (" (at most 5)" if stored == HALL else "")
            )
        source = home / "events.ndjson"
        write_import(source)
        rates = []
        for turn in range(TURNS):
            empty = child("tests.bench.one_import", str(source), str(home / f"empty{turn}.db"))
            # What an earlier turn has brought must not be there.
            database = str(home / f"full{turn}.db")
            copy(full, Path(database))
            busy = child("tests.bench.one_import", str(source), database)
            for found in (empty, busy):  # in a busy block some may be taken for others, and asked about
                assert (found["events"], found["unchanged"], found["failed"]) == (IMPORTED, 0, 0), found
            rates.append(empty["seconds"] / busy["seconds"])
            print(f"  {IMPORTED / empty['seconds']:,.0f}/s and {IMPORTED / busy['seconds']:,.0f}/s")
            Path(database).unlink()
        print(
            f"import of {IMPORTED:,} events, 1 % in busy blocks, against that into an empty database: "
            f"{spread(rates)} (at least 0.5)"
        )


def copy(source: Path, target: Path) -> None:
    """Copy a database as a file, which shares its blocks where the file system can."""
    target.write_bytes(b"")
    with sqlite3.connect(source) as one, sqlite3.connect(target) as two:
        one.backup(two)
    two.close()
    one.close()


def stored_events() -> Iterator[Event]:
    """Yield the events to store: those of a listing's towns, the busy halls' and the museum's."""
    for number in range(STORED - HALLS * HALL - MUSEUM):
        yield usual(number)
    for hall in range(HALLS):
        for number in range(HALL):
            yield busy(hall, number, HALL)
    for number in range(MUSEUM):
        yield busy(HALLS, number, MUSEUM)


def usual(number: int) -> Event:
    """Return an event of a house of its town, of which there are as many as a country has."""
    town, house = number % 2_000, number // 2_000 % 20
    start = _FIRST_DAY + timedelta(days=number * 7 % 365, hours=10 + number % 12)
    latitude, longitude = 36 + town % 40 * 0.5 + house * 0.004, -8 + town // 40 * 0.5
    name = listings.WORDS[(town * 7 + house) % 32].title()
    return _event(number, f"{name} {number}", f"{name} House {town}-{house}", start, latitude, longitude)


def busy(hall: int, number: int, count: int) -> Event:
    """Return one of the events of a hall on its one day, spread from ten to ten."""
    start = _FIRST_DAY + timedelta(days=hall, minutes=600 + number * 720 // count)
    words = " ".join(random.Random(number).sample(listings.WORDS, 3)).title()
    return _event(
        10_000_000 + hall * 10_000 + number, words, f"Fair Ground {hall}", start, 35.5, 100 + hall * 0.5
    )


def _event(number: int, title: str, house: str, start: datetime, latitude: float, longitude: float) -> Event:
    return Event(
        source=_SOURCE,
        external_id=f"{number:012}",
        title=title,
        starts_at=start,
        start_local=start.strftime("%Y-%m-%dT%H:%M:%S"),
        timezone="UTC",
        tz_source="explicit",
        attendance="in_person",
        venue=Venue(name=house, city="Town", latitude=latitude, longitude=longitude),
        summary=title * 8,
        description_text=title * 40,
    )


def build(database: Path) -> None:
    """Write the events with plain statements; indexes are made at the end, in a fifth of the time."""
    with Store(f"sqlite:///{database}") as store:
        run = store.begin_run("eventbrite", who="bench")
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -400000")
    indexes = connection.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN "
        f"({', '.join('?' * len(_INDEXED))})",
        _INDEXED,
    ).fetchall()
    connection.execute("BEGIN")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    connection.execute("CREATE TEMP TABLE found (block_key, event_id)")
    part: list[Event] = []
    for event in stored_events():
        part.append(event)
        if len(part) == _STEP:
            _write(connection, run, part)
            part = []
    _write(connection, run, part)
    connection.execute("INSERT OR IGNORE INTO event_blocks SELECT * FROM found ORDER BY 1, 2")
    for _, statement in indexes:
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.close()


def _write(connection: sqlite3.Connection, run: str, events: Iterable[Event]) -> None:
    found = [(event, f"01bench{event.external_id:0>19}") for event in events]
    keys = {key: block_keys(event) for event, key in found}
    _insert(
        connection,
        "events (id, title, summary, status, attendance, starts_at, start_local, timezone, all_day, "
        "venue_name, city, latitude, longitude, sources, record_count, field_sources, created_at, "
        "updated_at)",
        [
            (key, event.title, event.summary, "scheduled", event.attendance)
            + (event.starts_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z"), event.start_local, "UTC", 0)
            + _place(event)
            + (event.source, 1, "{}", _NOW, _NOW)
            for event, key in found
        ],
    )
    _insert(
        connection,
        "source_records (id, source, source_account, external_id, event_id, run_id, state, content_hash, "
        "digest, first_seen_at, last_seen_at, changed_at)",
        [
            (key, event.source, "", event.external_id, key, run, "active", key * 2)
            + (random.Random(key).randbytes(16), _NOW, _NOW, _NOW)
            for event, key in found
        ],
    )
    _insert(
        connection,
        "record_contents (record_id, normalised, block_keys)",
        [(key, _ENCODE(event).decode(), "\n".join(keys[key])) for event, key in found],
    )
    _insert(
        connection,
        "found (block_key, event_id)",
        [(number, key) for _, key in found for number in block_numbers(keys[key])],
    )


def _place(event: Event) -> tuple[object, ...]:
    venue = event.venue
    assert venue is not None
    return venue.name, venue.city, venue.latitude, venue.longitude


def _insert(connection: sqlite3.Connection, into: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        connection.executemany(f"INSERT INTO {into} VALUES ({', '.join('?' * len(rows[0]))})", rows)


def decisions(database: Path, stored: int) -> list[float]:
    """Return the seconds that new events of a busy house take, each alone."""
    rng = random.Random(stored)
    took = []
    with Store(f"sqlite:///{database}", read_only=True) as store:
        for at in range(DECISIONS):
            hall = HALLS if stored == MUSEUM else rng.randrange(HALLS)
            event = msgspec.structs.replace(
                busy(hall, rng.randrange(stored), stored), source="other", external_id=f"new-{at}"
            )
            record = PreparedRecord(
                number=at,
                digest=b"",
                raw=b"",
                source="other",
                event=event,
                block_keys=block_keys(event),
                lookup=block_numbers(lookup_keys(event)),
            )
            with store._database.reading("bench") as connection:
                planner = BatchPlanner(connection, "", BatchOptions(), _NOW)
                began = time.perf_counter()
                planner._load_blocks([record])
                match.decide(event, planner._memory.find(record.lookup))
                took.append(time.perf_counter() - began)
    return took


def write_import(path: Path) -> None:
    """Write the listing to import: 99 of 100 events as usual, one in a busy house, none of them known."""
    with path.open("w") as file:
        for number in range(IMPORTED):
            payload = listings.event(number)
            if number % 100 == 0:
                event = busy(number // 100 % HALLS, number % HALL, HALL)
                _into(payload, event, f"Gathering {number} {event.title}")
            file.write(json.dumps(payload) + "\n")


def _into(payload: dict[str, object], event: Event, title: str) -> None:
    """Put a payload into the house and hour of a stored event, under another title."""
    venue = event.venue
    assert venue is not None
    start = {
        "timezone": "UTC",
        "local": event.start_local,
        "utc": event.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    address = {
        "address_1": None,
        "city": venue.city,
        "latitude": f"{venue.latitude}",
        "longitude": f"{venue.longitude}",
    }
    payload |= {
        "name": {"text": title, "html": title},
        "start": start,
        "end": start,
        "venue": {"id": venue.name, "name": venue.name, "address": address},
    }


if __name__ == "__main__":
    main()
