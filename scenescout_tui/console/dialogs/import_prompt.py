"""Asks what to import: a file, an address, or words for a source's API; tab completes paths.

What was named last for the source is there already, marked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from scenescout_tui.console.content import Row, typed
from scenescout_tui.console.dialogs.dialog import Dialog, Lines
from scenescout_tui.console.dialogs.text_input import TextInput
from scenescout_tui.console.formats import count
from scenescout_tui.sources.url_inputs import is_url, problem_of

_MOST_LISTED = 2000
_MOST_SHOWN = 6
_HINT = (("enter", "key"), (" import   ", "muted"), ("tab", "key"), (" complete   ", "muted"))
_CLOSE = (("esc", "key"), (" close", "muted"))
#: What can be typed for each source, in examples.
_EXAMPLES = {
    "eventbrite": (
        "organizer=18012345678    organization=mine    venue=8012345",
        "series=1017    event=1017,1018    max-pages=3",
        "~/events.json    https://example.org/events.json",
    ),
    "yelp": (
        "location=Lisboa    location=New York free=true    category=music",
        "latitude=38.72 longitude=-9.14 radius=5000    start=2026-12-01",
        "~/events.json    https://example.org/events.json",
    ),
    "auto": (
        "~/events.json    feed.ics    table.csv    page.html    events.ndjson",
        "https://example.org/events.ics    webcal://example.org/feed",
    ),
}

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Named:
    """What was typed: an input to read, or what to ask the source's API for; `text` is both, as typed."""

    text: str
    inputs: tuple[str, ...] = ()
    ask: Pairs = ()


class ImportPrompt(Dialog[Named]):
    """Gives what to import, a file that exists or what seems right otherwise; or None.

    ``may_ask`` is called with what the API would be asked for, and says in words why it cannot be, or
    nothing; None where the source has no API.
    """

    DEFAULT_CSS = """
    ImportPrompt #path { margin: 1 0; }
    """
    AUTO_FOCUS = "#path"

    def __init__(
        self,
        source: str,
        source_title: str,
        remembered: str = "",
        *,
        may_ask: Callable[[Pairs], str] | None = None,
    ) -> None:
        super().__init__(f"Import: {source_title}")
        self._source = source
        self._remembered = remembered
        self._may_ask = may_ask

    def main(self) -> Iterable[Widget]:
        """Give the examples, the input and what is wrong with it."""
        what = "A file, an address, or what to ask for:" if self._may_ask else "A file or an address:"
        examples: list[Row] = [((f"  {line}", "muted"),) for line in _EXAMPLES[self._source]]
        yield Lines(((what, ""),), *examples)
        yield TextInput(self._remembered, "path, address" + self._or_words, id="path", on_tab=self._complete)
        yield Lines((), id="hint")
        yield Lines((*_HINT, *_CLOSE))

    @property
    def _or_words(self) -> str:
        return " or key=value" if self._may_ask else ""

    def on_mount(self) -> None:
        """Mark what is remembered: typing replaces it, right and end keep it."""
        self.query_one("#path", TextInput).select_all()

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        named, fault = self._read(text)
        if fault:
            self.query_one("#hint", Lines).say(
                ((f"{self.console_app.glyphs.failed} ", "bad"), (fault, "bad"))
            )
        else:
            self.dismiss(named)

    def _read(self, text: str) -> tuple[Named, str]:
        """Tell what was typed, and what is wrong with it."""
        if is_url(text):
            return Named(text, (text,)), ". ".join(problem_of(text) or ())
        path = os.path.expanduser(text)
        if self._may_ask is not None and "=" in text.split(" ")[0] and not os.path.exists(path):
            from scenescout_tui.sources.ask import Ask

            pairs = Ask.from_text(text).pairs
            return Named(text, ask=pairs), self._may_ask(pairs) if pairs else "Type a value behind the =."
        whole = os.path.abspath(path)
        return Named(whole, (whole,)), _fault(path)

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
        return "Type the path of a file, or an address."
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
