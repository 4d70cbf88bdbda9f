"""Moments as the database holds them: UTC text that sorts by time, "2026-11-23T12:00:00.000000Z"."""

from __future__ import annotations

from datetime import UTC, datetime

#: The start of an event whose content may not be kept: in the past for whoever reads the table, and at a
#: microsecond that no source names.
NO_START = "1970-01-01T00:00:00.000001Z"


def utc_now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """Return the stored form of an aware moment.

    Raises: ValueError for a naive one, whose offset nobody knows.
    """
    if moment.tzinfo is not UTC:
        if moment.utcoffset() is None:
            raise ValueError("a stored moment needs an offset from UTC")
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")[:26] + "Z"


def optional_text(moment: datetime | None) -> str | None:
    """Return the stored form, or None for none."""
    return None if moment is None else to_text(moment)


def to_moment(text: str) -> datetime:
    """Return the aware moment of a stored form."""
    return datetime.fromisoformat(text)


def optional_moment(text: str | None) -> datetime | None:
    """Return the aware moment, or None for none."""
    return None if text is None else datetime.fromisoformat(text)
