"""What no event can do without: a title, a start and an id of its own."""

from __future__ import annotations

from typing import NamedTuple

from scenescout_tui.errors import ValidationError
from scenescout_tui.events.model import Attendance, Venue
from scenescout_tui.events.requirements import incomplete, missing_place
from scenescout_tui.events.times import When
from scenescout_tui.sources.decoding import describe_record


class Essentials(NamedTuple):
    """The three as far as a record has them; `start_given` tells an unreadable start from a missing one."""

    title: str | None
    start: When | None
    external_id: str | None
    start_given: bool

    def complaint(
        self, source: str, data: bytes, venue: Venue | None, attendance: Attendance, validate_location: bool
    ) -> ValidationError:
        """Return the error that names all that is missing, and what the record looks like instead."""
        problems: dict[str, str] = {}
        if self.title is None:
            problems["title"] = "missing"
        if self.start is None:
            problems["start"] = "not a date and time" if self.start_given else "missing"
        problems.update(dict.fromkeys(missing_place(venue, attendance, validate_location), "missing"))
        if self.external_id is None:
            problems["id"] = "missing"
        hint = describe_record(data, source)
        found = incomplete(source, problems, hint.words if hint is not None else None)
        if hint is not None:
            found.metadata["action"] = hint.action
        found.metadata["external_id"] = self.external_id
        return found
