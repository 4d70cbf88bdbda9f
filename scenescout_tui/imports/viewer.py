"""A handle for a console beside somebody else's engine: it shows what the store holds, and changes
nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.asking import StoreQuery
from scenescout_tui.imports.commands import Command, CommandResult, ListErrors, Query, Stop
from scenescout_tui.imports.doing import answer
from scenescout_tui.imports.doing.desk import Shelf
from scenescout_tui.imports.lock import engine_lock
from scenescout_tui.imports.review import answer_review
from scenescout_tui.imports.review_commands import ReviewQuery
from scenescout_tui.imports.snapshot import STARTING, Counts, EngineSnapshot, RunRow, SourceRow
from scenescout_tui.imports.store_view import (
    SOURCES,
    database_label,
    last_run_words,
    list_errors,
    look,
    recent_runs,
    shown_as,
)
from scenescout_tui.imports.stores import store_of
from scenescout_tui.settings import Settings

log = logging.getLogger(__name__)

#: Seconds between two looks into the store.
LOOK_EVERY = 1.0


class ViewerHandle:
    """The `EngineHandle` of a console without an engine: queries are answered, commands are refused."""

    def __init__(self, settings: Settings, why: SpawnerError) -> None:
        self._settings = settings
        self._why = why
        self._store = store_of(settings, read_only=True)
        self._picture = replace(
            STARTING, state="viewer", detail=why.message, database=database_label(settings.database_url)
        )
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="scenescout-viewer")
        self._ended: Future[None] = Future()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._keep_looking, name="scenescout-viewer", daemon=True)

    @property
    def ended(self) -> Future[None]:
        """Resolves when the viewer was closed."""
        return self._ended

    @property
    def unfinished(self) -> tuple[str, ...]:
        """A viewer has no work of its own."""
        return ()

    def start(self) -> None:
        """Open the store for reading and begin to look.

        :raises DatabaseError: when the database cannot be read.
        """
        self._store.open()
        self._look()
        self._thread.start()

    def snapshot(self) -> EngineSnapshot:
        """The newest look."""
        return self._picture

    def send(self, command: Command) -> Future[CommandResult]:
        """Refuse in words; `Stop` closes the viewer itself."""
        answer: Future[CommandResult] = Future()
        if isinstance(command, Stop):
            self.stop()
            answer.set_result(CommandResult(True, "closed"))
        else:
            action = str(self._why.metadata.get("action", "")) or "Open the console without --read-only."
            answer.set_result(
                CommandResult(False, f"only to look at: {self._why.message}", self._why.code, action)
            )
        return answer

    def query(self, query: Query) -> Future[Any]:
        """Answer from the store."""
        return self._pool.submit(self._answer, query)

    def stop(self, drain: bool = True) -> None:
        """Stop looking; there is nothing to drain."""
        self._closing.set()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end of the thread; tell whether it has ended."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _answer(self, query: Query) -> Any:
        if isinstance(query, ListErrors):
            return list_errors(self._store, query)
        if isinstance(query, ReviewQuery):
            return answer_review(self._store, query)
        if isinstance(query, StoreQuery):
            return answer(Shelf(self._store, self._settings), query)
        raise SpawnerError("only the engine knows this", code=self._why.code)

    def _keep_looking(self) -> None:
        while not self._closing.wait(LOOK_EVERY):
            try:
                self._look()
            except SpawnerError as error:
                log.warning("the store could not be read: %s", error)
        self._pool.shutdown(wait=True)
        self._store.close()
        self._ended.set_result(None)

    def _look(self) -> None:
        view, runs = look(self._store), recent_runs(self._store)
        detail = self._why.message
        if self._why.code == "ENGINE_LOCKED" and not engine_lock(self._store.path).is_held():
            detail = "nobody runs the engine now: leave and start again to import"
        picture = replace(
            self._picture,
            detail=detail,
            error_groups=view.error_groups,
            errors_open=view.errors_open,
            undoable=view.undoable,
            pending_review=view.pending,
            pairs_to_review=view.pairs,
            runs=runs,
            counts=next((run.counts for run in runs if run.ended_at is None), Counts()),
            sources=tuple(_source(name, title, empty, runs) for name, title, empty in SOURCES),
        )
        if picture != self._picture:
            self._picture = replace(
                picture,
                number=picture.number + 1,
                at=time.time(),
                store_revision=picture.store_revision + 1,
            )


def _source(name: str, title: str, empty: str, runs: tuple[RunRow, ...]) -> SourceRow:
    last = next((run for run in runs if shown_as(run.source) == name), None)
    if last is None:
        return SourceRow(name=name, title=title, state="idle", detail=empty)
    if last.ended_at is None:
        return SourceRow(
            name=name,
            title=title,
            state="running",
            detail=f"{last.counts.finished:,} done, by the other process",
            run_id=last.run_id,
            done=last.counts.finished,
        )
    return SourceRow(name=name, title=title, state="idle", detail=last_run_words(last))


def start_viewer(settings: Settings, why: SpawnerError) -> ViewerHandle:
    """Look at a database without running its engine; ``why`` says why not, and what to do about it.

    :raises DatabaseError: when the database cannot be read.
    """
    handle = ViewerHandle(settings, why)
    handle.start()
    return handle
