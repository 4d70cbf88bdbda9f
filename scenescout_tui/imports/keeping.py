"""Good answers of sources, kept in the store for when a source does not answer, or has nothing new."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scenescout_tui.imports.threads import StoreThreads
from scenescout_tui.sources.pages import KeptPage


@dataclass(slots=True)
class StoreKeeper:
    """The `PageKeeper` of one run.

    With ``bodies`` whole answers are kept, as long as ``retention`` (seconds) allows; without it only what
    tells a feed that has not changed. ``salt`` stands for the options in force: what was imported with others
    is read again. ``run_id`` is set once the run has begun; nothing is kept without one (a dry run).
    """

    threads: StoreThreads
    source: str
    salt: str
    bodies: bool
    retention: float | None
    run_id: str | None = None
    _given_at: float | None = None

    async def keep(self, key: str, page: KeptPage) -> None:
        """Remember a good answer, in place of an older one."""
        if self.run_id is None or not (self.bodies or page.etag or page.last_modified):
            return
        fetched = datetime.fromtimestamp(page.fetched_at, UTC)
        await self.threads.write(
            self.threads.store.keep_page,
            self.source,
            key,
            run_id=self.run_id,
            salt=self.salt,
            body=page.body if self.bodies else None,
            etag=page.etag,
            last_modified=page.last_modified,
            fetched_at=fetched,
            retention_until=None if self.retention is None else fetched + timedelta(seconds=self.retention),
        )

    async def kept(self, key: str) -> KeptPage | None:
        """Return the last good answer; its validators only where it was imported whole and with these
        options.
        """
        row = await self.threads.read(self.threads.store.kept_page, self.source, key)
        if row is None:
            return None
        self._given_at = row.fetched_at.timestamp()
        # What failed then would fail again: the same bytes, read in the same way.
        trusted = row.run_completed and row.salt == self.salt
        return KeptPage(
            body=row.body,
            etag=row.etag if trusted else None,
            last_modified=row.last_modified if trusted else None,
            fetched_at=row.fetched_at.timestamp(),
        )

    def age_of_last(self) -> float:
        """Return the seconds since the answer was fetched that was asked for last; 0 where there was none."""
        return 0.0 if self._given_at is None else max(0.0, time.time() - self._given_at)
