"""Asks whether to do what cannot be taken back: it says what, how many, and what does not come back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from scenescout_tui.console.dialogs.dialog import Dialog, Lines
from scenescout_tui.imports.snapshot import EngineSnapshot


class Confirm(Dialog[bool]):
    """Gives True for yes; no, escape and n give False or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", "Yes", show=False, id="yes"),
        Binding("n", "answer(False)", "No", show=False, id="no"),
    ]

    def __init__(self, title: str, text: Callable[[EngineSnapshot], str], *, yes: str, no: str) -> None:
        super().__init__(title)
        self._text = text
        self._yes = yes
        self._no = no

    def main(self) -> Iterable[Widget]:
        """Give the text and the two answers."""
        yield Lines(id="facts")
        yield Lines((("y", "key"), (f"  {self._yes}", "")), (("n", "key"), (f"  {self._no}", "")))

    def show(self, snapshot: EngineSnapshot) -> None:
        """Say what is so now."""
        lines = self._text(snapshot).split("\n")
        self.query_one("#facts", Lines).say((), *(((line, ""),) for line in lines), ())

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)
