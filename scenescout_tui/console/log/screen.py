"""The log: what this program has written down, the newest last."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.widget import Widget

from scenescout_tui.console.content import Row, Span, wrap
from scenescout_tui.console.formats import day_or_clock
from scenescout_tui.console.keys import KEYS
from scenescout_tui.console.list_acting import ListActing
from scenescout_tui.console.log.actions import LogActions
from scenescout_tui.console.painted import Panel
from scenescout_tui.console.screens.list_screen import ListScreen
from scenescout_tui.console.widgets.filter_line import FilterKeys, one_of
from scenescout_tui.console.widgets.table import Column, Table
from scenescout_tui.imports.log_commands import LEVELS, ListLog, LogFilters, LogLine
from scenescout_tui.imports.snapshot import EngineSnapshot
from scenescout_tui.paging import Window

#: Seconds between two looks at the file while it is followed.
_LOOK = 1.0
_ROLES = {"debug": "muted", "warning": "warn", "error": "bad", "critical": "bad"}
_RUN = 6


def _about(line: LogLine) -> str:
    return " ".join(part for part in (line.source, line.run[-_RUN:]) if part)


_COLUMNS: Sequence[Column[LogLine]] = (
    Column("time", lambda line, now: (day_or_clock(line.at, now), "muted"), 8),
    Column("level", lambda line, now: (line.level, _ROLES.get(line.level, "")), 7),
    Column("source, run", lambda line, now: (_about(line), "muted"), 17, leave=1),
    Column("what", lambda line, now: (line.message, _ROLES.get(line.level, "")), 20, grows=1),
)


class Detail(Panel):
    """The whole line under the cursor."""

    def __init__(self, table: Table[LogLine]) -> None:
        super().__init__()
        self._table = table

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        return f"the whole line, {KEYS['copy_row'].shown} copies it, esc closes"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give everything that the line says."""
        line = self._table.selected
        if line is None:
            return ()
        room = max(10, columns - 5)
        rows: list[Row] = [((f"   {name:<8}", "muted"), (value, "")) for name, value in _facts(line)]
        for text in (line.message, *line.trace):
            rows += [(("   ", ""), (part, "strong")) for part in wrap(text, room)]
        return rows


def _facts(line: LogLine) -> list[Span]:
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(line.at)) if line.at else ""
    facts = (
        ("time", " ".join(part for part in (at, line.level, line.code) if part)),
        ("from", line.logger),
        ("about", " ".join(part for part in (line.source, line.run, line.record) if part)),
    )
    return [(name, value) for name, value in facts if value]


class Log(ListScreen):
    """Follows the file, or stays where somebody reads."""

    DEFAULT_CSS = """
    Log Detail { height: 40%; display: none; }
    Log.-open Detail { display: block; }
    """
    PLACES = ("log", "lists")
    ACTIONS: ClassVar[type[ListActing]] = LogActions
    FILTER_KEYS: ClassVar[FilterKeys] = {"level": one_of(LEVELS), "source": str, "run": str}
    table: Table[LogLine]

    def __init__(self) -> None:
        super().__init__()
        self._level = ""
        self.table.follows = True
        self._detail = Detail(self.table)

    def make_table(self) -> Table[LogLine]:
        """Give the lines, the newest last."""
        return Table(_COLUMNS, self._ask, noun="log", empty=self._empty, from_end=True)

    def main(self) -> Iterable[Widget]:
        """Give the lines, the one under the cursor in full, and the filter."""
        yield self.table
        yield self._detail
        yield self.line

    def on_mount(self) -> None:
        """Look at the file as long as the screen is open: it says nothing by itself."""
        if self.console_app.state.looks_by_itself:
            self.set_interval(_LOOK, self.look)

    def look(self) -> None:
        """Take what has come in, where the screen is to be seen."""
        if self._is_seen:
            self.table.refresh_rows()

    def next_level(self) -> None:
        """Show from the next level on; behind the last comes everything."""
        steps = ("", *LEVELS[1:])
        self._level = steps[(steps.index(self._level) + 1) % len(steps)]
        self.console_app.say(f"The log: {f'from {self._level}' if self._level else 'every line'}.")
        self.table.noun = f"log from {self._level}" if self._level else "log"
        self.table.restart()

    def offered(self, snapshot: EngineSnapshot) -> set[str]:
        """Give the keys; nothing is ever marked in a log."""
        return super().offered(snapshot) - {"mark"}

    def open_row(self) -> None:
        """Show the whole line below the list, or only the list again."""
        self.toggle_class("-open")
        self.table.follows = False
        self._detail.repaint()

    def copied(self) -> str:
        """Give the whole line."""
        line = self.table.selected
        if line is None:
            return ""
        facts = [value for _, value in _facts(line)]
        return "\n".join([" ".join(facts), line.message, *line.trace])

    def on_table_moved(self) -> None:
        """Show the line under the cursor in full."""
        self._detail.repaint()

    def action_move(self, by: int) -> None:
        """Move the cursor: whoever goes up stays there, whoever goes to the end follows."""
        self.table.follows = by >= 1_000_000
        super().action_move(by)

    def action_back(self) -> None:
        """Close the whole line first."""
        if self.has_class("-open"):
            self.remove_class("-open")
        else:
            super().action_back()

    def _ask(self, window: Window) -> ListLog:
        values, text = self.line.found()
        return ListLog(LogFilters(**{"level": self._level, **values}, text=text), window)

    def _empty(self) -> str:
        if self.line.text or self._level:
            levels = f"{KEYS['log_level'].shown} shows other levels"
            return f"No line passes the filter. esc takes it away, {levels}."
        return "Nothing yet. What imports, keys and faults leave behind is written here."
