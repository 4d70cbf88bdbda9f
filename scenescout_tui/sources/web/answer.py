"""An answer of a server, and what it says of its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """A whole answer, whatever its status. Header names are in lower case; the body is unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    #: Where it came from in the end, without user, password and secrets.
    url: str
    #: When it was complete, Unix seconds.
    fetched_at: float


@dataclass(frozen=True, slots=True)
class Budget:
    """What a service says of its own limit: requests left, of how many, and when it resets (Unix seconds)."""

    remaining: int | None
    limit: int | None
    resets_at: float | None
