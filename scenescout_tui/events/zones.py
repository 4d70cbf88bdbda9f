"""Time zones from coordinates, for sources that name an offset only, or not even that."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from scenescout_tui.events.times import zone


def zone_at(latitude: float, longitude: float) -> str | None:
    """Return the IANA zone of a place (WGS 84, degrees); None on the high seas and where there is none.

    The zone comes from the boundaries inside tzfpy, right to about 100 m; a country's waters belong to it.
    The first call loads them: 60 to 90 ms and 31 MB.
    """
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    from tzfpy import get_tz  # most imports never need it

    name = get_tz(longitude, latitude)
    # The zones of the seas ("Etc/GMT+2") are drawn by longitude; no event keeps its time by them. And a zone
    # that is newer than our own tables would be of no use.
    return name if name and not name.startswith("Etc/") and zone(name) is not None else None


def plausible(name: str, moment: datetime, offset: timedelta) -> bool:
    """Tell whether a zone has this offset from UTC at this moment (aware)."""
    tz = zone(name)
    return tz is not None and moment.astimezone(UTC).astimezone(tz).utcoffset() == offset
