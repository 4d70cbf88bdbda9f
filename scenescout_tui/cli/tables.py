"""Tables for people: on a terminal every row is one line that can be read, elsewhere nothing is left out."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from scenescout_tui.cli.output import is_terminal, say
from scenescout_tui.safe_text import for_screen

#: Cells between two columns.
_GAP = 2
#: Cells that a cut column keeps at least: the one a table is about, and any other.
_MAIN_LEAST = 20
_LEAST = 12
#: Characters of an id on a terminal; every verb takes the end of an id for the id.
SHORT_ID = 6

Kind = Literal["text", "main", "whole", "number", "id"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column, and what may happen to it where a row does not fit into the terminal.

    `text` is cut, `main` too but stays readable, `whole` and `number` (aligned right) never are, of an `id`
    the end is enough. Columns with a `leave` are left out, 1 first; a `sparse` one wherever it holds only
    zeros and blanks. With `keep_end` a cut takes the beginning away.
    """

    name: str
    kind: Kind = "text"
    leave: int = 0
    sparse: bool = False
    keep_end: bool = False


def say_table(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """Write rows under their headers."""
    shown = [(column, list(values)) for column, *values in zip(columns, *rows, strict=True)]
    if is_terminal(sys.stdout):
        shown = _for_people(shown)
    cells = [[column.name, *map(_cell, values)] for column, values in shown]
    kept = [column for column, _ in shown]
    widths = [max(map(_width, column)) for column in cells]
    if is_terminal(sys.stdout):
        kept, cells, widths = _fitted(kept, cells, widths)
    for row in zip(*cells, strict=True):
        parts = [_put(cell, width, column) for cell, width, column in zip(row, widths, kept, strict=True)]
        say((" " * _GAP).join(parts).rstrip())


def _for_people(shown: list[tuple[Column, list[object]]]) -> list[tuple[Column, list[object]]]:
    """Shorten ids, and leave out sparse columns that say nothing."""
    return [
        (column, _short(values) if column.kind == "id" else values)
        for column, values in shown
        if not column.sparse or any(values)
    ]


def _short(ids: list[object]) -> list[object]:
    """Return the ends of ids: as long as it takes to tell the ids of this table apart."""
    texts = ["" if one is None else str(one) for one in ids]
    length = SHORT_ID
    while len({text[-length:] for text in texts}) < len(set(texts)):
        length += 1
    return [text[-length:] for text in texts]


def _fitted(
    columns: list[Column], cells: list[list[str]], widths: list[int]
) -> tuple[list[Column], list[list[str]], list[int]]:
    """Leave out columns until the others fit when they are cut, then cut the widest ones."""
    kept = list(range(len(columns)))
    least = [_least(column, width) for column, width in zip(columns, widths, strict=True)]
    for index in sorted(filter(lambda one: columns[one].leave, kept), key=lambda one: columns[one].leave):
        if sum(least[one] for one in kept) <= _room(len(kept)):
            break
        kept.remove(index)
    fitted = _squeeze([widths[one] for one in kept], [least[one] for one in kept])
    return [columns[one] for one in kept], [cells[one] for one in kept], fitted


def _least(column: Column, width: int) -> int:
    if column.kind == "main":
        return min(width, max(_MAIN_LEAST, _width(column.name)))
    return min(width, max(_LEAST, _width(column.name))) if column.kind == "text" else width


def _squeeze(widths: list[int], least: list[int]) -> list[int]:
    """Take cells from the widest column that may still give, and again, until the row fits."""
    widths = list(widths)
    while (excess := sum(widths) - _room(len(widths))) > 0:
        giving = sorted((width, index) for index, width in enumerate(widths) if width > least[index])
        if not giving:
            break
        widest = giving[-1][1]
        floor = max(least[widest], giving[-2][0] if len(giving) > 1 else 0)
        widths[widest] -= max(1, min(excess, widths[widest] - floor))
    return widths


def _room(columns: int) -> int:
    return _columns() - _GAP * (columns - 1)


def _columns() -> int:
    return shutil.get_terminal_size().columns


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return for_screen(str(value))


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _put(text: str, width: int, column: Column) -> str:
    text = _cut(text, width, keep_end=column.keep_end)
    blank = " " * (width - _width(text))
    return blank + text if column.kind == "number" else text + blank


def _cut(text: str, width: int, *, keep_end: bool) -> str:
    if _width(text) <= width:
        return text
    while text and _width(text) > width - 1:
        text = text[1:] if keep_end else text[:-1]
    return f"…{text}" if keep_end else f"{text}…"
