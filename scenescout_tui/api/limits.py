"""How much, and for how long, a caller may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    #: Request line and headers.
    head_bytes: int = 16_384
    head_seconds: float = 10.0
    body_bytes: int = 32_000_000
    body_seconds: float = 30.0
    #: Events of one post.
    events: int = 10_000
    #: Posts that are read or imported at once.
    posts: int = 8
    #: Bodies of all those posts together.
    bodies_bytes: int = 64_000_000
    #: Bytes of a body kept in memory while it comes in; the rest waits in a file until it is complete.
    in_memory: int = 4_000_000
    connections: int = 256
    #: How long what is left of a refused body is read and dropped, so that the caller can read the refusal.
    linger: float = 5.0
    #: How long a caller may take to fetch its answer.
    fetch: float = 30.0
    #: What callers are told to wait before they post again.
    retry_after: int = 5
