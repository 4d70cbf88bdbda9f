"""Good answers of sources, kept for when a source does not answer, or has nothing new."""

from __future__ import annotations

import zlib
from datetime import datetime

from sqlalchemy import func, select

from scenescout_tui.store.part import StorePart
from scenescout_tui.store.rows import KeptPageRow
from scenescout_tui.store.schema import kept_pages, run_batches, runs
from scenescout_tui.store.stamps import optional_text, to_moment, to_text
from scenescout_tui.store.statements import insert_rows

_COLUMNS = tuple(kept_pages.c.keys())
_CHANGES = tuple(name for name in _COLUMNS if name not in ("source", "page_key"))


class KeptPages(StorePart):
    """One answer for each request of each source, the newest."""

    def keep_page(
        self,
        source: str,
        key: str,
        *,
        run_id: str,
        salt: str,
        body: bytes | None,
        etag: str | None,
        last_modified: str | None,
        fetched_at: datetime,
        retention_until: datetime | None,
    ) -> None:
        """Remember a good answer, in place of an older one; `key` names the request, without secrets.

        `salt` stands for the options with which it is imported; `body` None where bodies are not kept.

        Raises: DatabaseError, also for a run that the store does not know (a dry run).
        """
        packed = None if body is None else zlib.compress(body, 1)
        moments = (to_text(fetched_at), optional_text(retention_until))
        row = (source, key, run_id, salt, packed, etag, last_modified, *moments)
        with self._database.writing("keep_page") as connection:
            insert_rows(connection, kept_pages, _COLUMNS, [row], update=_CHANGES)

    def kept_page(self, source: str, key: str) -> KeptPageRow | None:
        """Return the last good answer to a request; None where there is none, or none that may be kept still.

        Raises: DatabaseError.
        """
        k, b = kept_pages.c, run_batches.c
        failed = select(func.coalesce(func.sum(b.failed), 0)).where(b.run_id == k.run_id).scalar_subquery()
        query = (
            select(
                k.body, k.etag, k.last_modified, k.fetched_at, k.salt, k.retention_until, runs.c.state, failed
            )
            .join(runs, runs.c.id == k.run_id)
            .where(k.source == source, k.page_key == key)
        )
        with self._database.reading("kept_page") as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        packed, etag, last_modified, fetched_at, salt, until, state, failures = row
        if until is not None and until <= self._now():
            return None
        return KeptPageRow(
            body=None if packed is None else zlib.decompress(packed),
            etag=etag,
            last_modified=last_modified,
            fetched_at=to_moment(fetched_at),
            salt=salt,
            run_completed=state == "completed",
            run_failed=int(failures),
        )
