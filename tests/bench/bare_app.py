"""The smallest Textual application: what a first paint costs at least."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """Shows one line."""

    def compose(self) -> ComposeResult:
        """Put it there."""
        yield Static("bare and painted")


if __name__ == "__main__":
    Bare().run()
