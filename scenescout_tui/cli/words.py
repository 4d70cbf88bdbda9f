"""How rows of the store are said in JSON: one function per kind of row, used by every verb that prints it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import msgspec

from scenescout_tui.cli.data import iso
from scenescout_tui.sources.adapters import ADAPTERS
from scenescout_tui.store.review_rows import Decided, DecisionRow, ReviewDetail, ReviewItem
from scenescout_tui.store.rows import (
    DeadLetter,
    EditRow,
    ErrorGroup,
    ErrorRow,
    EventRow,
    LinkRow,
    RunRow,
    SourceRecordRow,
)
from scenescout_tui.store.venue_rows import VenueForm, VenueRow

#: The status of an event whose content may not be kept any longer.
EXPIRED = "expired"
_STORED = tuple(field.name for field in fields(EventRow))
#: The fields of an exported event: those of the table `events`, in its order, and what terms demand.
EVENT_FIELDS: tuple[str, ...] = (*_STORED, "attribution")


def event_json(event: EventRow) -> dict[str, Any]:
    """Return an event with the names of the table `events`; moments as ISO 8601 in UTC, prices in minor
    units. `attribution` is what must be shown beside it, with a link to its `url`; None where nothing must.
    """
    found = {name: _json_value(getattr(event, name)) for name in _STORED}
    if event.status == EXPIRED:
        found["starts_at"] = None  # what stands in its place says nothing
    return found | {"attribution": attribution(event.sources)}


def attribution(sources: Iterable[str]) -> str | None:
    """Return what the terms of these sources demand to be shown beside events: "Event data from Yelp"."""
    wanted = (ADAPTERS[name].attribution for name in dict.fromkeys(sources) if name in ADAPTERS)
    return "; ".join(words for words in wanted if words) or None


def record_json(record: SourceRecordRow) -> dict[str, Any]:
    """Return one source record of an event."""
    return {
        "id": record.id,
        "source": record.source,
        "source_account": record.source_account,
        "external_id": record.external_id,
        "event_id": record.event_id,
        "run_id": record.run_id,
        "state": record.state,
        "content_hash": record.content_hash,
        "first_seen_at": iso(record.first_seen_at),
        "last_seen_at": iso(record.last_seen_at),
        "changed_at": iso(record.changed_at),
        "missing_since": iso(record.missing_since),
        "blanked_at": iso(record.blanked_at),
    }


def link_json(link: LinkRow) -> dict[str, Any]:
    """Return why a record hangs on an event."""
    return {name: _json_value(value) for name, value in asdict(link).items()}


def venue_json(venue: VenueRow) -> dict[str, Any]:
    """Return a venue with the names of the table `venues`, and what must be shown beside it."""
    found = {name: _json_value(value) for name, value in asdict(venue).items()}
    return found | {"attribution": attribution(venue.sources)}


def venue_form_json(form: VenueForm) -> dict[str, Any]:
    """Return what one source says of a venue."""
    found = {name: _json_value(value) for name, value in asdict(form).items() if name != "venue"}
    return found | {"venue": msgspec.structs.asdict(form.venue)}


def run_json(run: RunRow) -> dict[str, Any]:
    """Return a run with its accounting, named like the answer of an import."""
    return {
        "runId": run.id,
        "source": run.source,
        "state": run.state,
        "who": run.who,
        "inputs": list(run.inputs),
        "options": dict(run.options),
        "note": run.note,
        "startedAt": iso(run.started_at),
        "endedAt": iso(run.ended_at),
        "resumeAt": iso(run.resume_at),
        "missing": run.missing,
        "stale": run.stale,
        "accounting": _camel(asdict(run.accounting)),
    }


def group_json(group: ErrorGroup) -> dict[str, Any]:
    """Return a group of errors that are the same to an operator."""
    return _camel({name: _json_value(value) for name, value in asdict(group).items()})


def error_json(error: ErrorRow) -> dict[str, Any]:
    """Return one error."""
    return _camel({name: _json_value(value) for name, value in asdict(error).items()})


def dead_letter_json(letter: DeadLetter) -> dict[str, Any]:
    """Return a dead letter; bytes of its payload that are no UTF-8 become backslash escapes."""
    found = _camel({name: _json_value(value) for name, value in asdict(letter).items()})
    if letter.payload is not None:
        found["payload"] = letter.payload.decode("utf-8", "backslashreplace")
    return found


def edit_json(edit: EditRow) -> dict[str, Any]:
    """Return what a person wrote over a field."""
    return {name: _json_value(value) for name, value in asdict(edit).items()}


def pending_json(item: ReviewItem) -> dict[str, Any]:
    """Return a submission that waits for a person; `linked` when its event has other records too."""
    return {
        "recordId": item.id,
        "eventId": item.event.id,
        "source": ", ".join(item.event.sources),
        "title": item.event.title,
        "startsAt": iso(item.event.starts_at),
        "city": item.event.city,
        "submittedAt": iso(item.at),
        "linked": item.other is not None,
    }


def pair_json(item: ReviewItem) -> dict[str, Any]:
    """Return a pair of events that may be one."""
    return {
        "id": item.id,
        "state": item.state,
        "score": item.score,
        "evidence": item.evidence,
        "at": iso(item.at),
        "event": event_json(item.event),
        "other": None if item.other is None else event_json(item.other),
    }


def review_json(detail: ReviewDetail) -> dict[str, Any]:
    """Return a pair or a submission with all that is known of both sides."""
    return {
        **pair_json(detail.item),
        "kind": detail.item.kind,
        "differences": [row._asdict() for row in detail.differences],
        "records": [record_json(record) for record in detail.records],
        "otherRecords": [record_json(record) for record in detail.other_records],
        "decidedBy": detail.decided_by,
        "decidedAt": iso(detail.decided_at),
    }


def decision_json(decision: DecisionRow) -> dict[str, Any]:
    """Return something that can be taken back."""
    return _camel({name: _json_value(value) for name, value in asdict(decision).items()})


def decided_json(decided: Decided) -> dict[str, Any]:
    """Return what came of a decision."""
    return {
        "success": True,
        "count": decided.count,
        "decisionIds": list(decided.decision_ids),
        "undoId": decided.undo_id,
        "skipped": [one._asdict() for one in decided.skipped],
    }


def _json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, tuple):
        return list(value)
    return value


def _camel(row: dict[str, Any]) -> dict[str, Any]:
    return {_camel_name(name): value for name, value in row.items()}


def _camel_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
