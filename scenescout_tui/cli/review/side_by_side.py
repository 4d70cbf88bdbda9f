"""Two events beside each other, in the width of the terminal, with a mark where they differ."""

from __future__ import annotations

import shutil
import textwrap

from scenescout_tui.cli.output import local_time, say
from scenescout_tui.safe_text import for_screen
from scenescout_tui.store.review_rows import ReviewDetail, ReviewItem

#: Cells of the names of fields with their mark, and the most of a whole line.
_NAMES = 14
_WIDEST = 160
_NARROWEST = 60
_MARK = "≠"
_SAME = " "
_LONG = 1_000


def say_item(detail: ReviewDetail) -> None:
    """Write an item: what it is, its fields side by side, and where each side comes from."""
    item = detail.item
    say(_headline(item))
    if item.evidence:
        say(f"  {for_screen(item.evidence, _LONG)}")
    if detail.decided_by is not None and detail.decided_at is not None:
        say(f"  said by {for_screen(detail.decided_by)}, {local_time(detail.decided_at.timestamp())}")
    width = min(_WIDEST, max(_NARROWEST, shutil.get_terminal_size().columns))
    both = item.other is not None
    side = (width - _NAMES - 2 - 3) // 2 if both else width - _NAMES - 2
    first, second = _names(item)
    _say_row(_SAME, "", first, second, side, both=both)
    for row in detail.differences:
        mark = _MARK if row.differs else _SAME
        _say_row(mark, row.field, row.first, row.second, side, both=both)
    for record in (*detail.records, *detail.other_records):
        say(f"  record {record.id[-6:]}: {for_screen(record.source)} {for_screen(record.external_id)}")


def _headline(item: ReviewItem) -> str:
    if item.kind == "submission":
        return f"submission {item.id}, sent {local_time(item.at.timestamp())}"
    score = "" if item.score is None else f", {item.score:.0f} of 100 alike"
    return f"pair {item.id}{score}, {item.state}"


def _names(item: ReviewItem) -> tuple[str, str]:
    if item.other is None:
        return f"event {item.event.id[-6:]}", ""
    if item.kind == "submission":
        return "submitted", f"known: event {item.other.id[-6:]}"
    return f"event {item.event.id[-6:]}", f"event {item.other.id[-6:]}"


def _say_row(mark: str, name: str, first: str, second: str, width: int, *, both: bool) -> None:
    left = _lines(first, width)
    right = _lines(second, width) if both else []
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else ""
        two = right[number] if number < len(right) else ""
        label = f"{mark} {name}" if number == 0 else ""
        line = f"{_padded(label, _NAMES)}{_padded(one, width)} │ {two}" if both else f"{label:<{_NAMES}}{one}"
        say(line.rstrip())


def _lines(text: str, width: int) -> list[str]:
    """Break a text into lines of so many cells; wide signs take two."""
    broken = textwrap.wrap(for_screen(text, _LONG), width) or [""]
    return [part for line in broken for part in _cut(line, width)]


def _cut(line: str, width: int) -> list[str]:
    from rich.cells import chop_cells

    return chop_cells(line, width)


def _padded(text: str, width: int) -> str:
    from rich.cells import cell_len

    return text + " " * (width - cell_len(text))
