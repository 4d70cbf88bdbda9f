"""A store of a million events, a million errors and some thousand runs, made once and kept beside other ones.

The events are those of `bench_match_store`; half of the errors have dead letters.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from pathlib import Path

from scenescout_tui.store import Store, migrations
from scenescout_tui.store.ids import new_id
from tests.bench import bench_match_store

ERRORS = 1_000_000
GROUPS = 400
RUNS = 3_000
_NOW = "2026-11-23T12:00:00.000000Z"
_STEP = 50_000
_CATEGORIES = ("music", "theatre", "family", "food-and-drink", "sports", None)


def stored() -> Path:
    """Return its file, made in two minutes where it is not there yet; nobody may write into it."""
    size = f"{bench_match_store.STORED // 1_000}k"
    path = Path(tempfile.gettempdir()) / f"scenescout-bench-{migrations.HEAD}-{size}.db"
    if not path.exists():
        part = path.with_suffix(".part")
        for suffix in ("", "-wal", "-shm"):
            Path(f"{part}{suffix}").unlink(missing_ok=True)
        began = time.perf_counter()
        bench_match_store.build(part)
        _vary(part)
        _add_errors(part)
        print(f"built in {time.perf_counter() - began:.0f} s")
        began = time.perf_counter()
        with Store(str(part)) as store:
            while store.index_events(2_000):
                pass
            store._database.empty_log()
        print(f"indexed in {time.perf_counter() - began:.0f} s, {part.stat().st_size / 1e9:.2f} GB")
        part.rename(path)
    return path


def _vary(path: Path) -> None:
    """Give events cities of their own, categories, a rare code and a course of changes."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    rows = connection.execute("SELECT id FROM events ORDER BY id").fetchall()
    values = [
        (
            f"Town {number % 2_000}",
            _CATEGORIES[number % len(_CATEGORIES)],
            '["DST_GAP"]' if number % 5_000 == 0 else None,
            f"2026-10-{number * 20 // len(rows) + 1:02}T12:{number % 60:02}:00.000000Z",
            event_id,
        )
        for number, (event_id,) in enumerate(rows)
    ]
    connection.executemany(
        "UPDATE events SET city = ?, category = ?, quality = ?, updated_at = ? WHERE id = ?", values
    )
    connection.commit()
    connection.close()


def _add_errors(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    runs = [new_id() for _ in range(RUNS)]
    connection.executemany(
        "INSERT INTO runs (id, source, state, who, inputs, options, started_at, ended_at) "
        "VALUES (?, 'eventbrite', 'completed', 'bench', '[]', '{}', ?, ?)",
        [(run_id, _NOW, _NOW) for run_id in runs],
    )
    # The last run is long: ten thousand batches of a hundred.
    connection.executemany(
        "INSERT INTO run_batches (run_id, seq, size, state, created, failed, accepted_at, committed_at) "
        "VALUES (?, ?, 100, 'committed', 0, 100, ?, ?)",
        [
            (runs[-1], n, _NOW, f"2026-11-23T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}.000000Z")
            for n in range(10_000)
        ],
    )
    for start in range(0, ERRORS, _STEP):
        letters, errors = [], []
        for number in range(start, start + _STEP):
            group = number % GROUPS
            letter = new_id() if number % 2 == 0 else None
            source, code = ("eventbrite", "yelp", "ics")[group % 3], ("VALIDATION_ERROR", "BUG")[group % 2]
            message = f"field {group}: '{number}' is not what it should be"
            if letter is not None:
                letters.append(
                    (letter, runs[-1], source, code, message, b'{"id": %d}' % number, number, _NOW)
                )
            errors.append(
                (new_id(), runs[-1], f"group{group:04}", source, code, message, number, letter, _NOW)
            )
        connection.executemany(
            "INSERT INTO dead_letters (id, run_id, source, source_account, code, message, payload, "
            "origin, line, state, created_at) VALUES (?, ?, ?, '', ?, ?, ?, 'events.ndjson', ?, 'open', ?)",
            letters,
        )
        connection.executemany(
            "INSERT INTO errors (id, run_id, group_key, source, stage, code, message, action, "
            "origin, line, dead_letter_id, created_at) "
            "VALUES (?, ?, ?, ?, 'prepare', ?, ?, 'Look.', 'events.ndjson', ?, ?, ?)",
            errors,
        )
    connection.execute(
        "INSERT INTO error_groups SELECT group_key, source, stage, code, 'field: <value> is not', "
        "action, '', max(id), count(*), count(*), ?, ? FROM errors GROUP BY group_key",
        (_NOW, _NOW),
    )
    connection.execute("INSERT INTO run_errors SELECT run_id, group_key, count(*) FROM errors GROUP BY 1, 2")
    connection.execute("INSERT INTO totals VALUES ('events', '', ?)", (bench_match_store.STORED,))
    connection.execute("INSERT INTO totals VALUES ('errors_open', '', ?)", (ERRORS,))
    connection.commit()
    connection.close()
