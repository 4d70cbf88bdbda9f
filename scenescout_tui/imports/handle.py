"""The one way a door reaches the engine."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any, Protocol

from scenescout_tui.imports.commands import Command, CommandResult, Query
from scenescout_tui.imports.snapshot import EngineSnapshot


class EngineHandle(Protocol):
    """Read the newest picture, send commands, ask queries; none of them ever waits for the engine.

    Implementations: `scenescout_tui.imports.local.LocalEngineHandle` (an engine thread of this process) and
    `scenescout_tui.imports.viewer.ViewerHandle` (somebody else runs the engine, this one only reads the
    store).
    """

    @property
    def ended(self) -> Future[None]:
        """Resolves when the engine has stopped; holds the exception when it died. Watch it: a dead engine
        sends nothing.
        """

    def snapshot(self) -> EngineSnapshot:
        """The newest picture; cheap, never blocks."""

    def send(self, command: Command) -> Future[CommandResult]:
        """Hand over a command; resolves when it is accepted or refused. Refusals are results, not
        exceptions.
        """

    def query(self, query: Query) -> Future[Any]:
        """Ask for data that is not in the snapshot; see the query's docstring for the type of the answer."""
