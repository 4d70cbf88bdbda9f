"""Asks which of the imports that stopped before their end to go on with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from scenescout_tui.console.content import Row, fit
from scenescout_tui.console.dialogs.dialog import Dialog, Lines
from scenescout_tui.console.formats import compact, day_or_clock, plural
from scenescout_tui.imports.commands import ResumeRuns
from scenescout_tui.imports.snapshot import EngineSnapshot, RunRow

#: As many as there are digits to choose one with.
_MOST = 9
_WORDS = {"cancelled": "stopped"}


class ResumeDialog(Dialog[tuple[ResumeRuns, ...]]):
    """Gives the commands that go on with one of them or with all, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,enter", "all", "All", show=False, id="all"),
        *(
            Binding(str(digit), f"one({digit})", f"Number {digit}", show=False, id=f"one_{digit}")
            for digit in range(1, _MOST + 1)
        ),
    ]

    def __init__(self) -> None:
        super().__init__("Go on with imports")
        #: A run keeps its digit, whatever the engine publishes meanwhile.
        self._offered: list[RunRow] = []

    def main(self) -> Iterable[Widget]:
        """Give the runs, and the ways."""
        yield Lines(id="runs")
        yield Lines(
            (("1-9", "key"), ("  go on with one   ", "muted"), ("a", "key"), ("  with all   ", "muted"))
            + (("esc", "key"), ("  close", "muted"))
        )

    def show(self, snapshot: EngineSnapshot) -> None:
        """List what can be gone on with now."""
        offered = {run.run_id: run for run in snapshot.runs if run.resumable}
        known = [run.run_id for run in self._offered]
        self._offered = [offered.pop(one) for one in known if one in offered] + list(offered.values())
        rows = [self._row(digit, run, snapshot.at) for digit, run in enumerate(self._offered[:_MOST], 1)]
        if (more := len(self._offered) - _MOST) > 0:
            rows.append(((f"   and {plural(more, 'older import')}", "muted"),))
        self.query_one("#runs", Lines).say((), *rows, ())

    def action_all(self) -> None:
        """Go on with all of them."""
        self.dismiss((ResumeRuns(),))

    def action_one(self, digit: int) -> None:
        """Go on with the one of a digit."""
        if digit <= len(self._offered):
            self.dismiss((ResumeRuns(self._offered[digit - 1].run_id),))

    def _row(self, digit: int, run: RunRow, now: float) -> Row:
        ellipsis = self.console_app.glyphs.ellipsis
        parked = run.state == "parked" and run.resume_at is not None
        word = "parked until" if parked else _WORDS.get(run.state, run.state)
        when = (run.resume_at if parked else run.ended_at) or run.started_at
        return (
            (f"{digit}  ", "key"),
            (fit(run.source, 10, ellipsis), "strong"),
            (f" {fit(run.inputs, 22, ellipsis)} ", ""),
            (f"{word:<12} {day_or_clock(when, now):<9}", "muted"),
            (f"{compact(run.counts.finished):>5} done", "muted"),
        )
