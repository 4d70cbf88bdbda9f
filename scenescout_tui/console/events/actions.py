"""What the keys do with events."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Callable
from typing import TYPE_CHECKING

from scenescout_tui.console.events.filters import SORTS
from scenescout_tui.console.keys import KEYS
from scenescout_tui.console.list_acting import ListActing, Undo
from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.events_commands import EditEvent, EventField, LinkEvents, RevertEdit

if TYPE_CHECKING:
    from scenescout_tui.console.events.screen import Events


class EventActions(ListActing):
    """The actions of the events."""

    screen: Events

    def events_sort(self) -> None:
        """Sort in the next way."""
        if not self.screen.is_open:
            self.screen.next_sort()
            self._app.say(f"Events {SORTS[self.screen.sort]}.")

    def event_part(self) -> None:
        """Show the next part of the event; on the list there are none."""
        if self.screen.is_open:
            self.screen.next_part()

    def event_edit(self) -> None:
        """Write over the field under the cursor; on the list open the event first."""
        if not self._may("event_edit"):
            return
        if not self.screen.is_open:
            self.screen.open_row()
            return
        case, field = self.screen.detail.case, self._field()
        if case is None or field is None:
            return
        if not field.editable:
            self._app.say(f"{field.name} is what comes of other fields: it cannot be edited.", "warn")
            return
        from scenescout_tui.console.events.edit import EditField

        event_id = case.event_id

        def send(value: str, answered: Callable[[CommandResult], None]) -> None:
            def done(result: CommandResult) -> None:
                # Also where the dialog was left meanwhile: what is written can be taken back.
                self._took(result, f"edit of {field.name}")
                answered(result)

            self._app.state.send(EditEvent(event_id, field.name, value), done)

        self._app.push_screen(EditField(field.name, field.value, field.origin, send))

    def event_revert(self) -> None:
        """Give the field under the cursor back to the imports."""
        case = self.screen.detail.case
        if not self.screen.is_open or case is None or not self._may("event_revert"):
            return
        field = self._field()
        if field is None:
            return
        if not field.edited:
            self._app.say(f"Nobody has written over {field.name}.")
            return

        def done(result: CommandResult) -> None:
            self._took(result, f"{field.name} given back")
            if not result.ok:
                self.tell(result)

        self._app.state.send(RevertEdit(case.event_id, field.name), done)

    def event_link(self) -> None:
        """Make one event of those that are marked, after asking."""
        if self.screen.is_open or not self._may("event_link"):
            return
        keys = tuple(sorted(self.screen.table.marked))
        if len(keys) < 2:
            self._app.say(f"Mark the events that are one first, with {KEYS['mark'].shown}.")
            return
        from scenescout_tui.console.dialogs.confirm_set import ConfirmSet

        def done(result: CommandResult) -> None:
            if result.ok:
                self.screen.table.unmark_all()
            else:
                self.tell(result)
            self._took(result, "link of events")

        def answered(yes: bool | None) -> None:
            if yes:
                self._app.state.send(LinkEvents(keys), done)

        facts = [f"Their records come together in one event. {KEYS['event_undo'].shown} takes it back."]
        self._app.push_screen(
            ConfirmSet("Make one event of them?", len(keys), "event", facts, yes="make one"), answered
        )

    def event_undo(self) -> None:
        """Take back what was done here last in this session."""
        if not self._may("event_undo"):
            return
        if not self.undo_stack:
            self._app.say("Nothing was done here in this session that could be taken back.")
            return
        undo = self.undo_stack.pop()

        def done(result: CommandResult) -> None:
            if result.ok:
                self._app.say(f"Taken back: {undo.words}.")
                if self.screen.is_open:
                    self.screen.load()
            else:
                self.tell(result)

        self._app.state.send(undo.command, done)

    def event_open_url(self) -> None:
        """Open the event's page in a browser; where there is none, copy its address."""
        url = self.screen.url
        if not url.startswith(("https://", "http://")):
            self._app.say("This event has no page.")
        elif _has_browser():
            self.screen.run_worker(lambda: webbrowser.open(url), thread=True)
            self._app.say(f"Opening {url}")
        else:
            self._app.copy_to_clipboard(url)
            self._app.say(f"There is no browser on this machine; copied: {url}")

    def _field(self) -> EventField | None:
        field = self.screen.detail.field
        if field is None:
            shown = KEYS["event_part"].shown
            self._app.say(f"Put the cursor on a field first; {shown} shows the fields.")
        return field

    def _took(self, result: CommandResult, words: str) -> None:
        """Remember how to take back what was done, and show it."""
        if result.ok:
            self.undo_stack.append(Undo(words, result.data["undo"]))
            self._app.say(f"{result.message}; {KEYS['event_undo'].shown} takes it back.")
            if self.screen.is_open:
                self.screen.load()


def _has_browser() -> bool:
    """Say whether a page would open in a window of its own: a browser in the terminal would write over us."""
    if "SSH_CONNECTION" in os.environ:
        return False
    return sys.platform in {"darwin", "win32"} or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
