"""The events: found as one types, sorted, each with where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from scenescout_tui.console.content import Row
from scenescout_tui.console.events.actions import EventActions
from scenescout_tui.console.events.detail import EventDetail
from scenescout_tui.console.events.filters import FILTER_KEYS, SORTS
from scenescout_tui.console.formats import count, day_or_clock
from scenescout_tui.console.keys import KEYS
from scenescout_tui.console.list_acting import ListActing
from scenescout_tui.console.painted import Painted
from scenescout_tui.console.screens.list_screen import ListScreen
from scenescout_tui.console.widgets.table import Column, Table
from scenescout_tui.imports.events_commands import (
    CountEvents,
    CountUnsearched,
    EventCase,
    EventFilters,
    EventLine,
    GetEvent,
    ListEvents,
    Sort,
)
from scenescout_tui.imports.snapshot import EngineSnapshot
from scenescout_tui.paging import Count, Window

_ROLES = {
    "cancelled": "bad",
    "postponed": "warn",
    "rescheduled": "warn",
    "pending": "warn",
    "missing": "warn",
}
_CHANGED: Column[EventLine] = Column(
    "changed", lambda line, now: (day_or_clock(line.updated_at, now), "muted"), 8
)
_COLUMNS: tuple[Column[EventLine], ...] = (
    Column("start", lambda line, now: (line.start, "muted"), 16),
    Column("title", lambda line, now: (line.title, "strong"), 21, grows=3),
    Column("venue", lambda line, now: (line.venue, ""), 16, grows=2, leave=4),
    Column("city", lambda line, now: (line.city, ""), 13, grows=1, leave=1),
    Column("status", lambda line, now: (line.status, _ROLES.get(line.status, "muted")), 10, leave=2),
    Column("sources", lambda line, now: (", ".join(line.sources), "muted"), 12, grows=1, leave=3),
)
#: Lines from which on the list stays above the event.
_TALL = 34
#: Seconds between two looks at how much is still to be indexed.
_LOOK = 1.0


class Unsearched(Painted):
    """One line that says what a search does not see yet; away where it sees all."""

    DEFAULT_CSS = "Unsearched { height: 1; display: none; } Unsearched.-some { display: block; }"

    def __init__(self) -> None:
        super().__init__()
        self.number = Count(0)

    def take(self, number: Count) -> None:
        """Say how many."""
        self.number = number
        self.set_class(number.number > 0, "-some")
        self.repaint()

    def rows(self, snapshot: EngineSnapshot, columns: int, lines: int) -> list[Row]:
        """Give the line."""
        words = f"{count(self.number.number)}{'' if self.number.exact else ' and more'}"
        return [((f"   {words} changed events are not indexed yet: this search does not see them.", "warn"),)]


class Events(ListScreen):
    """The list, and below it or in its place the event that was opened."""

    DEFAULT_CSS = """
    Events { layout: vertical; }
    Events EventDetail { display: none; }
    Events.-open EventDetail { display: block; }
    Events.-open Table { display: none; }
    Events.-open.-tall Table { display: block; height: 40%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "side(-1)", "Left", show=False, id="side_left"),
        Binding("right", "side(1)", "Right", show=False, id="side_right"),
    ]
    PLACES = ("events", "lists")
    ACTIONS: ClassVar[type[ListActing]] = EventActions
    FILTER_KEYS = FILTER_KEYS
    table: Table[EventLine]

    def __init__(self) -> None:
        super().__init__()
        self.sort: Sort = "start"
        self.detail = EventDetail()
        self._note = Unsearched()
        #: The event that is open; the cursor may stand on another one by now.
        self._event_id = ""
        self._unsearched_at = 0.0
        self._say_sort()

    def make_table(self) -> Table[EventLine]:
        """Give the events."""
        self._columns = list(_COLUMNS)
        return Table(
            self._columns,
            self._ask,
            lambda: CountEvents(self._filters()),
            noun="events",
            empty=self._empty,
        )

    def main(self) -> Iterable[Widget]:
        """Give the list, the event, what a search does not see, and the filter."""
        yield self.table
        yield self.detail
        yield self._note
        yield self.line

    def remember(self) -> dict[str, object]:
        """Keep the sort too."""
        return {**super().remember(), "sort": self.sort}

    def recall(self, kept: dict[str, object]) -> None:
        """Take the sort too."""
        super().recall(kept)
        sort = next((one for one in SORTS if one == kept.get("sort")), None)
        if sort is not None:
            self.sort = sort
            self._say_sort()

    def offered(self, snapshot: EngineSnapshot) -> set[str]:
        """Give the keys of what is in front: the list, or one event."""
        here = super().offered(snapshot)
        if self.is_open:
            without = set() if self.detail.part in {"fields", "edits"} else {"event_edit", "event_revert"}
            return here - {"open_row", "filter", "events_sort", "event_link", "mark"} - without
        return here - {"event_part", "event_edit", "event_revert"}

    @property
    def is_open(self) -> bool:
        """One event is in front, and has the keys."""
        return self.has_class("-open")

    @property
    def url(self) -> str:
        """The address of the event in front, or under the cursor."""
        if self.is_open:
            return "" if self.detail.case is None else self.detail.case.url
        line = self.table.selected
        return "" if line is None else line.url

    def next_sort(self) -> None:
        """Sort in the next way, from the beginning."""
        sorts = list(SORTS)
        self.sort = sorts[(sorts.index(self.sort) + 1) % len(sorts)]
        self._say_sort()
        # The rows have other keys now.
        self.table.unmark_all()
        self.table.restart()
        self._ask_unsearched()

    def next_part(self) -> None:
        """Show the next part of the event that is open."""
        self.detail.next_part()
        self.follow()

    def open_row(self) -> None:
        """Show the event under the cursor."""
        line = self.table.selected
        if line is None or self.is_open:
            return
        self._event_id = line.event_id
        self.detail.take(None, "Asking the engine.")
        self.add_class("-open")
        self.load()
        self.follow()

    def load(self) -> None:
        """Ask for the event that is open."""
        event_id = self._event_id

        def answered(answer: Any) -> None:
            if event_id != self._event_id:
                return
            if isinstance(answer, EventCase):
                self.detail.take(answer)
            elif isinstance(answer, Exception):
                self.detail.take(None, f"The engine could not answer: {answer}")

        self.console_app.state.ask(GetEvent(event_id), answered)

    def copied(self) -> str:
        """Give what is in front: a value or a part of the event, or its line."""
        if self.is_open:
            return self.detail.text()
        line = self.table.selected
        if line is None:
            return ""
        return "\n".join(filter(None, (line.title, line.start, line.venue, line.city, line.url)))

    def action_move(self, by: int) -> None:
        """Move in what is in front."""
        if self.is_open:
            self.detail.move(by)
        else:
            super().action_move(by)

    def action_side(self, by: int) -> None:
        """Show the records beside."""
        if self.is_open:
            self.detail.move_side(by)

    def action_back(self) -> None:
        """Close the event first."""
        if self.is_open:
            self.remove_class("-open")
            self._event_id = ""
            self.follow()
        else:
            super().action_back()

    def on_filter_line_changed(self) -> None:
        """Ask anew, and what is not to be found yet."""
        super().on_filter_line_changed()
        self._ask_unsearched()

    def on_resize(self) -> None:
        """Leave the list above the event where there is room."""
        self.set_class(self.size.height >= _TALL, "-tall")

    def _show(self, snapshot: EngineSnapshot) -> None:
        is_new = snapshot.store_revision != self._revision
        super()._show(snapshot)
        if not self._is_seen:
            return
        if is_new and self.is_open:
            self.load()
        # Indexing goes on while nothing else changes.
        if is_new or (self._note.number.number and snapshot.at - self._unsearched_at >= _LOOK):
            self._ask_unsearched()

    def _say_sort(self) -> None:
        self.table.noun = f"events {SORTS[self.sort]}"
        changed = (_CHANGED,) if self.sort.startswith("updated") else ()
        self._columns[:] = (*changed, *_COLUMNS)

    def _ask(self, window: Window) -> ListEvents:
        return ListEvents(self._filters(), self.sort, window)

    def _filters(self) -> EventFilters:
        values, text = self.line.found()
        return EventFilters(**values, text=text)

    def _ask_unsearched(self) -> None:
        """Ask what the index does not know yet, where it is what answers."""
        filters = self._filters()
        if not (filters.text or filters.source or filters.quality or filters.category):
            self._note.take(Count(0))
            return

        def answered(answer: Any) -> None:
            if isinstance(answer, Count):
                self._note.take(answer)

        self._unsearched_at = self.console_app.state.snapshot.at
        self.console_app.state.ask(CountUnsearched(), answered)

    def _empty(self) -> str:
        if self.line.text:
            return "No event passes the filter; esc takes it away. Words are found by their beginnings."
        key = KEYS["import_file"].shown
        return f"No events yet. {key} imports a file or a feed; what comes of it is listed here."
