"""The last five minutes: queue depth and events per second as two graphs with their scale."""

from __future__ import annotations

from collections.abc import Sequence

from scenescout_tui.console.content import Row
from scenescout_tui.console.formats import count
from scenescout_tui.console.painted import Panel
from scenescout_tui.console.sparkline import bucketed, graph, round_up
from scenescout_tui.imports.snapshot import EngineSnapshot

#: Samples that the engine keeps, one a second.
_SPAN = 300
#: Cells of the scale at the left.
_SCALE = 12


class Activity(Panel):
    """Two graphs of one width; the newest is at the right."""

    DEFAULT_CSS = "Activity { height: 10; }"

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        return "last 5 minutes of work"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give both graphs with a line between them."""
        upper = (lines - 1) // 2
        return [
            *self._graph("ev/s", snapshot.throughput_history, snapshot.at, columns, upper),
            (),
            *self._graph("queued", snapshot.queue_history, snapshot.at, columns, lines - 1 - upper),
        ]

    def _graph(self, unit: str, history: Sequence[float], at: float, columns: int, lines: int) -> list[Row]:
        room = max(10, columns - _SCALE - 2)
        seconds = -(-_SPAN // room)
        cells = min(room, _SPAN // seconds)
        values = bucketed(history, cells, seconds, at)
        top = round_up(max(values, default=0.0))
        scales = [f"{count(int(top))} {unit}", *[""] * (lines - 2), "0"]
        return [
            ((f"{scale.rjust(columns - cells - 2)} ", "muted"), (picture, "area"))
            for scale, picture in zip(scales, graph(values, cells, lines, top, self.glyphs), strict=False)
        ]
