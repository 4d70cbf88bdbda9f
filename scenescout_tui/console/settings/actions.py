"""What the keys do in the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenescout_tui.console.list_acting import ListActing

if TYPE_CHECKING:
    from scenescout_tui.console.settings.screen import SettingsScreen


class SettingsActions(ListActing):
    """The actions of the settings."""

    screen: SettingsScreen

    def settings_list(self) -> None:
        """Show the keys instead of the settings, or the settings again."""
        self.screen.show_keys(not self.screen.shows_keys)
