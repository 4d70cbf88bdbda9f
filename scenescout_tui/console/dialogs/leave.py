"""Asks how to leave while an import runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from scenescout_tui.console.content import Row
from scenescout_tui.console.dialogs.dialog import Dialog, Lines
from scenescout_tui.console.formats import count, plural
from scenescout_tui.imports.snapshot import EngineSnapshot


class Leave(Dialog[str]):
    """Gives ``drain``, ``stop`` or None to stay."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d,enter", "answer('drain')", "Drain", show=False, id="drain"),
        Binding("s", "answer('stop')", "Stop now", show=False, id="stop"),
        Binding("q", "dismiss_none", "Stay", show=False, id="stay"),
    ]

    def __init__(self, *, draining: bool) -> None:
        super().__init__("Leave while an import runs?")
        self._draining = draining

    def main(self) -> Iterable[Widget]:
        """Give what runs, and the three ways."""
        yield Lines(id="facts")
        yield Lines(*self._choices())

    def show(self, snapshot: EngineSnapshot) -> None:
        """Say what runs now."""
        running = [run for run in snapshot.runs if run.state in {"running", "draining"}]
        done = sum(run.counts.finished for run in running)
        busy = plural(snapshot.workers_busy, "batch", "batches")
        imports = plural(len(running), "import")
        facts = f"{imports} running, {busy} at work, {count(snapshot.queue_depth)} in the queue."
        safe = f"{plural(done, 'record')} are written and stay, whatever you choose."
        self.query_one("#facts", Lines).say((), ((facts, ""),), ((safe, "muted"),), ())

    def _choices(self) -> list[Row]:
        drain = (
            "the engine is doing this already"
            if self._draining
            else "let the batches at work end, start no new ones"
        )
        return [
            (("d", "key"), ("    finish   ", "strong"), (drain, "muted")),
            (
                ("s", "key"),
                ("    stop now ", "strong"),
                ("cut the batches at work; they are not written", "muted"),
            ),
            (("esc", "key"), ("  stay     ", "strong"), ("go on watching", "muted")),
        ]

    def action_answer(self, choice: str) -> None:
        """Close with the choice."""
        self.dismiss(choice)
