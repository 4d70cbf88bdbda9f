"""The command palette's entries: the table of actions, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import CommandInput, CommandPalette, DiscoveryHit, Hit, Hits, Provider, SearchIcon

from scenescout_tui.console.keys import KEYS, is_offered
from scenescout_tui.imports.actions import ACTIONS, Action

if TYPE_CHECKING:
    from scenescout_tui.console.app import SceneScoutApp


class Palette(CommandPalette):
    """Textual's palette, still and without signs that a terminal may not have."""

    def __init__(self) -> None:
        super().__init__(placeholder="name of an action", id="--command-palette")

    def on_mount(self) -> None:
        """Put our own sign in front, and let the cursor stand."""
        self.query_one(SearchIcon).icon = cast("SceneScoutApp", self.app).glyphs.cursor
        self.query_one(CommandInput).cursor_blink = False


class ActionProvider(Provider):
    """Finds actions by title; each runs as its key would."""

    async def discover(self) -> Hits:
        """Give all actions."""
        for action in self._actions():
            yield DiscoveryHit(_title(action), partial(self._run, action), help=action.help)

    async def search(self, query: str) -> Hits:
        """Give the actions that match."""
        matcher = self.matcher(query)
        for action in self._actions():
            title = _title(action)
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), partial(self._run, action), help=action.help)

    def _actions(self) -> Iterator[Action]:
        read_only = self._console.read_only
        return (one for one in ACTIONS if one.id != "palette" and is_offered(one, read_only=read_only))

    def _run(self, action: Action) -> None:
        self._console.action_act(action.id)

    @property
    def _console(self) -> SceneScoutApp:
        return cast("SceneScoutApp", self.app)


def _title(action: Action) -> str:
    return f"{action.title} ({KEYS[action.id].shown})"
