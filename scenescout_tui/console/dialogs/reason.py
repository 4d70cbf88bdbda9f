"""Asks why, in one line that is kept."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from scenescout_tui.console.dialogs.dialog import Dialog, Lines
from scenescout_tui.console.dialogs.text_input import TextInput


class Reason(Dialog[str]):
    """Gives the reason, never an empty one, or None."""

    DEFAULT_CSS = "Reason #reason { margin: 1 0; }"
    AUTO_FOCUS = "#reason"

    def __init__(self, title: str, text: str, *, yes: str) -> None:
        super().__init__(title)
        self._text = text
        self._yes = yes

    def main(self) -> Iterable[Widget]:
        """Give what will be, the line, and the answers."""
        yield Lines(*(((line, ""),) for line in self._text.split("\n")))
        yield TextInput("", "why: it is kept in the audit log", id="reason")
        yield Lines((), id="hint")
        yield Lines(
            (("enter", "key"), (f" {self._yes}   ", "muted"), ("esc", "key"), (" leave it as it is", "muted"))
        )

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        if reason := event.value.strip():
            self.dismiss(reason)
        else:
            sign = self.console_app.glyphs.failed
            self.query_one("#hint", Lines).say(((f"{sign} Type a reason first.", "bad"),))
