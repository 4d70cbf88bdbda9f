"""Sources over HTTP with faults: 10,000 events of each service, one answer in ten gone wrong, limits kept."""

from __future__ import annotations

import logging
import sqlite3
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from scenescout_tui.imports.commands import GetRunReport, ImportOptions, StartImport
from scenescout_tui.imports.local import start_engine
from scenescout_tui.presets import RATE_LIMITS
from scenescout_tui.sandbox.server import SandboxServer
from scenescout_tui.setting_values import Secret
from scenescout_tui.settings import load_settings

EVENTS = 10_000
FAULTS = 0.1
_LIMITS = {"eventbrite": RATE_LIMITS.EVENTBRITE_API, "yelp": RATE_LIMITS.YELP_API}


class _Errors(logging.Handler):
    """Counts what was logged with a traceback that is no answer of a source."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        self.seen.append(record.getMessage())


def main() -> None:
    """Import both services and print what came of it."""
    errors = _Errors()
    logging.getLogger("scenescout_tui").addHandler(errors)
    with tempfile.TemporaryDirectory() as folder:
        for source in ("eventbrite", "yelp"):
            _measure(source, Path(folder) / f"{source}.db")
    print(f"errors logged: {len(errors.seen)} (0)", *errors.seen[:5], sep="\n  ")


def _measure(source: str, database: Path) -> None:
    with SandboxServer(events=EVENTS, faults=FAULTS, latency=0, yelp_daily_limit=100_000) as sandbox:
        base = load_settings(
            {
                "database_url": f"sqlite:///{database}",
                "eventbrite_url": sandbox.eventbrite_url,
                "yelp_url": sandbox.yelp_url,
                "retry_delay": 0.2,
            }
        )
        settings = replace(
            base,
            eventbrite_token=Secret(sandbox.eventbrite_token),
            yelp_token=Secret(sandbox.yelp_token),
        )
        asks = {
            "eventbrite": (("organizer", sandbox.organizer_id),),
            "yelp": (("location", sandbox.yelp_location), ("start", "2020-01-01")),
        }
        engine = start_engine(settings)
        there = _listed(sandbox, source)
        began = time.monotonic()
        try:
            accepted = engine.send(
                StartImport(source, ask=asks[source], options=ImportOptions(all_results=True))
            ).result()
            report = engine.query(GetRunReport(accepted.data["run_id"], wait=True)).result()
        finally:
            engine.stop()
            engine.join()
        took = time.monotonic() - began
        listed = _listed(sandbox, source)
        counts = sandbox.counts()
    _print(source, database, report, took, (there & listed, listed - there), counts)


def _listed(sandbox: SandboxServer, source: str) -> frozenset[str]:
    return sandbox.eventbrite_ids() if source == "eventbrite" else sandbox.yelp_ids()


def _print(
    source: str,
    database: Path,
    report: Any,
    took: float,
    listed: tuple[frozenset[str], frozenset[str]],
    counts: Any,
) -> None:
    always, published = listed
    with sqlite3.connect(database) as connection:
        ids = [one for (one,) in connection.execute("SELECT external_id FROM source_records")]
        account = connection.execute(
            "SELECT total, created + updated + unchanged + duplicate + review + skipped + failed, in_flight "
            "FROM run_accounting"
        ).fetchone()
    drafts = {one.external_id for one in report.skipped if one.reason in ("draft", "series parent")}
    lost = always - set(ids) - drafts
    late = published - set(ids) - drafts
    traffic, allowed = getattr(counts, source), _LIMITS[source]
    print(f"{source}: {len(always):,} listed all the time, run {report.state} in {took:.0f} s")
    print(f"  {report.counts}")
    print(f"  lost {len(lost)} (0), twice {len(ids) - len(set(ids))} (0)", end=", ")
    print(f"identity {account[0]} = {account[1]} + {account[2]}")
    print(f"  requests {traffic.requests}, over a limit {traffic.over_limit} (0)", end=", ")
    print(f"at most {traffic.peak_second} in 1 s (≤ {allowed.burst})", end=", ")
    print(f"{traffic.peak_minute} in 60 s (≤ {allowed.requests_per_minute})")
    print(f"  published meanwhile {len(published)}, of which {len(late)} come with the next import")
    print(f"  faults served: {dict(counts.faults)}, lists shifted {counts.shifts} times")


if __name__ == "__main__":
    main()
