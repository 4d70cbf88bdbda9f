"""What a source hands to an import: pages of raw records, each with the position after it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Protocol

from scenescout_tui.errors import SpawnerError
from scenescout_tui.events.record import RecordError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as the source sent it, byte for byte.

    `line` is the record's number in its input, from 1; `origin` names the input (a file name, "stdin", an
    address). `error` is set when the bytes could not even be cut or decoded into one JSON value.
    """

    data: bytes
    line: int
    origin: str
    error: RecordError | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some records and the position after them.

    `cursor` is opaque; a walk opened with it goes on behind this page. `number` counts pages from 1. `total`
    is the number of records expected where that is known, `fraction` the part of the input read so far
    (0..1). `stale`: an older copy, because the source does not answer. `age`: seconds since its records left
    the source, which its terms may count.
    """

    records: tuple[RawRecord, ...]
    cursor: str
    number: int
    total: int | None = None
    fraction: float | None = None
    stale: bool = False
    age: float = 0.0


class PageWalk(Protocol):
    """A walk over one source's pages, in order."""

    @property
    def complete(self) -> bool:
        """Whether all the source lists was seen, from its first page to its last; read after the walk.

        Only then does a record that was not seen mean one that the source has taken away. A walk over files,
        one that was cut short, went on in the middle, lost pages or served old ones is not complete.
        """
        ...

    async def next_page(self) -> Page | None:
        """Return the next page, or None after the last.

        :raises SpawnerError: when the page cannot be had; `retryable` says whether asking again may help.
        """
        ...

    async def last_good_page(self) -> Page | None:
        """Return the last good copy of the page that `next_page` could not get, and go on behind it; None
        where there is none. It is marked stale.
        """
        ...

    async def aclose(self) -> None:
        """Let go of files and connections; may be called twice."""
        ...


@dataclass(frozen=True, slots=True)
class KeptPage:
    """What is kept of an answer of a source; `fetched_at` in Unix seconds.

    `body` is None where bodies are not kept. `etag` and `last_modified` are there only where the whole answer
    was imported with the options in force, so that "not modified" means that nothing is to be done.
    """

    body: bytes | None
    etag: str | None
    last_modified: str | None
    fetched_at: float


class PageKeeper(Protocol):
    """Where a walk leaves its good answers and finds them again; `key` names the request, without secrets."""

    async def keep(self, key: str, page: KeptPage) -> None:
        """Remember a good answer, in place of an older one."""
        ...

    async def kept(self, key: str) -> KeptPage | None:
        """Return the last good answer to a request."""
        ...


async def keep_copy(keeper: PageKeeper, key: str, page: KeptPage) -> None:
    """Keep a good answer; that it cannot be kept costs a later fallback or shortcut, not the answer."""
    try:
        await keeper.keep(key, page)
    except SpawnerError as error:
        log.warning("no copy of %s was kept: %s", key, error.message)


class RequestGate(Protocol):
    """What a source asks once per HTTP request, so that limits and breakers stay outside of it."""

    async def wait(self) -> None:
        """Return when a request may be sent.

        :raises SpawnerError: when none may be sent for now (breaker open, budget spent).
        """
        ...

    def observe(self, remaining: int | None, limit: int | None, resets_at: float | None) -> None:
        """Tell what the server says of its budget; `resets_at` is a Unix time in seconds."""
        ...

    def record(self, ok: bool | None) -> None:
        """Tell how the request ended, exactly once after each `wait`.

        `ok` False: the service failed (no answer, 5xx); None where the end says nothing about it (cancelled).
        A refusal such as a 404 or a 429 is an answer of a living service: True.
        """
        ...
