"""What Eventbrite says of its limit."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scenescout_tui.sources.web.answer import Budget

# "token:<TOKEN> 69/2000 reset=874s, key:<KEY> 69/2000 reset=874s": used/limit and seconds to the reset, one
# part per bucket (SOURCES §1). The names in front hold the token: they are never read.
_BUCKET = re.compile(r"(?:^|\s)([0-9]{1,9})/([0-9]{1,9})\s+reset=([0-9]{1,9})s?\s*$")
_LONGEST_HEADER = 4096


def read_budget(headers: Mapping[str, str], now: float) -> Budget | None:
    """Read `X-Rate-Limit` (lower-case names) at the Unix time `now`; the tighter of its buckets counts.

    None where the header is missing or means nothing; never raises.
    """
    header = headers.get("x-rate-limit")
    if not isinstance(header, str) or len(header) > _LONGEST_HEADER:
        return None
    found = [bucket for part in header.split(",") if (bucket := _BUCKET.search(part)) is not None]
    buckets = [
        (int(limit) - int(used), int(limit), now + int(reset)) for used, limit, reset in map(_groups, found)
    ]
    if not buckets:
        return None
    # The fewest requests left; where two have as few, the one that resets last.
    remaining, limit, resets_at = min(buckets, key=lambda bucket: (max(0, bucket[0]), -bucket[2]))
    return Budget(max(0, remaining), limit, resets_at)


def _groups(bucket: re.Match[str]) -> tuple[str, str, str]:
    return bucket[1], bucket[2], bucket[3]
