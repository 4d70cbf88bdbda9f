"""The spawner's metrics in fixed columns: tasks by their end, how long they took, how fast they come."""

from __future__ import annotations

from collections.abc import Sequence

from scenescout_tui.console.content import Row, Span, right
from scenescout_tui.console.formats import count, duration, rate
from scenescout_tui.console.painted import Panel
from scenescout_tui.imports.snapshot import EngineSnapshot

_COLUMNS = 3


class Metrics(Panel):
    """Three columns of four numbers."""

    DEFAULT_CSS = "Metrics { height: 5; }"

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        return "tasks (one task is one batch or one page)"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the grid, read downwards."""
        metrics = snapshot.metrics
        cells = (
            ("done", count(metrics.completed_tasks), ""),
            ("failed", count(metrics.failed_tasks), "bad" if metrics.failed_tasks else ""),
            ("retried", count(metrics.retried_tasks), "warn" if metrics.retried_tasks else ""),
            ("cancelled", count(metrics.cancelled_tasks), ""),
            ("average", duration(metrics.average_time), ""),
            ("p50", duration(metrics.p50), ""),
            ("p95", duration(metrics.p95), ""),
            ("p99", duration(metrics.p99), ""),
            ("rate", f"{rate(metrics.tasks_per_second)} /s", ""),
            ("records", f"{rate(metrics.events_per_second)} /s", ""),
            ("memory", f"{snapshot.memory_mb:,.0f} MB", ""),
            ("review", f"{count(snapshot.pending_review)} wait", "warn" if snapshot.pending_review else ""),
        )
        height = len(cells) // _COLUMNS
        each = (columns - 2) // _COLUMNS
        rows: list[Row] = []
        for line in range(min(height, lines)):
            row: list[Span] = [(" ", "")]
            for column in range(_COLUMNS):
                word, value, role = cells[column * height + line]
                gap = 3 if column else 2
                row += [(f"{'':{gap}}{word:<9}", "muted"), (right(value, each - gap - 9), role)]
            rows.append(tuple(row))
        return rows
