"""`scenescout export`: the events as JSON, NDJSON or CSV, one at a time, however many there are."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import click

from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.cli.data import reading
from scenescout_tui.cli.exits import PipeClosed
from scenescout_tui.cli.filters import filter_options, filters_of
from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.output import count, exact_json, say_json
from scenescout_tui.cli.streams import tell
from scenescout_tui.cli.words import EVENT_FIELDS, event_json
from scenescout_tui.errors import SpawnerError
from scenescout_tui.safe_text import for_csv, for_screen
from scenescout_tui.store.rows import EventRow

_FORMATS = ("json", "ndjson", "csv")
_SUFFIXES = {".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv"}

Writer = Callable[[BinaryIO, Iterable[EventRow]], int]


@verb("export")
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), help="Default: told by the name of the file, else json."
)
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="FILE", help="Default: stdout.")
@filter_options
@data_options
def command(flags: Flags, form: str | None, output: Path | None, **given: Any) -> int:
    """Write the events out, sorted by start, with the names of the table `events`.

    Submissions that wait or were refused are left out, unless --status asks for them.
    Prices are in minor units, moments in UTC. A file appears only when it is complete. With --json the answer
    says what was written; it needs --output.
    """
    filters = replace(filters_of(given), published=True)
    if flags.as_json and output is None:
        raise usage_error(
            "--json needs --output here: the events themselves go to stdout", "Use --format json."
        )
    if output is not None and output.is_dir():
        raise usage_error(
            f"--output {for_screen(str(output))} is a directory",
            f"Name a file in it, for example {for_screen(str(output / 'events.json'))}.",
        )
    write = _WRITERS[form or (_SUFFIXES.get(output.suffix.lower(), "json") if output is not None else "json")]
    with reading(flags) as store:
        if output is None:
            _to_stdout(write, store.iter_events(filters))
            return 0
        with _complete_or_not_at_all(output) as stream:
            number = write(stream, store.iter_events(filters))
    if flags.as_json:
        say_json({"success": True, "count": number, "output": str(output)})
    else:
        tell(f"Wrote {count(number, 'event')} to {for_screen(str(output))}.")
    return 0


def _to_stdout(write: Writer, events: Iterable[EventRow]) -> None:
    try:
        write(sys.stdout.buffer, events)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise PipeClosed from None


@contextmanager
def _complete_or_not_at_all(output: Path) -> Iterator[BinaryIO]:
    """Write to a file beside the wanted one and put it in its place at the end."""
    try:
        descriptor, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.", suffix=".part")
    except OSError as error:
        raise SpawnerError(
            f"cannot write to {output.parent}: {error.strerror}",
            "INPUT_ERROR",
            metadata={"action": "Name another --output, or make its folder writable."},
        ) from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, output)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _write_json(stream: BinaryIO, events: Iterable[EventRow]) -> int:
    number = 0
    stream.write(b"[")
    for event in events:
        stream.write(b",\n" if number else b"\n")
        stream.write(exact_json(event_json(event)).encode())
        number += 1
    stream.write(b"\n]\n" if number else b"]\n")
    return number


def _write_ndjson(stream: BinaryIO, events: Iterable[EventRow]) -> int:
    number = 0
    for event in events:
        stream.write(exact_json(event_json(event)).encode() + b"\n")
        number += 1
    return number


def _write_csv(stream: BinaryIO, events: Iterable[EventRow]) -> int:
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    rows = csv.writer(text)
    rows.writerow(EVENT_FIELDS)
    number = 0
    for event in events:
        rows.writerow([_csv_cell(value) for value in event_json(event).values()])
        number += 1
    text.detach()
    return number


def _csv_cell(value: object) -> str:
    """Lists become "a; b", objects JSON; a number stays as it is, a negative one too."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return for_csv("; ".join(map(str, value)))
    return for_csv(json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value))


_WRITERS: dict[str, Writer] = {"json": _write_json, "ndjson": _write_ndjson, "csv": _write_csv}
