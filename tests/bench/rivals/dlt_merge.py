"""A dlt pipeline that merges the listings of an NDJSON file by their id.

Usage: python dlt_merge.py FILE DATABASE_URL FOLDER; prints events and seconds as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

FILE, DATABASE, FOLDER = sys.argv[1:]
os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": FOLDER}

import dlt  # noqa: E402
from columns import row_of  # noqa: E402

BATCH = 500


@dlt.resource(name="events", primary_key="id", write_disposition="merge")
def listings() -> Iterator[list[dict[str, Any]]]:
    """Yield rows in lists of 500, which costs dlt less than one by one."""
    rows = []
    with open(FILE, "rb") as file:
        for line in file:
            rows.append(row_of(json.loads(line)))
            if len(rows) == BATCH:
                yield rows
                rows = []
    yield rows


began = time.perf_counter()
kind = dlt.destinations.sqlalchemy if DATABASE.startswith("sqlite") else dlt.destinations.postgres
pipeline = dlt.pipeline("listings", destination=kind(DATABASE), dataset_name="listings", pipelines_dir=FOLDER)
pipeline.run(listings())
took = time.perf_counter() - began
with pipeline.sql_client() as client:
    ((count,),) = client.execute_sql("SELECT count(*) FROM events")
json.dump({"events": count, "seconds": took}, sys.stdout)
