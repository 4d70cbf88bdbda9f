"""A Scrapy spider over an NDJSON file whose item pipeline upserts into SQLite: parse and write, no more.

Usage: python scrapy_upsert.py FILE DATABASE; prints events and seconds as JSON.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from columns import COLUMNS, TABLE, row_of
from scrapy.crawler import CrawlerProcess

SOURCE, DATABASE = sys.argv[1:]
BATCH = 500
UPSERT = (
    f"INSERT INTO events VALUES ({', '.join('?' * len(COLUMNS))}) "
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS[1:])}"
)


class Listings(scrapy.Spider):
    """Yields one item a line."""

    name = "listings"

    async def start(self) -> AsyncIterator[dict[str, Any]]:
        with open(SOURCE, "rb") as file:  # noqa: ASYNC230 – nothing else waits for its loop
            for line in file:
                yield row_of(json.loads(line))


class Upsert:
    """Writes items in transactions of 500."""

    def open_spider(self) -> None:
        self.connection = sqlite3.connect(DATABASE, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.executescript(TABLE)
        self.waiting: list[tuple[Any, ...]] = []
        self.count = 0

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        self.waiting.append(tuple(item.values()))
        if len(self.waiting) == BATCH:
            self.write()
        return item

    def write(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(UPSERT, self.waiting)
        self.connection.execute("COMMIT")
        self.count += len(self.waiting)
        self.waiting.clear()

    def close_spider(self) -> None:
        self.write()
        self.connection.close()
        took = time.perf_counter() - BEGAN
        json.dump({"events": self.count, "seconds": took}, sys.stdout)


BEGAN = time.perf_counter()
# Items are logged one by one at DEBUG: that would be half of its time.
process = CrawlerProcess(
    {"ITEM_PIPELINES": {Upsert: 100}, "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False}
)
process.crawl(Listings)
process.start()
