"""What the keys do on every list that fills a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenescout_tui.console.acting import Acting
from scenescout_tui.imports.commands import Command

if TYPE_CHECKING:
    from scenescout_tui.console.screens.list_screen import ListScreen


@dataclass(frozen=True, slots=True)
class Undo:
    """Something done here that can be taken back, in words ("12 errors cleared")."""

    words: str
    command: Command


class ListActing(Acting):
    """The base of a screen's own actions, each a method of its id."""

    def __init__(self, screen: ListScreen) -> None:
        super().__init__(screen.console_app)
        self.screen = screen
        #: The newest last.
        self.undo_stack: list[Undo] = []

    def filter(self) -> None:
        """Let somebody type what the rows must have."""
        self.screen.line.open()

    def open_row(self) -> None:
        """Show the row under the cursor in full."""
        self.screen.open_row()

    def mark(self) -> None:
        """Mark the row under the cursor."""
        self.screen.table.mark()

    def copy_row(self) -> None:
        """Copy the row under the cursor."""
        text = self.screen.copied()
        if text:
            self._app.copy_to_clipboard(text)
        else:
            self._app.say("There is nothing under the cursor to copy.")

    def take_back(self) -> bool:
        """Undo the newest thing that was done here; tell whether there was any."""
        if not self.undo_stack:
            return False
        self._app.state.send(self.undo_stack.pop().command, self.tell)
        return True
