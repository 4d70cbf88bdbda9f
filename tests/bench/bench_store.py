"""What a screen asks of a store of a million events and a million errors: milliseconds, cold and warm."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from scenescout_tui.paging import Window
from scenescout_tui.store import ErrorFilters, EventFilters, LetterFilters, RunFilters, Store
from tests.bench.store_of_a_million import stored

TURNS = 5
_PAGE = Window(limit=50)


def main() -> None:
    """Print each question with its first time on a cold file, and the best of the next ones."""
    path = stored()
    with Store(str(path), read_only=True) as store:
        asked = questions(store)
    for name, ask, most in asked:
        _forget(path)
        with Store(str(path), read_only=True) as store:
            times = [_timed(ask, store) for _ in range(TURNS + 1)]
        bound = "" if most is None else f" (at most {most})"
        print(f"  {name:44}{times[0] * 1e3:8.1f} cold {min(times[1:]) * 1e3:8.1f} warm{bound}", flush=True)


Question = tuple[str, Callable[[Store], object], int | None]


def questions(store: Store) -> list[Question]:
    """Return what is asked, and within how many milliseconds."""
    newest = store.runs_page(RunFilters(), Window(limit=1)).rows[0].id
    group = store.error_groups(limit=1)[0].key
    far = store.errors_page(ErrorFilters(), Window(back=True, limit=50)).rows[0].key
    middle = store.events_page(EventFilters(), Window(back=True, limit=50)).rows[0].key
    found: list[Question] = [
        ("error groups", lambda s: s.error_groups(), 50),
        ("errors, first page", lambda s: s.errors_page(ErrorFilters(), _PAGE), 100),
        ("errors, last page", lambda s: s.errors_page(ErrorFilters(), Window(far, limit=50)), 100),
        ("errors of a group", lambda s: s.errors_page(ErrorFilters(group=group), _PAGE), 100),
        ("errors of a source", lambda s: s.errors_page(ErrorFilters(source="yelp"), _PAGE), 100),
        ("errors with a rare text", lambda s: s.errors_page(ErrorFilters(text="'17'"), _PAGE), 100),
        ("errors counted, of a source", lambda s: s.count_errors(ErrorFilters(source="yelp")), 100),
        ("errors of a run by group", lambda s: s.run_errors(newest), 50),
        ("errors frozen", lambda s: s.freeze_errors(ErrorFilters()), None),
        ("dead letters, first page", lambda s: s.letters_page(LetterFilters(), _PAGE), 100),
        ("dead letters of a group", lambda s: s.letters_page(LetterFilters(group=group), _PAGE), 100),
        ("dead letters counted", lambda s: s.count_letters(LetterFilters()), 100),
        ("runs, first page", lambda s: s.runs_page(RunFilters(), _PAGE), 100),
        ("course of a run", lambda s: s.run_course(newest), 100),
        ("events by start", lambda s: s.events_page(EventFilters(), _PAGE), 100),
        (
            "events by start, last page",
            lambda s: s.events_page(EventFilters(), Window(middle, limit=50)),
            100,
        ),
        (
            "events by change, newest",
            lambda s: s.events_page(EventFilters(), _PAGE, sort="updated_desc"),
            100,
        ),
        ("events of a city", lambda s: s.events_page(EventFilters(city="Town 7"), _PAGE), 100),
        ("events counted", lambda s: s.count_listed(), 100),
    ]
    sought = [
        EventFilters(text=one)
        for one in ("j", "ja", "jazz", "house 17", "night house", "lantern 4711", "zzz")
    ]
    sought += [
        EventFilters(quality="DST_GAP"),
        EventFilters(category="music"),
        EventFilters(category="music", text="jazz"),
    ]
    for one in sought:
        name = " ".join(str(part) for part in (one.category, one.quality, one.text) if part)
        found.append((f"search: {name}", lambda s, f=one: s.events_page(f, _PAGE), 100))  # type: ignore[misc]
        found.append((f"count: {name}", lambda s, f=one: s.count_listed(f), 100))  # type: ignore[misc]
    return found


def _timed(ask: Callable[[Store], object], store: Store) -> float:
    began = time.perf_counter()
    ask(store)
    return time.perf_counter() - began


def _forget(path: Path) -> None:
    """Have the system forget what it holds of a file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
