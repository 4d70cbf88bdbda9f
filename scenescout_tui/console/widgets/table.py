"""A list of any length, of which only the part around the cursor is here: pages come by key, as it moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

from textual import events
from textual.message import Message

from scenescout_tui.console.content import Row, Span, fit, right
from scenescout_tui.console.formats import count as counted
from scenescout_tui.console.painted import Panel
from scenescout_tui.imports.snapshot import EngineSnapshot
from scenescout_tui.paging import Count, Keyed, Page, Window

if TYPE_CHECKING:
    from scenescout_tui.console.app import SceneScoutApp
    from scenescout_tui.imports.asking import StoreQuery

R = TypeVar("R", bound=Keyed)
How = Literal["anew", "below", "above", "again"]

#: Rows kept around the cursor, rows asked for at once, rows left when the next page is asked for.
KEPT = 600
PAGE = 100
AHEAD = 50
#: Rows that stay above the cursor when the first ones are let go.
_BEHIND = 200
ASKING = "Asking the engine."
_EDGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column: ``cell`` gives text and role of a row, and is told the engine's time."""

    title: str
    cell: Callable[[R, float], Span]
    #: Cells; what is left over goes to the columns that grow, by their shares.
    width: int
    grows: int = 0
    right: bool = False
    #: Where it is narrow, the highest leaves first; 0 stays.
    leave: int = 0


class Table(Panel, Generic[R]):
    """Rows by key, with a cursor and marks; what comes in or goes never moves the row under the cursor.

    ``ask`` gives the question for a window (answered by a `Page`), ``count`` the one for the length (answered
    by a `Count`). ``from_end``: the list begins at its end, and grows there. One question is under way at a
    time; an answer to an older list is thrown away.
    """

    DEFAULT_CSS = "Table { height: 1fr; }"

    class Moved(Message):
        """The cursor is on another row, or the row is another."""

    def __init__(
        self,
        columns: Sequence[Column[R]],
        ask: Callable[[Window], StoreQuery],
        count: Callable[[], StoreQuery] | None = None,
        *,
        noun: str,
        empty: Callable[[], str],
        from_end: bool = False,
    ) -> None:
        super().__init__()
        self._columns = columns
        self._ask_for = ask
        self._count = count
        self.noun = noun
        self._empty = empty
        self._from_end = from_end
        self._rows: list[R] = []
        self._cursor = 0
        self._top = 0
        self._marked: set[str] = set()
        #: Whether there may be rows before the first and behind the last that are here.
        self._above = self._below = False
        #: Rows before the first that is here; None where nobody knows.
        self._before: int | None = None
        self._generation = 0
        self._asking = False
        #: Something has changed while a question was under way: its answer may be older.
        self._stale = False
        #: Where a bounded scan goes on, upwards and downwards.
        self._scan: dict[bool, str | None] = {}
        #: Lines above the cursor that are to be kept when the rows above it come.
        self._hang = 0
        self._looked = 0
        self._words = ASKING
        #: What the engine said instead of the newest answer.
        self._fault = ""
        self.total: Count | None = None
        #: Stay at the end, whatever comes in.
        self.follows = False

    @property
    def selected(self) -> R | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor."""
        return self._rows[self._cursor].key if self._rows else None

    @property
    def marked(self) -> frozenset[str]:
        """The keys of the marked rows, also of those that are not here."""
        return frozenset(self._marked)

    # ── what keys do

    def restart(self, *, at: str | None = None) -> None:
        """Begin another list, at a row or at its edge; the rows stay until the first page has come."""
        self._looked, self.total = 0, None
        self._begin(self._edge(at))

    def refresh_rows(self) -> None:
        """Ask again for what is here, and for what is new beside it."""
        self._stale = self._asking
        if self._asking or not self.is_attached:
            return
        if self._from_end:
            if self._words:
                self._ask(self._edge(None), "anew")
            elif not self._rows and not self._above:
                # Everything was looked at: only the end can have something.
                self._ask(self._edge(None), "below")
            elif self._rows and not self._below:
                self._ask(Window(at=self._rows[-1].key, limit=PAGE), "below")
            return
        limit = min(KEPT, max(PAGE, len(self._rows) + AHEAD))
        first = self._rows[0].key if self._rows and self._above else None
        self._ask(Window(at=first, including=first is not None, limit=limit), "again")

    def move(self, by: int) -> None:
        """Move the cursor; a million is to the edge, wherever that is."""
        if by >= _EDGE and self._below:
            self._begin(Window(back=True, limit=PAGE))
        elif by <= -_EDGE and self._above:
            self._begin(Window(limit=PAGE))
        elif self._rows:
            self._cursor = max(0, min(len(self._rows) - 1, self._cursor + by))
            self._settled()

    def mark(self) -> None:
        """Mark the row under the cursor or take its mark away, and go to the next."""
        if (key := self.cursor_key) is not None:
            self._marked ^= {key}
            self.move(1)

    def unmark_all(self) -> None:
        """Take all marks away."""
        self._marked.clear()
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row under the mouse."""
        place = self._top + event.y - (2 if self._has_head else 1)
        if event.y >= 1 and self._top <= place < len(self._rows):
            self._cursor = place
            self._settled()

    # ── asking

    @property
    def _app(self) -> SceneScoutApp:
        return cast("SceneScoutApp", self.app)

    def _edge(self, at: str | None) -> Window:
        if at is not None:
            return Window(at=at, including=True, limit=PAGE)
        return Window(back=self._from_end, limit=PAGE)

    def _begin(self, window: Window) -> None:
        self._generation += 1
        self._asking = self._stale = False
        self._ask(window, "anew")

    def _ask(self, window: Window, how: How) -> None:
        self._asking = True
        then = partial(self._answered, self._generation, window, how)
        self._app.state.ask(self._ask_for(window), then)

    def _answered(self, generation: int, window: Window, how: How, answer: Any) -> None:
        if generation != self._generation:
            return
        self._asking = False
        self._fault = ""
        if isinstance(answer, Exception):
            self._fault = str(answer) or type(answer).__name__
            if how == "anew":
                self._rows = []
                self._above = self._below = False
                self._words = f"The engine could not answer: {self._fault}"
            # It is not asked again by itself: that could go on for ever.
            self._show_it()
            return
        self._words = ""
        self._looked = self._looked + answer.looked if how != "again" else self._looked
        if how == "anew":
            self._take_anew(window, answer)
        elif how == "again":
            self._take_again(window, answer)
        elif how == "below":
            self._take_below(window, answer)
        else:
            self._take_above(answer)
        if how != "again":
            self._scan[window.back] = answer.resume
        if self._stale:
            self.refresh_rows()
        self._settled()
        if how in {"anew", "again"} and self._count is not None:
            self._app.state.ask(self._count(), partial(self._counted, self._generation))

    def _counted(self, generation: int, answer: Any) -> None:
        if generation == self._generation and isinstance(answer, Count):
            if self._above and self.total not in {None, answer}:
                self._before = None  # what is new may be above
            self.total = answer
            self.repaint()

    def _take_anew(self, window: Window, page: Page[R]) -> None:
        self._hang = self._cursor - self._top if window.at is not None else 0
        self._scan.clear()
        self._rows = list(page.rows)
        if window.back:
            self._cursor, self._above, self._below = len(self._rows) - 1, page.more, window.at is not None
            self._before = None if page.more else 0
        else:
            self._cursor, self._above, self._below = 0, window.at is not None, page.more
            self._before = None if window.at is not None else 0
        self._cursor = max(0, self._cursor)
        self._top = self._cursor

    def _take_again(self, window: Window, page: Page[R]) -> None:
        """Put the new rows in the place of the old; the cursor's row, or its neighbour, stays where it is."""
        places = {row.key: place for place, row in enumerate(page.rows)}
        near = self._rows[self._cursor :]
        found = next((row.key for row in near if row.key in places), None)
        if found is None and near and page.more:
            # So much is new that neither the cursor's row nor what follows it is on the page.
            self._ask(self._edge(near[0].key), "anew")
            return
        if found is None:
            above = reversed(self._rows[: self._cursor])
            found = next((row.key for row in above if row.key in places), None)
        offset = self._cursor - self._top
        self._rows, self._below = list(page.rows), page.more
        self._scan[False] = page.resume
        self._cursor = places[found] if found is not None else 0
        self._top = max(0, self._cursor - offset)

    def _take_below(self, window: Window, page: Page[R]) -> None:
        known = {row.key for row in self._rows}
        self._rows += [row for row in page.rows if row.key not in known]
        self._below = page.more and not window.back
        if self.follows:
            self._cursor = len(self._rows) - 1
        if (much := min(len(self._rows) - KEPT, self._cursor - _BEHIND)) > 0:
            del self._rows[:much]
            self._cursor, self._top, self._above = self._cursor - much, max(0, self._top - much), True
            self._scan[True] = None
            self._before = None if self._before is None else self._before + much
        self._let_go_below()

    def _take_above(self, page: Page[R]) -> None:
        known = {row.key for row in self._rows}
        new = [row for row in page.rows if row.key not in known]
        self._rows = [*new, *self._rows]
        self._cursor, self._above = self._cursor + len(new), page.more
        self._top = max(0, self._top + len(new) - self._hang)
        self._hang = max(0, self._hang - len(new))
        self._before = 0 if not page.more else None if self._before is None else self._before - len(new)
        self._let_go_below()

    def _let_go_below(self) -> None:
        if len(self._rows) > KEPT:
            del self._rows[KEPT:]
            self._below = True
            self._scan[False] = None

    def _settled(self) -> None:
        """Show how it is now, and ask for what comes next."""
        self._show_it()
        if self._asking:
            return
        if self._below and len(self._rows) - self._cursor <= AHEAD:
            self._go_on(back=False)
        elif self._above and self._cursor < AHEAD:
            self._go_on(back=True)

    def _show_it(self) -> None:
        self._cursor = max(0, min(self._cursor, len(self._rows) - 1))
        self.repaint()
        self.post_message(self.Moved())

    def _go_on(self, *, back: bool) -> None:
        """Ask for what is beyond the last row here, or beyond where a bounded scan stopped."""
        stopped = self._scan.get(back)
        at = stopped or (self._rows[0 if back else -1].key if self._rows else None)
        if at is not None:
            window = Window(at=at, back=back, including=stopped is not None, limit=PAGE)
            self._ask(window, "above" if back else "below")

    # ── drawing

    @property
    def _lines(self) -> int:
        return max(1, self.size.height - 1)

    @property
    def _has_head(self) -> bool:
        return self._lines >= 6 and any(column.title for column in self._columns)

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule: where in the list, how many, how many marked and new."""
        parts: list[str] = []
        total = "" if self.total is None else f"{counted(self.total.number)}{'' if self.total.exact else '+'}"
        if self._rows and self._before is not None and total:
            parts.append(f"{counted(self._before + self._cursor + 1)} of {total}")
        elif total:
            parts.append(total)
        if self._marked:
            parts.append(f"{counted(len(self._marked))} marked")
        if self._looked > len(self._rows) and self._asking:
            parts.append(f"looked at {counted(self._looked)}")
        if self._fault and self._rows:
            parts.insert(0, f"not up to date ({self._fault})")
        return f"{self.noun}: {', '.join(parts)}" if parts else self.noun

    def title_role(self, snapshot: EngineSnapshot) -> str:
        """Give the role of the words on the rule: what failed stands out."""
        return "bad" if self._fault and self._rows else "muted"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the rows around the cursor, or what would land here."""
        if not self._rows:
            words = self._words or ("Searching." if self._asking else self._empty())
            return self.sentence(words, min(columns, 90), "bad" if self._fault else "muted")
        shown = self._shown(columns)
        head: list[Row] = []
        if self._has_head:
            head = [self._line([(one.title, "muted") for one, _ in shown], shown, ("   ", ""), "")]
        room = lines - len(head)
        self._top = max(min(self._top, self._cursor), self._cursor - room + 1, 0)
        self._top = min(self._top, max(0, len(self._rows) - room))
        now = snapshot.at
        return head + [
            self._row(row, shown, now, under=place == self._cursor)
            for place, row in enumerate(self._rows[self._top : self._top + room], self._top)
        ]

    def _row(self, row: R, shown: list[tuple[Column[R], int]], now: float, *, under: bool) -> Row:
        at = "@" if under else ""
        signs = (self.glyphs.cursor if under else " ") + (
            self.glyphs.gauge_on if row.key in self._marked else " "
        )
        return self._line([one.cell(row, now) for one, _ in shown], shown, (f"{signs} ", "key"), at)

    def _line(self, cells: list[Span], shown: list[tuple[Column[R], int]], first: Span, at: str) -> Row:
        spans: list[Span] = [(first[0], first[1] + at)]
        for place, ((text, role), (column, width)) in enumerate(zip(cells, shown, strict=True)):
            fitted = right(text, width) if column.right else fit(text, width, self.glyphs.ellipsis)
            spans += [("" if place == 0 else "  ", at), (fitted, role + at)]
        return (*spans, (" ", at))

    def _shown(self, columns: int) -> list[tuple[Column[R], int]]:
        """Give the columns that have room, and their widths."""
        chosen = list(self._columns)

        def room() -> int:
            return columns - 4 - sum(one.width for one in chosen) - 2 * (len(chosen) - 1)

        while room() < 0 and any(one.leave for one in chosen):
            chosen.remove(max(chosen, key=lambda one: one.leave))
        left, shares = max(0, room()), sum(one.grows for one in chosen)
        widths = [one.width + (left * one.grows // shares if shares else 0) for one in chosen]
        if shares:
            last = max(place for place, one in enumerate(chosen) if one.grows)
            widths[last] += left - sum(left * one.grows // shares for one in chosen)
        return list(zip(chosen, widths, strict=True))
