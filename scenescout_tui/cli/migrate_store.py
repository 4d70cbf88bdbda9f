"""`scenescout migrate-store`: a whole store copied into another database, and compared."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.output import count, is_terminal, say_json
from scenescout_tui.cli.progress import bar
from scenescout_tui.cli.streams import tell
from scenescout_tui.cli.tables import Column, say_table
from scenescout_tui.imports.lock import EngineLock
from scenescout_tui.safe_text import for_screen, redact
from scenescout_tui.store import database_file
from scenescout_tui.store.copying import CopiedTable, Told, copy_store

_COLUMNS = (Column("table", "whole"), Column("rows", "number"), Column("digest of both", "whole", leave=1))


@verb("migrate-store")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@data_options
def command(flags: Flags, source: str, target: str) -> int:
    """Copy the whole store of FROM to TO, paths or postgresql://USER@HOST/NAME, and compare the two.

    TO is empty or not there yet, and holds everything at the end, or nothing; FROM stays as it is. No engine
    may be at work on either meanwhile.
    """
    if flags.database is not None:
        raise usage_error("--database means nothing here", "Name both databases: FROM, then TO.")
    source, target = (flags.settings(database_url=url).database_url for url in (source, target))
    files = _files(source, target)
    began = time.monotonic()
    with ExitStack() as held:
        for file in files:
            lock = EngineLock(file)
            lock.acquire()
            held.callback(lock.release)
        with _progress() as told:
            copied = copy_store(source, target, told)
    _answer(flags, (source, target), copied, time.monotonic() - began)
    return 0


def _files(source: str, target: str) -> list[Path]:
    """Return those of the two that are files.

    :raises SpawnerError: USAGE_ERROR where there is nothing to copy, or both are one.
    """
    from_file, to_file = database_file(source), database_file(target)
    if from_file is not None and not from_file.is_file():
        raise usage_error(
            f"FROM: there is no database at {for_screen(str(from_file))}",
            "Name the file that holds your events; `scenescout doctor` says where the one in use is.",
        )
    if source == target or (from_file is not None and to_file is not None and _same(from_file, to_file)):
        raise usage_error("FROM and TO are the same database", "Name another one to copy to.")
    return [file for file in (from_file, to_file) if file is not None]


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (other.exists() and one.samefile(other))


@contextmanager
def _progress() -> Iterator[Told]:
    """Yield what shows how far the copy is, on a terminal."""
    if not is_terminal(sys.stderr):
        yield lambda what, done, total: None
        return
    with bar(sys.stderr) as shown:
        task = shown.add_task("", line="")

        def told(what: str, done: int, total: int) -> None:
            shown.update(task, description=what, completed=done, total=total, line=f"{done:,} of {total:,}")
            shown.refresh()

        yield told


def _answer(flags: Flags, urls: tuple[str, str], copied: list[CopiedTable], seconds: float) -> None:
    rows = sum(table.rows for table in copied)
    if flags.as_json:
        tables = [{"name": one.name, "rows": one.rows, "digest": one.digest} for one in copied]
        places = dict(zip(("from", "to"), map(redact, urls), strict=True))
        say_json({"success": True, **places, "rows": rows, "seconds": round(seconds, 3), "tables": tables})
        return
    say_table(_COLUMNS, [(one.name, one.rows, one.digest) for one in copied if one.rows])
    tell(f"Copied {count(rows, 'row')} in {seconds:,.1f} s; both databases hold the same.")
    tell(f"To work on the copy from now on: SCENESCOUT_DATABASE_URL={for_screen(redact(urls[1]))}")
