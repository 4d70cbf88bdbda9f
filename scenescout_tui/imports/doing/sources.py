"""What the engine answers and does for the sources' screen."""

from __future__ import annotations

from heapq import nlargest

from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.doing.desk import Answers, Deeds, Desk, Shelf
from scenescout_tui.imports.report import OUTCOMES
from scenescout_tui.imports.services import SERVICES
from scenescout_tui.imports.snapshot import Counts
from scenescout_tui.imports.sources_commands import GetSources, SourceFacts, SourceRun, TrySource
from scenescout_tui.imports.store_view import SOURCES, shown_as
from scenescout_tui.imports.trying import try_source
from scenescout_tui.paging import Window
from scenescout_tui.settings import SETTING_KEYS, Settings
from scenescout_tui.sources.adapters import ADAPTERS
from scenescout_tui.store import RunFilters, RunRow

#: Runs of a source that are shown.
_RUNS = 10
_TOKENS = {key.name: key.env for key in SETTING_KEYS if key.kind == "secret"}


def _sources(shelf: Shelf, query: GetSources) -> tuple[SourceFacts, ...]:
    return tuple(_facts(shelf, name) for name, _, _ in SOURCES)


def _facts(shelf: Shelf, name: str) -> SourceFacts:
    settings, service, adapter = shelf.settings, SERVICES.get(name), ADAPTERS.get(name)
    key = f"{name}_token"
    return SourceFacts(
        name=name,
        token=_token(settings, key) if key in _TOKENS else "",
        environment=_TOKENS.get(key, ""),
        address="" if service is None else service.base_url(settings),
        asks_for="" if service is None else service.usual_ask(settings) or "",
        kept_for=None if adapter is None else adapter.retention,
        runs=_last_runs(shelf, name),
    )


def _token(settings: Settings, key: str) -> str:
    return "not set" if getattr(settings, key) is None else f"set, from {settings.origin(key)}"


def _last_runs(shelf: Shelf, name: str) -> tuple[SourceRun, ...]:
    """Give the last runs of a source; "auto" stands for every file and feed."""
    sources = [one for one in ("auto", *ADAPTERS) if shown_as(one) == name]
    found = (
        row
        for one in sources
        for row in shelf.store.runs_page(RunFilters(source=one), Window(limit=_RUNS)).rows
    )
    return tuple(_run(row) for row in nlargest(_RUNS, found, key=lambda row: row.id))


def _run(row: RunRow) -> SourceRun:
    done = row.accounting
    return SourceRun(
        run_id=row.id,
        state=row.state,
        started_at=row.started_at.timestamp(),
        ended_at=None if row.ended_at is None else row.ended_at.timestamp(),
        counts=Counts(**{name: getattr(done, name) for name in OUTCOMES}),
        note=row.note or "",
    )


async def _try(desk: Desk, deed: TrySource) -> CommandResult:
    words = await try_source(desk.core.settings, desk.core.gates, deed.source)
    await desk.threads.write(
        desk.core.store.note, "source.test", deed.source, 1, words, who=desk.who, tty=desk.tty
    )
    return CommandResult(True, words)


ANSWERS: Answers = {GetSources: _sources}
DEEDS: Deeds = {TrySource: _try}
