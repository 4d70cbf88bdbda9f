"""What is said of one source in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scenescout_tui.console.content import Row, Span, fit, right, wrap
from scenescout_tui.console.formats import clock, count, day_or_clock, plural, span
from scenescout_tui.console.source_words import why_it_waits
from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.snapshot import EngineSnapshot, SourceRow
from scenescout_tui.imports.sources_commands import SourceFacts, SourceRun

#: A state's sign, role and word.
STATES = {
    "idle": ("idle", "muted", "idle"),
    "running": ("running", "good", "running"),
    "waiting": ("waiting", "warn", "waits"),
    "paused": ("waiting", "warn", "paused"),
    "failed": ("failed", "bad", "failed"),
}
_RUN_ROLES = {"running": "good", "completed": "", "failed": "bad", "parked": "warn", "interrupted": "warn"}
_NAME = 12


@dataclass(frozen=True, slots=True)
class Tested:
    """How the last test of a source's connection went."""

    at: float
    result: CommandResult


def state_words(source: SourceRow, snapshot: EngineSnapshot) -> str:
    """Say what a source does, or why it waits and until when."""
    why = why_it_waits(source, snapshot)
    word = STATES[source.state][2]
    if not why:
        return source.detail or word
    if source.state in {"idle", "running"}:
        return ", ".join(part for part in (source.detail, why) if part)
    return why if why.startswith(("parked", "retry ", word)) else f"{word}: {why}"


def budget_words(source: SourceRow) -> str:
    """Say what the service has told of its own limit: ``69 of 2,000 left``."""
    if source.budget_left is None:
        return ""
    of = "" if source.budget_limit is None else f" of {count(source.budget_limit)}"
    return f"{count(source.budget_left)}{of} left"


def rows_of(
    source: SourceRow,
    facts: SourceFacts | None,
    tested: Tested | None,
    snapshot: EngineSnapshot,
    columns: int,
) -> list[Row]:
    """Give everything about a source, a line for each fact and then its last runs."""
    rows: list[Row] = []
    for name, (text, role) in _facts(source, facts, tested, snapshot):
        for place, part in enumerate(wrap(text, max(10, columns - _NAME - 5))):
            rows.append(((f"   {name if place == 0 else '':<{_NAME}}", "muted"), (part, role)))
    return rows


def _facts(
    source: SourceRow, facts: SourceFacts | None, tested: Tested | None, snapshot: EngineSnapshot
) -> Iterator[tuple[str, Span]]:
    now = snapshot.at
    wanting = source.state in {"waiting", "paused", "failed"}
    yield "state", (state_words(source, snapshot), STATES[source.state][1] if wanting else "")
    groups = [group for group in snapshot.error_groups if group.source == source.name]
    if groups:
        errors = plural(sum(group.count for group in groups), "error")
        yield "errors", (f"{errors} in {plural(len(groups), 'group')}", "bad")
    if source.expired:
        yield "expired", (f"{plural(source.expired, 'record')} may not be kept any longer", "warn")
    if facts is None:
        return
    if facts.address:
        yield from _service_facts(source, facts, now)
        if tested is not None:
            said, role = _tested_words(tested)
            yield "tested", (f"{clock(tested.at, now)}: {said}", role)
    terms = [source.attribution] if source.attribution else []
    if facts.kept_for is not None:
        terms.append(f"content may be kept for {facts.kept_for / 3600:.0f} hours")
    if terms:
        yield "terms", (", ".join(terms), "")


def _service_facts(source: SourceRow, facts: SourceFacts, now: float) -> Iterator[tuple[str, Span]]:
    left = budget_words(source)
    resets = source.budget_resets_at
    until = f", resets {clock(resets, now)}" if resets is not None and resets > now else ""
    yield "budget", (f"{left}{until}" if left else "not known before the first answer", "")
    yield "circuit", _breaker_words(source, now)
    if facts.token.startswith("set,"):
        yield "token", (facts.token, "")
    else:
        how = f"not set: set {facts.environment}, or {facts.environment}_FILE to a file of mode 0600"
        yield "token", (how, "warn")
    yield "address", (facts.address, "")
    yield "asks for", (facts.asks_for or "nothing by itself: it has to be told what", "")


def _breaker_words(source: SourceRow, now: float) -> Span:
    if source.breaker == "closed":
        return ("closed: requests may go", "")
    if source.breaker == "half-open":
        return ("half open: one request tries whether it answers again", "warn")
    until = f" until {clock(source.until, now)}" if source.until is not None and source.until > now else ""
    return (f"open{until}: it is left alone because it failed", "warn")


def _tested_words(tested: Tested) -> Span:
    result = tested.result
    if result.ok:
        return (result.message, "good")
    return (f"{result.message}. {result.action}".strip(), "bad")


def run_rows(runs: Sequence[SourceRun], now: float, ellipsis: str) -> list[Row]:
    """Give a line for each run: when, how it ended, what came of it."""
    return [_run_row(run, now, ellipsis) for run in runs]


def _run_row(run: SourceRun, now: float, ellipsis: str) -> Row:
    took = "" if run.ended_at is None else span(max(0.0, run.ended_at - run.started_at))
    counts = run.counts
    return (
        (f"   {fit(day_or_clock(run.started_at, now), 9)}", "muted"),
        (fit(run.state, 12, ellipsis), _RUN_ROLES.get(run.state, "muted")),
        (right(count(counts.created), 9), "strong"),
        (" new", "muted"),
        (right(count(counts.updated), 9), ""),
        (" upd", "muted"),
        (right(count(counts.failed), 7), "bad" if counts.failed else ""),
        (" fail", "muted"),
        (right(took, 9), "muted"),
        (f"  {run.note}" if run.note else "", "muted"),
    )
