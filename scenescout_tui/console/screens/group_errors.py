"""The errors of one group one by one: the list above, the one under the cursor in full below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from scenescout_tui.console.content import Row, Span, spread, wrap
from scenescout_tui.console.formats import count, day_or_clock
from scenescout_tui.console.keys import MOVEMENT
from scenescout_tui.console.painted import Painted, Panel
from scenescout_tui.console.screens.framed import FramedScreen
from scenescout_tui.console.widgets.error_groups import code_words
from scenescout_tui.imports.commands import ErrorItem, ListErrors
from scenescout_tui.imports.snapshot import EngineSnapshot, ErrorGroupRow

_PAGE = 100


class ErrorItems(Panel):
    """The list; it holds what has been asked for so far."""

    DEFAULT_CSS = "ErrorItems { height: 1fr; }"

    def __init__(self, group: ErrorGroupRow) -> None:
        super().__init__()
        self._group = group
        self.items: list[ErrorItem] = []
        self.words = "Asking the engine."
        self.cursor = 0
        self._top = 0

    @property
    def selected(self) -> ErrorItem | None:
        """The error under the cursor."""
        return self.items[self.cursor] if self.items else None

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        group = self._group
        place = (
            f", {count(self.cursor + 1)} of {count(max(group.count, len(self.items)))}" if self.items else ""
        )
        return f"{code_words(group.code)} {group.source}{place}, esc goes back"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the errors around the cursor."""
        if not self.items:
            return self.sentence(self.words, columns)
        self._top = max(min(self._top, self.cursor), self.cursor - lines + 1, 0)
        return [
            self._row(item, columns, snapshot.at, under=place == self.cursor)
            for place, item in enumerate(self.items[self._top : self._top + lines], self._top)
        ]

    def move(self, by: int) -> None:
        """Move the cursor."""
        self.cursor = max(0, min(len(self.items) - 1, self.cursor + by))
        self.repaint()

    def _row(self, item: ErrorItem, columns: int, now: float, *, under: bool) -> Row:
        at = "@" if under else ""
        left: list[Span] = [
            (f"{self.glyphs.cursor if under else ' '} ", f"key{at}"),
            (item.where or item.stage, f"strong{at}"),
            ("  ", at),
            (item.message, at),
        ]
        row = spread(
            left, [(f"  {day_or_clock(item.at, now):>8} ", f"muted{at}")], columns, self.glyphs.ellipsis
        )
        return tuple((text, role or at) for text, role in row)


class ErrorText(Painted):
    """One error in full."""

    DEFAULT_CSS = "ErrorText { height: 9; }"

    def __init__(self, items: ErrorItems) -> None:
        super().__init__()
        self._items = items

    def rows(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give message, place and next step."""
        item = self._items.selected
        if item is None:
            return ()
        glyphs = self.glyphs
        run = f"run {item.run_id[-6:]}" if item.run_id else ""
        kept = f"payload kept as dead letter {item.dead_letter_id[-6:]}" if item.dead_letter_id else ""
        facts = f" {glyphs.dot} ".join(part for part in (item.where, item.stage, run, kept) if part)
        below = wrap(facts, columns - 5, 2, glyphs.ellipsis)
        action = wrap(item.action or "Retry it, or clear it.", columns - 6, 2, glyphs.ellipsis)
        room = max(1, lines - len(below) - len(action) - 2)
        message = wrap(item.message, columns - 5, room, glyphs.ellipsis)
        signs = [glyphs.arrow, " " * len(glyphs.arrow)]
        return [
            (),
            *((("   ", ""), (line, "")) for line in message),
            *((("   ", ""), (line, "muted")) for line in below),
            (),
            *(((f" {sign} ", "accent"), (line, "")) for sign, line in zip(signs, action, strict=False)),
        ]


class GroupErrors(FramedScreen):
    """Asks for the errors of a group, a page at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "Back", show=False, id="back"),
        *MOVEMENT,
    ]

    def __init__(self, group: ErrorGroupRow) -> None:
        super().__init__()
        self._group = group
        self._items = ErrorItems(group)
        self._text = ErrorText(self._items)
        self._asking = False
        self._complete = False

    @property
    def selected_group(self) -> ErrorGroupRow:
        """The group that is shown."""
        return self._group

    def main(self) -> Iterable[Widget]:
        """Give the list and the full text."""
        yield self._items
        yield self._text

    def on_mount(self) -> None:
        """Ask for the first page."""
        self._ask()

    def action_move(self, by: int) -> None:
        """Move the cursor; near the end, ask for more."""
        self._items.move(by)
        self._text.repaint()
        if self._items.cursor + self._items.size.height >= len(self._items.items):
            self._ask()

    def action_move_page(self, by: int) -> None:
        """Move the cursor by a page."""
        self.action_move(by * max(1, self._items.size.height - 2))

    def _ask(self) -> None:
        if self._asking or self._complete:
            return
        self._asking = True
        query = ListErrors(self._group.key, limit=_PAGE, offset=len(self._items.items))
        self.console_app.state.ask(query, self._answered)

    def _answered(self, answer: Any) -> None:
        self._asking = False
        if isinstance(answer, Exception):
            self._items.words = f"The engine could not answer: {answer}"
        else:
            self._complete = len(answer) < _PAGE
            self._items.items += answer
            self._items.words = "No errors of this group are open any more."
        if self.is_attached:
            self._items.repaint()
            self._text.repaint()
