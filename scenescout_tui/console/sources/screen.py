"""The sources: how each is, why it waits and until when, what it may still ask, and its last runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.widget import Widget

from scenescout_tui.console.content import Row
from scenescout_tui.console.keys import KEYS
from scenescout_tui.console.list_acting import ListActing
from scenescout_tui.console.painted import Panel
from scenescout_tui.console.screens.list_screen import ListScreen
from scenescout_tui.console.source_words import as_it_stands
from scenescout_tui.console.sources.actions import SourcesActions
from scenescout_tui.console.sources.words import (
    STATES,
    Tested,
    budget_words,
    rows_of,
    run_rows,
    state_words,
)
from scenescout_tui.console.widgets.table import Column, Table
from scenescout_tui.console.widgets.whole_table import WholeTable
from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.settings_commands import has_words
from scenescout_tui.imports.snapshot import EngineSnapshot, SourceRow
from scenescout_tui.imports.sources_commands import GetSources, SourceFacts


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source of the list."""

    #: Its name.
    key: str
    title: str
    row: SourceRow
    words: str
    budget: str
    token: str
    has_api: bool

    @property
    def role(self) -> str:
        """The role of its state."""
        return STATES[self.row.state][1]


_COLUMNS: Sequence[Column[SourceLine]] = (
    Column("source", lambda line, now: (line.title, "strong"), 11),
    Column("state", lambda line, now: (STATES[line.row.state][2], line.role), 7),
    Column("what it does, or waits for", lambda line, now: (line.words, line.role), 44, grows=1),
    Column("requests", lambda line, now: (line.budget, "muted"), 19, leave=1),
    Column("token", lambda line, now: _token(line.token), 7),
)


def _token(said: str) -> tuple[str, str]:
    word = said.partition(",")[0]
    return (word, "warn" if word == "not set" else "muted")


class Detail(Panel):
    """Everything about the source under the cursor."""

    def __init__(self, screen: SourcesScreen) -> None:
        super().__init__()
        self._of = screen

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        line = self._of.table.selected
        return line.title if line is not None else ""

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give its facts, and as many of its last runs as there is room for."""
        line = self._of.table.selected
        if line is None:
            return ()
        facts = self._of.facts.get(line.key)
        rows = rows_of(line.row, facts, self._of.tested.get(line.key), snapshot, columns)
        if facts is None:
            return rows
        if not facts.runs:
            return [*rows, (("   last runs   ", "muted"), ("none yet", "muted"))]
        head: Row = (("   last runs", "muted"), (f"   {KEYS['open_row'].shown} shows all", "muted"))
        return [*rows, head, *run_rows(facts.runs, snapshot.at, self.glyphs.ellipsis)]


class SourcesScreen(ListScreen):
    """A line for each source, and below it everything about the one under the cursor."""

    DEFAULT_CSS = """
    SourcesScreen Table { height: 7; }
    SourcesScreen Detail { height: 1fr; }
    """
    PLACES = ("sources", "lists")
    ACTIONS: ClassVar[type[ListActing]] = SourcesActions
    table: Table[SourceLine]

    def __init__(self) -> None:
        super().__init__()
        #: What the engine knows beside the picture, and how tests went, by source.
        self.facts: dict[str, SourceFacts] = {}
        self.tested: dict[str, Tested] = {}
        self._asked: int | None = None
        self._detail = Detail(self)

    def make_table(self) -> Table[SourceLine]:
        """Give the sources."""
        return WholeTable(_COLUMNS, self._lines, noun="sources", empty=self._empty)

    def main(self) -> Iterable[Widget]:
        """Give the sources, the one under the cursor in full, and the filter."""
        yield self.table
        yield self._detail
        yield self.line

    def offered(self, snapshot: EngineSnapshot) -> set[str]:
        """Give the keys; a connection can be tested only where there is one."""
        line = self.table.selected
        away = {"mark"} if line is not None and line.has_api else {"mark", "test_source"}
        return super().offered(snapshot) - away

    def open_row(self) -> None:
        """Show all runs of the source."""
        line = self.table.selected
        if line is not None:
            self.console_app.go_to("runs", "" if line.key == "auto" else f"source:{line.key}")

    def copied(self) -> str:
        """Give all that is said of the source."""
        line = self.table.selected
        if line is None:
            return ""
        snapshot = self.console_app.state.snapshot
        rows = rows_of(line.row, self.facts.get(line.key), self.tested.get(line.key), snapshot, 1000)
        return "\n".join([line.title, *("".join(text for text, _ in row).rstrip() for row in rows)])

    def take_test(self, name: str, result: CommandResult) -> None:
        """Keep how a test went."""
        self.tested[name] = Tested(self.console_app.state.snapshot.at, result)
        self._detail.repaint()

    def on_table_moved(self) -> None:
        """Show the source under the cursor."""
        self._detail.repaint()

    def _show(self, snapshot: EngineSnapshot) -> None:
        if self._is_seen:
            self.table.refresh_rows()
            if snapshot.store_revision != self._asked and snapshot.state != "starting":
                self._asked = snapshot.store_revision
                self.console_app.state.ask(GetSources(), self._take)
        super()._show(snapshot)

    def _take(self, answer: Any) -> None:
        if isinstance(answer, Exception):
            self.console_app.say(f"The engine could not answer: {answer}", "bad")
            return
        self.facts = {facts.name: facts for facts in answer}
        self.table.refresh_rows()

    def _lines(self) -> list[SourceLine]:
        snapshot = self.console_app.state.snapshot
        _, text = self.line.found()
        lines = [self._line(source, snapshot) for source in snapshot.sources]
        return [one for one in lines if has_words(text, one.key, one.title, one.words, one.token)]

    def _line(self, source: SourceRow, snapshot: EngineSnapshot) -> SourceLine:
        row = as_it_stands(source, snapshot)
        facts = self.facts.get(source.name)
        return SourceLine(
            key=row.name,
            title=row.title,
            row=row,
            words=state_words(row, snapshot).removeprefix(f"{STATES[row.state][2]}: "),
            budget=budget_words(row),
            token=facts.token if facts is not None else "",
            has_api=facts is not None and bool(facts.address),
        )

    def _empty(self) -> str:
        if self.line.text:
            return "No source passes the filter. esc takes it away."
        return "Starting the engine."
