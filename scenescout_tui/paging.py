"""How lists are read: by key, never by offset, so that the last page costs what the first one costs.

Plain data, shared by the store that reads the pages and the doors that show them. The key of a row is text
that only the list itself understands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Keyed(Protocol):
    """A row that a list can be read on from."""

    @property
    def key(self) -> str:
        """Where the row stands in its list; no two rows share one."""


Row = TypeVar("Row", bound=Keyed)
Filters = TypeVar("Filters")


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a list are wanted."""

    #: A row's key; None: the edge of the list.
    at: str | None = None
    #: The rows before ``at`` instead of those behind it; without ``at`` the end of the list.
    back: bool = False
    #: ``at`` itself first, where it is still there: to draw a list again in its place.
    including: bool = False
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in the order of the list, whichever way they were read."""

    rows: tuple[Row, ...]
    #: There is more in the direction asked for.
    more: bool
    #: Rows that a bounded scan passed over.
    looked: int = 0
    #: Ask again from here: the scan stopped at its bound before the page was full.
    resume: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows there are; not ``exact``: at least so many."""

    number: int
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Frozen:
    """A set as it was counted for a confirmation: what comes later (an id above ``upto``) is not in it."""

    number: int
    upto: str


@dataclass(frozen=True, slots=True)
class Chosen(Generic[Filters]):
    """What an action is about: the ``ids`` where rows are marked, else all that pass ``filters``."""

    filters: Filters
    ids: tuple[str, ...] = ()
    #: From `Frozen`.
    upto: str | None = None
    #: The number that was confirmed: never more than that.
    most: int | None = None
