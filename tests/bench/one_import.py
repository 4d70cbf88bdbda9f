"""Import one NDJSON file with the real engine, in a process of its own or with worker processes beside it;
prints seconds and peak memory (of the engine's process) as JSON.
"""

from __future__ import annotations

import json
import sys

from scenescout_tui.imports.commands import GetRunReport, StartImport
from scenescout_tui.imports.local import start_engine
from scenescout_tui.settings import load_settings
from tests.bench.measure import peak_mb


def main(source: str, database: str, processes: str = "0") -> None:
    """Run the import into a file or the database of a URL to its end, with so many worker processes."""
    url = database if "://" in database else f"sqlite:///{database}"
    handle = start_engine(load_settings({"database_url": url, "processes": processes}))
    started = handle.send(StartImport("eventbrite", inputs=(source,))).result()
    assert started.ok, started
    report = handle.query(GetRunReport(started.data["run_id"], wait=True)).result()
    handle.stop()
    handle.join()
    counts = report.counts
    json.dump(
        {
            "seconds": report.elapsed,
            "events": counts.finished,
            "created": counts.created,
            "unchanged": counts.unchanged,
            "failed": counts.failed,
            "peak_mb": peak_mb(),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
