"""A file of 100,000 events through the whole pipeline: rate beside the floor, peak memory at 100k and
400k.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench import listings
from tests.bench.measure import child, spread

EVENTS = 100_000
PAIRS = 3


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        source = home / "events.ndjson"
        size = listings.write(source, EVENTS)
        print(f"{EVENTS:,} events, {size:,.0f} bytes each, NDJSON into SQLite (WAL, synchronous=FULL)")
        ratios, rates, again = [], [], []
        for turn in range(PAIRS):
            floor = child("tests.bench.floor", str(source), str(home / f"floor{turn}.db"))
            database = str(home / f"import{turn}.db")
            full = child("tests.bench.one_import", str(source), database)
            repeat = child("tests.bench.one_import", str(source), database)
            assert full["created"] == EVENTS, full
            assert repeat["unchanged"] == EVENTS, repeat
            ratios.append(floor["seconds"] / full["seconds"])
            rates.append(EVENTS / full["seconds"])
            again.append(floor["seconds"] / repeat["seconds"])
            print(
                f"  pair {turn + 1}: floor {EVENTS / floor['seconds']:,.0f}/s, import {rates[-1]:,.0f}/s, "
                f"unchanged {EVENTS / repeat['seconds']:,.0f}/s, peak {full['peak_mb']:.0f} MB"
            )
        print(f"import against the floor: {spread(ratios)}")
        print(f"unchanged re-import against the floor: {spread(again)}")
        listings.write(source, 4 * EVENTS)
        large = child("tests.bench.one_import", str(source), str(home / "large.db"))
        print(
            f"peak memory: {full['peak_mb']:.0f} MB at {EVENTS:,} events and {large['peak_mb']:.0f} MB "
            f"at {4 * EVENTS:,} (at most 150, flat)"
        )


if __name__ == "__main__":
    main()
