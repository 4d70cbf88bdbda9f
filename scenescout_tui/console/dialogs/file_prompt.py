"""Asks for the file to import; the last one of the source is there already, marked; tab completes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from scenescout_tui.console.content import typed
from scenescout_tui.console.dialogs.dialog import Dialog, Lines
from scenescout_tui.console.dialogs.text_input import TextInput
from scenescout_tui.console.formats import count

_MOST_LISTED = 2000
_MOST_SHOWN = 6
_HINT = (("enter", "key"), (" import   ", "muted"), ("tab", "key"), (" complete   ", "muted"))
_CLOSE = (("esc", "key"), (" close", "muted"))


class FilePrompt(Dialog[str]):
    """Gives the path of a file that exists, or None."""

    DEFAULT_CSS = """
    FilePrompt #path { margin: 1 0; }
    """
    AUTO_FOCUS = "#path"

    def __init__(self, source_title: str, remembered: str = "") -> None:
        super().__init__(f"Import a file: {source_title}")
        self._remembered = remembered

    def main(self) -> Iterable[Widget]:
        """Give the explanation, the input and what is wrong with it."""
        yield Lines((("JSON: an object, a list, an API page, or NDJSON (an object per line).", "muted"),))
        yield TextInput(self._remembered, "path of the file", id="path", on_tab=self._complete)
        yield Lines((), id="hint")
        yield Lines((*_HINT, *_CLOSE))

    def on_mount(self) -> None:
        """Mark the remembered path: typing replaces it, right and end keep it."""
        self.query_one("#path", TextInput).select_all()

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        path = os.path.expanduser(event.value.strip())
        if fault := _fault(path):
            self.query_one("#hint", Lines).say(
                ((f"{self.console_app.glyphs.failed} ", "bad"), (fault, "bad"))
            )
        else:
            self.dismiss(os.path.abspath(path))

    @on(Input.Changed)
    def _changed(self) -> None:
        self.query_one("#hint", Lines).say(())

    def _complete(self) -> None:
        """Complete as far as it is clear; otherwise show what it could be."""
        path = self.query_one("#path", TextInput)
        completed, choices = complete(path.value)
        path.value = completed
        path.action_end()
        hint = self.query_one("#hint", Lines)
        if len(choices) > 1:
            more = f"  and {count(len(choices) - _MOST_SHOWN)} more" if len(choices) > _MOST_SHOWN else ""
            self.call_after_refresh(hint.say, ((f"{'   '.join(choices[:_MOST_SHOWN])}{more}", "muted"),))
        elif not choices:
            self.call_after_refresh(hint.say, (("Nothing begins like this.", "warn"),))


def _fault(path: str) -> str:
    """Say in words why a path cannot be imported; empty when it can."""
    if not path:
        return "Type the path of a file."
    if os.path.isdir(path):
        return "This is a directory; name a file in it."
    if not os.path.exists(path):
        return f"There is no file {path}"
    if not os.access(path, os.R_OK):
        return "This file is not yours to read."
    return "" if os.path.getsize(path) or not os.path.isfile(path) else "This file is empty."


def complete(typed_path: str) -> tuple[str, list[str]]:
    """Complete a path to what its continuations share, and give these, without names a terminal obeys."""
    directory, prefix = os.path.split(typed_path)
    try:
        with os.scandir(Path(os.path.expanduser(directory or "."))) as entries:
            names = sorted(
                entry.name + (os.sep if entry.is_dir() else "")
                for _, entry in zip(range(_MOST_LISTED), entries, strict=False)
                if entry.name.startswith(prefix)
                and (prefix.startswith(".") or not entry.name.startswith("."))
            )
    except OSError:
        return typed_path, []
    names = [name for name in names if typed(name) == name]
    if not names:
        return typed_path, []
    shared = names[0]
    while not all(name.startswith(shared) for name in names):
        shared = shared[:-1]
    return os.path.join(directory, shared), names
