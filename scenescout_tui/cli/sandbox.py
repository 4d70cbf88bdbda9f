"""The sandbox as the engine takes it: its samples as page walks, and a database that goes away with the
process.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from scenescout_tui.cli.flags import Flags
from scenescout_tui.sandbox.broken import Source
from scenescout_tui.sandbox.samples import SOURCES, SampleStream
from scenescout_tui.settings import Settings
from scenescout_tui.sources.pages import Page, PageWalk, RawRecord


class SampleWalk:
    """Pages of one source's samples; each call takes as long as the slow server behind it."""

    def __init__(self, source: Source) -> None:
        self._stream = SampleStream(source)
        self._origin = f"{source} samples"
        self._number = 0

    @property
    def complete(self) -> bool:
        """Nothing is known of what is not there."""
        return False

    async def last_good_page(self) -> Page | None:
        """There is no older copy."""
        return None

    async def next_page(self) -> Page | None:
        """Return the next page, or None after the last.

        :raises ConnectionError: where the samples have it that the connection breaks; asking again helps.
        """
        first = self._stream.position + 1
        records = await self._stream.next()
        if records is None:
            return None
        self._number += 1
        done = self._stream.position
        return Page(
            records=tuple(RawRecord(data, line, self._origin) for line, data in enumerate(records, first)),
            cursor=str(done),
            number=self._number,
            total=self._stream.total,
            fraction=done / self._stream.total,
        )

    async def aclose(self) -> None:
        """Nothing is held open."""


def sample_walks() -> dict[str, Callable[[], PageWalk]]:
    """Return what opens a walk over each source's samples."""
    return {source: partial(SampleWalk, source) for source in SOURCES}


@contextmanager
def sandbox_settings(flags: Flags, **more: object) -> Iterator[Settings]:
    """Load the settings for a sandbox: a database in a private folder that is removed at the end.

    A database named by a flag is used instead, and kept.
    """
    with tempfile.TemporaryDirectory(prefix="scenescout-sandbox-") as folder:
        throw_away = f"sqlite:///{Path(folder) / 'sandbox.db'}"
        database = throw_away if flags.database is None else flags.database
        yield flags.settings(**more | {"database_url": database})
