"""The parts of a picture that come from the store: errors, earlier runs, what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from scenescout_tui.imports.commands import ErrorItem, ListErrors
from scenescout_tui.imports.report import OUTCOMES
from scenescout_tui.imports.snapshot import Counts, ErrorGroupRow, RunRow
from scenescout_tui.sources.inputs import origin_of
from scenescout_tui.store import RunRow as StoredRun
from scenescout_tui.store import Store

RUNS_SHOWN = 20
GROUPS_SHOWN = 100
#: The sources of the dashboard: name, title, and what is said while nothing was imported from it yet.
#: "auto" stands for every file and feed.
SOURCES = (
    ("eventbrite", "Eventbrite", "nothing imported yet"),
    ("yelp", "Yelp", "nothing imported yet"),
    ("manual", "Manual", "no submissions yet"),
    ("auto", "Files", "nothing imported yet"),
)


@dataclass(frozen=True, slots=True)
class StoreView:
    """One look into the store."""

    error_groups: tuple[ErrorGroupRow, ...] = ()
    errors_open: int = 0
    undoable: int = 0
    pending: int = 0
    #: Pairs of events that nobody has decided.
    pairs: int = 0
    #: Records whose content may not be kept any longer, by source.
    expired: Mapping[str, int] = field(default_factory=dict)
    #: Runs that can be gone on with.
    resumable: frozenset[str] = frozenset()


def look(store: Store) -> StoreView:
    """Read what the dashboard shows of the store; call it in a worker thread."""
    counts = store.counts()
    groups = tuple(
        ErrorGroupRow(
            key=one.key,
            source=one.source,
            stage=one.stage,
            code=one.code,
            message=one.message,
            count=one.open,
            first_seen=one.first_seen_at.timestamp(),
            last_seen=one.last_seen_at.timestamp(),
            action=one.action,
            sample=one.sample,
        )
        for one in store.error_groups(limit=GROUPS_SHOWN)
    )
    return StoreView(
        error_groups=groups,
        errors_open=counts.errors_open,
        undoable=counts.undoable,
        pending=counts.pending,
        pairs=counts.review,
        expired=store.expired_counts(),
        resumable=frozenset(run.id for run in store.resumable_runs(RUNS_SHOWN)),
    )


def recent_runs(store: Store) -> tuple[RunRow, ...]:
    """Read the newest runs, newest first."""
    return tuple(_run(info) for info in store.runs(limit=RUNS_SHOWN))


def list_errors(store: Store, query: ListErrors) -> tuple[ErrorItem, ...]:
    """Read errors that are not cleared, newest first."""
    rows = store.errors(group=query.group, limit=query.limit, offset=query.offset)
    return tuple(
        ErrorItem(
            error_id=row.id,
            run_id=row.run_id,
            source=row.source,
            stage=row.stage,
            code=row.code,
            message=row.message,
            action=row.action,
            where=f"{row.origin} record {row.line}" if row.origin else "",
            dead_letter_id=row.dead_letter_id,
            at=row.created_at.timestamp(),
        )
        for row in rows
    )


def database_label(url: str) -> str:
    """Return the database's name for the status line, without directory, user or password."""
    return Path(url.rpartition("/")[2].partition("?")[0]).name or url.partition(":")[0]


def shown_as(source: str) -> str:
    """Return the line of the dashboard that a run of a source belongs to."""
    named = {name for name, _, _ in SOURCES}
    return source if source in named else "auto"


def last_run_words(last: RunRow) -> str:
    """Say when a source was imported last, and what came of it."""
    at = datetime.fromtimestamp(last.ended_at or last.started_at, UTC).astimezone()
    today = datetime.now(UTC).astimezone().date()
    when = at.strftime("%H:%M") if at.date() == today else at.strftime("%Y-%m-%d %H:%M")
    words = f"last run {when}: {last.counts.created:,} new"
    return words if last.state == "completed" else f"{words}, {last.state}"


def _run(info: StoredRun) -> RunRow:
    return RunRow(
        run_id=info.id,
        source=info.source,
        state=info.state,
        started_at=info.started_at.timestamp(),
        ended_at=info.ended_at.timestamp() if info.ended_at else None,
        counts=Counts(**{name: getattr(info.accounting, name) for name in (*OUTCOMES, "in_flight")}),
        inputs=", ".join(map(origin_of, info.inputs)),
        note=info.note or "",
        resume_at=info.resume_at.timestamp() if info.resume_at else None,
        missing=info.missing,
        stale=info.stale,
    )
