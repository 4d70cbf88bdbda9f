"""Asks before many are changed: what, how many, what does not come back; over 100 it is typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from scenescout_tui.console.dialogs.dialog import Dialog, Lines
from scenescout_tui.console.dialogs.text_input import TextInput
from scenescout_tui.console.formats import count, plural

#: Up to so many a key is enough.
EASY = 100


class ConfirmSet(Dialog[bool]):
    """Gives True for yes, False or None for no; ``number`` is the frozen count, ``noun`` what is counted."""

    DEFAULT_CSS = "ConfirmSet #number { margin: 0 0 1 0; }"
    AUTO_FOCUS = "#number"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", "Yes", show=False, id="yes"),
        Binding("n", "answer(False)", "No", show=False, id="no"),
    ]

    def __init__(self, title: str, number: int, noun: str, facts: Sequence[str], *, yes: str) -> None:
        super().__init__(title)
        self._number = number
        self._noun = noun
        self._facts = facts
        self._yes = yes

    def main(self) -> Iterable[Widget]:
        """Give the number, the facts, and the ways."""
        yield Lines(
            (), ((plural(self._number, self._noun), "strong"),), *(((fact, ""),) for fact in self._facts), ()
        )
        if self._number <= EASY:
            yield Lines(
                (("y", "key"), (f"  {self._yes}   ", "")), (("n", "key"), ("  leave it as it is", ""))
            )
            return
        yield TextInput("", f"type {self._number} to {self._yes}", id="number")
        yield Lines(
            (("enter", "key"), (f" {self._yes}   ", "muted"), ("esc", "key"), (" leave it as it is", "muted"))
        )
        yield Lines(id="hint")

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip().replace(",", "") == str(self._number):
            self.dismiss(True)
        else:
            sign = self.console_app.glyphs.failed
            hint = f"{sign} Type {count(self._number)}, so that it is no slip."
            self.query_one("#hint", Lines).say(((hint, "bad"),))

    def action_answer(self, yes: bool) -> None:
        """Close with the answer; where the number is to be typed a key does not do."""
        if self._number <= EASY or not yes:
            self.dismiss(yes)
