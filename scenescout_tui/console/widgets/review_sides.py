"""Both sides of what waits, field by field; what differs has a sign, a colour and more weight."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from scenescout_tui.console.content import Row, Span, fit, spans_width, spread, width, wrap
from scenescout_tui.console.formats import day_or_clock
from scenescout_tui.console.painted import Panel
from scenescout_tui.console.review_queue import ReviewQueue
from scenescout_tui.imports.review_commands import ReviewCase, ReviewField, ReviewRecord, ReviewRow
from scenescout_tui.imports.snapshot import EngineSnapshot

_LABEL = 12
#: Cells in front of the first side: a sign between spaces, and the label.
_EDGE = 3 + _LABEL
_GAP = 2
#: Longer lines are hard to read.
_WIDEST = 72
#: Words of a text that are compared one by one.
_MOST_WORDS = 60
#: Lines of a text that may be marked whole.
_FEW = 3
#: Said at the head of the sides, not as a field.
_IN_HEAD = {"sources"}


class ReviewSides(Panel):
    """The item under the cursor: why it waits, and its sides beside each other.

    With `whole` every text is shown from beginning to end, and scrolls.
    """

    DEFAULT_CSS = "ReviewSides { height: 1fr; }"

    def __init__(self, queue: ReviewQueue) -> None:
        super().__init__()
        self._queue = queue
        self.whole = False
        self._top = 0
        self._below = 0
        self._shown = ""

    def scroll_by(self, by: int) -> None:
        """Scroll by some lines."""
        self._top += by
        self.repaint()

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule: what it is, and since when it waits."""
        row = self._queue.selected
        if row is None:
            return "side by side"
        score = f", score {row.score:.0f} of 100" if row.score is not None else ""
        if not self.whole:
            return f"{row.kind}{score}, waits since {day_or_clock(row.at, snapshot.at)}"
        more = f", {self._below} lines below" if self._below else ""
        return f"{row.kind}{score}{more}; esc shows the list"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the evidence, whose sides they are, and the fields."""
        row = self._queue.selected
        if row is None:
            return ()
        if row.item_id != self._shown:
            self._shown, self._top = row.item_id, 0
        case = self._queue.case(row)
        head = self._evidence(row, columns)
        if case is None:
            return head
        sides = _Sides(case, columns, self.glyphs.ellipsis)
        head += [sides.head(), *self._terms(row, snapshot)]
        if not self.whole:
            return [*head, *self._fitting(sides, lines - len(head))]
        rows = [one for field in sides.whole_fields() for one in self._field(sides, field, None)]
        room = max(1, lines - len(head))
        self._top = max(0, min(self._top, len(rows) - room))
        self._below = max(0, len(rows) - room - self._top)
        return [*head, *rows[self._top : self._top + room]]

    def _evidence(self, row: ReviewRow, columns: int) -> list[Row]:
        words = row.evidence or ("submitted by hand" if row.kind == "submission" else "")
        found = wrap(words, min(columns, 2 * _WIDEST) - 6, 2, self.glyphs.ellipsis) if words else []
        signs = [self.glyphs.arrow, " " * len(self.glyphs.arrow)]
        return [((f" {sign} ", "accent"), (line, "")) for sign, line in zip(signs, found, strict=False)]

    def _terms(self, row: ReviewRow, snapshot: EngineSnapshot) -> list[Row]:
        """Give what must be shown beside the content of these sources."""
        said = [one.attribution for one in snapshot.sources if one.name in row.sources and one.attribution]
        return [((" " * _EDGE, ""), (f" {self.glyphs.dot} ".join(said), "muted"))] if said else []

    def _fitting(self, sides: _Sides, room: int) -> list[Row]:
        """Give a line per field; where there is no room for all, what is the same leaves first."""
        fields = list(sides.fields)
        for field in reversed(sides.fields):
            if len(fields) > room and not field.differs:
                fields.remove(field)
        rows = [row for field in fields[:room] for row in self._field(sides, field, 1)]
        if fields and fields[-1].name == "description" and len(rows) < room:
            # The last field gets what is left.
            rows[-1:] = self._field(sides, fields[-1], room - len(rows) + 1)
        return rows

    def _field(self, sides: _Sides, field: ReviewField, most: int | None) -> list[Row]:
        sign, role = (self.glyphs.differs, "differs") if field.differs else (" ", "muted")
        label = [(f" {sign} ", role), (fit(field.name, _LABEL, ""), role)]
        return [
            (*(label if not place else [(" " * _EDGE, "")]), *cells)
            for place, cells in enumerate(sides.cells(field, most))
        ]


class _Sides:
    """The cells of both sides for one width."""

    def __init__(self, case: ReviewCase, columns: int, ellipsis: str) -> None:
        self._case = case
        self._ellipsis = ellipsis
        self._two = bool(case.second)
        room = columns - _EDGE - 1
        self._cells = max(4, min((room - _GAP) // 2 if self._two else room, _WIDEST))
        self.fields = tuple(field for field in case.fields if field.name not in _IN_HEAD)

    def head(self) -> Row:
        """Say whose sides they are."""
        names = ["submitted", "known as"] if self._case.row.kind == "submission" else ["A", "B"]
        cells: list[Span] = [(" " * _EDGE, "")]
        for name, records in zip(names, (self._case.first, self._case.second), strict=True):
            if records:
                words = [(f"{name}  ", "strong"), (_named(records), "muted")]
                cells += [*spread(words, (), self._cells, self._ellipsis), (" " * _GAP, "")]
        return tuple(cells)

    def whole_fields(self) -> tuple[ReviewField, ...]:
        """Give the fields with the whole texts."""
        case = self._case
        return tuple(
            ReviewField(field.name, case.first_text, case.second_text, field.differs)
            if field.name == "description" and (case.first_text or case.second_text)
            else field
            for field in self.fields
        )

    def cells(self, field: ReviewField, most: int | None) -> list[Row]:
        """Give the lines of a field, at most ``most`` of them."""
        first, second = (
            wrap(text, self._cells, most, self._ellipsis) for text in (field.first, field.second)
        )
        if max(len(first), len(second)) <= 1:
            return [self._line(self._marked(field) if field.differs else self._plain(field))]
        # A long text in strong colours is hard to read; its label is marked.
        role = "differs" if field.differs and max(len(first), len(second)) <= _FEW else ""
        return [
            self._line(([(one, role)], [(two, role)]))
            for one, two in zip_longest(first, second, fillvalue="")
        ]

    def _line(self, sides: tuple[Sequence[Span], Sequence[Span]]) -> Row:
        row = spread(sides[0], (), self._cells, self._ellipsis)
        if not self._two:
            return row
        return (*row, (" " * _GAP, ""), *spread(sides[1], (), self._cells, self._ellipsis))

    def _plain(self, field: ReviewField) -> tuple[list[Span], list[Span]]:
        # What one side alone says is no difference, and more than what both say.
        role = "muted" if field.first and field.second else ""
        return [(field.first, role)], [(field.second, role)]

    def _marked(self, field: ReviewField) -> tuple[list[Span], list[Span]]:
        """Mark the words that differ; where they stand too far right, what is the same before them is cut."""
        one, two = field.first.split()[:_MOST_WORDS], field.second.split()[:_MOST_WORDS]
        if not one or not two:
            return [(field.first, "differs")], [(field.second, "differs")]
        matcher = SequenceMatcher(None, [_bare(word) for word in one], [_bare(word) for word in two])
        same = matcher.get_matching_blocks()
        cut = 0
        if same[0].a == same[0].b == 0:
            cut = self._beginning(one[: same[0].size])
        first = _words(one, {place for block in same for place in range(block.a, block.a + block.size)}, cut)
        second = _words(two, {place for block in same for place in range(block.b, block.b + block.size)}, cut)
        if cut:
            mark = (f"{self._ellipsis} ", "muted")
            return [mark, *first], [mark, *second]
        return first, second

    def _beginning(self, words: Sequence[str]) -> int:
        """Count the words of a common beginning that must go for the difference to be seen."""
        if spans_width([(" ".join(words), "")]) <= self._cells // 2:
            return 0
        cut = 0
        while cut < len(words) and width(" ".join(words[cut:])) > self._cells // 3:
            cut += 1
        return cut


def _words(words: Sequence[str], same: set[int], start: int) -> list[Span]:
    return [
        (word if place == start else f" {word}", "" if place in same else "differs")
        for place, word in enumerate(words)
        if place >= start
    ]


def _bare(word: str) -> str:
    return word.strip(".,;:!?()").casefold() or word


def _named(records: Sequence[ReviewRecord]) -> str:
    """Name the sources of a side, and how its first source calls it."""
    sources = ", ".join(dict.fromkeys(record.source for record in records))
    return f"{sources}  {records[0].external_id}"
