"""What the filter line of the events knows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from scenescout_tui.console.widgets.filter_line import FilterKeys, one_of
from scenescout_tui.events.quality import MEANINGS
from scenescout_tui.events.taxonomy import CATEGORIES
from scenescout_tui.imports.events_commands import STATUSES, Sort

#: The sorts in the order of their key, and how each is said.
SORTS: dict[Sort, str] = {
    "start": "by start",
    "start_desc": "by start, the last first",
    "updated_desc": "by change, the newest first",
    "updated": "by change, the oldest first",
}


def _moment(value: str) -> datetime:
    """Read a day (its midnight here) or a moment; a moment in UTC."""
    if value.lower() == "today":
        return datetime.combine(date.today(), time()).astimezone(UTC)
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("like 2026-11-23 or today") from None


def _spaced(value: str) -> str:
    """Read a name, written with _ for its spaces."""
    return value.replace("_", " ")


def _code(value: str) -> str:
    code = value.upper()
    found = next((one for one in MEANINGS if one.startswith(code)), None)
    if found is None:
        raise ValueError("a code like TZ_ASSUMED")
    return found


FILTER_KEYS: FilterKeys = {
    "source": str.lower,
    "status": one_of(STATUSES),
    "city": _spaced,
    "since": _moment,
    "until": _moment,
    "quality": _code,
    "category": one_of(CATEGORIES),
}
