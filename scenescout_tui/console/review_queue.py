"""What waits for a person as the review screen has it: rows, cursor, and what was decided here.

It outlives the screen, so that coming back finds everything as it was left.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from scenescout_tui.imports.review_commands import ReviewCase, ReviewRow, ReviewRule

#: The lists: name on the screen, and what each holds.
VIEWS: tuple[tuple[str, ReviewRule], ...] = (
    ("all", ReviewRule()),
    ("pairs", ReviewRule(kind="pair")),
    ("submissions", ReviewRule(kind="submission")),
    ("put off", ReviewRule(kind="pair", state="later")),
)
#: Rows asked for at once.
PAGE = 100
ASKING = "Asking the engine."
#: Items whose two sides are kept, so that going back asks nothing.
_CASES_KEPT = 50


@dataclass(eq=False, slots=True)
class Step:
    """Something decided here that can be taken back."""

    #: The rows that left the list for it, with their places; none where many went by a rule.
    rows: tuple[tuple[int, ReviewRow], ...]
    #: The list that they left.
    generation: int
    #: For `UndoDecision`; None until the engine has answered.
    undo_ids: tuple[str, ...] | None = None
    #: It was to be taken back before the engine had answered.
    undo_wanted: bool = False


class ReviewQueue:
    """A part of one of the lists: rows come in pages, and leave when they are decided."""

    def __init__(self) -> None:
        self.view = 0
        self.rows: list[ReviewRow] = []
        self.cursor = 0
        #: How many the list has; None until they are counted.
        self.total: int | None = None
        #: The end of the list has been reached.
        self.complete = False
        #: The key behind which the next page begins.
        self.after: str | None = None
        #: Grows whenever a list is begun: an answer to an older question is not taken.
        self.generation = 0
        #: What is said where there are no rows: an answer is waited for, or did not come.
        self.words = ASKING
        #: What can be taken back, the newest last.
        self.steps: list[Step] = []
        self._begins = True
        self._cases: dict[str, ReviewCase] = {}
        #: Items whose sides may have changed since they were asked for.
        self._doubted: set[str] = set()
        #: Decided here: a page that was read before must not bring them back.
        self._gone: set[str] = set()

    @property
    def rule(self) -> ReviewRule:
        """What the list holds."""
        return VIEWS[self.view][1]

    @property
    def selected(self) -> ReviewRow | None:
        """The item under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def change_view(self, by: int) -> None:
        """Go to another of the lists."""
        self.view = (self.view + by) % len(VIEWS)
        self.rows, self.cursor, self.total, self.words = [], 0, None, ASKING
        self.restart()

    def restart(self) -> None:
        """Begin the list anew; what is shown stays until the first page has come."""
        self.after, self.complete, self._begins = None, False, True
        self._gone.clear()
        self._cases.clear()
        self.generation += 1

    def add(self, page: Sequence[ReviewRow]) -> None:
        """Take the page behind `after`."""
        if self._begins:
            self._begins = False
            here = self.selected.item_id if self.selected is not None else ""
            self.rows = []
            places = [place for place, row in enumerate(page) if row.item_id == here]
            self.cursor = places[0] if places else 0
        self.complete, self.words = len(page) < PAGE, ""
        if page:
            self.after = page[-1].key
        known = {row.item_id for row in self.rows} | self._gone
        self.rows += [row for row in page if row.item_id not in known]

    def move(self, by: int) -> None:
        """Move the cursor."""
        self.cursor = max(0, min(len(self.rows) - 1, self.cursor + by))

    def take(self, ids: Collection[str]) -> Step:
        """Take rows out for a decision; the cursor comes to stand on the one behind."""
        rows = tuple((place, row) for place, row in enumerate(self.rows) if row.item_id in ids)
        before = sum(place < self.cursor for place, _ in rows)
        self.rows = [row for row in self.rows if row.item_id not in ids]
        self.cursor = max(0, min(len(self.rows) - 1, self.cursor - before))
        self._gone.update(ids)
        self._count(-len(rows))
        return Step(rows, self.generation)

    def put_back(self, step: Step) -> None:
        """Put rows back where they stood, and the cursor on the first of them."""
        self._gone.difference_update(row.item_id for _, row in step.rows)
        known = {row.item_id for row in self.rows}
        for place, row in step.rows:
            if row.item_id not in known:
                self.rows.insert(place, row)
                self._count(1)
        if step.rows:
            self.cursor = min(step.rows[0][0], len(self.rows) - 1)

    def case(self, row: ReviewRow | None) -> ReviewCase | None:
        """Give the two sides of an item, where they have been asked for."""
        return self._cases.get(row.item_id) if row is not None else None

    def lacks(self, row: ReviewRow) -> bool:
        """Say whether the two sides of an item are to be asked for."""
        return row.item_id not in self._cases or row.item_id in self._doubted

    def doubt(self) -> None:
        """Have all sides asked for again: an event of a decision may stand in other pairs too."""
        self._doubted = set(self._cases)

    def keep(self, case: ReviewCase) -> None:
        """Keep the two sides of an item; the row may say more than that of the list."""
        self._cases[case.row.item_id] = case
        self._doubted.discard(case.row.item_id)
        while len(self._cases) > _CASES_KEPT:
            del self._cases[next(iter(self._cases))]
        self.rows = [case.row if row.item_id == case.row.item_id else row for row in self.rows]

    def _count(self, by: int) -> None:
        if self.total is not None:
            self.total = max(0, self.total + by)
