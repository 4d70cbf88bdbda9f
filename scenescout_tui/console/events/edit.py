"""Writes over one field of an event; what cannot be is said below the line, and the line stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from scenescout_tui.console.content import wrap
from scenescout_tui.console.dialogs.dialog import Dialog, Lines
from scenescout_tui.console.dialogs.text_input import TextInput
from scenescout_tui.imports.commands import CommandResult

#: Hands a value over and takes the function that gets the answer.
Send = Callable[[str, Callable[[CommandResult], None]], None]
_CELLS = 68


class EditField(Dialog[CommandResult]):
    """Gives the answer once the field is written, or None."""

    DEFAULT_CSS = "EditField #value { margin: 1 0; }"
    AUTO_FOCUS = "#value"

    def __init__(self, field: str, value: str, origin: str, send: Send) -> None:
        super().__init__(f"Edit {field}")
        self._value = value
        self._origin = origin
        self._send = send
        #: The value as it can be typed.
        self._line = ""
        self._is_sent = False

    def main(self) -> Iterable[Widget]:
        """Give what an edit means, the line, and the answers."""
        said = f"Now from {self._origin}. " if self._origin else ""
        words = f"{said}What you write wins over all imports; an empty line empties the field."
        if "\n" in self._value:
            words = f"{words} Here it becomes one line."
        yield Lines(*(((line, "muted"),) for line in wrap(words, _CELLS)))
        line = TextInput(self._value, id="value")
        self._line = line.value
        yield line
        yield Lines((), id="hint")
        yield Lines((("enter", "key"), (" write it   ", "muted"), ("esc", "key"), (" leave it", "muted")))

    @on(Input.Changed)
    def _change(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one("#hint", Lines).say(())

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value == self._line:
            self.dismiss(None)
        elif not self._is_sent:
            self._is_sent = True
            self._send(event.value, self._answered)

    def _answered(self, result: CommandResult) -> None:
        self._is_sent = False
        if result.ok:
            if self.is_current:
                self.dismiss(result)
            return
        sign = self.console_app.glyphs.failed
        words = f"{sign} {result.message} {result.action or ''}".strip()
        self.query_one("#hint", Lines).say(*(((line, "bad"),) for line in wrap(words, _CELLS)))
