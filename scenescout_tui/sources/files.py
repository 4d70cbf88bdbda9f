"""Walks over records in files, on stdin, and behind addresses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import anyio
import anyio.to_thread

from scenescout_tui.sources.formats import LOOKED_AT, format_of, reader_of
from scenescout_tui.sources.inputs import (
    STDIN,
    BodySource,
    ByteSource,
    InputError,
    Readable,
    check_inputs,
    origin_of,
)
from scenescout_tui.sources.pages import Page, PageWalk, RawRecord
from scenescout_tui.sources.read_options import ReadOptions
from scenescout_tui.sources.reader import InputReader
from scenescout_tui.sources.url_inputs import account_of, is_url
from scenescout_tui.sources.whole_reader import WholeReader

if TYPE_CHECKING:
    from scenescout_tui.sources.feed import Feed

__all__ = ["Feeds", "InputError", "check_inputs", "is_url", "open_walk"]

_START_ANEW = "Start a new import of the file; what is imported already stays and is not imported twice."


class Feeds(Protocol):
    """Where inputs that are addresses come from; `sources.feed.FeedClient` is one."""

    async def fetch(self, url: str) -> Feed | None:
        """Return a feed, or None where it has not changed since its last import."""
        ...

    async def last_good(self, url: str) -> Feed | None:
        """Return the last good copy of a feed that cannot be fetched, None where none is kept."""
        ...


def open_walk(
    inputs: Sequence[str | Path],
    *,
    source: str = "",
    page_size: int = 500,
    cursor: str | None = None,
    read: ReadOptions | None = None,
    feeds: Feeds | None = None,
) -> PageWalk:
    """Return a walk over the records of several inputs (paths, "-" for stdin, addresses), in order.

    `source` says what they hold: calendars ("ics"), JSON-LD ("jsonld"), tables ("csv"), JSON records of any
    other source, or whatever each one turns out to be ("auto"); `read` what they do not say themselves.
    Reading happens in a worker thread. Of JSON records one page and one record are in memory (a list up to
    16 MiB is read at once); the other formats are read whole.

    `cursor` is that of a page of the same inputs: the walk goes on behind it. A stream that pauses gives what
    it has. `next_page` raises `InputError` for an input that cannot be read, or a file that has changed since
    the cursor was made (a feed that has is read from its start), and whatever `feeds` raises.

    :raises InputError: when the cursor does not belong to these inputs.
    """
    options = (read or ReadOptions()).starting(date.today())
    return _FileWalk([str(name) for name in inputs], source, page_size, cursor, options, feeds)


class _FileWalk:
    def __init__(
        self,
        inputs: list[str],
        source: str,
        page_size: int,
        cursor: str | None,
        options: ReadOptions,
        feeds: Feeds | None,
    ) -> None:
        self._inputs = inputs
        self._of = source
        self._page_size = page_size
        self._options = options
        self._feeds = feeds
        self._index = 0
        self._number = 0
        self._source: Readable | None = None
        self._reader: InputReader | WholeReader | None = None
        self._feed: Feed | None = None
        self._resumed: dict[str, Any] | None = None
        self._total_size: int | None = None
        self._done_size = 0
        #: Read, but not handed out yet: a call that is cut off at the wrong moment loses nothing.
        self._held: list[RawRecord] = []
        #: Whether some of that is of an older copy.
        self._stale = False
        self._ended = False
        #: Whether nothing has happened yet that may hide records. A series that is followed no further than
        #: somebody asked for hides some.
        narrowed = options.series_from is not None or options.series_until is not None
        self._whole = cursor is None and not narrowed and all(is_url(name) for name in inputs)
        if cursor is not None:
            self._read_cursor(cursor)

    @property
    def complete(self) -> bool:
        """A file never says what its source has taken away; feeds do, where each was read whole, undamaged
        and as it is now.
        """
        return self._ended and self._whole

    async def last_good_page(self) -> Page | None:
        """Return the next page from the last good copy of a feed that cannot be fetched; a file has none."""
        if self._reader is not None or self._index >= len(self._inputs) or self._feeds is None:
            return None
        name = self._inputs[self._index]
        kept = await self._feeds.last_good(name) if is_url(name) else None
        if kept is None:
            return None
        self._take(kept)
        page = await self.next_page()
        return page or Page((), self._cursor(), self._number, None, None, stale=True)

    async def next_page(self) -> Page | None:
        """Return the next page; see `PageWalk`."""
        while len(self._held) < self._page_size and self._index < len(self._inputs):
            if self._source is None and is_url(self._inputs[self._index]):
                if self._held:
                    # What is here already does not wait for a server.
                    break
                if not await self._fetched():
                    continue
            # A stream keeps the thread for 0.2 s at most, so that a walk can be cancelled between two looks.
            paused = await anyio.to_thread.run_sync(self._read)
            if paused and self._held:
                break
        if not self._held:
            self._ended = True
            return None
        records, stale = tuple(self._held), self._stale
        self._held, self._stale = [], False
        self._number += 1
        return Page(records, self._cursor(), self._number, None, self._fraction(), stale)

    async def aclose(self) -> None:
        """Close the input that is open; may be called twice."""
        self._index = len(self._inputs)
        self._close()

    async def _fetched(self) -> bool:
        """Fetch the feed at hand; False, and on to the next input, where it has not changed."""
        if self._feeds is None:
            name = origin_of(self._inputs[self._index])
            raise InputError(f"{name} cannot be fetched here", "Save it to a file and import that.")
        feed = await self._feeds.fetch(self._inputs[self._index])
        if feed is None:
            self._whole = False
            self._index += 1
            return False
        self._take(feed)
        return True

    def _take(self, feed: Feed) -> None:
        self._feed = feed
        self._whole = self._whole and not feed.stale
        self._source = BodySource(feed.body, origin_of(self._inputs[self._index]))

    def _read(self) -> bool:
        """Read from the current input; tell whether it is a stream that pauses."""
        if self._total_size is None:
            self._total_size = _size_of(self._inputs)
            self._done_size = _size_of(self._inputs[: self._index])
        if self._reader is None and not self._open():
            return True
        assert self._reader is not None
        room = self._page_size - len(self._held)
        records, ended = self._reader.read(room)
        self._held += records
        self._stale = self._stale or (self._feed is not None and self._feed.stale)
        if ended:
            self._whole = self._whole and not self._reader.damaged
            self._done_size += self._reader.consumed
            self._close()
            self._index += 1
        return not ended and len(records) < room

    def _open(self) -> bool:
        """Open the current input with the reader for what it holds; False while a stream has not said
        enough.
        """
        name = self._inputs[self._index]
        if self._source is None:
            self._source = ByteSource(name)
        resumed = self._resumed
        if resumed is not None and resumed.get("print") != self._source.fingerprint:
            if self._feed is None:
                origin = self._source.origin
                self._close()
                raise InputError(
                    f"{origin} has changed since the run stopped; it cannot go on there", _START_ANEW
                )
            resumed = None
        kind = self._kind(self._source)
        if kind is None:
            return False
        self._resumed = None
        read = reader_of(kind)
        if read is None:
            self._reader = InputReader(self._source, resumed)
            return True
        self._reader = WholeReader(
            self._source,
            read,
            self._options,
            account=account_of(name) if is_url(name) else "",
            url=self._feed.url if self._feed is not None else None,
            position=resumed,
        )
        return True

    def _kind(self, source: Readable) -> Any:
        """Tell what the input holds; None while a stream has not said enough."""
        if self._of != "auto":
            return self._of if self._of in ("ics", "jsonld", "csv") else "records"
        head, more = b"", source.read(LOOKED_AT)
        while more:
            head += more
            more = source.read(LOOKED_AT - len(head)) if len(head) < LOOKED_AT else b""
        source.put_back(head)
        if more is None and b"\n" not in head.strip():
            return None
        kind = self._feed.content_type if self._feed is not None else ""
        return format_of(head, kind, self._options)

    def _close(self) -> None:
        if self._source is not None:
            self._source.close()
        self._source = self._reader = self._feed = None

    def _cursor(self) -> str:
        here: dict[str, Any] = {"input": self._index, "page": self._number}
        if self._reader is not None and self._source is not None:
            here |= {
                "name": self._source.origin,
                "print": self._source.fingerprint,
                **self._reader.position(),
            }
        return json.dumps(here, separators=(",", ":"))

    def _read_cursor(self, cursor: str) -> None:
        try:
            here = json.loads(cursor)
            self._index, self._number = int(here["input"]), int(here["page"])
        except (ValueError, KeyError, TypeError) as error:
            raise InputError("the saved position cannot be read", _START_ANEW) from error
        if "name" not in here:
            return
        if self._index >= len(self._inputs) or origin_of(self._inputs[self._index]) != here["name"]:
            raise InputError(
                "the saved position belongs to other inputs", "Name the same inputs in the same order."
            )
        if here["name"] == origin_of(STDIN) or here["print"] is None:
            raise InputError(
                f"{here['name']} cannot be read a second time", "Write the records to a file and import it."
            )
        self._resumed = here

    def _fraction(self) -> float | None:
        if not self._total_size:
            return None
        consumed = self._reader.consumed if self._reader is not None else 0
        return min(1.0, (self._done_size + consumed) / self._total_size)


def _size_of(inputs: Sequence[str]) -> int:
    """The size of all inputs together; 0 where one of them is a stream or cannot be asked."""
    total = 0
    for name in inputs:
        path = Path(name)
        try:
            if name == STDIN or not path.is_file():
                return 0
            total += path.stat().st_size
        except (OSError, ValueError):
            return 0
    return total
