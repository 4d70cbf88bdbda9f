"""The runs, newest first: what each took in, what came of it, how long it took."""

from __future__ import annotations

from collections.abc import Sequence

from scenescout_tui.console.content import Row, Span, fit, spread
from scenescout_tui.console.formats import clock, compact, count, day_or_clock, plural, span
from scenescout_tui.console.painted import Panel
from scenescout_tui.imports.snapshot import EngineSnapshot, RunRow

#: A state's sign, its role, and the word that stands where the duration would.
_STATES = {
    "running": ("running", "good", ""),
    "draining": ("waiting", "warn", "finishing"),
    "completed": ("idle", "muted", ""),
    "failed": ("failed", "bad", "failed"),
    "cancelled": ("failed", "warn", "cancelled"),
    "interrupted": ("failed", "warn", "cut short"),
    "parked": ("waiting", "warn", "parked"),
}
#: From this width on there is room to say what was imported.
_WITH_INPUTS = 74
_HEAD = f"{'new':>7}{'all':>8}{'fail':>5}{'took':>10} "


class Runs(Panel):
    """One line per run in fixed columns."""

    DEFAULT_CSS = "Runs { height: 9; }"

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        offered = sum(run.resumable for run in snapshot.runs)
        return f"runs: R goes on with {plural(offered, 'of them', 'of them')}" if offered else "runs"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the newest runs under their headings."""
        if not snapshot.runs:
            return self.sentence("No imports yet. Each one is listed here with what came of it.", columns)
        head = spread([("    run    source     start", "muted")], [(_HEAD, "muted")], columns)
        return [head, *(self._row(run, snapshot.at, columns) for run in snapshot.runs[: lines - 1])]

    def _row(self, run: RunRow, now: float, columns: int) -> Row:
        sign, role, word = _STATES.get(run.state, ("idle", "muted", run.state))
        took = word or span(max(0.0, (run.ended_at or now) - run.started_at))
        failed = run.counts.failed
        left: list[Span] = [
            (f"  {getattr(self.glyphs, sign)} ", role),
            (fit(run.run_id[-6:], 7), "muted"),
            (fit(run.source, 11, self.glyphs.ellipsis), "strong" if run.state == "running" else ""),
            (f"{day_or_clock(run.started_at, now)[:6].removesuffix(':'):<6}", "muted"),
            (f"  {_about(run, now)}" if columns >= _WITH_INPUTS else "", "muted"),
        ]
        right_end: list[Span] = [
            (f"{_short(run.counts.created, 7):>7}", ""),
            (f"{_short(run.counts.total, 8):>8}", "muted"),
            (f"{_short(failed, 5):>5}", "bad" if failed else "muted"),
            (f" {took:>9} ", role if word else "muted"),
        ]
        return spread(left, right_end, columns, self.glyphs.ellipsis)


def _about(run: RunRow, now: float) -> str:
    """Give what a run read, or what is to be said of it."""
    parts = []
    if run.state == "parked" and run.resume_at is not None:
        parts.append(f"until {clock(run.resume_at, now)}")
    if run.stale:
        parts.append("old copy")
    if run.missing:
        parts.append(f"{count(run.missing)} missing")
    return ", ".join([*parts, run.note or run.inputs])


def _short(number: int, cells: int) -> str:
    text = count(number)
    return text if len(text) < cells else compact(number)
