"""Some events for the tests, and an engine that lists them and knows one of them whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from scenescout_tui.imports.commands import Command, CommandResult
from scenescout_tui.imports.events_commands import (
    CountEvents,
    CountUnsearched,
    EventCase,
    EventEdit,
    EventField,
    EventLine,
    EventLink,
    EventRecord,
    EventSide,
    GetEvent,
    ListEvents,
)
from scenescout_tui.paging import Count, Page, Window
from tests.console import scripted

_STATUSES = ("scheduled", "scheduled", "scheduled", "cancelled", "postponed", "pending")
_VENUES = ("Alte Kantine", "SO36", "The Chapel", "Moods", "Werk 2", "Porgy & Bess")
ALL = Window(limit=1_000_000)


def line(number: int, title: str | None = None) -> EventLine:
    """One event; its words and its place are told by its number."""
    return EventLine(
        key=f"{number:06d} 01kk{number:022d}",
        event_id=f"01kk{number:022d}",
        title=f"{scripted._TITLES[number % 12]} ({number})" if title is None else title,
        start=f"2026-{12 if number % 3 else 11}-{1 + number % 28:02d} {18 + number % 5}:{number % 2}0",
        venue=_VENUES[number % 6],
        city=scripted._CITIES[number % 6],
        status=_STATUSES[number % 6],
        sources=("eventbrite", "yelp") if number % 4 == 0 else ("eventbrite",),
        url=f"https://tickets.example/e/{number}",
        updated_at=scripted.NOW - number * 3_600,
    )


FIELDS = (
    EventField("id", "01kk0000000000000000000000", ""),
    EventField("title", "Moonlight Jazz Session (0)", "eventbrite 8f2c14", editable=True),
    EventField("summary", "A night of standards and new pieces. " * 12, "yelp 77aa01", editable=True),
    EventField("status", "scheduled", "eventbrite 8f2c14", editable=True),
    EventField("starts_at", "2026-12-01T19:00:00Z", "eventbrite 8f2c14"),
    EventField("start_local", "2026-12-01T20:00:00", "eventbrite 8f2c14", editable=True),
    EventField("end_local", "", "", editable=True),
    EventField("timezone", "Europe/Berlin", "eventbrite 8f2c14", editable=True),
    EventField("venue_name", "Alte Kantine", "edited", editable=True, edited=True),
    EventField("city", "Berlin", "eventbrite 8f2c14", editable=True),
    EventField("category", "music", "yelp 77aa01", editable=True),
    EventField("price_min", "1250", "eventbrite 8f2c14", editable=True),
    EventField("currency", "EUR", "eventbrite 8f2c14", editable=True),
    EventField("url", "https://tickets.example/e/0", "eventbrite 8f2c14", editable=True),
    EventField("quality", "TZ_ASSUMED", ""),
)


def case(number: int = 0) -> EventCase:
    """One event with two records, why they are one, and an edit."""
    found = line(number)
    return EventCase(
        event_id=found.event_id,
        title=found.title,
        url=found.url,
        sources=found.sources,
        merged_into="",
        fields=FIELDS,
        records=(
            EventRecord("01kk00000000000000008f2c14", "eventbrite", "987654", "active", scripted.NOW - 600),
            EventRecord(
                "01kk000000000000000077aa01",
                "yelp",
                "moonlight-jazz-berlin",
                "missing",
                scripted.NOW - 90_000,
                missing_since=scripted.NOW - 3_600,
            ),
        ),
        sides=(
            EventSide("title", ("Moonlight Jazz Session", "Moonlight Jazz @ Alte Kantine"), True),
            EventSide("start_local", ("2026-12-01T20:00:00", "2026-12-01T20:00:00"), False),
            EventSide("venue_name", ("Kantine", "Alte Kantine"), True),
            EventSide("price_min", ("1250", ""), False),
            EventSide("summary", ("", "A night of standards and new pieces. " * 12), False),
        ),
        links=(
            EventLink(
                "77aa01",
                "same start, same house (0.2 km), title 91 of 100: moonlight jazz",
                "matcher",
                93.0,
                scripted.NOW - 86_000,
                undone=False,
            ),
        ),
        edits=(EventEdit("venue_name", "Alte Kantine", "ana", scripted.NOW - 7_200),),
    )


def page(lines: Sequence[EventLine], query: ListEvents) -> Page[EventLine]:
    """Cut a page out of a list, as an engine does."""
    window = query.window
    words = query.filters.text.casefold().split()
    found = [one for one in lines if all(word in one.title.casefold() for word in words)]
    if query.sort.startswith("updated"):
        found.sort(key=lambda one: one.updated_at)
    if query.sort.endswith("_desc"):
        found.reverse()
    if window.back:
        found.reverse()
    if window.at is not None:
        place = next(at for at, one in enumerate(found) if one.key == window.at)
        found = found[place if window.including else place + 1 :]
    rows, more = found[: window.limit], len(found) > window.limit
    return Page(tuple(reversed(rows) if window.back else rows), more)


def handle(
    number: int = 200,
    *,
    lines: Sequence[EventLine] | None = None,
    unsearched: int = 0,
    answers: Callable[[Command], CommandResult] | None = None,
    lists: Mapping[type, Callable[[Any], Any]] | None = None,
) -> scripted.ScriptedHandle:
    """Give an engine at work that lists so many events."""
    rows = [line(one) for one in range(number)] if lines is None else lines
    known: dict[type, Callable[[Any], Any]] = {
        ListEvents: lambda query: page(rows, query),
        CountEvents: lambda query: Count(len(page(rows, ListEvents(query.filters, "start", ALL)).rows)),
        CountUnsearched: lambda query: Count(unsearched),
        GetEvent: lambda query: replace(case(), event_id=query.event_id),
        **(lists or {}),
    }
    return scripted.ScriptedHandle(scripted.busy(), lists=known, answers=answers)
