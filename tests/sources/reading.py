"""Documents of our own making, read as an import reads them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from scenescout_tui.errors import ValidationError
from scenescout_tui.events.model import Event
from scenescout_tui.events.requirements import require
from scenescout_tui.sources.adapters import ADAPTERS, SkipRecord
from scenescout_tui.sources.document import Document
from scenescout_tui.sources.formats import Format, reader_of
from scenescout_tui.sources.pages import RawRecord
from scenescout_tui.sources.read_options import ReadOptions

#: The day on which every test's run begins.
TODAY = date(2026, 11, 23)


@dataclass
class Outcome:
    """What came of the records of a document."""

    events: list[Event] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    #: The words of every failure, in order.
    failed: list[str] = field(default_factory=list)


def records(
    kind: Format, body: bytes | str, *, account: str = "", url: str | None = None, **options: Any
) -> Any:
    """The pieces that a document gives."""
    read = reader_of(kind)
    assert read is not None
    data = body.encode() if isinstance(body, str) else body
    chosen = ReadOptions.of(**options).starting(TODAY)
    return list(read(Document(data, "test", account, url), chosen))


def judged(source: str, found: Iterable[RawRecord], *, validate_location: bool = True) -> Outcome:
    """Records as their adapter reads them and `require` judges them."""
    outcome = Outcome()
    for one in found:
        if one.error is not None:
            outcome.failed.append(one.error.message)
            continue
        try:
            event = ADAPTERS[source].parse(one.data, validate_location)
            require(event, validate_location)
            outcome.events.append(event)
        except SkipRecord as skip:
            outcome.skipped[skip.reason] += 1
        except ValidationError as error:
            outcome.failed.append(str(error))
    return outcome


def outcome(kind: Format, body: bytes | str, **options: Any) -> Outcome:
    """A document read from its bytes to its events."""
    return judged(kind, records(kind, body, **options))


def events(kind: Format, body: bytes | str, **options: Any) -> list[Event]:
    """The events of a document in which nothing fails."""
    found = outcome(kind, body, **options)
    assert found.failed == []
    return found.events


def calendar(*parts: str, header: str = "") -> str:
    """A calendar of VEVENTs and other components."""
    lines = f"BEGIN:VCALENDAR\nVERSION:2.0\n{header}\n{''.join(parts)}END:VCALENDAR\n"
    return "\r\n".join(line for line in lines.splitlines() if line) + "\r\n"


def vevent(**properties: str | None) -> str:
    """A VEVENT; `DTSTART__TZID_Europe/London` cannot be a name, so parameters go before the value with ":".

    A value that begins with ";" brings its parameters: `DTSTART=";TZID=Europe/London:20261201T200000"`. None
    takes a property away; `_` in a name stands for "-".
    """
    given: dict[str, str | None] = {
        "UID": "evening@example.org",
        "DTSTAMP": "20261101T000000Z",
        "SUMMARY": "Songs & Stories",
        "LOCATION": "Canal Hall\\, 27 Canal Street\\, Manchester",
        "DTSTART": ";TZID=Europe/London:20261201T200000",
        "DTEND": ";TZID=Europe/London:20261201T223000",
        **properties,
    }
    lines = ["BEGIN:VEVENT"]
    for name, value in given.items():
        if value is not None:
            plain = name.replace("_", "-")
            lines.append(f"{plain}{value}" if value.startswith(";") else f"{plain}:{value}")
    return "\n".join([*lines, "END:VEVENT"]) + "\n"


def linked(**changes: Any) -> dict[str, Any]:
    """A schema.org event as pages mark it up; `...` takes a field away."""
    node: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "MusicEvent",
        "name": "Songs & Stories",
        "url": "https://canal.example.org/songs?utm_source=x",
        "startDate": "2026-12-01T20:00:00+00:00",
        "endDate": "2026-12-01T22:30:00+00:00",
        "location": {
            "@type": "Place",
            "name": "Canal Hall",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": "27 Canal Street",
                "addressLocality": "Manchester",
                "postalCode": "M4 5AJ",
                "addressCountry": "GB",
            },
        },
        **changes,
    }
    return {key: value for key, value in node.items() if value is not ...}


def page(*scripts: object, head: str = "") -> str:
    """A web page with JSON-LD scripts; texts go in as they are."""
    tags = (
        f'<script type="application/ld+json">{one if isinstance(one, str) else json.dumps(one)}</script>'
        for one in scripts
    )
    return f"<!DOCTYPE html><html><head>{head}</head><body><p>Hi</p>{''.join(tags)}</body></html>"
