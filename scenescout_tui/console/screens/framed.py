"""The frame of every screen: three lines that never leave, the screen's own part, and the keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from scenescout_tui.console.painted import Painted
from scenescout_tui.console.widgets.counters import Counters
from scenescout_tui.console.widgets.key_line import KeyLine
from scenescout_tui.console.widgets.status_line import StatusLine
from scenescout_tui.imports.snapshot import EngineSnapshot, ErrorGroupRow

if TYPE_CHECKING:
    from scenescout_tui.console.app import SceneScoutApp


class FramedScreen(Screen[Any]):
    """A screen with the status above and the keys below; it hands every new snapshot to its painted widgets.

    A subclass says in `main` what stands between.
    """

    DEFAULT_CSS = "FramedScreen { background: $background; color: $ss-ink; }"
    AUTO_FOCUS = ""

    #: The places whose keys work here, before those of everywhere.
    PLACES: ClassVar[tuple[str, ...]] = ()

    @property
    def console_app(self) -> SceneScoutApp:
        """The application, with its state."""
        return cast("SceneScoutApp", self.app)

    @property
    def selected_group(self) -> ErrorGroupRow | None:
        """The group of errors that the keys act on, where the screen has one."""
        return None

    def main(self) -> Iterable[Widget]:
        """Give the widgets between the frame's lines."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Put the frame around `main`."""
        yield StatusLine(classes="-says")
        yield Counters()
        yield from self.main()
        yield self.keys()

    def keys(self) -> KeyLine:
        """Give the line of keys."""
        return KeyLine()

    def on_mount(self) -> None:
        """Follow the state from now on."""
        self.watch(self.console_app.state, "snapshot", self._show, init=False)
        self.follow()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was in front."""
        self.follow()

    def follow(self) -> None:
        """Show what the engine published last."""
        self._show(self.console_app.state.snapshot)

    @property
    def _is_seen(self) -> bool:
        """True in front, and under nothing but dialogs: what is to be seen is never old."""
        stack = self.app.screen_stack
        above = stack[stack.index(self) + 1 :] if self in stack else [self]
        return all(isinstance(screen, ModalScreen) for screen in above)

    def _show(self, snapshot: EngineSnapshot) -> None:
        if self._is_seen:
            for painted in self.query(Painted):
                painted.show(snapshot)

    def _compositor_refresh(self) -> None:
        """Hand changed cells to the dialog in front; Textual's own way has the whole screen painted again."""
        if self.is_active or not self._is_seen:
            super()._compositor_refresh()
            return
        if changed := self._compositor._dirty_regions:
            self.app.screen.refresh(*changed)
            changed.clear()
        self._dirty_widgets.clear()
