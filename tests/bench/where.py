"""Where the time of an import goes: clocks around its steps, in the threads in which they run.

A step is charged what the processor did for it, and what it took with waiting (for the disk, for the other
thread); a step within another is charged to itself alone.
"""

from __future__ import annotations

import importlib
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

from scenescout_tui.imports.commands import GetRunReport, StartImport
from scenescout_tui.imports.local import start_engine
from scenescout_tui.settings import load_settings
from scenescout_tui.store.database import Database

_REST = "rest"
#: Step → functions by module; a name is looked up where it is used.
_STEPS = {
    "read and decode": {
        "scenescout_tui.sources.files": ["_FileWalk._read"],
        "scenescout_tui.sources.eventbrite": ["decode"],
    },
    "normalise and enrich": {"scenescout_tui.imports.preparer": ["prepare"]},
    "digest": {
        "scenescout_tui.imports.batch": ["digests"],
        "scenescout_tui.imports.prepare": ["content_hash"],
        "scenescout_tui.store.ledger": ["fingerprint"],
    },
    "block keys": {"scenescout_tui.imports.prepare": ["keys_and_numbers"]},
    "look-up": {
        "scenescout_tui.store.writer.batch": ["BatchWriter.known_digests", "BatchWriter.known_venue"],
        "scenescout_tui.store.writer.planner": [
            "BatchPlanner._load_known",
            "BatchPlanner._load_stored",
            "BatchPlanner._load_blocks",
            "BatchPlanner._load_letters",
            "BatchPlanner._settle_letters",
        ],
    },
    "decide": {
        "scenescout_tui.events.match": ["decide"],
        "scenescout_tui.store.writer.memory": ["Memory.find"],
    },
    "venues": {"scenescout_tui.store.writer.venues": ["VenueBook.note", "VenueBook.settle"]},
    "rows": {"scenescout_tui.store.writer.planner": ["BatchPlanner.plan"]},
    "SQL": {
        "scenescout_tui.store.writer.work": ["Work.write"],
        "scenescout_tui.store.ledger": ["claim", "settle", "accept"],
    },
}


class Share(NamedTuple):
    """What a step took, in seconds: of the processor, and from its begin to its end."""

    processor: float
    elapsed: float


class Clocks:
    """Adds up what each step takes; steps within steps are taken off."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._local = threading.local()
        self._processor: Counter[str] = Counter()
        self._elapsed: Counter[str] = Counter()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Charge what happens inside to a step."""
        stack: list[str] = self._local.__dict__.setdefault("stack", [])
        self._charge(stack)
        stack.append(name)
        try:
            yield
        finally:
            self._charge(stack)
            stack.pop()

    def _charge(self, stack: list[str]) -> None:
        processor, elapsed = time.thread_time(), time.perf_counter()
        if stack:
            with self._lock:
                self._processor[stack[-1]] += processor - self._local.processor
                self._elapsed[stack[-1]] += elapsed - self._local.elapsed
        self._local.processor, self._local.elapsed = processor, elapsed

    def shares(self, whole: float) -> dict[str, Share]:
        """Return what each step took; the rest of all the processor did has no step."""
        steps = [*_STEPS, "commit"]
        found = {name: Share(self._processor[name], self._elapsed[name]) for name in steps}
        rest = whole - sum(share.processor for share in found.values())
        return {**found, _REST: Share(rest, rest)}


@contextmanager
def clocked(clocks: Clocks) -> Iterator[None]:
    """Put the clocks around the steps for a while."""
    undo: list[Callable[[], None]] = []
    try:
        for step, modules in _STEPS.items():
            for module, names in modules.items():
                for name in names:
                    owner, _, last = name.rpartition(".")
                    place = importlib.import_module(module)
                    undo.append(_around(clocks, step, getattr(place, owner) if owner else place, last))
        undo.append(_around_transactions(clocks))
        yield
    finally:
        for back in undo:
            back()


def _around(clocks: Clocks, step: str, place: Any, name: str) -> Callable[[], None]:
    plain = getattr(place, name)

    @wraps(plain)
    def timed(*args: Any, **named: Any) -> Any:
        with clocks.step(step):
            return plain(*args, **named)

    setattr(place, name, timed)
    return lambda: setattr(place, name, plain)


def _around_transactions(clocks: Clocks) -> Callable[[], None]:
    """Charge begin and end of a writing transaction to the commit, and what is in it to itself."""
    plain = Database.writing

    @contextmanager
    def timed(database: Database, operation: str) -> Iterator[Any]:
        with clocks.step("commit"), plain(database, operation) as connection, clocks.step(_REST):
            yield connection

    setattr(Database, "writing", timed)  # noqa: B010 – put back below
    return lambda: setattr(Database, "writing", plain)


def profile(source: Path, database: Path) -> tuple[int, float, dict[str, Share]]:
    """Import an NDJSON file of Eventbrite's shape; return its events, the seconds and what each step took."""
    clocks = Clocks()
    flags = {"database_url": f"sqlite:///{database}", "processes": 0}
    with clocked(clocks):
        handle = start_engine(load_settings(flags))
        before = time.process_time()
        started = handle.send(StartImport("eventbrite", inputs=(str(source),))).result()
        assert started.ok, started
        report = handle.query(GetRunReport(started.data["run_id"], wait=True)).result()
        whole = time.process_time() - before
        handle.stop()
        handle.join()
    return report.counts.finished, report.elapsed, clocks.shares(whole)


def table(events: int, seconds: float, shares: dict[str, Share]) -> str:
    """Return the steps as lines: parts of all processor time, and microseconds for each event."""
    whole = sum(share.processor for share in shares.values())
    lines = [
        f"{seconds / events * 1e6:.0f} µs for each event, {whole / events * 1e6:.0f} µs of the processor:"
    ]
    for name, share in shares.items():
        waiting = "" if name == _REST else f"{share.elapsed / events * 1e6:8.1f} µs with waiting"
        lines.append(
            f"  {name:22}{share.processor / whole:6.1%}{share.processor / events * 1e6:8.1f} µs{waiting}"
        )
    return "\n".join(lines)


def main(source: str, database: str) -> None:
    """Profile one import and print the table."""
    print(table(*profile(Path(source), Path(database))))


if __name__ == "__main__":
    main(*sys.argv[1:])
