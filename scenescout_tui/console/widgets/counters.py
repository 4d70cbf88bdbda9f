"""The second and third line: workers, queue and rate with their past, and this session's accounting."""

from __future__ import annotations

from collections.abc import Sequence

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
_GAUGE = 8
#: Seconds of one cell of the small sparklines.
_BUCKET = 5


class Counters(Painted):
    """Two lines of numbers that only move when they must: columns keep the widest they have needed."""

    DEFAULT_CSS = "Counters { dock: top; height: 2; margin-top: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._widest: dict[str, int] = {}

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
        slow = [("p95 ", "muted"), (f"{duration(snapshot.metrics.p95):>6} ", "strong")]
        p50 = [("p50 ", "muted"), (f"{duration(snapshot.metrics.p50):>6}   ", "strong")]
        left: list[Span] = []
        for words, gap, short, right_end in (
            (1, 3, False, [*p50, *slow]),
            (2, 3, False, [*p50, *slow]),
            (2, 3, False, slow),
            (2, 1, False, slow),
            (2, 1, True, slow),
            (2, 1, True, []),
        ):
            left = self._outcomes(snapshot.counts, words, gap, short=short, least=5 if columns >= 110 else 1)
            if spans_width(left) + spans_width(right_end) <= columns:
                return spread(left, right_end, columns, self.glyphs.ellipsis)
        return spread(left, [], columns, self.glyphs.ellipsis)

    def _outcomes(self, counts: Counts, words: int, gap: int, *, short: bool, least: int) -> list[Span]:
        spans: list[Span] = []
        for outcome in _OUTCOMES:
            number = getattr(counts, outcome[0])
            text = compact(number) if short else count(number)
            text = self._column(f"{outcome[0]} {short}", text, 1 if short else least)
            role = (outcome[3] or "strong") if number else "muted"
            spans += [(" " * gap, ""), (f"{outcome[words]} ", "muted"), (text, role)]
        return [(" ", ""), *spans[1:]]

    def _column(self, name: str, text: str, least: int) -> str:
        """Give the text right-aligned in the widest that this column has been."""
        self._widest[name] = max(self._widest.get(name, least), len(text))
        return text.rjust(self._widest[name])
