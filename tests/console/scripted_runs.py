"""Runs for the tests of their screen, and an engine that lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scenescout_tui.imports.runs_commands import (
    CompareRuns,
    Comparison,
    CountRuns,
    GetRun,
    GroupChange,
    ListRuns,
    RunDetail,
    RunFilters,
    RunGroup,
    RunLine,
    RunStep,
)
from scenescout_tui.imports.snapshot import Counts, EngineSnapshot
from scenescout_tui.paging import Count, Page
from tests.console import scripted
from tests.console.scripted import NOW

GROUPS = (
    RunGroup(
        "g1",
        "eventbrite",
        "VALIDATION_ERROR",
        "start: this field is missing; an event needs a title, a start and a place",
        "Correct the source file and import it again.",
        19,
    ),
    RunGroup("g2", "yelp", "RATE_LIMIT_ERROR", "too many requests per second", "Nothing to do.", 4),
    RunGroup("g3", "yelp", "BUG", "TypeError: unexpected list in category", "Report it.", 1),
)
_FULL = Counts(9120, 310, 2811, 166, 12, 40, 24, 100)

RUNS = (
    RunLine(
        "01kkr0000000000000008f2c14",
        "eventbrite",
        "running",
        "ada pid 4711",
        NOW - 92,
        None,
        _FULL,
        "eventbrite-2026-11.ndjson",
    ),
    RunLine(
        "01kkr000000000000000771d90",
        "yelp",
        "parked",
        "ada pid 4711",
        NOW - 640,
        NOW - 612,
        Counts(created=180),
        "location=Lisboa",
        "the daily limit is used",
        scripted.MIDNIGHT,
        goes_on=True,
    ),
    RunLine(
        "01kkr000000000000000c0ffee",
        "ics",
        "interrupted",
        "ada pid 4690",
        NOW - 7_260,
        None,
        Counts(created=31, failed=3),
        "https://example.org/events.ics",
        "the engine ended during this run",
        goes_on=True,
    ),
    RunLine(
        "01kkr00000000000000044f0a1",
        "manual",
        "failed",
        "grace pid 812",
        NOW - 9_000,
        NOW - 8_999.6,
        Counts(failed=1),
        "form",
        repeatable=False,
    ),
    RunLine(
        "01kkr00000000000000031ab55",
        "auto",
        "completed",
        "ada pid 4690",
        NOW - 12_547,
        NOW - 12_540,
        Counts(created=1204, unchanged=18, failed=2),
        "feeds.ndjson",
        missing=3,
        stale=True,
    ),
    RunLine(
        "01kkr00000000000000012ccd0",
        "eventbrite",
        "cancelled",
        "grace pid 795",
        NOW - 98_547,
        NOW - 98_500,
        Counts(created=310, failed=1),
        "old.json",
        goes_on=True,
    ),
)


def history(number: int) -> tuple[RunLine, ...]:
    """Give the runs above, and earlier ones that all completed."""
    earlier = (
        RunLine(
            f"01kkq{999_999 - place:021d}",
            ("eventbrite", "yelp", "ics")[place % 3],
            "completed",
            "cron pid 99",
            NOW - 86_400 * (2 + place),
            NOW - 86_400 * (2 + place) + 61 + place,
            Counts(created=4_000 - place, unchanged=place),
            f"nightly-{place}.ndjson",
        )
        for place in range(number - len(RUNS))
    )
    return (*RUNS, *earlier)[:number]


def detail(run: RunLine) -> RunDetail:
    """Give all that is known of a run."""
    course = tuple(
        RunStep(run.started_at + place * 1.5, 1.5, 40 + (place * 37) % 190, place % 7 == 0)
        for place in range(60)
    )
    options = (
        ("batch size", "50"),
        ("deduplicate", "yes"),
        ("enrich", "yes"),
        ("validate location", "no"),
        ("read", "timezone Europe/Berlin"),
    )
    failed, live = run.counts.failed, run.ended_at is None and run.state == "running"
    groups = GROUPS if failed == 24 else (replace(GROUPS[0], count=failed),) if failed else ()
    return RunDetail(run, options, groups, course if live else ())


def comparison(query: CompareRuns, runs: Sequence[RunLine]) -> Comparison:
    """Put two of the runs side by side."""
    before, after = sorted(
        (one for one in runs if one.key in (query.first, query.second)), key=lambda one: one.key
    )
    return Comparison(
        before,
        after,
        (("batch size", "100", "50"), ("read", "", "timezone Europe/Berlin")),
        (GroupChange(GROUPS[0], 0, 19), GroupChange(GROUPS[2], 1, 0), GroupChange(GROUPS[1], 2, 4)),
    )


def handle(
    runs: Sequence[RunLine] = RUNS, picture: EngineSnapshot | None = None, **more: Any
) -> scripted.ScriptedHandle:
    """Give an engine that has these runs, the newest first."""

    def passing(filters: RunFilters) -> list[RunLine]:
        return [
            one
            for one in runs
            if filters.source in ("", one.source)
            and filters.state in ("", one.state)
            and filters.text in f"{one.inputs} {one.note} {one.who}"
        ]

    def page(query: ListRuns) -> Page[RunLine]:
        found, window = passing(query.filters), query.window
        keys = [one.key for one in found]
        if window.at is None:
            begin = max(0, len(found) - window.limit) if window.back else 0
            part = found[begin : begin + window.limit]
            return Page(tuple(part), len(part) < len(found))
        at = keys.index(window.at)
        if window.back:
            part = found[max(0, at - window.limit) : at]
            return Page(tuple(part), at > len(part))
        begin = at if window.including else at + 1
        return Page(tuple(found[begin : begin + window.limit]), begin + window.limit < len(found))

    def get(query: GetRun) -> RunDetail:
        return detail(next(one for one in runs if one.key == query.run_id))

    return scripted.ScriptedHandle(
        picture or scripted.busy(),
        lists={
            ListRuns: page,
            CountRuns: lambda query: Count(len(passing(query.filters))),
            GetRun: get,
            CompareRuns: lambda query: comparison(query, runs),
        },
        **more,
    )


def named(run: RunLine, text: str) -> RunLine:
    """Give a run that says this text wherever it can."""
    return replace(run, source=text, who=text, inputs=text, note=text)
