"""Every key and what it does, drawn from the table of actions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from scenescout_tui.console.content import Row, fit, wrap
from scenescout_tui.console.keys import KEYS, MOVEMENT, MOVES, of_places
from scenescout_tui.console.painted import Panel
from scenescout_tui.console.screens.framed import FramedScreen
from scenescout_tui.imports.snapshot import EngineSnapshot

_KEY = 8
_MOVE = 18
_TITLE = 27
_TEXT = 90


class KeyList(Panel):
    """The list, which scrolls where the screen is short."""

    DEFAULT_CSS = "KeyList { height: 1fr; }"

    def __init__(self, places: tuple[str, ...], *, read_only: bool) -> None:
        super().__init__()
        self._places = places
        self._read_only = read_only
        self._top = 0
        self._more = 0

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        return f"keys, esc closes{f', {self._more} lines below' if self._more else ''}"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the lines from the scroll position on."""
        rows = self._all(columns)
        self._top = max(0, min(self._top, len(rows) - lines))
        self._more = max(0, len(rows) - lines - self._top)
        return rows[self._top : self._top + lines]

    def scroll_by(self, by: int) -> None:
        """Scroll by some lines."""
        self._top += by
        self.repaint()

    def _all(self, columns: int) -> list[Row]:
        entries = [
            (KEYS[one.id].shown, one.title, one.help)
            for one in of_places((*self._places, "everywhere"), read_only=self._read_only)
        ]
        rows = [row for entry in entries for row in self._entry(*entry, columns)]
        arrows = {"↑": self.glyphs.up, "↓": self.glyphs.down}
        moves = [
            (
                (f"   {fit(' '.join(arrows.get(key, key) for key in keys.split(' ')), _MOVE)}", "key"),
                (text, "muted"),
            )
            for keys, text in MOVES
        ]
        return [*rows, (), *moves]

    def _entry(self, keys: str, title: str, text: str, columns: int) -> list[Row]:
        room = min(_TEXT, columns - _KEY - _TITLE - 5)
        if room < 36:
            # Narrow: the explanation stands below the title, under the same edge.
            below = wrap(text, columns - _KEY - 5)
            return [
                ((f"   {fit(keys, _KEY)}", "key"), (title, "strong")),
                *(((" " * (_KEY + 3), ""), (line, "muted")) for line in below),
            ]
        lines = wrap(text, room)
        first = ((f"   {fit(keys, _KEY)}", "key"), (fit(title, _TITLE), "strong"), (lines[0], "muted"))
        return [first, *(((" " * (_KEY + _TITLE + 3), ""), (line, "muted")) for line in lines[1:])]


class Help(FramedScreen):
    """The keys that work on the screen before: its own places first, then everywhere."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark", "app.pop_screen", "Close", show=False, id="close"),
        *MOVEMENT,
    ]

    def __init__(self, places: tuple[str, ...]) -> None:
        super().__init__()
        self._places = places

    def main(self) -> Iterable[Widget]:
        """Give the list."""
        yield KeyList(self._places, read_only=self.console_app.read_only)

    def action_move(self, by: int) -> None:
        """Scroll."""
        self.query_one(KeyList).scroll_by(by)

    def action_move_page(self, by: int) -> None:
        """Scroll by a page."""
        self.action_move(by * max(1, self.query_one(KeyList).size.height - 2))
