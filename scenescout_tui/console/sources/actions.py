"""What the keys do with the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenescout_tui.console.list_acting import ListActing
from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.sources_commands import TrySource

if TYPE_CHECKING:
    from scenescout_tui.console.sources.screen import SourcesScreen


class SourcesActions(ListActing):
    """The actions of the sources."""

    screen: SourcesScreen

    def test_source(self) -> None:
        """Ask the source under the cursor once, and say how it answered."""
        row = self.screen.table.selected
        if row is None or not self._may("test_source"):
            return
        if not row.has_api:
            self._app.say(f"{row.title}: there is no connection to test; whatever is named is read.")
            return
        name = row.key

        def answered(result: CommandResult) -> None:
            self.tell(result)
            self.screen.take_test(name, result)

        self._app.say(f"Asking {row.title} once.")
        self._app.state.send(TrySource(name), answered)
