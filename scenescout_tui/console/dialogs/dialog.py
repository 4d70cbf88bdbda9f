"""The base of the dialogs: a box over the dimmed screen, below the three lines that never leave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from scenescout_tui.console.content import Row, plain, styled
from scenescout_tui.imports.snapshot import EngineSnapshot

if TYPE_CHECKING:
    from scenescout_tui.console.app import SceneScoutApp

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """Asks one thing; escape gives None. A subclass says in `main` what stands in the box."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog > #box {
        width: 74; max-width: 100%; height: auto; max-height: 100%; margin: 3 0 1 0;
        border: round $ss-accent; background: $surface; padding: 0 1; scrollbar-size-vertical: 1;
    }
    Dialog Static { width: 1fr; height: auto; background: $surface; }
    Dialog.-ascii > #box { border: ascii $ss-accent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss_none", "Close", show=False, id="close"),
        Binding("ctrl+c", "app.say_how_to_quit", "Copy", show=False, id="copy"),
    ]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    @property
    def console_app(self) -> SceneScoutApp:
        """The application, with its state."""
        return cast("SceneScoutApp", self.app)

    def main(self) -> Iterable[Widget]:
        """Give what stands in the box."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Put the box around `main`."""
        self.set_class(self.console_app.has_class("-ascii"), "-ascii")
        box = VerticalScroll(*self.main(), id="box", can_focus=False)
        box.border_title = plain(self._title)
        yield box

    def on_mount(self) -> None:
        """Follow the state: numbers in a question are as new as those around it."""
        self.watch(self.console_app.state, "snapshot", self.show)

    def show(self, snapshot: EngineSnapshot) -> None:
        """Take a new snapshot; most dialogs show nothing of it."""

    def action_dismiss_none(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


class Lines(Static):
    """Rows of spans as a widget of a dialog."""

    def __init__(self, *rows: Row, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(styled(rows), id=id, classes=classes)

    def say(self, *rows: Row) -> None:
        """Show other rows."""
        self.update(styled(rows))
