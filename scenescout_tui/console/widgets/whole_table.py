"""A list that is here whole, so that the engine need not be asked for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from scenescout_tui.console.widgets.table import Column, How, Table
from scenescout_tui.imports.asking import StoreQuery
from scenescout_tui.paging import Count, Keyed, Page, Window

R = TypeVar("R", bound=Keyed)


class WholeTable(Table[R]):
    """A `Table` over what ``rows`` gives at the moment; few enough for one page."""

    def __init__(
        self,
        columns: Sequence[Column[R]],
        rows: Callable[[], Sequence[R]],
        *,
        noun: str,
        empty: Callable[[], str],
    ) -> None:
        super().__init__(columns, lambda window: StoreQuery(), noun=noun, empty=empty)
        self._give = rows

    def _ask(self, window: Window, how: How) -> None:
        rows = tuple(self._give())
        self.total = Count(len(rows))
        self._answered(self._generation, window, how, Page(rows, more=False))
