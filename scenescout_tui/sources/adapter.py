"""What a source's adapter can do: read one of its records."""

from __future__ import annotations

from typing import Protocol

from scenescout_tui.events.model import Event


class SkipRecord(Exception):
    """The record is in order, but none to import; `reason` says why ("draft", "series parent")."""

    def __init__(self, reason: str, external_id: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.external_id = external_id


class Adapter(Protocol):
    """Reads the records of one source. Pure: the same bytes always give the same event."""

    #: The source's name in commands and in the store.
    name: str
    #: The source's name for people.
    title: str
    #: Seconds for which the source's terms let anybody keep its content; None: for good.
    retention: float | None
    #: What its terms demand to be shown beside its content, or "".
    attribution: str

    def parse(self, data: bytes, validate_location: bool = True) -> Event:
        """Read one record, a JSON object in UTF-8, into a normalised event.

        The event's place is not judged here, except that a record without title or start also names what its
        place lacks (`validate_location` as in `events.requirements.require`).

        :raises ValidationError: naming each field that is missing or cannot be read.
        :raises SkipRecord: for a draft or the parent of a series.
        """
        ...
