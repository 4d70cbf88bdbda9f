"""An answer of a server, and what it says of its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scenescout_tui.errors import retry_after_seconds


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """A whole answer, whatever its status. Header names are in lower case; the body is unpacked.

    Headers hold neither cookies nor the token, which some services send back.
    """

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


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return how many seconds a server asks to wait (Retry-After, RFC 9110, 10.2.3), None where it does not.

    A date is seen from `now` (Unix seconds), and from the server's own clock where the answer tells it.
    """
    # Seen from the epoch, a date is its own Unix time.
    server_time = retry_after_seconds(headers.get("date"), 0.0)
    return retry_after_seconds(headers.get("retry-after"), now if server_time is None else server_time)
