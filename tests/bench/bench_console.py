"""The console through a pty: starting, keys, bytes, and a terminal that does not read."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from tests.bench import listings
from tests.bench.measure import spread
from tests.bench.terminal import Terminal

PAIRS = 7
EVENTS = 500_000
KEYS = 120
UNREAD_SECONDS = 30.0
SCENESCOUT = [sys.executable, "-m", "scenescout_tui"]


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ[name] = str(home / name.lower())
        start(home)
        source = home / "events.ndjson"
        listings.write(source, EVENTS)
        keys_and_bytes(home, source)
        unread(home, source)


def start(home: Path) -> None:
    """Measure --version, --help, the first paint and the first live picture."""
    print("start, seconds: median (min-max)")
    bare = [seconds([sys.executable, "-c", "pass"]) for _ in range(PAIRS)]
    for option, most in (("--version", 60), ("--help", 110)):
        found = [seconds([*SCENESCOUT, option]) for _ in range(PAIRS)]
        more = (median(found) - median(bare)) * 1000
        print(f"  {option:<10} {spread(found)}; python -c pass + {more:.0f} ms (at most {most})")
    ratios, lives = [], []
    for turn in range(PAIRS):
        with Terminal([sys.executable, "-m", "tests.bench.bare_app"]) as terminal:
            plain = terminal.seen("painted") - terminal.started
        with Terminal([*SCENESCOUT, "--database", str(home / f"start{turn}.db")]) as terminal:
            painted = terminal.seen("SceneScout") - terminal.started
            lives.append(terminal.seen("ready") - terminal.started)
        ratios.append(painted / plain)
    print(f"  first paint against a bare Textual app: {spread(ratios)} (at most 1.4)")
    print(f"  first live picture of a new database: {spread(lives)} s (at most 1)")


def seconds(command: list[str]) -> float:
    """Return how long a command takes from start to end."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def begin_import(terminal: Terminal, source: Path) -> None:
    """Type what a person types to import a file."""
    terminal.seen("ready")
    mark = terminal.mark()
    terminal.press("f")
    terminal.seen("file", mark)
    terminal.press(f"\x15{source}\r")  # ctrl+u: the last path is remembered
    terminal.seen("importing", mark)


def keys_and_bytes(home: Path, source: Path) -> None:
    """Measure key to paint and bytes per refresh, idle and during a full-speed import."""
    with Terminal([*SCENESCOUT, "--database", str(home / "keys.db")]) as terminal:
        terminal.seen("ready")
        time.sleep(2.0)
        print(f"idle: {terminal.quiet(5.0)} bytes in 5 s (0)")
        idle = presses(terminal, KEYS)
        begin_import(terminal, source)
        busy = presses(terminal, KEYS)
        mark, began = terminal.mark(), time.perf_counter()
        time.sleep(10.0)
        sent = len(terminal.since(mark))
        refreshes = (time.perf_counter() - began) * 4
        print(f"bytes at 120x40 while importing: {sent / refreshes:,.0f} per refresh of 4 Hz (at most 3,000)")
    for name, found in (("idle", idle), ("during a full-speed import", busy)):
        cuts = quantiles(found, n=100)
        print(
            f"key to paint, {name}: p50 {cuts[49] * 1000:.0f}, p95 {cuts[94] * 1000:.0f}, "
            f"p99 {cuts[98] * 1000:.0f} ms over {len(found)} keys (p99 at most 40)"
        )


def presses(terminal: Terminal, count: int) -> list[float]:
    """Open and close the help; return the seconds from each opening key to the help on the terminal."""
    found, rng = [], random.Random(7)
    for _ in range(count):
        mark = terminal.mark()
        pressed = terminal.press("?")
        found.append(terminal.seen("esc closes", mark) - pressed)
        mark = terminal.mark()
        terminal.press("\x1b")
        terminal.seen("workers", mark)
        time.sleep(0.05 + rng.random() * 0.1)
    return found


def unread(home: Path, source: Path) -> None:
    """Measure the engine's rate while nobody reads the terminal, and the end by SIGTERM in that state."""
    database = home / "unread.db"
    with Terminal([*SCENESCOUT, "--database", str(database)]) as terminal:
        begin_import(terminal, source)
        time.sleep(3.0)
        before = rate(database, UNREAD_SECONDS / 3)
        terminal.reading.clear()
        terminal.press("?")
        stalled = rate(database, UNREAD_SECONDS)
        terminal.reading.set()
        time.sleep(1.0)
        after = rate(database, UNREAD_SECONDS / 3)
        terminal.reading.clear()
        terminal.press("?")
        time.sleep(3.0)
        began = time.perf_counter()
        terminal.process.send_signal(signal.SIGTERM)
        status = terminal.process.wait(30)
        took = time.perf_counter() - began
    with sqlite3.connect(database) as connection:
        (state,) = connection.execute("SELECT state FROM runs").fetchone()
        total, in_flight, stored = connection.execute(
            "SELECT total, in_flight, (SELECT count(*) FROM source_records) FROM run_accounting"
        ).fetchone()
    print(
        f"terminal unread for {UNREAD_SECONDS:.0f} s: engine at {2 * stalled / (before + after):.2f} "
        "of its rate (at least 0.95)"
    )
    print(
        f"SIGTERM then: exit {status} after {took:.1f} s (143 within 7), run {state}, "
        f"{total:,} accounted, {stored:,} stored, {in_flight} in flight"
    )


_DONE = """
    SELECT coalesce(sum(created + updated + unchanged + duplicate + review + skipped + failed), 0)
    FROM run_batches
"""


def rate(database: Path, duration: float) -> float:
    """Return records stored per second over so many seconds."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        began, before = time.perf_counter(), connection.execute(_DONE).fetchone()[0]
        time.sleep(duration)
        found: float = (connection.execute(_DONE).fetchone()[0] - before) / (time.perf_counter() - began)
    return found


if __name__ == "__main__":
    main()
