"""How far a run is, as spans; what nobody knows is not drawn."""

from __future__ import annotations

from scenescout_tui.console.content import Span
from scenescout_tui.console.formats import count, countdown, duration, percent, rate
from scenescout_tui.console.glyphs import Glyphs
from scenescout_tui.imports.snapshot import SourceRow


def bar(fraction: float, cells: int, glyphs: Glyphs) -> list[Span]:
    """Draw a part of one in ``cells`` cells; it is full only when all is done."""
    on = int(min(1.0, max(0.0, fraction)) * cells)
    return [(glyphs.done * on, "good"), (glyphs.todo * (cells - on), "faint")]


def progress(
    source: SourceRow, started_at: float | None, now: float, glyphs: Glyphs, cells: int = 10
) -> list[Span]:
    """Give percent, bar and time left; where the end is unknown count, rate and elapsed time."""
    if source.fraction is None:
        elapsed = "" if started_at is None else f"  {duration(max(0.0, now - started_at)):>6}"
        return [
            (f"{count(source.done):>7}", "strong"),
            (" ev ", "muted"),
            (f"{rate(source.rate):>6}", ""),
            (" ev/s", "muted"),
            (elapsed, "muted"),
        ]
    left = "" if source.eta is None else f"{countdown(source.eta)} left"
    return [
        (f"{percent(source.fraction):>5} ", "strong"),
        *bar(source.fraction, cells, glyphs),
        (f" {left:>12}", "muted"),
    ]
