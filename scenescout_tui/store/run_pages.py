"""Runs as a long list, and what one of them did: its errors, its course."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select

from scenescout_tui.paging import Count, Page, Window
from scenescout_tui.safe_text import clean
from scenescout_tui.store.keyset import Order, find
from scenescout_tui.store.lines import RunErrors, RunFilters, RunStep
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.reads import folded
from scenescout_tui.store.rows import RunRow
from scenescout_tui.store.runs import run_row, runs_with_counts
from scenescout_tui.store.schema import OUTCOMES, error_groups, run_batches, run_errors, runs
from scenescout_tui.store.stamps import to_moment, to_text

_FIRST = Window()
_ORDER = Order((runs.c.id,), descending=True)
#: Steps of a run's course, at most.
MOST_STEPS = 300


class RunPages(StorePart):
    """Runs by page, newest first; one run with its accounting is `run(id)`."""

    def runs_page(self, filters: RunFilters, window: Window = _FIRST) -> Page[RunRow]:
        """Return a page of runs with their accounting.

        Raises: DatabaseError.
        """
        with self._database.reading("runs_page") as connection:
            found = find(connection, runs, _ORDER, _conditions(filters), window)
            ids = [run_id for (run_id,) in found.keys]
            by_id = {row.id: run_row(row) for row in connection.execute(runs_with_counts(ids))}
        return Page(tuple(by_id[run_id] for run_id in ids), found.more)

    def count_runs(self, filters: RunFilters) -> Count:
        """Count runs.

        Raises: DatabaseError.
        """
        with self._database.reading("count_runs") as connection:
            query = select(func.count()).select_from(runs).where(*_conditions(filters))
            return Count(connection.execute(query).scalar_one())

    def run_errors(self, run_id: str, limit: int = 100) -> tuple[RunErrors, ...]:
        """Return what failed in a run by group, the most frequent first; costs the same for any run.

        Raises: DatabaseError.
        """
        r, g = run_errors.c, error_groups.c
        query = (
            select(r.group_key, g.source, g.stage, g.code, g.message, g.action, r.count)
            .join(error_groups, g.group_key == r.group_key)
            .where(r.run_id == run_id)
            .order_by(r.count.desc(), r.group_key)
            .limit(limit)
        )
        with self._database.reading("run_errors") as connection:
            return tuple(RunErrors(*row) for row in connection.execute(query))

    def run_course(self, run_id: str, steps: int = 60) -> tuple[RunStep, ...]:
        """Return what a run committed over time, in so many steps of one length (at most 300).

        From its first commit to its last; () before the first. A rate is `records / seconds`; sums up to a
        step are the run's counters at that moment.

        Raises: DatabaseError.
        """
        b = run_batches.c
        query = select(b.committed_at, *(b[name] for name in OUTCOMES)).where(
            b.run_id == run_id, b.committed_at.is_not(None), b.state == "committed"
        )
        with self._database.reading("run_course") as connection:
            rows = [(to_moment(row[0]), row[1:]) for row in connection.execute(query)]
        if not rows:
            return ()
        return _course(rows, max(1, min(steps, MOST_STEPS)))


def _course(rows: list[tuple[datetime, tuple[int, ...]]], steps: int) -> tuple[RunStep, ...]:
    begin, end = min(row[0] for row in rows), max(row[0] for row in rows)
    seconds = max((end - begin).total_seconds() / steps, 0.001)
    sums: list[Counter[str]] = [Counter() for _ in range(steps)]
    for at, counts in rows:
        step = min(int((at - begin).total_seconds() / seconds), steps - 1)
        sums[step].update(dict(zip(OUTCOMES, counts, strict=True)))
    return tuple(
        RunStep(begin + timedelta(seconds=seconds * number), seconds, *(one[name] for name in OUTCOMES))
        for number, one in enumerate(sums)
    )


def _conditions(filters: RunFilters) -> list[ColumnElement[bool]]:
    r = runs.c
    conditions = [r[name] == value for name in ("source", "state") if (value := getattr(filters, name))]
    if filters.since is not None:
        conditions.append(r.started_at >= to_text(filters.since))
    if filters.until is not None:
        conditions.append(r.started_at < to_text(filters.until))
    if filters.text:
        part = folded(clean(filters.text)[:200])
        texts = (r.inputs, r.who, r.note)
        conditions.append(or_(*(func.lower(text).contains(part, autoescape=True) for text in texts)))
    return conditions
