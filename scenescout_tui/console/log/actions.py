"""What the keys do in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenescout_tui.console.list_acting import ListActing

if TYPE_CHECKING:
    from scenescout_tui.console.log.screen import Log


class LogActions(ListActing):
    """The actions of the log."""

    screen: Log

    def log_level(self) -> None:
        """Show from the next level on."""
        self.screen.next_level()

    def log_follow(self) -> None:
        """Go along with what comes in, or stay."""
        table = self.screen.table
        table.follows = not table.follows
        if table.follows:
            table.move(1_000_000)
        self._app.say("Following what comes in." if table.follows else "Staying here.")
