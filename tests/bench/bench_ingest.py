"""A file of 100,000 events through the whole pipeline: its rate beside the floor, worker processes, other
programs and PostgreSQL, its memory, and where the time goes.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import OperationalError

from tests.bench import listings, where
from tests.bench.measure import child, spread
from tests.bench.rivals import environment

#: Fewer than 100,000 only to try the benchmark itself.
EVENTS = int(os.environ.get("SCENESCOUT_BENCH_EVENTS", "100000"))
PAIRS = 3
_SERVER = os.environ.get("SCENESCOUT_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/test")


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        source = home / "events.ndjson"
        size = listings.write(source, EVENTS)
        print(f"{EVENTS:,} events, {size:,.0f} bytes each, NDJSON into SQLite (WAL, synchronous=FULL)")
        rate = against_the_floor(source, home)
        against_others(source, home, rate)
        on_postgres(source, rate)
        memory(home)
        print("where the time goes, in one process:")
        print(where.table(*where.profile(source, home / "where.db")))


def against_the_floor(source: Path, home: Path) -> float:
    """Compare in turns: the floor, one process, worker processes, and the same file again; return the rate
    of one process.
    """
    rates: dict[str, list[float]] = {name: [] for name in ("floor", "import", "workers", "unchanged")}
    for turn in range(PAIRS):
        database, workers = str(home / f"import{turn}.db"), str(home / f"workers{turn}.db")
        floor = child("tests.bench.floor", str(source), str(home / f"floor{turn}.db"))
        full = imported(source, database, created=EVENTS)
        apart = imported(source, workers, created=EVENTS, processes=str(max(1, (os.cpu_count() or 2) - 1)))
        again = imported(source, database, unchanged=EVENTS)
        for name, found in zip(rates, (floor, full, apart, again), strict=True):
            rates[name].append(EVENTS / found["seconds"])
        shown = ", ".join(f"{name} {found[-1]:,.0f}/s" for name, found in rates.items())
        print(f"  turn {turn + 1}: {shown}; peak {full['peak_mb']:.0f} MB")
    for name, below, least in (
        ("import", "floor", 0.35),
        ("workers", "import", 1.5),
        ("unchanged", "floor", 1.0),
    ):
        ratios = [over / under for over, under in zip(rates[name], rates[below], strict=True)]
        print(f"{name} against {below}: {spread(ratios)} (at least {least})")
    return median(rates["import"])


def against_others(source: Path, home: Path, rate: float) -> None:
    """Compare with programs that do less: Scrapy parses and upserts, dlt merges by id."""
    if not environment.install():
        return
    found = environment.run("scrapy_upsert.py", str(source), str(home / "scrapy.db"))
    say_rival("a Scrapy pipeline that parses and upserts", found, rate, 1.0)
    merges = {
        "SQLite": environment.run("dlt_merge.py", str(source), f"sqlite:///{home}/d.db", str(home / "d"))
    }
    with own_database() as url:
        if url is not None:
            # dlt insists on a password, even where the server asks for none.
            plain = make_url(url).set(drivername="postgresql", password="none")
            shown = plain.render_as_string(hide_password=False)
            merges["PostgreSQL"] = environment.run("dlt_merge.py", str(source), shown, str(home / "p"))
    name, fastest = min(merges.items(), key=lambda pair: pair[1]["seconds"])
    say_rival(f"dlt's merge into {name}", fastest, rate, 4.0)


def say_rival(name: str, found: dict[str, Any], rate: float, least: float) -> None:
    """Print how the import's rate compares with that of another program."""
    assert found["events"] == EVENTS, found
    other = EVENTS / found["seconds"]
    print(f"{name}: {other:,.0f}/s; import against it: {rate / other:.2f} (at least {least})")


def on_postgres(source: Path, rate: float) -> None:
    """Compare with an import into PostgreSQL."""
    with own_database() as url:
        if url is None:
            print("no PostgreSQL server: not compared")
            return
        found = imported(source, url, created=EVENTS)
    into = EVENTS / found["seconds"]
    print(f"into PostgreSQL: {into:,.0f}/s; against SQLite: {into / rate:.2f} (at least 0.6)")


def memory(home: Path) -> None:
    """Print the peak at this size and at four times as much."""
    peaks = []
    for times in (1, 4):
        source = home / f"times{times}.ndjson"
        listings.write(source, times * EVENTS)
        peaks.append(imported(source, str(home / f"times{times}.db"), created=times * EVENTS)["peak_mb"])
        source.unlink()
    print(
        f"peak memory: {peaks[0]:.0f} MB at {EVENTS:,} events and {peaks[1]:.0f} MB at {4 * EVENTS:,} "
        "(at most 150, flat)"
    )


def imported(source: Path, database: str, *, processes: str = "0", **counts: int) -> dict[str, Any]:
    """Import a file in a process of its own; checks what came of it."""
    found = child("tests.bench.one_import", str(source), database, processes)
    assert {name: found[name] for name in counts} == counts, found
    return found


@contextmanager
def own_database() -> Iterator[str | None]:
    """Yield the URL of a new database on the server, which is dropped afterwards; None without a server."""
    engine = create_engine(_SERVER, isolation_level="AUTOCOMMIT")
    name = f"scenescout_bench_{uuid4().hex[:8]}"
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    except OperationalError:
        yield None
        return
    try:
        yield make_url(_SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        engine.dispose()


if __name__ == "__main__":
    main()
