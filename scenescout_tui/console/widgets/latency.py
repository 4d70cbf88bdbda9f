"""How long tasks take: average and percentiles on one logarithmic scale that never moves."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scenescout_tui.console.content import Row, spread
from scenescout_tui.console.formats import duration
from scenescout_tui.console.painted import Panel
from scenescout_tui.imports.snapshot import EngineSnapshot

#: From 1 ms to 100 s.
_LOW, _DECADES = -3, 5
_MARKS = ("1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s")
_LABEL = 19


class Latency(Panel):
    """Four bars and their axis."""

    DEFAULT_CSS = "Latency { height: 7; }"

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        return "how long a task takes"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the bars, longest last, and the axis."""
        metrics = snapshot.metrics
        cells = max(_DECADES * 4, (columns - _LABEL - 8) // _DECADES * _DECADES)
        rows: list[Row] = []
        for word, seconds, role in (
            ("average", metrics.average_time, "area"),
            ("p50", metrics.p50, "area"),
            ("p95", metrics.p95, "area"),
            ("p99", metrics.p99, "warn" if metrics.p99 >= 10 else "area"),
        ):
            rows.append(
                spread(
                    [
                        (f"   {word:<8}", "muted"),
                        (f"{duration(seconds):>7} ", ""),
                        (self.glyphs.bar * _length(seconds, cells), role),
                    ],
                    [],
                    columns,
                )
            )
        each = cells // _DECADES
        axis = "".join(mark.ljust(each) for mark in _MARKS)
        return [*rows, spread([(" " * _LABEL + axis, "muted")], [], columns)]


def _length(seconds: float, cells: int) -> int:
    if seconds <= 0:
        return 0
    place = (math.log10(seconds) - _LOW) / _DECADES
    return max(1, min(cells, round(place * cells)))
