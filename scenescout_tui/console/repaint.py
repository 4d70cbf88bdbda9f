"""What goes to the terminal when cells change: those cells, and styles only where they differ.

Textual's own partial update starts at the left edge of the widget for every changed span and writes a full
style around every segment: measured, five to eight times the bytes for a screen of ticking numbers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.color import Color
from textual.filter import LineFilter
from textual.scrollbar import ScrollBarRender

_RESET = "\x1b[0m"


@lru_cache(maxsize=4096)
def _style_codes(style: Style, system: ColorSystem | None) -> str:
    """Give the sequence that switches a style on, empty for none."""
    return style.render("x", color_system=system).partition("x")[0]


class CellUpdate(ChopsUpdate):
    """Textual's update of changed spans, written with as few bytes as the spans need."""

    @classmethod
    def of(cls, update: ChopsUpdate) -> CellUpdate:
        """Take over an update that Textual has composed."""
        return cls(update.chops, update.spans, update.chop_ends)

    def render_segments(self, console: Console) -> str:
        """Give the terminal sequences: for every span a move and its cells."""
        system = console._color_system
        out: list[str] = []
        current = ""
        cursor = (-1, -1)
        for y, start, end in self.spans:
            for chop_end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                low, high = max(x, start), min(chop_end, end)
                if strip is None or low >= high:
                    continue
                if cursor != (low, y):
                    out.append(f"\x1b[{y + 1};{low + 1}H")
                for text, style, _control in strip.crop(low - x, high - x):
                    codes = _style_codes(style, system) if style else ""
                    if codes != current:
                        out.append(_RESET + codes if current else codes)
                        current = codes
                    out.append(text)
                cursor = (high, y)
        if current:
            out.append(_RESET)
        return "".join(out)


class WholeCells(ScrollBarRender):
    """A scrollbar without the signs for a part of a cell, which not every locale can show."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


@lru_cache(maxsize=4096)
def _without_color(style: Style) -> Style:
    return Style(
        bold=style.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
        reverse=style.reverse,
        strike=style.strike,
        meta=style.meta or None,
    )


class PlainColors(LineFilter):
    """No colour at all, as https://no-color.org asks; weight, underline and reverse stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Take the colours out of some segments."""
        return [
            Segment(text, None if style is None else _without_color(style), control)
            for text, style, control in segments
        ]
