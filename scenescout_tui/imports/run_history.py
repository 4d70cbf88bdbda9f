"""What is known of earlier runs, as the doors show it: one in full, two side by side, the same once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import ImportOptions, StartImport
from scenescout_tui.imports.lock import engine_lock
from scenescout_tui.imports.runs_commands import (
    Comparison,
    GroupChange,
    RunDetail,
    RunGroup,
    RunLine,
    RunStep,
)
from scenescout_tui.imports.snapshot import Counts
from scenescout_tui.sources.inputs import origin_of
from scenescout_tui.sources.read_options import ReadOptions
from scenescout_tui.store import RunRow, Store
from scenescout_tui.store.lines import RunErrors
from scenescout_tui.store.runs import CUT_OFF
from scenescout_tui.store.schema import OUTCOMES

#: Groups of one run that are read at most.
_GROUPS = 1_000
#: Steps of a course at most and at least, and the commits that each should have: fewer jump about.
_STEPS, _FEWEST_STEPS = 60, 4
_COMMITS = 2
#: The stage of errors that are about one record.
_OF_RECORDS = "prepare"
#: Options that say again what stands among a run's inputs.
_TOLD_ELSEWHERE = frozenset({"ask", "label"})


def as_they_are(store: Store, rows: Sequence[RunRow]) -> list[RunRow]:
    """Return runs with those as interrupted whose engine has ended, as the next engine will find them.

    Raises: DatabaseError.
    """
    if all(row.state != "running" for row in rows) or engine_lock(store.path).is_held():
        return list(rows)
    dead = store.abandoned_runs()
    return [replace(row, state="interrupted", note=CUT_OFF) if row.id in dead else row for row in rows]


def run_line(row: RunRow) -> RunLine:
    """Return a run as the list has it."""
    return RunLine(
        key=row.key,
        source=row.source,
        state=row.state,
        who=row.who,
        started_at=row.started_at.timestamp(),
        ended_at=row.ended_at.timestamp() if row.ended_at else None,
        counts=Counts(**{name: getattr(row.accounting, name) for name in (*OUTCOMES, "in_flight")}),
        # The query of an address may be what keeps a feed private.
        inputs=", ".join(map(origin_of, row.inputs)),
        note=row.note or "",
        resume_at=row.resume_at.timestamp() if row.resume_at else None,
        goes_on=row.state not in {"running", "completed"} and row.resumable,
        repeatable=row.resumable,
        missing=row.missing,
        stale=row.stale,
    )


def run_detail(store: Store, run_id: str) -> RunDetail:
    """Return all that is known of the run with this id, or whose id alone ends so.

    Raises: NotFoundError, DatabaseError.
    """
    (row,) = as_they_are(store, [store.run(run_id)])
    found = store.run_errors(row.id, _GROUPS)
    return RunDetail(
        run_line(row),
        _options(row),
        tuple(map(_group, found)),
        _course(store, row),
        _known(row, found),
    )


def compare_runs(store: Store, first: str, second: str) -> Comparison:
    """Put two runs side by side, whichever is named first.

    Raises: NotFoundError, DatabaseError.
    """
    before, after = sorted(as_they_are(store, [store.run(first), store.run(second)]), key=lambda row: row.id)
    errors = [store.run_errors(row.id, _GROUPS) for row in (before, after)]
    had, has = ({one.key: _group(one) for one in found} for found in errors)
    changes = [
        GroupChange(has.get(key) or had[key], _number(had.get(key)), _number(has.get(key)))
        for key in had | has
    ]
    changes.sort(key=lambda one: (_kind(one), -max(one.before, one.after), one.group.key))
    was, now = dict(_options(before)), dict(_options(after))
    return Comparison(
        run_line(before),
        run_line(after),
        tuple(
            (name, was.get(name, ""), now.get(name, ""))
            for name in was | now
            if was.get(name) != now.get(name)
        ),
        tuple(changes),
        (_known(before, errors[0]), _known(after, errors[1])),
    )


def start_again(row: RunRow) -> StartImport:
    """Return what starts an import over the same inputs with the same options, from its beginning.

    Raises: SpawnerError INPUT_ERROR where its input is not there for a second look.
    """
    if not row.resumable:
        raise SpawnerError(
            f"run {row.id[-6:]} cannot be done again: what it read is not kept",
            code="INPUT_ERROR",
            metadata={"action": "Import the file or the form again; what is known will be recognised."},
        )
    recorded = row.options
    ask = tuple((str(key), str(value)) for key, value in recorded.get("ask", ()))
    # Repeating events are followed from the day of the new run on.
    read = replace(ReadOptions.from_recorded(recorded.get("read", {})), today=None)
    options = ImportOptions(
        batch_size=recorded.get("batch_size"),
        deduplicate=recorded.get("deduplicate"),
        enrich=recorded.get("enrich"),
        validate_location=recorded.get("validate_location"),
        descriptions=recorded.get("descriptions"),
        read=read,
    )
    return StartImport(row.source, inputs=() if ask else row.inputs, ask=ask, options=options)


def _options(row: RunRow) -> tuple[tuple[str, str], ...]:
    told = ((name, value) for name, value in row.options.items() if name not in _TOLD_ELSEWHERE)
    return tuple((name.replace("_", " "), words) for name, value in told if (words := _words(value)))


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_words(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return " ".join(_words(part) for part in value)
    return "" if value is None else str(value)


def _group(one: RunErrors) -> RunGroup:
    return RunGroup(one.key, one.source, one.code, one.message, one.action, one.count)


def _known(row: RunRow, errors: Sequence[RunErrors]) -> int:
    """Count the records whose errors are those of an earlier run: the same bytes failed there already."""
    return max(0, row.accounting.failed - sum(one.count for one in errors if one.stage == _OF_RECORDS))


def _course(store: Store, row: RunRow) -> tuple[RunStep, ...]:
    size = row.options.get("batch_size")
    commits = row.accounting.total / (size if isinstance(size, int) and size > 0 else 1)
    steps = min(_STEPS, int(commits / _COMMITS))
    if steps < _FEWEST_STEPS:
        return ()
    return tuple(
        RunStep(step.at.timestamp(), step.seconds, step.records, step.failed)
        for step in store.run_course(row.id, steps)
    )


def _number(group: RunGroup | None) -> int:
    return 0 if group is None else group.count


def _kind(change: GroupChange) -> int:
    return 0 if not change.before else 1 if not change.after else 2
