"""The base of the screens that are a list: a table, a filter, marks; they stay as they were left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.binding import Binding, BindingsMap, BindingType
from textual.widget import Widget

from scenescout_tui.console.keys import MOVEMENT, bindings, is_offered, of_places
from scenescout_tui.console.list_acting import ListActing
from scenescout_tui.console.screens.framed import FramedScreen
from scenescout_tui.console.widgets.filter_line import FilterKeys, FilterLine
from scenescout_tui.console.widgets.key_line import KeyLine
from scenescout_tui.console.widgets.table import Table
from scenescout_tui.imports.actions import BY_ID
from scenescout_tui.imports.snapshot import EngineSnapshot


class ListScreen(FramedScreen):
    """A subclass gives the table, what its keys do, and what its filter knows; `Log` is the smallest one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False, id="back"),
        *MOVEMENT,
    ]
    #: Whose keys work here, before those of everywhere.
    PLACES: ClassVar[tuple[str, ...]] = ("lists",)
    #: The methods behind them, by action id.
    ACTIONS: ClassVar[type[ListActing]] = ListActing
    FILTER_KEYS: ClassVar[FilterKeys] = {}

    def __init__(self) -> None:
        super().__init__()
        self.actions: ListActing
        self.table: Table[Any] = self.make_table()
        self.line = FilterLine(self.FILTER_KEYS)
        self._wanted: str | None = None
        self._revision = -1

    def make_table(self) -> Table[Any]:
        """Give the table."""
        raise NotImplementedError

    def main(self) -> Iterable[Widget]:
        """Give the table and the filter; a subclass may put a detail between them."""
        yield self.table
        yield self.line

    def keys(self) -> KeyLine:
        """Give the keys that work here."""
        return ListKeys(self)

    def offered(self, snapshot: EngineSnapshot) -> set[str]:
        """Give the ids of this place's actions that would do something now."""
        here = of_places(self.PLACES, read_only=self.console_app.read_only)
        return {one.id for one in here if one.scope == "view" or snapshot.state != "viewer"}

    def open_row(self) -> None:
        """Show the row under the cursor in full; without a detail there is nothing more to show."""

    def copied(self) -> str:
        """Give what copying takes; empty where there is nothing."""
        return ""

    def remember(self) -> dict[str, object]:
        """Give what is worth keeping until the next session."""
        return {"filter": self.line.text}

    def recall(self, kept: dict[str, object]) -> None:
        """Take what was kept; anything may stand there."""
        if self._wanted is None and isinstance(text := kept.get("filter"), str):
            self._wanted = text

    def filter_by(self, text: str) -> None:
        """Show what passes a filter, as if it had been typed."""
        self._wanted = text
        if self.is_mounted:
            self._apply()

    def on_mount(self) -> None:
        """Bind the keys of this place before those of every screen, and ask for the list."""
        self.actions = self.ACTIONS(self)
        read_only = self.console_app.read_only
        here = [BindingsMap(bindings(place, read_only=read_only)) for place in self.PLACES]
        # Of one key the first meaning holds, also before Textual's own use of tab.
        self._bindings = BindingsMap.merge([*here, self._bindings])
        self.recall(self.console_app.operations.memory().screen(type(self).__name__))
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        if self._wanted:
            self._apply()
        self.table.restart()

    def _apply(self) -> None:
        text, self._wanted = self._wanted or "", None
        self.line.put(text)

    def on_screen_suspend(self) -> None:
        """Keep for the next session how it was left."""
        memory, kept = self.console_app.operations.memory(), self.remember()
        self.run_worker(lambda: memory.keep_screen(type(self).__name__, kept), thread=True)

    def on_unmount(self) -> None:
        """Keep it also where the console ends on this screen."""
        self.console_app.operations.memory().keep_screen(type(self).__name__, self.remember())

    def on_filter_line_changed(self) -> None:
        """Ask anew; the newest question wins."""
        self.table.restart()

    def on_table_moved(self) -> None:
        """Show what belongs to the row under the cursor; a detail repaints here."""

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.table.move(by)

    def action_move_page(self, by: int) -> None:
        """Move by a page."""
        self.action_move(by * max(1, self.table.size.height - 3))

    def action_back(self) -> None:
        """Take the filter away, then go back to the screen before."""
        if self.line.text:
            self.line.put("")
        else:
            self.app.pop_screen()

    def _show(self, snapshot: EngineSnapshot) -> None:
        super()._show(snapshot)
        if self._is_seen and snapshot.store_revision != self._revision:
            self._revision = snapshot.store_revision
            self.table.refresh_rows()


class ListKeys(KeyLine):
    """The keys of a list's screen."""

    dispensable: ClassVar[tuple[str, ...]] = ("mark", "go_to", "copy_row", "open_row")

    def __init__(self, screen: ListScreen) -> None:
        super().__init__()
        self._list = screen

    def offered(self, snapshot: EngineSnapshot) -> set[str | None]:
        """Give them, and the ways out."""
        ways = {"go_to", "help", "quit"}
        return {name for name in self._list.offered(snapshot) | ways if self._is_there(name)}

    def _is_there(self, name: str) -> bool:
        return is_offered(BY_ID[name], read_only=self.read_only)
