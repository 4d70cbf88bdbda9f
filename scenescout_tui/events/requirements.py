"""What an event must have before it may be stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scenescout_tui.errors import ValidationError
from scenescout_tui.events.model import Event, Venue

#: How the fields are called in a form; other sources are spoken of in general words.
_FORM_NAMES = {"start": "start_time", "end": "end_time", "venue": "venue_name"}
#: Sources whose place is one text, in which nobody can tell the city for sure.
_PLACE_IS_ONE_TEXT = frozenset(("ics",))
_SAY_PLACE = "Say where events without a place take place: --place 'NAME, CITY'."
_HINTS = {"venue": "name, address or online", "venue_name": "or address", "city": "or coordinates"}


def require(event: Event, validate_location: bool = True) -> None:
    """Check that an event's place is known well enough to list it.

    A venue name, an address or online; with `validate_location` also a city, coordinates or online, except
    from calendars, whose place is one text.

    :raises ValidationError: naming each missing field.
    """
    city_wanted = validate_location and event.source not in _PLACE_IS_ONE_TEXT
    missing = missing_place(event.venue, event.attendance, city_wanted)
    if missing:
        found = incomplete(event.source, dict.fromkeys(missing, "missing"))
        if event.source in _PLACE_IS_ONE_TEXT:
            found.metadata["action"] = _SAY_PLACE
        raise found


def missing_place(venue: Venue | None, attendance: str, validate_location: bool) -> tuple[str, ...]:
    """Return which of "venue" and "city" a place lacks."""
    if attendance in ("online", "hybrid"):
        return ()
    missing = []
    if venue is None or not (venue.name or venue.address1 or venue.display):
        missing.append("venue")
    if validate_location and (venue is None or (not venue.city and venue.latitude is None)):
        missing.append("city")
    return tuple(missing)


def is_reference(venue: Venue | None) -> bool:
    """Tell whether a venue is only a source's id, to be looked up where venues are kept."""
    return venue is not None and venue == Venue(external_id=venue.external_id)


def incomplete(source: str, problems: Mapping[str, str], hint: str | None = None) -> ValidationError:
    """Return the error that names every field with a problem ("missing", "not a date and time").

    Fields are in the words of the source's form where it has one. No value of the record enters the message.
    """
    names = {field: _FORM_NAMES.get(field, field) if source == "manual" else field for field in problems}
    told = [f"{names[field]}{_hint(names[field], why)} is {why}" for field, why in problems.items()]
    message = "; ".join(told) if hint is None else f"{'; '.join(told)}: {hint}"
    return ValidationError(_listed(names.values()), None, message)


def _hint(name: str, why: str) -> str:
    return f" ({_HINTS[name]})" if why == "missing" and name in _HINTS else ""


def _listed(names: Iterable[str]) -> str:
    return ",".join(names)
