"""Events of our own making."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from scenescout_tui.events.model import Event, Organizer, Venue

HALL = Venue(name="Canal Hall", city="Manchester", country="GB", latitude=53.4842, longitude=-2.2314)


def event(**changes: Any) -> Event:
    """A concert at a hall; `start` is its wall time, which is taken as UTC."""
    start = datetime.fromisoformat(changes.pop("start", "2026-11-23T20:00:00"))
    fields: dict[str, Any] = {
        "source": "eventbrite",
        "external_id": "1",
        "title": "Songs & Stories",
        "starts_at": start.replace(tzinfo=UTC),
        "start_local": start.isoformat(),
        "timezone": "Europe/London",
        "tz_source": "explicit",
        "attendance": "in_person",
        "venue": HALL,
    }
    return Event(**{**fields, **changes})


def online(**changes: Any) -> Event:
    """The same evening on a screen."""
    return event(
        **{"attendance": "online", "venue": None, "organizer": Organizer(name="Canal Arts"), **changes}
    )
