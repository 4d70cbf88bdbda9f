"""A line of input that keeps control characters out, however they were typed, pasted or set."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.widgets import Input

from scenescout_tui.console.content import typed


class TextInput(Input):
    """Textual's input, one row high, without borders."""

    DEFAULT_CSS = """
    TextInput, TextInput:focus {
        height: 1; border: none; padding: 0; background: $background; color: $ss-ink; width: 1fr;
    }
    TextInput:focus { background: $ss-cursor; }
    TextInput:nocolor { text-style: underline; }
    TextInput:nocolor:focus { text-style: bold underline; }
    """

    def __init__(
        self,
        value: str = "",
        placeholder: str = "",
        *,
        id: str | None = None,
        on_tab: Callable[[], None] | None = None,
    ) -> None:
        # A blinking cursor would send bytes while nothing happens.
        super().__init__(typed(value), placeholder, id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False
        self._on_tab = on_tab

    def validate_value(self, value: str) -> str:
        """Clean whatever becomes the value."""
        return typed(value)

    async def _on_key(self, event: events.Key) -> None:
        """Give tab to who asked for it; otherwise it goes to the next field."""
        if event.key == "tab" and self._on_tab is not None:
            event.stop()
            event.prevent_default()
            self._on_tab()
        else:
            await super()._on_key(event)
