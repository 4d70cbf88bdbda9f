"""The base of all our widgets: rows drawn from a snapshot, of which only changed cells go to the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from scenescout_tui.console.content import Row, changed_cells, fit, spread, to_strip, width, wrap
from scenescout_tui.console.glyphs import Glyphs
from scenescout_tui.imports.snapshot import STARTING, EngineSnapshot

if TYPE_CHECKING:
    from scenescout_tui.console.app import SceneScoutApp


class Painted(Widget):
    """A widget made of rows.

    A subclass says in `rows` what it shows for a snapshot, a width and a height (cells). The rest is done
    here: painting, finding the cells that differ from the last time, text selection with the mouse.
    """

    DEFAULT_CSS = "Painted { width: 1fr; height: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.snapshot: EngineSnapshot = STARTING
        self._strips: list[Strip] = []

    @property
    def glyphs(self) -> Glyphs:
        """The signs that this terminal can show."""
        return cast("SceneScoutApp", self.app).glyphs

    @property
    def role_styles(self) -> dict[str, Style]:
        """The styles of the theme in force, by role."""
        return cast("SceneScoutApp", self.app).role_styles

    @property
    def read_only(self) -> bool:
        """True where nothing may be changed from here."""
        return cast("SceneScoutApp", self.app).read_only

    def rows(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the rows to show; fewer than ``lines`` leave the rest empty, more are cut."""
        raise NotImplementedError

    def show(self, snapshot: EngineSnapshot) -> None:
        """Take a new snapshot and repaint what it changes."""
        self.snapshot = snapshot
        self.repaint()

    def repaint(self) -> None:
        """Draw the rows again and refresh the cells that differ."""
        if not self.is_mounted or not self.size:
            return
        before, self._strips = self._strips, self._paint()
        if len(before) != len(self._strips) or self.text_selection is not None:
            self.refresh()
            return
        regions = [
            Region(start, y, end - start, 1)
            for y, (old, new) in enumerate(zip(before, self._strips, strict=True))
            if old is not new and old != new
            for start, end in changed_cells(old, new)
        ]
        if regions:
            self.refresh(*regions)

    def repaint_whole(self) -> None:
        """Draw everything anew: another size, another theme."""
        self._strips = []
        self.repaint()

    def render_line(self, y: int) -> Strip:
        """Give one painted line to Textual."""
        if y >= len(self._strips):
            return Strip.blank(self.size.width, self.role_styles[""])
        strip = self._strips[y]
        if (selection := self.text_selection) is not None and (span := selection.get_span(y)) is not None:
            start, end = span
            end = strip.cell_length if end == -1 else end
            marked = strip.crop(start, end).apply_style(Style(reverse=True))
            strip = Strip.join([strip.crop(0, start), marked, strip.crop(end, strip.cell_length)])
        return strip.apply_offsets(0, y)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Give the text that the mouse has marked."""
        return selection.extract("\n".join(strip.text.rstrip() for strip in self._strips)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Repaint, because the marked part is painted reversed."""
        self.refresh()

    def on_mount(self) -> None:
        """Draw what came before there was a place to draw."""
        self.repaint_whole()

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the new size."""
        self.repaint_whole()

    def _paint(self) -> list[Strip]:
        columns, lines = self.size
        styles = self.role_styles
        rows = list(self.rows(self.snapshot, columns, lines))[:lines]
        strips = [to_strip(row, columns, styles) for row in rows]
        strips += [Strip.blank(columns, styles[""])] * (lines - len(strips))
        # An unchanged line keeps its strip, and with it Textual's cached rendering.
        return (
            [old if old == new else new for old, new in zip(self._strips, strips, strict=False)]
            if len(self._strips) == len(strips)
            else strips
        )


class Panel(Painted):
    """A painted widget under a rule with a title."""

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        raise NotImplementedError

    def title_role(self, snapshot: EngineSnapshot) -> str:
        """Give the role of the words on the rule."""
        return "muted"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the rows below the rule."""
        raise NotImplementedError

    def rows(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the rule and the body, which is drawn first: the title may say what it hides."""
        if lines <= 0:
            return ()
        body = self.body(snapshot, columns, lines - 1)
        text = self.title(snapshot)
        title = fit(text, min(width(text), max(0, columns - 8)), self.glyphs.ellipsis)
        rule = self.glyphs.rule
        head = spread(
            ((f" {rule * 2} ", "faint"), (title, self.title_role(snapshot)), (" ", "")),
            ((rule * max(0, columns - width(title) - 6), "faint"), (" ", "")),
            columns,
        )
        return (head, *body)

    def sentence(self, text: str, columns: int, role: str = "muted") -> tuple[Row, ...]:
        """Give an empty state: a sentence that says what to do, wrapped."""
        return tuple(((" " * 3, ""), (line, role)) for line in wrap(text, max(10, columns - 5)))
