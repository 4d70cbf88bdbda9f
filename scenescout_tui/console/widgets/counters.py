"""The second and third line: workers, queue and rate with their past, and this session's accounting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from scenescout_tui.console.content import Row, Span, spans_width, spread
from scenescout_tui.console.formats import compact, count, duration, rate
from scenescout_tui.console.painted import Painted
from scenescout_tui.console.sparkline import bucketed, sparkline
from scenescout_tui.imports.snapshot import Counts, EngineSnapshot

#: (field, long word, short word, role when not zero)
_OUTCOMES = (
    ("created", "new", "new", "good"),
    ("updated", "updated", "upd", ""),
    ("unchanged", "unchanged", "same", ""),
    ("duplicate", "duplicates", "dup", ""),
    ("review", "to review", "rev", "warn"),
    ("skipped", "skipped", "skip", ""),
    ("failed", "failed", "fail", "bad"),
    ("in_flight", "in flight", "now", ""),
)


class _Layout(NamedTuple):
    """One way to write the accounting: fixed columns, so that nothing moves while numbers grow."""

    #: Which words of `_OUTCOMES`.
    words: int
    gap: int
    #: Cells of each number; 0 leaves it out.
    cells: tuple[int, ...]
    latency: str
    text: Callable[[int], str] = count

    def fits(self, counts: Counts) -> bool:
        """Say whether every number finds room in its column."""
        numbers = (getattr(counts, outcome[0]) for outcome in _OUTCOMES)
        columns = zip(numbers, self.cells, strict=True)
        return all(not cells or len(self.text(number)) <= cells for number, cells in columns)


#: From the widest to the narrowest; the first that fits the line and the numbers is taken.
_LAYOUTS = (
    _Layout(1, 3, (9, 9, 9, 9, 9, 9, 9, 9), "both"),
    _Layout(1, 3, (7, 7, 7, 7, 7, 7, 7, 7), "both"),
    _Layout(2, 3, (7, 7, 7, 7, 7, 7, 7, 7), "both"),
    _Layout(2, 3, (7, 6, 7, 6, 5, 6, 6, 5), "p95"),
    _Layout(2, 1, (9, 9, 9, 9, 7, 7, 7, 5), "p95"),
    # For 80 columns: with the latency as long as numbers are small, then exact without it, then rounded.
    _Layout(2, 1, (5, 3, 5, 3, 2, 2, 3, 3), "p95"),
    _Layout(2, 1, (6, 5, 6, 5, 4, 4, 4, 3), ""),
    _Layout(2, 1, (4, 4, 4, 4, 4, 4, 4, 4), "", compact),
    # Below 80 columns what asks for nothing leaves first: what is new and what failed stays.
    _Layout(2, 1, (4, 4, 0, 4, 4, 4, 4, 4), "", compact),
    _Layout(2, 1, (4, 4, 0, 0, 4, 4, 4, 4), "", compact),
    _Layout(2, 1, (4, 4, 0, 0, 0, 4, 4, 4), "", compact),
    _Layout(2, 1, (4, 4, 0, 0, 0, 0, 4, 4), "", compact),
    _Layout(2, 1, (4, 4, 0, 0, 0, 0, 4, 0), "", compact),
)
_GAUGE = 8
#: Seconds of one cell of the small sparklines.
_BUCKET = 5


class Counters(Painted):
    """Two lines of numbers that only move when they must."""

    DEFAULT_CSS = "Counters { dock: top; height: 2; margin-top: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._widest: dict[str, int] = {}
        #: The layout in use and the width that it was chosen for.
        self._layout = 0
        self._columns = 0

    def rows(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the two lines."""
        return self._flow(snapshot, columns), self._accounting(snapshot, columns)

    def _flow(self, snapshot: EngineSnapshot, columns: int) -> Row:
        spark = max(8, min(30, (columns - 84) // 2))
        glyphs = self.glyphs
        workers = f"{snapshot.workers_busy}/{snapshot.max_workers}"
        queue = self._column("queue", count(snapshot.queue_depth), 6)
        speed = self._column("rate", rate(snapshot.metrics.events_per_second), 6)
        left: list[Span] = [
            (" workers ", "muted"),
            (f"{workers:>5}", "strong"),
            (" ", ""),
            *self._gauge(snapshot),
            ("   ", ""),
            ("queue ", "muted"),
            (queue, "strong"),
            (" ", ""),
            (
                sparkline(bucketed(snapshot.queue_history, spark, _BUCKET, snapshot.at), spark, glyphs),
                "area",
            ),
            ("   ", ""),
            (speed, "strong"),
            (" ev/s ", "muted"),
            (
                sparkline(bucketed(snapshot.throughput_history, spark, _BUCKET, snapshot.at), spark, glyphs),
                "area",
            ),
        ]
        right_end = self._errors(snapshot)
        if spans_width(left) + spans_width(right_end) + 2 > columns:
            right_end = []
        return spread(left, right_end, columns, glyphs.ellipsis)

    def _gauge(self, snapshot: EngineSnapshot) -> list[Span]:
        size = min(_GAUGE, snapshot.max_workers) or 1
        on = snapshot.workers_busy
        if snapshot.max_workers > _GAUGE:
            on = -(-on * _GAUGE // snapshot.max_workers)
        on = min(size, on)
        return [
            (self.glyphs.gauge_on * on, "good"),
            (self.glyphs.gauge_off * (size - on), "faint"),
            (" " * (_GAUGE - size), ""),
        ]

    def _errors(self, snapshot: EngineSnapshot) -> list[Span]:
        number = self._column("errors", count(snapshot.errors_open), 6)
        role = "bad" if snapshot.errors_open else "muted"
        sign = self.glyphs.failed if snapshot.errors_open else self.glyphs.idle
        return [(f"open errors {number} {sign} ", role)]

    def _accounting(self, snapshot: EngineSnapshot, columns: int) -> Row:
        p50, p95 = duration(snapshot.metrics.p50), duration(snapshot.metrics.p95)
        slow: list[Span] = [(" p95 ", "muted"), (f"{p95:>6}", "strong")]
        both: list[Span] = [(" p50 ", "muted"), (f"{p50:>6}", "strong"), ("  ", ""), *slow]
        latency: dict[str, list[Span]] = {"": [], "p95": slow, "both": both}
        if columns != self._columns:
            self._columns, self._layout = columns, 0
        row: Row = ()
        for place, layout in enumerate(_LAYOUTS[self._layout :], self._layout):
            left = self._outcomes(snapshot.counts, layout)
            right_end = latency[layout.latency]
            if spans_width([*left, *right_end]) < columns:
                right_end = [*right_end, (" ", "")]
            row = spread(left, right_end, columns, self.glyphs.ellipsis)
            if layout.fits(snapshot.counts) and spans_width([*left, *right_end]) <= columns:
                # Not back when a number shrinks again: the line would jump a second time.
                self._layout = place
                break
        return row

    def _outcomes(self, counts: Counts, layout: _Layout) -> list[Span]:
        spans: list[Span] = []
        for outcome, cells in zip(_OUTCOMES, layout.cells, strict=True):
            if not cells:
                continue
            number = getattr(counts, outcome[0])
            role = (outcome[3] or "strong") if number else "muted"
            spans += [
                (" " * layout.gap, ""),
                (f"{outcome[layout.words]} ", "muted"),
                (layout.text(number).rjust(cells), role),
            ]
        return [(" ", ""), *spans[1:]]

    def _column(self, name: str, text: str, least: int) -> str:
        """Give the text right-aligned in the widest that this column has been."""
        self._widest[name] = max(self._widest.get(name, least), len(text))
        return text.rjust(self._widest[name])
