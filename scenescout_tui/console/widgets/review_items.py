"""The review's list: what waits for a person's word, one line each, and the keys that give it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from scenescout_tui.console.content import Row, Span, fit, spread
from scenescout_tui.console.formats import count
from scenescout_tui.console.keys import KEYS, is_offered
from scenescout_tui.console.painted import Panel
from scenescout_tui.console.review_queue import VIEWS, ReviewQueue
from scenescout_tui.console.widgets.key_line import KeyLine
from scenescout_tui.imports.actions import ACTIONS
from scenescout_tui.imports.review_commands import ReviewRow
from scenescout_tui.imports.snapshot import EngineSnapshot

#: What is said of a list without rows, in the order of `VIEWS`.
_EMPTY = (
    "Nothing waits. What an import is not sure of lands here, and what is added by hand (m).",
    "No pair waits. Where an import is not sure whether two events are one, it asks here.",
    "No submission waits. What is added by hand (m) is listed here until it is approved or refused.",
    "Nothing was put off. A pair that l puts off waits here.",
)
#: From this width on the city has a column.
_WIDE = 100
_KIND = 10
_CITY = 14
_START = 16
_NOT_FOR = {"pair": {"review_approve", "review_refuse"}, "submission": {"review_same", "review_different"}}


class ReviewItems(Panel):
    """The rows around the cursor."""

    DEFAULT_CSS = "ReviewItems { height: 1fr; }"

    def __init__(self, queue: ReviewQueue) -> None:
        super().__init__()
        self._queue = queue
        self._top = 0

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule: which list, where in it, and the ways out."""
        queue = self._queue
        place = ""
        if queue.rows:
            total = count(max(queue.total or 0, len(queue.rows)))
            place = f", {count(queue.cursor + 1)} of {total if queue.total is not None else 'many'}"
        following = VIEWS[(queue.view + 1) % len(VIEWS)][0]
        return f"review: {VIEWS[queue.view][0]}{place}; tab shows {following}, esc goes back"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the rows, or what would land here."""
        queue = self._queue
        if not queue.rows:
            return self.sentence(queue.words or _EMPTY[queue.view], min(columns, 90))
        self._top = max(min(self._top, queue.cursor), queue.cursor - lines + 1, 0)
        self._top = min(self._top, max(0, len(queue.rows) - lines))
        return [
            self._row(row, columns, under=place == queue.cursor)
            for place, row in enumerate(queue.rows[self._top : self._top + lines], self._top)
        ]

    def _row(self, row: ReviewRow, columns: int, *, under: bool) -> Row:
        at = "@" if under else ""
        kind = row.kind if row.score is None else f"{row.kind} {row.score:>4.0f}"
        left: list[Span] = [
            (f"{self.glyphs.cursor if under else ' '} ", f"key{at}"),
            (fit(kind, _KIND), f"muted{at}"),
            ("  ", at),
            (row.title, f"strong{at}"),
        ]
        if row.other_title and row.other_title != row.title:
            left += [(" / ", f"muted{at}"), (row.other_title, at)]
        end = f" {fit(row.starts.replace('T', ' '), _START, '')} "
        if columns >= _WIDE:
            end = f" {fit(row.city, _CITY, self.glyphs.ellipsis)}{end}"
        cells = spread(left, [(f" {end}", f"muted{at}")], columns, self.glyphs.ellipsis)
        return tuple((text, role or at) for text, role in cells)


class ReviewKeys(KeyLine):
    """The keys of the review that would do something with the item under the cursor."""

    dispensable: ClassVar[tuple[str, ...]] = (
        "go_to",
        "review_next_list",
        "review_by_rule",
        "review_text",
    )

    def __init__(self, queue: ReviewQueue) -> None:
        super().__init__()
        self._queue = queue

    def offered(self, snapshot: EngineSnapshot) -> set[str | None]:
        """Give them, and the ways to the rest."""
        offered: set[str | None] = {
            one.id
            for one in ACTIONS
            if KEYS[one.id].place == "review" and is_offered(one, read_only=self.read_only)
        }
        row = self._queue.selected
        if snapshot.state in {"viewer", "failed", "stopped", "draining"}:
            offered &= {"review_text", "review_next_list"}
        if row is None:
            offered &= {"review_undo", "review_next_list"}
        else:
            offered -= _NOT_FOR[row.kind]
        if row is not None and (row.kind == "submission" or row.state == "later"):
            offered -= {"review_later"}
        return offered | {"go_to", "help", "quit"}
