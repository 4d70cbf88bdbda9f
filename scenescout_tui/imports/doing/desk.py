"""What those have at hand who answer and act for a screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.core import ImportCore
from scenescout_tui.imports.jobs import Jobs
from scenescout_tui.imports.report import RecordResult
from scenescout_tui.imports.threads import StoreThreads
from scenescout_tui.settings import Settings
from scenescout_tui.store import Store


@dataclass(frozen=True, slots=True)
class Shelf:
    """What an answer may look into; it is asked in a reader's thread."""

    store: Store
    settings: Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """What a deed works with, in the engine's loop."""

    core: ImportCore
    threads: StoreThreads
    jobs: Jobs
    #: For the audit log: who, and at which terminal.
    who: str
    tty: str | None
    #: What a run hands its results to (`RunRequest.on_results`).
    on_results: Callable[[tuple[RecordResult, ...]], None]
    #: To be called after what was written: the lists are read again.
    store_changed: Callable[[], None]


#: By the type of the question, resp. of the command.
Answers = dict[type, Callable[[Shelf, Any], Any]]
Deeds = dict[type, Callable[[Desk, Any], Awaitable[CommandResult]]]
