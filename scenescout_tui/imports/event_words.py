"""What is said of one event at every door: who gives a field, and what changes with an edit."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from scenescout_tui.events.edits import EDIT, FIELDS
from scenescout_tui.store import EventDetail, EventRow

#: Characters of an id that are shown; every verb takes them for the id.
SHORT = 6
EDITED = "edited"
#: What is said of the event beside what its sources say.
_OUR_OWN = frozenset({"id", "venue_id", "quality", "sources", "record_count", "created_at", "updated_at"})
#: Fields that come from one record together.
_TOGETHER = {
    **dict.fromkeys(
        ("venue_name", "venue_display", "address1", "address2", "city", "region", "postal", "country"),
        "venue",
    ),
    **dict.fromkeys(("latitude", "longitude"), "venue"),
    **dict.fromkeys(("organizer_name", "organizer_url"), "organizer"),
}


def given_by(detail: EventDetail, field: str) -> str:
    """Name the record that gives a field ("yelp 8f2c14"), or `EDITED`; empty where nobody else could.

    The name of the source is as it is stored: it is to be cleaned where it is shown.
    """
    several = len(detail.records) > 1 or bool(detail.edits)
    if not several or field in _OUR_OWN:
        return ""
    by = detail.event.field_sources
    origin = by.get(field) or by.get(_TOGETHER.get(field, "")) or by.get("*", "")
    if origin == EDIT:
        return EDITED
    return next((f"{one.source} {one.id[-SHORT:]}" for one in detail.records if one.id == origin), "")


def also_changed(before: EventRow, after: EventRow, edited: Collection[str]) -> Iterator[str]:
    """Yield the fields that said something, were not named, and say something else for an edit."""
    for field in FIELDS:
        was = getattr(before, field)
        if field not in edited and was is not None and was != getattr(after, field):
            yield field
    # An end that is known in UTC alone.
    if before.end_local is None and before.ends_at is not None and after.ends_at is None:
        yield "ends_at"
