"""The command line: the name of a screen with a filter behind it (``log level:error``), or of an action."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import takewhile

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from scenescout_tui.console.content import Row
from scenescout_tui.console.dialogs.dialog import Dialog, Lines
from scenescout_tui.console.dialogs.text_input import TextInput
from scenescout_tui.console.keys import PLACES, is_offered
from scenescout_tui.imports.actions import ACTIONS, BY_ID

_SHOWN = 6


class GoTo(Dialog[Callable[[], None]]):
    """Gives what is to be done, or None."""

    DEFAULT_CSS = "GoTo { align: center bottom; }"
    AUTO_FOCUS = "#where"

    def __init__(self) -> None:
        super().__init__("Go to")

    def main(self) -> Iterable[Widget]:
        """Give the line, and what it could be."""
        yield TextInput("", "a screen with a filter, or an action", id="where", on_tab=self._complete)
        yield Lines(id="names")

    def on_mount(self) -> None:
        """Say what there is."""
        super().on_mount()
        self._list("")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._list(event.value)

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        choice = self._choice(event.value.strip())
        if choice is not None:
            self.dismiss(choice)

    def _names(self) -> dict[str, str]:
        """Give what can be typed, and the action behind it; the screens first."""
        screens = {"dashboard": "open_dashboard", "review": "open_review"}
        screens |= {name: place.opened_by for name, place in PLACES.items()}
        read_only = self.console_app.read_only
        actions = {one.title.lower(): one.id for one in ACTIONS if is_offered(one, read_only=read_only)}
        return {**dict(sorted(screens.items())), **actions}

    def _fitting(self, typed: str) -> list[str]:
        names = self._names()
        begins = [name for name in names if name.startswith(typed.lower())]
        return begins + [name for name in names if typed.lower() in name and name not in begins]

    def _choice(self, typed: str) -> Callable[[], None] | None:
        app = self.console_app
        name, _, filters = typed.partition(" ")
        places = [one for one in PLACES if one.startswith(name.lower())] if name else []
        names = self._names()
        if typed.lower() not in names and len(places) == 1 and (filters.strip() or name.lower() in PLACES):
            return partial(app.go_to, places[0], filters.strip())
        fitting = self._fitting(typed)
        if not typed or not fitting:
            return None
        return partial(app.action_act, names[fitting[0]])

    def _complete(self) -> None:
        field = self.query_one(TextInput)
        begins = [name for name in self._names() if name.startswith(field.value.lower())]
        if begins:
            same = takewhile(lambda letters: len(set(letters)) == 1, zip(*begins, strict=False))
            field.value = "".join(letters[0] for letters in same)
            field.cursor_position = len(field.value)

    def _list(self, typed: str) -> None:
        rows: list[Row]
        if any(typed.lower().startswith(f"{name} ") for name in PLACES):
            rows = [((f"the filter of {typed.split(' ')[0].lower()}", "muted"),)]
        else:
            names = self._names()
            rows = [
                ((f"{name:<28}", "strong"), (BY_ID[names[name]].help[:40], "muted"))
                for name in self._fitting(typed.strip())[:_SHOWN]
            ]
        nothing = f"{self.console_app.glyphs.failed} There is no screen and no action of that name."
        self.query_one("#names", Lines).say(*(rows or [((nothing, "bad"),)]))
