"""What a source hands to an import: pages of raw records, each with the position after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from scenescout_tui.events.record import RecordError


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
    (0..1).
    """

    records: tuple[RawRecord, ...]
    cursor: str
    number: int
    total: int | None = None
    fraction: float | None = None


class PageWalk(Protocol):
    """A walk over one source's pages, in order."""

    async def next_page(self) -> Page | None:
        """Return the next page, or None after the last.

        :raises SpawnerError: when the page cannot be had; `retryable` says whether asking again may help.
        """
        ...

    async def aclose(self) -> None:
        """Let go of files and connections; may be called twice."""
        ...


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

    def record(self, ok: bool) -> None:
        """Tell how the request ended."""
        ...
