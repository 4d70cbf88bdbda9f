"""One line to say what the rows of a list must have: words with a key (``source:yelp``), and text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from scenescout_tui.console.dialogs.dialog import Lines
from scenescout_tui.console.dialogs.text_input import TextInput

#: For each key, what makes its value of what was typed; a ValueError says in words what is wrong with it.
FilterKeys = Mapping[str, Callable[[str], object]]


def parse(text: str, keys: FilterKeys) -> tuple[dict[str, Any], str, str]:
    """Give the values by key, the rest as text, and what is wrong (empty: nothing).

    A word with a key that the list does not have is text: titles have colons too.
    """
    values: dict[str, Any] = {}
    words: list[str] = []
    complaint = ""
    for word in text.split():
        name, colon, value = word.partition(":")
        if not colon or name not in keys:
            words.append(word)
        elif value:
            try:
                values[name] = keys[name](value)
            except ValueError as error:
                complaint = f"{name}: {error}"
    return values, " ".join(words), complaint


def one_of(choices: Sequence[str]) -> Callable[[str], str]:
    """Give the reader of a key that knows some words, which may be cut short."""

    def read(value: str) -> str:
        found = next((one for one in choices if one.startswith(value.lower())), None)
        if found is None:
            raise ValueError(f"one of {', '.join(choices)}")
        return found

    return read


class FilterLine(Horizontal):
    """Shown while somebody types in it, and for as long as it holds something."""

    DEFAULT_CSS = """
    FilterLine { dock: bottom; height: 1; margin-bottom: 1; display: none; }
    FilterLine.-shown { display: block; }
    FilterLine #sign { width: 3; background: $background; }
    FilterLine #complaint { width: auto; max-width: 50%; background: $background; }
    """

    #: While somebody types, whatever else the screen has open.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "take_away", "Take the filter away", show=False, id="filter_away")
    ]

    class Changed(Message):
        """Another filter is to be in force."""

    def __init__(self, keys: FilterKeys) -> None:
        super().__init__()
        self._keys = keys
        self._input = TextInput("", f"text {' '.join(f'{key}:' for key in keys)}".strip())
        self._input.can_focus = False
        self._complaint = Lines(id="complaint")

    @property
    def text(self) -> str:
        """What is typed."""
        return self._input.value

    def found(self) -> tuple[dict[str, Any], str]:
        """Give what is asked for: values by key, and text."""
        values, text, _ = parse(self._input.value, self._keys)
        return values, text

    def compose(self) -> ComposeResult:
        """Give the sign, the line and what is wrong with it."""
        yield Lines(((" / ", "key"),), id="sign")
        yield self._input
        yield self._complaint

    def open(self) -> None:
        """Let somebody type."""
        self.add_class("-shown")
        self._input.can_focus = True
        self._input.focus()

    def put(self, text: str) -> None:
        """Take a filter as if it had been typed."""
        self._input.value = text
        self.set_class(bool(self._input.value), "-shown")

    def close(self) -> None:
        """Give the keys back to the list; what is typed stays in force."""
        self._input.can_focus = False
        self.screen.set_focus(None)
        self.set_class(bool(self._input.value), "-shown")

    def action_take_away(self) -> None:
        """Let everything pass again, and give the keys back to the list."""
        self._input.value = ""
        self.close()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong, and that it is another filter."""
        event.stop()
        _, _, complaint = parse(event.value, self._keys)
        self._complaint.say(((complaint, "bad"), (" " if complaint else "", "")))
        self.post_message(self.Changed())

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.close()
