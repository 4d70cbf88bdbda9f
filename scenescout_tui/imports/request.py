"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from scenescout_tui.imports.commands import ImportOptions
from scenescout_tui.imports.report import RecordResult
from scenescout_tui.sources.pages import PageWalk


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run is to read, and how."""

    source: str
    #: Files, "-" for standard input, or URLs of feeds.
    inputs: tuple[str, ...] = ()
    payloads: Sequence[Any] | None = None
    #: What the source's API is asked for, where there are neither inputs nor payloads.
    ask: tuple[tuple[str, str], ...] = ()
    walk: PageWalk | None = None
    options: ImportOptions = field(default_factory=ImportOptions)
    resume: bool = False
    who: str = ""
    #: What the runs table calls the input, where it says more than the input itself.
    label: str = ""
    on_results: Callable[[tuple[RecordResult, ...]], None] | None = None
    #: Where the run retries dead letters: their ids, in the order of its records.
    dead_letters: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """What the runs table calls the input; runs over the same input have the same words."""
        if self.label:
            return (self.label,)
        if self.inputs:
            return self.inputs
        asked = " ".join(f"{key}={value}" for key, value in self.ask)
        return (asked or "payloads",)
