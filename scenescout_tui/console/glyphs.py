"""The signs of the screen, and their stand-ins for a locale that cannot show them."""

from __future__ import annotations

import codecs
import locale
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs; every sign is one cell wide, except `ellipsis`, `arrow`, `up` and `down` in ASCII."""

    running: str = "●"
    waiting: str = "◐"
    idle: str = "○"
    retry: str = "↻"
    failed: str = "✕"
    cursor: str = "›"
    rule: str = "─"
    gauge_on: str = "▮"
    gauge_off: str = "▯"
    done: str = "━"
    todo: str = "─"
    bar: str = "▇"
    #: From almost nothing to full, eight steps.
    steps: str = "▁▂▃▄▅▆▇█"
    floor: str = "▁"
    ellipsis: str = "…"
    times: str = "×"
    dash: str = "–"
    arrow: str = "→"
    dot: str = "·"
    up: str = "↑"
    down: str = "↓"
    differs: str = "≠"


UNICODE = Glyphs()
ASCII = Glyphs(
    running="*",
    waiting="~",
    idle=".",
    retry="r",
    failed="x",
    cursor=">",
    rule="-",
    gauge_on="#",
    gauge_off=".",
    done="=",
    todo=".",
    bar="=",
    steps="_.-:=+*#",
    floor="_",
    ellipsis="...",
    times="x",
    dash="-",
    arrow="->",
    dot="|",
    up="up",
    down="down",
    differs="!",
)


def glyphs_for(encoding: str | None = None) -> Glyphs:
    """Give the signs that the encoding can show; without one, that of the locale in force."""
    return UNICODE if _is_utf8(encoding or locale.getencoding()) else ASCII


def _is_utf8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        return False
