"""What the actions of the console have in common: what one may do from here, and how an answer is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenescout_tui.imports.actions import BY_ID
from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.snapshot import EngineSnapshot

if TYPE_CHECKING:
    from scenescout_tui.console.app import SceneScoutApp


class Acting:
    """Knows the console, and what keeps it from acting."""

    def __init__(self, app: SceneScoutApp) -> None:
        self._app = app
        self._leaving = False
        self._put_off_action: str | None = None

    def tell(self, result: CommandResult) -> None:
        """Say the answer to a command."""
        text = result.message if result.ok or not result.action else f"{result.message} {result.action}"
        self._app.say(text, "" if result.ok else "bad")

    @property
    def _seen(self) -> EngineSnapshot:
        return self._app.state.snapshot

    def _may(self, action: str) -> bool:
        """Say why not, where the engine is somebody else's or not there (yet)."""
        app, seen = self._app, self._seen
        if app.read_only:
            return False
        if seen.state == "viewer":
            from scenescout_tui.console.widgets.status_line import held_by

            holder = held_by(seen.detail) or "another process"
            app.say(f"Not from here: {holder} runs the engine.", "warn")
        elif seen.state == "failed" or (seen.state == "stopped" and not app.state.is_attached):
            app.say(f"Not possible: {seen.detail or 'the engine has stopped'}.", "bad")
        elif not app.state.is_attached:
            self._put_off(action)
        elif self._leaving:
            app.say("Not now: the engine is finishing its work.", "warn")
        else:
            return True
        return False

    def _put_off(self, action: str) -> None:
        """Remember an import until there is an engine; what else was wanted may be out of date by then."""
        if action.startswith("import_"):
            self._put_off_action = action
            self._app.say(f"{BY_ID[action].title}: as soon as the engine has started.", "warn")
        else:
            self._app.say("The engine is still starting; try again in a moment.", "warn")
