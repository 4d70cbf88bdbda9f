"""The dashboard: what runs, what waits and why, what wants a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.binding import BindingsMap
from textual.widget import Widget

from scenescout_tui.console.keys import MOVEMENT, bindings
from scenescout_tui.console.screens.framed import FramedScreen
from scenescout_tui.console.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from scenescout_tui.console.screens.columns import Columns
    from scenescout_tui.imports.snapshot import ErrorGroupRow


class Dashboard(FramedScreen):
    """Everything at one glance, from 80x24 on; the frame is painted first, the body right after it."""

    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - Textual declares it for instances
        (0, "-one"),
        (110, "-two"),
        (180, "-three"),
    ]
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - Textual declares it for instances
        (0, "-low"),
        (34, "-tall"),
        (50, "-high"),
    ]

    PLACES = ("dashboard",)

    def __init__(self) -> None:
        super().__init__()
        self._columns: Columns | None = None

    @property
    def selected_group(self) -> ErrorGroupRow | None:
        """The group of errors under the cursor."""
        return self._columns.groups.selected if self._columns is not None else None

    def main(self) -> Iterable[Widget]:
        """Give nothing yet: the body's modules are loaded while the frame is already to be seen."""
        return ()

    def on_mount(self) -> None:
        """Bind the keys that need a list under the cursor, and see to the body after the first paint."""
        read_only = self.console_app.read_only
        here = BindingsMap([*MOVEMENT, *bindings("dashboard", read_only=read_only)])
        self._bindings = BindingsMap.merge([self._bindings, here])
        self.call_after_refresh(self._fill)

    async def _fill(self) -> None:
        from scenescout_tui.console.screens.columns import Columns

        columns = Columns()
        await self.mount(columns, before=self.query_one(KeyLine))
        self._columns = columns
        self.follow()

    def action_move(self, by: int) -> None:
        """Move the cursor on the error groups."""
        if self._columns is not None:
            self._columns.groups.move(by)
            self._columns.detail.repaint()

    def action_move_page(self, by: int) -> None:
        """Move the cursor by a page."""
        if self._columns is not None:
            self.action_move(by * max(1, self._columns.groups.size.height - 2))
