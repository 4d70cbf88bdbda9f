"""Histories as small pictures: one line of steps, or a graph of several lines."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scenescout_tui.console.glyphs import Glyphs


def bucketed(samples: Sequence[float], cells: int, seconds: int, at: float) -> list[float]:
    """Give the means of the newest ``cells`` buckets of ``seconds`` samples (one a second, oldest first).

    Buckets begin at multiples of ``seconds`` on the clock ``at``: a new sample changes the last cell alone,
    until a new bucket moves all of them by one.
    """
    if cells <= 0 or not samples:
        return []
    newest = int(at) % seconds + 1
    end = len(samples)
    size = newest
    buckets: list[float] = []
    while end > 0 and len(buckets) < cells:
        part = samples[max(0, end - size) : end]
        buckets.append(sum(part) / len(part))
        end -= size
        size = seconds
    return buckets[::-1]


def round_up(value: float) -> float:
    """Give the next of 1, 2, 5, 10, 20, 50 … so that a scale rarely changes."""
    if value <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def sparkline(values: Sequence[float], cells: int, glyphs: Glyphs) -> str:
    """Draw one line, newest at the right; nothing is shown as the lowest step."""
    steps = glyphs.steps
    top = round_up(max(values, default=0.0))
    drawn = "".join(
        steps[min(len(steps) - 1, max(0, math.ceil(value / top * len(steps)) - 1))]
        for value in values[-cells:]
    )
    return glyphs.floor * (cells - len(drawn)) + drawn


def graph(values: Sequence[float], cells: int, lines: int, top: float, glyphs: Glyphs) -> list[str]:
    """Draw a graph of ``lines`` lines from top to bottom, newest at the right, ``top`` at its upper edge."""
    steps = glyphs.steps
    heights = [0] * max(0, cells - len(values)) + [
        min(lines * len(steps), math.ceil(value / top * lines * len(steps)) if top > 0 else 0)
        for value in values[-cells:]
    ]
    drawn: list[str] = []
    for line in range(lines - 1, -1, -1):
        base = line * len(steps)
        drawn.append(
            "".join(
                " " if height <= base else steps[min(len(steps), height - base) - 1] for height in heights
            )
        )
    return drawn
