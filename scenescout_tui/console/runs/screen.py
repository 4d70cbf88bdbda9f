"""The runs: what was imported, when, by whom, and what came of it, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.widget import Widget

from scenescout_tui.console.content import Span
from scenescout_tui.console.formats import day_or_clock
from scenescout_tui.console.keys import KEYS
from scenescout_tui.console.list_acting import ListActing
from scenescout_tui.console.runs import words
from scenescout_tui.console.runs.actions import RunActions
from scenescout_tui.console.runs.panels import Compared, Detail
from scenescout_tui.console.screens.list_screen import ListScreen
from scenescout_tui.console.widgets.filter_line import FilterKeys, one_of
from scenescout_tui.console.widgets.key_line import KeyLine
from scenescout_tui.console.widgets.table import Column, Table
from scenescout_tui.imports.runs_commands import STATES, CountRuns, ListRuns, RunFilters, RunLine
from scenescout_tui.imports.snapshot import EngineSnapshot
from scenescout_tui.paging import Window


class RunHistory(ListScreen):
    """The list; the run under the cursor in full below it; or two runs side by side in its place."""

    DEFAULT_CSS = """
    RunHistory Detail, RunHistory Compared { display: none; }
    RunHistory.-open Table { height: 30%; min-height: 6; }
    RunHistory.-open Detail { display: block; }
    RunHistory.-compared Table, RunHistory.-compared Detail { display: none; }
    RunHistory.-compared Compared { display: block; }
    """
    PLACES = ("runs", "lists")
    ACTIONS: ClassVar[type[ListActing]] = RunActions
    FILTER_KEYS: ClassVar[FilterKeys] = {"source": str, "state": one_of(STATES)}
    table: Table[RunLine]

    def __init__(self) -> None:
        super().__init__()
        self._detail = Detail()
        self._compared = Compared()

    @property
    def chosen(self) -> RunLine | None:
        """The run that the keys act on; none while two are compared."""
        return None if self.has_class("-compared") else self.table.selected

    def make_table(self) -> Table[RunLine]:
        """Give the runs, the newest first."""
        return Table(self._columns(), self._ask, self._count, noun="runs", empty=self._empty)

    def main(self) -> Iterable[Widget]:
        """Give the runs, the one under the cursor in full, two side by side, and the filter."""
        yield self.table
        yield self._detail
        yield self._compared
        yield self.line

    def compare(self, first: str, second: str) -> None:
        """Show two runs side by side, by their ids."""
        self._compared.show_runs(first, second)
        self.add_class("-compared")
        self._repaint_keys()

    def offered(self, snapshot: EngineSnapshot) -> set[str]:
        """Give the keys that would do something with the run under the cursor."""
        offered = super().offered(snapshot) | {"run_compare"}
        if self.has_class("-compared"):
            return offered & {"copy_row"}
        run = self.chosen
        idle = {
            "run_compare": not self.table.marked,
            "run_again": run is None or not run.repeatable,
            "run_resume": run is None or not run.goes_on,
            "run_stop": run is None or run.state != "running",
        }
        if run is None:
            offered -= {"open_row", "mark", "copy_row"}
        return offered - {name for name, does_nothing in idle.items() if does_nothing}

    def open_row(self) -> None:
        """Show the run in full below the list, or only the list again."""
        if self.has_class("-compared") or self.table.selected is None:
            return
        self.toggle_class("-open")
        self._show_detail()

    def copied(self) -> str:
        """Give the id of the run, or of both."""
        if self.has_class("-compared"):
            return self._compared.copied()
        return self.table.cursor_key or ""

    def on_table_moved(self) -> None:
        """Show the run under the cursor in full, and the keys that it has."""
        self._show_detail()
        self._repaint_keys()

    def action_move(self, by: int) -> None:
        """Move the cursor, or through the comparison."""
        if self.has_class("-compared"):
            self._compared.scroll(by)
        else:
            super().action_move(by)

    def action_move_page(self, by: int) -> None:
        """Move by a page: through what is in full, where something is."""
        panel = next((one for one in (self._compared, self._detail) if one.display), None)
        if panel is None:
            super().action_move_page(by)
        else:
            panel.scroll(by * max(1, panel.size.height - 2))

    def action_back(self) -> None:
        """Close the comparison first, then the run in full."""
        if self.has_class("-compared"):
            self.remove_class("-compared")
            self.table.unmark_all()
            self._repaint_keys()
        elif self.has_class("-open") and self.focused is None:
            self.remove_class("-open")
        else:
            super().action_back()

    def _show_detail(self) -> None:
        if self.has_class("-open"):
            self._detail.follow(self.table.selected)

    def _repaint_keys(self) -> None:
        for line in self.query(KeyLine):
            line.repaint()

    def _ask(self, window: Window) -> ListRuns:
        return ListRuns(self._filters(), window)

    def _count(self) -> CountRuns:
        return CountRuns(self._filters())

    def _filters(self) -> RunFilters:
        values, text = self.line.found()
        return RunFilters(**values, text=text)

    def _empty(self) -> str:
        if self.line.text:
            return "No run passes the filter. esc takes it away."
        keys = ", ".join(KEYS[f"import_{name}"].shown for name in ("eventbrite", "yelp_other", "manual"))
        return (
            f"No imports yet. {keys} and {KEYS['import_file'].shown} start one; each is listed here for good."
        )

    def _columns(self) -> Sequence[Column[RunLine]]:
        def state(run: RunLine, now: float) -> Span:
            return words.state_span(run, self.console_app.glyphs)

        def took(run: RunLine, now: float) -> Span:
            return words.took(run, now, self.console_app.glyphs), ""

        return (
            Column("began", lambda run, now: (day_or_clock(run.started_at, now), "muted"), 8),
            Column("run", lambda run, now: (words.short_id(run), "muted"), 6),
            Column("source", lambda run, now: (run.source, ""), 10),
            Column("state", state, 13),
            Column("took", took, 7, right=True),
            Column("all", lambda run, now: (words.short(run.counts.total, 7), "muted"), 7, right=True),
            Column("new", lambda run, now: (words.short(run.counts.created, 6), ""), 6, right=True),
            Column("fail", _failed, 5, right=True),
            Column("who", lambda run, now: (run.who, "muted"), 14, leave=1),
            Column("read", lambda run, now: (_about(run), "muted"), 16, grows=1, leave=2),
        )


def _failed(run: RunLine, now: float) -> Span:
    return words.short(run.counts.failed, 5), "bad" if run.counts.failed else "muted"


def _about(run: RunLine) -> str:
    return f"{run.inputs}: {run.note}" if run.note else run.inputs
