"""An engine that is only told what to say: snapshots of every situation, and a handle that plays them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from scenescout_tui.imports.asking import StoreQuery
from scenescout_tui.imports.commands import Command, CommandResult, ErrorItem, GetRunReport, ListErrors, Query
from scenescout_tui.imports.snapshot import (
    Counts,
    EngineSnapshot,
    ErrorGroupRow,
    MetricsRow,
    NewestEvent,
    RunRow,
    SourceRow,
    WaitingRow,
    WorkerRow,
)

#: Monday 2026-11-23 12:41:07 UTC; tests set TZ=UTC.
NOW = 1795437667.0

#: The midnight after it.
MIDNIGHT = NOW - NOW % 86_400 + 86_400
YELP_TERMS = "Event data from Yelp"

_TITLES = (
    "Moonlight Jazz Session",
    "Kreuzberg Flea Market [Sold out]",
    "Queen Tribute Band",
    "Poetry Slam: Finals",
    "Sunday Techno Brunch",
    "Chamber Music by Candlelight",
    "Open Air Cinema: Metropolis",
    "Improv Night Vol. 4",
    "東京ナイト: City Pop Party",
    "Baking Sourdough for Beginners",
    "Vinyl & Wine",
    "Drag Bingo 🪩 Late Show",
)
_CITIES = ("Berlin", "Hamburg", "San Francisco", "Zürich", "Leipzig", "Wien")

IDLE_SOURCES = (
    SourceRow("eventbrite", "Eventbrite", "idle", "nothing imported yet"),
    SourceRow("yelp", "Yelp", "idle", "nothing imported yet"),
    SourceRow("manual", "Manual", "idle", "no submissions yet"),
    SourceRow("auto", "Files", "idle", "nothing imported yet"),
)

GROUPS = (
    ErrorGroupRow(
        "g1",
        "eventbrite",
        "parse",
        "VALIDATION_ERROR",
        "start: this field is missing; an event needs a title, a start and a place",
        19,
        NOW - 600,
        NOW - 9,
        "Open the group to see the payloads, correct the source file and import it again.",
        "eventbrite-2026-11.ndjson record 1,204",
    ),
    ErrorGroupRow(
        "g2",
        "yelp",
        "fetch",
        "RATE_LIMIT_ERROR",
        "too many requests per second",
        4,
        NOW - 400,
        NOW - 117,
        "Nothing to do: the run goes on by itself when the limit allows it.",
        "page 2",
    ),
    ErrorGroupRow(
        "g3",
        "yelp",
        "normalise",
        "BUG",
        "TypeError: unexpected list in category",
        1,
        NOW - 90_000,
        NOW - 90_000,
        "Report it with the payload; retry the group after an update.",
        "yelp.json record 7",
    ),
)


def newest(number: int = 60) -> tuple[NewestEvent, ...]:
    """Give some events that have just come in."""
    outcomes = ("created", "created", "updated", "created", "review")
    return tuple(
        NewestEvent(
            f"01kk{place:022d}",
            _TITLES[place % len(_TITLES)],
            f"2026-{11 + place % 2}-{1 + place * 7 % 28:02d}T{18 + place % 5}:{(place % 2) * 30:02d}:00",
            _CITIES[place % len(_CITIES)],
            "eventbrite",
            outcomes[place % len(outcomes)],
        )
        for place in range(number)
    )


def idle() -> EngineSnapshot:
    """Give the first picture of a new database."""
    return EngineSnapshot(
        number=1,
        at=NOW,
        state="idle",
        database="events.db",
        max_workers=5,
        queue_limit=1000,
        sources=IDLE_SOURCES,
        memory_mb=71,
    )


def busy(step: int = 0) -> EngineSnapshot:
    """Give an import at full speed, ``step`` refreshes after the first look."""
    at = NOW + step / 4
    done = 12_492 + step * 203
    wave = [
        round(150 + 120 * math.sin((second + step / 4) / 17) + (second * 37) % 23) for second in range(300)
    ]
    speed = [
        max(0.0, 640 + 220 * math.sin((second + step / 4) / 29) + (second * 53) % 61) for second in range(300)
    ]
    counts = Counts(
        created=9120 + step * 150,
        updated=310 + step * 3,
        unchanged=2811 + step * 40,
        duplicate=166 + step,
        review=12 + step // 10,
        skipped=40 + step // 5,
        failed=24 + step // 20,
        in_flight=100 + step % 7 * 50,
    )
    workers = tuple(
        WorkerRow(
            number,
            f"eventbrite p{14 + number // 3} b{3 + number + step // 3}",
            (0.31 * number + step / 4) % 2.4,
            1,
            3,
        )
        for number in range(1, 8)
    )
    return EngineSnapshot(
        number=100 + step,
        at=at,
        state="processing",
        database="events.db",
        workers_busy=7,
        max_workers=8,
        queue_depth=142 + step * 17 % 90,
        queue_limit=1000,
        workers=(*workers[:6], replace(workers[6], task="yelp p2 b1", attempt=2)),
        waiting=(WaitingRow("yelp p3", 2, 5, at + 4 - step % 16 / 4, "429, too many requests per second"),),
        metrics=MetricsRow(
            260 + step,
            251 + step,
            2,
            6,
            0,
            0.0183 + step % 9 / 1000,
            0.012,
            0.041 + step % 5 / 1000,
            0.118,
            16.2,
            812 + step % 31,
        ),
        counts=counts,
        sources=(
            SourceRow(
                "eventbrite",
                "Eventbrite",
                "running",
                "page 14 of 22",
                "01kkr0000000000000008f2c14",
                done,
                20_000,
                min(0.99, done / 20_000),
                812.0 + step % 31,
                max(1.0, 72 - step / 4),
            ),
            SourceRow(
                "yelp",
                "Yelp",
                "waiting",
                "page 2",
                "01kkr000000000000000771d90",
                180,
                waits="rate limit",
                until=at + 4 - step % 16 / 4,
                budget_left=4_812,
                budget_limit=5_000,
                budget_resets_at=MIDNIGHT,
                attribution=YELP_TERMS,
            ),
            SourceRow("manual", "Manual", "idle", "3 pending review"),
            SourceRow("auto", "Files", "idle", "last run 09:12: 1,204 new"),
        ),
        runs=(
            RunRow(
                "01kkr0000000000000008f2c14",
                "eventbrite",
                "running",
                NOW - 92,
                None,
                counts,
                "eventbrite-2026-11.ndjson",
            ),
            RunRow(
                "01kkr000000000000000771d90",
                "yelp",
                "running",
                NOW - 40,
                None,
                Counts(created=180),
                "yelp.json",
            ),
            RunRow(
                "01kkr00000000000000031ab55",
                "auto",
                "completed",
                NOW - 12_547,
                NOW - 12_540,
                Counts(created=1204, unchanged=18, failed=2),
                "feeds.ndjson",
            ),
            RunRow(
                "01kkr00000000000000012ccd0",
                "eventbrite",
                "cancelled",
                NOW - 98_547,
                NOW - 98_500,
                Counts(created=310, failed=1),
                "old.json",
            ),
        ),
        error_groups=(replace(GROUPS[0], count=19 + step // 20, last_seen=at - 9), *GROUPS[1:]),
        errors_open=24 + step // 20,
        pending_review=3,
        newest=newest(60)[-(step % 60) :] + newest(60)[: 60 - step % 60],
        queue_history=tuple(wave),
        throughput_history=tuple(speed),
        memory_mb=112,
    )


def finished() -> EngineSnapshot:
    """Give the time after an import: nothing runs, errors are open."""
    snapshot = busy()
    return replace(
        snapshot,
        number=500,
        state="idle",
        workers_busy=0,
        queue_depth=0,
        workers=(),
        waiting=(),
        counts=replace(snapshot.counts, in_flight=0),
        metrics=replace(snapshot.metrics, tasks_per_second=0.0, events_per_second=0.0),
        sources=(
            SourceRow("eventbrite", "Eventbrite", "idle", "last run 12:41: 9,120 new, 24 failed"),
            *IDLE_SOURCES[1:],
        ),
        runs=tuple(replace(run, state="completed", ended_at=run.ended_at or NOW) for run in snapshot.runs[:1])
        + snapshot.runs[2:],
    )


def paused() -> EngineSnapshot:
    """Give an import that an operator has paused, with tasks that wait."""
    snapshot = busy()
    return replace(
        snapshot,
        number=300,
        state="paused",
        detail="paused: operator",
        workers_busy=0,
        workers=(),
        waiting=(
            *snapshot.waiting,
            WaitingRow("yelp p4", 3, 5, NOW + 28, "no answer from api.yelp.com"),
            WaitingRow("eventbrite p15 b2", 2, 3, NOW + 61, "the database is locked"),
        ),
        waiting_reasons=("paused: operator",),
        sources=(
            replace(snapshot.sources[0], state="paused", detail="page 14 of 22", rate=0.0, eta=None),
            *snapshot.sources[1:],
        ),
    )


def waiting() -> EngineSnapshot:
    """Give every kind of waiting at once: an open breaker, a parked run, and one that was cut short."""
    snapshot = busy()
    eventbrite, yelp, *others = snapshot.runs
    return replace(
        snapshot,
        number=400,
        workers_busy=0,
        workers=(),
        waiting=(WaitingRow("eventbrite p15", 3, 5, NOW + 243, "no answer from www.eventbriteapi.com"),),
        metrics=replace(snapshot.metrics, tasks_per_second=0.0, events_per_second=0.0),
        counts=replace(snapshot.counts, in_flight=0),
        sources=(
            replace(
                snapshot.sources[0],
                state="waiting",
                rate=0.0,
                eta=None,
                waits="circuit open (5 failures in a row)",
                until=NOW + 243,
                breaker="open",
                budget_left=69,
                budget_limit=2_000,
                budget_resets_at=NOW + 1_024,
            ),
            SourceRow(
                "yelp",
                "Yelp",
                "waiting",
                "last run 12:40: 180 new, parked",
                yelp.run_id,
                waits="the daily limit is used",
                until=MIDNIGHT,
                budget_left=0,
                budget_limit=300,
                budget_resets_at=MIDNIGHT,
                attribution=YELP_TERMS,
                expired=12,
            ),
            snapshot.sources[2],
            SourceRow("auto", "Files", "idle", "last run 12:20: 31 new, interrupted"),
        ),
        runs=(
            replace(eventbrite, stale=True),
            replace(
                yelp,
                state="parked",
                ended_at=NOW - 12,
                inputs="location=Lisboa",
                note="the daily limit is used",
                resume_at=MIDNIGHT,
                resumable=True,
            ),
            RunRow(
                "01kkr000000000000000c0ffee",
                "ics",
                "interrupted",
                NOW - 1_260,
                NOW - 1_250,
                Counts(created=31),
                "https://example.org/events.ics",
                resumable=True,
            ),
            *(replace(run, missing=3) for run in others[:1]),
            *others[1:],
        ),
    )


def interrupted() -> EngineSnapshot:
    """Give the start after a power cut: an import of an earlier session can be gone on with."""
    run = RunRow(
        "01kkr0000000000000008f2c14",
        "eventbrite",
        "interrupted",
        NOW - 7_300,
        NOW - 7_200,
        Counts(created=4_120, failed=3),
        "organizer=123",
        resumable=True,
    )
    source = SourceRow(
        "eventbrite", "Eventbrite", "idle", "last run 10:41: 4,120 new, interrupted", ready=True
    )
    return replace(idle(), number=3, sources=(source, *IDLE_SOURCES[1:]), runs=(run,))


def viewer() -> EngineSnapshot:
    """Give what a second console on the same database sees."""
    return replace(
        finished(),
        number=2,
        state="viewer",
        detail="the engine of this database is run by process 22405",
        max_workers=0,
        queue_history=(),
    )


def error_items(number: int = 19) -> tuple[ErrorItem, ...]:
    """Give the errors of the first group."""
    return tuple(
        ErrorItem(
            f"01kke{place:021d}",
            "01kkr0000000000000008f2c14",
            "eventbrite",
            "parse",
            "VALIDATION_ERROR",
            "start: this field is missing; an event needs a title, a start and a place",
            "Correct the record and import it again; its payload is kept as a dead letter.",
            f"eventbrite-2026-11.ndjson record {1204 - place * 31:,}",
            f"01kkd{place:021d}",
            NOW - 9 - place * 13,
        )
        for place in range(number)
    )


class ScriptedHandle:
    """Plays a snapshot, writes down commands, and answers them as it is told.

    ``answers`` gives the result of a command, ``lists`` the answer to each kind of a screen's question;
    ``reports`` holds the future of each run's report by run id.
    """

    def __init__(
        self,
        snapshot: EngineSnapshot,
        *,
        answers: Callable[[Command], CommandResult] | None = None,
        errors: tuple[ErrorItem, ...] = (),
        lists: Mapping[type, Callable[[Any], Any]] | None = None,
    ) -> None:
        self.picture = snapshot
        self.sent: list[Command] = []
        self.reports: dict[str, Future[Any]] = {}
        self._answers = answers or _accept
        self._errors = errors
        self._lists = lists or {}
        self._ended: Future[None] = Future()

    @property
    def ended(self) -> Future[None]:
        """Resolves when a test ends the engine."""
        return self._ended

    def snapshot(self) -> EngineSnapshot:
        """Give the picture of the moment."""
        return self.picture

    def send(self, command: Command) -> Future[CommandResult]:
        """Write the command down and answer at once."""
        self.sent.append(command)
        answer: Future[CommandResult] = Future()
        answer.set_result(self._answers(command))
        return answer

    def query(self, query: Query) -> Future[Any]:
        """Answer lists at once, reports when the test says so."""
        answer: Future[Any] = Future()
        match query:
            case GetRunReport(run_id):
                return self.reports.setdefault(run_id, answer)
            case ListErrors(_, limit, offset):
                answer.set_result(self._errors[offset : offset + limit])
            case StoreQuery():
                answer.set_result(self._lists[type(query)](query))
        return answer


def _accept(command: Command) -> CommandResult:
    return CommandResult(True, f"{type(command).__name__}: accepted")
