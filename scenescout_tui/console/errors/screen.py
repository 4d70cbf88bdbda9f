"""The errors: in groups, one by one, and the records that could not be imported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

from textual.widget import Widget

from scenescout_tui.console.content import Row, Span, spread
from scenescout_tui.console.errors.actions import ErrorActions
from scenescout_tui.console.errors.detail import Detail
from scenescout_tui.console.errors.lists import COLUMNS, EMPTY, NOUNS
from scenescout_tui.console.keys import KEYS
from scenescout_tui.console.list_acting import ListActing
from scenescout_tui.console.painted import Painted
from scenescout_tui.console.screens.list_screen import ListKeys, ListScreen
from scenescout_tui.console.widgets.error_groups import code_words
from scenescout_tui.console.widgets.filter_line import FilterKeys
from scenescout_tui.console.widgets.table import Table
from scenescout_tui.imports.errors_commands import (
    KINDS,
    CountFailures,
    FailureFilters,
    GroupLine,
    Kind,
    ListFailures,
)
from scenescout_tui.imports.snapshot import EngineSnapshot
from scenescout_tui.paging import Window


class Tabs(Painted):
    """Which list it is; of a group's errors, of which group."""

    DEFAULT_CSS = "Tabs { height: 1; }"

    def __init__(self, errors: Errors) -> None:
        super().__init__()
        self._errors = errors

    def rows(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the names, the list that is shown with the sign of the cursor."""
        spans: list[Span] = []
        for kind in KINDS:
            here = kind == self._errors.kind
            sign = self.glyphs.cursor if here else " "
            spans += [(f" {sign} ", "key"), (NOUNS[kind], "strong" if here else "muted"), ("  ", "")]
        group = self._errors.group
        if group is not None:
            spans.append((f"  of {code_words(group.code)} {group.source}: {group.message}", "muted"))
        return (spread(spans, (), columns, self.glyphs.ellipsis),)


class Errors(ListScreen):
    """Three lists under one filter; what is under the cursor stands below, with its record once opened."""

    DEFAULT_CSS = """
    Errors Table { display: none; }
    Errors.-groups #groups, Errors.-errors #errors, Errors.-letters #letters { display: block; }
    Errors Detail { height: 7; }
    Errors.-open Detail { height: 60%; }
    Errors.-whole Detail { height: 1fr; }
    Errors.-whole #groups, Errors.-whole #errors, Errors.-whole #letters { display: none; }
    """
    PLACES = ("errors", "lists")
    ACTIONS: ClassVar[type[ListActing]] = ErrorActions
    FILTER_KEYS: ClassVar[FilterKeys] = {
        "source": str.lower,
        "stage": str.lower,
        "code": str.upper,
        "run": str.lower,
        "group": str.lower,
    }
    actions: ErrorActions

    def __init__(self) -> None:
        super().__init__()
        self.kind: Kind = "groups"
        #: The group whose errors are shown, and the filter that was in force before.
        self.group: GroupLine | None = None
        self._before = ""
        #: 0: brief, 1: with the record, 2: without the list.
        self.level = 0
        self._detail = Detail(self)
        self._tabs = Tabs(self)
        self._arrange()

    @property
    def detail(self) -> Detail:
        """What is under the cursor in full."""
        return self._detail

    def make_table(self) -> Table[Any]:
        """Give the first of the three lists; the others are shown in its place."""
        self._tables: dict[Kind, Table[Any]] = {
            kind: Table(
                COLUMNS[kind],
                partial(self._ask, kind),
                partial(self._count, kind),
                noun=NOUNS[kind],
                empty=partial(self._empty, kind),
            )
            for kind in KINDS
        }
        for kind, table in self._tables.items():
            table.id = kind
        return self._tables["groups"]

    def main(self) -> Iterable[Widget]:
        """Give the names of the lists, the lists, what is under the cursor, and the filter."""
        yield self._tabs
        yield from self._tables.values()
        yield self._detail
        yield self.line

    def filters(self) -> FailureFilters:
        """Give what the rows must have."""
        values, text = self.line.found()
        if self.group is not None and self.kind != "groups":
            values["group"] = self.group.key
        return FailureFilters(**values, text=text)

    def show_kind(self, kind: Kind, group: GroupLine | None = None) -> None:
        """Show another list, or the errors of one group."""
        if kind == "groups":
            group = None
        if self.group is not None and group is None:
            self.line.put(self._before)
        elif self.group is None and group is not None:
            self._before = self.line.text
            run = self.filters().run
            self.line.put(f"run:{run}" if run else "")
        self.group = group
        self.kind = kind
        self.table = self._tables[kind]
        self._open(0)
        self.table.restart(at=None if group is not None else self.table.cursor_key)

    def next_kind(self) -> None:
        """Show the next list."""
        kind = KINDS[(KINDS.index(self.kind) + 1) % len(KINDS)]
        self.show_kind(kind, self.group)

    def open_row(self) -> None:
        """Show the errors of a group; show a record, then the record alone."""
        line = self.table.selected
        if isinstance(line, GroupLine):
            self.show_kind("errors", line)
        elif line is not None:
            self._open(2 if self.level else 1)

    def copied(self) -> str:
        """Give the failure, or its record where that is shown."""
        return self._detail.text()

    def offered(self, snapshot: EngineSnapshot) -> set[str]:
        """Give the keys that would do something to this list."""
        found = super().offered(snapshot)
        if self.kind == "groups":
            found -= {"errors_edit"}
        if self.kind == "letters":
            found -= {"errors_clear", "errors_clear_shown"}
        else:
            found -= {"errors_discard", "errors_discard_shown"}
        if self.table.selected is None:
            found &= {"errors_list", "filter"}
        if self.actions.undo_stack or snapshot.undoable:
            found |= {"errors_undo"} & super().offered(snapshot)
        else:
            found -= {"errors_undo"}
        return found

    def remember(self) -> dict[str, object]:
        """Keep the filter and the list."""
        return {"filter": self._before if self.group is not None else self.line.text, "list": self.kind}

    def recall(self, kept: dict[str, object]) -> None:
        """Take the filter and the list."""
        if self._wanted is None:
            self.kind = next((kind for kind in KINDS if kind == kept.get("list")), "groups")
            self.table = self._tables[self.kind]
            self._arrange()
        super().recall(kept)

    def filter_by(self, text: str) -> None:
        """Show what passes a filter, of all groups."""
        if self.group is not None:
            self.group = None
            self._arrange()
        super().filter_by(text)

    def on_table_moved(self) -> None:
        """Show what is under the cursor."""
        self._detail.display = self.table.selected is not None
        self._detail.repaint()
        self._repaint_keys()
        if self.table.selected is None and self.level:
            self._open(0)
        elif self.level:
            self._detail.ask()

    def action_move(self, by: int) -> None:
        """Move the cursor, or scroll where only the record is shown."""
        if self.level == 2:
            self._detail.scroll_by(by)
        else:
            super().action_move(by)

    def action_move_page(self, by: int) -> None:
        """Move by a page."""
        height = self._detail.size.height if self.level == 2 else self.table.size.height
        self.action_move(by * max(1, height - 3))

    def action_back(self) -> None:
        """Give the list its room back, then go back to the groups, then as every list."""
        if self.focused is None and self.level:
            self._open(self.level - 1)
        elif self.focused is None and self.group is not None:
            self.show_kind("groups")
        else:
            super().action_back()

    def _open(self, level: int) -> None:
        self.level = level
        self._arrange()
        if level:
            self._detail.ask()

    def _arrange(self) -> None:
        for kind in KINDS:
            self.set_class(kind == self.kind, f"-{kind}")
        self.set_class(self.level == 1, "-open")
        self.set_class(self.level == 2, "-whole")
        self._tabs.repaint()
        self._detail.repaint()
        self._repaint_keys()

    def _repaint_keys(self) -> None:
        if self.is_mounted:
            self.query_one(ListKeys).repaint()

    def _ask(self, kind: Kind, window: Window) -> ListFailures:
        return ListFailures(kind, self.filters(), window)

    def _count(self, kind: Kind) -> CountFailures:
        return CountFailures(kind, self.filters())

    def _empty(self, kind: Kind) -> str:
        if self.line.text:
            key = KEYS["errors_list"].shown
            return f"Nothing passes the filter. esc takes it away, {key} shows another list."
        if self.group is not None:
            return "No errors of this group are open any more. esc goes back to the groups."
        return EMPTY[kind]

    def _show(self, snapshot: EngineSnapshot) -> None:
        super()._show(snapshot)
        if self.is_mounted:
            self.actions.say_what_ended(snapshot)
