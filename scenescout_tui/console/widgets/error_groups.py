"""The open errors, grouped: how many, of what kind, from where, when last; one is under the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from scenescout_tui.console.content import Row, Span, fit, spread
from scenescout_tui.console.formats import count, day_or_clock, plural
from scenescout_tui.console.painted import Panel
from scenescout_tui.imports.snapshot import EngineSnapshot, ErrorGroupRow

#: What a code is called where its own name is no word of a person.
_WORDS = {
    "VALIDATION_ERROR": "VALIDATION",
    "RATE_LIMIT_ERROR": "RATE LIMIT",
    "EXTERNAL_API_ERROR": "API",
    "DATABASE_ERROR": "DATABASE",
    "TASK_TIMEOUT": "TIMEOUT",
    "TASK_CANCELLED": "CANCELLED",
    "UNKNOWN_ERROR": "UNKNOWN",
    "INPUT_ERROR": "INPUT",
    "PARSE_ERROR": "PARSE",
}


def code_words(code: str) -> str:
    """Give an error code as a person would say it."""
    return _WORDS.get(code, code.replace("_", " "))


class ErrorGroups(Panel):
    """A list with a cursor.

    A group keeps its place as long as it is there; new ones come below, the largest first.
    """

    DEFAULT_CSS = "ErrorGroups { height: 1fr; }"

    class Moved(Message):
        """The mouse has put the cursor on another group."""

    def __init__(self) -> None:
        super().__init__()
        self._order: list[str] = []
        self._groups: dict[str, ErrorGroupRow] = {}
        self._cursor: str | None = None
        self._top = 0

    @property
    def selected(self) -> ErrorGroupRow | None:
        """The group under the cursor."""
        return self._groups.get(self._cursor) if self._cursor is not None else None

    def show(self, snapshot: EngineSnapshot) -> None:
        """Take the groups of a snapshot; the cursor stays on its group, or goes to its neighbour."""
        place = self._order.index(self._cursor) if self._cursor in self._order else 0
        self._groups = {group.key: group for group in snapshot.error_groups}
        known = set(self._order)
        self._order = [key for key in self._order if key in self._groups]
        new = [group for group in snapshot.error_groups if group.key not in known]
        new.sort(key=lambda group: (-group.count, -group.last_seen))
        self._order += [group.key for group in new]
        if self._cursor not in self._groups:
            self._cursor = self._order[min(place, len(self._order) - 1)] if self._order else None
        super().show(snapshot)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row under the mouse."""
        place = self._top + event.y - 1
        if event.y >= 1 and place < len(self._order):
            self._cursor = self._order[place]
            self.repaint()
            self.post_message(self.Moved())

    def move(self, by: int) -> None:
        """Move the cursor."""
        if not self._order or self._cursor is None:
            return
        place = self._order.index(self._cursor) + by
        self._cursor = self._order[max(0, min(len(self._order) - 1, place))]
        self.repaint()

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        if not snapshot.errors_open:
            return "errors: none"
        hidden = ""
        if (below := len(self._order) - self._top - self._lines) > 0:
            hidden = f", {count(below)} more below"
        return f"errors: {count(snapshot.errors_open)} in {plural(len(self._order), 'group')}{hidden}"

    def title_role(self, snapshot: EngineSnapshot) -> str:
        """Let the rule's words want the person when there are errors."""
        return "bad" if snapshot.errors_open else "muted"

    @property
    def _lines(self) -> int:
        return max(1, self.size.height - 1)

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the groups around the cursor."""
        if not self._order:
            return self.sentence(_empty(snapshot), columns)
        place = self._order.index(self._cursor) if self._cursor is not None else 0
        self._top = max(min(self._top, place), place - lines + 1, 0)
        self._top = min(self._top, max(0, len(self._order) - lines))
        widest = max(5, *(len(count(group.count)) + 1 for group in self._groups.values()))
        return [
            self._row(self._groups[key], columns, widest, snapshot.at, under=key == self._cursor)
            for key in self._order[self._top : self._top + lines]
        ]

    def _row(self, group: ErrorGroupRow, columns: int, widest: int, now: float, *, under: bool) -> Row:
        at = "@" if under else ""
        glyphs = self.glyphs
        number = f"{glyphs.times}{count(group.count)}"
        left: list[Span] = [
            (f"{glyphs.cursor if under else ' '}", f"key{at}"),
            (f"{number:>{widest}}  ", f"bad{at}"),
            (fit(code_words(group.code), 11, glyphs.ellipsis), f"strong{at}"),
            (" ", at),
            (fit(group.source, 10, glyphs.ellipsis), f"muted{at}"),
            (" ", at),
            (group.message, at),
        ]
        row = spread(
            left, [(f"  {day_or_clock(group.last_seen, now):>8} ", f"muted{at}")], columns, glyphs.ellipsis
        )
        return tuple((text, role or at) for text, role in row)


def _empty(snapshot: EngineSnapshot) -> str:
    if snapshot.undoable:
        return f"All clear. {plural(snapshot.undoable, 'cleared error')} can come back: press u."
    if snapshot.state == "starting":
        return "Open errors of earlier imports appear here."
    return "No errors. What fails is kept and listed here, with what to do about it."
