"""The review: what waits for a person's word, the list and both sides of the item under the cursor."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

from textual.binding import Binding, BindingsMap, BindingType
from textual.containers import Container
from textual.widget import Widget

from scenescout_tui.console.keys import MOVEMENT, bindings
from scenescout_tui.console.review_queue import PAGE, ReviewQueue
from scenescout_tui.console.screens.framed import FramedScreen
from scenescout_tui.console.widgets.key_line import KeyLine
from scenescout_tui.console.widgets.review_items import ReviewItems, ReviewKeys
from scenescout_tui.console.widgets.review_sides import ReviewSides
from scenescout_tui.imports.review_commands import CountReview, GetReviewItem, ListReview, ReviewRow
from scenescout_tui.imports.snapshot import EngineSnapshot

#: Rows left below the cursor when the next page is asked for.
_AHEAD = PAGE // 2


class Review(FramedScreen):
    """Asks for the list a page at a time, and for the two sides of an item when the cursor comes near.

    What the keys decide is in `review_actions`.
    """

    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - Textual declares it for instances
        (0, "-one"),
        (160, "-two"),
    ]
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - Textual declares it for instances
        (0, "-low"),
        (34, "-tall"),
    ]
    DEFAULT_CSS = """
    Review #review { layout: vertical; height: 1fr; }
    Review ReviewItems { height: 7; }
    Review.-tall ReviewItems { height: 14; margin-bottom: 1; }
    Review.-two #review { layout: horizontal; }
    Review.-two ReviewItems { width: 2fr; height: 1fr; margin: 0 1 0 0; }
    Review.-two ReviewSides { width: 3fr; }
    Review.-whole ReviewItems { display: none; }
    """
    PLACES = ("review",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False, id="back"),
        *MOVEMENT,
    ]

    def __init__(self, queue: ReviewQueue) -> None:
        super().__init__()
        self.queue = queue
        self._items = ReviewItems(queue)
        self._sides = ReviewSides(queue)
        self._line = ReviewKeys(queue)
        self._asking = False
        self._looking = False
        #: Pairs and submissions that waited when they were counted last.
        self._counted: tuple[int, int] | None = None

    def main(self) -> Iterable[Widget]:
        """Give the list and the sides."""
        yield Container(self._items, self._sides, id="review")

    def keys(self) -> KeyLine:
        """Give the keys of the item under the cursor."""
        return self._line

    def on_mount(self) -> None:
        """Bind the keys of the review before those of every screen, and ask for what waits."""
        here = bindings("review", read_only=self.console_app.read_only)
        self._bindings = BindingsMap.merge([BindingsMap(here), self._bindings])
        self.changed()

    def action_move(self, by: int) -> None:
        """Move the cursor, or scroll what is shown whole."""
        if self._sides.whole:
            self._sides.scroll_by(by)
        else:
            self.queue.move(by)
            self.changed()

    def action_move_page(self, by: int) -> None:
        """Move by a page."""
        page = self._sides if self._sides.whole else self._items
        self.action_move(by * max(1, page.size.height - 2))

    def action_back(self) -> None:
        """Go back to the list, then to the screen before."""
        if self._sides.whole:
            self.show_whole(False)
        else:
            self.app.pop_screen()

    def show_whole(self, whole: bool) -> None:
        """Show both sides from beginning to end instead of the list, or the list again."""
        self._sides.whole = whole
        self.set_class(whole, "-whole")
        self._sides.repaint_whole()

    @property
    def shows_whole(self) -> bool:
        """Whether the sides have taken the place of the list."""
        return self._sides.whole

    def recount(self) -> None:
        """Ask how long the list is; what has come in stands at its end."""
        self.queue.complete = False
        self.console_app.state.ask(CountReview(self.queue.rule), partial(self._told, self.queue.generation))

    def changed(self) -> None:
        """Show the queue as it is now, and ask for what it lacks."""
        if not self.is_attached:
            return
        for painted in (self._items, self._sides, self._line):
            painted.repaint()
        self._ask()
        self._look()

    def _show(self, snapshot: EngineSnapshot) -> None:
        super()._show(snapshot)
        waiting = (snapshot.pairs_to_review, snapshot.pending_review)
        if waiting != self._counted and self.console_app.state.is_attached:
            self._counted = waiting
            self.recount()
            self._ask()

    def _told(self, generation: int, answer: Any) -> None:
        if isinstance(answer, int) and generation == self.queue.generation:
            self.queue.total = answer
            self.changed()

    def _ask(self) -> None:
        queue = self.queue
        if self._asking or queue.complete or len(queue.rows) - queue.cursor > _AHEAD:
            return
        self._asking = True
        question = ListReview(queue.rule, PAGE, queue.after)
        self.console_app.state.ask(question, partial(self._answered, queue.generation))

    def _answered(self, generation: int, answer: Any) -> None:
        self._asking = False
        queue = self.queue
        if isinstance(answer, Exception):
            queue.words, queue.complete = f"The engine could not answer: {answer}", True
        elif generation == queue.generation:
            queue.add(answer)
        self.changed()

    def _look(self) -> None:
        """Ask for the sides of the item under the cursor, then of the one below: it is the next."""
        queue = self.queue
        near = queue.rows[queue.cursor : queue.cursor + 2]
        wanted = next((row for row in near if queue.lacks(row)), None)
        if wanted is not None and not self._looking:
            self._looking = True
            self.console_app.state.ask(GetReviewItem(wanted.item_id), partial(self._seen, wanted))

    def _seen(self, row: ReviewRow, answer: Any) -> None:
        self._looking = False
        if isinstance(answer, Exception):
            if getattr(answer, "code", "") != "NOT_FOUND":
                return  # it is asked again when the cursor moves
            self.queue.take({row.item_id})
        elif answer.row.state != row.state:
            # Somebody has decided it, or it was decided with another one.
            self.queue.take({row.item_id})
        else:
            self.queue.keep(answer)
        self.changed()
