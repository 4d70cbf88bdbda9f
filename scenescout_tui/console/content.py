"""The only place that makes screen content, from rows of text; nothing that data holds is ever obeyed.

A row is a tuple of spans, a span is text and the name of a role (see `look`). Every text passes `safe_text`
here, markup is never parsed, and widths are counted in cells. Widgets, dialogs and notifications hand over
plain strings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest

from rich.cells import cell_len, chop_cells, get_character_cell_size, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.strip import Strip

from scenescout_tui.safe_text import clean, for_screen

Span = tuple[str, str]
Row = tuple[Span, ...]

#: Texts longer than this are cut even where they are shown whole; the store keeps them.
_LONGEST = 8000

#: Parts of emoji on whose width terminals disagree: what is joined on, variants, skin tones, keycaps. Without
#: them an emoji is plainer, but nothing right of it is out of place.
_UNSURE = re.compile("\u200d.?|[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\u20e3]")

_encoding: str | None = None


def show_in(encoding: str | None) -> None:
    """Name the terminal's encoding where it is not UTF-8: what it cannot show becomes ``?``."""
    global _encoding
    _encoding = encoding
    safe.cache_clear()


@lru_cache(maxsize=8192)
def safe(text: str) -> str:
    """Give text of one line as the terminal may get it."""
    return _shown(for_screen(text))


def _shown(text: str) -> str:
    if text.isascii():
        return text
    text = _UNSURE.sub("", text)
    return text if _encoding is None else text.encode(_encoding, "replace").decode(_encoding, "replace")


def width(text: str) -> int:
    """Count the cells that a text takes."""
    return cell_len(safe(text))


def fit(text: str, cells: int, ellipsis: str = "…") -> str:
    """Give the text in exactly ``cells`` cells: filled up with spaces, or cut with an ellipsis."""
    if cells <= 0:
        return ""
    text = safe(text)
    if cell_len(text) <= cells:
        return set_cell_size(text, cells)
    if cells <= len(ellipsis):
        return set_cell_size(text, cells)
    kept = set_cell_size(text, cells - len(ellipsis)).rstrip()
    return set_cell_size(kept + ellipsis, cells)


def right(text: str, cells: int) -> str:
    """Give the text at the right end of ``cells`` cells; one that is too long is cut."""
    text = safe(text)
    space = cells - cell_len(text)
    return " " * space + text if space >= 0 else fit(text, cells)


def wrap(text: str, cells: int, most: int | None = None, ellipsis: str = "…") -> list[str]:
    """Break a text into lines of at most ``cells`` cells, at spaces where it can; its own line breaks stay.

    With ``most``, the last of the lines shown ends in an ellipsis when there is more.
    """
    if cells <= 0:
        return []
    lines: list[str] = []
    for paragraph in clean(text[:_LONGEST]).split("\n"):
        lines.extend(_wrap_line(_shown(for_screen(paragraph, _LONGEST)), cells))
        if most is not None and len(lines) > most:
            last = lines[most - 1]
            return [*lines[: most - 1], fit(last + " " * cells + ellipsis, cells, ellipsis).rstrip()]
    return lines


def _wrap_line(text: str, cells: int) -> list[str]:
    lines: list[str] = []
    line, used = "", 0
    for word in text.split(" "):
        size = cell_len(word)
        if line and used + 1 + size <= cells:
            line, used = f"{line} {word}", used + 1 + size
            continue
        if line:
            lines.append(line)
        pieces = chop_cells(word, cells) if size > cells else [word]
        lines.extend(pieces[:-1])
        line = pieces[-1] if pieces else ""
        used = cell_len(line)
    lines.append(line)
    return lines


def spans_width(spans: Sequence[Span]) -> int:
    """Count the cells of some spans together."""
    return sum(width(text) for text, _ in spans)


def spread(left: Sequence[Span], right_end: Sequence[Span], cells: int, ellipsis: str = "…") -> Row:
    """Put spans at both ends of a line; what is too much on the left is cut, the right end stays."""
    room = max(0, cells - spans_width(right_end))
    kept: list[Span] = []
    for text, role in left:
        size = width(text)
        if size <= room:
            kept.append((text, role))
            room -= size
            continue
        if room:
            kept.append((fit(text, room, ellipsis), role))
            room = 0
        break
    return (*kept, (" " * room, ""), *right_end)


def to_strip(row: Row, cells: int, styles: Mapping[str, Style]) -> Strip:
    """Paint one row in exactly ``cells`` cells."""
    segments = [Segment(safe(text), styles.get(role, styles[""])) for text, role in row if text]
    return Strip(segments).adjust_cell_length(cells, styles[""]).simplify()


def changed_cells(old: Strip, new: Strip, gap: int = 5) -> list[tuple[int, int]]:
    """Give the (start, end) columns in which two strips differ; those closer than ``gap`` are one."""
    runs: list[tuple[int, int]] = []
    for x, (before, after) in enumerate(zip_longest(_cells(old), _cells(new))):
        if before == after:
            continue
        if runs and x - runs[-1][1] < gap:
            runs[-1] = (runs[-1][0], x + 1)
        else:
            runs.append((x, x + 1))
    return runs


def _cells(strip: Strip) -> list[tuple[str, int, Style | None]]:
    """Give one entry per cell; a segment with signs that are not one cell each changes as a whole."""
    cells: list[tuple[str, int, Style | None]] = []
    for text, style, _control in strip:
        if text.isascii() or all(get_character_cell_size(character) == 1 for character in text):
            cells.extend((character, 0, style) for character in text)
        else:
            cells.extend((text, place, style) for place in range(cell_len(text)))
    return cells


def plain(text: str) -> Content:
    """Give content for Textual's own widgets: cleaned, several lines allowed, never markup."""
    return Content(
        "\n".join(_shown(for_screen(line, _LONGEST)) for line in clean(text[:_LONGEST]).split("\n"))
    )


#: The roles of rows as styles of Textual's own widgets.
_TEXTUAL_STYLES = {
    "": "",
    "strong": "bold",
    "title": "bold",
    "muted": "$ss-muted",
    "faint": "$ss-faint",
    "accent": "$ss-accent",
    "area": "$ss-area",
    "key": "bold $ss-accent",
    "good": "$ss-good",
    "warn": "$ss-warn",
    "differs": "bold $ss-warn",
    "bad": "bold $ss-bad",
}


def styled(rows: Sequence[Row]) -> Content:
    """Give rows as content for Textual's own widgets, one line each."""
    parts: list[tuple[str, str]] = []
    for place, row in enumerate(rows):
        if place:
            parts.append(("\n", ""))
        parts += [(_shown(for_screen(text, _LONGEST)), _TEXTUAL_STYLES[role]) for text, role in row]
    return Content.assemble(*parts)


def typed(text: str) -> str:
    """Give what was typed or pasted into a line of input: cleaned, one line."""
    return for_screen(text, _LONGEST)
