"""What walking an API is made of: steps, each of at most a few requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Protocol

import msgspec

from scenescout_tui.sources.eventbrite_api.answers import Found

Count = Annotated[int, msgspec.Meta(ge=0)]


class ListingPosition(msgspec.Struct, frozen=True, tag="page"):
    """The page of a listing that was read last, and how it was asked for; `pages` counts all pages so far,
    `keys` are those of the page's records.
    """

    id: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,20}$")]
    page: Annotated[int, msgspec.Meta(ge=1)]
    continuation: str | None
    pages: Annotated[int, msgspec.Meta(ge=1)]
    keys: tuple[str, ...] = ()


class EventsPosition(msgspec.Struct, frozen=True, tag="events"):
    """How many of the ids asked for are done."""

    at: Count
    pages: Count


Position = ListingPosition | EventsPosition


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one step brought.

    `total` is the number of records expected of the whole walk, `fraction` the part of it that is done
    (0..1), where known.
    """

    found: tuple[Found, ...]
    origin: str
    position: Position
    total: int | None = None
    fraction: float | None = None
    stale: bool = False


class Steps(Protocol):
    """A way through the API. A step that failed or was cancelled is taken again by the next call."""

    @property
    def complete(self) -> bool:
        """Whether the steps so far saw all there is; see `PageWalk.complete`."""
        ...

    async def next(self) -> Fetched | None:
        """Take the next step; None after the last.

        :raises SpawnerError: when it cannot be taken.
        """
        ...

    async def last_good(self) -> Fetched | None:
        """Take the next step with what was kept of an earlier one; None where nothing was."""
        ...
