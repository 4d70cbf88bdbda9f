"""Errors and dead letters for the tests, and an engine that lists, counts and settles them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scenescout_tui.imports.commands import Command, CommandResult
from scenescout_tui.imports.errors_commands import (
    CountFailures,
    ErrorLine,
    Failed,
    FailureFilters,
    FreezeFailures,
    GetFailure,
    GroupLine,
    LetterLine,
    ListFailures,
)
from scenescout_tui.imports.snapshot import EngineSnapshot, JobRow
from scenescout_tui.paging import Count, Frozen, Page, Window
from tests.console import scripted

RECORD = {
    "id": "1204",
    "title": "Moonlight Jazz Session [Sold out]",
    "start": None,
    "is_free": False,
    "price": {"amount": 12.5, "currency": "EUR"},
    "description": "Three bands, one piano. The doors open at seven, and nobody knows when they close. " * 3,
}
GROUPS = tuple(
    GroupLine(
        one.key,
        one.source,
        one.stage,
        one.code,
        one.message,
        one.action,
        one.sample,
        one.count,
        one.first_seen,
        one.last_seen,
    )
    for one in scripted.GROUPS
)


def errors(number: int = 24) -> tuple[ErrorLine, ...]:
    """Give single errors: most of them of the first group, the others of the second."""
    return tuple(
        ErrorLine(
            f"01kke{place:021d}",
            (group := GROUPS[place % 5 == 4]).source,
            group.stage,
            group.code,
            group.message,
            group.action,
            f"eventbrite-2026-11.ndjson record {12_040 - place * 31:,}" if group is GROUPS[0] else "page 2",
            "start" if group is GROUPS[0] else "",
            "01kkr0000000000000008f2c14",
            f"01kkd{place:021d}" if group is GROUPS[0] else "",
            scripted.NOW - 9 - place * 13,
        )
        for place in range(number)
    )


def letters(number: int = 19) -> tuple[LetterLine, ...]:
    """Give records that could not be imported; of the last one nothing could be kept."""
    return tuple(
        LetterLine(
            f"01kkd{place:021d}",
            "eventbrite",
            "VALIDATION_ERROR",
            GROUPS[0].message,
            f"eventbrite-2026-11.ndjson record {12_040 - place * 31:,}",
            "start",
            str(12_040 - place * 31),
            "01kkr0000000000000008f2c14",
            "open",
            place == number - 1,
            scripted.NOW - 9 - place * 13,
        )
        for place in range(number)
    )


def window(rows: Sequence[Any], wanted: Window) -> Page[Any]:
    """Give a page of some rows."""
    keys = [row.key for row in rows]
    at = keys.index(wanted.at) if wanted.at in keys else None
    if wanted.back:
        end = len(rows) if at is None else at + wanted.including
        begin = max(0, end - wanted.limit)
        return Page(tuple(rows[begin:end]), begin > 0)
    begin = 0 if at is None else at + (not wanted.including)
    return Page(tuple(rows[begin : begin + wanted.limit]), begin + wanted.limit < len(rows))


class ErrorHandle(scripted.ScriptedHandle):
    """Holds the three lists; a job has ended as soon as it is begun."""

    def __init__(
        self,
        snapshot: EngineSnapshot | None = None,
        *,
        number: int = 24,
        payload: bytes | None = json.dumps(RECORD).encode(),
        groups: Sequence[GroupLine] = GROUPS,
    ) -> None:
        self.rows: dict[str, Sequence[Any]] = {
            "groups": groups if number else (),
            "errors": errors(number),
            "letters": letters(number - number // 5),
        }
        self.asked: list[Any] = []
        self.payload = payload
        super().__init__(
            snapshot or scripted.finished(),
            answers=self._answer,
            lists={
                ListFailures: lambda query: window(self._passing(query.kind, query.filters), query.window),
                CountFailures: lambda query: Count(len(self._passing(query.kind, query.filters))),
                FreezeFailures: self._freeze,
                GetFailure: self._get,
            },
        )

    def _passing(self, kind: str, filters: FailureFilters) -> list[Any]:
        self.asked.append(filters)
        source = {one.key: one.source for one in self.rows["groups"]}.get(filters.group, filters.source)
        return [
            row
            for row in self.rows[kind]
            if (not source or row.source == source)
            and (not filters.code or row.code == filters.code)
            and filters.text in row.message
        ]

    def _freeze(self, query: FreezeFailures) -> Frozen:
        if query.chosen.ids and query.kind != "groups":
            return Frozen(len(query.chosen.ids), "")
        passing = self._passing(query.kind, query.chosen.filters)
        if query.kind != "groups":
            return Frozen(len(passing), "01kkz")
        return Frozen(
            sum(one.count for one in passing if not query.chosen.ids or one.key in query.chosen.ids), "01kkz"
        )

    def _get(self, query: GetFailure) -> Failed:
        found = next(row for row in self.rows[query.kind] if row.key == query.key)
        if query.kind == "letters":
            return Failed(None, found, None if found.blanked else self.payload)
        letter = next((one for one in self.rows["letters"] if one.key == found.letter), None)
        return Failed(found, letter, None if letter is None else self.payload)

    def _answer(self, command: Command) -> CommandResult:
        number = getattr(getattr(command, "chosen", None), "most", None) or 0
        job = f"job-{len(self.sent)}"
        done = JobRow(job, "clearing errors", "done", number, 0, 0, number, 1.0, None, f"{number} done")
        self.picture = replace(self.picture, number=self.picture.number + 1, jobs=(done,))
        return CommandResult(True, "begun", data={"job_id": job, "count": number})
