"""What a door may ask of the log."""

from __future__ import annotations

from dataclasses import dataclass

from scenescout_tui.imports.asking import StoreQuery
from scenescout_tui.paging import Window

#: From what says most to what says least.
LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class LogFilters:
    """Which lines: at least of this level, about this source or run, with this text in them; empty: all."""

    level: str = ""
    source: str = ""
    run: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ListLog(StoreQuery):
    """Answered by a `Page` of `LogLine`, the oldest first; a long search stops at a bound and says from where
    to go on.
    """

    filters: LogFilters
    window: Window


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log, cleaned. What is no JSON of ours is a message without a level."""

    key: str
    #: Seconds since the epoch; 0 where the line does not say.
    at: float
    level: str
    logger: str
    message: str
    run: str = ""
    source: str = ""
    record: str = ""
    code: str = ""
    trace: tuple[str, ...] = ()
